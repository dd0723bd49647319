"""What managers read: the composed pages of one organisation's result and of the consolidation, as data."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, NotApplicable, Return, Status
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Profile
from dimm_xl.page import Book, Formula, Link, Page
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.portfolio import peers_of, portfolio_book
from dimm_xl.report.result import Result, state_word
from dimm_xl.scoring import Standing, score, standing
from dimm_xl.words import Words
from dimm_xl.workbook.write import write
from tests.support import HOTEL, assessed, at_level, indicator, small_model

FR, EN = catalogue.words("fr"), catalogue.words("en")
SIGNS = {"n": Answer(NotApplicable("no stock"), reason="no stock"), "?": Answer(UNKNOWN), ".": Answer()}
LAWS = settings(deadline=None, derandomize=True, max_examples=30)
NAMES = ["=1+1", "@SUM(1)", "-1+1", "{organisation} %s {0}", "<b>&\"'</b>", "日本 😀", "a\nb", "x" * 999, "\x07bell"]
SAID = st.lists(st.text("012345n?.", min_size=2, max_size=6), min_size=2, max_size=3)


@pytest.fixture(params=["fr", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    """The words of each language in turn."""
    return catalogue.words(request.param)


def result(*levers: str, name: str = "Hôtel", profile: Profile = HOTEL) -> Result:
    """Return the result of a small model: a string a lever, a sign an indicator (level, n, ? or .), weights 1, 2, 3, 1, …, targets 3."""
    codes = [[f"{lever}X{n}" for n in range(1, len(signs) + 1)] for lever, signs in zip("ABCDEF", levers, strict=False)]
    model = small_model(*(tuple(indicator(code, 1 + n % 3) for n, code in enumerate(several)) for several in codes))
    signs = zip((code for several in codes for code in several), "".join(levers), strict=True)
    answers = {code: SIGNS.get(sign) or Answer(Answered(int(sign))) for code, sign in signs}
    said = Assessment(name, profile, "small", "v1", "fr", answers=answers, respondent={"consent": "yes"})
    return Result(name, f"{name}.xlsx", "ab" * 32, model.at(profile), said, score(model.at(profile), said))


def shipped(level: int = 2) -> Result:
    """Return a result of the shipped model, every indicator at one level."""
    model, said = catalogue.load().at(HOTEL), assessed(at_level(level))
    return Result("hotel", "retour.xlsx", "ab" * 32, model, said, score(model, said))


def page(book: Book, name: str) -> Page:
    """Return the page whose name is, or begins with, ``name``."""
    return next(one for one in book.pages if one.name == name or one.name.startswith(f"{name} "))


def values(one: Page) -> Iterator[object]:
    """Yield everything that stands in cells; of a formula the value it has now."""
    cells = [put.value for put in one.puts] + [value for table in one.tables for row in table.rows for value in row.values.values()]
    for cell in cells:
        yield cell.value if isinstance(cell, Formula) else cell.text if isinstance(cell, Link) else cell


def texts(one: Page) -> list[str]:
    """Return every text of a page, those of its charts included."""
    shown = [str(value) for value in values(one) if value is not None and not isinstance(value, int | float)]
    return shown + [text for chart in one.charts for text in (chart.title, chart.alt)]


def numbers(one: Page) -> list[float]:
    """Return every number of a page."""
    return [float(value) for value in values(one) if isinstance(value, int | float)]


def below(one: Page, title: str) -> list[str]:
    """Return the texts that stand right below a title."""
    top = next(put for put in one.puts if put.value == title)
    return [str(put.value) for put in one.puts if put.col == top.col and top.row < put.row <= top.row + 3]


def column(one: Page, field: str, key: str = "code") -> dict[str, object]:
    """Return a field of the rows of the table that has it, by another field."""
    table = next(table for table in one.tables if {field, key} <= {each.field for each in table.sheet.columns})
    return {str(row.values[key]): row.values.get(field) for row in table.rows}


HEADLINES = [
    (("..", ".."), "hidden", 0, 0),
    (("nn", "nn"), "hidden", 0, 0),
    (("55", "33"), "reached", 2, 2),
    (("22", "22"), "even", 0, 2),
    (("44", "11"), "ahead", 1, 2),
    (("22", "00"), "below", 0, 2),
    (("3333333", "3333332"), "ahead", 1, 2),  # 0.14 apart: nearly even, but "still below target" would be untrue of A
    (("555....", "2222222", "1111111"), "below", 0, 2),  # A has too few answers to lead
]


@pytest.mark.parametrize(("levers", "case", "reached", "known"), HEADLINES)
def test_page_one_opens_with_what_is_ahead_and_what_lags(levers: Sequence[str], case: str, reached: int, known: int, words: Words) -> None:
    """The headline names levers that have a score to show; the radar's title counts those at target among those known."""
    best, worst = ("Lever B", "Lever C") if len(levers) == 3 else ("Lever A", "Lever B")
    first = organisation_book(result(*levers), words).pages[0]
    assert words(f"headline.{case}", best=best, worst=worst) in texts(first)
    assert [(one.shape, one.title) for one in first.charts] == [("radar", words("result.radar", reached=reached, known=known))]


def test_page_one_lists_the_three_greatest_strengths_and_gaps(words: Words) -> None:
    """Farthest above, and farthest below target, times weight; three of each in that order, or a word when there is none."""
    first, low, high = (organisation_book(result(*said), words).pages[0] for said in (("5550003", "4223"), ("00", "11"), ("33", "45")))
    assert [text.split()[0] for text in below(first, words("result.strengths"))] == ["AX3", "AX2", "AX1"]
    assert [text.split()[0] for text in below(first, words("result.gaps"))] == ["AX6", "AX5", "AX4"]
    assert below(low, words("result.strengths")) == [words("result.no_strength")]
    assert below(high, words("result.gaps")) == [words("result.no_gap")]


@given(said=SAID)
@LAWS
def test_the_roadmap_holds_every_gap_once_by_weight_times_gap_ties_in_the_order_of_the_model(said: list[str]) -> None:
    """Priorities fall, ties follow the model, and the first six are page one's first actions."""
    one = result(*said)
    book = organisation_book(one, EN)
    gaps = [(each.code, each.weight * gap) for each in one.model.indicators.values() if (gap := one.gap(each) or 0) > 0]
    expected = dict(sorted(gaps, key=lambda entry: -entry[1]))
    assert list(column(page(book, EN("sheet.roadmap")), "priority").items()) == list(expected.items())
    acts = [put.value.split() for put in book.pages[0].puts if isinstance(put.value, str) and re.fullmatch(r"\d  [A-F]X\d", put.value)]
    assert acts == [[str(n), code] for n, code in enumerate(list(expected)[:6], 1)]


def test_a_score_on_too_few_answers_is_nowhere_shown_as_a_number(words: Words) -> None:
    """Two levers and the whole on two answers of seven: no number in cells, texts, charts; only the flat data holds it."""
    book, scores = organisation_book(result("5.2....", "4.1...."), words), (2.75, 1.75, 2.25)
    hidden = "|".join(re.escape(words.number(value, digits)) for value in scores for digits in (1, 2))
    pages = [each for each in book.pages if each.name != words("sheet.data")]
    assert [(each.name, value) for each in pages for value in numbers(each) if value in scores] == []
    assert [(each.name, text) for each in pages for text in texts(each) if re.search(rf"(?<![\d.,])({hidden})(?!\d)", text)] == []
    assert words("standing.hidden") in " ".join(texts(book.pages[0]))


def test_a_score_on_part_of_the_answers_is_marked_provisional(words: Words) -> None:
    """Between 50 and 80 % of answers a score stands with its mark: the overall and each row on page one, the lever on its sheet."""
    book = organisation_book(result("333..", "33333", "333.."), words)
    first, mark = book.pages[0], words("standing.provisional")
    assert column(first, "value") == {"A": 3.0, "B": 3.0, "C": 3.0}
    assert [mark in " ".join(texts(each)) for each in (first, page(book, "A"), page(book, "B"))] == [True, True, False]
    levers = next(table for table in first.tables if table.name == "levers")
    assert [any(mark[0] in str(value) for value in row.values.values()) for row in levers.rows] == [True, False, True]


def test_not_applicable_is_never_a_zero(words: Words) -> None:
    """A lever set aside whole has no score, no range from 0 to 0, no gap, no step; its levels are no numbers."""
    book = organisation_book(result("nnn", "3n3"), words)
    assert not isinstance(column(book.pages[0], "value")["A"], int | float)
    assert [value for value in column(page(book, "A"), "level").values() if isinstance(value, int | float)] == []
    assert column(page(book, words("sheet.data")), "level") == {"AX1": None, "AX2": None, "AX3": None, "BX1": 3, "BX2": None, "BX3": 3}
    assert [text for each in book.pages for text in texts(each) if words.number(0.0) in text] == []
    assert column(page(book, words("sheet.roadmap")), "level") == {}


def test_every_indicator_is_judged_in_a_word_and_a_sign(words: Words) -> None:
    """At target, one below, two below, and the three states without a level: six words, the signs of the bins all different."""
    found = list(column(page(organisation_book(result("3215n?."), words), "A"), "bin").values())
    bins = [words(f"bin.{one}") for one in ("well", "attention", "improve", "well")]
    assert found == [*bins, *(words(f"unjudged.{one}") for one in ("not_applicable", "unknown", "blank"))]
    assert len({text[0] for text in bins}) == 3
    assert all(re.fullmatch(r"\W [\w ’'-]+", str(text)) for text in found)


def test_a_lever_of_three_groupings_has_a_radar_and_one_of_fewer_bars(words: Words) -> None:
    """A radar of two axes would be a line."""
    one = shipped()
    book = organisation_book(one, words)
    shapes = {lever.code: (len(lever.groupings), page(book, lever.code).charts[0].shape) for lever in one.model.levers}
    assert {shape for _, shape in shapes.values()} == {"radar", "bar"}
    assert [code for code, (count, shape) in shapes.items() if (shape == "radar") != (count >= 3)] == []


@given(said=SAID)
@LAWS
def test_the_worked_example_is_a_sum_that_can_be_redone(said: list[str]) -> None:
    """Weights times levels over weights gives the printed figure, from the answers of one lever in order."""
    one = result(*said)
    shown = "\n".join(texts(page(organisation_book(one, EN), EN("sheet.method"))))
    found = re.search(r"(Lever \w): \(([^)]+)\) ÷ \(([^)]+)\) = ([\d.]+)", shown)
    assert found or not any(each.answered > 1 and standing(each, one.model.scoring) is Standing.FIRM for each in one.scores.levers.values())
    if found:
        terms = [tuple(map(int, term.split("×"))) for term in found[2].split(" + ")]
        lever = next(each for each in one.model.levers if each.name["en"] == found[1])
        levels = [(each.weight, one.assessment.answer(each.code).level) for each in lever.indicators]
        assert terms == [(weight, level) for weight, level in levels if level is not None]
        assert [int(weight) for weight in found[3].split(" + ")] == [weight for weight, _ in terms]
        assert abs(sum(weight * level for weight, level in terms) / sum(weight for weight, _ in terms) - float(found[4])) <= 0.005001


def test_the_method_says_in_one_sentence_what_is_published_and_what_we_wrote(words: Words) -> None:
    """The numbers of published and authored indicators stand in one sentence; the file and its fingerprint are named."""
    one = shipped()
    shown = "\n".join(texts(page(organisation_book(one, words), words("sheet.method"))))
    published = sum(each.origin == "published" for each in one.model.indicators.values())
    counts = {str(published), str(len(one.model.indicators) - published)}
    sentences = [sentence for sentence in re.split(r"(?<=\.)\s", shown) if counts <= set(re.findall(r"\d+", sentence))]
    assert ["dimm-xl" in sentence for sentence in sentences] == [True]
    assert {one.file, one.sha256} <= set(shown.split())


def test_both_languages_show_the_same_figures() -> None:
    """A result in English holds, cell for cell, the numbers of the one in French, and no sheet is missing."""
    said = (("32n", "..4"), ("55?", "111"))
    books = ([organisation_book(result(*said[0]), words), consolidated(*said, words=words)] for words in (FR, EN))
    for french, english in zip(*books, strict=True):
        assert [numbers(each) for each in french.pages] == [numbers(each) for each in english.pages]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_hostile_name_is_written_as_text(name: str) -> None:
    """Both workbooks of an organisation called like a formula, markup or a placeholder hold that very text."""
    one = result("32", "14", name=name)
    for book in (organisation_book(one, FR), portfolio_book(one.model, [one], [], FR)):
        read = CalamineWorkbook.from_filelike(io.BytesIO(write(book, catalogue.look()))).get_sheet_by_name(FR("sheet.data")).to_python()
        assert {row[0] for row in read[3:]} == {name.replace("\x07", "")}


def consolidated(*said: Sequence[str], words: Words = EN, returns: Sequence[Return] = (), clinics: int = 0) -> Book:
    """Compose the consolidation of hotels called firm 0, 1, …, each told lever by lever; the last ones may be clinics."""
    profiles = [HOTEL] * (len(said) - clinics) + [Profile("health", "sme")] * clinics
    results = [result(*one, name=f"firm {n}", profile=profile) for n, (one, profile) in enumerate(zip(said, profiles, strict=True))]
    return portfolio_book(results[0].model, results, returns, words)


def spreads(book: Book) -> dict[str, list[object]]:
    """Return low, median and high of every row that has them, by the row's first cell."""
    rows = [row.values for each in book.pages for table in each.tables for row in table.rows if "median" in row.values]
    return {str(next(iter(row.values()))): [row[field] for field in ("low", "median", "high")] for row in rows}


@pytest.mark.parametrize("count", [1, 4])
def test_no_median_or_quartile_is_printed_for_fewer_than_five(count: int, words: Words) -> None:
    """Not in a table, a headline, a title or a chart, over all, by lever, by sector or by size."""
    book = consolidated(*[("24", "13")] * count, words=words)
    assert {str(value) for values in spreads(book).values() for value in values} == {"< 5"}
    overview = page(book, words("sheet.overview"))
    assert words("portfolio.headline.few", count=count) in texts(overview)
    assert [one.title for one in overview.charts if one.shape == "bar"] == [words("portfolio.chart.few")]
    assert words("portfolio.lever.title", lever="Lever A", median="–") in texts(page(book, "A"))


def test_from_five_on_quartiles_are_those_of_the_group_alone() -> None:
    """Five hotels get their median and quartiles, as textbooks compute them; four clinics beside them get none."""
    said = [(str(n), str(n)) for n in (0, 1, 3, 4, 5)]
    book = consolidated(*said, *[("2", "2")] * 4, clinics=4)
    assert spreads(book)["tourism"] == quantiles((0, 1, 3, 4, 5), n=4, method="inclusive")
    assert spreads(book)["health"] == ["< 5"] * 3


def test_the_chart_of_medians_covers_exactly_the_groups_that_have_one() -> None:
    """A lever with fewer than five scores is not drawn, and pushes no other lever out of the chart."""
    overview = page(consolidated(*[("33", "44", "11")] * 4, ("..", "44", "11")), EN("sheet.overview"))
    table = next(one for one in overview.tables if one.name == "lever_medians")
    span = next(one for one in overview.charts if one.shape == "bar").series[0].values
    assert {str(row.values["median"]) for row in table.rows[span.top - table.row - 1 : span.bottom - table.row]} == {"4.0", "1.0"}


def test_nobody_is_compared_with_fewer_than_five_who_agreed() -> None:
    """Peers are five at least, and whoever did not agree to comparison is not among them."""
    five = [result("24", "13", name=f"firm {n}") for n in range(5)]
    shy = [replace(five[0], assessment=replace(five[0].assessment, respondent={"consent": "no"})), *five[1:]]
    assert [[peers.count for peers in peers_of(five[0].model, some).values()] for some in (shy, five)] == [[], [5] * 5]


def test_the_ranking_puts_the_best_first_and_the_unshown_last(words: Words) -> None:
    """Whoever answered too little stands at the end, without a rank and without a score."""
    ranking = page(consolidated(["333"], ["555"], ["5.."], ["111"], ["nnn"], words=words), words("sheet.ranking"))
    assert column(ranking, "rank", "organisation") == {"firm 1": 1, "firm 0": 2, "firm 3": 3, "firm 2": None, "firm 4": None}
    assert [value for value in column(ranking, "score", "organisation").values() if isinstance(value, float)] == [5, 3, 1]


def test_the_heat_map_is_blank_where_nothing_applies_and_zero_where_the_level_is_zero() -> None:
    """Not applicable and too few answers are empty cells; level 0 is a 0."""
    heat = page(consolidated(("000", "nnn"), ("4..", "333")), EN("sheet.heat"))
    assert [column(heat, code, "organisation") for code in ("AX", "BX")] == [{"firm 0": 0, "firm 1": None}, {"firm 0": None, "firm 1": 3}]


def test_findings_are_listed_gravest_first_and_files_counted_by_status(words: Words) -> None:
    """Errors, warnings, information, each with message and repair, for every finding there is; each status has its number."""
    notes = [Finding(code, f"{code.name}.xlsx", "S", "B7") for code in Code][::-1]
    returns = [Return(note.file, "", list(Status)[n % 4], None, (note,)) for n, note in enumerate(notes)]
    book = consolidated(["33"], words=words, returns=returns)
    findings, order = page(book, words("sheet.findings")), [words(f"severity.{one}") for one in ("error", "warning", "info")]
    found = [order.index(str(one)) for one in column(findings, "severity", "file").values()]
    assert (found, set(found), len(found)) == (sorted(found), {0, 1, 2}, len(Code))
    assert all(str(one).endswith((".", "?", ")")) for field in ("message", "repair") for one in column(findings, field, "file").values())
    counts = {words(f"status.{one.value}"): sum(each.status is one for each in returns) for one in Status}
    assert column(page(book, words("sheet.overview")), "count", "status") == counts


def test_a_state_from_another_process_is_told_by_the_very_same_word() -> None:
    """What is composed once is known by the identity of what it is made from, and workers get answers whose words are copies."""
    here = Answer(Answered(3)).state
    there = pickle.loads(pickle.dumps(here))
    assert there.kind is not here.kind
    assert state_word(there) is state_word(here)
