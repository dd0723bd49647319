"""What can be amiss in a file or a model: coded values with a place, never exceptions.

The words (message and repair, in both languages) stand in ``templates/words``; here are the codes, their severity and when
they arise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Severity(Enum):
    """How much a finding weighs: an error costs an answer or a file, a warning asks for a look, info tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(Enum):
    """Every finding there is: severity and when it arises. Its name is what ``findings.csv`` shows."""

    def __init__(self, severity: Severity, when: str) -> None:
        self.severity = severity
        self.when = when

    @classmethod
    def _missing_(cls, value: object) -> Code | None:
        return cls.__members__.get(str(value))  # by its name, as files show it

    # The file
    UNREADABLE = (Severity.ERROR, "the file is damaged and no sheet can be read")
    NOT_A_WORKBOOK = (Severity.ERROR, "the content is not a workbook, whatever the file's name says")
    ENCRYPTED = (Severity.ERROR, "the workbook asks for a password to be opened")
    EMPTY_FILE = (Severity.ERROR, "the file holds nothing")
    SUSPICIOUS = (Severity.ERROR, "the file is built in a way that no spreadsheet program builds it")
    TOO_BIG = (Severity.ERROR, "the file passes a limit")
    TOO_MUCH_MEMORY = (Severity.ERROR, "reading needed more memory than a worker may take")
    TOOK_TOO_LONG = (Severity.ERROR, "reading passed the deadline")
    CRASHED = (Severity.ERROR, "the reader died on the file")
    FAULT = (Severity.ERROR, "dimm-xl itself failed on the file; the traceback is printed")
    NOT_A_QUESTIONNAIRE = (Severity.ERROR, "a workbook, but without the questionnaire's identity sheet")
    OTHER_MODEL = (Severity.ERROR, "a questionnaire of another model, edition or profile than this program knows")
    IGNORED = (Severity.INFO, "a lock file, a system file or a link: set aside")
    NOT_A_FILE = (Severity.INFO, "a link, a device or a pipe: set aside, never followed")
    BUNDLE = (Severity.INFO, "a zip of returns: its files are listed one by one")
    DUPLICATE = (Severity.INFO, "the same content was read already")
    SUPERSEDED = (Severity.INFO, "a newer return of the same organisation was read")
    OTHER_FORM = (Severity.INFO, "a newer return of the same organisation, of the other form, was read: which form counts")
    PUT_TOGETHER = (Severity.INFO, "several respondents of one organisation answered: their returns are put together")
    NO_IDENTITY = (Severity.WARNING, "the hidden identity sheet is gone: the questionnaire was recognised by its codes")
    MACRO_IGNORED = (Severity.INFO, "the workbook holds a macro: not looked at, not run")
    LINK_IGNORED = (Severity.INFO, "the workbook holds links to other files: not followed")

    # The sheets
    NO_SHEET = (Severity.ERROR, "the sheet of a lever cannot be found")
    NO_COLUMN = (Severity.ERROR, "a column that is needed cannot be found")
    UNKNOWN_CODE = (Severity.WARNING, "a row carries a code that this questionnaire does not hold")
    LAYOUT_CHANGED = (Severity.INFO, "columns stand in another order than in the questionnaire; read all the same")
    MISSING_ROW = (Severity.WARNING, "an indicator of the questionnaire has no row")
    MISSING_DEMAND = (Severity.WARNING, "demands of an audit have no row")

    # The cells
    BAD_VALUE = (Severity.ERROR, "a cell holds something that its column does not allow")
    ERROR_CELL = (Severity.ERROR, "a cell to fill in holds an error such as #N/A")
    UNCALCULATED = (Severity.ERROR, "a cell to fill in holds a formula that was never calculated")
    TEXT_LOST = (Severity.WARNING, "a cell for text holds an error, often because the text began with = or -")
    TEXT_CUT = (Severity.WARNING, "a text is longer than a cell may hold")
    NOT_UNDERSTOOD = (
        Severity.INFO,
        "something was written where nothing is read: in a row without a code, below a header that nobody knows",
    )
    TWICE = (Severity.ERROR, "an indicator is answered twice, differently")
    NO_REASON = (Severity.ERROR, "not applicable without a reason")
    ABOVE_FIGURE = (Severity.ERROR, "the level is above the ceiling that the measured figure sets")
    IMPOSSIBLE_FIGURE = (Severity.ERROR, "a measured figure is below 0 or above the highest that is possible")
    SMALL_SHARE = (Severity.WARNING, "a share below 1 %: perhaps a percentage that the program turned into a fraction")
    MISPLACED = (Severity.WARNING, "in an audit, something stands in a row where it is not asked for")
    NO_FIGURE = (Severity.INFO, "a level stands without the figure that was asked for")
    NO_ORGANISATION = (Severity.WARNING, "the organisation's name is missing")

    # Another edition
    SAME_EDITION = (Severity.INFO, "`migrate`: the return is of the edition asked for already")
    LATER_EDITION = (Severity.INFO, "`migrate`: the return is of a later edition than the one asked for")
    NOT_IN_EDITION = (Severity.ERROR, "`migrate`: the new edition does not know the sector, size, selection or function of the return")

    # A second opinion
    REVIEW = (Severity.INFO, "a review workbook: the opinions in it are counted")
    NOT_A_REVIEW = (Severity.ERROR, "a file among the reviews that is no review workbook")
    REVIEW_OF_NOBODY = (Severity.ERROR, "a review of an organisation of which no return was accepted")
    REVIEW_OUTDATED = (Severity.ERROR, "the declared level is no longer the one that the reviewer saw")
    REVIEW_NO_REASON = (Severity.ERROR, "a validated level differs from the declared one without a reason")
    REVIEW_NO_LEVEL = (Severity.WARNING, "a reviewer gave a reason but no level")
    REVIEW_NO_DATE = (Severity.WARNING, "a validated level differs from the declared one without a date; it counts")

    # The whole, for the consultant's eye; never blocking
    ALL_THE_SAME = (Severity.INFO, "ten answers or more, all at one level")
    NO_EVIDENCE = (Severity.INFO, "level 5 is claimed, or in an audit a demand of level 4 or 5 is met, without a word of evidence")
    LEVEL_GAP = (Severity.INFO, "in an audit, a level is met above one that is not: it does not count, since levels are cumulative")
    FAR_APART = (Severity.INFO, "neighbouring indicators of a grouping are four levels or more apart")
    SAME_AS_OTHER = (Severity.INFO, "all levels equal those of another organisation")
    LOW_COVERAGE = (Severity.INFO, "too few answers for a lever's score to be shown")


Fact = str | int | float


@dataclass(frozen=True)
class Finding:
    """One thing amiss: what (``code``), where (file, sheet, cell; empty when it concerns the whole), and the facts found."""

    code: Code
    file: str = ""
    sheet: str = ""
    cell: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The place as people read it: ``file!sheet!cell``, as far as it is known."""
        return "!".join(part for part in (self.file, self.sheet, self.cell) if part)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a model: the file, the line when known (1-based, else 0), the key path and what is wrong."""

    file: str
    line: int
    path: str
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}: {self.what}" if self.path else f"{place}: {self.what}"


class Faulty(Exception):
    """A model cannot be used; ``faults`` says everything that is wrong with it, not only the first thing."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Busy(Faulty):
    """Another run is at work there."""


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the gravest severity among ``findings``, None when there are none."""
    order: list[Any] = list(Severity)
    return min((finding.code.severity for finding in findings), key=order.index, default=None)
