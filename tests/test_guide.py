"""The guide: the same pages in both languages, every call in it understood, every link and picture there, every command told."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dimm_xl import catalogue
from dimm_xl.cli import main
from tests.test_cli import commands

GUIDE = Path(__file__).parent.parent / "docs" / "guide"
PAGES = sorted(path.name for path in (GUIDE / "fr").iterdir())
WRITTEN = sorted(GUIDE.rglob("*.md"))
TOLD_ELSEWHERE = {("sample",), ("collect",), ("report",)}
"""Commands that are not for a step of a campaign: named in the text, without a call of their own."""


def calls(page: Path) -> Iterator[list[str]]:
    """Yield every call of the program that stands in a block of a page, as words."""
    for block in re.findall(r"```\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL):
        yield from (shlex.split(line) for line in block.splitlines() if line.startswith("dimm-xl "))


def understood(words: list[str]) -> tuple[str, ...]:
    """Return the command that a call names, after a look that every argument and option of it is known."""
    path, command = [], click.Command("none")
    group: click.Command = main
    for word in words[1:]:
        if not isinstance(group, click.Group) or word not in group.commands:
            break
        group = command = group.commands[word]
        path.append(word)
    assert command.make_context(path[-1], words[1 + len(path) :]).args == []
    return tuple(path)


def laid(folder: Path, words: list[str]) -> None:
    """Lay the files and folders that a call names, so that it finds what it wants to be there."""
    for word in words[2:]:
        if Path(word).suffix and not word.startswith("-"):
            (folder / word).parent.mkdir(parents=True, exist_ok=True)
            (folder / word).touch()
        elif re.fullmatch(r"[a-z][a-z0-9-]*", word):
            (folder / word).mkdir(exist_ok=True)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(GUIDE)))
def test_every_call_in_the_guide_is_one_that_the_program_understands(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No option has another name than the command's own, no argument is missing."""
    monkeypatch.chdir(tmp_path)
    for words in calls(page):
        laid(tmp_path, words)
        assert understood(words)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(GUIDE)))
def test_every_link_and_picture_of_the_guide_is_there(page: Path) -> None:
    """Relative to the page, as who reads it in a browser follows it."""
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert all(not link.startswith("http") for link in links)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_the_same_in_both_languages(name: str) -> None:
    """As many headings, calls, rows of tables and pictures; and the index names both."""
    french, english = ((GUIDE / lang / name).read_text("utf-8") for lang in ("fr", "en"))
    for told in (r"^#+ ", r"^\|", r"!\[", r"^dimm-xl ", r"^- "):
        assert len(re.findall(told, french, flags=re.MULTILINE)) == len(re.findall(told, english, flags=re.MULTILINE)), told
    index = (GUIDE / "README.md").read_text("utf-8")
    assert f"fr/{name}" in index
    assert f"en/{name}" in index


def test_every_command_is_told_in_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a call, or its name stands in the text."""
    monkeypatch.chdir(tmp_path)
    told = set()
    for page in WRITTEN:
        for words in calls(page):
            laid(tmp_path, words)
            told.add(understood(words))
    assert {path for path, _ in commands()} - told <= TOLD_ELSEWHERE
    text = "".join(page.read_text("utf-8") for page in WRITTEN)
    assert [path for path in TOLD_ELSEWHERE if f"`{' '.join(path)}`" not in text and f"dimm-xl {' '.join(path)}" not in text] == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_sheets_are_called_in_the_guide_as_in_the_workbooks(lang: str) -> None:
    """Names in bold that begin with a capital are names of sheets, or words of the start sheet."""
    words = catalogue.words(lang)
    sheets = {label for key, label in words.labels.items() if key.startswith(("sheet.", "register.sheet."))}
    known = sheets | {words("column.state"), words("start.ready.yes").split(":")[0].strip("✔ \u00a0\u202f")}
    for page in (GUIDE / lang).glob("*.md"):
        named = re.findall(r"\*\*([A-ZÀÉÊ][^*]+)\*\*", " ".join(page.read_text("utf-8").split()))
        assert [name for name in named if name not in known] == [], page.name
