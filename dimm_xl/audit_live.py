"""The law of the audit form as formulas: the twin of :func:`dimm_xl.audit.derived`, as :mod:`dimm_xl.live` is of a self-assessment.

Each demand's row holds a mark (0 open, 1 met, 2 not met, 3 not applicable); the indicator's row finds, over the marks of its demands,
the level that ends the climb (``stop``), the first level with an open demand (``open``) and so the level that counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from dimm_xl.assessment import Answer, Answered, Blank, Checked, NotApplicable
from dimm_xl.audit import stop as lowest_unmet
from dimm_xl.live import EVIDENCE_FROM, ceiling, figure, quoted
from dimm_xl.model import Indicator, Scale
from dimm_xl.page import Formula, Span
from dimm_xl.words import Words

OPEN, MET, NOT_MET, SET_ASIDE = range(4)
MARKS = {None: OPEN, "met": MET, "not_met": NOT_MET, "not_applicable": SET_ASIDE}


def mark(words: Words, one: Checked) -> Formula:
    """A demand's verdict as a number; not applicable counts with a reason only."""
    met, unmet, aside = (quoted(words(f"verdict.{verdict}")) for verdict in ("met", "not_met", "not_applicable"))
    exempt = f'IF(AND({{verdict}}={aside},TRIM({{reason}})<>""),{SET_ASIDE},{OPEN})'
    text = f"IF({{verdict}}={met},{MET},IF({{verdict}}={unmet},{NOT_MET},{exempt}))"
    return Formula(text, float(MARKS[one.verdict]))


def climb(indicator: Indicator, scale: Scale, answer: Answer, spans: Mapping[str, Span]) -> Mapping[str, Formula]:
    """The hidden cells of an indicator's row by field: ``stop``, ``open``, ``counted``, ``expected`` and ``done``.

    ``spans`` are ``marks`` and ``steps``: mark and level of each of its demands, row by row.
    """
    beyond = scale.top + 1
    measured = indicator.measure is not None
    limit = f"IF({figure(indicator)},{ceiling(indicator)}+1,{beyond})" if measured else str(beyond)

    def lowest(mark: int) -> str:
        if not answer.demands:
            return str(beyond)
        return f"{beyond}-SUMPRODUCT(MAX(({{marks}}={mark})*({beyond}-{{steps}})))"

    reached = f"MAX({scale.bottom},SUMPRODUCT(MAX(({{marks}}={MET})*({{steps}}<{{stop}})*{{steps}})))"
    if measured:
        reached = f"IF({figure(indicator)},{{stop}}-1,{reached})"
    impossible = f'AND({{measure}}<>"",NOT({figure(indicator)}))' if measured else "FALSE"
    exempt = f"COUNTIF({{marks}},{SET_ASIDE})={len(answer.demands)}" if answer.demands else "FALSE"
    known = answer.measure if measured else None
    stop = min(
        lowest_unmet(answer.demands, beyond), beyond if indicator.measure is None or known is None else indicator.measure.ceiling(known) + 1
    )
    pending = min((one.level for one in answer.demands if one.verdict is None), default=beyond)
    value = "" if answer.level is None else float(answer.level)
    return {
        "stop": Formula(f"MIN({lowest(NOT_MET)},{limit})", float(stop), spans),
        "open": Formula(lowest(OPEN), float(pending), spans),
        "expected": Formula(f"IF(AND({exempt},NOT({impossible})),0,1)", 0.0 if isinstance(answer.state, NotApplicable) else 1.0, spans),
        "counted": Formula(f'IF(OR({{expected}}=0,{{open}}<{{stop}},{impossible}),"",{reached})', value, spans),
        "done": Formula("IF(OR(ISNUMBER({counted}),{expected}=0),1,0)", 0.0 if isinstance(answer.state, Blank) else 1.0),
    }


def reached(words: Words, answer: Answer) -> Formula:
    """What an indicator's row shows people: its level, that it is not applicable, or a dash while it is open."""
    aside = words("level.not_applicable")
    value: str | float = "–"
    match answer.state:
        case Answered(level):
            value = float(level)
        case NotApplicable():
            value = aside
    return Formula(f'IF({{expected}}=0,{quoted(aside)},IF(ISNUMBER({{counted}}),{{counted}},"–"))', value)


def indicator_state(indicator: Indicator, words: Words, answer: Answer) -> Formula:
    """One word on an indicator's row: complete, not applicable, to verify, or that its figure is to correct."""
    says = {key: quoted(words(f"state.{key}")) for key in ("complete", "not_applicable", "wrong")}
    todo = words("audit.state.todo")
    open_ = quoted(todo)
    if indicator.measure is not None:
        open_ = f'IF(AND({{measure}}<>"",NOT({figure(indicator)})),{says["wrong"]},{quoted(todo)})'
    text = f"IF({{done}}=1,IF({{expected}}=0,{says['not_applicable']},{says['complete']}),{open_})"
    match answer.state:
        case Answered():
            shown = words("state.complete")
        case NotApplicable():
            shown = words("state.not_applicable")
        case _:
            shown = todo
    return Formula(text, shown)


def demand_state(words: Words, one: Checked, answer: Answer, decided: Span) -> Formula:
    """One word on a demand's row; ``decided`` is the cell that says whether its indicator needs nothing more."""
    says = {key: words(f"state.{key}") for key in ("complete", "evidence", "not_applicable", "todo", "why", "wrong")}
    idle = words("audit.state.idle")
    say = {key: quoted(shown) for key, shown in says.items()}
    claim = f'IF(TRIM({{evidence}})="",{say["evidence"]},{say["complete"]})' if one.level >= EVIDENCE_FROM else say["complete"]
    aside = quoted(words("verdict.not_applicable"))
    blank = f"IF({{decided}}=1,{quoted(idle)},{say['todo']})"
    open_ = f'IF({{verdict}}="",{blank},IF({{verdict}}={aside},{say["why"]},{say["wrong"]}))'
    judged = f"IF({{mark}}={NOT_MET},{say['complete']},IF({{mark}}={SET_ASIDE},{say['not_applicable']},{open_}))"
    text = f"IF({{mark}}={MET},{claim},{judged})"
    shown = {
        "met": says["evidence" if one.level >= EVIDENCE_FROM and not one.evidence.strip() else "complete"],
        "not_met": says["complete"],
        "not_applicable": says["not_applicable"],
        None: says["todo"] if isinstance(answer.state, Blank) else idle,
    }[one.verdict]
    return Formula(text, shown, {"decided": decided})
