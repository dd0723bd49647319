"""Returns that stand → results: each organisation under its id, scored, with what it said last time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dimm_xl import catalogue, respondents
from dimm_xl.archive import read
from dimm_xl.assessment import Assessment, Return
from dimm_xl.files import slug, unique
from dimm_xl.findings import Code, Fault, Faulty
from dimm_xl.model import Model
from dimm_xl.progress import matched
from dimm_xl.register import NOBODY, Register, completed
from dimm_xl.report.result import Peers, Result
from dimm_xl.review import UNREVIEWED, Weighed, validated
from dimm_xl.scoring import score

CONSOLIDATED = "consolidated.xlsx"
"""The workbook over the organisations of the first model; those of others have the model in their name."""


@dataclass(frozen=True)
class Standing:
    """What a run reports on: every file's return, the accepted ones by organisation's id, second opinions by the same id, the register."""

    returns: Sequence[Return]
    named: Mapping[str, Return]
    weighed: Mapping[str, Weighed] = field(default_factory=dict)
    register: Register = NOBODY

    def opinions(self, name: str) -> Weighed:
        """Return the second opinions on an organisation."""
        return self.weighed.get(name, UNREVIEWED)


@dataclass(frozen=True)
class Together:
    """What only all results together say: by id, whom an organisation may be compared with; how many of the register returned, are late."""

    peers: Mapping[str, Peers] = field(default_factory=dict)
    register: Mapping[str, int] = field(default_factory=dict)


def identify(returns: Sequence[Return], register: Register = NOBODY) -> dict[str, Return]:
    """Give each organisation's return an id that is unique in the run and safe as a file name: the register's, else its name, folded.

    The returns of several respondents of one organisation are put together first, and set against all that its register asks of it.
    """
    accepted = [completed(one, register) for one in respondents.joined(returns)]
    taken, said = list(register.organisations), [respondents.said_in(one) for one in accepted]
    enlisted = [one.organisation_id if one.organisation_id in register.organisations else "" for one in said]
    others = unique([*taken, *(slug(one.organisation) for one, known in zip(said, enlisted, strict=True) if not known)])[len(taken) :]
    free = iter(others)
    names = [known or next(free) for known in enlisted]
    return dict(zip(names, accepted, strict=True))


def consolidations(models: Sequence[str], present: Collection[str]) -> Mapping[str, Model]:
    """Return the models over whose organisations a workbook is written, by its name: the first one, and others ``present`` (by id)."""
    loaded = {one.id: one for one in map(catalogue.load, models)}.values()
    kept = [one for n, one in enumerate(loaded) if not n or one.id in present]
    return {f"consolidated-{one.id}.xlsx" if n else CONSOLIDATED: one for n, one in enumerate(kept)}


def of_model(model: Model, results: Sequence[Result]) -> list[Result]:
    """Return the results of organisations that are measured by a model."""
    return [one for one in results if one.model.id == model.id]


# --- scored


def result_of(name: str, one: Return, models: Sequence[str], weighed: Weighed = UNREVIEWED) -> Result:
    """Score an accepted return, by what a reviewer validated where there are opinions."""
    assert one.assessment is not None
    model = _resolved(one, models)
    whole = _resolved(one, models, adapted=False) if one.assessment.adaptations else None
    scores = score(model, one.assessment)
    declared = Result(name, one.file, one.sha256, model, one.assessment, scores, parts=respondents.parts_of(one), whole=whole)
    if not weighed.opinions:
        return declared
    reviewed = validated(one.assessment, weighed.opinions)
    return replace(declared, assessment=reviewed, scores=score(model, reviewed), opinions=weighed.opinions, declared=declared)


def _resolved(one: Return, models: Sequence[str], adapted: bool = True) -> Model:
    """Return the model that a return was made with, as its questionnaire saw it; KeyError when it is none of ``models``."""
    assert one.assessment is not None
    where = {catalogue.load(model).id: model for model in models}[one.assessment.model]
    cut = one.assessment.cut
    return catalogue.resolved(where, cut if adapted else replace(cut, adaptations=()))


# --- the campaign before


def earlier(path: Path, models: Sequence[str]) -> dict[str, Return]:
    """Return the accepted returns of an archive by id; Faulty when it is none, or when one is of no model of ``models``."""
    named = identify(read(path))
    for one in named.values():
        try:
            _resolved(one, models)
        except KeyError as unknown:
            raise Faulty([Fault(str(path), 0, one.file, f"{unknown} is in no model given; say where it is with --model")]) from None
    return named


def last_time(then: Mapping[str, Return], now: Mapping[str, Return]) -> Mapping[str, str]:
    """Return, by the id of each organisation of now that was there then, its id of then; whoever gave no name is nobody's."""

    def known(named: Mapping[str, Return]) -> dict[str, Assessment]:
        said = {name: one.assessment for name, one in named.items() if Code.NO_ORGANISATION not in {each.code for each in one.findings}}
        return {name: one for name, one in said.items() if one is not None}

    return matched(known(then), known(now))
