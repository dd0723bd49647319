"""The first sheet of a migrated questionnaire, as text: what became of each answer, in both languages, and what waits to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from dimm_xl import audit, catalogue
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Checked, NotApplicable, Verdict
from dimm_xl.checks import Given
from dimm_xl.editions import Carried, Change, carry
from dimm_xl.model import Cut, Profile
from dimm_xl.page import Book, Formula, Link, Page, Value
from dimm_xl.questionnaire import Request
from dimm_xl.questionnaire.correct import Typed
from dimm_xl.questionnaire.migrated import Line, lines, migrated, told
from dimm_xl.sheet import Pick
from dimm_xl.wording import apart, retuned, worded
from dimm_xl.words import Words
from tests.test_editions import FIGURE, SME, edited, model, said

THEN = {"AX1": "", "AX2": "", "AX3": "measured", "BX1": "", "BX2": ""}
NOW = {"AX1": "", "AX2": "demand", "AX3": "stricter", "BX1": "heavy", "BX3": "since"}
ANSWERS = {
    "AX1": Answer(Answered(1)),
    "AX2": Answer(Answered(2), evidence="=1+1"),
    "AX3": Answer(Answered(4), 45.0),
    "BX1": Answer(NotApplicable("pas de stock"), reason="pas de stock"),
    "BX2": Answer(UNKNOWN, comment="à voir"),
}


@pytest.fixture(params=["fr", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    """The words of each language in turn."""
    return catalogue.words(request.param)


def carried(answers: Mapping[str, Answer] = ANSWERS, now: Mapping[str, str] = NOW, then: Mapping[str, str] = THEN) -> Carried:
    """Answers to the small model, carried into its next edition."""
    return carry(said(answers), model(then).cut(Cut("v1", SME)), model(now).cut(Cut("v2", SME)))


def book(words: Words, found: Carried | None = None, typed: Typed | None = None) -> Book:
    """The migrated questionnaire as inert pages."""
    return migrated(found or carried(), Request(words), typed or Typed((), {}))


def shown(value: Value) -> str:
    """What a cell shows."""
    text = value.value if isinstance(value, Formula) else value.text if isinstance(value, Link) else value
    return "–" if text is None else str(text).replace("\n", " / ")


def table(page: Page, *fields: str) -> list[str]:
    """Some fields of the rows of a page's table, as text."""
    return [" | ".join(shown(row.values.get(field)) for field in fields) for row in page.tables[0].rows]


def part(words: Words, key: str, value: object) -> str:
    """A part of an answer as the sheet tells it."""
    return f"{words(f'migrated.part.{key}')}{words('colon')} {value}"


# --- the rows


def test_what_asks_something_comes_first_each_group_under_its_count(words: Words) -> None:
    """Reworded, new, dropped, kept, in the order of the model within; a group without a row has no heading."""
    group = {change: words(f"migrated.group.{change.value}", count=count) for change, count in carried().counts.items()}
    assert table(book(words).pages[0], "place") == [
        group[Change.REWORDED],
        "AX2",
        "AX3",
        group[Change.NEW],
        "BX3",
        group[Change.DROPPED],
        "✖ BX2",
        group[Change.KEPT],
        "AX1",
        "BX1",
    ]
    same = carry(said({}), model(THEN).cut(Cut("v1", SME)), model(THEN).cut(Cut("v1", SME)))
    assert table(book(words, same).pages[0], "place")[0] == words("migrated.group.kept", count=5)


def test_every_part_of_an_answer_is_told_and_a_blank_one_says_so(words: Words) -> None:
    """Level or state, figure, reason, evidence, comment: a line a part, as typed."""
    found = dict(zip(table(book(words).pages[0], "place"), table(book(words).pages[0], "said"), strict=True))
    assert found["AX2"] == f"{part(words, 'level', 2)} / {part(words, 'evidence', '=1+1')}"
    assert found["AX3"] == f"{part(words, 'level', 4)} / {part(words, 'measure', 45)}"
    assert found["BX1"] == f"{part(words, 'level', words('level.not_applicable'))} / {part(words, 'reason', 'pas de stock')}"
    assert found["✖ BX2"] == f"{part(words, 'level', words('level.unknown'))} / {part(words, 'comment', 'à voir')}"
    assert found["BX3"] == "–"
    assert set(table(book(words, carried({})).pages[0], "said")) == {"–", words("migrated.said.nothing")}
    assert told(Answer(measure=0.0), words) == [part(words, "measure", 0)]


def test_notes_say_why_and_what_did_not_fit(words: Words) -> None:
    """Whose doing it is that an indicator comes or goes, what the new thresholds did to a level, which weight changed."""
    found = dict(zip(table(book(words).pages[0], "place"), table(book(words).pages[0], "note"), strict=True))
    assert found["AX3"] == words("migrated.note.capped", then=4, now=2)
    assert found["BX3"] == words("progress.why.came.edition")
    assert found["✖ BX2"] == words("progress.why.went.edition")
    assert found["BX1"] == words("progress.why.weight", then=1, now=3)
    assert (found["AX1"], found["AX2"]) == ("–", "–")


def test_an_organisation_that_grew_is_told_that_it_is_asked_other_things(words: Words) -> None:
    """New and dropped by another size: not the edition's doing."""
    traits = {"AX1": "", "AX2": "micro"}
    found = carry(
        said(ANSWERS), model(traits).cut(Cut("v2", SME)), model(traits).cut(micro := Cut("v2", Profile("tourism", "micro"))), micro
    )
    notes = dict(zip(table(book(words, found).pages[0], "place"), table(book(words, found).pages[0], "note"), strict=True))
    assert notes["AX2"] == words("progress.why.came.applicability")


def test_a_figure_of_another_thing_is_not_carried_but_told(words: Words) -> None:
    """Days are no percentage: the figure stands on the first sheet, with a note, and not in the questionnaire."""
    found = carried({"AX3": Answer(Answered(3), 45.0)}, {**NOW, "AX3": "days"})
    page = book(words, found).pages[0]
    row = dict(zip(table(page, "place"), table(page, "said", "note"), strict=True))["AX3"]
    assert part(words, "measure", 45) in row
    assert words("migrated.note.figure") in row
    assert found.assessment.answer("AX3").measure is None


# --- what waits to be confirmed


def test_each_row_that_waits_has_an_open_cell_and_leads_to_its_level(words: Words) -> None:
    """Two of them here; all other cells of that column are locked, and only the dropped indicator leads nowhere."""
    (first, *pages) = book(words).pages
    rows = first.tables[0].rows
    assert [shown(row.values["place"]) for row in rows if "confirmed" not in row.closed] == ["AX2", "AX3"]
    assert first.tables[0].sheet.column("confirmed").kind.picks == (words("yes"),)
    led = {shown(row.values["place"]): row.values["place"].to for row in rows if isinstance(row.values["place"], Link)}
    places = {
        str(row.values["code"]): one.span("level", n, n)
        for page in pages
        for one in page.tables
        if one.name.startswith("lever_")
        for n, row in enumerate(one.rows)
        if not row.heading
    }
    assert led == places


def test_states_and_readiness_wait_until_all_is_confirmed(words: Words) -> None:
    """The state beside the answer, the line on top of the first sheet, and the start sheet that says when all is ready."""
    found = carried({**ANSWERS}, {**NOW, "BX3": "micro"})
    pages = book(words, found).pages
    states = {
        str(row.values["code"]): shown(row.values["state"])
        for page in pages
        for one in page.tables
        if one.name.startswith("lever_")
        for row in one.rows
        if not row.heading
    }
    assert {code for code, state in states.items() if state == words("state.confirm")} == {"AX2", "AX3"}
    assert [shown(put.value) for put in pages[0].puts if put.look == "ready"] == [f"{words('migrated.left.some')}{words('colon')} 2"]
    assert [shown(put.value) for put in pages[1].puts if put.look == "ready"] == [words("migrated.ready")]


def test_with_nothing_to_confirm_nothing_waits(words: Words) -> None:
    """New indicators alone: the line says so, and the start sheet is that of any questionnaire."""
    found = carried(now={**THEN, "BX3": "since"})
    pages = book(words, found).pages
    assert [shown(put.value) for put in pages[0].puts if put.look == "ready"] == [words("migrated.left.none")]
    assert not [put for put in pages[1].puts if isinstance(put.value, Formula) and "confirmed" in put.value.at]


def test_a_reworded_question_without_an_answer_is_simply_to_be_filled_in() -> None:
    """There is nothing to confirm; it stands after those that wait."""
    found = carried({code: one for code, one in ANSWERS.items() if code != "AX2"})
    assert [(line.code, line.confirm) for line in lines(found) if line.change is Change.REWORDED] == [("AX3", True), ("AX2", False)]


# --- what was typed and not understood

ROWS: Mapping[str, tuple[Sequence[Given], Mapping[tuple[str, str], str], str, str]] = {
    "a level that is none": ([Given("AX1", "s", faulty=frozenset({"level"}))], {("AX1", "level"): "très bien"}, "level", "très bien"),
    "a level that was refused": ([Given("AX1", "s", level=5)], {}, "level", "5"),
    "not applicable without a reason": ([Given("AX1", "s", level=Pick.NOT_APPLICABLE)], {}, "level", ""),
    "a figure that was refused": ([Given("AX1", "s", measure=140.0)], {}, "measure", "140"),
    "a comment in a second row": ([Given("AX1", "s"), Given("AX1", "s", comment="ici aussi")], {}, "comment", "ici aussi"),
}


@pytest.mark.parametrize("case", ROWS)
def test_what_was_not_understood_is_told_beside_the_answer(case: str, words: Words) -> None:
    """Whatever stood in the row and is not in the answer."""
    given, raw, key, typed = ROWS[case]
    page = book(words, carried({}), Typed(given, raw)).pages[0]
    row = dict(zip(table(page, "place"), table(page, "said"), strict=True))["AX1"]
    what = typed or words("level.not_applicable")
    assert row == words("migrated.unread", part=words(f"migrated.part.{key}"), shown=what)


def test_what_is_in_the_answer_is_not_told_twice(words: Words) -> None:
    """The row as it was given adds nothing to the answer that came of it."""
    given = [Given("AX2", "s", level=2, evidence="=1+1"), Given("AX3", "s", level=4, measure=45.0)]
    assert table(book(words, None, Typed(given, {})).pages[0], "said") == table(book(words).pages[0], "said")


def test_a_row_of_no_known_code_is_listed_when_something_stands_in_it(words: Words) -> None:
    """With what was typed in it; an empty one is not worth a line."""
    given = [Given("ZZ9", "s", level=3, comment="perdu"), Given("ZZ8", "s")]
    assert [line for line in lines(carried(), Typed(given, {})) if line.indicator is None] == [Line("ZZ9", Change.DROPPED, None)]
    page = book(words, None, Typed(given, {})).pages[0]
    row = dict(zip(table(page, "place"), table(page, "said", "note"), strict=True))["✖ ZZ9"]
    assert "perdu" in row
    assert words("migrated.note.foreign") in row


# --- an audit


def audit_of(verdict: Verdict, code: str = "AX2") -> Carried:
    """A small audit in which one demand of each level up to the third has a verdict, carried into the next edition."""
    answer = audit.answered(edited(code, ""), [Checked(level, 1, verdict, comment="vu") for level in (1, 2, 3)])
    return carry(said({code: answer}, form="audit"), model(THEN).cut(Cut("v1", SME)), model(NOW).cut(Cut("v2", SME)))


def test_of_an_audit_every_verdict_is_told_and_leads_to_its_indicator(words: Words) -> None:
    """Which demands had which verdict, the level that they gave, what stood beside them; the link is to the indicator's row."""
    found = audit_of("met")
    (first, *pages) = book(words, found).pages
    rows = dict(zip(table(first, "place"), first.tables[0].rows, strict=True))
    assert shown(rows["AX2"].values["said"]).startswith(f"{words('verdict.met')}{words('colon')} 1.1, 2.1, 3.1")
    assert shown(rows["AX2"].values["note"]) == "–", "it was open before as it is now"
    link = rows["AX2"].values["place"]
    assert isinstance(link, Link)
    lever = next(one for page in pages for one in page.tables if one.sheet.name == link.to.sheet)
    assert lever.rows[link.to.top - lever.row - 1].values["code"] == "AX2"


def test_an_audited_level_that_demands_of_today_change_says_so(words: Words) -> None:
    """Not met at level 1 and so settled, it stays; met up to level 3 by a demand that is gone, it is to be verified again."""
    answers = [Checked(1, 1, "met"), Checked(2, 1, "met"), Checked(3, 1, "not_met")]
    answer = audit.answered(edited("AX2", ""), answers)
    found = carry(said({"AX2": answer}, form="audit"), model(THEN).cut(Cut("v1", SME)), model(NOW).cut(Cut("v2", SME)))
    page = book(words, found).pages[0]
    row = dict(zip(table(page, "place"), zip(table(page, "note"), page.tables[0].rows, strict=True), strict=True))["AX2"]
    assert (row[0], "confirmed" in row[1].closed) == (words("migrated.note.verify"), True)


def test_a_verdict_that_was_not_understood_names_its_demand(words: Words) -> None:
    """A demand's row belongs to its indicator: it is no foreign code."""
    given = [Given("AX1.2.1", "s", verdict="not_applicable"), Given("AX1.3.1", "s", faulty=frozenset({"verdict"}))]
    found = audit_of("not_met")
    page = book(words, found, Typed(given, {("AX1.3.1", "verdict"): "peut-être"})).pages[0]
    row = dict(zip(table(page, "place"), table(page, "said"), strict=True))["AX1"]
    label, aside = words("migrated.part.verdict"), words("verdict.not_applicable")
    for place, typed in (("AX1.2.1", aside), ("AX1.3.1", "peut-être")):
        assert words("migrated.unread", part=f"{place}, {label}", shown=typed) in row
    assert not [line for line in lines(found, Typed(given, {})) if line.indicator is None]


# --- wordings


def test_an_indicator_is_told_part_by_part(words: Words) -> None:
    """Name, definition, figure with its thresholds, then its levels; without a figure, no thresholds."""
    keys = ["name", "definition", "figure", "thresholds"]
    measured = worded(edited("AX1", "measured"), words)
    assert list(measured) == [*(words(f"wording.{key}") for key in keys), *(words("wording.level", level=n) for n in range(1, 6))]
    assert measured[words("wording.figure")] == "Share of orders (%)"
    assert measured[words("wording.thresholds")].startswith(f"≥\u00a0{words.amount(10, '%')} · ≥")
    assert list(worded(edited("AX1", ""), words))[:3] == [
        words("wording.name"),
        words("wording.definition"),
        words("wording.level", level=1),
    ]


@pytest.mark.parametrize(("trait", "parts"), [("", 0), ("demand", 1), ("split", 1), ("definition", 1), ("measured", 2), ("accents", 0)])
def test_only_the_parts_that_differ_are_shown(trait: str, parts: int, words: Words) -> None:
    """A line a part, on both sides; a part that one side lacks is a dash there."""
    before, after = apart(edited("AX1", ""), edited("AX1", trait), words)
    assert (len(before.splitlines()), len(after.splitlines())) == (parts, parts)
    if trait == "measured":
        assert before.endswith("–")


def test_a_period_is_part_of_the_figure(words: Words) -> None:
    """Another period is another figure."""
    yearly = replace(edited("AX1", "measured"), measure=replace(FIGURE, period={"fr": "par an", "en": "a year"}))
    before, after = apart(edited("AX1", "measured"), yearly, words)
    assert after == f"{before}, {words.of({'fr': 'par an', 'en': 'a year'})}"


def test_weight_and_target_are_told_when_they_change(words: Words) -> None:
    """Each in words, neither when both stay."""
    both_changed = replace(edited("AX1", "heavy"), target=edited("AX1", "higher").target)
    assert retuned(edited("AX1", ""), both_changed, words) == [
        words("progress.why.weight", then=1, now=3),
        words("progress.why.target", then=3, now=5),
    ]
    assert retuned(edited("AX1", ""), edited("AX1", "demand"), words) == []
