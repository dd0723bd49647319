"""An archive → whom a new edition of the model touches and by how much: a workbook, a table, a sentence for each organisation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dimm_xl import catalogue
from dimm_xl.archive import read
from dimm_xl.assessment import Return
from dimm_xl.files import write_table, write_whole
from dimm_xl.impact import impact
from dimm_xl.model import Model
from dimm_xl.report.impact import CAUSES, impact_book
from dimm_xl.report.result import Result
from dimm_xl.report.tables import Line
from dimm_xl.report.touched import Impacts, Left, Touched, counts, sentence
from dimm_xl.results import identify, result_of
from dimm_xl.settings import Dress

COUNTS = ("kept", "reworded", "new", "dropped", "reweighted", "retargeted")
FIGURES = ("then", "now", "change", "low", "high", *(f"by_{cause.value}" for cause in CAUSES))
FIELDS = ("organisation", "name", "sector", "size", "lang", "edition", "to", "status", *FIGURES, *COUNTS, "levers", "sentence")
TOUCHED, UNTOUCHED = "touched", "untouched"


@dataclass(frozen=True)
class Wanted:
    """What `impact` is asked for: ``place`` is where the new model is, ``edition`` which of its editions is meant.

    ``then_models`` are the models of the archive, ``lang`` the language of the workbook.
    """

    archive: Path
    place: str
    edition: str
    then_models: tuple[str, ...] = ("dimm",)
    lang: str = "fr"


def assess(wanted: Wanted, out: Path) -> Impacts:
    """Write ``impact.xlsx`` and ``data/impact.csv`` into ``out``; Faulty when the archive or a model cannot be read."""
    found = judged(wanted)
    write_table(out / "data" / "impact.csv", FIELDS, lines(found, wanted.edition))
    write_whole(out / "impact.xlsx", Dress().written(impact_book(found, catalogue.words(wanted.lang))))
    return found


def judged(wanted: Wanted) -> Impacts:
    """Return what the new edition changes for every organisation of the archive, those that it moves most first."""
    whole = catalogue.load(wanted.place).at_edition(wanted.edition)
    touched, left = [], []
    for name, one in identify(read(wanted.archive)).items():
        result = _result(name, one, wanted)
        found = result and _touched(result, whole, wanted)
        if isinstance(found, Touched):
            touched.append(found)
        else:
            said = one.assessment
            assert said is not None
            left.append(Left(said.organisation, said.edition, found or "unfit", name))
    ranked = sorted(touched, key=lambda one: (*(-part for part in one.impact.size), one.result.id))
    return Impacts(whole, tuple(ranked), tuple(left))


def _result(name: str, one: Return, wanted: Wanted) -> Result | None:
    """Return an organisation's result by the model it was assessed by, which may be an edition of the new one; None when it is neither."""
    for models in (wanted.then_models, (wanted.place,)):
        try:
            return result_of(name, one, models)
        except KeyError:
            continue
    return None


def _touched(result: Result, whole: Model, wanted: Wanted) -> Touched | str:
    """Return what the new edition changes for an organisation, or why it is left out."""
    said = result.assessment
    order = [edition.id for edition in catalogue.load(wanted.place).editions]
    if said.model != whole.id:
        return "unfit"
    if said.edition == wanted.edition:
        return "current"
    if said.edition in order and order.index(said.edition) > order.index(wanted.edition):
        return "later"
    try:
        after = catalogue.resolved(wanted.place, replace(said.cut, edition=wanted.edition))
    except KeyError:
        return "unfit"
    found = impact(said, result.model, after)
    return Touched(result, found, sentence(said.organisation, found, catalogue.words(found.carried.assessment.lang)))


def lines(found: Impacts, edition: str) -> Iterator[Line]:
    """Yield a line an organisation in full precision, those that move most first, then those that are left out."""
    for one in found.touched:
        said, move = one.result.assessment, one.impact.overall.move
        about = (one.result.id, said.organisation, said.profile.sector, said.profile.size, said.lang, said.edition, edition)
        ends = (move.then and move.then.value, move.now and move.now.value, move.change, one.impact.overall.low, one.impact.overall.high)
        counted = counts(one.impact)
        yield (
            *about,
            UNTOUCHED if one.impact.untouched else TOUCHED,
            *ends,
            *(move.why.get(cause) for cause in CAUSES),
            *(counted[key] for key in COUNTS),
            ";".join(one.impact.touched),
            one.sentence,
        )
    for left in found.left:
        empty: Sequence[None] = [None] * (len(FIELDS) - 8)
        yield (left.id, left.organisation, None, None, None, left.edition, edition, left.why, *empty)
