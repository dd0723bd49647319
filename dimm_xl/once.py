"""What is made once from the very same things and then remembered: composing the same sentence for every organisation takes long."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

MOST = 8192
"""Results that are remembered of one function, before it starts anew."""
Given = ParamSpec("Given")
Made = TypeVar("Made")


def once(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Make the result for the very same arguments once; ``make`` depends on nothing else, and nobody changes what it returns.

    Arguments are told apart by identity, since models hold mappings and have no hash; equal ones that are not the same are made again.
    They are kept as long as the result, so that no other object can take their place.
    """
    known: dict[tuple[int, ...], tuple[object, Made]] = {}
    anew: Callable[..., Made] = make

    @wraps(make)
    def call(*given: Any) -> Made:
        key = tuple(map(id, given))
        found = known.get(key)
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[key] = (given, anew(*given))
        return found[1]

    return cast(Callable[Given, Made], call)
