"""The hotels of one campaign over two years, the register that their consultant fills in, and the commands of one year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.people import Desk, Place, command, grids, lines

HOTELS = {f"H{n}": f"Hôtel numéro {n}" for n in range(1, 9)}
"""Eight hotels are asked: H1 asks three people, H2 answers in English, H3 has targets of its own, H7 slips, H8 does not answer."""
ORGANISATIONS = ("Identifiant", "Organisation", "Secteur", "Taille", "Pays", "Région", "Langue", "Courriel", "Date limite")
PEOPLE = (
    *(("Ada", function) for function in ("Direction", "Ressources humaines")),
    ("Bob", "Informatique"),
    *(("Cléo", function) for function in ("Marketing", "Commercial", "Service client")),
)
ADAPTED = (("H3", "SP1", 5, "", "Cible du groupe"), ("H3", "SP4", "", "oui", "La veille est tenue par le groupe"))


def tabled(path: Path, sheet: str, titles: tuple[str, ...], rows: list[tuple[Any, ...]]) -> dict[Place, Any]:
    """Rows to be typed under the headers of a sheet of a register."""
    found = grids(path)[sheet]
    top = next(n for n, row in enumerate(found) if titles[0] in row)
    return {
        (sheet, top + 1 + n, found[top].index(title)): value
        for n, row in enumerate(rows)
        for title, value in zip(titles, row, strict=True)
        if value != ""
    }


def register(desk: Desk, out: Path, deadline: str) -> Path:
    """A register filled in by the consultant."""
    empty = out.with_name(f"empty-{out.name}")
    assert command("register", "new", empty).exit_code == 0
    hotels = [
        (id_, name, "tourism", "sme", "France", "Bretagne", "en" if id_ == "H2" else "fr", f"{id_}@hotels.example", deadline)
        for id_, name in HOTELS.items()
    ]
    people = [("H1", name, function, f"{name}@hotels.example") for name, function in PEOPLE]
    entries = tabled(empty, "Organisations", ORGANISATIONS, hotels)
    entries |= tabled(empty, "Répondants", ("Identifiant de l’organisation", "Répondant", "Fonction", "Courriel"), people)
    entries |= tabled(empty, "Adaptations", ("Identifiant de l’organisation", "Indicateur", "Cible", "Exclu", "Motif"), list(ADAPTED))
    return desk.typed(empty, out, entries)


@dataclass(frozen=True)
class Year:
    """One year of the campaign: who types, the register, and what the last run printed."""

    top: Path
    desk: Desk
    register: Path
    exit_code: int = 0
    printed: str = ""
    progress: str = ""

    @property
    def out(self) -> Path:
        """Where results lie."""
        return self.top / "out"

    def table(self, name: str) -> list[dict[str, str]]:
        """A table for other programs."""
        return lines(self.out / "data" / f"{name}.csv")

    def run(self, *options: object) -> Year:
        """The main job, on another day."""
        done = command("run", self.desk.folder, self.out, "--register", self.register, "--workers", 1, *options)
        return replace(self, exit_code=done.exit_code, printed=done.stdout, progress=done.stderr)
