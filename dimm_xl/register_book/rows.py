"""Lines of a register → the organisations that can be asked; every line that cannot be used is a finding, and the others go on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from dimm_xl.adaptation import Adaptation
from dimm_xl.files import RESERVED
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Cut, Model, Profile
from dimm_xl.register import Enrolled, Person, Register, merged
from dimm_xl.register_book.reading import Line, Lines
from dimm_xl.sheet import face, text

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
"""What an id may be: it names files, on every system."""
EVERYBODY = ""
"""Whose an adaptation is that stands without an organisation."""


def register_of(file: str, digest: str, model: Model, lines: Lines) -> Register:
    """Return the register that lines make."""
    maker = _Maker(model)
    organisations = maker.organisations(lines.lines["organisations"])
    people = maker.people(lines.lines.get("respondents", ()), organisations)
    adaptations = maker.adaptations(lines.lines.get("adaptations", ()), organisations)
    general = adaptations.pop(EVERYBODY, {})
    whole = {
        key: replace(one, people=tuple(people.get(key, {}).values()), adaptations=merged(general, adaptations.get(key, {})))
        for key, one in organisations.items()
    }
    asked = {one.id: maker.asked(one, key) for key, one in whole.items()}
    findings = tuple(replace(one, file=file) for one in (*lines.findings, *maker.findings))
    return Register(file, {key: one for key, one in asked.items() if one is not None}, findings, digest)


class _Maker:
    """Makes the parts of a register; organisations are known by the face of their id. What is wrong is gathered in ``findings``."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.findings: list[Finding] = []
        self._lines: dict[str, Line] = {}
        self._codes = lru_cache(maxsize=None)(lambda cut: tuple(model.cut(cut).indicators))

    def organisations(self, lines: Sequence[Line]) -> dict[str, Enrolled]:
        """Return the organisations whose line is sound enough to be asked."""
        found: dict[str, Enrolled] = {}
        for line in lines:
            id_, wrong = text(line.get("id")), list(line.wrong.values())
            if code := _bad_id(id_, line.wrong):
                wrong.append(line.finding(code, "id", id=id_, name=line.get("name") or "–"))
            elif first := self._lines.get(face(id_)):
                wrong.append(line.finding(Code.REGISTER_ID_TWICE, "id", id=id_, other=first.cell("id")))
            wrong += [
                line.finding(Code.REGISTER_SECTOR if field == "sector" else Code.REGISTER_SIZE, field, value="–", id=id_)
                for field in ("sector", "size")
                if field not in line.values and field not in line.wrong
            ]
            fatal = {"id", "sector", "size"} & line.wrong.keys() or any(one.code in FATAL for one in wrong)
            if not fatal and not line.get("name"):
                wrong.append(line.finding(Code.REGISTER_NO_NAME, "name", id=id_))
            self.findings += [replace(one, facts={"id": id_, **one.facts}) for one in wrong]
            if not fatal:
                self._lines[face(id_)] = line
                found[face(id_)] = _organisation(id_, line)
        return found

    def people(self, lines: Sequence[Line], organisations: Mapping[str, Enrolled]) -> dict[str, dict[object, Person]]:
        """Return the respondents of each organisation; several lines of one person add up to all of their functions."""
        found: dict[str, dict[object, Person]] = {}
        for line in lines:
            whose = face(line.get("organisation"))
            self.findings += line.wrong.values()
            if whose not in organisations and "organisation" not in line.wrong:
                facts = {"value": text(line.get("organisation")) or "–", "who": line.get("respondent") or "–"}
                self.findings.append(line.finding(Code.REGISTER_NOBODY, "organisation", **facts))
            if whose not in organisations or "function" in line.wrong:
                continue
            one = Person(line.get("respondent"), line.get("email"), line.get("function", ()), line.get("lang"))
            several = found.setdefault(whose, {})
            key = (face(one.name), face(one.email)) if one.name or one.email else line.row
            before = several.get(key)
            if before is not None:
                whole = not (before.functions and one.functions)
                functions = () if whole else tuple(dict.fromkeys((*before.functions, *one.functions)))
                one = replace(before, functions=functions, lang=before.lang or one.lang)
            several[key] = one
        return found

    def adaptations(self, lines: Sequence[Line], organisations: Mapping[str, Enrolled]) -> dict[str, dict[str, Adaptation]]:
        """Return what is adapted for each organisation, and for everybody."""
        found: dict[str, dict[str, Adaptation]] = {}
        for line in lines:
            wrong = [*line.wrong.values(), *self._adaptation_wrong(line, organisations)]
            self.findings += wrong
            whose, code = face(line.get("organisation")), line.get("indicator")
            if wrong:
                continue
            if code in found.setdefault(whose, {}):
                self.findings.append(line.finding(Code.REGISTER_ADAPTED_TWICE, "indicator", indicator=code))
                continue
            found[whose][code] = Adaptation(
                code, line.get("target", None), line.get("weight", None), bool(line.get("excluded", False)), line.get("reason")
            )
        return found

    def _adaptation_wrong(self, line: Line, organisations: Mapping[str, Enrolled]) -> Iterator[Finding]:
        whose = face(line.get("organisation"))
        if whose and whose not in organisations:
            yield line.finding(Code.REGISTER_NOBODY, "organisation", value=text(line.get("organisation")), who=line.get("indicator") or "–")
        if "indicator" not in line.values and "indicator" not in line.wrong:
            yield line.finding(Code.REGISTER_INDICATOR, "indicator", value="–")
        changes = [field for field in ("target", "weight", "excluded") if line.get(field, None) not in (None, False)]
        if changes and "reason" not in line.values and "reason" not in line.wrong:
            yield line.finding(Code.REGISTER_NO_REASON, "reason", indicator=line.get("indicator") or "–")
        if not changes and not line.wrong:
            yield line.finding(Code.REGISTER_CHANGES_NOTHING, "indicator", indicator=line.get("indicator") or "–")

    def asked(self, one: Enrolled, key: str) -> Enrolled | None:
        """Return an organisation as it can be asked: without respondents who would be asked nothing; None when nothing would be left."""
        line, newest = self._lines[key], self.model.edition.id
        if not self._left(one, one.cut(newest, functions=())):
            self.findings.append(line.finding(Code.REGISTER_NOTHING_ASKED, "id", id=one.id, who=one.name))
            return None
        kept = tuple(person for person in one.people if self._left(one, one.cut(newest, functions=person.functions)))
        for person in one.people:
            if person not in kept:
                who = person.name or person.email or one.name
                self.findings.append(line.finding(Code.REGISTER_NOTHING_ASKED, "id", id=one.id, who=who))
        one = replace(one, people=kept)
        covered = set(self._left(one, one.cut(newest)))
        if open_ := [code for code in self._left(one, one.cut(newest, functions=())) if code not in covered]:
            codes = ", ".join(open_[:MOST]) + (" …" if len(open_) > MOST else "")
            self.findings.append(line.finding(Code.REGISTER_UNASKED, "id", id=one.id, count=len(open_), indicators=codes))
        return one

    def _left(self, one: Enrolled, cut: Cut) -> tuple[str, ...]:
        """Return the codes that a cut asks, what is excluded apart."""
        out = {own.code for own in one.adaptations if own.excluded}
        codes: tuple[str, ...] = self._codes(replace(cut, adaptations=()))
        return tuple(code for code in codes if code not in out) if out else codes


FATAL = frozenset(
    {Code.REGISTER_NO_ID, Code.REGISTER_UNSAFE_ID, Code.REGISTER_ID_TWICE, Code.REGISTER_SECTOR, Code.REGISTER_SIZE}
)  # fmt: skip
"""What keeps an organisation from being asked; anything else leaves out what is wrong alone."""
MOST = 12
"""Codes that a finding names."""


def _bad_id(id_: str, wrong: Mapping[str, Finding]) -> Code | None:
    if not id_:
        return None if "id" in wrong else Code.REGISTER_NO_ID
    safe = SAFE.fullmatch(id_) and not id_.endswith(".") and not RESERVED.fullmatch(face(id_).partition(".")[0])
    return None if safe else Code.REGISTER_UNSAFE_ID


def _organisation(id_: str, line: Line) -> Enrolled:
    plain = {field: line.get(field) for field in ("country", "region", "lang", "email")}
    profile = Profile(line.get("sector"), line.get("size"))
    return Enrolled(id_, line.get("name") or id_, profile, deadline=line.get("deadline", None), **plain)
