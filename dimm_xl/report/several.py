"""The consolidated sheet of organisations that spoke with several voices: several respondents, or a second opinion."""

from __future__ import annotations

from collections.abc import Sequence

from dimm_xl.model import Model
from dimm_xl.page import Page, Put, Row, Table, Value
from dimm_xl.report.result import Described, Result, described_sheet, shown
from dimm_xl.report.second import reviewable
from dimm_xl.respondents import disagreements
from dimm_xl.words import Words


def spoken_of_twice(results: Sequence[Result]) -> list[Result]:
    """Return the organisations with several respondents or a second opinion."""
    return [result for result in results if len(result.parts) > 1 or result.declared]


def several_page(model: Model, results: Sequence[Result], words: Words) -> Page:
    """Compose a row an organisation: respondents and disagreements, opinions and both scores; most disagreements first."""
    name = words("sheet.several")
    described: Described = (
        ("organisation", "row-strong", 34),
        ("respondents", "row-figure-whole", 13),
        ("apart", "row-level", 13),
        ("first", "row", 44),
        ("checked", "row-figure-whole", 11),
        ("count", "row-figure-whole", 11),
        ("declared", "row-figure", 13),
        ("validated", "row-score", 11),
        ("points", "row-points", 11),
    )
    rows = sorted((_row(model, result, words) for result in results), key=lambda row: -int(str(row.values["apart"])))
    return Page(
        name,
        puts=(
            Put(0, 0, words("several.title", count=len(rows)), "title", cols=9),
            Put(1, 0, words("several.intro"), "hint", cols=9),
        ),
        tables=(Table("several", described_sheet(name, described, words, "organisation", "several.column"), tuple(rows), 3),),
        freeze=(4, 1),
        footer=words("footer.portfolio"),
    )


def _row(model: Model, result: Result, words: Words) -> Row:
    found = disagreements(result.model, result.parts) if len(result.parts) > 1 else ()
    first = f"{found[0].indicator.code} {words.of(found[0].indicator.name)}" if found else None
    before, after = (shown(model, one.scores.overall) for one in (result.declared or result, result))
    told: dict[str, Value] = {"respondents": len(result.parts), "apart": len(found), "first": first, "declared": before}
    if result.declared:
        points = after - before if after is not None and before is not None else None
        told |= {"checked": len(result.opinions), "count": reviewable(result.declared), "validated": after, "points": points}
    return Row({"organisation": result.assessment.organisation, **told})
