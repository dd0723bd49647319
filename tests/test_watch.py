"""A watched folder: a file is read when it is complete, results follow what lies there, and a run that cannot be had now is tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dimm_xl.files import held
from dimm_xl.settings import Run
from dimm_xl.watch import LONGEST, Marks, Settling, rounds
from tests.support import at_level, questionnaire_bytes
from tests.test_collect import said

SETTLE = 2.0
OLD, NEW = (10, 1), (20, 2)


def heard(settling: Settling, *seen: tuple[float, Marks]) -> list[Marks | None]:
    """What is due each time the folder is looked at, everything due being read at once."""
    found = []
    for now, marks in seen:
        due = settling.due(marks, now)
        if due is not None:
            settling.done(due)
        found.append(due)
    return found


# --- when it is time


def test_an_empty_folder_is_read_at_once_and_then_only_when_something_came() -> None:
    """Results say that nothing is there; after that there is nothing to do."""
    assert heard(Settling(SETTLE), (0, {}), (1, {}), (9, {})) == [{}, None, None]


def test_a_file_is_read_when_it_did_not_change_for_long_enough() -> None:
    """While it grows, nobody reads it; once it is read, it is not read again."""
    grows = [(float(n), {"a": (n, n)}) for n in range(5)]
    assert heard(Settling(SETTLE), *grows, (5, {"a": (4, 4)}), (6, {"a": (4, 4)}), (9, {"a": (4, 4)})) == [*[None] * 6, {"a": (4, 4)}, None]


@pytest.mark.parametrize(
    ("then", "due"),
    [
        ({"a": OLD, "b": OLD}, [None, None]),
        ({"a": OLD}, [{"a": OLD}, None]),
        ({"a": OLD, "b": NEW}, [None, {"a": OLD, "b": NEW}]),
        ({}, [{}, None]),
    ],
    ids=["nothing", "gone", "changed", "all gone"],
)
def test_what_changed_or_is_gone_is_reason_to_read_again(then: Marks, due: list[Marks | None]) -> None:
    """A file that was read and is changed, once it is complete, or is there no more."""
    settling = Settling(SETTLE)
    assert heard(settling, (0, {"a": OLD, "b": OLD}), (3, {"a": OLD, "b": OLD}))[-1] == {"a": OLD, "b": OLD}
    assert heard(settling, (4, then), (7, then)) == due


def test_complete_files_wait_for_one_that_arrives_but_not_for_ever() -> None:
    """One run for a lot of files that are copied; a file that never ends is left out in the end."""
    seen = [(float(n), {"a": OLD, "b": (n, n)}) for n in range(40)]
    found = heard(Settling(SETTLE), *seen)
    first = next(n for n, due in enumerate(found) if due is not None)
    assert found[first] == {"a": OLD}
    assert LONGEST * SETTLE <= first <= LONGEST * SETTLE + 2 * SETTLE


def test_a_file_that_is_being_replaced_is_no_reason_alone() -> None:
    """It was read as it was, and will be as it is going to be."""
    settling = Settling(SETTLE)
    assert heard(settling, (0, {"a": OLD}), (3, {"a": OLD}))[-1] == {"a": OLD}
    assert heard(settling, *[(float(n), {"a": (n, n)}) for n in range(4, 40)]) == [None] * 36


@given(st.lists(st.tuples(st.floats(0.1, 3), st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))), max_size=40))
def test_whatever_happens_only_files_that_settled_are_read(seen: list[tuple[float, dict[str, int]]]) -> None:
    """Each file that is due lies there as it did for the whole of the settling time."""
    settling, now, past = Settling(SETTLE), 0.0, list[tuple[float, Marks]]()
    for later, sizes in seen:
        now += later
        marks = {name: (size, size) for name, size in sizes.items()}
        past.append((now, marks))
        for name, mark in (settling.due(marks, now) or {}).items():
            changed = max((at for at, other in past if other.get(name) != mark), default=past[0][0])
            assert now - changed >= SETTLE
            settling.done(marks)


# --- in a folder


@contextmanager
def watched(folder: Path, poll: bool) -> Iterator[Iterator[str]]:
    """The lines about a folder's runs."""
    with closing(rounds(Run(folder / "in", folder / "out", workers=0, archive=folder / "a.sqlite"), settle=0.2, poll=poll)) as lines:
        yield lines
    assert not [thread for thread in threading.enumerate() if "Observer" in type(thread).__name__ or "Emitter" in type(thread).__name__]


def organisations(folder: Path) -> set[str]:
    """The organisations whose results stand."""
    return {path.stem for path in (folder / "out" / "organisations").glob("*.xlsx")}


@pytest.mark.parametrize("poll", [True, False], ids=["looking", "woken"])
def test_results_follow_what_lies_in_the_folder(tmp_path: Path, poll: bool) -> None:
    """A return arrives, another one, the first one goes away: results stand for what lies there, each run is told in a line."""
    returns = tmp_path / "in"
    returns.mkdir()
    with watched(tmp_path, poll) as lines:
        assert next(lines).startswith("0 files: none; 0 organisations")
        (returns / "a.xlsx").write_bytes(said("First"))
        assert next(lines).startswith("1 files: 1 accepted")
        assert organisations(tmp_path) == {"first"}
        (returns / "b.xlsx").write_bytes(said("Second"))
        assert next(lines).startswith("2 files: 2 accepted")
        (returns / "a.xlsx").unlink()
        assert next(lines).startswith("1 files: 1 accepted")
    assert organisations(tmp_path) == {"second"}


def test_a_run_that_another_one_keeps_out_is_tried_again(tmp_path: Path) -> None:
    """It is said once, and ends by itself when the other run does."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(questionnaire_bytes(at_level(3)))
    with watched(tmp_path, poll=True) as lines:
        with held(tmp_path / "out"):
            assert "another run is writing here" in next(lines)
            assert not (tmp_path / "out" / "consolidated.xlsx").exists()
        assert next(lines).startswith("1 files: 1 accepted")
    assert (tmp_path / "out" / "consolidated.xlsx").is_file()
