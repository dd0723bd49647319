"""Returns of one edition carried into the next, from the command line to a spreadsheet program: nothing lost, everything told."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from openxml_audit import OpenXmlValidator

from dimm_xl import catalogue, editions, migrating
from dimm_xl.assessment import Answered, Assessment
from dimm_xl.cli import main
from dimm_xl.issuing import Wanted, fill, make_up
from dimm_xl.model import Edition, Grouping, Indicator, Model
from dimm_xl.model_book.files import files_of
from dimm_xl.returns import read_return
from dimm_xl.sample import Drawn, sample
from tests.office import Office
from tests.support import both
from tests.test_collect import lay, zipped
from tests.test_correct import BAKERY, MEASURED, MODEL, PLAIN, TWICE, edited, grave, held, opened, truth

LANGS = ("fr", "en")
STRICTER = next(code for code in MEASURED if (truth().answers[code].level or 0) >= 2)
OTHER_FIGURE = next(code for code in MEASURED if code != STRICTER)
WORDED, RETOUCHED, HEAVIER, DROPPED, UNANSWERED = PLAIN[4], PLAIN[5], PLAIN[6], PLAIN[7], PLAIN[8]
NEW = "SP9"
"""What the next edition changes, each in one indicator that a bakery is asked."""


def next_edition() -> Model:
    """The shipped model with an edition more."""
    whole = catalogue.load()

    def now(one: Indicator) -> Indicator:
        if one.code in (WORDED, UNANSWERED):
            one = replace(one, levels={**one.levels, 2: (both(f"Une autre exigence de {one.code}"),)})
        if one.code in (STRICTER, OTHER_FIGURE):
            seen = MODEL.indicators[one.code].measure
            assert one.measure
            assert seen
            last = seen.thresholds[-1]
            steps = tuple(last + n for n in range(5))
            figure = both("Nombre de jours") if one.code == OTHER_FIGURE else one.measure.figure
            one = replace(one, measure=replace(one.measure, figure=figure, thresholds=steps, sectors={}, highest=1000))
        return replace(
            one, retouched="v3" if one.code == RETOUCHED else one.retouched, weight=4 - one.weight if one.code == HEAVIER else one.weight
        )

    def grouping(one: Grouping) -> Grouping:
        kept = [now(each) for each in one.indicators if each.code != DROPPED]
        added = [replace(kept[0], code=NEW, name=both("Un nouveau"), since="v3")] if one.code == NEW[:2] else []
        return replace(one, indicators=(*kept, *added))

    levers = tuple(replace(one, groupings=tuple(map(grouping, one.groupings))) for one in whole.levers)
    chosen = [replace(one, indicators=tuple(each for each in one.indicators if each.code != DROPPED)) for one in whole.selections]
    editions = (*whole.editions, Edition(id="v3", year=2027, name={"fr": "édition 3 (2027)", "en": "edition 3 (2027)"}))
    return replace(whole, levers=levers, selections=tuple(chosen), editions=editions)


def placed(folder: Path, model: Model) -> Path:
    """A folder that holds a model."""
    for name, text in files_of(model).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the next edition lies."""
    return placed(tmp_path_factory.mktemp("model") / "dimm-3", next_edition())


def called(*arguments: object) -> tuple[int, str]:
    """What the command says, and its exit status."""
    done = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    return done.exit_code, done.stdout


def table(out: Path) -> dict[str, dict[str, str]]:
    """The table of what became of every file, by file; a file that is listed twice fails."""
    with (out / "data/migrated.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    found = {row["file"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def said(lang: str) -> Assessment:
    """A return in which every kind of answer stands, and one indicator has none."""
    return replace(truth(lang), answers={code: one for code, one in truth(lang).answers.items() if code != UNANSWERED})


@pytest.fixture(scope="module", params=LANGS)
def carried(request: pytest.FixtureRequest, model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A return in each language, carried into the next edition: its language, and the questionnaire that was written."""
    top = tmp_path_factory.mktemp("carried")
    lay(top / "in", {"a.xlsx": fill(Wanted(), said(request.param))})
    assert called("migrate", top / "in", top / "out", "--to", model, "--workers", 0)[0] == 0
    return request.param, top / "out" / table(top / "out")["a.xlsx"]["written"]


def first_sheet(content: bytes, lang: str) -> tuple[Any, dict[str, dict[str, Any]]]:
    """The first sheet of a migrated questionnaire, and the cells of its rows by indicator and by header."""
    words, (book, _) = catalogue.words(lang), opened(content, lang)
    sheet = book.worksheets[0]
    assert sheet.title == words("sheet.migrated")
    fields = ("place", "indicator", "said", "then", "now", "confirmed", "note")
    top = next(row[0].row for row in sheet.iter_rows() if row[0].value == words("migrated.column.place"))
    rows = {}
    for row in sheet.iter_rows(min_row=top + 1):
        code = str(row[0].value or "").removeprefix("✖ ")
        if re.fullmatch("[A-Z]+[0-9]+", code):
            rows[code] = dict(zip(fields, row, strict=False))
    return sheet, rows


# --- the questionnaire


def test_it_is_the_new_questionnaire_with_the_answers_of_then(carried: tuple[str, Path], model: Path) -> None:
    """Read back, it is of edition v3, of the same organisation and person, and says what was said, but for what no longer fits."""
    lang, path = carried
    read = read_return("a.xlsx", path.read_bytes(), (str(model),))
    assert read.assessment is not None
    now, then = read.assessment, said(lang)
    assert (now.edition, now.organisation, now.respondent, now.lang) == ("v3", then.organisation, then.respondent, lang)
    changed = {code: answer for code, answer in now.answers.items() if answer != then.answer(code)}
    was = then.answers
    assert changed == {
        STRICTER: replace(was[STRICTER], state=Answered(1)),
        OTHER_FIGURE: replace(was[OTHER_FIGURE], measure=None),
    }
    assert set(now.answers) == {*MODEL.indicators, NEW} - {DROPPED}
    assert grave_in(read.findings) == []


def grave_in(findings: Any) -> list[str]:
    """The codes of findings that are more than information."""
    return [one.code.name for one in findings if one.code.severity.value != "info"]


def test_the_first_sheet_lists_every_indicator_once_with_what_was_said(carried: tuple[str, Path]) -> None:
    """Each has its row; whatever was typed beside an answer stands there too, that of the dropped one included."""
    lang, path = carried
    _, rows = first_sheet(path.read_bytes(), lang)
    assert set(rows) == {*MODEL.indicators, NEW}
    for code, answer in said(lang).answers.items():
        told = rows[code]["said"].value
        assert [part for part in (answer.reason, answer.evidence, answer.comment) if part not in told] == []
        assert answer.level is None or str(answer.level) in told
    assert said(lang).answers[DROPPED].comment or said(lang).answers[DROPPED].evidence


def test_each_row_leads_to_its_cell_and_only_a_dropped_one_leads_nowhere(carried: tuple[str, Path]) -> None:
    """The link of an indicator is to the cell of its level."""
    lang, path = carried
    (book, cells), (_, rows) = opened(path.read_bytes(), lang), first_sheet(path.read_bytes(), lang)
    for code, row in rows.items():
        if code == DROPPED:
            assert row["place"].hyperlink is None
            continue
        sheet, address = re.fullmatch(r"'?(.+?)'?!([A-Z]+\d+)", unquote(row["place"].hyperlink.location)).groups()  # type: ignore[union-attr]
        assert book[sheet][address].coordinate == cells[code, "level"].coordinate
        assert sheet == cells[code, "level"].parent.title


def test_a_reworded_question_shows_both_wordings(carried: tuple[str, Path]) -> None:
    """What differs, as it read and as it reads; where the model has no earlier wording, it says so."""
    lang, path = carried
    words, (_, rows) = catalogue.words(lang), first_sheet(path.read_bytes(), lang)
    then, now = (rows[WORDED][side].value for side in ("then", "now"))
    assert words.of(MODEL.indicators[WORDED].levels[2][0]) in then
    assert now == f"{words('wording.level', level=2)}{words('colon')} Une autre exigence de {WORDED}"
    assert rows[RETOUCHED]["then"].value == words("migrated.then.same")
    assert words("wording.thresholds") in rows[STRICTER]["then"].value
    assert rows[STRICTER]["note"].value == words("migrated.note.capped", then=said(lang).answers[STRICTER].level, now=1)
    assert words("migrated.note.figure") in rows[OTHER_FIGURE]["note"].value
    assert (
        words("progress.why.weight", then=MODEL.indicators[HEAVIER].weight, now=4 - MODEL.indicators[HEAVIER].weight)
        in rows[HEAVIER]["note"].value
    )
    assert (rows[HEAVIER]["then"].value, rows[HEAVIER]["now"].value) == (None, None)


def test_only_carried_answers_to_reworded_questions_wait_to_be_confirmed(carried: tuple[str, Path]) -> None:
    """Their state says so beside the answer, and the first sheet has an open cell for each; an empty one is simply to be filled in."""
    lang, path = carried
    words, (_, stored) = catalogue.words(lang), opened(path.read_bytes(), lang, values=True)
    _, rows = first_sheet(path.read_bytes(), lang)
    waiting = {code for code in rows if code != DROPPED and stored[code, "state"].value == words("state.confirm")}
    assert waiting == {WORDED, RETOUCHED, STRICTER, OTHER_FIGURE}
    assert {code for code, row in rows.items() if not row["confirmed"].protection.locked} == waiting
    assert stored[UNANSWERED, "state"].value == stored[NEW, "state"].value == words("state.todo")


def test_a_validator_of_the_file_format_finds_nothing(carried: tuple[str, Path]) -> None:
    """openxml-audit reports neither an error nor a warning."""
    assert [str(error) for error in OpenXmlValidator().validate(carried[1]).errors] == []


@pytest.mark.office
def test_filled_and_confirmed_in_a_spreadsheet_program_it_reads_clean(
    carried: tuple[str, Path], model: Path, office: Office, tmp_path: Path
) -> None:
    """The new one filled in, the reworded ones confirmed: states say complete, and `run` finds nothing amiss in any format."""
    lang, path = carried
    words, (_, cells) = catalogue.words(lang), opened(path.read_bytes(), lang)
    sheet, rows = first_sheet(path.read_bytes(), lang)
    places = [cells[code, "level"] for code in (NEW, UNANSWERED)]
    typed: list[tuple[str, int, int, Any]] = [(cell.parent.title, cell.row - 1, cell.column - 1, 2) for cell in places]
    confirmed = [row["confirmed"] for row in rows.values() if not row["confirmed"].protection.locked]
    typed += [(sheet.title, cell.row - 1, cell.column - 1, words("yes")) for cell in confirmed]
    for name in ("again.xlsx", "again.ods"):
        assert office.fill(path, tmp_path / name, typed) == []
        read = read_return(name, (tmp_path / name).read_bytes(), (str(model),))
        assert grave_in(read.findings) == []
        assert read.assessment is not None
        assert (read.assessment.answer(NEW).level, read.assessment.answer(UNANSWERED).level) == (2, 2)
    ready = catalogue.words(lang)("start.ready.yes")
    office.fill(path, tmp_path / "unconfirmed.xlsx", typed[:2])
    starts = [office.grids(tmp_path / name)[words("sheet.start")] for name in ("unconfirmed.xlsx", "again.xlsx")]
    assert [[row[0] for row in rows_ if row[0] in (ready, words("migrated.ready"))] for rows_ in starts] == [
        [words("migrated.ready")],
        [ready],
    ]
    after = cells[WORDED, "state"]
    left = next(cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f")
    shown = office.values(tmp_path / "again.xlsx", [(one.parent.title, one.row - 1, one.column - 1) for one in (after, left)])
    assert shown[0] in (words("state.complete"), words("state.evidence"), words("state.unknown"))
    assert shown[1] == words("migrated.left.all")


@pytest.mark.office
def test_what_is_stored_is_what_a_spreadsheet_program_calculates(carried: tuple[str, Path], office: Office) -> None:
    """A preview of the migrated questionnaire shows what it shows once it is opened."""
    lang, path = carried
    living, stored = (opened(path.read_bytes(), lang, values)[0] for values in (False, True))
    cells = [cell for sheet in living.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    found = office.values(path, [(cell.parent.title, cell.row - 1, cell.column - 1) for cell in cells])
    found = ["#N/A" if value == "#ERR32767" else value for value in found]  # as LibreOffice calls it
    kept = [stored[cell.parent.title][cell.coordinate].value for cell in cells]
    differs = [
        cell.coordinate for cell, one, other in zip(cells, kept, found, strict=True) if other != pytest.approx("" if one is None else one)
    ]
    assert differs == []


# --- an audit


@pytest.mark.parametrize("lang", LANGS)
def test_an_audit_is_carried_into_an_audit(lang: str, model: Path, tmp_path: Path) -> None:
    """Verdict by verdict: read back, it says what carrying says, reads clean, and its form is still that of an audit."""
    (then,) = sample(Drawn(1, 4, BAKERY.sector, BAKERY.size, lang, form="audit"))
    lay(tmp_path / "in", {"a.xlsx": fill(Wanted(), then)})
    assert called("migrate", tmp_path / "in", tmp_path / "out", "--to", model, "--workers", 0)[0] == 0
    path = tmp_path / "out" / table(tmp_path / "out")["a.xlsx"]["written"]
    after = catalogue.resolved(str(model), replace(then.cut, edition="v3"))
    expected = editions.carry(then, catalogue.resolved("dimm", then.cut), after).assessment
    read = read_return("a.xlsx", path.read_bytes(), (str(model),))
    assert read.assessment is not None
    assert (read.assessment.form, grave_in(read.findings)) == ("audit", [])
    verdicts = {code: [(one.level, one.rank, one.verdict) for one in answer.demands] for code, answer in read.assessment.answers.items()}
    assert {code: found for code, found in verdicts.items() if code in expected.answers} == {
        code: [(one.level, one.rank, one.verdict) for one in answer.demands] for code, answer in expected.answers.items()
    }
    assert {one for _, _, one in verdicts[NEW]} == {None}
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


# --- another model


def test_a_model_of_another_scale_and_shape_is_carried_by_the_same_code(tmp_path: Path) -> None:
    """An index from 0 (best) to 100: a new indicator, a reworded one, and what is sent back reads clean by the edited model."""
    whole = catalogue.load("e-friction")
    first, *others = whole.levers
    grouping = first.groupings[0]
    one, two, *rest = grouping.indicators
    new = replace(one, code=f"{grouping.code}9", since="v2")
    edited_ = replace(grouping, indicators=(one, replace(two, definition=both("Autre chose")), *rest, new))
    levers = (replace(first, groupings=(edited_, *first.groupings[1:])), *others)
    place = placed(
        tmp_path / "model", replace(whole, levers=levers, editions=(*whole.editions, Edition(id="v2", year=2027, name=both("deux"))))
    )
    make_up(tmp_path / "in", Drawn(2, 3, model="e-friction"), workers=0)
    status, _ = called("migrate", tmp_path / "in", tmp_path / "out", "--to", place, "--workers", 0)
    found = table(tmp_path / "out").values()
    assert (status, [(row["reworded"], row["new"], row["dropped"]) for row in found]) == (0, [("1", "1", "0")] * 2)
    for row in found:
        read = read_return(row["file"], (tmp_path / "out" / row["written"]).read_bytes(), (str(place),))
        assert read.assessment is not None
        assert (grave_in(read.findings), read.assessment.edition, read.assessment.answer(new.code).level) == ([], "v2", None)


# --- what was typed and not understood


@pytest.mark.parametrize("lang", LANGS)
def test_what_was_not_understood_is_told_where_it_was_typed(lang: str, model: Path, tmp_path: Path) -> None:
    """A level that is none, a level above its figure, a second row, a foreign code: nothing that a person typed disappears."""
    typed = {(PLAIN[2], "level"): "très bien", (MEASURED[0], "measure"): 0, (MEASURED[0], "level"): 5, (PLAIN[3], "code"): "ZZ9"}
    content = edited(fill(Wanted(), truth(lang)), {**typed, (PLAIN[3], "comment"): "sous un autre code"}, lang, TWICE)
    lay(tmp_path / "in", {"a.xlsx": content})
    status, _ = called("migrate", tmp_path / "in", tmp_path / "out", "--to", model, "--workers", 0)
    line = table(tmp_path / "out")["a.xlsx"]
    assert (status, line["status"]) == (0, "migrated")
    words, (_, rows) = catalogue.words(lang), first_sheet((tmp_path / "out" / line["written"]).read_bytes(), lang)
    level = words("migrated.part.level")
    assert words("migrated.unread", part=level, shown="très bien") in rows[PLAIN[2]]["said"].value
    assert words("migrated.unread", part=level, shown="5") in rows[MEASURED[0]]["said"].value
    assert words("migrated.unread", part=level, shown="5") in rows[PLAIN[11]]["said"].value
    assert ("sous un autre code" in rows["ZZ9"]["said"].value, rows["ZZ9"]["note"].value) == (True, words("migrated.note.foreign"))
    for part in ("très bien", "5"):
        assert part in line["message"]


def test_a_name_that_was_never_typed_is_not_typed_for_them(tmp_path: Path) -> None:
    """Where the organisation is not named, the file's name does not become its name."""
    content = edited(fill(Wanted(), replace(truth(), edition="v1")), {("organisation", "value"): None})
    lay(tmp_path / "in", {"retour (3).xlsx": content})
    called("migrate", tmp_path / "in", tmp_path / "out", "--to", "v2", "--workers", 0)
    (path,) = (tmp_path / "out/questionnaires").iterdir()
    assert opened(path.read_bytes(), "fr")[1]["organisation", "value"].value is None


# --- a folder


def test_from_the_first_to_the_second_edition(tmp_path: Path) -> None:
    """Made-up returns of v1 become questionnaires of v2 that `run` reads clean; only ER3 and EL4 are to be filled in."""
    assert called("sample", tmp_path / "in", "--returns", 2, "--edition", "v1", "--size", "large", "--workers", 0)[0] == 0
    status, told = called("migrate", tmp_path / "in", tmp_path / "out", "--to", "v2", "--workers", 0)
    assert (status, told.splitlines()[:2]) == (0, ["2 files: 2 migrated", "indicators: 226 kept, 0 reworded, 0 dropped, 4 new"])
    for path in (tmp_path / "out/questionnaires").iterdir():
        assert grave(path.read_bytes()) == []
        now = held(path.read_bytes())
        assert (now.edition, now.answer("ER3").level, now.answer("EL4").level) == ("v2", None, None)
    assert called("run", tmp_path / "out/questionnaires", tmp_path / "run", "--workers", 0)[0] == 0


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    """A folder of good and bad files of three editions, migrated into the third, once in workers."""
    top = tmp_path_factory.mktemp("mixed")
    first = fill(Wanted(), replace(truth(name="Première"), edition="v1"))
    third = replace(truth("en", "Third"), edition="v3", answers={code: one for code, one in truth().answers.items() if code != DROPPED})
    files = {
        "sub/v1.xlsx": first,
        "v2.xlsx": fill(Wanted(), truth(name="Deuxième")),
        "older.xlsx": fill(Wanted(), replace(truth(name="Third"), edition="v1")),
        "z.zip": zipped({"v3.xlsx": fill(Wanted(str(model)), third), "cut.xlsx": first[:9000]}),
        "copy.xlsx": first,
        "note.txt": b"=1+1",
        "empty.xlsx": b"",
        "~$v2.xlsx": b"x",
    }
    lay(top / "in", files)
    os.utime(top / "in/older.xlsx", (0, 0))
    status, _ = called("migrate", top / "in", top / "out", "--to", model, "--workers", 1)
    assert status == 1
    return top


STATUSES = {
    "copy.xlsx": ("migrated", "v1"),
    "sub/v1.xlsx": ("ignored", ""),
    "v2.xlsx": ("migrated", "v2"),
    "older.xlsx": ("superseded", ""),
    "z.zip": ("ignored", ""),
    "z.zip/v3.xlsx": ("current", "v3"),
    "z.zip/cut.xlsx": ("refused", ""),
    "note.txt": ("refused", ""),
    "empty.xlsx": ("refused", ""),
    "~$v2.xlsx": ("ignored", ""),
}


def test_every_file_is_listed_once_and_a_bad_one_costs_itself_alone(mixed: Path) -> None:
    """Whatever lies there: what became of it, from which edition, what was written, and why not."""
    found = table(mixed / "out")
    assert {name: (row["status"], row["edition"]) for name, row in found.items()} == STATUSES
    written = {name: row["written"] for name, row in found.items() if row["written"]}
    assert set(written) == {"copy.xlsx", "v2.xlsx"}
    assert sorted(written.values()) == sorted(f"questionnaires/{path.name}" for path in (mixed / "out/questionnaires").iterdir())
    assert all(row["message"] for name, row in found.items() if name not in written)
    assert {found[name]["new"] for name in written} == {"1"}


def test_run_again_it_leaves_the_same_and_never_reads_what_it_wrote(mixed: Path, model: Path) -> None:
    """The same bytes; and with the results among the returns, they are left out."""
    before = {path.name: path.read_bytes() for path in (mixed / "out").rglob("*") if path.is_file()}
    called("migrate", mixed / "in", mixed / "out", "--to", model, "--workers", 0)
    assert {path.name: path.read_bytes() for path in (mixed / "out").rglob("*") if path.is_file()} == before
    called("migrate", mixed, mixed / "out", "--to", model, "--workers", 0)
    assert all(name.startswith("in/") for name in table(mixed / "out"))


def test_from_the_third_to_a_fourth_edition_that_only_the_new_model_knows(model: Path, tmp_path: Path) -> None:
    """A return of an edition that the shipped model lacks is read by the new model, and carried too; one of v2 beside it as well."""
    third = next_edition()
    fourth = replace(third, editions=(*third.editions, replace(third.edition, id="v4")))
    place = placed(tmp_path / "dimm-4", fourth)
    answers = {code: one for code, one in truth().answers.items() if code in (WORDED, HEAVIER)}
    now = Assessment("Troisième", BAKERY, "dimm", "v3", "fr", answers=answers)
    lay(tmp_path / "in", {"v3.xlsx": fill(Wanted(str(model)), now), "v2.xlsx": fill(Wanted(), truth())})
    status, _ = called("migrate", tmp_path / "in", tmp_path / "out", "--to", place, "--workers", 0)
    found = table(tmp_path / "out")
    assert (status, {name: (row["status"], row["reworded"], row["new"]) for name, row in found.items()}) == (
        0,
        {"v3.xlsx": ("migrated", "0", "0"), "v2.xlsx": ("migrated", "5", "1")},
    )
    carried = read_return("a.xlsx", (tmp_path / "out" / found["v3.xlsx"]["written"]).read_bytes(), (str(place),)).assessment
    assert carried is not None
    assert {code: one for code, one in carried.answers.items() if one.level is not None} == answers


def test_a_file_that_changes_between_two_looks_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged or gone when its questionnaire is written: that file is refused in words, nothing else fails."""
    for n, name in enumerate("ab"):
        lay(tmp_path / "in", {f"{name}.xlsx": fill(Wanted(), replace(truth(name=f"Hôtel {n}"), edition="v1"))})
    real = migrating.read_all

    def damaged(*arguments: Any) -> Any:
        found = real(*arguments)
        (tmp_path / "in/a.xlsx").unlink()
        (tmp_path / "in/b.xlsx").write_bytes(b"PK")
        return found

    monkeypatch.setattr(migrating, "read_all", damaged)
    found = migrating.migrate(migrating.Wanted(tmp_path / "in", tmp_path / "out", "dimm", "v2", workers=0))
    assert (found.statuses["refused"], found.faults) == (2, ())
    assert all(row["message"] for row in table(tmp_path / "out").values())


def test_a_later_edition_is_not_carried_backwards(tmp_path: Path) -> None:
    """Asked for v1, a return of v2 is listed as of a later edition, and the summary is for scripts."""
    lay(tmp_path / "in", {"a.xlsx": fill(Wanted(), truth())})
    status, told = called("migrate", tmp_path / "in", tmp_path / "out", "--to", "v1", "--workers", 0, "--json")
    summary = json.loads(told)
    assert (status, summary["exit_code"], summary["statuses"]["later"]) == (0, 0, 1)
    assert not (tmp_path / "out/questionnaires").exists()


def test_another_language_may_be_asked_for(tmp_path: Path) -> None:
    """The questionnaire is then in that language, with the same answers."""
    lay(tmp_path / "in", {"a.xlsx": fill(Wanted(), replace(truth("fr"), edition="v1"))})
    called("migrate", tmp_path / "in", tmp_path / "out", "--to", "v2", "--lang", "en", "--workers", 0)
    (path,) = (tmp_path / "out/questionnaires").iterdir()
    assert held(path.read_bytes()) == truth("en")


WRONG: Mapping[str, tuple[str, ...]] = {
    "neither an edition of dimm (v1, v2) nor a model": ("--to", "v9"),
    "no model here": ("--to", "v2", "--model", "nowhere"),
    "give NAME=VALUE": ("--to", "v2", "--limit", "file=much"),
    "Missing option '--to'": (),
}


@pytest.mark.parametrize("message", WRONG)
def test_wrong_usage_ends_with_status_2_and_a_sentence(message: str, tmp_path: Path) -> None:
    """Nothing is written then."""
    (tmp_path / "in").mkdir()
    done = CliRunner().invoke(main, ["migrate", str(tmp_path / "in"), str(tmp_path / "out"), *WRONG[message]])
    assert (done.exit_code, message in done.stderr, (tmp_path / "out").exists()) == (2, True, False)


def test_returns_of_another_model_are_refused_one_by_one(tmp_path: Path) -> None:
    """A return of the DIMM is none of a model of one's own; the sentence says which one it is of."""
    own = placed(tmp_path / "own", replace(next_edition(), id="own"))
    lay(tmp_path / "in", {"a.xlsx": fill(Wanted(), truth())})
    found = migrating.migrate(migrating.Wanted(tmp_path / "in", tmp_path / "out", str(own), "v3", workers=0))
    line = table(tmp_path / "out")["a.xlsx"]
    assert (found.exit_code, line["status"], "dimm" in line["message"]) == (1, "refused", True)


def test_a_fault_of_ours_costs_one_file_and_shows_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are carried over."""
    make_up(tmp_path / "in", Drawn(2, 5, "retail", BAKERY.size, edition="v1"), workers=0)
    real = editions.carry

    def failing(then: Assessment, *more: Any) -> Any:
        if then.organisation == held(next(iter(sorted((tmp_path / "in").iterdir()))).read_bytes()).organisation:
            raise ZeroDivisionError
        return real(then, *more)

    monkeypatch.setattr(migrating, "carry", failing)
    found = migrating.migrate(migrating.Wanted(tmp_path / "in", tmp_path / "out", "dimm", "v2", workers=0))
    assert (found.statuses["migrated"], found.statuses["refused"], found.exit_code) == (1, 1, 1)
    assert "ZeroDivisionError" in found.faults[0]
