"""Pictures for README and guide from the sample campaign, and from a year after it, as LibreOffice prints them.

Usage: ``make screenshots`` (needs LibreOffice and poppler-utils).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered
from dimm_xl.campaign import run
from dimm_xl.issuing import Wanted, fill
from dimm_xl.returns import read_return
from dimm_xl.sample import Drawn, sample
from dimm_xl.settings import Run
from samples.regenerate import HERE as SAMPLES
from tests.registers import register_bytes

IMAGES = Path(__file__).parent / "img"
RESOLUTION = 150
"""Dots an inch: the words of a wide sheet can be read when the picture is opened."""
FOOTER = 0.072
"""The part of a page, at its foot, that pictures leave out."""
COLOURS = 128
"""Of a picture: a page has few, the rest are the edges of letters."""
MARGIN = 24
"""Pixels of paper that stay around what is printed."""
HEAVIEST = 250_000
"""Bytes."""

WORDS = catalogue.words("fr")
LEVER = "S Stratégie"
HOTEL, CLINIC, CONSOLIDATED = "organisations/hotel-des-tilleuls.xlsx", "to-correct/Clinique du Val (2).ods.xlsx", "consolidated.xlsx"
FILLED = "returns/hotel-des-tilleuls.xlsx"
AGAIN, FOLLOWED, AUDITED = "again/organisations/H001.xlsx", "again/consolidated.xlsx", "audit.xlsx"
"""A year later: the hotel answers with two voices, a register says who was asked; and an audit."""
PICTURES: Mapping[str, tuple[str, str]] = {
    "start": (FILLED, WORDS("sheet.start")),
    "questionnaire": (FILLED, LEVER),
    "to-correct": (CLINIC, WORDS("sheet.correct")),
    "result": (HOTEL, WORDS("sheet.result")),
    "lever": (HOTEL, LEVER),
    "roadmap": (HOTEL, WORDS("sheet.roadmap")),
    "what-if": (HOTEL, WORDS("sheet.whatif")),
    "method": (HOTEL, WORDS("sheet.method")),
    "consolidated": (CONSOLIDATED, WORDS("sheet.overview")),
    "ranking": (CONSOLIDATED, WORDS("sheet.ranking")),
    "gaps": (CONSOLIDATED, WORDS("sheet.gaps")),
    "heat-map": (CONSOLIDATED, WORDS("sheet.heat")),
    "progress": (AGAIN, WORDS("sheet.progress")),
    "discuss": (AGAIN, WORDS("sheet.discuss")),
    "follow-up": (FOLLOWED, WORDS("sheet.followup")),
    "audit": (AUDITED, LEVER),
}
"""Each picture: a workbook of the sample campaign, or of the year after, and the sheet whose first printed page it shows."""


def printed(workbook: Path, folder: Path) -> Path:
    """Return a workbook printed as PDF into ``folder``."""
    home = folder / "home"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)],
        check=True,
        capture_output=True,
    )
    return folder / f"{workbook.stem}.pdf"


def place(pdf: Path, sheet: str) -> int:
    """Return the number of the first page that a sheet prints, by the footer, which ends with the sheet's name and the page."""
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    for n, page in enumerate(text.split("\f"), 1):
        if re.search(rf"(^|\s\s){re.escape(sheet)}\s\s+\d+ / \d+\s*$", page):
            return n
    raise ValueError(f"{pdf.name}: no page of {sheet}")


def take(pdf: Path, number: int, target: Path) -> None:
    """Write one page as a PNG without its footer and empty margins, in few colours."""
    from PIL import Image, ImageChops

    one = ["-r", str(RESOLUTION), "-png", "-singlefile", "-f", str(number), "-l", str(number)]
    subprocess.run(["pdftoppm", *one, str(pdf), str(target.with_suffix(""))], check=True)
    with Image.open(target) as opened:
        page = opened.convert("RGB").crop((0, 0, opened.width, round(opened.height * (1 - FOOTER))))
    left, top, right, bottom = ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox() or (0, 0, *page.size)
    cut = (max(left - MARGIN, 0), max(top - MARGIN, 0), min(right + MARGIN, page.width), min(bottom + MARGIN, page.height))
    page.crop(cut).quantize(COLOURS).save(target, optimize=True)


def a_year_later(folder: Path, out: Path) -> None:
    """Run the campaign of the next year into ``out/again``, and leave an audit beside it."""
    returns, register = folder / "returns", folder / "register.xlsx"
    returns.mkdir()
    said = read_return("hotel.xlsx", (SAMPLES / FILLED).read_bytes()).assessment
    assert said is not None
    voices = (("Anne Roy", "Direction générale", (2, 1, 0)), ("Karim Haddad", "Réception", (0, 1, 0)))
    for n, (respondent, function, steps) in enumerate(voices):
        who = {**said.respondent, "respondent": respondent, "function": function}
        answers = {code: moved(answer, steps[place % 3]) for place, (code, answer) in enumerate(said.answers.items())}
        (returns / f"{n}.xlsx").write_bytes(fill(Wanted(), replace(said, respondent=who, answers=answers)))
    asked = ("Hôtel des Tilleuls", "Auberge du Lac", "Hôtel de la Poste", "Camping des Pins", "Gîtes du Moulin")
    rows = [
        {"id": f"H{n:03}", "name": name, "sector": "tourism", "size": "sme", "deadline": "2027-03-31", "email": "direction@example.org"}
        for n, name in enumerate(asked, 1)
    ]
    register.write_bytes(register_bytes({"organisations": rows}))
    again = Run(returns, out / "again", today=date(2027, 4, 15), previous=out / "archive.sqlite", register=register)
    run(again)
    audited = next(sample(Drawn(1, 11, "tourism", "sme", form="audit")))
    (out / AUDITED).write_bytes(fill(Wanted(), audited))


def moved(answer: Answer, step: int) -> Answer:
    """Return an answer some levels away, as far as the scale and its figure allow; one without a level stays."""
    if answer.level is None or answer.measure is not None:
        return answer
    return replace(answer, state=Answered(min(max(answer.level + step, 0), 5)))


def main() -> None:
    """Write every picture anew."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run(Run(SAMPLES / "returns", folder / "out", archive=folder / "out" / "archive.sqlite"))
        a_year_later(folder, folder / "out")
        places = {workbook: SAMPLES / workbook if workbook == FILLED else folder / "out" / workbook for workbook, _ in PICTURES.values()}
        for n, (workbook, path) in enumerate(places.items()):
            pdf = printed(path, folder / str(n))
            for name, (book, sheet) in PICTURES.items():
                if book == workbook:
                    take(pdf, place(pdf, sheet), IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
