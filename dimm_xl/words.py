"""Every label, message and title that people see, in one language, by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter

from dimm_xl.model import Model, Text

STANDING = frozenset({"scale", "scale_lowest", "scale_highest", "level_lowest", "level_first", "level_highest", "offered"})
"""Braces that any label may have: what the model says of its scale and of its levels."""
LOWER = "lower."
"""Before the key of a label: how it reads under a model whose low scores are the good ones."""


@dataclass(frozen=True)
class Words:
    """Labels of one language: ``words("start.title", name="…")`` fills the braces of the label.

    A key that does not exist is a fault of ours and raises KeyError.
    """

    lang: str
    labels: Mapping[str, str]
    standing: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return the label with its braces filled: by ``facts``, and by what stands of the model (:data:`STANDING`)."""
        known = {**self.standing, **facts} if self.standing else facts
        return self.labels[key].format_map(known) if known else self.labels[key]

    def within(self, model: Model) -> Words:
        """Return the labels as ``model`` says them: by which end of its scale is good, then in its own words; its scale stands in them."""
        scale = model.scale
        low = scale.better == "low"
        turned = {key.removeprefix(LOWER): label for key, label in self.labels.items() if key.startswith(LOWER)} if low else {}
        own = {key: text[self.lang] for key, text in model.words.items() if self.lang in text}
        labels = {**self.labels, **turned, **own}
        facts = {
            "scale_lowest": self.figure(scale.lowest),
            "scale_highest": self.figure(scale.highest),
            "level_lowest": str(scale.bottom),
            "level_first": str(scale.bottom + 1),
            "level_highest": str(scale.top),
            "offered": ", ".join(map(str, scale.offered)),
        }
        return Words(self.lang, labels, {**facts, "scale": labels["scale"].format_map(facts)})

    def of(self, text: Text) -> str:
        """Return a text of the model in this language."""
        return text[self.lang]

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number as this language writes it, for running text (cells hold real numbers)."""
        exact = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)  # as spreadsheet programs round
        shown = f"{exact:,.{digits}f}"
        point, thousands = self.labels["number.point"], self.labels["number.thousands"]
        return shown.translate({ord("."): point, ord(","): thousands})

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


def braces(label: str) -> frozenset[str]:
    """Return the names between the braces of a label; the label itself where they do not pair, or say more than a name."""
    try:
        parts = list(Formatter().parse(label))
    except ValueError:
        return frozenset({label})
    plain = all(not spec and not conversion for _, _, spec, conversion in parts)
    return frozenset(name for _, name, _, _ in parts if name is not None) if plain else frozenset({label})


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
