"""Questionnaires from a register: who gets which, what is filled in, what is adapted, what is carried over and must be confirmed."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from dimm_xl import catalogue
from dimm_xl.adaptation import Adaptation
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, Checked, Last, NotApplicable, Status
from dimm_xl.campaign import run
from dimm_xl.cli import main
from dimm_xl.findings import Code
from dimm_xl.inviting import ISSUED, Invited, _invitation, _started, invite
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.questionnaire import Request, questionnaire
from dimm_xl.register import Enrolled
from dimm_xl.register_book import opened
from dimm_xl.returns import read_return
from dimm_xl.scoring import score
from dimm_xl.settings import Run
from dimm_xl.workbook.write import write
from tests.office import Office
from tests.registers import HOTEL_ROW, INN_ROW, Typed, laid, organisations
from tests.support import HOTEL, as_text
from tests.test_correct import edited
from tests.test_parity import Written, differences

MODEL = catalogue.load()
INN = Profile("tourism", "micro")
PEOPLE = (
    {"organisation": "H001", "respondent": "Alice", "function": "Direction", "email": "alice@x.example"},
    {"organisation": "H001", "respondent": "Bob", "function": "Informatique", "lang": "en"},
)


def invited(folder: Path, typed: Typed, archive: Path | None = None, **wanted: object) -> tuple[Invited, dict[str, bytes]]:
    """What issuing from typed rows gives, and the files that it wrote."""
    out = folder / "out"
    done = invite(out, opened(laid(folder, typed), MODEL), Wanted(**wanted), archive, 0)  # type: ignore[arg-type]
    assert done.faults == ()
    return done, {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def table(folder: Path) -> list[dict[str, str]]:
    """The table of who gets which."""
    return list(csv.DictReader((folder / "out" / ISSUED).read_text("utf-8").splitlines()))


def said_in(content: bytes) -> Assessment:
    """What a questionnaire says once it comes back."""
    found = read_return("a.xlsx", content)
    assert found.assessment is not None, found.findings
    return found.assessment


# --- who gets which


def test_each_organisation_gets_its_own_questionnaire_with_who_it_is_filled_in(tmp_path: Path) -> None:
    """Id, name, country, region, e-mail, language, deadline; files sorted by id, and a table for a mail merge."""
    hotel = {**HOTEL_ROW, "country": "France", "region": "Bretagne", "email": "a@x.example", "deadline": "31/03/2027", "lang": "en"}
    done, files = invited(tmp_path, organisations(hotel, INN_ROW))
    assert (done.files, done.organisations, done.exit_code) == (2, 2, 0)
    assert list(files) == ["H001_hotel-des-tilleuls_dimm-v2_en.xlsx", "H002_auberge-du-lac_dimm-v2_fr.xlsx", ISSUED]
    first, second = (said_in(files[row["file"]]) for row in table(tmp_path))
    assert (first.organisation, first.organisation_id, first.profile, first.lang) == ("Hôtel des Tilleuls", "H001", HOTEL, "en")
    assert first.respondent == {"email": "a@x.example", "country": "France", "region": "Bretagne"}
    assert (second.organisation_id, second.profile, second.respondent) == ("H002", INN, {})
    assert "31 March 2027" in as_text(files["H001_hotel-des-tilleuls_dimm-v2_en.xlsx"])
    assert [row["deadline"] for row in table(tmp_path)] == ["2027-03-31", ""]


def test_each_respondent_gets_the_indicators_of_their_functions_alone(tmp_path: Path) -> None:
    """In their language, under their name; the file says which functions it asks."""
    done, files = invited(tmp_path, {"organisations": [HOTEL_ROW, INN_ROW], "respondents": PEOPLE})
    assert (done.files, done.organisations) == (3, 2)
    alice, bob, _ = table(tmp_path)
    assert (alice["respondent"], alice["function"], alice["email"], alice["lang"]) == ("Alice", "Direction", "alice@x.example", "fr")
    assert (bob["respondent"], bob["function"], bob["lang"]) == ("Bob", "IT", "en")
    for row, function in ((alice, "general-management"), (bob, "it")):
        said = said_in(files[row["file"]])
        assert (said.functions, said.respondent["respondent"]) == ((function,), row["respondent"])
        asked = {code for code, one in MODEL.at(HOTEL).indicators.items() if function in one.functions}
        assert set(said.answers) == asked
        assert int(row["indicators"]) == len(asked)


HOSTILE = ("=1+1", "../../etc/passwd", "CON", 'a"b<c>|?*', "Ünïcödé " * 40, "名前")


def test_file_names_are_safe_and_unique_whatever_people_are_called(tmp_path: Path) -> None:
    """Names of organisations and of respondents are folded; nobody's questionnaire replaces another's; names stay as typed inside."""
    rows = [{**INN_ROW, "id": f"H{n}", "name": name} for n, name in enumerate(HOSTILE)]
    people = [{"organisation": "H0", "respondent": name, "function": "it"} for name in HOSTILE]
    done, files = invited(tmp_path, {"organisations": rows, "respondents": people})
    assert done.files == len(files) - 1 == 2 * len(HOSTILE) - 1
    assert all(name.isascii() and len(name) < 200 and not set(name) & set('\\/:*?"<>|') for name in files)
    names = {row["file"]: row["organisation"].removeprefix("'") for row in table(tmp_path)}
    for file, name in names.items():
        book = openpyxl.load_workbook(tmp_path / "out" / file)
        cells = [cell for row in book["Profil"].iter_rows() for cell in row if cell.value is not None and str(cell.value) == name]
        assert {cell.data_type for cell in cells} == {"s"}


def test_the_same_register_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order of its rows."""
    first = invited(tmp_path / "a", organisations(HOTEL_ROW, INN_ROW))[1]
    assert invited(tmp_path / "b", organisations(INN_ROW, HOTEL_ROW))[1] == first


def test_rows_that_are_wrong_cost_no_questionnaire_of_others_and_the_status_says_so(tmp_path: Path) -> None:
    """Good rows are issued; exit status 1; the finding says which cell."""
    done, files = invited(tmp_path, organisations(HOTEL_ROW, {**INN_ROW, "sector": "pêche"}))
    assert (done.files, done.exit_code) == (1, 1)
    assert [one.code for one in done.findings] == [Code.REGISTER_SECTOR]
    assert len(files) == 2


def test_a_selection_that_leaves_somebody_nothing_is_told(tmp_path: Path) -> None:
    """No empty questionnaire is written."""
    people = [{"organisation": "H001", "respondent": "Zoé", "function": "Achats"}, {"organisation": "H001", "respondent": "Max"}]
    done, files = invited(tmp_path, {"organisations": [HOTEL_ROW], "respondents": people}, selection="priorities-10")
    assert done.nothing == ("H001 Zoé",)
    assert (len(files), done.exit_code) == (2, 1)


# --- what is adapted

ADAPTED = (
    {"organisation": "H001", "indicator": "SP1", "target": 5, "weight": 1, "reason": "=Priorité du groupe"},
    {"indicator": "SP2", "excluded": "oui", "reason": "Hors du périmètre"},
)


def test_a_questionnaire_asks_and_scores_as_adapted_and_says_so_with_the_reason(tmp_path: Path) -> None:
    """Own target and weight, nothing of what is excluded; a sheet lists each with its reason; it survives the way there and back."""
    done, files = invited(tmp_path, {"organisations": [HOTEL_ROW, INN_ROW], "adaptations": ADAPTED})
    said = said_in(files["H001_hotel-des-tilleuls_dimm-v2_fr.xlsx"])
    assert done.exit_code == 0
    assert said.adaptations == (
        Adaptation("SP1", 5, 1, reason="=Priorité du groupe"),
        Adaptation("SP2", excluded=True, reason="Hors du périmètre"),
    )
    model = catalogue.resolved("dimm", said.cut)
    assert (model.indicators["SP1"].target.default, model.indicators["SP1"].weight) == (5, 1)
    assert "SP2" not in model.indicators
    assert set(said.answers) == set(model.indicators) == set(MODEL.at(HOTEL).indicators) - {"SP2"}
    book = openpyxl.load_workbook(tmp_path / "out/H001_hotel-des-tilleuls_dimm-v2_fr.xlsx")
    printed = " ".join(str(cell.value) for row in book["Adaptations"].iter_rows() for cell in row)
    assert "SP2 · exclu" in printed
    assert "=Priorité du groupe" in printed
    other = said_in(files["H002_auberge-du-lac_dimm-v2_fr.xlsx"])
    assert [one.code for one in other.adaptations] == ["SP2"]


def test_without_adaptations_nothing_speaks_of_them(tmp_path: Path) -> None:
    """No sheet, no line in the identity."""
    _, files = invited(tmp_path, organisations(INN_ROW))
    (name,) = (name for name in files if name != ISSUED)
    assert "adapted" not in as_text(files[name]).lower()
    assert "Adaptations" not in openpyxl.load_workbook(tmp_path / "out" / name).sheetnames


# --- what was answered last time


def campaign_before(
    folder: Path, answers: Mapping[str, Answer], edition: str, profile: Profile = INN, name: str = "auberge du LAC"
) -> Path:
    """The archive of a campaign in which an organisation answered, without a register."""
    returns = folder / "before/returns"
    returns.mkdir(parents=True)
    (returns / "a.xlsx").write_bytes(fill(Wanted(), Assessment(name, profile, "dimm", edition, "fr", answers=answers)))
    out = folder / "before/out"
    run(Run(returns, out, workers=0, archive=out / "archive.sqlite"))
    return out / "archive.sqlite"


def drawn(edition: str, profile: Profile = INN) -> dict[str, Answer]:
    """An answer in one of the states for each indicator of a profile."""
    chance, states = random.Random(7), (Answered(1), Answered(3), UNKNOWN, NotApplicable("sans stock"))
    drawn = ((code, chance.choice(states)) for code in MODEL.at_edition(edition).at(profile).indicators)
    return {code: Answer(state, None, getattr(state, "reason", ""), "Registre") for code, state in drawn}


def test_answers_of_last_time_are_filled_in_to_be_confirmed_even_in_a_newer_edition(tmp_path: Path) -> None:
    """Known again by name; every common indicator starts with its answer; the file counts them; who was not there starts blank."""
    before = drawn("v1", HOTEL)
    archive = campaign_before(tmp_path, before, "v1", HOTEL, "hotel des TILLEULS")
    done, files = invited(tmp_path, organisations(INN_ROW, HOTEL_ROW), archive)
    assert done.carried == 1
    hotel, inn = (said_in(files[row["file"]]) for row in table(tmp_path))
    assert (inn.last, {one.state.kind for one in inn.answers.values()}) == ({}, {"blank"})
    asked = MODEL.at(HOTEL).indicators
    common = {code: one for code, one in before.items() if code in asked}
    assert 50 < len(common) < len(asked)
    assert {code: (one.state.kind, one.level, one.evidence) for code, one in hotel.answers.items() if one.state.kind != "blank"} == {
        code: (one.state.kind, one.level, one.evidence) for code, one in common.items()
    }
    assert set(hotel.last) == set(hotel.unconfirmed) == set(common)
    assert [int(row["carried"]) for row in table(tmp_path)] == [len(common), 0]


def test_a_return_left_as_it_was_counts_with_a_note_and_confirming_or_changing_settles_it(tmp_path: Path) -> None:
    """Unconfirmed answers stand, with one finding of severity info that names them; Oui or another level takes them off."""
    archive = campaign_before(tmp_path, drawn("v2"), "v2")
    _, files = invited(tmp_path, organisations(INN_ROW), archive)
    (content,) = (one for name, one in files.items() if name != ISSUED)
    first, second, *rest = (code for code, one in said_in(content).answers.items() if one.level is not None)
    found = read_return("a.xlsx", edited(content, {(first, "level"): 5, (second, "evidence"): "Vu"}))
    book = openpyxl.load_workbook(tmp_path / "out" / next(name for name in files if name != ISSUED))
    assert found.status is Status.ACCEPTED
    (note,) = (one for one in found.findings if one.code is Code.UNCONFIRMED)
    assert first not in str(note.facts["indicators"]).split(", ")
    assert {second, *rest} <= set(str(note.facts["indicators"]).split(", "))
    assert found.assessment is not None
    assert found.assessment.answer(first).level == 5
    for sheet in book.worksheets:
        header = {cell.value: cell.column for row in sheet.iter_rows(max_row=8) for cell in row if cell.value}
        if "Confirmé" in header:
            for row in sheet.iter_rows(min_row=6):
                if row[0].value in MODEL.indicators:
                    row[header["Confirmé"] - 1].value = "oui"
    book.save(tmp_path / "confirmed.xlsx")
    confirmed = read_return("a.xlsx", (tmp_path / "confirmed.xlsx").read_bytes())
    assert Code.UNCONFIRMED not in {one.code for one in confirmed.findings}
    assert confirmed.assessment is not None
    assert confirmed.assessment.unconfirmed == ()


def test_respondents_start_with_their_part_of_what_their_organisation_said(tmp_path: Path) -> None:
    """Each gets the answers of last time to the indicators of their functions, and no other."""
    people = [{**one, "organisation": "H002"} for one in PEOPLE]
    archive = campaign_before(tmp_path, drawn("v2"), "v2")
    _, files = invited(tmp_path, {"organisations": [INN_ROW], "respondents": people}, archive)
    for row, function in zip(table(tmp_path), ("general-management", "it"), strict=True):
        asked = {code for code, one in MODEL.at(INN).indicators.items() if function in one.functions}
        assert set(said_in(files[row["file"]]).last) == asked


def test_an_audit_starts_blank_and_a_self_assessment_after_an_audit_with_the_levels_it_found(tmp_path: Path) -> None:
    """Verdicts are not confirmed but given; levels are carried whatever the form they were found in."""
    archive = campaign_before(tmp_path, drawn("v2"), "v2")
    _, files = invited(tmp_path, organisations(INN_ROW), archive, form="audit")
    (audited,) = (said_in(one) for name, one in files.items() if name != ISSUED)
    assert (audited.form, audited.last) == ("audit", {})
    assert {one.state.kind for one in audited.answers.values()} == {"blank"}
    met = {code: Answer(Answered(1), demands=(Checked(1, 1, "met"),)) for code in MODEL.at(INN).indicators}
    whose = Enrolled("H002", "Auberge du Lac", INN)
    last = Assessment("Auberge", INN, "dimm", "v2", "fr", answers=met, form="audit")
    started = _started(_invitation(whose, whose.asked[0], MODEL, Wanted(), last))
    assert {(one.level, one.demands) for one in started.answers.values()} == {(1, ())}
    assert set(started.last) == set(met)


# --- the live score

OWN = (
    Adaptation("SP1", 5, 1, reason="Groupe"),
    Adaptation("SP4", excluded=True, reason="Hors du périmètre"),
    Adaptation("OFC1", 0, 3, reason="x"),
)


@pytest.mark.office
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_live_score_is_the_one_people_get_when_adapted_and_carried_over(office: Office, tmp_path: Path, lang: str) -> None:
    """Recalculated by LibreOffice: own weights and targets, exclusions, states of rows to confirm, and what the file stored."""
    answers = drawn("v2")
    del answers["SP4"]
    last = {code: Last(one.state, confirmed=n % 3 == 0) for n, (code, one) in enumerate(answers.items()) if n % 4}
    changed = {**answers, "SP1": Answer(Answered(4), evidence="x")}
    said = Assessment("Auberge", INN, "dimm", "v2", lang, answers=changed, organisation_id="H2", adaptations=OWN, last=last)
    model, whole = catalogue.resolved("dimm", said.cut), catalogue.resolved("dimm", replace(said.cut, adaptations=()))
    book = questionnaire(model, said, Request(catalogue.words(lang), whole=whole))
    made = Written(model, said, book, write(book, catalogue.look()))
    shown = differences(office, tmp_path, made)
    to_confirm = catalogue.words(lang)("invited.state")
    states = [one for one in shown if isinstance(one, tuple) and len(one) == 3 and one[1] == to_confirm]
    assert {one[0] for one in states} == set(said.unconfirmed)
    assert [one for one in shown if one not in states] == []
    assert score(model, said).overall.target != score(whole, said).overall.target


# --- the command


def test_issue_from_a_register_says_what_was_written_and_what_is_wrong(tmp_path: Path) -> None:
    """Wrong rows on standard error with their cell; the summary on standard output; status 1."""
    register = laid(tmp_path, organisations(HOTEL_ROW, {**INN_ROW, "size": "géante"}))
    done = CliRunner().invoke(main, ["issue", str(tmp_path / "out"), "--register", str(register), "--workers", "0"])
    assert done.exit_code == 1
    assert "1 questionnaires for 1 organisations" in done.stdout
    assert "register.xlsx!Organisations!D6" in done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--register", "{register}", "--sector", "tourism"], "--sector and --register"),
        (["--register", "{register}", "--all"], "--all and --register"),
        (["--archive", "{register}"], "--archive goes with --register"),
        (["--register", "{register}", "--edition", "v9"], "v9"),
        (["--register", "{register}", "--archive", "{register}"], "not an archive"),
        ([], "--register"),
    ],
)
def test_what_does_not_go_together_is_said_in_a_line(tmp_path: Path, options: list[str], told: str) -> None:
    """Status 2 and a sentence."""
    register = str(laid(tmp_path, organisations(HOTEL_ROW)))
    done = CliRunner().invoke(main, ["issue", str(tmp_path / "out"), *(one.format(register=register) for one in options)])
    assert (done.exit_code, told in done.output + done.stderr) == (2, True)


def test_register_new_writes_a_file_and_never_over_another(tmp_path: Path) -> None:
    """What somebody typed is not lost to a second call."""
    path = tmp_path / "campaign/register.xlsx"
    assert CliRunner().invoke(main, ["register", "new", str(path), "--lang", "en"]).exit_code == 0
    before = path.read_bytes()
    again = CliRunner().invoke(main, ["register", "new", str(path)])
    assert (again.exit_code, path.read_bytes()) == (2, before)
