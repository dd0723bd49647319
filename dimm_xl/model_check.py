"""What types cannot say of a model: references that lead nowhere, codes out of grammar, missing languages, wrong numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, get_type_hints

from dimm_xl.model import Indicator, Model, Text
from dimm_xl.sheet import CONTROLS, LONGEST_TEXT, face

LONGEST_DEMAND = 220
MOST_LEVELS = 20
"""Levels above the lowest for which a sheet has columns: a scale that was mistyped must not make thousands."""
LANGUAGE, ID, LEVER = "[a-z]{2,3}", r"[a-z0-9][a-z0-9._-]*", "[A-Z]+"
"""Shapes of what stands for something: in lists, headers, file names and returned cells, where case and blanks do not count."""
Problem = tuple[tuple[str | int, ...], str]
"""A key path in the model, and what is wrong there."""


def check(model: Model) -> Iterator[Problem]:
    """Yield what types cannot say: references that lead nowhere, codes out of grammar, missing languages, wrong numbers."""
    frame = list(_frame(model))
    yield from frame
    if not frame:
        yield from _languages(model, model.languages, ())
        for rule in (_twice, _codes, _references, _numbers, _selections):
            yield from rule(model)


def _frame(model: Model) -> Iterator[Problem]:
    """What everything else rests on: editions, languages, a scale, scoring choices that make sense."""
    for key in ("editions", "languages", "sizes", "sectors", "levers"):
        if not getattr(model, key):
            yield (key,), "at least one is needed"
    for n, lang in enumerate(model.languages):
        if not re.fullmatch(LANGUAGE, lang) or lang in model.languages[:n]:
            yield ("languages", n), f"{lang} is not two or three small letters, or stands twice"
    if model.scale.lowest >= model.scale.highest:
        yield ("scale",), f"{model.scale.lowest} to {model.scale.highest} leaves no level"
    elif not 1 <= model.scale.top - model.scale.bottom <= MOST_LEVELS:
        yield ("scale", "levels"), f"{model.scale.top - model.scale.bottom} levels are not 1 to {MOST_LEVELS}"
    for key in ("provisional_below", "hidden_below"):
        if not 0 <= getattr(model.scoring, key) <= 1:
            yield ("scoring", key), f"{getattr(model.scoring, key)} is not a share from 0 to 1"
    bounds = model.scoring.distribution
    if not bounds or any(a >= b for a, b in pairwise(bounds)):
        yield ("scoring", "distribution"), "bounds that rise are needed"
    published = model.scoring.published
    if published and len(published.shares) != len(bounds) + 1:
        yield ("scoring", "published", "shares"), f"{len(bounds) + 1} shares are needed, one a bin"
    if model.scoring.ranked and model.scoring.ranked.groups < 2:
        yield ("scoring", "ranked", "groups"), "a ranking is parted into two groups or more"


def _twice(model: Model) -> Iterator[Problem]:
    """Ids have a shape and are unique."""
    if not re.fullmatch(ID, model.id):
        yield ("id",), f"{model.id!r} is not an id: small letters, digits, hyphens"
    for key in ("editions", "sizes", "sectors", "functions", "selections"):
        ids = [named.id for named in getattr(model, key)]
        yield from (((key, n, "id"), f"{one} stands twice in the model") for n, one in enumerate(ids) if one in ids[:n])
        misshapen = ((n, one) for n, one in enumerate(ids) if not re.fullmatch(ID, one))
        yield from (((key, n, "id"), f"{one!r} is not an id: small letters, digits, hyphens") for n, one in misshapen)
    codes = [lever.code for lever in model.levers]
    yield from ((("levers", n, "code"), f"{code} stands twice in the model") for n, code in enumerate(codes) if code in codes[:n])
    for n, lever in enumerate(model.levers):
        if not re.fullmatch(LEVER, lever.code):
            yield ("levers", n, "code"), f"{lever.code!r} is not a lever's code: capital letters"
        if not lever.weight > 0 or not math.isfinite(lever.weight):
            yield ("levers", n, "weight"), f"{lever.weight:g} is not a weight above 0"


def _languages(value: object, languages: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Every text stands in every language; texts are known by their annotation, so that an empty one is seen too."""
    if hasattr(value, "__dataclass_fields__"):
        kind_of: Any = type(value)
        for name, kind in _hints(kind_of).items():
            inner = getattr(value, name, None)
            if kind in (Text, Text | None) and inner is not None:
                yield from _text(inner, languages, (*path, name))
            else:
                yield from _languages(inner, languages, (*path, name))
    elif isinstance(value, tuple):
        for n, inner in enumerate(value):
            yield from (_text if isinstance(inner, dict) else _languages)(inner, languages, (*path, n))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (_text if isinstance(inner, dict) else _languages)(inner, languages, (*path, key))


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    """Return what a class says of its fields: the same for each of hundreds of indicators."""
    return get_type_hints(kind)


def _text(text: Text, languages: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[Problem]:
    if set(text) != set(languages):
        yield path, f"languages {', '.join(text) or 'none'} instead of {', '.join(languages)}"
    yield from (((*path, lang), "no text") for lang, shown in text.items() if not (shown[:1].isalnum() or face(shown)))
    unwritable = (lang for lang, shown in text.items() if CONTROLS.search(shown) or "\r" in shown or _units(shown) > LONGEST_TEXT)
    yield from (((*path, lang), "a text that no cell can hold: too long, or with control characters") for lang in unwritable)


def _units(text: str) -> int:
    """Return the length of a text as Excel counts it: in units of UTF-16, of which a character takes one or two."""
    return len(text) if len(text) * 2 <= LONGEST_TEXT else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _placed(model: Model) -> Iterator[tuple[tuple[str | int, ...], Indicator]]:
    for a, lever in enumerate(model.levers):
        for b, grouping in enumerate(lever.groupings):
            for c, indicator in enumerate(grouping.indicators):
                yield ("levers", a, "groupings", b, "indicators", c), indicator


def _codes(model: Model) -> Iterator[Problem]:
    seen: set[str] = set()

    def once(code: str, path: tuple[str | int, ...]) -> Iterator[Problem]:
        if code in seen:
            yield path, f"{code} stands twice in the model"
        seen.add(code)

    for a, lever in enumerate(model.levers):
        for b, grouping in enumerate(lever.groupings):
            path: tuple[str | int, ...] = ("levers", a, "groupings", b)
            if re.fullmatch(f"{re.escape(lever.code)}[A-Z]", grouping.code):
                yield from once(grouping.code, (*path, "code"))
            else:
                yield (*path, "code"), f"{grouping.code} is not the lever's code {lever.code} and one letter"
            for c, indicator in enumerate(grouping.indicators):
                inner = (*path, "indicators", c, "code")
                if re.fullmatch(f"{re.escape(grouping.code)}[0-9]+", indicator.code):
                    yield from once(indicator.code, inner)
                else:
                    yield inner, f"{indicator.code} is not {grouping.code} and a rank"


def _references(model: Model) -> Iterator[Problem]:
    known = {kind: list(names) for kind, names in model.names.items()}
    editions = {edition.id for edition in model.editions}
    for path, one in _placed(model):
        asked: list[tuple[str, str, Sequence[str]]] = [
            ("sizes", "size", one.sizes),
            ("functions", "function", one.functions),
            ("sectors", "sector", tuple(one.sectors)),
            ("target.sectors", "sector", tuple(one.target.sectors)),
            ("target.sizes", "size", tuple(one.target.sizes)),
            ("measure.sectors", "sector", tuple(one.measure.sectors) if one.measure else ()),
        ]
        for key, kind, ids in asked:
            unknown = ((n, one_id) for n, one_id in enumerate(ids) if one_id not in known[kind])
            yield from (
                ((*path, *key.split("."), one_id if "sectors" in key or "." in key else n), f"no {kind} {one_id!r} in this model")
                for n, one_id in unknown
            )
        if list(one.sizes) != [size.id for size in model.sizes if size.id in one.sizes] and set(one.sizes) <= set(known["size"]):
            yield (*path, "sizes"), f"each size once, in the model's order: {', '.join(known['size'])}"
        for key, edition in (("since", one.since), ("retouched", one.retouched)):
            if edition and edition not in editions:
                yield (*path, key), f"no edition {edition!r} in this model"


def _numbers(model: Model) -> Iterator[Problem]:
    levels = model.scale.demanding
    for path, one in _placed(model):
        if one.weight not in (1, 2, 3):
            yield (*path, "weight"), f"{one.weight} is not 1, 2 or 3"
        if tuple(sorted(one.levels)) != tuple(levels) or not all(one.levels.values()):
            yield (*path, "levels"), f"demands are needed for each of the levels {levels[0]} to {levels[-1]}"
        for sector, variation in one.sectors.items():
            if not variation.levels or set(variation.levels) - set(levels) or not all(variation.levels.values()):
                yield (*path, "sectors", sector, "levels"), "a level that does not exist, or without demands"
        aims: dict[tuple[str, ...], int] = {("default",): one.target.default}
        aims |= {("sizes", size): level for size, level in one.target.sizes.items()}
        aims |= {("sectors", sector): level for sector, level in one.target.sectors.items()}
        yield from (((*path, "target", *key), f"{level} is not a level") for key, level in aims.items() if level not in levels)
        held: dict[tuple[str, ...], Mapping[int, tuple[Text, ...]]] = {("levels",): one.levels}
        held |= {("sectors", sector, "levels"): variation.levels for sector, variation in one.sectors.items()}
        for key, several in held.items():
            yield from (
                ((*path, *key, *inner), f"demand longer than {LONGEST_DEMAND} characters: {text[:40]}…") for inner, text in _long(several)
            )
        if one.measure:
            for sector, thresholds in {"": one.measure.thresholds, **one.measure.sectors}.items():
                if not _monotonic(thresholds, one.measure.better == "high", len(levels)):
                    key = ("measure", "sectors", sector) if sector else ("measure", "thresholds")
                    yield (*path, *key), f"{len(levels)} figures are needed, each harder to reach than the one before"


def _long(levels: Mapping[int, tuple[Text, ...]]) -> Iterator[tuple[tuple[int, int, str], str]]:
    for level, demands in levels.items():
        for n, demand in enumerate(demands):
            yield from (((level, n, lang), text) for lang, text in demand.items() if len(text) > LONGEST_DEMAND)


def _monotonic(thresholds: Sequence[float], rising: bool, count: int) -> bool:
    ordered = thresholds if rising else thresholds[::-1]
    return len(thresholds) == count and all(map(math.isfinite, thresholds)) and all(a < b for a, b in pairwise(ordered))


def _selections(model: Model) -> Iterator[Problem]:
    for n, selection in enumerate(model.selections):
        codes = [chosen.code for chosen in selection.indicators]
        for m, code in enumerate(codes):
            if code not in model.indicators:
                yield ("selections", n, "indicators", m, "code"), f"no indicator {code!r} in this model"
            if code in codes[:m]:
                yield ("selections", n, "indicators", m, "code"), f"{code} stands twice in the selection"
