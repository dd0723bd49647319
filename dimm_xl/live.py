"""The rules of the method as formulas: each beside its twin in Python, which the stored values come from.

The twins are :func:`dimm_xl.assessment.settle` and :func:`dimm_xl.scoring.of_parts`; a test recalculates generated questionnaires in
a spreadsheet program and compares. Plain functions only, so that every spreadsheet program understands them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dimm_xl.assessment import Answer, Answered, Blank, NotApplicable, Unknown
from dimm_xl.model import Indicator, Scale
from dimm_xl.once import once
from dimm_xl.page import Formula, Span
from dimm_xl.scoring import Score
from dimm_xl.words import Words

EVIDENCE_FROM = 4
"""The level from which the questionnaire asks for evidence: claims that a reader will want to see."""


def quoted(text: str) -> str:
    """Return a text as a formula writes it."""
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def counted(indicator: Indicator, scale: Scale, answer: Answer) -> Formula:
    """The level that counts for an indicator, empty when none does: what :func:`settle` decides."""
    return Formula(_counted(indicator, scale), "" if answer.level is None else float(answer.level))


@once
def _counted(indicator: Indicator, scale: Scale) -> str:
    whole = f"AND({{level}}>={scale.bottom},{{level}}<={scale.top},{{level}}=INT({{level}}))"
    if indicator.measure is None:
        return f'IF(ISNUMBER({{level}}),IF({whole},{{level}},""),"")'
    possible = figure(indicator)
    held = f'OR({{measure}}="",AND({possible},{{level}}<={ceiling(indicator)}))'
    typed = f'IF(ISNUMBER({{level}}),IF(AND({whole},{held}),{{level}},""),"")'
    return f'IF({{level}}="",IF({possible},{ceiling(indicator)},""),{typed})'


def figure(indicator: Indicator) -> str:
    """Whether the measured figure is one that can be, as a formula's part: a number from 0 to the highest possible."""
    assert indicator.measure is not None
    most = indicator.measure.highest
    return "AND(ISNUMBER({measure}),{measure}>=0" + (f",{{measure}}<={most:.15g})" if most is not None else ")")


def ceiling(indicator: Indicator) -> str:
    """The highest level that the measured figure reaches, as a formula's part (thresholds are monotonic: count those reached)."""
    assert indicator.measure is not None
    sign = ">=" if indicator.measure.better == "high" else "<="
    return "(" + "+".join(f"({{measure}}{sign}{threshold:.15g})" for threshold in indicator.measure.thresholds) + ")"


def expected(words: Words, answer: Answer) -> Formula:
    """1 when the indicator is expected, 0 when it is not applicable with a reason."""
    return Formula(_expected(words), 0.0 if isinstance(answer.state, NotApplicable) else 1.0)


@once
def _expected(words: Words) -> str:
    exempt = f'AND({{level}}={quoted(words("level.not_applicable"))},TRIM({{reason}})<>"")'
    return f"IF({exempt},0,1)"


def done(words: Words, answer: Answer) -> Formula:
    """1 when nothing is left to do for the indicator: a level counts, or not applicable, or unknown."""
    return Formula(_done(words), 0.0 if isinstance(answer.state, Blank) else 1.0)


@once
def _done(words: Words) -> str:
    return f"IF(OR(ISNUMBER({{counted}}),{{expected}}=0,{{level}}={quoted(words('level.unknown'))}),1,0)"


def state(indicator: Indicator, scale: Scale, words: Words, answer: Answer) -> Formula:
    """One word on the row: complete, to fill in, to explain, to correct."""
    return Formula(_stated(indicator, scale, words), words(f"state.{_state(answer)}"))


@once
def _stated(indicator: Indicator, scale: Scale, words: Words) -> str:
    says = {key: quoted(words(f"state.{key}")) for key in STATES}
    claims = f'IF({{counted}}>={EVIDENCE_FROM},IF(TRIM({{evidence}})="",{says["evidence"]},{says["complete"]}),{says["complete"]})'
    unknown = f"IF({{level}}={quoted(words('level.unknown'))},{says['unknown']},{claims})"
    settled = f"IF({{expected}}=0,{says['not_applicable']},{unknown})"
    wrong = says["wrong"]
    empty = '{level}=""'
    if indicator.measure is not None:
        whole = f"AND({{level}}>={scale.bottom + 1},{{level}}<={scale.top},{{level}}=INT({{level}}),{figure(indicator)})"
        wrong = f"IF(ISNUMBER({{level}}),IF({whole},{says['above']},{says['wrong']}),{says['wrong']})"
        empty = 'AND({level}="",{measure}="")'
    open_ = f"IF({{level}}={quoted(words('level.not_applicable'))},{says['why']},{wrong})"
    return f"IF({{done}}=1,{settled},IF({empty},{says['todo']},{open_}))"


def pending(unconfirmed: bool) -> Formula:
    """1 when the answer is still last time's and nobody confirmed it: what :attr:`Assessment.unconfirmed` says."""
    return Formula('IF(AND({last}<>"",{confirmed}="",{level}={last}),1,0)', float(unconfirmed))


def confirming(state: Formula, words: Words, unconfirmed: bool) -> Formula:
    """The state of a row that was handed out with an answer: to confirm, as long as that stands untouched."""
    shown = words("invited.state")
    return Formula(f"IF({{pending}}=1,{quoted(shown)},{state.text})", shown if unconfirmed else state.value)


STATES = ("complete", "evidence", "unknown", "not_applicable", "todo", "why", "above", "wrong")


def _state(answer: Answer) -> str:
    match answer.state:
        case Answered(level):
            return "evidence" if level >= EVIDENCE_FROM and not answer.evidence.strip() else "complete"
        case NotApplicable():
            return "not_applicable"
        case Unknown():
            return "unknown"
        case Blank():
            return "todo"


def total(field: Span, value: float) -> Formula:
    """The sum of a column of ones and zeros."""
    return Formula("SUM({field})", value, {"field": field})


def of_indicators(spans: Mapping[str, Span], score: Score, scale: Scale) -> Mapping[str, Formula]:
    """The score of a grouping or a lever, field by field: what :func:`of_parts` computes, from levels.

    ``spans`` are the columns ``weight``, ``target``, ``counted`` and ``expected`` over the same rows.
    """
    values = {"value": score.value, "low": score.low, "high": score.high, "target": score.target}
    texts = _ratios(scale)
    return {
        **{field: Formula(texts[field], "" if value is None else value, spans) for field, value in values.items()},
        "answered": Formula("COUNT({counted})", float(score.answered), spans),
        "expected": Formula("SUM({expected})", float(score.expected), spans),
    }


def level_of(spans: Mapping[str, Span], score: Score, scale: Scale) -> Formula:
    """The value of a grouping's or a lever's score alone."""
    return Formula(_ratios(scale)["value"], "" if score.value is None else score.value, spans)


@once
def _ratios(scale: Scale) -> Mapping[str, str]:
    points = "SUMPRODUCT({weight},{counted})"
    heard = "SUMPRODUCT({weight},ISNUMBER({counted})*1)"
    due = "SUMPRODUCT({weight},{expected})"
    missing = f"({due}-{heard})"
    parts = {
        "value": (points, heard),
        "low": (f"{points}+{scale.ends[0]}*{missing}", due),
        "high": (f"{points}+{scale.ends[1]}*{missing}", due),
        "target": ("SUMPRODUCT({weight},{target},{expected})", due),
    }
    return {field: f'IF({under}=0,"",{told(f"({over})/{under}", scale)})' for field, (over, under) in parts.items()}


def told(level: str, scale: Scale) -> str:
    """What a level is worth on the scale of scores, as a formula's part: what :meth:`Scale.score` computes."""
    return level if scale.plain else f"{scale.score(0):.15g}{scale.step:+.15g}*{level}"


def shares(overall: str, weight: float, parts: Sequence[tuple[float, Score]], spans: Mapping[str, Span]) -> Mapping[str, float | Formula]:
    """What a lever weighs in the overall score: its own weight, or what its indicators (``parts``) weigh together.

    ``heard`` is for values (answered indicators), ``due`` for bounds and targets (expected ones).
    """
    if overall == "levers":
        return {"heard": weight, "due": weight}
    heard, due = (sum(part * getattr(score, count) for part, score in parts) for count in ("answered", "expected"))
    return {
        "heard": Formula("SUMPRODUCT({weight},ISNUMBER({counted})*1)", float(heard), spans),
        "due": Formula("SUMPRODUCT({weight},{expected})", float(due), spans),
    }


def mean(field: str, share: str, value: float | None, spans: Mapping[str, Span]) -> Formula:
    """The mean of the numbers in the span ``field``, weighted by the span ``share``; empty when there are none."""
    heard = f"SUMPRODUCT({{{share}}},ISNUMBER({{{field}}})*1)"
    text = f'IF({heard}=0,"",SUMPRODUCT({{{share}}},{{{field}}})/{heard})'
    return Formula(text, "" if value is None else value, spans)


def of_levers(spans: Mapping[str, Span], score: Score) -> Mapping[str, Formula]:
    """The overall score as weighted mean of lever scores, over the levers' table: what :func:`of_parts` computes.

    ``spans`` are the columns ``heard``, ``due``, ``value``, ``low``, ``high``, ``answered``, ``expected`` and ``target``.
    """
    return {
        "value": mean("value", "heard", score.value, spans),
        "low": mean("low", "due", score.low, spans),
        "high": mean("high", "due", score.high, spans),
        "answered": total(spans["answered"], float(score.answered)),
        "expected": total(spans["expected"], float(score.expected)),
        "target": mean("target", "due", score.target, spans),
    }
