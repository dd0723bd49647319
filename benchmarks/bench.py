"""Measure speed as ratios between peers in one run: `make bench` prints a table and writes benchmarks/results.json.

Every figure is the median of several rounds; the peers of a row take turns, so that a drifting machine drifts for both.
"""

from __future__ import annotations

import io
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.issuing import make_up
from dimm_xl.layout import lever_sheet
from dimm_xl.returns import read_return
from dimm_xl.sample import Drawn
from dimm_xl.scoring import score

ROUNDS = 7
HERE = Path(__file__).parent
LIBRARIES = ("python-calamine", "openpyxl", "pandas", "xlsxwriter", "click")


@dataclass(frozen=True)
class Line:
    """A row of the table: ours and the peer's seconds (medians), and what their ratio must be."""

    what: str
    ours: float
    peer: str
    theirs: float
    must: str
    ratio: float


def timed(calls: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> Mapping[str, float]:
    """Return the median seconds of each call, called in turn after one warm-up each."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}


def collect(files: list[bytes]) -> None:
    """Guard, read, check and score each file: what a worker does."""
    for content in files:
        assessment = read_return("return.xlsx", content).assessment
        assert assessment is not None
        model = catalogue.resolved("dimm", assessment.cut)
        score(model, assessment)


def calamine(files: list[bytes]) -> None:
    """Merely read all cells of each file."""
    for content in files:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def pandas_openpyxl(files: list[bytes]) -> None:
    """What a consultant would script: pandas over openpyxl, lever sheets only, levels to a weighted mean."""
    model = catalogue.load()
    words = catalogue.words("fr")
    names = [lever_sheet(model, lever, words).name for lever in model.levers]
    weights = {code: one.weight for code, one in model.indicators.items()}
    for content in files:
        for frame in pd.read_excel(io.BytesIO(content), sheet_name=names, header=4, engine="openpyxl").values():
            known = pd.DataFrame({"level": pd.to_numeric(frame["Niveau"], errors="coerce"), "weight": frame["Code"].map(weights)}).dropna()
            (known["level"] * known["weight"]).sum() / max(known["weight"].sum(), 1)


def dressed(content: bytes) -> bytes:
    """Return a return whose sheets hold a comment, as no spreadsheet program writes: it is given the thorough look."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in parts.namelist():
            part = parts.read(name)
            new.writestr(name, part.replace(b"<sheetData>", b"<sheetData><!-- -->", 1) if "worksheets/sheet" in name else part)
    return out.getvalue()


def started(*arguments: str) -> Callable[[], object]:
    """Return a call that runs a Python process."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def lines() -> list[Line]:
    """Measure every row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        make_up(Path(folder), Drawn(20, 1, size="sme"))
        files = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
    collected = timed({"collect": lambda: collect(files), "calamine": lambda: calamine(files)})
    looped = timed({"collect": lambda: collect(files), "pandas": lambda: pandas_openpyxl(files)}, rounds=3)
    helped = timed({"help": started("-m", "dimm_xl", "--help"), "click": started("-c", "import click")})
    ours, theirs = collected["collect"] / len(files), collected["calamine"] / len(files)
    slow = looped["pandas"] / len(files)
    again = looped["collect"] / len(files)
    odd = [dressed(content) for content in files]
    unusual = timed({"collect": lambda: collect(odd), "calamine": lambda: calamine(odd)}, rounds=3)
    thorough, plain = unusual["collect"] / len(odd), unusual["calamine"] / len(odd)
    return [
        Line("collect, one core, a file", ours, "calamine reading all cells", theirs, "≤ 1.5", ours / theirs),
        Line("collect, one core, a file", again, "pandas/openpyxl loop", slow, "≥ 12 (theirs / ours)", slow / again),
        Line("collect, an unusual file", thorough, "calamine reading all cells", plain, "–", thorough / plain),
        Line("dimm-xl --help", helped["help"], 'python -c "import click"', helped["click"], "≤ 2", helped["help"] / helped["click"]),
    ]


def main() -> None:
    """Print the table and write it as JSON."""
    table = lines()
    machine = {"python": platform.python_version(), "system": platform.system(), **{name: version(name) for name in LIBRARIES}}
    print("| what | ours | against | theirs | ratio | must be |\n|---|---|---|---|---|---|")
    for line in table:
        print(f"| {line.what} | {line.ours * 1000:.1f} ms | {line.peer} | {line.theirs * 1000:.1f} ms | {line.ratio:.2f} | {line.must} |")
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    (HERE / "results.json").write_text(
        json.dumps({"machine": machine, "lines": [asdict(line) for line in table]}, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
