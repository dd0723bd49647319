"""A campaign that nothing brings down: bad files among many, and the process killed at any moment.

``DIMM_XL_RESILIENCE=full`` makes the first 500 returns with 50 bad ones, and the second twenty kills.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from pyarrow import parquet
from python_calamine import CalamineWorkbook

from dimm_xl import consolidating
from dimm_xl.campaign import Summary, run
from dimm_xl.issuing import make_up
from dimm_xl.sample import Drawn
from dimm_xl.settings import Run
from tests.test_collect import lay, lying, said, zipped
from tests.test_fuzz import SAMPLES, TYPED

FULL = os.environ.get("DIMM_XL_RESILIENCE") == "full"
MANY, BAD = (500, 50) if FULL else (60, 12)
KILLS = 20 if FULL else 5


def far_corner() -> bytes:
    """An .xls one of whose cells lies in the last row and column: on it the reading library aborts the process."""
    content = bytearray((SAMPLES / TYPED["xls"]).read_bytes())
    *_, last = re.finditer(rb"\xfd\x00\x0a\x00....", bytes(content), re.DOTALL)  # the record of a cell with text
    content[last.start() + 4 : last.start() + 8] = (65535).to_bytes(2, "little") + (255).to_bytes(2, "little")
    return bytes(content)


def contacts() -> bytes:
    """A workbook that is no questionnaire."""
    out, book = io.BytesIO(), openpyxl.Workbook()
    book.worksheets[0].append(["Dupont", "Lyon"])
    book.save(out)
    return out.getvalue()


HARM: Mapping[str, Callable[[], bytes]] = {
    "cut.xlsx": lambda: said("Cut")[:30_000],
    "empty.xlsx": lambda: b"",
    "contacts.csv": lambda: b"nom;ville\nDupont;Lyon\n",
    "contacts.xlsx": contacts,
    "page.xls": lambda: b"<html><table><tr><td>3</td></tr></table></html>",
    "scan.pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "secret.xlsx": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "corner.xls": far_corner,
    "bomb.zip": lambda: lying(zipped({"a.xlsx": bytes(200_000)}), 400_000_000),
    "liar.xlsx": lambda: lying(zipped({"xl/workbook.xml": bytes(200_000)}), 100),
    "twins.xlsx": lambda: said("Twins").replace(b"sheet4.xml", b"sheet3.xml"),
    "~$open.xlsx": lambda: b"\x05Marie",
}


def table(out: Path, name: str) -> bytes:
    """A table of a run, as it stands on disk."""
    return (out / "data" / name).read_bytes()


def test_bad_files_among_many_change_nothing_for_the_good_ones(tmp_path: Path) -> None:
    """Rows of answers and scores, and every organisation's workbook, are byte for byte those of a run over the good ones alone."""
    make_up(tmp_path / "clean", Drawn(MANY - BAD, 2026, size="micro"), workers=2)
    shutil.copytree(tmp_path / "clean", tmp_path / "mixed")
    harm = {name: make() for name, make in HARM.items()}
    bad = {f"{n // len(harm)}/{name}": harm[name] for n, name in zip(range(BAD), [*harm] * BAD, strict=False)}
    lay(tmp_path / "mixed", bad)
    summaries = [run(Run(tmp_path / name, tmp_path / f"out-{name}", workers=2)) for name in ("clean", "mixed")]
    assert [summary.faults for summary in summaries] == [(), ()]
    clean, mixed = tmp_path / "out-clean", tmp_path / "out-mixed"
    assert table(mixed, "answers.csv") == table(clean, "answers.csv")
    assert table(mixed, "scores.csv") == table(clean, "scores.csv")
    assert table(clean, "answers.csv").count(b"\n") > 30 * (MANY - BAD)
    results = [{name: digest for name, digest in contents(out).items() if name.startswith("organisations/")} for out in (clean, mixed)]
    assert results[0] == results[1]
    assert len(results[0]) == MANY - BAD
    with (mixed / "data/returns.csv").open(encoding="utf-8", newline="") as lines:
        listed = {line["file"]: line["status"] for line in csv.DictReader(lines)}
    assert {name: listed[name] for name in bad} == {name: "ignored" if "~$" in name else "refused" for name in bad}
    assert len(listed) == MANY


# --- killed


def contents(out: Path) -> dict[str, str]:
    """The fingerprint of every file below a folder but the archive, which remembers how it came about."""
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files(out)}


def files(out: Path) -> list[Path]:
    """Every file below a folder but the archive."""
    return [path for path in out.rglob("*") if path.is_file() and not path.name.startswith("archive.sqlite")]


def unreadable(out: Path) -> list[str]:
    """The files below a folder that are not whole: workbooks that do not open, tables with a short row, letters without an end."""
    wrong = []
    for path in (path for path in out.rglob("*") if path.is_file() and not path.name.startswith((".", "archive.sqlite"))):
        content = path.read_bytes()
        try:
            if path.suffix == ".xlsx":
                assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
                assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
            elif path.suffix == ".parquet":
                assert parquet.read_table(io.BytesIO(content)).num_columns > 5
            else:
                assert content.decode("utf-8").endswith("\n")
                assert path.suffix != ".csv" or len({len(row) for row in csv.reader(io.StringIO(content.decode("utf-8")))}) == 1
        except BaseException as problem:  # noqa: BLE001
            wrong.append(f"{path.relative_to(out)}: {problem}")
    return wrong


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder of returns, good, faulty and damaged, and the fingerprints of an undisturbed run's results."""
    top = tmp_path_factory.mktemp("killed")
    make_up(top / "in", Drawn(4, 2027, size="micro"), workers=0)
    sample = "Clinique du Val (2).ods"
    lay(top / "in", {"cut.xlsx": said("Cut")[:30_000], "empty.xlsx": b"", sample: (SAMPLES / sample).read_bytes()})
    summary: Summary = run(Run(top / "in", top / "undisturbed", workers=0))
    assert (summary.faults, summary.organisations) == ((), 5)
    return top / "in", contents(top / "undisturbed")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
@pytest.mark.parametrize("moment", range(KILLS))
def test_a_run_that_is_killed_leaves_whole_files_and_ends_the_same_when_run_again(
    tmp_path: Path, campaign: tuple[Path, dict[str, str]], moment: int
) -> None:
    """Killed while it starts, reads, writes its first, middle or last file: nothing half-written stands there, and nothing stays behind."""
    returns, undisturbed = campaign
    out = tmp_path / "out"
    wanted = len(undisturbed) * moment // KILLS  # how many are there when it is killed; for none, it has just started
    command = [sys.executable, "-m", "dimm_xl", "run", str(returns), str(out), "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        time.sleep(0.4)
        while process.poll() is None and len(files(out)) < wanted:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, "it was not killed in time"
    assert unreadable(out) == []
    summary = run(Run(returns, out, workers=0, archive=out / "archive.sqlite"))
    assert summary.faults == ()
    assert contents(out) == undisturbed


@pytest.mark.parametrize("step", ["peers_of", "write_tables"])
def test_a_consolidation_that_fails_costs_itself_alone(
    tmp_path: Path, campaign: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The organisations' workbooks are written, the fault is told and the exit status is 1; the next run writes what is missing."""
    returns, undisturbed = campaign
    asked = Run(returns, tmp_path, workers=0, archive=tmp_path / "archive.sqlite")

    def failing(*_: object) -> None:
        raise ZeroDivisionError("nobody to divide by")

    with monkeypatch.context() as patch:
        patch.setattr(consolidating, step, failing)
        summary = run(asked)
    (fault,) = summary.faults
    assert "consolidated.xlsx" in fault
    assert "nobody to divide by" in fault
    assert summary.exit_code == 1
    assert contents(tmp_path).keys() == {name for name in undisturbed if not name.startswith(("consolidated", "data"))}
    run(asked)
    assert contents(tmp_path) == undisturbed


DYING = """
import os, pathlib, signal, sys
from dimm_xl.files import write_whole
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_whole(pathlib.Path(sys.argv[1]), b"half")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_what_was_being_written_when_a_run_was_killed_is_swept_away_by_the_next(
    tmp_path: Path, campaign: tuple[Path, dict[str, str]]
) -> None:
    """A process killed between writing a file and giving it its name leaves no file of that name, and no litter once run again."""
    returns, undisturbed = campaign
    names = ("consolidated.xlsx", "data/scores.csv", "organisations/x.xlsx", "to-correct/x.txt")
    for name in names:
        died = subprocess.run([sys.executable, "-c", DYING, str(tmp_path / name)], check=False)
        assert died.returncode == -signal.SIGKILL
        assert not (tmp_path / name).exists()
    assert len(contents(tmp_path)) == len(names)
    run(Run(returns, tmp_path, workers=0))
    assert contents(tmp_path) == undisturbed
