"""The questionnaire as a whole, its glossary and its hidden identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dimm_xl import layout
from dimm_xl.adaptation import written
from dimm_xl.adapted import adapted, adapted_page
from dimm_xl.assessment import Assessment
from dimm_xl.model import Model, Text
from dimm_xl.once import once
from dimm_xl.page import Book, Page, Put, Row, Table
from dimm_xl.questionnaire.audit import audit_page, audit_table
from dimm_xl.questionnaire.lever import lever_page, lever_table
from dimm_xl.questionnaire.profile import profile_page
from dimm_xl.questionnaire.start import start_page, title
from dimm_xl.questionnaire.synthesis import synthesis
from dimm_xl.scoring import score
from dimm_xl.sheet import Column, Sheet, face
from dimm_xl.words import Words


@dataclass(frozen=True)
class Request:
    """Which questionnaire is wanted, besides the model: what the start sheet says and whether the score is shown live.

    ``whole`` is the model before it was adapted, needed to say what is adapted.
    """

    words: Words
    deadline: date | None = None
    score: bool = True
    glossary: tuple[tuple[Text, Text], ...] = ()
    whole: Model | None = None


def questionnaire(model: Model, assessment: Assessment, request: Request) -> Book:
    """Compose a questionnaire for an assessment's profile, its answers filled in (none: a blank questionnaire).

    ``model`` is the model at the profile, edition and selection of ``assessment``. What is stored beside each formula is
    computed by :mod:`dimm_xl.scoring`, so that a preview shows what a spreadsheet program would calculate.
    """
    words, scores = request.words.within(model), score(model, assessment)
    table, page = (audit_table, audit_page) if assessment.form == "audit" else (lever_table, lever_page)
    levers = {lever.code: table(model, lever, assessment, words) for lever in model.levers}
    profile = profile_page(model, assessment, words)
    pages = [
        start_page(model, assessment, words, request.deadline, levers, profile.tables[0]),
        profile,
        *(page(lever, levers[lever.code], words) for lever in model.levers),
    ]
    if request.score:
        pages.append(synthesis(model, scores, levers, words))
    if request.whole and (changed := adapted(request.whole, assessment.adaptations)):
        pages.append(adapted_page(changed, words))
    pages += [_glossary_page(model, words, request.glossary), _identity_page(assessment)]
    return Book(title(model, assessment, words), assessment.organisation, words.lang, tuple(pages))


@once
def _glossary_page(model: Model, words: Words, glossary: tuple[tuple[Text, Text], ...]) -> Page:
    terms = [(one.term, one.meaning) for one in model.glossary] or glossary
    sheet = Sheet(
        words("sheet.glossary"),
        "term",
        (Column("term", words("glossary.term"), look="term", width=34), Column("meaning", words("glossary.meaning"), width=100)),
    )
    entries = sorted(((words.of(term), words.of(meaning)) for term, meaning in terms), key=lambda entry: face(entry[0]))
    rows = [Row({"term": term[:1].upper() + term[1:], "meaning": meaning}) for term, meaning in entries]
    return Page(
        sheet.name,
        puts=(Put(0, 0, words("glossary.title"), "title", cols=2), Put(1, 0, words("glossary.intro"), "hint", cols=2)),
        tables=(Table("glossary", sheet, tuple(rows), 3),),
        freeze=(4, 0),
        protect=True,
        portrait=True,
        footer=words("footer.questionnaire"),
    )


def identity(assessment: Assessment) -> Mapping[str, str]:
    """Return what the identity sheet says, by key; reading it back tells which description a return was made with."""
    own = {f"{layout.ADAPTED}{one.code}": written(one) for one in assessment.adaptations}
    return {
        "kind": layout.KIND,
        "layout": layout.LAYOUT,
        "model": assessment.model,
        "edition": assessment.edition,
        "lang": assessment.lang,
        "sector": assessment.profile.sector,
        "size": assessment.profile.size,
        "selection": assessment.selection or "",
        "organisation_id": assessment.organisation_id,
        "functions": " ".join(assessment.functions),
        "form": assessment.form,
        **({"again": "yes"} if assessment.last else {}),
        **own,
    }


_identity_sheet = once(layout.identity_sheet)


def _identity_page(assessment: Assessment) -> Page:
    rows = tuple(Row({"key": key, "value": value or None}) for key, value in identity(assessment).items())
    return Page(layout.IDENTITY, tables=(Table("identity", _identity_sheet(), rows, 0, filters=False),), protect=True, hidden=True)
