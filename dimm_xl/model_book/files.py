"""A model → the YAML files that the catalogue loads, written as those of ``templates/models`` are: for people to read and compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from dimm_xl.files import slug, unique
from dimm_xl.model import Grouping, Indicator, Lever, Measure, Model, Named, Scale, Target, Text

ENTRY, SELECTIONS, WORDS, GLOSSARY = "model.yaml", "selections.yaml", "words.yaml", "glossary.yaml"
Tree = dict[str, Any]


class _Quoted(str):
    """A text for people: always in double quotes, so that YAML makes nothing else of it."""

    __slots__ = ()


class _Line(dict[str, Any]):
    """A short mapping, on one line."""


class _Row(tuple[Any, ...]):
    """A short list, on one line."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their key, as the shipped files have them, and repeats what is equal."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


_Dumper.add_representer(_Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"'))
_Dumper.add_representer(_Line, lambda dumper, tree: dumper.represent_mapping("tag:yaml.org,2002:map", tree.items(), flow_style=True))
_Dumper.add_representer(_Row, lambda dumper, several: dumper.represent_sequence("tag:yaml.org,2002:seq", several, flow_style=True))


def files_of(model: Model) -> Mapping[str, str]:
    """Return the files of a model by name; ``model.yaml``, which names the others, is the last."""
    names = [f"{slug(lever.name[model.languages[-1]]).partition('-')[0]}.yaml" for lever in model.levers]
    levers = unique([ENTRY, SELECTIONS, WORDS, GLOSSARY, *names])[4:]
    held = {name: _lever(lever) for name, lever in zip(levers, model.levers, strict=True)}
    words = {WORDS: {key: _block(said) for key, said in model.words.items()}} if model.words else {}
    terms = {GLOSSARY: [{"term": _flow(one.term), "meaning": _block(one.meaning)} for one in model.glossary]} if model.glossary else {}
    trees = {**held, **words, **terms, SELECTIONS: _selections(model), ENTRY: _model(model, levers)}
    return {name: yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6) for name, tree in trees.items()}


def _model(model: Model, levers: Sequence[str]) -> Tree:
    scoring = model.scoring
    shown: Tree = {
        "overall": scoring.overall,
        "provisional_below": _number(scoring.provisional_below),
        "hidden_below": _number(scoring.hidden_below),
        "distribution": _numbers(scoring.distribution),
    }
    if scoring.published:
        shown["published"] = {"shares": _numbers(scoring.published.shares), "about": _block(scoring.published.about)}
    if scoring.ranked:
        shown["ranked"] = _Line(groups=scoring.ranked.groups, name=_flow(scoring.ranked.name))
    return {
        "id": model.id,
        "name": _flow(model.name),
        "languages": _Row(model.languages),
        "editions": [_Line(id=one.id, year=one.year, name=_flow(one.name)) for one in model.editions],
        "scale": _scale(model.scale),
        "scoring": shown,
        **{kind: [_named(one) for one in several] for kind, several in _kinds(model).items()},
        **({"words": WORDS} if model.words else {}),
        **({"glossary": GLOSSARY} if model.glossary else {}),
        "selections": SELECTIONS,
        "levers": _Row(levers),
    }


def _scale(scale: Scale) -> Tree:
    levels = {} if scale.levels is None else {"levels": scale.levels}
    return _Line(lowest=scale.lowest, highest=scale.highest, better=scale.better, **levels)


def _kinds(model: Model) -> Mapping[str, Sequence[Named]]:
    return {"sizes": model.sizes, "sectors": model.sectors, "functions": model.functions}


def _selections(model: Model) -> list[Tree]:
    return [
        {
            "id": one.id,
            "name": _flow(one.name),
            "description": _block(one.description),
            "indicators": [{"code": each.code, **({"action": _block(each.action)} if each.action else {})} for each in one.indicators],
        }
        for one in model.selections
    ]


def _lever(lever: Lever) -> Tree:
    weight = {} if lever.weight == 1 else {"weight": _number(lever.weight)}
    heads = {"code": lever.code, "name": _flow(lever.name), "question": _block(lever.question), **weight}
    return {**heads, "groupings": [_grouping(one) for one in lever.groupings]}


def _grouping(grouping: Grouping) -> Tree:
    return {"code": grouping.code, "name": _flow(grouping.name), "indicators": [_indicator(one) for one in grouping.indicators]}


def _indicator(one: Indicator) -> Tree:
    return {
        "code": one.code,
        "origin": one.origin,
        **({"since": one.since} if one.since else {}),
        **({"retouched": one.retouched} if one.retouched else {}),
        "name": _block(one.name),
        "definition": _block(one.definition),
        "weight": one.weight,
        "sizes": _Row(one.sizes),
        "functions": _Row(one.functions),
        **({"measure": _measure(one.measure)} if one.measure else {}),
        "levels": _levels(one.levels),
        "evidence": _block(one.evidence),
        "action": _block(one.action),
        "target": _target(one.target),
        **({"sectors": {sector: {"levels": _levels(varied.levels)} for sector, varied in one.sectors.items()}} if one.sectors else {}),
    }


def _measure(measure: Measure) -> Tree:
    return {
        "figure": _block(measure.figure),
        "unit": _flow(measure.unit),
        "better": measure.better,
        **({"period": _flow(measure.period)} if measure.period else {}),
        **({} if measure.highest is None else {"highest": _number(measure.highest)}),
        "thresholds": _numbers(measure.thresholds),
        **({"sectors": {sector: _numbers(several) for sector, several in measure.sectors.items()}} if measure.sectors else {}),
    }


def _levels(levels: Mapping[int, Sequence[Text]]) -> Tree:
    return {level: [_block(demand) for demand in levels[level]] for level in sorted(levels)}  # type: ignore[misc]


def _target(target: Target) -> Tree:
    held = {"sizes": target.sizes, "sectors": target.sectors}
    return _Line(default=target.default, **{kind: _Line(several) for kind, several in held.items() if several})


def _named(one: Named) -> Tree:
    return _Line(id=one.id, name=_flow(one.name))


def _flow(text: Text) -> Tree:
    return _Line(_block(text))


def _block(text: Text) -> Tree:
    return {lang: _Quoted(shown) for lang, shown in text.items()}


def _numbers(several: Sequence[float]) -> _Row:
    return _Row(map(_number, several))


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value
