"""What an organisation said: one answer an indicator, in one of four states that are never merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from dimm_xl.findings import Finding
from dimm_xl.model import Cut, Indicator, Profile


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Answer:
    """The answer to one indicator: its state, the measured figure, and the respondent's own words.

    ``level`` below is what counts; ``reason`` holds what was typed there whatever the state.
    """

    state: State = BLANK
    measure: float | None = None
    reason: str = ""
    evidence: str = ""
    comment: str = ""

    @property
    def level(self) -> int | None:
        """The level when there is one, None in the three other states."""
        return self.state.level if isinstance(self.state, Answered) else None


NOTHING = Answer()
"""What stands for an answer that was never given."""


@dataclass(frozen=True)
class Assessment:
    """What one questionnaire holds once read: who answered, for which questionnaire, and the answers by indicator code.

    ``organisation_id`` is its id in the campaign's register, empty without one; ``functions`` whose indicators it asks, empty for all.
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

    @property
    def cut(self) -> Cut:
        """Which part of the model was asked."""
        return Cut(self.edition, self.profile, self.selection, self.functions)

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
