"""The campaign's register: whom it asks, each with a profile, respondents, a deadline and what is adapted; and whose return is whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property

from dimm_xl.adaptation import Adaptation
from dimm_xl.assessment import Assessment, Return
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Cut, Profile
from dimm_xl.respondents import Joint, parts_of, said_in
from dimm_xl.sheet import face


@dataclass(frozen=True)
class Person:
    """Somebody who is asked, for some ``functions`` (ids; empty: all); ``lang`` is empty where the organisation's serves."""

    name: str = ""
    email: str = ""
    functions: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True)
class Enrolled:
    """An organisation of the register. ``lang`` is empty where the campaign's language serves; ``people`` where it answers as one."""

    id: str
    name: str
    profile: Profile
    country: str = ""
    region: str = ""
    lang: str = ""
    email: str = ""
    deadline: date | None = None
    people: tuple[Person, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that are asked, all of its respondents' together; empty when somebody is asked everything."""
        if not all(one.functions for one in self.people):
            return ()
        return tuple(sorted({function for one in self.people for function in one.functions}))

    @property
    def asked(self) -> tuple[Person, ...]:
        """Who gets a questionnaire: its respondents, else whoever reads its e-mail."""
        return self.people or (Person(email=self.email),)

    def cut(self, edition: str, selection: str | None = None, functions: tuple[str, ...] | None = None) -> Cut:
        """Return what it is asked, by some of its functions (all that are asked by default)."""
        return Cut(edition, self.profile, selection, self.functions if functions is None else functions, self.adaptations)


@dataclass(frozen=True)
class Register:
    """What a register file holds: the organisations that can be asked, by id, in its order, and what is amiss with its rows."""

    file: str = ""
    organisations: Mapping[str, Enrolled] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    sha256: str = ""

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        return {face(one): one for one in self.organisations}

    @cached_property
    def _named(self) -> Mapping[str, list[Enrolled]]:
        found: dict[str, list[Enrolled]] = {}
        for one in self.organisations.values():
            found.setdefault(face(one.name), []).append(one)
        return found

    def whose(self, said: Assessment, named: bool = True) -> Enrolled | None:
        """Return whose answers these are: by the id they carry, else by name where one organisation alone bears it (or has its profile).

        An id that the register does not hold is another campaign's: its bearer is nobody of this one, whatever its name. ``named``:
        somebody typed the name, and it may be trusted.
        """
        if said.organisation_id:
            known = self._ids.get(face(said.organisation_id))
            return self.organisations[known] if known else None
        alike = self._named.get(face(said.organisation), []) if named else []
        if len(alike) > 1:
            alike = [one for one in alike if one.profile == said.profile]
        return alike[0] if len(alike) == 1 else None


NOBODY = Register()


def enrolled(returns: Iterable[Return], register: Register) -> list[Return]:
    """Return returns with the register's id and adaptations in those that are of one of its organisations; the others as they are."""
    if not register.organisations:
        return list(returns)

    def placed(one: Return) -> Return:
        if one.assessment is None:
            return one
        named = all(finding.code is not Code.NO_ORGANISATION for finding in one.findings)
        whose = register.whose(one.assessment, named)
        if whose is None:
            return one
        return replace(one, assessment=replace(one.assessment, organisation_id=whose.id, adaptations=whose.adaptations))

    return list(map(placed, returns))


def completed(one: Return, register: Register) -> Return:
    """Return what stands for an organisation as asked of all of its respondents, so that who is still silent lowers the coverage."""
    said = said_in(one)
    whose = register.organisations.get(said.organisation_id)
    if whose is None or not said.functions:
        return one
    asked = replace(said, functions=whose.functions)
    about = {each.name: getattr(one, each.name) for each in fields(Return)}
    return Joint(**{**about, "assessment": asked}, parts=parts_of(one))


def merged(general: Mapping[str, Adaptation], own: Mapping[str, Adaptation]) -> tuple[Adaptation, ...]:
    """Return what is adapted for one organisation, by code: its own rows over those of the whole campaign."""
    every = {**general, **{code: one.over(general.get(code)) for code, one in own.items()}}
    return tuple(every[code] for code in sorted(every))
