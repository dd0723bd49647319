"""Measure speed as ratios between peers in one run: `make bench` prints a table and writes benchmarks/results.json.

`make bench-scale` adds the heavy row: ten times as many returns. `--returns N` says how many are few (1,000 there).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from benchmarks import casting, collecting, running, writing
from benchmarks.measure import Line, machine

HERE = Path(__file__).parent
HEAD = "| what | ours | against | theirs | ratio | must be |\n|---|---|---|---|---|---|"


def main() -> None:
    """Print the table as it grows and write it as JSON."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--returns", type=int, default=100, metavar="N", help="how many returns are few; ten times as many are many")
    few = asked.parse_args().returns
    files = collecting.sample()
    table: list[Line] = []
    print(HEAD)
    parts: tuple[Callable[[], list[Line]], ...] = (
        partial(collecting.lines, files),
        partial(writing.lines, files),
        casting.lines,
        running.lines,
        partial(running.grown, few, 10 * few),
    )
    for part in parts:
        found = part()
        table += found
        print("\n".join(one.row for one in found), flush=True)
    stages = collecting.profile(files)
    print("\n| stage of collecting | ms a file |\n|---|---|")
    print("\n".join(f"| {name} | {taken * 1000:.2f} |" for name, taken in stages))
    about = machine()
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    told = {"machine": about, "lines": [asdict(one) for one in table], "stages": dict(stages)}
    (HERE / "results.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
