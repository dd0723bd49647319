"""A run against its register: whose return is whose, what counts as adapted, who is late, what is written to whom, nothing stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dimm_xl import register, respondents
from dimm_xl.assessment import Assessment, Return, Status
from dimm_xl.register import Enrolled, Person, Register
from dimm_xl.report.followup import Stage, follow, reminders
from dimm_xl.results import identify, result_of
from dimm_xl.sheet import face
from tests.registers import DUE, INN, MODEL, SPEECH, TODAY, answered
from tests.support import HOTEL


def returned(said: Assessment, file: str = "") -> Return:
    """An accepted return."""
    return Return(file or f"{said.organisation}-{'-'.join(said.functions)}.xlsx", file or said.organisation, Status.ACCEPTED, said)


def stands(enlisted: Sequence[Enrolled], returns: Sequence[Return], today: date | None = TODAY) -> Any:
    """The follow-up of returns against a register."""
    known = Register("r.xlsx", {one.id: one for one in enlisted})
    named = identify(register.enrolled(returns, known), known)
    return follow(known, [result_of(name, one, ("dimm",)) for name, one in named.items()], returns, today)


LAKE = Enrolled("H2", "Auberge du Lac", INN, deadline=DUE, email="a@lac.example", lang="en")
BOTH = (Person("Alice", "alice@x.example", ("general-management",)), Person("Bob", "bob@x.example", ("it",), "en"))
HOTEL_OF = Enrolled("H1", "Hôtel des Tilleuls", HOTEL, deadline=DUE, people=BOTH)
GM, IT = ("general-management",), ("it",)


# --- how far everybody is


@pytest.mark.parametrize(
    ("returns", "today", "stage", "late"),
    [
        ([], TODAY, Stage.WAITING, True),
        ([], DUE, Stage.WAITING, False),
        ([], None, Stage.WAITING, False),
        ([answered("auberge DU lac", share=0.5)], TODAY, Stage.OPEN, True),
        ([answered("Autre nom", share=0.5, organisation_id="h2")], DUE, Stage.OPEN, False),
        ([answered("Auberge du Lac")], TODAY, Stage.COMPLETE, False),
    ],
)
def test_late_is_who_is_not_complete_after_the_deadline(returns: list[Assessment], today: date | None, stage: Stage, late: bool) -> None:
    """On the day itself nobody is late yet; without a date of today nobody is."""
    (row,) = stands([LAKE], list(map(returned, returns)), today).rows
    assert (row.stage, row.late) == (stage, late)
    assert row.coverage == (None if not returns else pytest.approx(1.0 if stage is Stage.COMPLETE else 0.5, abs=0.03))


def part(functions: tuple[str, ...], **known: str) -> Return:
    """What one respondent of the hotel returned."""
    return returned(answered("Hôtel des Tilleuls", HOTEL, organisation_id="H1", functions=functions, respondent=known))


@pytest.mark.parametrize(
    ("parts", "silent"),
    [
        ([part(GM, respondent="alice")], ["Bob"]),
        ([part(IT, email="BOB@x.example", respondent="Robert")], ["Alice"]),
        ([part(IT)], ["Alice"]),
        ([part(IT, respondent="Somebody else")], ["Alice"]),
        ([part(GM, respondent="Alice"), part(IT, respondent="Bob")], []),
    ],
)
def test_a_respondent_is_heard_by_name_or_mail_or_by_the_part_that_is_theirs(parts: list[Return], silent: list[str]) -> None:
    """Whoever is not heard is silent, and their functions keep the organisation incomplete."""
    (row,) = stands([HOTEL_OF], parts).rows
    assert [one.name for one in row.silent] == silent
    assert row.stage is (Stage.PART if silent else Stage.COMPLETE)


def test_the_coverage_is_of_all_that_is_asked_not_of_who_answered() -> None:
    """One of two respondents answered everything: the other's indicators are missing in the organisation's score."""
    (row,) = stands([HOTEL_OF], [part(GM, respondent="Alice")]).rows
    asked = [one for one in MODEL.at(HOTEL).indicators.values() if set(one.functions) & {*GM, *IT}]
    alices = [one for one in asked if set(one.functions) & set(GM)]
    assert row.result is not None
    score = row.result.scores.overall
    assert (score.answered, score.expected) == (len(alices), len(asked))
    assert set(row.open) == {one.code for one in asked} - {one.code for one in alices}
    assert set(row.open.values()) == {"it"}


REFUSED: Mapping[str, str] = {
    "H2_auberge-du-lac_dimm-v2_fr.xlsx": "H2",
    "h2_v3 (1).xlsx": "H2",
    "retours.zip/Questionnaire Auberge du Lac final.xlsx": "H2",
    "H1/fichier.xlsx": "H1",
    "Hotel-des-TILLEULS.ods": "H1",
    "H22.xlsx": "",
    "inconnu.xlsx": "",
    "lac.xlsx": "",
}


@pytest.mark.parametrize(("file", "whose"), REFUSED.items())
def test_a_refused_file_is_put_to_who_it_seems_to_be_of(file: str, whose: str) -> None:
    """By the id that begins its name or its folder's, else by the whole name of one organisation in it."""
    found = stands([LAKE, HOTEL_OF], [Return(file, "", Status.REFUSED)])
    assert [one.whose.id for one in found.rows if one.refused] == ([whose] if whose else [])


def test_who_returned_without_being_in_the_register_is_told_apart() -> None:
    """It counts in the results; its file's name may say whose it is."""
    found = stands([LAKE], [returned(answered("Scierie")), returned(answered("x", share=0.9), "H2_copie.xlsx")])
    assert [(one.result.id, one.perhaps) for one in found.strangers] == [("scierie", ""), ("x", "H2")]
    assert found.counts == {"asked": 1, "returned": 0, "incomplete": 0, "late": 1, "unregistered": 2}


# --- reminders


def test_everybody_who_is_not_done_is_written_to_in_their_own_language() -> None:
    """Respondents who are silent one by one, organisations as one; nobody who is complete."""
    complete = replace(LAKE, id="H3", name="Camping")
    found = stands([LAKE, HOTEL_OF, complete], [returned(answered("Camping")), part(GM, respondent="Alice")])
    letters = list(reminders(found, MODEL, SPEECH, "fr"))
    assert [(one.whose.id, one.email, one.lang) for one in letters] == [("H2", "a@lac.example", "en"), ("H1", "bob@x.example", "en")]
    assert "31 March 2027" in letters[0].text
    assert "Bob" in letters[1].text
    assert "IT" in letters[1].text


def test_a_reminder_says_what_is_missing() -> None:
    """Nothing came; answers are open, with their names; a file could not be read."""
    french = replace(LAKE, lang="")
    refused = Return("H2_x.xlsx", "", Status.REFUSED)
    (nothing,) = reminders(stands([french], [refused]), MODEL, SPEECH, "fr")
    (open_,) = reminders(stands([french], [returned(answered("Auberge du Lac", share=0.5))], DUE), MODEL, SPEECH, "fr")
    assert "n’avons pas encore reçu" in nothing.text
    assert "H2_x.xlsx" in nothing.text
    assert "Il était attendu pour le 31 mars 2027" in nothing.text
    assert "Il est attendu pour le 31 mars 2027" in open_.text
    codes = list(MODEL.at(INN).indicators)
    assert f"- {codes[-6]}" not in open_.text
    assert f"- {codes[round(len(codes) * 0.5)]} " in open_.text


def test_the_work_grows_as_the_register_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand organisations, as many refused files: each name is folded a few times, not once for each other."""
    calls: list[object] = []

    def folded(cell: object) -> str:
        calls.append(cell)
        return face(cell)

    monkeypatch.setattr(register, "face", folded)
    count = 10_000
    known = Register("r.xlsx", {f"H{n}": Enrolled(f"H{n}", f"Organisation {n}", INN) for n in range(count)})
    said = [returned(Assessment(f"organisation {n}", INN, "dimm", "v2", "fr"), f"{n}.xlsx") for n in range(count)]
    found = register.enrolled(said, known)
    assert [respondents.said_in(one).organisation_id for one in found] == list(known.organisations)
    refused = [Return(f"H{n}_x.xlsx", "", Status.REFUSED) for n in range(count)]
    assert all(one.refused for one in follow(known, (), refused, TODAY).rows)
    assert len(calls) <= 4 * count
