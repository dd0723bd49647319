"""What an organisation said: one answer an indicator, in one of four states that are never merged."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import Literal

from dimm_xl.adaptation import Adaptation
from dimm_xl.findings import Finding
from dimm_xl.model import Cut, Indicator, Profile


@dataclass(frozen=True, slots=True)
class Answered:
    """A level of the model's scale (0 to 5 in the DIMM)."""

    level: int
    kind: Literal["answered"] = field(default="answered", repr=False)


@dataclass(frozen=True)
class NotApplicable:
    """The indicator makes no sense for this organisation; a reason is required."""

    reason: str
    kind: Literal["not_applicable"] = field(default="not_applicable", repr=False)

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("not applicable needs a reason")


@dataclass(frozen=True)
class Unknown:
    """The respondent does not know."""

    kind: Literal["unknown"] = field(default="unknown", repr=False)


@dataclass(frozen=True)
class Blank:
    """Nothing was answered. Never 0."""

    kind: Literal["blank"] = field(default="blank", repr=False)


State = Answered | NotApplicable | Unknown | Blank
"""Its ``kind`` tells a state apart wherever it is written down."""
BLANK = Blank()
UNKNOWN = Unknown()


Form = Literal["self", "audit"]
"""How a questionnaire asks: for the level of each indicator, or for a verdict on each of its demands."""
FORMS: tuple[Form, ...] = ("self", "audit")
Verdict = Literal["met", "not_met", "not_applicable"]
"""What an audit finds of one demand; a demand without a verdict was not looked at."""
VERDICTS: tuple[Verdict, ...] = ("met", "not_met", "not_applicable")


@dataclass(frozen=True)
class Checked:
    """What an audit says of one demand: the ``rank``-th (from 1) of a level; None where nothing was found yet."""

    level: int
    rank: int
    verdict: Verdict | None = None
    reason: str = ""
    evidence: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one indicator: its state, the measured figure, and the respondent's own words.

    ``level`` below is what counts; ``reason`` holds what was typed there whatever the state. ``demands`` are what an audit says of
    each demand, in the order of the model: the state is derived from them (:mod:`dimm_xl.audit`). Empty in a self-assessment.
    A campaign holds a million answers: they have slots, and travel between processes by what they are made of.
    """

    state: State = BLANK
    measure: float | None = None
    reason: str = ""
    evidence: str = ""
    comment: str = ""
    demands: tuple[Checked, ...] = ()

    def __reduce__(self) -> tuple[type[Answer], tuple[object, ...]]:
        return Answer, (self.state, self.measure, self.reason, self.evidence, self.comment, self.demands)

    @property
    def level(self) -> int | None:
        """The level when there is one, None in the three other states."""
        return self.state.level if isinstance(self.state, Answered) else None


NOTHING = Answer()
"""What stands for an answer that was never given."""


@dataclass(frozen=True)
class Last:
    """What a questionnaire was handed out with: the state of last time, and whether somebody confirmed it."""

    state: State
    confirmed: bool = False


@dataclass(frozen=True)
class Assessment:
    """What one questionnaire holds once read: who answered, for which questionnaire, and the answers by indicator code.

    ``organisation_id`` is its id in the campaign's register, empty without one; ``functions`` whose indicators it asks, empty for all;
    ``form`` how it asks. ``adaptations`` are what its register changes for it; ``last`` what it was handed out with from last time, to
    be confirmed.
    """

    organisation: str
    profile: Profile
    model: str
    edition: str
    lang: str
    selection: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    respondent: Mapping[str, str] = field(default_factory=dict)
    organisation_id: str = ""
    functions: tuple[str, ...] = ()
    form: Form = "self"
    adaptations: tuple[Adaptation, ...] = ()
    last: Mapping[str, Last] = field(default_factory=dict)

    @property
    def cut(self) -> Cut:
        """Which part of the model was asked."""
        return Cut(self.edition, self.profile, self.selection, self.functions, self.adaptations)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The indicators whose answer is still last time's, and that nobody confirmed."""
        return tuple(code for code, one in self.last.items() if not one.confirmed and alike(one.state, self.answer(code).state))

    def answer(self, code: str) -> Answer:
        """Return the answer to an indicator, a blank one when nothing was said."""
        return self.answers.get(code, NOTHING)


class Status(Enum):
    """What became of a file."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_FINDINGS = "accepted_with_findings"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Return:
    """One file of a run: what became of it, the assessment it holds (None when refused or ignored) and its findings.

    ``when`` is the date inside the file (ISO, empty when it has none): which of two returns is newer. ``engine`` is what
    could read it, for whoever reads it again.
    """

    file: str
    sha256: str
    status: Status
    assessment: Assessment | None = None
    findings: tuple[Finding, ...] = ()
    when: str = ""
    engine: str = field(default="calamine", compare=False)


def light(one: Return) -> Return:
    """Return a return that shares its indicators' codes, states, and answers that are a mere state, with all others: half the memory."""
    if one.assessment is None:
        return one
    answers = {}
    for code, answer in one.assessment.answers.items():
        bare = _bare(answer.state)
        answers[sys.intern(code)] = bare if answer == bare else replace(answer, state=bare.state)
    return replace(one, assessment=replace(one.assessment, answers=answers))


@lru_cache(maxsize=64)
def _bare(state: State) -> Answer:
    return Answer(state)


def alike(one: State, other: State) -> bool:
    """Say whether two states are the same to whoever reads the level's cell: reasons apart."""
    if isinstance(one, Answered) and isinstance(other, Answered):
        return one.level == other.level
    return one.kind == other.kind


def settle(indicator: Indicator, state: State, figure: float | None) -> State | None:
    """Return the state that stands once the measured figure is heard, None when figure and level contradict each other.

    The figure sets a ceiling (method, section 2): it gives the level where none was chosen, lets a lower one stand, and refuses
    a higher one. ``indicator`` is resolved for the organisation's profile.
    """
    if indicator.measure is None or figure is None:
        return state
    ceiling = indicator.measure.ceiling(figure)
    if isinstance(state, Blank):
        return Answered(ceiling)
    if isinstance(state, Answered) and state.level > ceiling:
        return None
    return state
