"""The archive: what was read comes back as it was; what is no archive, or a newer one, is refused with a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dimm_xl import archive
from dimm_xl.archive import Archive
from dimm_xl.assessment import BLANK, UNKNOWN, Answer, Answered, NotApplicable, Return, Status
from dimm_xl.findings import Busy, Code, Faulty, Finding
from tests.support import assessed

SAID = {
    "SP1": Answer(Answered(3), 12.5, "", "Compte rendu du 3 mars", "=1+1"),
    "SP2": Answer(NotApplicable("Aucun site"), reason="Aucun site"),
    "SP3": Answer(UNKNOWN),
    "SP4": Answer(BLANK, comment="plus tard…"),
}
RETURNS = (
    Return("a.xlsx", "1" * 64, Status.ACCEPTED, assessed(SAID), (), "2026-03-02T10:00:00Z", "openpyxl"),
    Return("b.xlsx", "2" * 64, Status.REFUSED, None, (Finding(Code.TOO_BIG, "b.xlsx", facts={"limit": "file", "size": 9, "most": 8.5}),)),
    Return("c/d.zip", "3" * 64, Status.IGNORED, None, (Finding(Code.BUNDLE, "c/d.zip", facts={"count": 0}),)),
)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An archive of three returns."""
    with Archive(tmp_path / "archive.sqlite") as made:
        for one in RETURNS[:2]:
            made.keep(one.file, one.sha256, "reader", "2026-03-05", one)
        made.stood(RETURNS, [one.file for one in RETURNS])
    return tmp_path / "archive.sqlite"


def test_returns_come_back_as_they_stood(kept: Path) -> None:
    """Assessments with every state of an answer, findings with their facts, in their order and to the very type."""
    assert archive.read(kept) == RETURNS
    assert repr(archive.read(kept)) == repr(RETURNS)


def test_a_file_that_is_gone_is_forgotten(kept: Path) -> None:
    """What the last run did not find is neither among what stood nor among what is known."""
    with Archive(kept) as again:
        again.stood(RETURNS[1:], [RETURNS[1].file])
        assert again.contents("reader") == {"b.xlsx": "2" * 64}
    assert archive.read(kept) == RETURNS[1:]


def nothing(_: Path) -> None:
    """No file at all."""


def letter(path: Path) -> None:
    """A text."""
    path.write_bytes(b"Bonjour, voici nos chiffres. " * 40)


def other(path: Path) -> None:
    """A database of somebody else."""
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE contacts (name TEXT)")


def newer(path: Path) -> None:
    """An archive of a schema that nobody knows yet."""
    with Archive(path):
        pass
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")


REFUSED: Mapping[str, tuple[Callable[[Path], None], str]] = {
    "nothing": (nothing, "no archive here"),
    "a letter": (letter, "not an archive"),
    "another program's database": (other, "no archive of dimm-xl"),
    "a newer archive": (newer, "written by a newer dimm-xl"),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_is_no_archive_of_ours_is_refused_with_a_sentence_and_left_alone(tmp_path: Path, which: str) -> None:
    """The sentence names the file and says what it is; not a byte of it changes."""
    make, sentence = REFUSED[which]
    path = tmp_path / "found.sqlite"
    make(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(Faulty, match=sentence) as refusal:
        archive.read(path)
    assert str(refusal.value).startswith(str(path))
    if before is not None:
        with pytest.raises(Faulty, match=sentence):
            Archive(path)
        assert path.read_bytes() == before


def test_an_archive_is_held_by_one_at_a_time(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one run is at work another is told so, and so is a reader; once it has ended both may."""
    monkeypatch.setattr(archive, "PATIENCE", 0.0)
    with Archive(kept):
        for other_one in (Archive, archive.read):
            with pytest.raises(Busy, match="another run"):
                other_one(kept)
    assert archive.read(kept) == RETURNS
