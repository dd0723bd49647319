"""Several respondents of one organisation: whose return replaces whose, what stands where they differ, what is left to discuss."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dimm_xl import catalogue
from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, Assessment, NotApplicable, Return, State, Status
from dimm_xl.campaign import run
from dimm_xl.findings import Code, Finding
from dimm_xl.issuing import Wanted, fill
from dimm_xl.page import Page
from dimm_xl.report.discuss import discuss_page
from dimm_xl.report.lever import lever_page
from dimm_xl.report.result import Result
from dimm_xl.respondents import disagreements, joined, of_management, put_together, said_in, versions
from dimm_xl.scoring import score
from dimm_xl.settings import Run
from tests.support import HOTEL, assessed, at_level, indicator, small_model
from tests.test_collect import gathered, lay, outcome

FR = catalogue.words("fr")
MODEL = small_model((indicator("AX1", 3), indicator("AX2")), (indicator("BX1"),))
NA = NotApplicable("pas de stock")


def part(name: str, states: Mapping[str, State], function: str = "", functions: tuple[str, ...] = (), **more: str) -> Return:
    """What one respondent returned."""
    answers = {code: Answer(state, comment=f"dit {name}") for code, state in states.items()}
    said = Assessment("Hôtel", HOTEL, "small", "v1", "fr", answers=answers, functions=functions)
    return Return(f"{name}.xlsx", name, Status.ACCEPTED, replace(said, respondent={"respondent": name, "function": function, **more}))


def settled(*said: int | State) -> Answer:
    """What stands for AX1 once respondents gave these levels, or were in these states."""
    parts = [part(f"R{n}", {"AX1": Answered(one) if isinstance(one, int) else one}) for n, one in enumerate(said)]
    return said_in(put_together(parts)).answer("AX1")


# --- what stands


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ((4,), Answered(4)),
        ((1, 2, 5), Answered(2)),
        ((5, 1), Answered(1)),
        ((0, 2, 3, 5), Answered(2)),
        ((3, NA), Answered(3)),
        ((NA, NA, 1), Answered(1)),
        ((UNKNOWN, 4), Answered(4)),
        ((UNKNOWN, NA), NA),
        ((BLANK, UNKNOWN), UNKNOWN),
        ((BLANK, BLANK), BLANK),
    ],
)
def test_the_median_level_stands_and_a_level_before_any_other_state(said: tuple[int | State, ...], stands: State) -> None:
    """Of two in the middle the lower one; never a mean; unknown yields to who knows, not applicable to who could place it."""
    assert settled(*said).state == stands


@given(st.lists(st.integers(0, 5), min_size=1, max_size=9))
def test_what_stands_is_a_level_somebody_gave_and_half_vouch_for_it(said: list[int]) -> None:
    """Whoever answers in whatever order, the level was given by somebody, and more than half gave it or a higher one, or exactly half."""
    stands = settled(*said).level
    assert stands in said
    assert 2 * sum(level >= stands for level in said) >= len(said) <= 2 * sum(level <= stands for level in said)
    assert stands == settled(*sorted(said)).level


def test_everybodys_words_are_kept_under_their_name() -> None:
    """Comments and reasons of all stand in the answer, each behind its respondent; the figure is of the level that stands."""
    alice, bob = (part(name, {"AX1": Answered(level)}, "RH") for name, level in (("Alice", 4), ("Bob", 2)))
    figures = {"Alice.xlsx": 80.0, "Bob.xlsx": 20.0}
    measured = [
        replace(one, assessment=replace(said_in(one), answers={"AX1": replace(said_in(one).answer("AX1"), measure=figures[one.file])}))
        for one in (alice, bob)
    ]
    together = said_in(put_together(measured))
    assert together.answer("AX1") == Answer(Answered(2), 20.0, comment="Alice (RH) · dit Alice\nBob (RH) · dit Bob")
    assert together.respondent["respondent"] == "Alice, Bob"


@pytest.mark.parametrize(("consents", "stands"), [(("yes", "yes"), "yes"), (("yes", "no"), "no"), (("yes", ""), "yes"), (("", ""), "")])
def test_one_refusal_keeps_the_organisation_out_of_the_comparison(consents: tuple[str, str], stands: str) -> None:
    """Consent is everybody's who spoke of it."""
    together = said_in(put_together([part(f"R{n}", {}, consent=one) for n, one in enumerate(consents)]))
    assert together.respondent["consent"] == stands


def test_parts_by_function_make_one_questionnaire() -> None:
    """Answers of all parts stand side by side; the functions asked are those of all, and everything once one was asked everything."""
    it, hr = part("Alice", {"AX1": Answered(3)}, functions=("it",)), part("Bob", {"BX1": Answered(1)}, functions=("hr", "it"))
    whole = part("Carl", {"AX1": Answered(5)})
    (both,), (every,) = joined([it, hr]), joined([it, hr, whole])
    assert (said_in(both).functions, list(said_in(both).answers)) == (("hr", "it"), ["AX1", "BX1"])
    assert said_in(every).functions == ()


# --- who replaces whom


def asked(name: str, mail: str = "", functions: tuple[str, ...] = (), edition: str = "v1") -> Return:
    """A return of one respondent."""
    one = part(name or "nobody", {}, functions=functions)
    return replace(one, assessment=replace(said_in(one), respondent={"respondent": name, "email": mail}, edition=edition))


TOGETHER: Mapping[str, tuple[Sequence[Return], int]] = {
    "one person twice": ([asked("Alice"), asked(" ALICE")], 1),
    "two names": ([asked("Alice"), asked("Bob")], 2),
    "two names, one mailbox": ([asked("Alice", "a@x.fr"), asked("Bob", "a@x.fr")], 2),
    "two mailboxes without names": ([asked("", "a@x.fr"), asked("", "b@x.fr")], 2),
    "nobody named": ([asked(""), asked("")], 1),
    "one named, one not": ([asked("Alice"), asked("")], 1),
    "two named, one not": ([asked("Alice"), asked("Bob"), asked("")], 3),
    "one person, two parts": ([asked("Alice", functions=("it",)), asked("Alice", functions=("hr",))], 2),
    "nobody named, two parts": ([asked("", functions=("it",)), asked("", functions=("hr",))], 2),
    "the same functions in another order": ([asked("A", functions=("it", "hr")), asked("A", functions=("hr", "it"))], 1),
    "an older edition": ([asked("Alice", edition="v0"), asked("Bob")], 1),
}


@pytest.mark.parametrize("which", TOGETHER)
def test_a_return_replaces_only_the_same_persons_on_the_same_part(which: str) -> None:
    """Name, else e-mail, and the functions asked tell respondents apart; what was asked by another edition cannot be put beside."""
    returns, stand = TOGETHER[which]
    found = versions(returns, returns[-1])
    assert len(found) == stand
    assert sorted(id(one) for group in found for one in group) == sorted(map(id, returns))


def test_organisations_are_told_apart_by_id_before_name() -> None:
    """One id under two names is one organisation; one name under two ids is two; nameless ones are never each other's."""

    def known(name: str, key: str, organisation: str) -> Return:
        one = asked(name)
        return replace(one, file=name, assessment=replace(said_in(one), organisation_id=key, organisation=organisation))

    several = [known("A", "o1", "Hôtel"), known("B", "o1", "Hôtel & Spa"), known("C", "o2", "Hôtel"), known("D", "", "Hôtel")]
    nameless = [replace(asked(name), findings=(Finding(Code.NO_ORGANISATION),)) for name in "EF"]
    assert [one.file for one in joined([*several, *nameless])] == ["A, B", "C", "D", "E.xlsx", "F.xlsx"]


# --- what is left to discuss


def result(*parts: Return) -> Result:
    """A result of several respondents."""
    together = put_together(parts)
    said = said_in(together)
    return Result("hotel", together.file, together.sha256, MODEL, said, score(MODEL, said), parts=parts)


ALICE = part("Alice", {"AX1": Answered(4), "AX2": Answered(5), "BX1": Answered(3)}, "Direction")
BOB = part("Bob", {"AX1": Answered(2), "AX2": Answered(0), "BX1": Answered(2)}, "Atelier")
CHLOE = part("Chloé", {"AX1": Answered(2), "AX2": UNKNOWN, "BX1": NA}, "Atelier")


def cells(page: Page, table: str) -> list[dict[str, object]]:
    """The rows of a table of a page."""
    return [dict(row.values) for one in page.tables if one.name == table for row in one.rows]


def test_disagreements_come_by_spread_times_weight_with_everybodys_level_and_comment() -> None:
    """Two levels apart or more, or not applicable to one alone; the spread stands beside the median, each voice in full."""
    found = disagreements(MODEL, (ALICE, BOB, CHLOE))
    assert [(one.indicator.code, one.spread, one.priority) for one in found] == [("AX1", 2, 6), ("AX2", 5, 5), ("BX1", 1, 2)]
    rows = cells(discuss_page(result(ALICE, BOB, CHLOE), FR), "to_discuss")
    assert [(row["code"], row["level"], row["spread"]) for row in rows] == [("AX1", 2, 2), ("AX2", 0, 5), ("BX1", 2, 1)]
    assert str(rows[2]["said"]).splitlines() == [
        "Alice (Direction)\u00a0: 3 · dit Alice",
        "Bob (Atelier)\u00a0: 2 · dit Bob",
        "Chloé (Atelier)\u00a0: – sans objet · pas de stock · dit Chloé",
    ]


def test_management_stands_against_the_field() -> None:
    """Medians of both sides by indicator and by lever, over what both answered, and how often management sees it higher."""
    page = discuss_page(result(ALICE, BOB, CHLOE), FR)
    assert [(row["code"], row["management"], row["field"]) for row in cells(page, "to_discuss")] == [
        ("AX1", 4, 2),
        ("AX2", 5, 0),
        ("BX1", 3, 2),
    ]
    sides = [(row["code"], row["common"], row["management"], row["field"], row["difference"]) for row in cells(page, "sides")]
    assert sides == [("A", 2, 4, 0, 4), ("B", 1, 3, 2, 1)]
    assert any("au-dessus du terrain sur 3" in str(put.value) for put in page.puts)


@pytest.mark.parametrize(
    ("function", "functions", "side"),
    [
        ("Direction", (), True),
        ("  DIRECTRICE générale ", (), True),
        ("Direction informatique", (), False),
        ("Atelier", ("general-management",), True),
        ("Direction", ("it",), False),
        ("", (), None),
    ],
)
def test_who_speaks_for_management_is_what_was_asked_else_what_was_typed(
    function: str, functions: tuple[str, ...], side: bool | None
) -> None:
    """The questionnaire's functions decide; without them the function that the respondent typed, when one was."""
    assert of_management(part("R", {}, function, functions), ("Direction", *FR("discuss.management").split("|"))) is side


def test_when_nobody_disagrees_the_sheet_says_so_in_one_line() -> None:
    """One sentence, no table of indicators, and no mark on the lever's sheet."""
    alike = result(BOB, part("Dan", {"AX1": Answered(3), "AX2": Answered(1), "BX1": Answered(2)}))
    page = discuss_page(alike, FR)
    assert [put.value for put in page.puts] == [
        "Rien à discuter\u00a0: les 2 répondants sont d’accord, à moins de 2 niveaux près",
    ]
    assert page.tables == ()
    assert "≠" not in str(lever_page(alike, MODEL.levers[0], FR))


def test_a_levers_sheet_marks_what_respondents_see_differently() -> None:
    """Under the indicator's name stands between which levels it was placed, and by how many."""
    names = {row["code"]: row["indicator"] for row in cells(lever_page(result(ALICE, BOB, CHLOE), MODEL.levers[0], FR), "indicators_A")}
    assert names == {"AX1": "Name of AX1\n≠ de 2 à 4 selon 3 répondants", "AX2": "Name of AX2\n≠ de 0 à 5 selon 2 répondants"}


# --- in a run


def returned(name: str, level: int, functions: tuple[str, ...] = ()) -> bytes:
    """A returned questionnaire of one respondent, at one level but for the first indicator."""
    said = assessed({}, respondent={"respondent": name, "function": "Direction" if name == "Alice" else "IT"}, functions=functions)
    codes = catalogue.resolved("dimm", said.cut).indicators
    every = at_level(level)
    first = next(iter(codes))
    return fill(Wanted(), replace(said, answers={code: every[code] for code in codes} | {first: Answer(Answered((level + 1) % 6))}))


def test_a_run_puts_respondents_together_and_accounts_for_each(tmp_path: Path) -> None:
    """Each file is accepted with a note that names the others and has its rows of answers; one organisation, the median scored."""
    lay(tmp_path / "in", {f"{n}.xlsx": returned(name, n, ("it",) if n == 4 else ()) for n, name in enumerate(("Alice", "Bob", "Chloé"), 2)})
    assert outcome(gathered(tmp_path / "in")) == {}
    summary = run(Run(tmp_path / "in", tmp_path / "out", workers=0))
    assert (summary.organisations, summary.statuses["accepted"], summary.faults) == (1, 3, ())

    def lines(name: str) -> list[dict[str, str]]:
        with (tmp_path / "out/data" / name).open(encoding="utf-8", newline="") as table:
            return list(csv.DictReader(table))

    notes = {line["file"]: line["message"] for line in lines("findings.csv") if line["code"] == "PUT_TOGETHER"}
    assert notes.keys() == {"2.xlsx", "3.xlsx", "4.xlsx"}
    assert "3.xlsx, 4.xlsx" in notes["2.xlsx"]
    expected = {line["file"]: int(line["expected"]) for line in lines("returns.csv")}
    assert {file: sum(line["return"] == file for line in lines("answers.csv")) for file in expected} == expected
    assert expected["4.xlsx"] < expected["2.xlsx"]
    medians = {line["code"]: line["score"] for line in lines("scores.csv") if line["scope"] == "indicator"}
    by_it = {line["indicator"] for line in lines("answers.csv") if line["return"] == "4.xlsx" and line["level"] == "4"}
    assert {medians[code] for code in by_it} == {"3.0"}


def test_colleagues_who_agree_are_not_taken_for_a_copied_file(tmp_path: Path) -> None:
    """The note that two organisations have the same levels is for two organisations."""
    found = gathered(lay(tmp_path, {"a.xlsx": returned("Alice", 3), "b.xlsx": returned("Bob", 3)}))
    assert {finding.code for one in found.values() for finding in one.findings} & {Code.SAME_AS_OTHER, Code.PUT_TOGETHER} == {
        Code.PUT_TOGETHER
    }
