"""The sheet that says who answers."""

from __future__ import annotations

from dimm_xl import layout
from dimm_xl.assessment import Assessment
from dimm_xl.model import Model
from dimm_xl.once import once
from dimm_xl.page import Page, Put, Row, Table
from dimm_xl.words import Words

_sheet, _kinds = once(layout.profile_sheet), once(layout.profile_kinds)


def profile_page(model: Model, assessment: Assessment, words: Words) -> Page:
    """Compose the profile sheet: sector, size and edition are said, the rest is to fill in."""
    sheet = _sheet(words)
    profile = assessment.profile
    fixed = {
        "sector": words.of(model.label("sector", profile.sector)),
        "size": words.of(model.label("size", profile.size)),
        "edition": f"{words.of(model.name)}, {words.of(model.edition.name)}",
    }
    known = {"organisation": assessment.organisation, **assessment.respondent}
    kinds = _kinds(words)

    def row(field: str, value: str | None, closed: bool) -> Row:
        shown = kinds[field].show(value) if value and field in kinds else value
        values = {"field": field, "label": words(f"profile.{field}"), "value": shown or None, "hint": words(f"profile.hint.{field}")}
        return Row(values, closed=frozenset({"value"}) if closed else frozenset())

    rows = [row("organisation", known["organisation"], closed=False)]
    rows += [row(field, value, closed=True) for field, value in fixed.items()]
    rows += [row(field, known.get(field), closed=False) for field in layout.RESPONDENT]
    table = Table("profile", sheet, tuple(rows), 3, filters=False)
    picks = [
        Put(table.row + 1 + n, sheet.place("value"), row.values["value"], "cell-entry", entry=True, picks=kinds[field].picks)
        for n, row in enumerate(rows)
        if (field := str(row.values["field"])) in kinds
    ]
    return Page(
        sheet.name,
        puts=(
            Put(0, 1, words("profile.title"), "title", cols=3),
            Put(1, 1, words("profile.intro"), "hint", cols=3),
            *picks,
        ),
        tables=(table,),
        freeze=(4, 0),
        protect=True,
        footer=words("footer.questionnaire"),
        tab="entry-line",
    )
