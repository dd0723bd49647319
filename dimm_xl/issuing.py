"""Questionnaires on their way out: one a profile, filled in as far as is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, pool
from dimm_xl.assessment import Assessment, Form
from dimm_xl.files import slug, write_whole
from dimm_xl.model import Model, Profile
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.sample import Drawn, sample
from dimm_xl.workbook.mould import cast


@dataclass(frozen=True)
class Wanted:
    """What `issue` is asked for; ``model`` is a shipped id or a folder."""

    model: str = "dimm"
    edition: str | None = None
    lang: str = "fr"
    organisation: str = ""
    selection: str | None = None
    deadline: date | None = None
    score: bool = True
    colours: str = ""
    form: Form = "self"


def issue(out: Path, profiles: Iterable[Profile], wanted: Wanted) -> Iterator[Path]:
    """Write one questionnaire for each profile into the folder ``out`` and yield its path."""
    whole = catalogue.load(wanted.model)
    edition = wanted.edition or whole.edition.id
    for profile in profiles:
        blank = Assessment(wanted.organisation, profile, whole.id, edition, wanted.lang, wanted.selection, form=wanted.form)
        content = fill(wanted, blank)
        yield write_whole(out / issued_name(blank), content)


def fill(wanted: Wanted, assessment: Assessment) -> bytes:
    """Return the questionnaire of an assessment, its answers filled in, as a workbook (cast: see :mod:`dimm_xl.workbook.mould`)."""
    model = catalogue.resolved(wanted.model, assessment.cut)
    whole = catalogue.resolved(wanted.model, replace(assessment.cut, adaptations=())) if assessment.adaptations else None
    request = Request(catalogue.words(assessment.lang), wanted.deadline, wanted.score, catalogue.glossary(), whole)
    return cast(questionnaire(model, assessment, request), catalogue.look(wanted.colours))


def issued_name(assessment: Assessment) -> str:
    """Return the file name of a questionnaire: safe, and sorted by organisation or by profile."""
    profile = assessment.profile
    parts = [f"{assessment.model}-{assessment.edition}", profile.sector, profile.size, assessment.lang]
    if assessment.form != "self":
        parts.append(assessment.form)
    if assessment.selection:
        parts.append(assessment.selection)
    if assessment.organisation:
        parts.insert(0, slug(assessment.organisation))
    return "_".join(parts) + ".xlsx"


def make_up(out: Path, drawn: Drawn, workers: int | None = None) -> int:
    """Write made-up returns into the folder ``out``, in workers, and return how many."""
    jobs = ((n, assessment) for n, assessment in enumerate(sample(drawn), 1))
    made = 0
    for _, outcome in pool.each(partial(_make_up_one, out, drawn.model), jobs, workers, deadline=60):
        if isinstance(outcome, pool.Failed):
            raise RuntimeError(outcome.detail or outcome.why)
        made += 1
    return made


def _make_up_one(out: Path, model: str, job: tuple[int, Assessment]) -> Path:
    number, assessment = job
    return write_whole(out / f"{number:05d}_{issued_name(assessment)}", fill(Wanted(model), assessment))


def every_profile(model: Model) -> list[Profile]:
    """Return every sector × size of a model."""
    return [Profile(sector.id, size.id) for sector in model.sectors for size in model.sizes]
