"""What costs time is done once: a file opened, its directory read, a model loaded; and completion answers before anything heavy."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dimm_xl import catalogue, pool
from dimm_xl.campaign import run
from dimm_xl.collect import Bundle, Reading, Source, collect_one
from dimm_xl.files import PART, held, write_table, write_whole
from dimm_xl.findings import Busy, Faulty
from dimm_xl.issuing import make_up
from dimm_xl.returns import read_return
from dimm_xl.sample import Drawn
from dimm_xl.settings import Run
from dimm_xl.workbook import glance, guard
from tests.support import at_level, questionnaire_bytes
from tests.test_cli import HEAVY
from tests.test_collect import zipped

CONTENT = questionnaire_bytes(at_level(2))


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, counts: Counter[str]) -> None:
    """Count the calls of a function, which does what it did."""
    plain = getattr(owner, name)

    def calling(*given: Any, **named: Any) -> Any:
        counts[name] += 1
        return plain(*given, **named)

    monkeypatch.setattr(owner, name, calling)


def test_a_returned_file_is_opened_once_and_its_directory_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One look at the disk, one at the zip's directory, one reading of each sheet that is read; nothing is taken apart twice."""
    (tmp_path / "a.xlsx").write_bytes(CONTENT)
    read_return("warm.xlsx", CONTENT)
    counts: Counter[str] = Counter()
    counted(monkeypatch, Path, "read_bytes", counts)
    counted(monkeypatch, glance, "directory", counts)
    counted(monkeypatch, guard, "directory", counts)
    counted(monkeypatch, guard, "inflate", counts)
    read = collect_one(Reading(), Source("a.xlsx", tmp_path / "a.xlsx"))
    assert not isinstance(read, Bundle)
    assert read.assessment is not None
    assert (counts["read_bytes"], counts["directory"]) == (1, 1)
    assert 10 < counts["inflate"] <= 16  # six levers, profile, identity, what they share; no glossary, no picture, no chart


def test_a_zip_of_returns_is_opened_once_for_its_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like a workbook at first is read from the disk once all the same."""
    (tmp_path / "a.zip").write_bytes(zipped({"a.xlsx": CONTENT, "b.xlsx": CONTENT}))
    counts: Counter[str] = Counter()
    counted(monkeypatch, Path, "read_bytes", counts)
    bundle = collect_one(Reading(), Source("a.zip", tmp_path / "a.zip"))
    assert isinstance(bundle, Bundle)
    assert [source.member for source in bundle.sources] == ["a.xlsx", "b.xlsx"]
    assert counts == {"read_bytes": 1}


def loads(_: int) -> tuple[int, int, int]:
    """Read a return in a worker and tell which one it is and how often it loaded a model, and cut one."""
    assert read_return("a.xlsx", CONTENT).assessment is not None
    return os.getpid(), catalogue.loaded.cache_info().misses, catalogue.resolved.cache_info().misses


def test_a_worker_loads_the_model_once_however_many_files_it_reads() -> None:
    """Loading takes as long as reading thirty files."""
    told = [made for _, made in pool.each(loads, range(12), 2, deadline=60)]
    assert not [made for made in told if isinstance(made, pool.Failed)]
    assert {(loaded, cut) for _, loaded, cut in told if loaded} == {(1, 1)}  # type: ignore[misc]


def test_completion_answers_before_any_heavy_library_is_loaded() -> None:
    """What a shell asks at each press of the tab key, and the version: neither pandas nor an Excel library nor a parser."""
    script = f"""
import sys
from dimm_xl.cli import main
try:
    main({{asked}}, prog_name="dimm-xl")
except SystemExit as ended:
    assert ended.code in (0, None)
print("loaded:", *[name for name in {HEAVY!r} if name in sys.modules])
"""
    complete = {"_DIMM_XL_COMPLETE": "bash_complete", "COMP_WORDS": "dimm-xl mo", "COMP_CWORD": "1"}
    for asked, more, says in (([], complete, "models"), (["--version"], {}, "version")):
        ran = subprocess.run(
            [sys.executable, "-c", script.replace("{asked}", repr(asked))],
            capture_output=True,
            encoding="utf-8",
            check=True,
            env={**os.environ, **more},
        )
        assert says in ran.stdout
        assert ran.stdout.splitlines()[-1].split() == ["loaded:"]


SMALL = """
import gc, sys
from pathlib import Path
from dimm_xl.campaign import run
from dimm_xl.report.result import Result
from dimm_xl.settings import Run
if __name__ == "__main__":
    gc.disable()
    summary = run(Run(Path(sys.argv[1]), Path(sys.argv[2]), workers=1))
    assert (summary.organisations, summary.faults) == (6, ()), summary
    print([name for name in ("pandas", "pyarrow") if name in sys.modules], [one for one in gc.get_objects() if isinstance(one, Result)])
"""


def test_the_process_that_leads_a_run_holds_no_result_and_no_tables(tmp_path: Path) -> None:
    """Results are made where they are written; what all of them together say comes from the process that consolidates."""
    make_up(tmp_path / "in", Drawn(6, 3, size="micro"), workers=0)
    (tmp_path / "run.py").write_text(SMALL, "utf-8")  # spawned workers import the main module: it must be a file
    command = [sys.executable, str(tmp_path / "run.py"), str(tmp_path / "in"), str(tmp_path / "out")]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert ran.stdout == "[] []\n", ran.stderr
    assert (tmp_path / "out" / "consolidated.xlsx").is_file()


@pytest.mark.parametrize("twice", ["a: 1\na: 2", "1: a\n'1': b", "1: a\n0x1: b", "x: {a: 1, b: 2, a: 3}"])
def test_a_key_given_twice_is_a_fault_wherever_it_stands(tmp_path: Path, twice: str) -> None:
    """Also inside, and where two spellings are one key."""
    (tmp_path / "x.yaml").write_text(twice)
    with pytest.raises(Faulty, match="key given twice"):
        catalogue.read_yaml(tmp_path / "x.yaml")


def test_merging_mappings_is_no_part_of_a_model(tmp_path: Path) -> None:
    """A reader of the file could not tell which of two values counts."""
    (tmp_path / "x.yaml").write_text("k: &k {a: 1, b: 2}\nx: {<<: *k, a: 3}")
    with pytest.raises(Faulty, match="merge"):
        catalogue.read_yaml(tmp_path / "x.yaml")


def test_a_table_goes_to_the_disk_line_by_line(tmp_path: Path) -> None:
    """A hundred thousand lines take no more memory than a few: what is written is not gathered first."""
    tracemalloc.start()
    try:
        write_table(tmp_path / "t.csv", ("n", "text"), ((n, "x" * 100) for n in range(50_000)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "t.csv").stat().st_size > 5_000_000
    assert peak < 1_000_000


def test_a_table_whose_lines_fail_leaves_what_stood_there(tmp_path: Path) -> None:
    """Lines are made while they are written: a fault in the middle leaves the old table, and nothing half written."""
    write_table(tmp_path / "t.csv", ("n",), [(1,)])

    def failing() -> Any:
        yield (2,)
        raise KeyError("no such lever")

    with pytest.raises(KeyError):
        write_table(tmp_path / "t.csv", ("n",), failing())
    assert (tmp_path / "t.csv").read_text() == "n\n1\n"
    assert not list(tmp_path.glob(f"*{PART}")) + list(tmp_path.glob(f".*{PART}"))


@pytest.mark.skipif(sys.platform == "win32", reason="there the archive is what is held")
def test_a_second_run_disturbs_nothing_of_the_first(tmp_path: Path) -> None:
    """While a run writes into a folder, another one into it ends at once and sweeps away nothing that is being written."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(CONTENT)
    part = tmp_path / "out" / "organisations" / f".x{PART}"
    write_whole(part, b"half")
    for archive in (None, tmp_path / "elsewhere.sqlite"):
        with held(tmp_path / "out"), pytest.raises(Busy, match="another run"):
            run(Run(tmp_path / "in", tmp_path / "out", workers=0, archive=archive))
        assert part.read_bytes() == b"half"
    run(Run(tmp_path / "in", tmp_path / "out", workers=0))
    assert not part.exists()
