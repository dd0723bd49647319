"""Folders and files: what is read and what is set aside, names that are safe everywhere, files that appear whole, harmless tables."""

from __future__ import annotations

import csv
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl.files import safe, slug, walk, write_table, write_whole

law = settings(deadline=None, derandomize=True)
posix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as POSIX knows them")


# --- names


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Hôtel des Tilleuls", "hotel-des-tilleuls"),
        ("  Clinique du Val (2)  ", "clinique-du-val-2"),
        ("L’Œuvre du Cœur", "l-oeuvre-du-coeur"),
        ("Ævar & Straße", "aevar-strasse"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Temp\\x", "c-temp-x"),
        ("a\x00b\nc", "a-b-c"),
        ("ＡＢＣ", "abc"),
        ("A.B.", "a-b"),
        ("", "x"),
        ("!!!", "x"),
    ],
)
def test_an_organisations_name_becomes_a_plain_file_name(name: str, made: str) -> None:
    """Letters lose case, accents and ligatures; everything else becomes a hyphen; nothing is never empty."""
    assert slug(name) == made


@pytest.mark.parametrize("name", ["CON", "nul", "Aux", "PRN", "com1", "LPT9", "Con."])
def test_a_name_that_windows_keeps_for_itself_is_not_used(name: str) -> None:
    """`con.xlsx` cannot be created on Windows, whatever its ending."""
    assert slug(name) not in {"con", "nul", "aux", "prn", "com1", "lpt9"}
    assert slug(name).startswith(name.lower().rstrip("."))


@law
@given(name=st.text(), longest=st.integers(5, 60))
def test_a_slug_is_safe_whatever_the_name(name: str, longest: int) -> None:
    """Letters, digits and single hyphens inside, of bounded length; the slug of a slug is itself."""
    made = slug(name, longest)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made)
    assert len(made) <= longest
    assert slug(made, longest) == made


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Hôtel.xlsx", "Hôtel.xlsx"),
        ("nord/Hôtel.xlsx", "nord_Hôtel.xlsx"),
        ("..\\..\\x.xlsx", ".._.._x.xlsx"),
        ('a:b*c?"<d>|.ods', "a_b_c___d__.ods"),
        ("sans ending", "sans ending"),
        ("v1.0 final version", "v1.0 final version"),
        ("é" * 150 + ".xlsx", "é" * 97 + ".xlsx"),  # two bytes a letter
    ],
)
def test_a_returned_files_name_is_kept_as_far_as_it_is_safe(name: str, made: str) -> None:
    """One folder level, no sign that a system refuses, at most 200 bytes, the ending kept."""
    assert safe(name) == made


@law
@given(name=st.text(min_size=1))
def test_a_safe_name_never_leaves_its_folder(name: str) -> None:
    """No separator and no control sign is left, and the name fits every file system."""
    made = safe(name)
    assert not set(made) & set('/\\:*?"<>|\x00\n')
    assert len(made.encode()) <= 200
    assert safe(made) == made


# --- folders


def lying(folder: Path, **options: Any) -> list[tuple[str, str]]:
    """What lies in a folder: names and why they are set aside."""
    return [(one.name, one.aside) for one in walk(folder, **options)]


def fill(folder: Path, *names: str) -> None:
    """Put small files into a folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_a_folder_is_read_to_its_depth_in_one_order(tmp_path: Path) -> None:
    """Files of sub-folders are listed by their path below the folder, always in the same order, folders themselves not."""
    fill(tmp_path, "b.xlsx", "a/2.ods", "a/1.xlsx", "a/b/c/3.xls", "readme.txt")
    (tmp_path / "empty").mkdir()
    assert lying(tmp_path) == [(name, "") for name in ("a/1.xlsx", "a/2.ods", "a/b/c/3.xls", "b.xlsx", "readme.txt")]
    assert [one.path.read_bytes() for one in walk(tmp_path)] == [b"x"] * 5


@pytest.mark.parametrize(
    "name", ["~$Hôtel.xlsx", ".~lock.Hôtel.ods#", ".DS_Store", "._Hôtel.xlsx", "Thumbs.db", "desktop.ini", "a/~$b.xlsx", "Icon\r"]
)
def test_lock_files_and_system_files_are_listed_but_not_read(tmp_path: Path, name: str) -> None:
    """What a spreadsheet program or a system leaves behind is told, so that nobody wonders."""
    fill(tmp_path, "ok.xlsx", name)
    assert sorted(lying(tmp_path)) == sorted([("ok.xlsx", ""), (name, "system")])


@posix
def test_links_and_pipes_are_never_followed(tmp_path: Path) -> None:
    """A link to a file, to a folder, to nowhere or in a circle, and a pipe, are special; what a linked folder holds is not listed."""
    outside, folder = tmp_path / "outside", tmp_path / "returns"
    fill(outside, "secret.xlsx")
    fill(folder, "ok.xlsx")
    (folder / "file.xlsx").symlink_to(outside / "secret.xlsx")
    (folder / "folder").symlink_to(outside)
    (folder / "nowhere.xlsx").symlink_to(folder / "gone")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.xlsx")
    special = [(name, "special") for name in ("file.xlsx", "folder", "nowhere.xlsx", "pipe.xlsx", "round")]
    assert sorted(lying(folder)) == sorted([("ok.xlsx", ""), *special])


def test_results_that_lie_among_the_returns_are_left_out_whole(tmp_path: Path) -> None:
    """Running into a folder below the returns does not read one's own results; a folder with a similar name is still read."""
    fill(tmp_path, "a.xlsx", "out/consolidated.xlsx", "out/organisations/x.xlsx", "output/b.xlsx", "register.xlsx")
    assert lying(tmp_path, apart=[tmp_path / "out", tmp_path / "register.xlsx"]) == [("a.xlsx", ""), ("output/b.xlsx", "")]


def test_what_is_apart_is_found_however_its_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder of returns and an absolute folder of results, or the other way round, are told apart all the same."""
    fill(tmp_path, "returns/a.xlsx", "returns/out/b.xlsx")
    monkeypatch.chdir(tmp_path)
    for folder, out in (
        (Path("returns"), tmp_path / "returns/out"),
        (tmp_path / "returns", Path("returns/out")),
        (Path("returns"), Path("returns/x/../out")),
    ):
        assert lying(folder, apart=[out]) == [("a.xlsx", "")]


# --- writing


def test_a_file_is_written_with_the_folders_it_needs(tmp_path: Path) -> None:
    """The content is there, readable by others, and nothing else is left in the folder."""
    path = write_whole(tmp_path / "a/b/c.bin", b"\x00content")
    assert path == tmp_path / "a/b/c.bin"
    assert path.read_bytes() == b"\x00content"
    assert [one.name for one in path.parent.iterdir()] == ["c.bin"]
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o644


def test_writing_again_replaces_the_whole_file(tmp_path: Path) -> None:
    """Nothing of a longer old content is left."""
    path = tmp_path / "c.bin"
    write_whole(path, b"long content")
    assert write_whole(path, b"new").read_bytes() == b"new"


class Full(OSError):
    """The disk is full."""


@pytest.mark.parametrize("broken", ["replace", "chmod"])
def test_a_file_that_cannot_be_finished_does_not_appear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """When the last step fails the old file stands as it was, no half file lies about, and the trouble is told."""
    path = write_whole(tmp_path / "c.bin", b"old")

    def fail(*_: object, **__: object) -> None:
        raise Full

    monkeypatch.setattr(Path, broken, fail)
    for target in (path, tmp_path / "new.bin"):
        with pytest.raises(Full):
            write_whole(target, b"new")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("c.bin", b"old")]


def test_a_folder_in_the_way_is_not_destroyed(tmp_path: Path) -> None:
    """Where a folder of that name stands, writing fails and the folder keeps its files."""
    fill(tmp_path, "c.bin/kept")
    with pytest.raises(OSError, match=r"c\.bin"):
        write_whole(tmp_path / "c.bin", b"new")
    assert [one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*")] == ["c.bin", "c.bin/kept"]


# --- tables


def table(folder: Path, *rows: list[object]) -> str:
    """A written table as text."""
    width = max((len(row) for row in rows), default=1)
    return write_table(folder / "t.csv", [f"f{n}" for n in range(width)], rows).read_text("utf-8")


def test_a_table_is_utf8_with_commas_and_dots_and_no_index(tmp_path: Path) -> None:
    """Numbers keep their dot and sign, nothing is an empty field, texts with commas and line breaks are quoted."""
    made = table(tmp_path, ["Hôtel, Paris", 2.5, None, -1], ['un "mot"', 0, "", "ligne\nligne"])
    assert made == 'f0,f1,f2,f3\n"Hôtel, Paris",2.5,,-1\n"un ""mot""",0,,"ligne\nligne"\n'
    assert (tmp_path / "t.csv").read_bytes().startswith(b"f0,")


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 1 23", "-2", "- point", "@cmd", '=HYPERLINK("http://x")', "\t=1", "\r=1", "=cmd|' /C calc'!A0"]
)
def test_what_a_person_typed_never_becomes_a_formula(tmp_path: Path, text: str) -> None:
    """An apostrophe in front makes a spreadsheet program take it as text; the row keeps its fields."""
    table(tmp_path, [text, "ok"])
    first, second = read_table(tmp_path / "t.csv")[0]
    assert first.startswith("'")
    assert (first[1:].lstrip(), second) == (text.lstrip(), "ok")


def read_table(path: Path) -> list[list[str]]:
    """The rows of a table below its header, as a program reads them."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))[1:]


def bare(rows: list[list[str]]) -> list[list[str]]:
    """Rows without the apostrophes that make them harmless, every line break as one sign."""
    return [[text.removeprefix("'").replace("\r\n", "\n").replace("\r", "\n") for text in row] for row in rows]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")) | st.text(st.sampled_from("=+-@'\t\r\n,;\" a"))


@law
@given(rows=st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_a_table_gives_back_its_texts(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """Read back, each text is itself, or itself behind the apostrophe that makes it harmless."""
    found = read_table(write_table(tmp_path_factory.mktemp("t") / "t.csv", ["a", "b"], rows))
    assert bare(found) == bare(rows)
    assert not any(text.startswith(("=", "+", "-", "@")) for row in found for text in row)


def test_a_name_that_is_no_unicode_does_not_stop_a_table(tmp_path: Path) -> None:
    """Bytes of a foreign file name that no encoding knows are written as question marks."""
    assert table(tmp_path, ["\udce9t\udce9.xlsx"]) == "f0\n?t?.xlsx\n"
