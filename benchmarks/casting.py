"""Casting against XlsxWriter writing anew: a prefilled questionnaire, and the result workbook of one organisation, on one core.

Both sides do the whole: compose the book (ours from the assessment, scoring included) and give its bytes. They take turns, organisation
by organisation; the moulds are made before, as in a campaign of many (how many casts find theirs: `hits`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.measure import Line, each_round, line
from dimm_xl import catalogue
from dimm_xl.assessment import Assessment, Return, Status
from dimm_xl.page import Book
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.report.organisation import organisation_book
from dimm_xl.results import result_of
from dimm_xl.sample import Drawn, sample
from dimm_xl.workbook.mould import cast, counts
from dimm_xl.workbook.write import write

ORGANISATIONS = 20
Composed = Callable[[Assessment], Book]


def prefilled(said: Assessment) -> Book:
    """Compose a questionnaire with its answers."""
    words = catalogue.words(said.lang)
    return questionnaire(catalogue.resolved("dimm", said.cut), said, Request(words, glossary=catalogue.glossary()))


def result(said: Assessment) -> Book:
    """Score an assessment and compose its result workbook."""
    one = Return("return.xlsx", "0" * 64, Status.ACCEPTED, said)
    return organisation_book(result_of("organisation", one, ("dimm",)), catalogue.words(said.lang))


def made(by: Callable[..., bytes], compose: Composed, several: Sequence[Assessment]) -> None:
    """Compose and write a book for each organisation."""
    look = catalogue.look()
    for said in several:
        by(compose(said), look)


def lines() -> list[Line]:
    """Measure both kinds of workbook."""
    several = [*sample(Drawn(ORGANISATIONS, 1, size="sme"))]
    table = []
    for what, compose, must in (
        ("a prefilled questionnaire, one core", prefilled, "≥ 15 (theirs / ours)"),
        ("a result workbook, one core", result, "≥ 10 (theirs / ours)"),
    ):
        taken = each_round({"ours": partial(made, cast, compose, several), "theirs": partial(made, write, compose, several)}, rounds=5)
        table.append(line(what, taken["ours"], "XlsxWriter writing it anew", taken["theirs"], must, ORGANISATIONS, faster=True))
    return table


def hits(count: int = 1000) -> dict[str, dict[str, int]]:
    """Cast both workbooks of many organisations of every profile and language, and count the moulds that had to be made."""
    found = {}
    for name, compose in (("questionnaires", prefilled), ("results", result)):
        counts.clear()
        made(cast, compose, [*sample(Drawn(count, 1))])
        found[name] = dict(counts)
    return found


if __name__ == "__main__":
    for row in lines():
        print(f"{row.what}: {row.ours * 1000:.2f} ms against {row.theirs * 1000:.2f} ms, {row.ratio:.1f} ({row.must})")
    print(hits())
