"""Every label, message and title that people see, in one language, by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from dimm_xl.model import Text


@dataclass(frozen=True)
class Words:
    """Labels of one language: ``words("start.title", name="…")`` fills the braces of the label.

    A key that does not exist is a fault of ours and raises KeyError.
    """

    lang: str
    labels: Mapping[str, str]

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return the label with its braces filled."""
        return self.labels[key].format_map(facts) if facts else self.labels[key]

    def of(self, text: Text) -> str:
        """Return a text of the model in this language."""
        return text[self.lang]

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number as this language writes it, for running text (cells hold real numbers)."""
        return _number(value + 0.0, digits, self.labels["number.point"], self.labels["number.thousands"])  # no -0

    def figure(self, value: float) -> str:
        """Return a figure with no more digits than it has: 5, 99.5."""
        exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
        return self.number(value, max(0, -exponent) if isinstance(exponent, int) else 0)

    def amount(self, value: float, unit: str) -> str:
        """Return a figure with its unit: ``25 %``, ``25%``, ``24 heures``."""
        return self.labels["number.percent" if unit == "%" else "number.amount"].format(value=self.figure(value), unit=unit)

    def percent(self, share: float) -> str:
        """Return a share (0 to 1) as a whole percentage."""
        return self.amount(round(share * 100), "%")

    def date(self, day: date) -> str:
        """Return a date in words: ``1er mars 2027``, ``1 March 2027``."""
        month = self.labels["date.months"].split("|")[day.month - 1]
        return self.labels["date.form"].format(day=self.labels["date.first"] if day.day == 1 else day.day, month=month, year=day.year)


@lru_cache(maxsize=8192)  # scores are means of few levels: the same come again and again
def _number(value: float, digits: int, point: str, thousands: str) -> str:
    exact = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)  # as spreadsheet programs round
    return f"{exact:,.{digits}f}".translate({ord("."): point, ord(","): thousands})


def flatten(tree: Mapping[str, object], prefix: str = "") -> Mapping[str, str]:
    """Return the leaves of nested labels by dotted key; TypeError when a leaf is not text."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            flat[prefix + key] = value
        else:
            raise TypeError(f"{prefix}{key} is {value!r}, not text")
    return flat
