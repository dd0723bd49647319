"""A maturity model from YAML: loaded into frozen types, with every fault collected and placed.

YAML reads an unquoted ``No`` as false, ``#993300`` as nothing and keeps the last of two equal keys; here each is a fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from dimm_xl.findings import Fault, Faulty
from dimm_xl.look import Look
from dimm_xl.model import Cut, Model, Text
from dimm_xl.model_check import Problem, check
from dimm_xl.words import STANDING, Words, braces, flatten

__all__ = ["SHIPPED", "check", "elder", "glossary", "goal", "load", "look", "read_yaml", "resolved", "shipped_models", "words", "words_of"]
SHIPPED = files("dimm_xl_templates")
ENTRY = "model.yaml"


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Safe loading that refuses a key given twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        given = list(node.value)
        made = dict(super().construct_mapping(node, deep=deep))
        if len(set(map(str, made))) != len(given) or any(key.tag.endswith(":merge") for key, _ in given):
            keys = [str(self.construct_object(key, deep=True)) for key, _ in given]
            if twice := {key for key in keys if keys.count(key) > 1}:
                raise yaml.constructor.ConstructorError(None, None, f"key given twice: {', '.join(sorted(twice))}", node.start_mark)
        return made

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> str:
        if kind is yaml.ScalarNode and value is not None and len(value) <= SHORT:
            return _tag(value, implicit)
        return str(super().resolve(kind, value, implicit))


SHORT = 32
"""Characters up to which a scalar is likely to be a key or a code, which stands in a model hundreds of times."""


@lru_cache(maxsize=2048)
def _tag(value: str, implicit: tuple[bool, bool]) -> str:
    return str(yaml.resolver.Resolver().resolve(yaml.ScalarNode, value, implicit))  # type: ignore[no-untyped-call]


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
    """Return the glossary of models that have none of their own: term and meaning, each in both languages."""
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


def load(name: str = "dimm") -> Model:
    """Return a shipped model by id, or the model in the folder ``name``; Faulty with everything that is wrong."""
    return loaded(name)


@cache
def loaded(name: str) -> Model:
    """Return a model as :func:`load` does; it is loaded when it is first asked for, with or without its name."""
    place = SHIPPED / "models" / name if name in shipped_models() else Path(name)
    if not (place / ENTRY).is_file():
        known = ", ".join(shipped_models())
        raise Faulty([Fault(name, 0, "", f"no model here: neither a folder with {ENTRY} nor one of {known}")])
    return _load(place)


@lru_cache(maxsize=512)
def resolved(name: str, cut: Cut) -> Model:
    """Return a model as one questionnaire sees it; KeyError when an id is unknown, Faulty when there is no such model."""
    return load(name).cut(cut)


def goal(to: str, name: str = "dimm") -> tuple[str, str]:
    """Return where the model of an edition is, and the edition's id: ``to`` is an edition of the model ``name``, or itself a model.

    Of a model (a shipped id or a folder) the newest edition is meant. Faulty when ``to`` is neither.
    """
    known = load(name)
    editions = [edition.id for edition in known.editions]
    if to in editions:
        return name, to
    if to in shipped_models() or (Path(to) / ENTRY).is_file():
        return to, load(to).edition.id
    raise Faulty([Fault(to, 0, "", f"neither an edition of {known.id} ({', '.join(editions)}) nor a model")])


def elder(place: str) -> str:
    """Return where a model is as it was before it was edited: the shipped one of the same id, else the model itself."""
    known = load(place).id
    return known if known in shipped_models() else place


def words_of(lang: str, languages: Sequence[str]) -> tuple[Words, tuple[Words, ...]]:
    """Return the labels of a language, and those of the others, whose headers are recognised too."""
    return words(lang), tuple(words(other) for other in languages if other != lang)


def _load(place: Traversable) -> Model:
    raw, origins = _assemble(place)
    try:
        return sound(raw)
    except Unsound as unsound:
        raise Faulty(_fault(place, origins, path, what) for path, what in unsound.problems) from None


class Unsound(Exception):
    """What was assembled is no model: ``problems`` are all that is wrong with it, by key path."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def sound(raw: dict[str, Any]) -> Model:
    """Return the model that an assembled tree of keys stands for; Unsound with everything that is wrong."""
    from pydantic import TypeAdapter, ValidationError  # here: it costs 0.2 s, and `--help` needs none of it

    adapter = TypeAdapter(Model)

    def typed(raw: dict[str, Any]) -> Model:
        return adapter.validate_json(json.dumps(raw, default=_untyped))

    try:
        model = typed(raw)
    except ValidationError as problem:
        wrong = [(error["loc"], error["msg"]) for error in problem.errors()]
        raise Unsound([*wrong, *_besides(typed, raw, wrong)]) from None
    if problems := [*check(model), *_own_words(model)]:
        raise Unsound(problems)
    return model


EXCHANGED = (
    "column.",
    "profile.column.",
    "level.",
    "sheet.profile",
    "sheet.review",
    "review.column.",
    "number.",
    "date.",
    "modelbook.",
    "register.",
)
"""Beginnings of the keys of labels by which a file is read back, or a number written: no model says these in its own way."""


def _own_words(model: Model) -> Iterator[Problem]:
    """Yield which of a model's own labels is none, is one that files are read by, or has braces that nothing fills."""
    for key, text in model.words.items():
        for lang, own in text.items():
            known = words(lang).labels
            if key not in known or key.startswith(EXCHANGED):
                yield ("words", key), f"{key!r} is no label that a model may say in its own way"
                break
            if key.startswith("sheet.") and (len(own) > LONGEST_NAME or set(UNNAMED) & set(own)):
                yield ("words", key, lang), f"{own!r} cannot name a sheet: at most {LONGEST_NAME} signs, none of {UNNAMED}"
            if strange := braces(own) - braces(known[key]) - STANDING:
                yield ("words", key, lang), f"nothing fills {min(strange)!r}"


def _untyped(value: object) -> list[str]:
    """Return what no text field accepts, for a value that YAML made of something unquoted, such as a date."""
    return [str(value)]


def _besides(typed: Callable[[dict[str, Any]], Model], raw: dict[str, Any], wrong: Sequence[Problem]) -> Iterator[Problem]:
    """Yield what else is wrong in the levers whose types are right, so that everything is told at once."""
    if any(path[:1] != ("levers",) or len(path) == 1 for path, _ in wrong):
        return
    bad = {path[1] for path, _ in wrong}
    kept = [n for n in range(len(raw["levers"])) if n not in bad]
    model = typed({**raw, "levers": [raw["levers"][n] for n in kept], "selections": []})
    for path, what in check(model):
        yield ("levers", kept[int(path[1])], *path[2:]) if path[:1] == ("levers",) else path, what


LONGEST_NAME, UNNAMED = 31, "[]:*?/\\"
"""What spreadsheet programs ask of the name of a sheet."""


Origins = Mapping[tuple[str | int, ...], str]
"""Which file each part of the assembled model came from, by key path."""


def _assemble(place: Traversable) -> tuple[dict[str, Any], Origins]:
    raw = read_yaml(place / ENTRY)
    if not isinstance(raw, dict):
        raise Faulty([Fault(ENTRY, 0, "", "a mapping of keys was expected")])
    origins: dict[tuple[str | int, ...], str] = {(): ENTRY}
    faults: list[Fault] = []

    def part(path: tuple[str | int, ...], name: str) -> Any:
        origins[path] = name
        try:
            return read_yaml(place / name)
        except Faulty as faulty:
            faults.extend(faulty.faults)
            return None

    for key in ("selections", "words", "glossary"):
        if isinstance(raw.get(key), str):
            raw[key] = part((key,), raw[key])
    levers = raw.get("levers")
    if isinstance(levers, list) and all(isinstance(name, str) for name in levers):
        raw["levers"] = [part(("levers", n), name) for n, name in enumerate(levers)]
    if faults:
        raise Faulty(faults)
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
