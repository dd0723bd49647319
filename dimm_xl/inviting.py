"""A register → questionnaires: one an organisation, or one a respondent, with who they are and what was answered last time filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, pool
from dimm_xl.assessment import Assessment, Blank, Last, Return, Status
from dimm_xl.collect import Heard, unheard
from dimm_xl.editions import carry
from dimm_xl.files import slug, unique, write_table, write_whole
from dimm_xl.findings import Finding, Severity
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Model
from dimm_xl.pool import Workers
from dimm_xl.register import Enrolled, Person, Register
from dimm_xl.respondents import said_in
from dimm_xl.results import earlier, last_time

ISSUED = "issued.csv"
"""The table beside the questionnaires that says who gets which, for a mail merge."""
COLUMNS = ("file", "organisation_id", "organisation", "respondent", "function", "email", "lang", "deadline", "indicators", "carried")


@dataclass(frozen=True)
class Invitation:
    """One questionnaire to write: to whom, blank but for who they are, what the organisation answered last time, its file's name."""

    whose: Enrolled
    person: Person
    blank: Assessment
    wanted: Wanted
    last: Assessment | None = None
    file: str = ""


@dataclass(frozen=True)
class Invited:
    """What issuing from a register did: how many questionnaires for how many organisations, how many of them with answers of last time.

    ``nothing`` names those to whom the selection or the edition leaves nothing to answer; ``faults`` are tracebacks of our own.
    """

    files: int
    organisations: int
    carried: int = 0
    nothing: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    @property
    def exit_code(self) -> int:
        """0 when everybody got their questionnaire, 1 when a row of the register was left out."""
        wrong = any(one.code.severity is Severity.ERROR for one in self.findings)
        return 1 if wrong or self.nothing or self.faults else 0


def invite(
    out: Path, register: Register, wanted: Wanted, archive: Path | None = None, workers: Workers = None, heard: Heard = unheard
) -> Invited:
    """Write the questionnaires of a register into the folder ``out``, in workers, and beside them the table of who gets which.

    With the ``archive`` of the campaign before, an organisation's questionnaire starts with what it answered then, to be confirmed.
    Faulty when the archive is none, or of another model than the one ``wanted``; KeyError for an edition or selection there is not.
    """
    model = catalogue.load(wanted.model)
    last = _last(register, wanted, archive) if archive else {}
    every = [_invitation(one, person, model, wanted, last.get(one.id)) for one in register.organisations.values() for person in one.asked]
    left = [bool(catalogue.resolved(wanted.model, one.blank.cut).indicators) for one in every]
    asked = sorted((one for one, some in zip(every, left, strict=True) if some), key=_order)
    named = [replace(one, file=name) for one, name in zip(asked, unique(map(_name, asked)), strict=True)]
    carried: dict[str, int] = {}
    faults = []
    for n, (one, outcome) in enumerate(pool.each(partial(_write_one, out), named, workers, deadline=60) if named else (), 1):
        if isinstance(outcome, pool.Failed):
            faults.append(outcome.told(one.file))
        else:
            carried[one.file] = outcome
        heard("questionnaires", n, len(named))
    written = [one for one in named if one.file in carried]
    write_table(out / ISSUED, COLUMNS, _lines(written, carried))
    nothing = tuple(f"{one.whose.id} {one.person.name or one.whose.name}" for one, some in zip(every, left, strict=True) if not some)
    whose = {one.whose.id for one in written}
    return Invited(len(written), len(whose), sum(map(bool, carried.values())), nothing, tuple(faults), register.findings)


def _order(one: Invitation) -> tuple[str, str, str]:
    return (one.whose.id.casefold(), one.person.name, one.person.email)


def _invitation(whose: Enrolled, person: Person, model: Model, wanted: Wanted, last: Assessment | None) -> Invitation:
    lang = person.lang or whose.lang or wanted.lang
    names = model.names["function"]
    known = {
        "respondent": person.name,
        "function": ", ".join(names[function][lang] for function in person.functions),
        "email": person.email,
        "country": whose.country,
        "region": whose.region,
    }
    cut = whose.cut(wanted.edition or model.edition.id, wanted.selection, person.functions)
    blank = Assessment(
        whose.name,
        whose.profile,
        model.id,
        cut.edition,
        lang,
        cut.selection,
        respondent={field: value for field, value in known.items() if value},
        organisation_id=whose.id,
        functions=cut.functions,
        form=wanted.form,
        adaptations=cut.adaptations,
    )
    return Invitation(whose, person, blank, replace(wanted, deadline=whose.deadline or wanted.deadline), last)


def _last(register: Register, wanted: Wanted, archive: Path) -> Mapping[str, Assessment]:
    """Return what each organisation answered last time, by its id in the register; those of whom nothing was accepted are left out."""
    then = earlier(archive, (wanted.model,))
    model = catalogue.load(wanted.model).id
    now = {key: Assessment(one.name, one.profile, model, "", "", organisation_id=key) for key, one in register.organisations.items()}
    known = last_time(then, {key: Return("", "", Status.ACCEPTED, one) for key, one in now.items()})
    return {key: said_in(then[name]) for key, name in known.items()}


# --- in a worker


def _write_one(out: Path, one: Invitation) -> int:
    """Write a questionnaire and return how many answers of last time stand in it."""
    said = _started(one)
    write_whole(out / one.file, fill(one.wanted, said))
    return len(said.last)


def _started(one: Invitation) -> Assessment:
    """Return a questionnaire as it is handed out: with what was answered last time, as far as it is still asked.

    An audit starts blank: it is there to look anew. Of an audit of last time, the levels that it found are carried.
    """
    if one.last is None or one.blank.form == "audit":
        return one.blank
    before, after = (catalogue.resolved(one.wanted.model, said.cut) for said in (one.last, one.blank))
    carried = carry(one.last, before, after, one.blank.cut).assessment.answers
    answers = {code: replace(answer, demands=()) if answer.demands else answer for code, answer in carried.items()}
    last = {code: Last(answer.state) for code, answer in answers.items() if not isinstance(answer.state, Blank)}
    return replace(one.blank, answers=answers, last=last)


# --- the files


def _name(one: Invitation) -> str:
    """Return the name of a questionnaire: the organisation's id, its name, whose part it is, and what it asks."""
    said = one.blank
    person = one.person
    who = [slug(person.name or person.email or " ".join(person.functions), 40)] if one.whose.people else []
    asked = [f"{said.model}-{said.edition}", *([said.selection] if said.selection else []), said.lang]
    return "_".join((one.whose.id, slug(one.whose.name), *who, *asked)) + ".xlsx"


def _lines(written: Sequence[Invitation], carried: Mapping[str, int]) -> Iterator[tuple[object, ...]]:
    for one in written:
        said = one.blank
        who = (said.respondent.get("respondent"), said.respondent.get("function"), one.person.email or one.whose.email)
        asked = len(catalogue.resolved(one.wanted.model, said.cut).indicators)
        yield (one.file, one.whose.id, one.whose.name, *who, said.lang, one.wanted.deadline, asked, carried[one.file])
