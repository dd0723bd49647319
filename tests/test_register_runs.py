"""Whole runs against a register: sheets, tables, ids, adaptations in every score, and nothing stale when it changes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from dimm_xl import campaign, catalogue
from dimm_xl.adaptation import Adaptation
from dimm_xl.assessment import Assessment, Return, Status
from dimm_xl.campaign import Summary
from dimm_xl.cli import main
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.results import earlier, result_of
from dimm_xl.settings import Run
from tests.registers import HOTEL_ROW, INN, INN_ROW, LATE, TODAY, Typed, answered, laid
from tests.support import HOTEL
from tests.test_collect import lay

GM, IT = ("general-management",), ("it",)


def accepted(said: Assessment) -> Return:
    """An accepted return."""
    return Return("a.xlsx", "", Status.ACCEPTED, said)


def ran(folder: Path, typed: Typed, files: Mapping[str, Assessment | bytes] | None = None, **more: Any) -> Summary:
    """A run of files against a register, in this process."""
    contents = {name: one if isinstance(one, bytes) else fill(Wanted(), one) for name, one in (files or {}).items()}
    lay(folder / "returns", contents)
    path = laid(folder, typed)
    out = folder / "out"
    asked = {"workers": 0, "today": TODAY, "archive": out / "archive.sqlite", "register": path, **more}
    return campaign.run(Run(folder / "returns", out, **asked))


def lines(folder: Path, name: str) -> list[dict[str, str]]:
    """A table of a run."""
    return list(csv.DictReader((folder / "out/data" / f"{name}.csv").read_text("utf-8").splitlines()))


ROWS: Typed = {"organisations": [{**HOTEL_ROW, **LATE}, {**INN_ROW, "lang": "en"}], "respondents": [], "adaptations": []}


def test_a_run_says_where_everybody_stands_and_its_results_bear_the_registers_ids(tmp_path: Path) -> None:
    """Sheets, tables and counts; without a register none of it."""
    files: dict[str, Assessment | bytes] = {
        "a.xlsx": answered("HOTEL des tilleuls", HOTEL),
        "H002_x.xlsx": b"?",
        "z.xlsx": answered("Scierie", Profile("health", "sme")),
    }
    summary = ran(tmp_path, ROWS, files)
    assert summary.register == {"asked": 2, "returned": 1, "incomplete": 0, "late": 0, "unregistered": 1}
    assert sorted(path.name for path in (tmp_path / "out/organisations").iterdir()) == ["H001.xlsx", "scierie.xlsx"]
    hotel, inn = lines(tmp_path, "followup")
    assert (hotel["organisation_id"], hotel["stage"], hotel["late"], hotel["files"]) == ("H001", "complete", "no", "a.xlsx")
    assert (inn["stage"], inn["refused"]) == ("waiting", "H002_x.xlsx")
    assert [one["organisation_id"] for one in lines(tmp_path, "reminders")] == ["H002"]
    assert {one["organisation"] for one in lines(tmp_path, "scores")} == {"H001", "scierie"}
    book = openpyxl.load_workbook(tmp_path / "out/consolidated.xlsx")
    assert {"Suivi", "Relances", "Hors registre"} <= set(book.sheetnames)
    plain = ran(tmp_path, ROWS, register=None)
    assert plain.register == {}
    assert "register" not in plain.as_json()
    assert not {"Suivi", "Relances", "Hors registre"} & set(openpyxl.load_workbook(tmp_path / "out/consolidated.xlsx").sheetnames)
    assert not (tmp_path / "out/data/followup.csv").exists()
    assert (tmp_path / "out/organisations/hotel-des-tilleuls.xlsx").exists()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_names_that_look_like_formulas_are_text_in_the_sheets_of_the_follow_up(tmp_path: Path, lang: str) -> None:
    """In cells and in the tables, whatever an organisation is called."""
    ran(tmp_path, {"organisations": [{**INN_ROW, "name": "=1+1", "email": "+33@x.example"}]}, lang=lang)
    words = catalogue.words(lang)
    book = openpyxl.load_workbook(tmp_path / "out/consolidated.xlsx")
    for name in ("sheet.followup", "sheet.reminders"):
        found = [cell for row in book[words(name)].iter_rows() for cell in row if cell.value in ("=1+1", "+33@x.example")]
        assert [cell.data_type for cell in found] == ["s", "s"]
    assert lines(tmp_path, "followup")[0]["organisation"] == "'=1+1"


ADAPT = {"indicator": "SP1", "target": 5, "weight": 1, "reason": "Demande du groupe"}
EXCLUDE = {"organisation": "H001", "indicator": "SP4", "excluded": "oui", "reason": "Sans objet cette année"}


def test_own_targets_weights_and_exclusions_reach_every_score_and_are_printed_with_their_reason(tmp_path: Path) -> None:
    """Though the questionnaire was issued without them: score, target, method sheet, consolidation."""
    said = answered("Hôtel des Tilleuls", HOTEL)
    ran(tmp_path, {**ROWS, "adaptations": [ADAPT, EXCLUDE]}, {"a.xlsx": said})
    found = {(one["scope"], one["code"]): one for one in lines(tmp_path, "scores")}
    own = (Adaptation("SP1", 5, 1, reason="Demande du groupe"), Adaptation("SP4", excluded=True, reason="Sans objet cette année"))
    expected = result_of("H001", accepted(replace(said, adaptations=own)), ("dimm",)).scores
    assert ("indicator", "SP4") not in found
    assert float(found["indicator", "SP1"]["target"]) == 5
    assert float(found["overall", ""]["score"]) == expected.overall.value
    assert expected.overall.value != result_of("H001", accepted(said), ("dimm",)).scores.overall.value
    for path, sheet in (("organisations/H001.xlsx", "Méthode"), ("consolidated.xlsx", "Adaptations")):
        grid = CalamineWorkbook.from_path(tmp_path / "out" / path).get_sheet_by_name(sheet).to_python()
        printed = " ".join(str(cell) for row in grid for cell in row)
        assert "Demande du groupe" in printed
        assert "SP4 · exclu" in printed


CHANGES: Mapping[str, Callable[[Typed], Typed]] = {
    "a deadline": lambda typed: {**typed, "organisations": [{**HOTEL_ROW, "deadline": "2027-06-30"}, INN_ROW]},
    "an adaptation": lambda typed: {**typed, "adaptations": [{**ADAPT, "target": 4}]},
    "an organisation gone": lambda typed: {**typed, "organisations": [HOTEL_ROW]},
    "an id": lambda typed: {**typed, "organisations": [{**HOTEL_ROW, "id": "T9"}, INN_ROW]},
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_stale_stays_when_the_register_changes(tmp_path: Path, change: str) -> None:
    """Run again, OUT is what a run into an empty folder leaves, byte for byte."""
    files = {"a.xlsx": answered("Hôtel des Tilleuls", HOTEL), "b.xlsx": answered("Auberge du Lac", INN, 0.6)}
    typed = {**ROWS, "adaptations": [ADAPT]}
    ran(tmp_path / "again", typed, files)
    ran(tmp_path / "again", CHANGES[change](typed), files)
    ran(tmp_path / "anew", {}, files, register=tmp_path / "again/register.xlsx")
    assert left(tmp_path / "again/out") == left(tmp_path / "anew/out")


def left(out: Path) -> dict[str, bytes]:
    """Every file of a run but the archive."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file() and path.suffix != ".sqlite"}


def test_an_unchanged_register_and_folder_are_not_worked_on_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same summary, without even reading the register."""
    first = ran(tmp_path, ROWS, {"a.xlsx": answered("Hôtel des Tilleuls", HOTEL)})
    path = tmp_path / "register.xlsx"
    monkeypatch.setattr(campaign, "opened", lambda *_: pytest.fail("read again"))
    out = tmp_path / "out"
    asked = Run(tmp_path / "returns", out, workers=0, today=TODAY, archive=out / "archive.sqlite", register=path)
    assert campaign.run(asked) == first


def test_respondents_with_and_without_the_id_are_one_organisation(tmp_path: Path) -> None:
    """One file was issued from the register, the other before it: put together under the register's id."""
    people = [
        {"organisation": "H001", "respondent": name, "function": function} for name, function in (("Alice", "Direction"), ("Bob", "it"))
    ]
    files = {
        "a.xlsx": answered("Hôtel des Tilleuls", HOTEL, organisation_id="H001", functions=GM, respondent={"respondent": "Alice"}),
        "b.xlsx": answered("HÔTEL DES TILLEULS", HOTEL, functions=IT, respondent={"respondent": "Bob"}),
    }
    summary = ran(tmp_path, {**ROWS, "respondents": people}, files)
    assert (summary.organisations, summary.register["incomplete"]) == (1, 0)
    assert [one["files"] for one in lines(tmp_path, "followup")] == ["a.xlsx, b.xlsx", ""]


def test_the_tables_say_of_a_file_what_its_respondent_was_asked_alone(tmp_path: Path) -> None:
    """One of two respondents returned: the file is complete, the organisation is not."""
    people = [
        {"organisation": "H001", "respondent": name, "function": function} for name, function in (("Alice", "Direction"), ("Bob", "it"))
    ]
    said = answered("Hôtel des Tilleuls", HOTEL, organisation_id="H001", functions=GM, respondent={"respondent": "Alice"})
    ran(tmp_path, {**ROWS, "respondents": people}, {"a.xlsx": said})
    (file, _), (hotel, _) = lines(tmp_path, "returns"), lines(tmp_path, "followup")
    assert file["answered"] == file["expected"] == hotel["answered"] == str(len(said.answers))
    assert int(hotel["expected"]) > int(hotel["answered"])
    assert {one["indicator"] for one in lines(tmp_path, "answers")} == set(said.answers)


def test_last_time_is_scored_by_what_was_adapted_then(tmp_path: Path) -> None:
    """The archive keeps it: the same adaptation in both campaigns moves no score, and weights are the cause where it is new."""
    said = answered("Hôtel des Tilleuls", HOTEL)
    heavy = {**ROWS, "adaptations": [{"indicator": "SP1", "weight": 1, "reason": "x"}]}
    ran(tmp_path / "plain", ROWS, {"a.xlsx": said})
    ran(tmp_path / "heavy", heavy, {"a.xlsx": said})
    for before, moved in (("heavy", False), ("plain", True)):
        now = tmp_path / f"after-{before}"
        ran(now, heavy, {"a.xlsx": said}, previous=tmp_path / before / "out/archive.sqlite")
        was = earlier(tmp_path / before / "out/archive.sqlite", ("dimm",))
        (last,) = (result_of(name, one, ("dimm",)) for name, one in was.items())
        (this,) = (one for one in lines(now, "scores") if one["scope"] == "overall")
        assert (last.scores.overall.value != float(this["score"])) is moved


def test_the_two_halves_of_a_run_know_the_register_too(tmp_path: Path) -> None:
    """collect, then report, leave what run leaves."""
    ran(tmp_path / "whole", {**ROWS, "adaptations": [ADAPT]}, {"a.xlsx": answered("Hôtel des Tilleuls", HOTEL)})
    returns, path, archive, out = tmp_path / "whole/returns", tmp_path / "whole/register.xlsx", tmp_path / "c.sqlite", tmp_path / "out"
    campaign.collect(Run(returns, tmp_path, workers=0, today=TODAY, archive=archive, register=path))
    campaign.report_archived(Run(Path(), out, workers=0, today=TODAY, archive=archive, register=path))
    assert left(out) == left(tmp_path / "whole/out")


def test_the_register_lies_among_the_returns_without_being_one(tmp_path: Path) -> None:
    """It is listed as what it is, with what is amiss in it."""
    path = laid(tmp_path / "returns", {"organisations": [HOTEL_ROW, {**INN_ROW, "sector": "pêche"}]})
    out = tmp_path / "out"
    campaign.run(Run(tmp_path / "returns", out, workers=0, archive=out / "archive.sqlite", register=path))
    assert [(one["file"], one["status"]) for one in lines(tmp_path, "returns")] == [("register.xlsx", "ignored")]
    assert [(one["code"], one["cell"]) for one in lines(tmp_path, "findings")] == [("REGISTER", ""), ("REGISTER_SECTOR", "C6")]


def test_the_command_prints_who_returned_as_text_and_as_json(tmp_path: Path) -> None:
    """The counts stand in the summary of both."""
    register_, returns = laid(tmp_path, ROWS), lay(tmp_path / "returns", {"a.xlsx": fill(Wanted(), answered("Auberge du Lac"))})
    options = ["run", str(returns), str(tmp_path / "out"), "--register", str(register_), "--today", "2027-04-15", "--workers", "0"]
    shown = CliRunner().invoke(main, options)
    assert "register: 2 asked, 1 returned, 0 incomplete, 1 late, 0 unregistered" in shown.stdout
    assert json.loads(CliRunner().invoke(main, [*options, "--json"]).stdout)["register"]["late"] == 1


def test_a_run_against_what_is_no_register_ends_in_words(tmp_path: Path) -> None:
    """Status 2, the file and what to do; nothing is written."""
    (tmp_path / "r.xlsx").write_bytes(b"nom;ville")
    lay(tmp_path / "returns", {"a.xlsx": fill(Wanted(), answered("Auberge du Lac"))})
    done = CliRunner().invoke(main, ["run", str(tmp_path / "returns"), str(tmp_path / "out"), "--register", str(tmp_path / "r.xlsx")])
    assert done.exit_code == 2
    assert "r.xlsx" in done.stderr
    assert not (tmp_path / "out/data").exists()
