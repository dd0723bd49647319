"""What is remembered of the very same things: made once, never mistaken for another's, never without bound."""

from __future__ import annotations

import pytest

from dimm_xl import once as module
from dimm_xl.once import once


def counting() -> tuple[list[object], object]:
    """A function that is remembered, and what it was really called with."""
    calls: list[object] = []

    @once
    def make(given: object) -> tuple[object]:
        calls.append(given)
        return (given,)

    return calls, make


def test_the_same_thing_is_made_once_and_an_equal_one_anew() -> None:
    """Identity decides: mappings have no hash, and equal models are not asked whether they are equal."""
    calls, make = counting()
    assert callable(make)
    one, equal = {"fr": "Stratégie"}, {"fr": "Stratégie"}
    assert make(one) is make(one)
    assert make(equal) is not make(one)
    assert calls == [one, equal]


def test_a_thing_that_is_gone_is_never_mistaken_for_another() -> None:
    """What a result was made from is kept with it, so that no other thing gets its identity."""
    _, make = counting()
    assert callable(make)
    for n in range(2000):
        assert make({"n": n}) == ({"n": n},)


def test_results_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a bound the memory starts anew, and gives the same results."""
    monkeypatch.setattr(module, "MOST", 3)
    calls, make = counting()
    assert callable(make)
    things = [{"n": n} for n in range(5)]
    assert [make(one) for one in things] == [(one,) for one in things]
    assert len(calls) == 5
    assert [make(one) for one in things[-2:]] == [(one,) for one in things[-2:]]
    assert len(calls) == 5
    assert make(things[0]) == (things[0],)
    assert len(calls) == 6
