"""The tables that a machine reads: returns, answers, scores and findings as CSV, and as Parquet where pyarrow is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dimm_xl import columnar
from dimm_xl.assessment import NotApplicable, Return
from dimm_xl.describe import message
from dimm_xl.files import write_table
from dimm_xl.report.result import Result, state_word
from dimm_xl.respondents import said_in
from dimm_xl.scoring import Score, of_answer, of_parts
from dimm_xl.words import Words

Line = tuple[object, ...]

RETURNS = ("file", "sha256", "status", "organisation", "sector", "size", "edition", "lang", "answered", "expected", "form", "model")
ANSWERS = ("return", "organisation", "respondent", "indicator", "state", "level", "measure", "reason", "evidence", "comment", "model")
SCORES = ("organisation", "sector", "size", "scope", "code", "score", "low", "high", "answered", "expected", "target", "basis", "model")
NUMBERS = frozenset({"answered", "expected", "level", "measure", "score", "low", "high", "target"})
"""Fields that hold figures; all others hold text."""
FINDINGS = ("file", "sheet", "cell", "code", "severity", "message")


def write_tables(folder: Path, returns: Sequence[Return], results: Sequence[Result], words: Words) -> list[Path]:
    """Write the four tables into ``folder`` and return where; numbers in full precision, empty where there is no value."""
    tables: dict[str, tuple[Sequence[str], Callable[[], Iterator[Line]]]] = {
        "returns": (RETURNS, lambda: returns_lines(returns, results)),
        "answers": (ANSWERS, lambda: answers_lines(results)),
        "scores": (SCORES, lambda: scores_lines(results)),
        "findings": (FINDINGS, lambda: findings_lines(returns, words)),
    }
    written = [write_table(folder / f"{name}.csv", fields, lines()) for name, (fields, lines) in tables.items()]
    if columnar.available():
        for name, (fields, lines) in tables.items():
            written.append(columnar.write_columns(folder / f"{name}.parquet", fields, lines(), NUMBERS))
    return written


def returns_lines(returns: Sequence[Return], results: Sequence[Result]) -> Iterator[Line]:
    """Yield a line a file."""
    overall = {part.file: _alone(result, part) for result in results for part in result.parts}
    for one in returns:
        said, score = one.assessment, overall.get(one.file)
        about: Line = (said.organisation, said.profile.sector, said.profile.size, said.edition, said.lang) if said else (None,) * 5
        counts = (score and score.answered, score and score.expected)
        yield (one.file, one.sha256, one.status.value, *about, *counts, said and said.form, said and said.model)


def _alone(result: Result, part: Return) -> Score:
    """Return how much one respondent answered of what they were asked."""
    if len(result.parts) == 1:
        return result.scores.overall
    answers, model = said_in(part).answers, result.model
    return of_parts([(1, of_answer(one, answers[code], model.scale)) for code, one in model.indicators.items() if code in answers])


def answers_lines(results: Sequence[Result]) -> Iterator[Line]:
    """Yield a line an answer of each respondent, as they gave it, in the order of the model."""
    for result in results:
        for part in result.parts:
            said = said_in(part)
            respondent = said.respondent.get("respondent", "")
            for code in (code for code in result.model.indicators if len(result.parts) == 1 or code in said.answers):
                answer = said.answer(code)
                reason = answer.state.reason if isinstance(answer.state, NotApplicable) else answer.reason
                told = (answer.level, answer.measure, reason, answer.evidence, answer.comment)
                yield (part.file, result.id, respondent, code, state_word(answer.state), *told, said.model)


def scores_lines(results: Sequence[Result]) -> Iterator[Line]:
    """Yield a line a score: overall, then levers, groupings and indicators in the order of the model; where reviewed, once more."""
    for result in results:
        yield from _scores_lines(result.declared or result, "audited" if result.assessment.form == "audit" else "self-declared")
        if result.declared:
            yield from _scores_lines(result, "validated")


def _scores_lines(result: Result, basis: str) -> Iterator[Line]:
    profile, scores = result.assessment.profile, result.scores
    scopes: tuple[tuple[str, dict[str, Score]], ...] = (
        ("overall", {"": scores.overall}),
        ("lever", dict(scores.levers)),
        ("grouping", dict(scores.groupings)),
        ("indicator", dict(scores.indicators)),
    )
    for scope, several in scopes:
        for code, one in several.items():
            figures = (one.value, one.low, one.high, one.answered, one.expected, one.target)
            yield (result.id, profile.sector, profile.size, scope, code, *figures, basis, result.model.id)


def findings_lines(returns: Sequence[Return], words: Words) -> Iterator[Line]:
    """Yield a line a finding, by file."""
    for one in returns:
        for finding in one.findings:
            code = finding.code
            yield (finding.file, finding.sheet, finding.cell, code.name, code.severity.value, message(finding, words))
