"""A benchmark pack: the medians and quartiles of a study as a small YAML file, for the peer series of other campaigns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import yaml

from dimm_xl.anonymity import Scope
from dimm_xl.catalogue import read_yaml
from dimm_xl.findings import Fault, Faulty
from dimm_xl.model import Entry, Model
from dimm_xl.model_check import Problem
from dimm_xl.scoring import FEWEST, Spread

LARGEST = 1_000_000
"""Bytes; a pack of 18 sectors and 100 regions has 60,000."""
LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True)
class Quartiles(Entry):
    """How the scores of ``count`` organisations are spread."""

    count: int
    low: float
    median: float
    high: float

    @property
    def spread(self) -> Spread:
        """The same as the reports take it."""
        return Spread(self.count, self.low, self.median, self.high)


@dataclass(frozen=True, kw_only=True)
class Figures(Entry):
    """One group of organisations: all of them (``id`` empty), a sector, a size, a country, a region ``within`` a country."""

    scope: Scope
    count: int
    overall: Quartiles
    levers: Mapping[str, Quartiles]
    id: str = ""
    within: str = ""


@dataclass(frozen=True, kw_only=True)
class Pack(Entry):
    """A benchmark: its name for people, the model and edition it was measured with, its groups."""

    benchmark: Literal[1]
    name: str
    model: str
    edition: str
    groups: tuple[Figures, ...]

    def group(self, scope: str, named: str) -> Figures | None:
        """Return a group by scope and id, None when the pack does not have it."""
        return next((one for one in self.groups if (one.scope, one.id) == (scope, named)), None)


def load(path: Path, *models: Model) -> Pack:
    """Return the pack in a file; Faulty with everything that is wrong with it, or when it is of none of ``models``."""
    from pydantic import TypeAdapter, ValidationError

    try:
        if path.stat().st_size > LARGEST:
            raise Faulty([Fault(path.name, 0, "", f"larger than {LARGEST} bytes: no benchmark pack")])
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(path.read_text("utf-8"), Loader=yaml.SafeLoader)):
            raise Faulty([Fault(path.name, 0, "", "holds aliases (*), which a benchmark pack never does")])
    except yaml.MarkedYAMLError as problem:
        raise Faulty([Fault(path.name, problem.problem_mark.line + 1 if problem.problem_mark else 0, "", str(problem.problem))]) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise Faulty([Fault(path.name, 0, "", str(problem))]) from None
    try:
        pack: Pack = TypeAdapter(Pack).validate_json(json.dumps(read_yaml(path), default=str))
    except ValidationError as problem:
        raise Faulty(Fault(path.name, 0, ".".join(map(str, error["loc"])), error["msg"]) for error in problem.errors()) from None
    model = next((one for one in models if one.id == pack.model), models[0])
    if faults := [Fault(path.name, 0, ".".join(map(str, place)), what) for place, what in check(pack, model)]:
        raise Faulty(faults)
    return pack


def check(pack: Pack, model: Model) -> Iterator[Problem]:
    """Yield what types cannot say: another model, unknown ids, groups given twice or too small, quartiles out of order or of the scale."""
    if pack.model != model.id:
        yield ("model",), f"a benchmark of model {pack.model!r}, not of {model.id!r}"
        return
    if not pack.name.strip() or len(pack.name) > LONGEST_NAME or not pack.name.isprintable():
        yield ("name",), f"a name of one line and at most {LONGEST_NAME} characters is needed"
    seen = set()
    for n, group in enumerate(pack.groups):
        place: tuple[str | int, ...] = ("groups", n)
        if group.scope in ("sector", "size") and group.id not in model.names[group.scope]:
            yield (*place, "id"), f"no {group.scope} {group.id!r} in this model"
        if (key := (group.scope, group.within, group.id)) in seen:
            yield place, "the same group stands twice"
        seen.add(key)
        if group.count < FEWEST:
            yield (*place, "count"), f"fewer than {FEWEST} organisations"
        levers = {lever.code for lever in model.levers}
        yield from (((*place, "levers", code), "no such lever in this model") for code in group.levers if code not in levers)
        yield from (((*place, "overall"), what) for what in _quartiles(group.overall, model))
        yield from (((*place, "levers", code), what) for code, one in group.levers.items() for what in _quartiles(one, model))


def _quartiles(figures: Quartiles, model: Model) -> Iterator[str]:
    if figures.count < FEWEST:
        yield f"fewer than {FEWEST} organisations"
    if not model.scale.lowest <= figures.low <= figures.median <= figures.high <= model.scale.highest:
        yield f"low, median and high do not rise from {model.scale.lowest} to {model.scale.highest}"


def dump(pack: Pack) -> str:
    """Return a pack as YAML, what is empty left out."""
    written = asdict(pack)
    written["groups"] = [{key: value for key, value in group.items() if value != ""} for group in written["groups"]]
    return str(yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=140))
