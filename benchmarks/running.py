"""Whole runs in processes of their own: starting up, one worker and two, run again, many returns against few."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.measure import WALL, Line, each_round, line, started
from dimm_xl import pool
from dimm_xl.collect import Reading, Source, collect_one
from dimm_xl.issuing import make_up
from dimm_xl.sample import Drawn

ONE_RUN = """
import json, resource, sys, time
from pathlib import Path
from dimm_xl.campaign import run
from dimm_xl.settings import Run
if __name__ == "__main__":
    start = time.perf_counter()
    out = Path(sys.argv[2])
    run(Run(Path(sys.argv[1]), out, workers=int(sys.argv[3]), archive=out / "archive.sqlite"))
    taken = time.perf_counter() - start
    print(json.dumps([taken, *(resource.getrusage(whose).ru_maxrss * 1024 for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))]))
"""


WHOLE, TWO_MINUTES = 10_000, 120.0
"""Returns, and the seconds in which all of them are to be read, scored and written."""
LOADED = """
import time, pydantic, yaml
from pydantic import TypeAdapter
from dimm_xl import catalogue
start = time.process_time()
catalogue.load()
print(time.process_time() - start)
"""
"""Loading the model, once, in a process that has its libraries: what each worker does."""


def run(returns: Path, out: Path, workers: int = 2) -> tuple[float, int, int]:
    """Run a campaign in a process of its own; return its seconds, the most bytes that it held, and that any process it started held."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:  # spawned workers import the main module: it must be a file
        script.write(ONE_RUN)
        script.flush()
        ran = subprocess.run(
            [sys.executable, script.name, str(returns), str(out), str(workers)], check=True, capture_output=True, encoding="utf-8"
        )
    taken, held, aside = json.loads(ran.stdout)
    return taken, held, aside


def startup() -> list[Line]:
    """Measure how soon the command line answers, and loading a model."""
    ways = {"help": started("-m", "dimm_xl", "--help"), "click": started("-c", "import click")}
    taken = each_round(ways, 9, WALL)
    loads = [float(subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True).stdout) for _ in range(7)]
    return [
        line("dimm-xl --help", taken["help"], 'python -c "import click"', taken["click"], "≤ 2"),
        Line("load the model, libraries imported", statistics.median(loads), "150 ms", 0.15, "≤ 1", statistics.median(loads) / 0.15),
    ]


def reading(files: Sequence[Path], workers: int) -> float:
    """Return the seconds in which workers, once they are there, read files."""
    sources = [Source(path.name, path) for path in files]
    done = pool.each(partial(collect_one, Reading()), [*sources[: 4 * workers], *sources], workers, deadline=60)
    for _ in range(4 * workers):  # until every worker has its libraries and the model
        next(done)
    start = time.perf_counter()
    assert all(not isinstance(made, pool.Failed) for _, made in done)
    return time.perf_counter() - start


def workers(folder: Path, rounds: int = 3) -> list[Line]:
    """Measure reading by two workers against one."""
    files = sorted(folder.iterdir())
    one, two = [], []
    for _ in range(rounds):
        one.append(reading(files, 1))
        two.append(reading(files, 2))
    return [line("two workers read a file", two, "one worker", one, "≥ 1.7 × faster", len(files), faster=True)]


def again(folder: Path, rounds: int = 3) -> list[Line]:
    """Measure a run into a folder where nothing changed against the first one."""
    first, second = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as out:
            first.append(run(folder, Path(out))[0])
            second.append(run(folder, Path(out))[0])
    return [line("run again, nothing changed", second, "the first run", first, "≤ 5 %")]


def grown(few: int, many: int) -> list[Line]:
    """Measure a run over many returns against one over few: time, and the parent's memory."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        taken = []
        for count in (few, many):
            make_up(made / str(count), Drawn(count, 5))
            taken.append(run(made / str(count), made / f"out{count}"))
    (quick, *_), (slow, held, aside) = taken
    must = f"≤ {many / few * 1.05:g}"
    table = [
        Line(f"run over {many} returns", slow, f"over {few}", quick, must, slow / quick),
        Line(f"parent's memory over {many} returns", held / 1e6, "500 MB", 500.0, "≤ 1", held / 500e6, "MB"),
        Line("memory of the process that consolidates", aside / 1e6, "the parent's", held / 1e6, "–", aside / held, "MB"),
    ]
    whole = Line(f"{many} returns, everything written", slow, "two minutes", TWO_MINUTES, "≤ 1", slow / TWO_MINUTES)
    return [*table, whole] if many == WHOLE else table


def lines() -> list[Line]:
    """Measure all but growth on some dozens of returns."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        make_up(made / "many", Drawn(200, 2))
        make_up(made / "some", Drawn(40, 3))
        return [*startup(), *workers(made / "many"), *again(made / "some")]
