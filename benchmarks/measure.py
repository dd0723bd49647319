"""How things are measured: peers in turn, in one process and one run, so that a machine that drifts drifts for both.

What happens in this process is measured in seconds of processor time, which other programs on the machine disturb least; what
happens in other processes in seconds of the clock on the wall.
"""

from __future__ import annotations

import gc
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

ROUNDS = 9
LIBRARIES = ("python-calamine", "openpyxl", "pandas", "xlsxwriter", "isal", "pebble", "pydantic", "PyYAML", "click")
Call = Callable[[], object]
WALL, PROCESSOR = time.perf_counter, time.process_time


@dataclass(frozen=True)
class Line:
    """A row of the table: ours and the peer's figures (medians), the median of the rounds' ratios, and what that must be."""

    what: str
    ours: float
    peer: str
    theirs: float
    must: str
    ratio: float
    unit: str = "s"

    def shown(self, value: float) -> str:
        """Return a figure with its unit."""
        return f"{value:.0f} {self.unit}" if self.unit != "s" else f"{value:.1f} s" if value >= 10 else f"{value * 1000:.1f} ms"

    @property
    def row(self) -> str:
        """The row of a Markdown table."""
        cells = (self.what, self.shown(self.ours), self.peer, self.shown(self.theirs), f"{self.ratio:.2f}", self.must)
        return f"| {' | '.join(cells)} |"


def seconds(call: Call, clock: Callable[[], float] = PROCESSOR) -> float:
    """Return how long a call takes, by itself: what the call before left behind is swept away first."""
    gc.collect()
    start = clock()
    call()
    return clock() - start


def each_round(calls: Mapping[str, Call], rounds: int = ROUNDS, clock: Callable[[], float] = PROCESSOR) -> Mapping[str, list[float]]:
    """Return the seconds of each round of each call, called in turn after one warm-up each."""
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            taken[name].append(seconds(call, clock))
    return taken


def line(what: str, ours: list[float], peer: str, theirs: list[float], must: str, count: int = 1, *, faster: bool = False) -> Line:
    """Return a row from rounds that stand side by side; ``count`` things were done in each, ``faster``: theirs over ours."""
    ratios = [b / a if faster else a / b for a, b in zip(ours, theirs, strict=True)]
    return Line(what, statistics.median(ours) / count, peer, statistics.median(theirs) / count, must, statistics.median(ratios))


def started(*arguments: str) -> Call:
    """Return a call that runs a Python process to its end."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def machine() -> Mapping[str, str]:
    """Return what the figures rest on: cores, system, versions; never a name."""
    about = {"cores": str(os.cpu_count()), "processor": platform.machine(), "system": platform.system()}
    return {**about, "Python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
