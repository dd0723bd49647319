"""The pictures of README and guide: each is there, none is heavy, and each shows a sheet that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.screenshots import HEAVIEST, IMAGES, PICTURES
from samples.regenerate import HERE as SAMPLES

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_enough_for_the_repository(name: str) -> None:
    """A PNG under 250 KB, wide enough to be read."""
    content = (IMAGES / f"{name}.png").read_bytes()
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert content.startswith(b"\x89PNG")
    assert len(content) < HEAVIEST
    assert width > 900
    assert height > 200


def test_no_picture_lies_there_that_nobody_takes() -> None:
    """`make screenshots` takes every one, and the pages of the documentation show none that it does not take."""
    assert {path.stem for path in IMAGES.glob("*.png")} == set(PICTURES)
    pages = (page.read_text("utf-8") for page in (ROOT / "README.md", *ROOT.glob("docs/**/*.md")))
    shown = {name for text in pages for name in re.findall(r"img/([\w-]+)\.png", text)}
    assert shown <= set(PICTURES)


def test_pictures_are_taken_of_the_sample_campaign() -> None:
    """The filled questionnaire is one of the samples; results are those of its organisations."""
    assert all((SAMPLES / book).is_file() for book, _ in PICTURES.values() if book.startswith("returns/"))
    returned = {re.sub(r"\.\w+$", "", path.name) for path in (SAMPLES / "returns").iterdir()}
    assert {Path(book).stem for book, _ in PICTURES.values() if book.startswith("organisations/")} <= returned
