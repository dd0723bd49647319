"""Every label, message and title that people see, in one language, by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from string import Formatter

from dimm_xl.model import Model, Scale, Text
from dimm_xl.once import once

STANDING = frozenset({"scale", "scale_lowest", "scale_highest", "level_lowest", "level_first", "level_highest", "offered"})
"""Braces that any label may have: what the model says of its scale and of its levels."""
LOWER = "lower."
"""Before the key of a label: how it reads under a model whose low scores are the good ones."""
ENDING = re.compile(r"\(([^(){}|]*)\|([^(){}|]*)\)|\((s|x|e|es)\)")
"""What a number decides: ``{count} réponse(s) (est|sont)`` is said of 1 answer and of 2."""


@dataclass(frozen=True)
class Words:
    """Labels of one language: ``words("start.title", name="…")`` fills the braces of the label.

    A key that does not exist is a fault of ours and raises KeyError.
    """

    lang: str
    labels: Mapping[str, str]

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return the label with its braces filled by ``facts``."""
        return self.filled(self.labels[key], facts) if facts else self.labels[key]

    def filled(self, label: str, facts: Mapping[str, object]) -> str:
        """Return a label with its braces filled, its words in agreement with its numbers."""
        return (agreed(label, facts, self.lang) if _ends(label) else label).format_map(facts)

    def within(self, model: Model) -> Words:
        """Return the labels as ``model`` says them: by which end of its scale is good, then in its own words; its scale stands in them."""
        return _within(self, model.scale, model.words)  # which every cut of a model shares

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


@once
def _within(words: Words, scale: Scale, own: Mapping[str, Text]) -> Words:
    low = scale.better == "low"
    turned = {key.removeprefix(LOWER): label for key, label in words.labels.items() if key.startswith(LOWER)} if low else {}
    labels = {**words.labels, **turned, **{key: text[words.lang] for key, text in own.items() if words.lang in text}}
    facts = {
        "scale_lowest": words.figure(scale.lowest),
        "scale_highest": words.figure(scale.highest),
        "level_lowest": str(scale.bottom),
        "level_first": str(scale.bottom + 1),
        "level_highest": str(scale.top),
        "offered": ", ".join(map(str, scale.offered)),
    }
    return Words(words.lang, {key: _filled(label, {"scale": labels["scale"], **facts}) for key, label in labels.items()})


def _filled(label: str, facts: Mapping[str, str]) -> str:
    """Fill some braces of a label, in the order of ``facts``; the others stay."""
    for name, said in facts.items() if "{" in label else ():
        label = label.replace(f"{{{name}}}", said)
    return label


def agreed(label: str, facts: Mapping[str, object], lang: str) -> str:
    """Return a label whose words agree with the number said last before each, or first in it; without a number, they stay as they are.

    French says the singular of 0 and 1, English of 1 alone. What fills the braces is not looked at: a name may hold brackets.
    """
    pieces = _pieces(label)
    return _agreed(pieces, tuple([_count(facts.get(name or "")) for _, name in pieces]), lang)


@lru_cache(maxsize=4096)
def _ends(label: str) -> bool:
    return ENDING.search(label) is not None


@lru_cache(maxsize=4096)
def _pieces(label: str) -> tuple[tuple[str, str | None], ...]:
    """Return what stands before each pair of braces of a label, and what it names."""
    return tuple([(text.replace("{", "{{").replace("}", "}}"), name) for text, name, _, _ in Formatter().parse(label)])


@lru_cache(maxsize=4096)
def _agreed(pieces: tuple[tuple[str, str | None], ...], counts: tuple[int | None, ...], lang: str) -> str:
    count = next((found for found in counts if found is not None), None)
    parts = []
    for (literal, name), found in zip(pieces, counts, strict=True):
        parts.append(literal if count is None else ENDING.sub(_form(count, lang), literal))
        if name is not None:
            parts.append(f"{{{name}}}")
            count = count if found is None else found
    return "".join(parts)


def _count(said: object) -> int | None:
    """Return the whole number that a fact is, as itself or as a finding that was kept says it."""
    if isinstance(said, int):
        return said
    return int(said) if isinstance(said, str) and said.isdecimal() else None


def _form(count: int, lang: str) -> str:
    """Return what an ending is replaced with: its plural or its singular."""
    return r"\2\3" if (count > 1 if lang == "fr" else count != 1) else r"\1"


def braces(label: str) -> frozenset[str]:
    """Return the names between the braces of a label; the label itself where they do not pair, or say more than a name."""
    try:
        parts = list(Formatter().parse(label))
    except ValueError:
        return frozenset({label})
    plain = all(not spec and not conversion for _, _, spec, conversion in parts)
    return frozenset(name for _, name, _, _ in parts if name is not None) if plain else frozenset({label})


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
