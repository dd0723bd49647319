"""The look of every workbook: a font and colours by role, as inert values, and whether they can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A font and colours (``#RRGGBB``) by role; ``templates/look.yaml`` says what each role is."""

    font: str
    colours: Mapping[str, str]


PAIRS = (
    ("ink", "paper"), ("ink", "pale"), ("ink", "entry"), ("ink", "reached"), ("ink", "shade"), ("ink", "improve-pale"),
    ("paper", "ink"), ("quiet", "paper"), ("quiet", "pale"), ("you", "paper"), ("you", "pale"), ("target", "paper"),
    ("well", "paper"), ("well", "well-pale"), ("attention", "attention-pale"), ("improve", "improve-pale"), ("improve", "paper"),
)  # fmt: skip
"""Which colour is written on which: text role, background role."""
READABLE = 4.5
"""The least contrast of text that WCAG 2 asks for (level AA)."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours after WCAG 2: 1 (the same) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def unreadable(look: Look) -> Iterator[tuple[str, str, float]]:
    """Yield each pair of text and background whose contrast is too low, with the contrast."""
    for text, background in PAIRS:
        found = contrast(look.colours[text], look.colours[background])
        if found < READABLE:
            yield text, background, found
