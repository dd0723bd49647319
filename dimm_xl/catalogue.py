"""A maturity model from YAML: loaded into frozen types, with every fault collected and placed.

YAML reads an unquoted ``No`` as false, ``#993300`` as nothing and keeps the last of two equal keys; here each is a fault.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from dimm_xl.findings import Fault, Faulty
from dimm_xl.look import Look
from dimm_xl.model import Indicator, Model, Profile, Text
from dimm_xl.words import Words, flatten

SHIPPED = files("dimm_xl_templates")
ENTRY = "model.yaml"
LONGEST_DEMAND = 220


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Safe loading that refuses a key given twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := {str(key) for key in keys if keys.count(key) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"key given twice: {', '.join(sorted(twice))}", node.start_mark)
        return dict(super().construct_mapping(node, deep=deep))


def read_yaml(place: Traversable) -> Any:
    """Return what a YAML file holds; Faulty when it is missing or is not YAML."""
    try:
        return yaml.load(place.read_text("utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 0
        raise Faulty([Fault(place.name, line, "", str(problem.problem))]) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise Faulty([Fault(place.name, 0, "", str(problem))]) from None


@cache
def words(lang: str) -> Words:
    """Return the labels of a language; Faulty when there are none."""
    return Words(lang, flatten(read_yaml(SHIPPED / "words" / f"{lang}.yaml")))


@cache
def glossary() -> tuple[tuple[Text, Text], ...]:
    """Return the shipped glossary: term and meaning, each in both languages."""
    return tuple((entry["term"], entry["meaning"]) for entry in read_yaml(SHIPPED / "words" / "glossary.yaml"))


@cache
def look(path: str = "") -> Look:
    """Return the shipped look, changed by the look file at ``path`` (font and any of the colours); Faulty when that has faults."""
    shipped = read_yaml(SHIPPED / "look.yaml")
    own = read_yaml(Path(path)) if path else {}
    colours = own.get("colours", {}) if isinstance(own, dict) else None
    if not isinstance(colours, dict) or set(own) - {"font", "colours"} or not isinstance(own.get("font", ""), str):
        raise Faulty([Fault(path, 0, "", "a look file holds `font` and `colours`, nothing else")])
    faults = [
        Fault(path, 0, f"colours.{role}", f'{colour!r} is not a colour such as "#1B2A41" for one of {", ".join(shipped["colours"])}')
        for role, colour in colours.items()
        if role not in shipped["colours"] or not re.fullmatch("#[0-9A-Fa-f]{6}", str(colour))
    ]
    if faults:
        raise Faulty(faults)
    return Look(own.get("font", shipped["font"]), {**shipped["colours"], **colours})


def shipped_models() -> list[str]:
    """Return the ids of the models that come with dimm-xl."""
    return sorted(folder.name for folder in (SHIPPED / "models").iterdir() if (folder / ENTRY).is_file())


@cache
def load(name: str = "dimm") -> Model:
    """Return a shipped model by id, or the model in the folder ``name``; Faulty with everything that is wrong."""
    place = SHIPPED / "models" / name if name in shipped_models() else Path(name)
    if not (place / ENTRY).is_file():
        known = ", ".join(shipped_models())
        raise Faulty([Fault(name, 0, "", f"no model here: neither a folder with {ENTRY} nor one of {known}")])
    return _load(place)


@lru_cache(maxsize=512)
def resolved(name: str, edition: str, profile: Profile, selection: str | None) -> Model:
    """Return a model as one questionnaire sees it; KeyError when an id is unknown, Faulty when there is no such model."""
    return load(name).at_edition(edition).at(profile, selection)


def words_of(lang: str, languages: Sequence[str]) -> tuple[Words, tuple[Words, ...]]:
    """Return the labels of a language, and those of the others, whose headers are recognised too."""
    return words(lang), tuple(words(other) for other in languages if other != lang)


def _load(place: Traversable) -> Model:
    from pydantic import TypeAdapter, ValidationError  # here: it costs 0.2 s, and `--help` needs none of it

    raw, origins = _assemble(place)
    try:
        model = TypeAdapter(Model).validate_json(json.dumps(raw, default=repr))
    except ValidationError as problem:
        raise Faulty(_fault(place, origins, error["loc"], error["msg"]) for error in problem.errors()) from None
    if faults := [_fault(place, origins, path, what) for path, what in check(model)]:
        raise Faulty(faults)
    return model


Origins = Mapping[tuple[str | int, ...], str]
"""Which file each part of the assembled model came from, by key path."""


def _assemble(place: Traversable) -> tuple[dict[str, Any], Origins]:
    raw = read_yaml(place / ENTRY)
    if not isinstance(raw, dict):
        raise Faulty([Fault(ENTRY, 0, "", "a mapping of keys was expected")])
    origins: dict[tuple[str | int, ...], str] = {(): ENTRY}
    if isinstance(raw.get("selections"), str):
        origins["selections",] = raw["selections"]
        raw["selections"] = read_yaml(place / raw["selections"])
    levers = raw.get("levers")
    if isinstance(levers, list) and all(isinstance(name, str) for name in levers):
        raw["levers"] = [read_yaml(place / name) for name in levers]
        origins |= {("levers", n): name for n, name in enumerate(levers)}
    return raw, origins


def _fault(place: Traversable, origins: Origins, path: Sequence[str | int], what: str) -> Fault:
    """Place a fault: the file it came from, the line of its key, the path inside the file."""
    start = max((known for known in origins if tuple(path[: len(known)]) == known), key=len)
    inside = path[len(start) :]
    root = yaml.compose((place / origins[start]).read_text("utf-8"), Loader=yaml.SafeLoader)
    return Fault(origins[start], _line(root, inside), ".".join(map(str, inside)), what)


def _line(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    line = 0
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line or (node.start_mark.line + 1 if node else 0)


Problem = tuple[tuple[str | int, ...], str]


def check(model: Model) -> Iterator[Problem]:
    """Yield what types cannot say: references that lead nowhere, codes out of grammar, missing languages, wrong numbers."""
    yield from _languages(model, model.languages, ())
    for rule in (_codes, _references, _numbers, _selections):
        yield from rule(model)


def _languages(value: object, languages: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        if value and all(isinstance(text, str) for text in value.values()):
            if set(value) != set(languages):
                yield path, f"languages {', '.join(map(str, value))} instead of {', '.join(languages)}"
            yield from (((*path, lang), "no text") for lang, text in value.items() if not text.strip())
            return
        for key, inner in value.items():
            yield from _languages(inner, languages, (*path, key))
    elif isinstance(value, tuple):
        for n, inner in enumerate(value):
            yield from _languages(inner, languages, (*path, n))
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _languages(getattr(value, name), languages, (*path, name))


def _placed(model: Model) -> Iterator[tuple[tuple[str | int, ...], Indicator]]:
    for a, lever in enumerate(model.levers):
        for b, grouping in enumerate(lever.groupings):
            for c, indicator in enumerate(grouping.indicators):
                yield ("levers", a, "groupings", b, "indicators", c), indicator


def _codes(model: Model) -> Iterator[Problem]:
    seen: set[str] = set()
    for a, lever in enumerate(model.levers):
        for b, grouping in enumerate(lever.groupings):
            path: tuple[str | int, ...] = ("levers", a, "groupings", b)
            if not (grouping.code.startswith(lever.code) and len(grouping.code) == len(lever.code) + 1):
                yield (*path, "code"), f"{grouping.code} is not the lever's code {lever.code} and one letter"
            for c, indicator in enumerate(grouping.indicators):
                if not (indicator.code.startswith(grouping.code) and indicator.code[len(grouping.code) :].isdigit()):
                    yield (*path, "indicators", c, "code"), f"{indicator.code} is not {grouping.code} and a rank"
                if indicator.code in seen:
                    yield (*path, "indicators", c, "code"), f"{indicator.code} stands twice in the model"
                seen.add(indicator.code)


def _references(model: Model) -> Iterator[Problem]:
    known = {kind: set(names) for kind, names in model.names.items()}
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
            yield from (((*path, *key.split(".")), f"no {kind} {one_id!r} in this model") for one_id in ids if one_id not in known[kind])
        if one.since and one.since not in editions:
            yield (*path, "since"), f"no edition {one.since!r} in this model"


def _numbers(model: Model) -> Iterator[Problem]:
    levels = range(model.scale.lowest + 1, model.scale.highest + 1)
    for path, one in _placed(model):
        if one.weight not in (1, 2, 3):
            yield (*path, "weight"), f"{one.weight} is not 1, 2 or 3"
        if tuple(sorted(one.levels)) != tuple(levels) or not all(one.levels.values()):
            yield (*path, "levels"), f"demands are needed for each of the levels {levels[0]} to {levels[-1]}"
        for sector, variation in one.sectors.items():
            if set(variation.levels) - set(levels) or not all(variation.levels.values()):
                yield (*path, "sectors", sector, "levels"), "a level that does not exist, or without demands"
        targets = {one.target.default, *one.target.sizes.values(), *one.target.sectors.values()}
        yield from (((*path, "target"), f"{level} is not a level") for level in sorted(targets - set(levels)))
        yield from (((*path, "levels"), f"demand longer than {LONGEST_DEMAND} characters: {text[:40]}…") for text in _long(one))
        if one.measure:
            for sector, thresholds in {"": one.measure.thresholds, **one.measure.sectors}.items():
                if not _monotonic(thresholds, one.measure.better == "high", len(levels)):
                    key = ("measure", "sectors", sector) if sector else ("measure", "thresholds")
                    yield (*path, *key), f"{len(levels)} figures are needed, each harder to reach than the one before"


def _long(indicator: Indicator) -> Iterator[str]:
    groups = (indicator.levels, *(variation.levels for variation in indicator.sectors.values()))
    texts = (text for levels in groups for demands in levels.values() for demand in demands for text in demand.values())
    return (text for text in texts if len(text) > LONGEST_DEMAND)


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
