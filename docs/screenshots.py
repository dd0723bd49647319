"""Pictures for the README from the sample campaign, as LibreOffice prints it.

Usage: ``make screenshots`` (needs LibreOffice and poppler-utils).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from dimm_xl.campaign import run
from dimm_xl.settings import Run
from samples.regenerate import HERE as SAMPLES

IMAGES = Path(__file__).parent / "img"
RESOLUTION = 110
"""Dots an inch: readable in the README, small in the repository."""


def page(workbook: Path, number: int, name: str, folder: Path) -> None:
    """Write one printed page of a workbook as ``docs/img/NAME.png``."""
    home = folder / "home"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)],
        check=True,
        capture_output=True,
    )
    pdf = folder / f"{workbook.stem}.pdf"
    count = str(number)
    command = ["pdftoppm", "-r", str(RESOLUTION), "-png", "-singlefile", "-f", count, "-l", count, str(pdf), str(IMAGES / name)]
    subprocess.run(command, check=True)


def main() -> None:
    """Write every picture anew."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run(Run(SAMPLES / "returns", folder / "out"))
        page(SAMPLES / "returns" / "hotel-des-tilleuls.xlsx", 3, "questionnaire", folder)
        page(folder / "out" / "organisations" / "hotel-des-tilleuls.xlsx", 1, "result", folder)
        page(folder / "out" / "consolidated.xlsx", 1, "consolidated", folder)
        page(folder / "out" / "to-correct" / "Clinique du Val (2).ods.xlsx", 1, "to-correct", folder)


if __name__ == "__main__":
    main()
