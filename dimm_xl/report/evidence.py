"""What was said in words: evidence, reasons and comments; and what is still to be asked, by the function that can answer."""

from __future__ import annotations

from dimm_xl.assessment import Blank, Unknown
from dimm_xl.page import Page, Put, Row, Table
from dimm_xl.report.result import Result, counted, described_sheet, state_word
from dimm_xl.words import Words


def evidence_page(result: Result, words: Words) -> Page:
    """Compose the evidence: every indicator about which the respondent wrote something."""
    name = words("sheet.evidence")
    described = (
        ("code", "row-code", 8),
        ("indicator", "row", 40),
        ("level", "row-level", 9),
        ("evidence", "boxed", 40),
        ("reason", "boxed", 30),
        ("comment", "boxed", 40),
    )
    rows = []
    for code, one in result.model.indicators.items():
        said = result.assessment.answer(code)
        if said.evidence or said.reason or said.comment:
            level = said.level if said.level is not None else "–"
            told = {"evidence": said.evidence or None, "reason": said.reason or None, "comment": said.comment or None}
            rows.append(Row({"code": code, "indicator": words.of(one.name), "level": level, **told}))
    sheet = described_sheet(name, described, words, "code", "result.column")
    return Page(
        name,
        puts=(
            Put(0, 0, counted("evidence", result.evidenced, words), "title", cols=6),
            Put(1, 0, words("evidence.intro"), "hint", cols=6),
        ),
        tables=(Table("evidence", sheet, tuple(rows), 3),),
        freeze=(4, 2),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
    )


def open_page(result: Result, words: Words) -> Page:
    """Compose what is unknown or unanswered, a row for each function that can answer, so that it can be asked function by function."""
    name = words("sheet.open")
    described = (
        ("function", "row-strong", 26),
        ("code", "row-code", 8),
        ("indicator", "row", 60),
        ("state", "row", 18),
        ("weight", "row-figure-whole", 8),
    )
    rows = []
    for function in result.model.functions:
        for code, one in result.model.indicators.items():
            state = result.assessment.answer(code).state
            if function.id in one.functions and isinstance(state, Blank | Unknown):
                told = {"function": words.of(function.name), "code": code, "indicator": words.of(one.name)}
                rows.append(Row({**told, "state": words(f"unjudged.{state_word(state)}"), "weight": one.weight}))
    missing = sum(isinstance(result.assessment.answer(code).state, Blank | Unknown) for code in result.model.indicators)
    sheet = described_sheet(name, described, words, "code", "open.column")
    return Page(
        name,
        puts=(
            Put(0, 0, counted("open", missing, words), "title", cols=5),
            Put(1, 0, words("open.intro"), "hint", cols=5),
        ),
        tables=(Table("still_open", sheet, tuple(rows), 3),),
        freeze=(4, 0),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
    )
