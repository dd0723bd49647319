"""Figures of a campaign worked out anew from ``data/*.csv`` and the model alone, by other means than the program's.

Workbooks are read by the names of their tables and by header.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import median_low, quantiles
from typing import Any

import openpyxl
import pytest

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered
from dimm_xl.campaign import run
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Indicator, Model
from dimm_xl.sample import Drawn, sample
from dimm_xl.settings import Run

MODEL, WORDS = catalogue.load(), catalogue.words("fr")
Line = Mapping[str, str]
Cells = dict[str, Any]


def lines(path: Path) -> list[Line]:
    """The rows of a CSV file by header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def workbook(path: Path) -> tuple[dict[str, list[Cells]], dict[str, dict[str, Any]]]:
    """The rows of every table by its name and their headers; and what stands in every cell, by sheet and address."""
    with warnings.catch_warnings(action="ignore"):  # bars in cells are an extension that openpyxl does not read
        book = openpyxl.load_workbook(path, data_only=True)
    tables, cells = {}, {}
    for sheet in book.worksheets:
        cells[sheet.title] = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
        for table in sheet.tables.values():
            headers, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
            tables[table.displayName] = [dict(zip(headers, row, strict=True)) for row in rows if any(value is not None for value in row)]
    return tables, cells


@dataclass(frozen=True)
class Figure:
    """A score as worked out here."""

    value: float | None
    low: float | None
    high: float | None
    answered: int
    expected: int
    target: float | None

    @property
    def coverage(self) -> float:
        return self.answered / self.expected if self.expected else 1.0

    @property
    def shown(self) -> float | None:
        """The value where at least half of the answers are there."""
        return self.value if self.coverage >= 0.5 else None


def weighted(pairs: Iterable[tuple[float, float | None]]) -> float | None:
    known = [(weight, value) for weight, value in pairs if value is not None]
    return sum(weight * value for weight, value in known) / sum(weight for weight, _ in known) if known else None


@dataclass(frozen=True)
class Told:
    """One organisation: what its respondents answered, and which indicators its profile is asked."""

    model: Model
    name: str
    sector: str
    size: str
    said: Mapping[str, Sequence[Line]]

    @cached_property
    def asked(self) -> dict[str, Indicator]:
        """The indicators of its size, in the order of the model."""
        return {code: one for code, one in self.model.indicators.items() if self.size in one.sizes}

    def target(self, code: str) -> int:
        """The sector's target, else the size's, else the model's."""
        wanted = self.model.indicators[code].target
        return wanted.sectors.get(self.sector, wanted.sizes.get(self.size, wanted.default))

    def level(self, code: str) -> int | None:
        """The middle level of those that respondents gave, the lower of two."""
        levels = [int(line["level"]) for line in self.said[code] if line["level"]]
        return median_low(levels) if levels else None

    def state(self, code: str) -> str:
        """The state of an answer: a level counts before any word."""
        states = [line["state"] for line in self.said[code]]
        return "answered" if self.level(code) is not None else next(one for one in ("not_applicable", "unknown", "blank") if one in states)

    def gap(self, code: str) -> int | None:
        level = self.level(code)
        return None if level is None else self.target(code) - level

    def of(self, codes: Iterable[str], levels: Mapping[str, int] | None = None) -> Figure:
        """The score of some indicators, at other ``levels`` where there are."""
        planned = levels or {}
        counted = [code for code in codes if code in self.asked and self.state(code) != "not_applicable"]
        weights = [self.asked[code].weight for code in counted]
        given = [planned.get(code, self.level(code)) for code in counted]
        value, low, high = (
            weighted(zip(weights, [missing if level is None else level for level in given], strict=True)) for missing in (None, 0, 5)
        )
        answered = sum(level is not None for level in given)
        return Figure(value, low, high, answered, len(counted), weighted((self.asked[code].weight, self.target(code)) for code in counted))

    def lever(self, code: str, levels: Mapping[str, int] | None = None) -> Figure:
        """The score of a lever."""
        return self.of(_codes(self.model, code), levels)

    def grouping(self, code: str) -> Figure:
        """The score of a grouping."""
        return self.of(one.code for lever in self.model.levers for each in lever.groupings if each.code == code for one in each.indicators)

    def overall(self, levels: Mapping[str, int] | None = None) -> Figure:
        """The mean of the levers, each counting the same."""
        levers = [self.lever(lever.code, levels) for lever in self.model.levers]
        value, low, high, target = (weighted((1, getattr(one, key)) for one in levers) for key in ("value", "low", "high", "target"))
        return Figure(value, low, high, sum(one.answered for one in levers), sum(one.expected for one in levers), target)

    def score(self, scope: str, code: str) -> Figure:
        """The score that a row of ``scores.csv`` holds."""
        match scope:
            case "overall":
                return self.overall()
            case "lever":
                return self.lever(code)
            case "grouping":
                return self.grouping(code)
            case _:
                return self.of([code])

    @property
    def steps(self) -> list[str]:
        """The indicators below target, by weight times gap, ties in the order of the model."""
        return sorted((code for code in self.asked if (self.gap(code) or 0) > 0), key=lambda code: -self.priority(code))

    def priority(self, code: str) -> int:
        return self.asked[code].weight * (self.gap(code) or 0)


def _codes(model: Model, lever: str) -> list[str]:
    return [one.code for each in model.levers if each.code == lever for one in each.indicators]


def told(model: Model, folder: Path) -> dict[str, Told]:
    """Every organisation of a campaign by id, from ``answers.csv`` and ``returns.csv``."""
    about = {line["file"]: line for line in lines(folder / "returns.csv")}
    said: dict[str, dict[str, list[Line]]] = {}
    files: dict[str, str] = {}
    for line in lines(folder / "answers.csv"):
        said.setdefault(line["organisation"], {}).setdefault(line["indicator"], []).append(line)
        files.setdefault(line["organisation"], line["return"])
    return {
        key: Told(model, about[files[key]]["organisation"], about[files[key]]["sector"], about[files[key]]["size"], answers)
        for key, answers in said.items()
    }


def near(value: object) -> object:
    """A value to compare with: a figure to nine places."""
    return pytest.approx(value, abs=1e-9) if isinstance(value, float) else value


def number(value: float | None) -> str:
    """A figure with one decimal, halves up as spreadsheet programs round, as French writes it."""
    return "–" if value is None else f"{int(round(value * 10, 9) + 0.5) / 10:.1f}".replace(".", ",")


def spread(values: Sequence[float]) -> tuple[Any, Any, Any, Any]:
    """Lower quartile, median, upper quartile and the distance between the quartiles; words for fewer than five."""
    if len(values) < 5:
        return ("< 5",) * 4
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high, high - low


def verdict(score: Figure) -> str:
    """The bin of a score in words, by its gap to the target."""
    if score.shown is None or score.target is None:
        return WORDS("unjudged.few")
    gap = score.target - score.shown
    return WORDS(f"bin.{'well' if gap <= 1e-9 else 'attention' if gap < 2 else 'improve'}")


@dataclass(frozen=True)
class Campaign:
    """A campaign that was run: where its files lie, what is told in data/*.csv, who agreed to be compared, the consolidated tables."""

    out: Path
    told: dict[str, Told]
    agreed: frozenset[str]
    tables: dict[str, list[Cells]]
    cells: dict[str, dict[str, Any]]


def made_up(folder: Path) -> Campaign:
    """Forty made-up organisations of every size, one of which answered twice, by two people."""
    returns, out = folder / "returns", folder / "out"
    returns.mkdir()
    made = list(sample(Drawn(40, 2026)))
    for n, one in enumerate(made):
        (returns / f"{n:02}.xlsx").write_bytes(fill(Wanted(), one))
    other = {
        code: Answer(Answered(min(answer.level + 2, 5))) if answer.level is not None else answer for code, answer in made[3].answers.items()
    }
    (returns / "03-bis.xlsx").write_bytes(fill(Wanted(), replace(made[3], answers=other, respondent={"respondent": "Claire Fontaine"})))
    run(Run(returns, out, workers=2))
    agreed = frozenset(one.organisation for one in made if one.respondent["consent"] == "yes")
    return Campaign(out, told(MODEL, out / "data"), agreed, *workbook(out / "consolidated.xlsx"))
