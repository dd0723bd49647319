"""Whether an indicator asks the same thing in two editions: by what it shows an organisation, not by its code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields

from dimm_xl.model import Indicator, Measure
from dimm_xl.sheet import face


def reworded(then: Indicator, now: Indicator, editions: Collection[str] = ()) -> bool:
    """Say whether an indicator asks something else: what it shows differs, or it was retouched in one of ``editions``.

    What it shows: its name, definition, demands and figure, in any language that both have; case, accents and blanks apart.
    """
    return now.retouched in editions or any(differs(getattr(then, key), getattr(now, key)) for key in SHOWN)


SHOWN = ("name", "definition", "levels", "measure")
"""What of an indicator an organisation is shown to answer by; its weight, its target and advice are the assessor's."""


def differs(was: object, one: object) -> bool:
    """Say whether two parts of an indicator do not read alike: texts language by language, all else as it is."""
    if was == one:  # nearly always, and fast
        return False
    match was, one:
        case Measure(), Measure():
            return any(differs(getattr(was, each.name), getattr(one, each.name)) for each in fields(Measure) if each.name != "sectors")
        case Mapping(), Mapping():
            shared = was.keys() & one.keys()
            texts = all(isinstance(key, str) for key in shared)
            return (not texts and was.keys() != one.keys()) or any(differs(was[key], one[key]) for key in shared)
        case tuple(), tuple():
            return len(was) != len(one) or any(map(differs, was, one))
        case str(), str():
            return face(was) != face(one)
    return True
