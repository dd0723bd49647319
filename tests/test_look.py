"""The look can be read: contrast after WCAG, colours apart for every eye and in grey, and look files that say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import dist
from pathlib import Path

import pytest

from dimm_xl import catalogue
from dimm_xl.findings import Faulty
from dimm_xl.look import PAIRS, READABLE, contrast, unreadable
from dimm_xl.workbook.chart import DASHES


@pytest.mark.parametrize(("text", "background"), PAIRS)
def test_text_can_be_read_on_its_background(text: str, background: str) -> None:
    """Every pair of text and background in the shipped look has the contrast that WCAG AA asks for."""
    colours = catalogue.look().colours
    assert contrast(colours[text], colours[background]) >= READABLE


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("#000000", "#FFFFFF", 21.0), ("#777777", "#777777", 1.0), ("#FFFFFF", "#767676", 4.54)]
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    """Known contrasts come out, whichever colour is named first."""
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


Matrix = tuple[tuple[float, float, float], ...]
SEEN: Mapping[str, Matrix] = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}
"""What eyes see of linear red, green and blue: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
Vision Deficiency" (IEEE TVCG 15, 2009), severity 1.0; a printer without colours sees the luminance of sRGB."""


def seen(colour: str, by: str) -> tuple[float, float, float]:
    """A colour as somebody sees it, in CIE L*a*b* (white D65)."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0), 1) for row in SEEN[by])
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    x, y, z = (value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116 for value in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, by: str) -> float:
    """How far apart two roles' colours are for somebody (CIE 1976; 2.3 is just noticeable)."""
    colours = catalogue.look().colours
    return dist(seen(colours[one], by), seen(colours[other], by))


SERIES, BINS = ("you", "target", "peers", "last"), ("well", "attention", "improve")
EYES = [name for name in SEEN if name != "grey"]


@pytest.mark.parametrize("by", EYES)
@pytest.mark.parametrize("pair", [*combinations(SERIES, 2), *combinations(BINS, 2)], ids="-".join)
def test_series_and_bins_differ_for_the_colour_blind(pair: tuple[str, str], by: str) -> None:
    """Lines and bars of a chart, and the signs of a column, are four times a just noticeable difference apart for every eye."""
    assert apart(*pair, by) > 10


@pytest.mark.parametrize("by", EYES)
@pytest.mark.parametrize("pair", [*combinations([f"{one}-pale" for one in BINS], 2)], ids="-".join)
def test_the_grounds_of_bins_differ_for_the_colour_blind(pair: tuple[str, str], by: str) -> None:
    """Pale as they are, behind a sign and a word."""
    assert apart(*pair, by) > 6


@pytest.mark.parametrize(
    "pair", [("you", "target"), ("you", "last"), ("target", "last"), ("you", "peers"), ("well", "improve"), ("attention", "improve")]
)
def test_bars_that_stand_side_by_side_differ_in_grey(pair: tuple[str, str]) -> None:
    """Bars have no dashes: those that share a chart differ in lightness by ten of a hundred; and what must improve is the darkest bin."""
    assert apart(*pair, "grey") > 10


@pytest.mark.parametrize("role", SERIES)
def test_lines_and_bars_stand_out_from_the_paper(role: str) -> None:
    """WCAG 2 asks three to one of what is drawn (1.4.11)."""
    colours = catalogue.look().colours
    assert contrast(colours[role], colours["paper"]) >= 3


def test_lines_of_a_radar_differ_by_stroke_as_well() -> None:
    """Four series, four strokes: one solid, three kinds of dashes."""
    assert set(DASHES) == set(SERIES) - {"you"}
    assert len(set(DASHES.values())) == 3


def test_a_known_difference_comes_out() -> None:
    """White against black is a hundred apart for everybody; pure red and green grow alike for the red-green blind."""
    assert [round(dist(seen("#FFFFFF", by), seen("#000000", by))) for by in EYES] == [100] * 4
    red_green = [dist(seen("#FF0000", by), seen("#00FF00", by)) for by in ("everybody", "protanopia")]
    assert red_green[0] > red_green[1]


def test_a_look_file_changes_only_what_it_names(tmp_path: Path) -> None:
    """The shipped colours stand for the roles that a look file leaves out."""
    path = tmp_path / "look.yaml"
    path.write_text('font: Verdana\ncolours:\n  you: "#112233"\n', "utf-8")
    look = catalogue.look(str(path))
    assert (look.font, look.colours["you"], look.colours["ink"]) == ("Verdana", "#112233", catalogue.look().colours["ink"])


def test_a_pale_text_colour_is_reported() -> None:
    """A look whose text cannot be read is told, pair by pair."""
    shipped = catalogue.look()
    pale = type(shipped)(shipped.font, {**shipped.colours, "quiet": "#DDDDDD"})
    assert [(text, background) for text, background, _ in unreadable(pale)] == [("quiet", "paper"), ("quiet", "pale")]


@pytest.mark.parametrize(
    "content", ["colours:\n  you: blue\n", 'colours:\n  sky: "#112233"\n', "colours: [1]\n", "size: 3\n", "colours:\n  you: #112233\n"]
)
def test_a_faulty_look_file_is_refused_with_its_fault(tmp_path: Path, content: str) -> None:
    """A colour that is none, a role that does not exist, an unknown key and an unquoted # are faults with the file's name."""
    path = tmp_path / "look.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(Faulty) as raised:
        catalogue.look(str(path))
    assert all(str(path) in fault.file for fault in raised.value.faults)
