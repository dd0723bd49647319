"""The workbook, the table and the sentences of `impact`: from an archive, in both languages, down to what is printed."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openxml_audit import OpenXmlValidator
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered, Assessment
from dimm_xl.cli import main
from dimm_xl.impact import Impact, impact
from dimm_xl.model import Profile
from dimm_xl.page import Link, Page
from dimm_xl.report.impact import impact_book
from dimm_xl.report.result import Result
from dimm_xl.report.touched import Impacts, Left, Touched, named, sentence
from dimm_xl.scoring import score
from dimm_xl.words import Words
from tests.support import assessed, at_level
from tests.test_compared import archived
from tests.test_editions import model
from tests.test_impact import PLAIN, judged
from tests.test_migrated import DROPPED, HEAVIER, NEW, RETOUCHED, next_edition, placed

LARGE, MICRO = Profile("banking", "large"), Profile("retail", "micro")
CHANGED = {"AX1": "heavy", "AX2": "demand", "BX1": "higher", "BX2": "since"}
"""Something of every kind but a dropped indicator."""


@pytest.fixture(params=["fr", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    """The words of each language in turn."""
    return catalogue.words(request.param)


def touched(name: str, found: Impact, words: Words) -> Touched:
    """An organisation of the small model, and what changes for it."""
    then = found.carried.then
    said = replace(then.assessment, organisation=name)
    result = Result(name.casefold(), f"{name}.xlsx", "ab" * 32, then.model, said, score(then.model, said))
    return Touched(result, found, sentence(name, found, words))


def impacts(words: Words, *several: Impact, left: tuple[Left, ...] = ()) -> Impacts:
    """What changes for organisations called A, B, C."""
    return Impacts(model(CHANGED), tuple(touched(name, one, words) for name, one in zip("ABCDEF", several, strict=False)), left)


def lines(page: Page, *fields: str) -> list[str]:
    """The rows of a page's table as text, some fields of each."""
    (table,) = page.tables
    return [" | ".join("–" if (value := row.values.get(field)) is None else str(value) for field in fields) for row in table.rows]


# --- the sheets, as text


def test_the_overview_counts_organisations_and_indicators_by_lever(words: Words) -> None:
    """One organisation touched in both levers, one untouched: whom each lever touches, how many indicators change there, who moves."""
    book = impact_book(impacts(words, judged(PLAIN, CHANGED, 2, 4, 2), judged(PLAIN, PLAIN, 2, 4, 2)), words)
    fields = ("lever", "touched", "reworded", "new", "dropped", "reweighted", "retargeted", "median_then", "change", "up", "down", "same")
    whole = words("synthesis.overall")
    assert lines(book.pages[0], *fields) == [
        f"{whole} | 1 | 1 | 1 | 0 | 1 | 1 | < 5 | – | 0 | 1 | 1",
        "A · Lever A | 1 | 1 | 0 | 0 | 1 | 0 | < 5 | – | 0 | 1 | 1",
        "B · Lever B | 1 | 0 | 1 | 0 | 0 | 1 | < 5 | – | 0 | 0 | 2",
    ]
    assert words("impact.headline", touched=1, count=2, edition="v2") in str(book.pages[0].puts[0].value)


def test_medians_are_shown_from_five_organisations_on(words: Words) -> None:
    """Five of them: the median then and by the new edition, and the change between the two."""
    book = impact_book(impacts(words, *[judged(PLAIN, {**PLAIN, "AX1": "heavy"}, 0, 4, 2)] * 5), words)
    assert lines(book.pages[0], "lever", "median_then", "median", "change")[:2] == [
        f"{words('synthesis.overall')} | 2.0 | 1.5 | -0.5",
        "A · Lever A | 2.0 | 1.0 | -1.0",
    ]


def test_organisations_stand_in_order_with_their_figures_and_their_sentence(words: Words) -> None:
    """Score then and by the new edition, why, the range, what changes; who is left out stands last and says why."""
    left = (Left("Z", "v2", "current", "z"),)
    moves, still = judged(PLAIN, CHANGED, 0, 4, 2), judged(PLAIN, PLAIN, 2, 4, 2)
    page = impact_book(impacts(words, moves, still, left=left), words).pages[1]
    fields = ("rank", "organisation", "then", "now", "change", "low", "high", "edition", "weights", "reworded", "new", "dropped", "levers")
    assert lines(page, *fields) == [
        "1 | A | 2.0 | 1.5 | -0.5 | 1.0 | 2.25 | 0.0 | -0.5 | 1 | 1 | 0 | A, B",
        "2 | B | 2.5 | 2.5 | 0.0 | 2.5 | 2.5 | 0.0 | 0.0 | 0 | 0 | 0 | –",
        "– | Z | – | – | – | – | – | – | – | – | – | – | –",
    ]
    assert lines(page, "sentence")[2] == words("impact.left.current", edition="v2")
    assert lines(page, "sentence")[1] == words("impact.letter.untouched", organisation="B", edition="v2")


def test_indicators_that_change_show_both_wordings(words: Words) -> None:
    """Each once, in the order of the new model, the dropped ones last; weights and targets in a column of their own."""
    book = impact_book(impacts(words, judged({**PLAIN, "BX3": ""}, CHANGED, 2, 4, 2, 1)), words)
    level = f"{words('wording.level', level=2)}{words('colon')} "
    assert lines(book.pages[2], "code", "what", "touched", "before", "after", "tuned") == [
        f"AX1 | {words('impact.what.kept')} | 1 | – | – | {words('progress.why.weight', then=1, now=3)}",
        f"AX2 | {words('impact.what.reworded')} | 1 | {level}AX1 demand of level 2 | {level}Another demand | –",
        f"BX1 | {words('impact.what.kept')} | 1 | – | – | {words('progress.why.target', then=3, now=5)}",
        f"BX2 | {words('impact.what.new')} | 1 | – | Definition of AX1 | –",
        f"BX3 | {words('impact.what.dropped')} | 1 | Definition of AX1 | – | –",
    ]


def test_where_nothing_changes_for_anybody_the_workbook_says_so(words: Words) -> None:
    """No chart, no indicator, and a headline that says nobody is touched; also without any organisation."""
    for several in ((judged(PLAIN, PLAIN, 2, 4, 2),), ()):
        book = impact_book(impacts(words, *several), words)
        assert book.pages[0].puts[0].value == words("impact.nobody", count=len(several), edition="v2")
        assert (book.pages[0].charts, book.pages[2].tables[0].rows) == ((), ())


def test_each_sheet_leads_back_to_the_first(words: Words) -> None:
    """By a link above its table."""
    first, *rest = impact_book(impacts(words, judged(PLAIN, CHANGED, 2, 4, 2)), words).pages
    led = [[put.value.to.sheet for put in page.puts if isinstance(put.value, Link)] for page in rest]
    assert led == [[first.name], [first.name]]


def test_the_chart_says_which_lever_is_touched_most(words: Words) -> None:
    """Its title is the finding, its text alternative the figures."""
    (chart,) = impact_book(impacts(words, judged(PLAIN, {**PLAIN, "BX2": "since"}, 2, 4, 2)), words).pages[0].charts
    assert chart.title == words("impact.chart", lever="B · Lever B", touched=1, count=1)
    assert chart.alt == f"A · Lever A{words('colon')} 0; B · Lever B{words('colon')} 1"


# --- the sentence

SENTENCES = {
    "nothing": (PLAIN, (2, 4, 2), ("untouched",)),
    "a weight": ({**PLAIN, "AX1": "heavy"}, (0, 4, 2), ("moved", "reweighted", "levers")),
    "too small a movement": ({**PLAIN, "AX1": "heavy"}, (2, 2, 2), ("same", "reweighted", "levers")),
    "a new indicator": ({**PLAIN, "BX2": "since"}, (2, 4, 2), ("same", "range", "new", "levers")),
    "all at once": (CHANGED, (0, 4, 2), ("moved", "range", "reworded", "new", "reweighted", "retargeted", "levers")),
    "a dropped one": ({"AX1": "", "BX1": ""}, (4, 4, 2), ("same", "dropped", "levers")),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_an_organisation_is_told_what_concerns_it_and_nothing_else(case: str, words: Words) -> None:
    """Sentences in a fixed order, each with its figures; none about what does not change."""
    now, levels, keys = SENTENCES[case]
    told = sentence("Hôtel", judged(PLAIN, now, *levels), words)
    known = [key.removeprefix("impact.letter.") for key in words.labels if key.startswith("impact.letter.")]
    found = [(told.find(words.labels[f"impact.letter.{key}"].replace("{organisation}", "Hôtel").split("{")[0]), key) for key in known]
    starts = {at: key for at, key in sorted(found) if at >= 0 and key != "more"}
    alike = {"same", "moved", "unscored"}  # they begin alike
    assert [key for key in starts.values() if key not in alike] == [key for key in keys if key not in alike]
    assert told.startswith("Hôtel")
    assert "{" not in told
    if "moved" in keys:
        assert words("impact.letter.moved", organisation="Hôtel", edition="v2", then=words.number(2.0), now=words.number(1.5)) in told


def test_who_gave_too_few_answers_is_told_no_score(words: Words) -> None:
    """A score that may not be shown is in no letter, nor is its range."""
    found = judged(PLAIN, {**PLAIN, "BX2": "since"}, 2, 4, 2)
    few = Assessment("Hôtel", Profile("tourism", "sme"), "small", "v1", "fr", answers={"AX1": Answer(Answered(5))})
    told = sentence("Hôtel", impact(few, found.carried.then.model, found.carried.now.model), words)
    assert told.startswith(words("impact.letter.unscored", organisation="Hôtel", edition="v2"))
    assert words.number(5.0) not in told


def test_many_codes_are_counted_rather_than_listed(words: Words) -> None:
    """Five by name, the others by number."""
    assert named(["A1", "A2"], words) == "A1, A2"
    assert named([f"A{n}" for n in range(1, 9)], words) == words("impact.letter.more", codes="A1, A2, A3, A4, A5", more=3)


# --- from an archive


def older(name: str, profile: Profile, lang: str = "fr", edition: str = "v1", level: int = 2) -> Assessment:
    """An assessment of the shipped model in an older edition, every indicator at one level."""
    asked = catalogue.load().at_edition(edition).at(profile).indicators
    answers = {code: one for code, one in at_level(level, profile).items() if code in asked}
    return replace(assessed(answers, profile, lang), organisation=name, edition=edition)


def called(*arguments: object) -> tuple[int, str]:
    """What the command says, and its exit status."""
    done = CliRunner().invoke(main, ["impact", *map(str, arguments)], catch_exceptions=False)
    return done.exit_code, done.stdout


def rows(out: Path) -> dict[str, dict[str, str]]:
    """The table of `impact`, by organisation."""
    with (out / "data/impact.csv").open(encoding="utf-8") as content:
        return {row["organisation"]: row for row in csv.DictReader(content)}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign of three: a bank and an English shop by v1, a shop by v2."""
    said = (older("Banque", LARGE), older("Shop", MICRO, "en"), older("Épicerie", MICRO, edition="v2"))
    return archived(tmp_path_factory.mktemp("campaign") / "archive.sqlite", *said)


def test_the_second_edition_touches_whom_it_asks_more(archive: Path) -> None:
    """ER3 and EL4 are new to the bank, nothing is to a micro firm; who was judged by v2 is left out; all beside the archive."""
    status, told = called(archive, "--to", "v2")
    found = rows(archive.parent)
    assert status == 0
    assert {name: row["status"] for name, row in found.items()} == {"banque": "touched", "shop": "untouched", "epicerie": "current"}
    bank = found["banque"]
    assert (bank["new"], bank["kept"], bank["levers"], bank["then"], bank["now"]) == ("2", "113", "E", "2.0", "2.0")
    assert float(bank["low"]) < 2 < float(bank["high"])
    assert "ER3, EL4" in bank["sentence"]
    assert found["shop"]["sentence"].startswith("Shop: the new edition"), "in its own language"
    assert "1 of 2 organisations touched" in told
    assert told.splitlines()[3].startswith("Banque ")
    assert (archive.parent / "impact.xlsx").exists()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_workbook_of_an_edited_model_is_whole_and_valid(archive: Path, lang: str, tmp_path: Path) -> None:
    """A model with an edition more, in both languages: three sheets, one row an organisation, and no fault in the file format."""
    place = placed(tmp_path / "model", next_edition())
    called(archive, tmp_path / "out", "--to", place, "--lang", lang)
    book = CalamineWorkbook.from_path(tmp_path / "out/impact.xlsx")
    words = catalogue.words(lang)
    assert book.sheet_names == [words("sheet.impact"), words("sheet.impact_who"), words("sheet.impact_what")]
    listed = {row[0]: row for row in book.get_sheet_by_index(2).to_python()}
    assert {NEW, DROPPED, RETOUCHED, HEAVIER} <= listed.keys()
    assert listed[RETOUCHED][4] == words("migrated.then.same")
    who = [row[1] for row in book.get_sheet_by_index(1).to_python()]
    assert {"Banque", "Shop", "Épicerie"} <= set(who)
    assert [str(error) for error in OpenXmlValidator().validate(tmp_path / "out/impact.xlsx").errors] == []


def test_the_table_is_in_full_precision_and_adds_up(archive: Path, tmp_path: Path) -> None:
    """Edition and weights are the change; the score lies within its range; who moves most stands first; `--json` says the same."""
    place = placed(tmp_path / "model", next_edition())
    _, told = called(archive, tmp_path / "out", "--to", place, "--json")
    found = rows(tmp_path / "out")
    assert [row["organisation"] for row in json.loads(told)] == list(found)
    moved = [abs(float(row["change"])) for row in found.values()]
    assert moved == sorted(moved, reverse=True)
    for row in found.values():
        assert float(row["by_edition"]) + float(row["by_weights"]) == pytest.approx(float(row["change"]), abs=1e-12)
        assert float(row["low"]) <= float(row["now"]) <= float(row["high"])
        assert float(row["now"]) - float(row["then"]) == pytest.approx(float(row["change"]), abs=1e-12)


def test_an_archive_of_later_or_other_returns_is_told_organisation_by_organisation(tmp_path: Path) -> None:
    """Judged by a later edition, by another model, of a selection that is gone: each stands with its reason, and nothing fails."""
    place = placed(tmp_path / "model", replace(next_edition(), selections=()))
    gone = replace(older("Choisie", Profile("retail", "sme")), selection="priorities-10")
    third = replace(older("Avance", MICRO, edition="v2"), edition="v3", answers={})
    other = replace(older("Autre", MICRO), model="own")
    made = archived(tmp_path / "archive.sqlite", gone, third, other)
    called(made, tmp_path / "out", "--to", "v2", "--model", place)
    assert {name: row["status"] for name, row in rows(tmp_path / "out").items()} == {
        "avance": "later",
        "choisie": "unfit",
        "autre": "unfit",
    }
    called(made, tmp_path / "third", "--to", place)
    assert rows(tmp_path / "third")["avance"]["status"] == "current"


def test_a_long_list_is_cut_on_the_screen_but_not_in_the_table(tmp_path: Path) -> None:
    """Twenty are printed, the others counted."""
    made = archived(tmp_path / "archive.sqlite", *(older(f"Banque {n}", LARGE) for n in range(23)))
    _, told = called(made, tmp_path / "out", "--to", "v2")
    assert "… and 3 more" in told
    assert len(rows(tmp_path / "out")) == 23


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """In the table, in the workbook and in the sentence."""
    made = archived(tmp_path / "archive.sqlite", older("=1+1", LARGE))
    called(made, tmp_path / "out", "--to", "v2")
    (row,) = rows(tmp_path / "out").values()
    assert (row["name"], row["sentence"].startswith("'=1+1")) == ("'=1+1", True)
    assert "=1+1" in [line[1] for line in CalamineWorkbook.from_path(tmp_path / "out/impact.xlsx").get_sheet_by_index(1).to_python()]


def test_what_is_no_archive_or_no_edition_is_said_in_a_sentence(tmp_path: Path, archive: Path) -> None:
    """Status 2 and nothing written."""
    (tmp_path / "note.sqlite").write_text("no archive")
    for arguments, said in (((tmp_path / "note.sqlite", "--to", "v2"), "not an archive"), ((archive, "--to", "v9"), "neither an edition")):
        done = CliRunner().invoke(main, ["impact", *map(str, arguments)])
        assert (done.exit_code, said in done.stderr) == (2, True)
    assert not (tmp_path / "impact.xlsx").exists()
