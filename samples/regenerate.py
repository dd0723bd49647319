"""Run the sample campaign and keep its tables as the expected results; a test compares every run with them.

Usage: ``python -m samples.regenerate``. Read the difference before you commit it.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from dimm_xl.campaign import run
from dimm_xl.settings import Run

HERE = Path(__file__).parent
TABLES = ("returns.csv", "answers.csv", "scores.csv", "findings.csv")


def main() -> None:
    """Run the campaign and keep its tables."""
    with tempfile.TemporaryDirectory() as out:
        summary = run(Run(HERE / "returns", Path(out), workers=2))
        for name in TABLES:
            shutil.copy(Path(out) / "data" / name, HERE / "expected" / name)
    print(dict(summary.statuses))


if __name__ == "__main__":
    main()
