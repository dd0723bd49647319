"""The main job on a folder as people leave it: good returns among damaged, foreign, doubled and oddly named files."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import signal
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol

from dimm_xl import catalogue, collect
from dimm_xl.assessment import Answer, Answered, Assessment, NotApplicable, Return, Status
from dimm_xl.campaign import Summary, run
from dimm_xl.collect import Bundle, Reading, Source, collect_one
from dimm_xl.files import write_whole
from dimm_xl.issuing import Wanted, fill, make_up
from dimm_xl.report.result import state_word
from dimm_xl.results import identify
from dimm_xl.sample import Drawn, sample
from dimm_xl.scoring import score
from dimm_xl.settings import Run

DRAWN = Drawn(5, 3, size="micro")
GOOD = ("00-hotel.xlsx", "b.xlsx", "équipe/sous dossier/c.xlsx", '=d, "v2"\n& l’été é.xlsx', "e.xlsx.download")
"""Where the five made-up returns lie, in order: plain names, a subfolder, a name no one expects, a lost extension."""
SLIPS, COPY = "slips.xlsx", "zz-copy.xlsx"
BAD = {
    "damaged.xlsx": ("refused", "UNREADABLE"),
    "contacts.xlsx": ("refused", "NOT_A_WORKBOOK"),
    "empty.xlsx": ("refused", "EMPTY_FILE"),
    "~$b.xlsx": ("ignored", "IGNORED"),
    "link.xlsx": ("ignored", "NOT_A_FILE"),
    COPY: ("ignored", "DUPLICATE"),
}
"""What is not a return, with the status and the finding it must get."""
HEADERS = {
    "returns.csv": "file,sha256,status,organisation,sector,size,edition,lang,answered,expected,form,model",
    "answers.csv": "return,organisation,respondent,indicator,state,level,measure,reason,evidence,comment,model",
    "scores.csv": "organisation,sector,size,scope,code,score,low,high,answered,expected,target,basis,model",
    "findings.csv": "file,sheet,cell,code,severity,message",
}
"""Section 5 of the design, column by column."""


@dataclass(frozen=True)
class Ran:
    """A run over the folder as people leave it, and the results of one over its good returns alone."""

    returns: Path
    said: dict[str, Assessment]
    out: Path
    summary: Summary
    clean: Path


def slipped(said: Assessment) -> Assessment:
    """Return an assessment with two slips: a level above its figure, and not applicable without a reason."""
    model = catalogue.load().at(said.profile)
    capped = next(code for code, one in model.indicators.items() if one.measure and one.measure.better == "high")
    slips = {"SP1": Answer(NotApplicable("not written"), reason=""), capped: Answer(Answered(5), 0.0)}
    return replace(said, organisation="Two slips", answers={**said.answers, **slips})


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Both runs, made once."""
    top = tmp_path_factory.mktemp("campaign")
    clean, returns, said = top / "clean", top / "returns", dict(zip(GOOD, sample(DRAWN), strict=True))
    make_up(top / "made", DRAWN, workers=0)
    for path, name in zip(sorted((top / "made").iterdir()), GOOD, strict=True):
        (clean / name).parent.mkdir(parents=True, exist_ok=True)
        path.rename(clean / name)
    (clean / SLIPS).write_bytes(fill(Wanted(), slipped(said[GOOD[0]])))
    shutil.copytree(clean, returns)
    whole = (returns / GOOD[0]).read_bytes()
    bad = {"damaged.xlsx": whole[: len(whole) // 2], "contacts.xlsx": b"nom,ville\nDupont,Lyon\n", "empty.xlsx": b"", COPY: whole}
    for name, content in {**bad, "~$b.xlsx": b"\x05Marie"}.items():
        (returns / name).write_bytes(content)
    (returns / "link.xlsx").symlink_to(returns / "b.xlsx")
    run(Run(clean, top / "out-clean", workers=0))
    return Ran(returns, said, top / "out", run(Run(returns, top / "out", workers=0)), top / "out-clean")


def table(out: Path, name: str) -> list[dict[str, str]]:
    """Return a table of a run, a mapping a line."""
    with (out / "data" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def contents(out: Path) -> dict[str, str]:
    """Return the fingerprint of every file below a folder."""
    paths = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def harmless(text: str) -> str:
    """Return a text as a table holds it: with an apostrophe when a spreadsheet program would take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def ids(ran: Ran) -> dict[str, str]:
    """Return the id of the organisation that each return speaks of."""
    return {line["return"]: line["organisation"] for line in table(ran.out, "answers.csv")}


# --- every file is accounted for


def test_every_file_is_listed_exactly_once_with_its_status(ran: Ran) -> None:
    """Whatever lies in the folder or below, link and lock file included, has one line that says what became of it."""
    listed = [(line["file"], line["status"]) for line in table(ran.out, "returns.csv")]
    expected = {**dict.fromkeys(GOOD, "accepted"), SLIPS: "accepted_with_findings"} | {name: status for name, (status, _) in BAD.items()}
    assert sorted(listed) == sorted((harmless(name), status) for name, status in expected.items())


def test_the_summary_counts_what_the_table_lists(ran: Ran) -> None:
    """Counts by status and severity agree with the tables, and a refused file makes exit status 1."""
    listed = Counter(line["status"] for line in table(ran.out, "returns.csv"))
    assert Counter(dict(ran.summary.statuses)) == listed
    assert ran.summary.severities == Counter(line["severity"] for line in table(ran.out, "findings.csv"))
    assert (ran.summary.exit_code, ran.summary.organisations, ran.summary.faults) == (1, len(GOOD) + 1, ())


@pytest.mark.parametrize(("file", "code"), [(name, code) for name, (_, code) in BAD.items()])
def test_each_file_that_is_no_return_is_explained(ran: Ran, file: str, code: str) -> None:
    """Refused and ignored files have one finding: a sentence without a gap; a copy's names the file that was counted."""
    (found,) = [line for line in table(ran.out, "findings.csv") if line["file"] == file]
    assert found["code"] == code
    assert found["message"].endswith(".")
    assert not {"?", "{"} & set(found["message"])
    assert (GOOD[0] in found["message"]) == (file == COPY)


def test_a_slip_is_found_at_its_cell(ran: Ran) -> None:
    """The finding's sheet and cell hold, in the file, what the finding is about."""
    found = {line["code"]: line for line in table(ran.out, "findings.csv") if line["file"] == SLIPS and line["severity"] == "error"}
    assert found.keys() == {"ABOVE_FIGURE", "NO_REASON"}
    book = CalamineWorkbook.from_path(ran.returns / SLIPS)
    for code, held in (("ABOVE_FIGURE", 5), ("NO_REASON", "")):
        row, column = xl_cell_to_rowcol(found[code]["cell"])
        assert book.get_sheet_by_name(found[code]["sheet"]).to_python(skip_empty_area=False)[row][column] == held


def test_fingerprints_are_those_of_the_files(ran: Ran) -> None:
    """The sha256 of a line is the one that anybody computes from the file; what is not read has none."""
    for line in table(ran.out, "returns.csv"):
        content = (ran.returns / line["file"].removeprefix("'")).read_bytes()
        read = line["file"] not in ("~$b.xlsx", "link.xlsx")
        assert line["sha256"] == (hashlib.sha256(content).hexdigest() if read else ""), line["file"]


# --- what a machine reads


@pytest.mark.parametrize("name", HEADERS)
def test_tables_have_the_headers_of_the_design(ran: Ran, name: str) -> None:
    """Headers are exact, in order, in plain UTF-8 without mark, lines ending in a line feed."""
    content = (ran.out / "data" / name).read_bytes()
    assert content.decode("utf-8").split("\n", 1)[0] == HEADERS[name]
    assert b"\r" not in content
    assert content.endswith(b"\n")


def test_answers_are_what_people_said(ran: Ran) -> None:
    """The answers of every good return come back word for word, figure for figure, state for state."""
    lines = {(line["return"], line["indicator"]): line for line in table(ran.out, "answers.csv")}
    for file, said in ran.said.items():
        for code, answer in said.answers.items():
            line = lines[harmless(file), code]
            figures = ["" if value is None else str(value) for value in (answer.level, answer.measure)]
            written = map(harmless, (answer.reason, answer.evidence, answer.comment))
            assert list(line.values())[2:] == [said.respondent["respondent"], code, state_word(answer.state), *figures, *written, "dimm"]
    assert len(lines) == len(table(ran.out, "answers.csv")) == sum(len(said.answers) for said in [*ran.said.values(), ran.said[GOOD[0]]])


def test_scores_are_those_of_scoring_to_full_precision(ran: Ran) -> None:
    """Each number of scores.csv is the very float that scoring computes from what was said; empty where there is none."""
    for file, said in ran.said.items():
        scores = score(catalogue.load().at(said.profile), said)
        scopes = {"overall": {"": scores.overall}, "lever": scores.levers, "grouping": scores.groupings, "indicator": scores.indicators}
        figures = [
            (scope, code, one.value, one.low, one.high, one.answered, one.expected, one.target)
            for scope, several in scopes.items()
            for code, one in several.items()
        ]
        about = [ids(ran)[harmless(file)], said.profile.sector, said.profile.size]
        expected = [[*about, *("" if value is None else str(value) for value in line), "self-declared", "dimm"] for line in figures]
        assert [list(line.values()) for line in table(ran.out, "scores.csv") if line["organisation"] == about[0]] == expected


# --- one file never harms another


def test_bad_files_change_nothing_for_the_others(ran: Ran) -> None:
    """Answers, scores and workbooks of the good returns are byte for byte those of a run without the bad ones."""
    mixed, clean = contents(ran.out), contents(ran.clean)
    about_all = {"consolidated.xlsx", *(f"to-correct/{name}.txt" for name in BAD)}
    about_all |= {f"data/{name}.{kind}" for name in ("returns", "findings") for kind in ("csv", "parquet")}
    assert {name: mixed[name] for name in mixed if name not in about_all} == {name: clean[name] for name in clean if name not in about_all}


def test_the_same_run_twice_gives_the_same_bytes(ran: Ran, tmp_path: Path) -> None:
    """Every file of a second run, into a new folder or over the first one, is byte for byte that of the first."""
    for _ in range(2):
        run(Run(ran.returns, tmp_path, workers=0))
        assert contents(tmp_path) == contents(ran.out)


def test_a_run_leaves_the_files_of_the_design_and_nothing_else(ran: Ran) -> None:
    """A workbook an organisation, the consolidated one and the tables: no half-written .part, no hidden file."""
    books = {"consolidated.xlsx", *(f"organisations/{name}.xlsx" for name in ids(ran).values())}
    tables = {f"data/{name}" for table in HEADERS for name in (table, table.replace(".csv", ".parquet"))}
    assert {name for name in contents(ran.out) if not name.startswith("to-correct/")} == books | tables


def test_results_do_not_depend_on_the_number_of_workers(ran: Ran, tmp_path: Path) -> None:
    """Two worker processes write what no worker process writes, byte for byte."""
    run(Run(ran.returns, tmp_path, workers=2))
    assert contents(tmp_path) == contents(ran.out)


def harmed(how: Reading, source: Source, engine: str = "calamine", *, fatal: bool) -> Return | Bundle:
    """Read a file, but at b.xlsx be killed, as the system kills who takes too much memory, or show a fault of ours."""
    if source.name == "b.xlsx" and fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    if source.name == "b.xlsx":
        raise ZeroDivisionError("a fault of ours")
    return collect_one(how, source, engine)


@pytest.mark.parametrize(("fatal", "workers", "code"), [(True, 2, "CRASHED"), (False, 0, "FAULT")])
def test_a_reader_that_dies_or_fails_costs_one_file(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fatal: bool, workers: int, code: str
) -> None:
    """The file is refused and says why, a fault of ours shows its traceback, and every other file is read as ever."""
    monkeypatch.setattr(collect, "collect_one", partial(harmed, fatal=fatal))
    summary = run(Run(ran.returns, tmp_path, workers=workers))
    assert [line["code"] for line in table(tmp_path, "findings.csv") if line["file"] == "b.xlsx"] == [code]
    statuses = {line["file"]: line["status"] for line in table(ran.out, "returns.csv")} | {"b.xlsx": "refused"}
    assert {line["file"]: line["status"] for line in table(tmp_path, "returns.csv")} == statuses
    harmed_id = ids(ran)["b.xlsx"]
    assert table(tmp_path, "scores.csv") == [line for line in table(ran.out, "scores.csv") if line["organisation"] != harmed_id]
    assert ["ZeroDivisionError" in fault and "b.xlsx" in fault for fault in summary.faults] == ([] if fatal else [True])


# --- where results go


PLACES = [("{}/in", "{}/in/out"), ("in", "in/out"), ("{}/in", "in/out"), ("in", "in/sub/../out"), ("in", "."), ("{}/in", "{}")]


@pytest.mark.parametrize(("returns", "out"), PLACES)
def test_wherever_results_go_they_are_not_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, returns: str, out: str) -> None:
    """Results inside the folder of returns or around it, spelled alike or not: a second run finds the returns alone."""
    make_up(tmp_path / "in", replace(DRAWN, returns=1), workers=0)
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        summary = run(Run(Path(returns.format(tmp_path)), Path(out.format(tmp_path)), workers=0))
        assert {status: count for status, count in summary.statuses.items() if count} == {"accepted": 1}


def test_organisations_of_one_name_and_of_hostile_names_get_safe_files_of_their_own() -> None:
    """Each organisation's workbook lies in the one folder, under a name that every system takes."""
    names = ["Hôtel", "hôtel !", "HOTEL-2", "../../etc/passwd", "CON", "日本", "😀", "=1+1", "x" * 300, "a/b\\c:d*e", "nul", "  "]
    said = [replace(next(sample(DRAWN)), organisation=name) for name in names]
    returns = [Return(f"{n}.xlsx", str(n), Status.ACCEPTED, one) for n, one in enumerate(said)]
    named = identify(returns)
    assert [one.file for one in named.values()] == [one.file for one in returns]
    assert [name for name in named if not (0 < len(name) < 100 and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"))] == []
    assert {"con", "nul", "prn", "aux"} & named.keys() == set(), "reserved on Windows, whatever the extension"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes file names of any bytes")
def test_a_file_name_that_is_no_text_is_read_like_any_other(tmp_path: Path) -> None:
    """A name in an old encoding costs nothing: the return is accepted and its workbook written."""
    make_up(tmp_path / "in", replace(DRAWN, returns=1), workers=0)
    (path,) = (tmp_path / "in").iterdir()
    path.rename(os.fsdecode(os.fsencode(path.parent) + b"/r\xe9ponse.xlsx"))
    summary = run(Run(tmp_path / "in", tmp_path / "out", workers=2))
    assert (summary.statuses["accepted"], summary.faults) == (1, ())
    assert len(list((tmp_path / "out/organisations").iterdir())) == 1


def test_a_file_that_cannot_be_finished_leaves_the_former_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails midway, what stood there before still does, and nothing lies beside it."""
    path = write_whole(tmp_path / "scores.csv", b"whole")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"half")
    monkeypatch.undo()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"scores.csv": b"whole"}
