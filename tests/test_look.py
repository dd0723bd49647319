"""The look can be read: contrast after WCAG for every colour that is written on another, and look files that say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from dimm_xl import catalogue
from dimm_xl.findings import Faulty
from dimm_xl.look import PAIRS, READABLE, contrast, unreadable


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


@pytest.mark.parametrize("pair", [("you", "target"), ("you", "peers"), ("well", "improve")])
def test_colours_that_stand_beside_each_other_differ_in_grey(pair: tuple[str, str]) -> None:
    """Lines and signs that share a chart or a column differ in lightness, not only in hue, or also by stroke and sign."""
    colours = catalogue.look().colours
    assert contrast(colours[pair[0]], colours[pair[1]]) > 1.05


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
