"""Several respondents of one organisation: whose return is whose, which level stands, who disagrees with whom.

Nothing is averaged: the median level stands and the spread is kept, with everybody's words under their name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, Blank, NotApplicable, Return, State, Unknown
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Indicator, Model, Profile
from dimm_xl.sheet import face

MANAGEMENT = "general-management"
"""The function that stands against all others when management is compared with the field."""
APART = 2
"""Levels between the lowest and the highest answer from which an indicator is to be discussed."""


@dataclass(frozen=True)
class Joint(Return):
    """The returns of several respondents of one organisation as one; file and fingerprint name all of them."""

    parts: tuple[Return, ...] = ()


def parts_of(one: Return) -> tuple[Return, ...]:
    """Return the files that an accepted return rests on: its parts, or itself."""
    return one.parts if isinstance(one, Joint) else (one,)


# --- whose return it is


def said_in(one: Return) -> Assessment:
    """Return what an accepted return says."""
    assert one.assessment is not None
    return one.assessment


def organisation(one: Return) -> tuple[str, ...]:
    """Return what tells an accepted return's organisation apart: its model, and its id in the register or its name, sector and size."""
    said = said_in(one)
    if not said.organisation_id and any(finding.code is Code.NO_ORGANISATION for finding in one.findings):
        return ("", one.file)  # nobody knows whose it is: never taken for another's
    return called(said.model, said.organisation_id, said.organisation, said.profile)


def called(model: str, key: str, name: str, profile: Profile) -> tuple[str, ...]:
    """Return what tells organisations apart, from the model, the id in the register (may be empty), the name and the profile.

    One organisation measured by two models is two: what it says by one neither replaces nor joins what it says by the other.
    """
    return (model, key) if key else (model, face(name), profile.sector, profile.size)


def by_organisation(returns: Iterable[Return]) -> Mapping[tuple[str, ...], list[Return]]:
    """Sort accepted returns by organisation, each in the order given; the others are left out."""
    groups: dict[tuple[str, ...], list[Return]] = {}
    for one in returns:
        if one.assessment is not None:
            groups.setdefault(organisation(one), []).append(one)
    return groups


def versions(several: Sequence[Return], newest: Return) -> list[list[Return]]:
    """Sort one organisation's returns into lists of which the newest alone stands: one a respondent and part of the questionnaire.

    What was asked by another model, edition, selection, profile or form than ``newest`` cannot be put beside it and is an older
    version of it.
    """
    asked: dict[tuple[str, ...], list[Return]] = {}
    for one in several:
        like = one if _basis(one) == _basis(newest) else newest
        asked.setdefault(_functions(like), []).append(one)
    found: dict[tuple[object, ...], list[Return]] = {}
    for functions, group in asked.items():
        named = {person(one) for one in group} - {""}
        sole = named.pop() if len(named) == 1 else ""  # who names nobody is taken for the only person named
        for one in group:
            like = one if _basis(one) == _basis(newest) else newest
            found.setdefault((functions, person(like) or sole), []).append(one)
    return list(found.values())


def person(one: Return) -> str:
    """Return what tells respondents apart: the name, else the e-mail, as they are compared; empty when neither was given."""
    known = said_in(one).respondent
    return face(known.get("respondent", "")) or face(known.get("email", ""))


def who(one: Return) -> str:
    """Return a respondent as people see them: name and function, else the e-mail, else the file."""
    known = said_in(one).respondent
    name, function = known.get("respondent") or known.get("email", ""), known.get("function", "")
    return f"{name} ({function})" if name and function else name or function or one.file


def _functions(one: Return) -> tuple[str, ...]:
    return tuple(sorted(said_in(one).functions))


def _basis(one: Return) -> tuple[object, ...]:
    said = said_in(one)
    return (said.model, said.edition, said.profile, said.selection, said.form)


# --- what stands


def joined(returns: Iterable[Return]) -> list[Return]:
    """Put the accepted returns of each organisation together, where there are several; in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Return]] = {}
    for key, several in by_organisation(returns).items():
        for one in several:
            groups.setdefault((*key, _basis(one)), []).append(one)
    return [put_together(several) if len(several) > 1 else several[0] for several in groups.values()]


def noted(returns: Sequence[Return]) -> list[Return]:
    """Tell in a finding of each return that it was put together with others."""
    several = {part.file: one for one in joined(returns) if isinstance(one, Joint) for part in one.parts}

    def told(one: Return) -> Return:
        if one.file not in several:
            return one
        others = ", ".join(part.file for part in several[one.file].parts if part.file != one.file)
        facts = {"organisation": said_in(one).organisation, "others": others}
        return replace(one, findings=(*one.findings, Finding(Code.PUT_TOGETHER, file=one.file, facts=facts)))

    return list(map(told, returns))


def put_together(parts: Sequence[Return]) -> Joint:
    """Return the returns of one organisation's respondents as one; the newest says its name, its country and region, its language."""
    newest = said_in(max(parts, key=lambda one: (one.when, one.file)))
    said = [(who(one), said_in(one)) for one in parts]
    codes = dict.fromkeys(code for _, one in said for code in one.answers)
    answers = {code: _settled([(name, one.answers[code]) for name, one in said if code in one.answers]) for code in codes}
    whole = any(not one.functions for _, one in said)
    functions = () if whole else tuple(sorted({function for _, one in said for function in one.functions}))
    together = replace(newest, answers=answers, respondent=_respondents([one for _, one in said], newest), functions=functions)
    first = parts[0]
    files, digests = (", ".join(getattr(one, name) for one in parts) for name in ("file", "sha256"))
    findings = tuple(finding for one in parts for finding in one.findings)
    return Joint(files, digests, first.status, together, findings, max(one.when for one in parts), parts=tuple(parts))


def _respondents(said: Sequence[Assessment], newest: Assessment) -> Mapping[str, str]:
    """Return who answered: everybody's name, function and e-mail; consent only when nobody who was asked refused."""

    def each(field: str) -> list[str]:
        return list(dict.fromkeys(value for one in said if (value := one.respondent.get(field))))

    known = {**newest.respondent, **{field: ", ".join(each(field)) for field in ("respondent", "function", "email")}}
    consent = each("consent")
    return {**known, "consent": "no" if "no" in consent else "yes" if consent else ""}


def _settled(said: Sequence[tuple[str, Answer]]) -> Answer:
    """Return the answer that stands for several.

    The median level; of an even number the lower of the two in the middle, since a level is whole and its demands are met
    or not: where as many say 2 as say 3, not all vouch for 3, so 2 is what is sure. A level stands against "not
    applicable" (somebody could place it), both against "unknown", all against a blank.
    """
    words = {field: _words([(name, getattr(answer, field)) for name, answer in said]) for field in ("reason", "evidence", "comment")}
    state = _state([answer.state for _, answer in said], words["reason"])
    level = state.level if isinstance(state, Answered) else None
    figures = (answer.measure for _, answer in said if answer.level == level and answer.measure is not None)
    verdicts = (answer.demands for _, answer in said if answer.level == level and answer.demands)
    return Answer(state, next(figures, None), **words, demands=next(verdicts, ()))


def _words(said: Sequence[tuple[str, str]]) -> str:
    """Return what several wrote, each text once behind the names of those who wrote it."""
    names: dict[str, list[str]] = {}
    for name, text in said:
        if text:
            names.setdefault(text, []).append(name)
    return "\n".join(f"{', '.join(each)} · {text}" for text, each in names.items())


def _state(states: Sequence[State], reasons: str) -> State:
    levels = [state.level for state in states if isinstance(state, Answered)]
    if levels:
        return Answered(median_low(levels))
    exempt = next((state.reason for state in states if isinstance(state, NotApplicable)), "")
    if exempt:
        return NotApplicable(reasons or exempt)
    return UNKNOWN if UNKNOWN in states else BLANK


# --- who disagrees


@dataclass(frozen=True)
class Said:
    """What one respondent said of an indicator."""

    part: Return
    answer: Answer


@dataclass(frozen=True)
class Disagreement:
    """An indicator on which respondents are :data:`APART` levels apart or more, or one gives a level to what another sets aside."""

    indicator: Indicator
    said: tuple[Said, ...]

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels given, lowest first."""
        return tuple(sorted(one.answer.level for one in self.said if one.answer.level is not None))

    @property
    def spread(self) -> int:
        """Levels between the lowest and the highest."""
        return self.levels[-1] - self.levels[0]

    @property
    def priority(self) -> int:
        """Spread times weight; a level against "not applicable" counts as :data:`APART` at least."""
        exempt = any(isinstance(one.answer.state, NotApplicable) for one in self.said)
        return self.indicator.weight * max(self.spread, APART if exempt else 0)


def said_of(parts: Sequence[Return], code: str) -> tuple[Said, ...]:
    """Return who said something of an indicator, in the order of the parts."""
    every = (Said(one, said_in(one).answer(code)) for one in parts)
    return tuple(one for one in every if not isinstance(one.answer.state, Blank) or one.answer.comment)


def disagreements(model: Model, parts: Sequence[Return]) -> tuple[Disagreement, ...]:
    """Return what respondents should talk about, the largest spread times weight first, ties in the order of the model."""
    found = []
    for code, one in model.indicators.items():
        each = Disagreement(one, said_of(parts, code))
        states = {type(said.answer.state) for said in each.said} - {Unknown, Blank}
        if each.levels and (each.spread >= APART or len(states) > 1):
            found.append(each)
    return tuple(sorted(found, key=lambda each: -each.priority))


def several(parts: Sequence[Return], code: str) -> tuple[int, ...]:
    """Return the levels that several respondents gave to an indicator, lowest first; empty when fewer than two did."""
    levels = sorted(level for one in parts if (level := said_in(one).answer(code).level) is not None)
    return tuple(levels) if len(levels) > 1 else ()


def of_management(one: Return, names: Collection[str]) -> bool | None:
    """Say whether a respondent speaks for general management, by the functions asked, else by the function typed.

    ``names`` are the spellings of that function. None when nothing is known of it.
    """
    said = said_in(one)
    if said.functions:
        return MANAGEMENT in said.functions
    typed = face(said.respondent.get("function", ""))
    return typed in {face(name) for name in names} if typed else None


def middle(said: Iterable[Said], management: Mapping[str, bool | None], side: bool) -> int | None:
    """Return the median level of one side (``management`` by file: True management, False the field); None when nobody there gave one."""
    levels = [one.answer.level for one in said if one.answer.level is not None and management[one.part.file] is side]
    return median_low(levels) if levels else None
