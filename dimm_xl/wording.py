"""Whether an indicator asks the same thing in two editions, and in which words: by what it shows an organisation, not by its code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields

from dimm_xl.model import Indicator, Measure
from dimm_xl.sheet import face
from dimm_xl.words import Words


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


# --- in words


def threshold(one: Indicator, level: int, words: Words) -> str:
    """Return what a measured figure must reach for a level, in words: ``≥ 25 %``."""
    assert one.measure is not None
    sign = "≥" if one.measure.better == "high" else "≤"
    return f"{sign}\u00a0{words.amount(one.measure.thresholds[level - 1], words.of(one.measure.unit))}"


def worded(one: Indicator, words: Words) -> dict[str, str]:
    """Return what an indicator shows, part by part under the part's name."""
    parts = {words("wording.name"): words.of(one.name), words("wording.definition"): words.of(one.definition)}
    if one.measure:
        period = f", {words.of(one.measure.period)}" if one.measure.period else ""
        parts[words("wording.figure")] = f"{words.of(one.measure.figure)} ({words.of(one.measure.unit)}){period}"
        parts[words("wording.thresholds")] = " · ".join(threshold(one, level, words) for level in sorted(one.levels))
    parts |= {words("wording.level", level=level): "; ".join(map(words.of, demands)) for level, demands in sorted(one.levels.items())}
    return parts


def compared(then: Indicator, now: Indicator, words: Words) -> tuple[str, str]:
    """Return how a reworded indicator read and reads: the parts that differ, or why none is seen to."""
    before, after = apart(then, now, words)
    if before or after:
        return before, after
    if reworded(then, now):
        return words("migrated.elsewhere"), words("migrated.elsewhere")
    return words("migrated.then.same"), words("migrated.now.same")


def apart(then: Indicator, now: Indicator, words: Words) -> tuple[str, str]:
    """Return the parts that differ as they read then and now, a part a line; two empty texts where none does in this language."""
    old, new = worded(then, words), worded(now, words)
    differing = [part for part in {**old, **new} if face(old.get(part, "")) != face(new.get(part, ""))]
    told = ("\n".join(f"{part}{words('colon')} {side.get(part) or '–'}" for part in differing) for side in (old, new))
    before, after = told
    return before, after


def retuned(then: Indicator, now: Indicator, words: Words) -> list[str]:
    """Return how weight and target of an indicator changed, in words."""
    pairs = {"weight": (then.weight, now.weight), "target": (then.target.default, now.target.default)}
    return [words(f"progress.why.{key}", then=was, now=one) for key, (was, one) in pairs.items() if was != one]
