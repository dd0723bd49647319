"""Two campaigns as people see them: the workbook of `compare`, what `run --previous` adds, and what is told when it cannot be."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from dimm_xl import archive, catalogue
from dimm_xl.archive import Archive
from dimm_xl.assessment import Answer, Answered, Assessment, Return, Status
from dimm_xl.cli import main
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Profile
from dimm_xl.page import Page
from dimm_xl.report.compared import Compared, progress_book
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Result
from dimm_xl.words import Words
from tests.support import assessed, at_level, questionnaire_bytes
from tests.test_report import column, page, result, texts

FR = catalogue.words("fr")
MICRO = Profile("tourism", "micro")


@pytest.fixture(params=["fr", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    """The words of each language in turn."""
    return catalogue.words(request.param)


def moved(then: Sequence[str], now: Sequence[str], name: str = "Hôtel") -> Result:
    """A result of the small model with its last one."""
    return replace(result(*now, name=name), last=result(*then, name=name))


def archived(path: Path, *said: Assessment, findings: tuple[Finding, ...] = ()) -> Path:
    """An archive in which these assessments stood."""
    with Archive(path) as made:
        made.stood([Return(f"{n}.xlsx", f"{n:064d}", Status.ACCEPTED, one, findings) for n, one in enumerate(said)], ())
    return path


def told(*arguments: object) -> tuple[int, str]:
    """What a command says, and its exit status."""
    done = CliRunner().invoke(main, list(map(str, arguments)))
    return done.exit_code, done.output


# --- one organisation


def test_page_one_shows_each_lever_against_last_time_and_the_radar_too(words: Words) -> None:
    """An arrow with its word and the score of then; a series of the radar reads the sheet of progress."""
    book = organisation_book(moved(("22", "33", "11"), ("44", "32", "11")), words)
    first, progress = book.pages[0], page(book, words("sheet.progress"))
    shown = column(first, "last")
    ways = {code: words(f"progress.trend.{way}") for code, way in (("A", "up"), ("B", "down"), ("C", "same"))}
    assert all(str(shown[code]).startswith(way) for code, way in ways.items())
    (series,) = (one for one in first.charts[0].series if one.name == words("chart.last"))
    table = progress.tables[0]
    rows = table.rows[series.values.top - table.row - 1 : series.values.bottom - table.row]
    assert (series.values.sheet, [row.values["then"] for row in rows]) == (progress.name, [2, 3, 1])


def test_without_a_last_time_nothing_speaks_of_one(words: Words) -> None:
    """No column, no series, no sheet, no line of the method."""
    book = organisation_book(result("22", "33"), words)
    assert [one for one in book.pages if one.name == words("sheet.progress")] == []
    assert [
        series.name for one in book.pages for chart in one.charts for series in chart.series if series.name == words("chart.last")
    ] == []
    assert words("method.progress.title") not in texts(page(book, words("sheet.method")))


def test_a_lever_radar_shows_its_groupings_of_last_time(words: Words) -> None:
    """The table has the scores of then beside those of now, and the chart draws them."""
    lever = page(organisation_book(moved(("22", "33"), ("44", "33")), words), "A")
    assert column(lever, "last") == {"AX": 2}
    assert words("chart.last") in [series.name for series in lever.charts[0].series]


def test_the_sheet_of_progress_gives_causes_that_add_up_and_a_reason_for_each_indicator(words: Words) -> None:
    """The whole first; what each cause brought; an answer that changed says so, one that did not says nothing."""
    sheet = page(organisation_book(moved(("2n", "33"), ("42", "33")), words), words("sheet.progress"))
    whole = sheet.tables[0].rows[0].values
    assert [whole[field] for field in ("edition", "applicability", "weights", "answers", "change")] == [0, 0, 0, 0.33, 0.3]
    reasons = {"AX1": words("progress.why.answer"), "AX2": words("progress.why.due"), "BX1": "", "BX2": ""}
    assert {code: column(sheet, "why")[code] for code in reasons} == reasons
    assert column(sheet, "change", "why")[reasons["AX1"]] == 2


def test_too_few_answers_are_no_progress(words: Words) -> None:
    """A score that must not be shown has no arrow and no causes, and the title says why."""
    sheet = page(organisation_book(moved(("2...", "33"), ("4...", "..")), words), words("sheet.progress"))
    assert words("progress.title.none") in texts(sheet)
    whole = sheet.tables[0].rows[0].values
    assert [whole[field] for field in ("now", "change", "answers", "before")] == [None] * 4


# --- all of them


def both_times(*said: tuple[str, str]) -> Compared:
    """Organisations of two levers, each with the level of then and of now."""
    return Compared(tuple(moved((then * 2, then * 2), (now * 2, now * 2), f"firm {n}") for n, (then, now) in enumerate(said)))


def overview(compared: Compared, words: Words) -> Page:
    return progress_book(compared.now[0].model, compared, words).pages[0]


@pytest.mark.parametrize("count", [1, 4])
def test_no_median_of_two_campaigns_covers_fewer_than_five(count: int, words: Words) -> None:
    """Neither then nor now, no mean of a cause either; the headline says that they are too few."""
    first = overview(both_times(*[("2", "3")] * count), words)
    assert {column(first, field, "lever")["Lever A"] for field in ("median_then", "median")} == {"< 5"}
    assert column(first, "answers", "lever")["Lever A"] is None
    assert words("compared.headline.few", count=count) in texts(first)


def test_medians_are_of_organisations_in_both_campaigns(words: Words) -> None:
    """Five were there twice: their medians, their arrows counted; who came or went since is counted apart and listed."""
    compared = both_times(("1", "2"), ("2", "2"), ("3", "4"), ("2", "1"), ("2", "3"))
    compared = Compared((*compared.now, result("55", "55", name="new")), (result("00", "00", name="old"),))
    book = progress_book(compared.now[0].model, compared, words)
    first, rows = book.pages[0], {str(row.values["lever"]): row.values for row in book.pages[0].tables[0].rows}
    assert [rows["Lever A"][field] for field in ("count", "median_then", "median", "up", "down", "same")] == [5, 2, 2, 3, 1, 1]
    assert words("compared.who", both=5, new=1, gone=1, least=4, most=4) in texts(first)
    listed = column(book.pages[2], "campaign", "organisation")
    assert listed == {"new": words("compared.once.new"), "old": words("compared.once.gone")}


def test_who_rose_most_comes_first_and_who_cannot_be_compared_last(words: Words) -> None:
    """Ranked by the change; an organisation with too few answers has no rank."""
    movers = progress_book(result("22").model, both_times(("3", "2"), ("1", "3"), ("2", "."), ("2", "3")), words).pages[1]
    assert column(movers, "rank", "organisation") == {"firm 1": 1, "firm 3": 2, "firm 0": 3, "firm 2": None}
    assert list(column(movers, "change", "organisation").values()) == [2, 1, -1, None]


# --- the commands


def changed(answers: Mapping[str, Answer], **levels: int) -> dict[str, Answer]:
    return {**answers, **{code: Answer(Answered(level)) for code, level in levels.items()}}


def test_compare_writes_a_workbook_and_a_table(tmp_path: Path) -> None:
    """Every score and indicator of the organisations of both campaigns, in full precision."""
    then = archived(tmp_path / "then.sqlite", assessed(at_level(2)), replace(assessed(at_level(1)), organisation="Gone"))
    now = archived(tmp_path / "now.sqlite", assessed(changed(at_level(2), SP1=5)))
    code, said = told("compare", then, now, tmp_path / "out")
    assert (code, said.splitlines()[0]) == (0, "1 organisations in both campaigns, 0 only in the new, 1 only in the old")
    assert CalamineWorkbook.from_path(str(tmp_path / "out" / "progress.xlsx")).sheet_names == [
        FR("sheet.progress"), FR("sheet.movers"), FR("sheet.once"),
    ]  # fmt: skip
    with (tmp_path / "out" / "data" / "progress.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    (whole,) = (row for row in rows if row["scope"] == "overall")
    assert float(whole["answers"]) == pytest.approx(float(whole["now"]) - 2)
    assert [(row["code"], row["then"], row["now"], row["cause"]) for row in rows if row["cause"]] == [("SP1", "2", "5", "answers")]


def test_a_run_with_a_previous_archive_shows_last_time(tmp_path: Path) -> None:
    """A sheet more in the organisation's workbook, two in the consolidated one; it had grown since and is known by its name."""
    returns = tmp_path / "returns"
    returns.mkdir()
    (returns / "a.xlsx").write_bytes(questionnaire_bytes(at_level(3)))
    then = archived(tmp_path / "then.sqlite", assessed(at_level(2, MICRO), MICRO))
    assert told("run", returns, tmp_path / "out", "--previous", then, "--workers", 0)[0] == 0
    own = CalamineWorkbook.from_path(str(tmp_path / "out" / "organisations" / "hotel-des-tilleuls.xlsx"))
    rows = own.get_sheet_by_name(FR("sheet.progress")).to_python()
    assert rows[0][0] == FR("progress.title.moved", then="2,0", now="3,0", trend=FR("progress.trend.up"))
    assert FR("progress.why.came.applicability") in {row[5] for row in rows}
    whole = CalamineWorkbook.from_path(str(tmp_path / "out" / "consolidated.xlsx")).sheet_names
    assert {FR("sheet.progress"), FR("sheet.movers")} <= set(whole)


def test_nobody_without_a_name_is_known_again(tmp_path: Path) -> None:
    """Where a file's name stands for the organisation's, two files of one name are not one organisation."""
    nameless = (Finding(Code.NO_ORGANISATION),)
    then, now = (archived(tmp_path / name, assessed(at_level(2)), findings=nameless) for name in ("then.sqlite", "now.sqlite"))
    assert told("compare", then, now, tmp_path / "out")[1].startswith("0 organisations in both campaigns")


BAD: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "no archive": (lambda path: path.write_bytes(b"PK\x03\x04"), "not an archive"),
    "another model": (lambda path: archived(path, replace(assessed({}), model="own")), "--model"),
    "an edition of the future": (lambda path: archived(path, replace(assessed({}), edition="v9")), "--model"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_archive_that_cannot_be_compared_is_refused_with_a_sentence(tmp_path: Path, case: str) -> None:
    """Exit status 2, a sentence with the file's name, nothing written."""
    make, sentence = BAD[case]
    now, then = archived(tmp_path / "now.sqlite", assessed({})), tmp_path / "then.sqlite"
    make(then)
    code, said = told("compare", then, now, tmp_path / "out")
    assert (code, "then.sqlite" in said, sentence in said, (tmp_path / "out").exists()) == (2, True, True, False)
    assert archive.read(now)
