"""The result workbook of one organisation: page one, a sheet a lever, progress, roadmap, what-if, evidence, method, flat data."""

from __future__ import annotations

from dimm_xl.page import Book
from dimm_xl.report.annexes import data_page, method_page, roadmap_page
from dimm_xl.report.discuss import discuss_page
from dimm_xl.report.evidence import evidence_page, open_page
from dimm_xl.report.lever import lever_page
from dimm_xl.report.navigation import returning
from dimm_xl.report.page_one import page_one
from dimm_xl.report.progress import progress_page
from dimm_xl.report.result import Result, about
from dimm_xl.report.second import second_page
from dimm_xl.report.whatif import whatif_page
from dimm_xl.roadmap import steps
from dimm_xl.words import Words


def organisation_book(result: Result, words: Words) -> Book:
    """Compose the result workbook of an organisation in the language of ``words``."""
    words = words.within(result.model)
    roadmap = steps(result.model, result.scores, result.assessment.selection)
    levers = [lever_page(result, lever, words) for lever in result.model.levers]
    rest = [
        *((progress_page(result, result.progress, words),) if result.progress else ()),
        *([discuss_page(result, words)] if len(result.parts) > 1 else []),
        *([second_page(result, result.declared, words)] if result.declared else []),
        roadmap_page(result, roadmap, words),
        whatif_page(result, roadmap, words),
        evidence_page(result, words),
        open_page(result, words),
        method_page(result, words),
        data_page(result, words),
    ]
    first = page_one(result, roadmap, [page.name for page in levers], [page.name for page in rest], words)
    title = words("result.title", organisation=result.assessment.organisation)
    return Book(title, about(result, words), words.lang, returning((first, *levers, *rest), words))
