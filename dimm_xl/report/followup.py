"""Where a campaign stands against its register: who returned, what is missing, who is late, and what to write to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import PurePosixPath

from dimm_xl.assessment import Blank, Return, Status
from dimm_xl.files import slug
from dimm_xl.model import Model
from dimm_xl.register import Enrolled, Person, Register
from dimm_xl.report.result import Result
from dimm_xl.respondents import said_in
from dimm_xl.sheet import face
from dimm_xl.words import Words

SHORTEST = 4
"""Letters from which a name in a file's name tells something."""
LONGEST = 8
"""Words of a file's name that are looked at together."""
NAMED = 6
"""Open indicators that a reminder names."""


class Stage(Enum):
    """How far an organisation is: nothing came, some respondents are silent, answers are open, all is there."""

    WAITING = "waiting"
    PART = "part"
    OPEN = "open"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Follow:
    """Where one organisation of the register stands.

    ``returned`` is the date inside its newest file (ISO, may be empty); ``silent`` are respondents of whom nothing came; ``open`` the
    indicators without any answer, each with a function that can answer it; ``refused`` the files that seem to be its own.
    """

    whose: Enrolled
    stage: Stage
    late: bool
    result: Result | None = None
    returned: str = ""
    silent: tuple[Person, ...] = ()
    open: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    @property
    def coverage(self) -> float | None:
        """Answered over expected (0 to 1), None as long as nothing came."""
        return self.result.scores.overall.coverage if self.result else None


@dataclass(frozen=True)
class Stranger:
    """An accepted return of nobody in the register; ``perhaps`` is whose it may be by its file's name (id, empty when nobody's)."""

    result: Result
    perhaps: str = ""


@dataclass(frozen=True)
class Followup:
    """A campaign against its register, in the register's order."""

    rows: tuple[Follow, ...]
    strangers: tuple[Stranger, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many were asked, returned something, are incomplete, are late, and how many returned without being in the register."""
        return {
            "asked": len(self.rows),
            "returned": sum(one.result is not None for one in self.rows),
            "incomplete": sum(one.stage in (Stage.PART, Stage.OPEN) for one in self.rows),
            "late": sum(one.late for one in self.rows),
            "unregistered": len(self.strangers),
        }


def follow(register: Register, results: Sequence[Result], returns: Sequence[Return], today: date | None) -> Followup:
    """Set a run against the register; ``results`` carry the register's ids. Late is who is not complete after the deadline."""
    known = {one.id: one for one in results}
    names = _Names(register)
    refused: dict[str, list[str]] = {}
    for one in returns:
        if one.status is Status.REFUSED and (whose := names.seems(one.file)):
            refused.setdefault(whose, []).append(one.file)
    rows = tuple(_follow(one, known.get(key), tuple(refused.get(key, ())), today) for key, one in register.organisations.items())
    strangers = (one for one in results if one.id not in register.organisations)
    return Followup(rows, tuple(Stranger(one, names.seems(one.file)) for one in strangers))


def _follow(whose: Enrolled, result: Result | None, refused: tuple[str, ...], today: date | None) -> Follow:
    passed = bool(today and whose.deadline and whose.deadline < today)
    if result is None:
        return Follow(whose, Stage.WAITING, passed, silent=whose.people, refused=refused)
    silent = _silent(whose.people, result.parts)
    asked = set(whose.functions)
    open_ = {
        code: next((function for function in one.functions if not asked or function in asked), one.functions[0])
        for code, one in result.model.indicators.items()
        if isinstance(result.assessment.answer(code).state, Blank)
    }
    stage = Stage.PART if silent else Stage.OPEN if open_ else Stage.COMPLETE
    returned = max(one.when for one in result.parts)[:10]
    return Follow(whose, stage, passed and stage is not Stage.COMPLETE, result, returned, silent, open_, refused)


def _silent(people: Sequence[Person], parts: Sequence[Return]) -> tuple[Person, ...]:
    """Return the respondents of whom no part is: by e-mail or name, else by the functions of a part that is nobody else's."""
    said = [said_in(one) for one in parts]

    def is_of(n: int, person: Person) -> bool:
        known = said[n].respondent
        pairs = ((person.email, known.get("email", "")), (person.name, known.get("respondent", "")))
        return any(mine and face(mine) == face(theirs) for mine, theirs in pairs)

    heard = {person: [n for n in range(len(said)) if is_of(n, person)] for person in people}
    taken = {n for several in heard.values() for n in several}
    for person in people:
        if not heard[person]:
            like = [n for n in range(len(said)) if n not in taken and set(said[n].functions) == set(person.functions)]
            heard[person] = like[:1]
            taken |= set(like[:1])
    return tuple(person for person in people if not heard[person])


class _Names:
    """Knows organisations by what files are called: by the id that begins a name, else by the organisation's own name in it."""

    def __init__(self, register: Register) -> None:
        self._ids = {key.casefold(): key for key in register.organisations}
        counts = Counter(slug(one.name) for one in register.organisations.values())
        self._named = {
            name: one.id
            for one in register.organisations.values()
            if counts[name := slug(one.name)] == 1 and len(name) >= SHORTEST
        }  # fmt: skip

    def seems(self, file: str) -> str:
        """Return the id of the organisation whose file this seems to be, empty for nobody's."""
        for part in reversed(PurePosixPath(file).parts):
            begins = part.casefold().partition("_")[0]
            if begins in self._ids:
                return self._ids[begins]
            words = slug(PurePosixPath(part).stem, 400).split("-")
            for length in range(min(LONGEST, len(words)), 0, -1):
                for start in range(len(words) - length + 1):
                    if found := self._named.get("-".join(words[start : start + length])):
                        return found
        return ""


# --- reminders


@dataclass(frozen=True)
class Reminder:
    """What to write to whom, in their language; ``email`` is empty where the register has none."""

    whose: Enrolled
    person: Person
    lang: str
    subject: str
    text: str

    @property
    def email(self) -> str:
        """Where to write."""
        return self.person.email or self.whose.email


def reminders(followup: Followup, model: Model, speech: Mapping[str, Words], lang: str) -> Iterator[Reminder]:
    """Yield a reminder for each respondent, or organisation, that is not done; ``lang`` is of those whose language is not in ``speech``."""
    for one in followup.rows:
        if one.stage is Stage.COMPLETE:
            continue
        people = one.silent or (Person(email=one.whose.email),)
        for person in people:
            spoken = next((known for known in (person.lang, one.whose.lang) if known in speech), lang)
            words = speech[spoken]
            subject = words("reminder.subject", organisation=one.whose.name)
            yield Reminder(one.whose, person, spoken, subject, _text(one, person, model, words))


def _text(one: Follow, person: Person, model: Model, words: Words) -> str:
    name = one.whose.name
    paragraphs = [words("reminder.named", name=person.name) if person.name else words("reminder.hello")]
    if one.silent and person.functions:
        functions = ", ".join(words.of(model.label("function", function)) for function in person.functions)
        paragraphs.append(words("reminder.part", organisation=name, functions=functions))
    elif one.result is None or one.silent:
        paragraphs.append(words("reminder.waiting", organisation=name))
    else:
        lines = [f"- {code} {words.of(one.result.model.indicators[code].name)}" for code in one.open]
        more = [words("reminder.more", count=len(lines) - NAMED)] if len(lines) > NAMED else []
        indicators = "\n".join((*lines[:NAMED], *more))
        paragraphs.append(words("reminder.open", organisation=name, count=len(lines), indicators=indicators))
    if one.refused:
        paragraphs.append(words("reminder.refused", files=", ".join(one.refused)))
    if one.whose.deadline:
        paragraphs.append(words("reminder.late" if one.late else "reminder.due", date=words.date(one.whose.deadline)))
    return "\n\n".join((*paragraphs, words("reminder.closing")))
