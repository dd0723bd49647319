"""Writing: what XlsxWriter and openpyxl take for a questionnaire and a result workbook, which casting is measured against."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial

import openpyxl

from benchmarks.measure import Line, each_round, line
from dimm_xl import catalogue
from dimm_xl.assessment import Return
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.report.organisation import organisation_book
from dimm_xl.results import result_of
from dimm_xl.returns import read_return
from dimm_xl.workbook.write import write


def read(files: Sequence[bytes]) -> list[Return]:
    """Return files as they are read."""
    return [read_return(f"{n}.xlsx", content) for n, content in enumerate(files)]


def questionnaires(returns: Sequence[Return]) -> None:
    """Write each organisation's questionnaire with its answers, anew, through XlsxWriter."""
    for one in returns:
        assert one.assessment is not None
        model = catalogue.resolved("dimm", one.assessment.cut)
        request = Request(catalogue.words(one.assessment.lang), glossary=catalogue.glossary())
        write(questionnaire(model, one.assessment, request), catalogue.look())


def results(returns: Sequence[Return]) -> None:
    """Write each organisation's result workbook anew, through XlsxWriter."""
    for n, one in enumerate(returns):
        write(organisation_book(result_of(str(n), one, ("dimm",)), catalogue.words("fr")), catalogue.look())


def by_openpyxl(files: Sequence[bytes]) -> None:
    """Open a questionnaire with openpyxl, type into it and save it: what a script would do for each organisation."""
    for content in files:
        book = openpyxl.load_workbook(io.BytesIO(content))
        book.worksheets[0]["A1"] = "Hôtel des Tilleuls"
        book.save(io.BytesIO())


def lines(files: Sequence[bytes]) -> list[Line]:
    """Measure writing a few of each, one by one."""
    few = files[:4]
    returns = read(few)
    taken = each_round(
        {"questionnaire": partial(questionnaires, returns), "result": partial(results, returns), "openpyxl": partial(by_openpyxl, few)}, 5
    )
    peer = "openpyxl: open, type, save"
    return [
        line("a questionnaire, written anew by XlsxWriter", taken["questionnaire"], peer, taken["openpyxl"], "–", len(few)),
        line("a result workbook, written anew by XlsxWriter", taken["result"], peer, taken["openpyxl"], "–", len(few)),
    ]
