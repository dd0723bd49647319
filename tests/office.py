"""Drive LibreOffice from tests: open a workbook, type into it as a person would, recalculate, read values, save in any format.

The program's own Python has the module ``uno``; the tests' environment does not. So a small script runs there and speaks JSON lines.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SCRIPT = Path(__file__).parent / "office_script.py"
PYTHON = "/usr/bin/python3"


class Office:
    """A LibreOffice process, kept open for many workbooks."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[str] | None = None

    @staticmethod
    def missing() -> str:
        """Say what is missing to run LibreOffice from Python, empty when nothing is."""
        if not shutil.which("soffice"):
            return "LibreOffice (soffice) is not installed"
        probe = subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False)
        return "" if probe.returncode == 0 else "python3-uno is not installed"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [PYTHON, str(SCRIPT), str(self._home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self._ask({"do": "hello"}) == "ready"
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _ask(self, request: Mapping[str, Any]) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise AssertionError("LibreOffice ended")
        told = json.loads(answer)
        if "error" in told:
            raise AssertionError(told["error"])
        return told["result"]

    def values(self, workbook: Path, cells: Sequence[tuple[str, int, int]]) -> list[float | str]:
        """Recalculate everything and return the values of cells (sheet, row, column; from 0); an error cell is ``#ERR…``."""
        found: list[float | str] = self._ask({"do": "values", "file": str(workbook), "cells": list(cells)})
        return found

    def grids(self, workbook: Path) -> dict[str, list[list[float | str]]]:
        """Recalculate everything and return every sheet's values, row by row."""
        found: dict[str, list[list[float | str]]] = self._ask({"do": "grids", "file": str(workbook)})
        return found

    def fill(self, workbook: Path, out: Path, cells: Sequence[tuple[str, int, int, Any]]) -> list[tuple[str, int, int]]:
        """Type values into cells, recalculate, save as ``out`` (its ending chooses the format); return the cells that refused."""
        refused: list[list[Any]] = self._ask({"do": "fill", "file": str(workbook), "out": str(out), "cells": list(cells)})
        return [(sheet, row, column) for sheet, row, column in refused]

    def heights(self, workbook: Path) -> dict[str, list[tuple[float, float]]]:
        """Return for each row of each sheet its height and the height that its text needs here, in points."""
        found: dict[str, list[list[float]]] = self._ask({"do": "heights", "file": str(workbook)})
        return {name: [(height, needed) for height, needed in rows] for name, rows in found.items()}

    def pages(self, workbook: Path) -> int:
        """Print a workbook as PDF beside it and return how many pages that takes."""
        pdf = workbook.with_suffix(".pdf")
        self.fill(workbook, pdf, [])
        return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", pdf.read_bytes()))
