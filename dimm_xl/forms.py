"""The two forms of a questionnaire as they are read: which sheet, which rows and columns it must have, which rules hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from dimm_xl import audit, audit_checks, checks, layout
from dimm_xl.assessment import Answer, Form
from dimm_xl.checks import Given
from dimm_xl.findings import Finding
from dimm_xl.model import Model
from dimm_xl.sheet import Sheet
from dimm_xl.words import Words


@dataclass(frozen=True)
class Read:
    """How a form is read: the sheet of any lever, the codes of the rows that hold answers, the columns that must be, the rules.

    ``titles`` is where the words keep its headers.
    """

    sheet: Callable[[Model, Words, Sequence[Words]], Sheet]
    rows: Callable[[Model], Collection[str]]
    needed: tuple[str, ...]
    titles: str
    check: Callable[[Model, Sequence[Given]], tuple[Finding, ...]]
    answers: Callable[[Model, Sequence[Given], Sequence[Finding]], Mapping[str, Answer]]
    note: Callable[[Model, Mapping[str, Answer]], tuple[Finding, ...]]


def _levers(model: Model, words: Words, others: Sequence[Words]) -> Sheet:
    return layout.lever_sheet(model, model.levers[0], words, others)


def _indicators(model: Model) -> Collection[str]:
    return model.indicators.keys()


def _demands(_: Model, words: Words, others: Sequence[Words]) -> Sheet:
    return layout.audit_sheet(words, others)


def _both(model: Model) -> Collection[str]:
    return {**model.indicators, **audit.keys(model)}.keys()


READ: Mapping[Form, Read] = {
    "self": Read(
        _levers,
        _indicators,
        ("level", "reason", "measure", "evidence", "comment"),
        "column",
        checks.check,
        checks.answers,
        checks.note,
    ),
    "audit": Read(
        _demands,
        _both,
        ("verdict", "reason", "measure", "evidence", "comment"),
        "audit.column",
        audit_checks.check,
        audit_checks.answers,
        audit_checks.note,
    ),
}
