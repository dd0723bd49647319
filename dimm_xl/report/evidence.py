"""What was said in words: evidence, reasons and comments; and what is still to be asked, by the function that can answer."""

from __future__ import annotations

from collections.abc import Mapping

from dimm_xl.assessment import Blank, Unknown
from dimm_xl.model import Indicator, Named
from dimm_xl.once import once
from dimm_xl.page import Page, Put, Row, Table, Value
from dimm_xl.report.result import Result, counted, described_sheet, state_word
from dimm_xl.words import Words

EVIDENCE = (
    ("code", "row-code", 8),
    ("indicator", "row", 40),
    ("level", "row-level", 9),
    ("evidence", "boxed", 40),
    ("reason", "boxed", 30),
    ("comment", "boxed", 40),
)
OPEN = (
    ("function", "row-strong", 26),
    ("code", "row-code", 8),
    ("indicator", "row", 60),
    ("state", "row", 18),
    ("weight", "row-figure-whole", 8),
)
"""Columns of both pages: field, look, width."""


def evidence_page(result: Result, words: Words) -> Page:
    """Compose the evidence: every indicator about which the respondent wrote something."""
    name = words("sheet.evidence")
    rows = []
    for code, one in result.model.indicators.items():
        said = result.answers[code]
        if said.evidence or said.reason or said.comment:
            level = said.level if said.level is not None else "–"
            told = {"evidence": said.evidence or None, "reason": said.reason or None, "comment": said.comment or None}
            rows.append(Row({"code": code, "indicator": words.of(one.name), "level": level, **told}))
    sheet = described_sheet(name, EVIDENCE, words, "code", "result.column")
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


@once
def _open_row(one: Indicator, function: Named, state: str, words: Words) -> Row:
    told = {"function": words.of(function.name), "code": one.code, "indicator": words.of(one.name)}
    common: Mapping[str, Value] = {**told, "state": words(f"unjudged.{state}"), "weight": one.weight}
    return Row(common, common=common)


def open_page(result: Result, words: Words) -> Page:
    """Compose what is unknown or unanswered, a row for each function that can answer, so that it can be asked function by function."""
    name = words("sheet.open")
    states = {code: answer.state for code, answer in result.answers.items() if isinstance(answer.state, Blank | Unknown)}
    missing = [result.model.indicators[code] for code in states]
    rows = [
        _open_row(one, function, state_word(states[one.code]), words)
        for function in result.model.functions
        for one in missing
        if function.id in one.functions
    ]
    sheet = described_sheet(name, OPEN, words, "code", "open.column")
    return Page(
        name,
        puts=(
            Put(0, 0, counted("open", len(missing), words), "title", cols=5),
            Put(1, 0, words("open.intro"), "hint", cols=5),
        ),
        tables=(Table("still_open", sheet, tuple(rows), 3),),
        freeze=(4, 0),
        footer=words("footer.result", edition=words.of(result.model.edition.name)),
    )
