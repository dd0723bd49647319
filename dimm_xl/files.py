"""Folders and files: what lies in a folder, names that are safe everywhere, files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import stat
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from dimm_xl.findings import Busy, Fault

RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that Windows keeps for devices, whatever their ending."""
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that have no plain form by decomposition."""
LONGEST_ENDING = 5
PART = ".dimm-xl-part"
"""The ending of a file that is being written."""
SYSTEM = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


def slug(name: str, longest: int = 60) -> str:
    """Return a name as lower-case ASCII letters, digits and hyphens, safe as a file name everywhere; never empty."""
    parts = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    plain = "".join(character for character in parts if not unicodedata.combining(character))
    shown = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-") or "x"
    return f"{shown}-x" if RESERVED.fullmatch(shown) else shown


def safe(name: str, most: int = 200) -> str:
    """Return a returned file's name as the name of a file of ours: one folder level, at most ``most`` bytes, its ending kept."""
    flat = re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", name.encode("utf-8", "replace").decode())
    stem, dot, ending = flat.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        stem, dot, ending = flat, "", ""
    while len(f"{stem}{dot}{ending}".encode()) > most:
        stem = stem[:-1]
    return f"{stem}{dot}{ending}"


Place = TypeVar("Place")


@dataclass(frozen=True)
class Lying(Generic[Place]):
    """Something that lies in a folder: its name below it, and why it is set aside (``system``, ``special``; empty: to be read)."""

    name: str
    path: Place
    aside: str = ""


def unique(names: Iterable[str]) -> list[str]:
    """Return names made unique by a number before their ending, even where a system tells no case apart: ``a.xlsx``, ``a-2.xlsx``."""
    taken: set[str] = set()
    found = []
    for name in names:
        stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
        several = (f"{stem}-{n}{dot}{ending}" if n > 1 else name for n in count(1))
        made = next(one for one in several if not {one.casefold(), f"{one}.xlsx".casefold()} & taken)
        taken |= {made.casefold(), f"{made}.xlsx".casefold()}
        found.append(made)
    return found


def of_system(name: str) -> bool:
    """Say whether a file is the system's or a program's own: hidden, a lock file, a folder's thumbnails."""
    return name.startswith((".", "~$")) or name.lower() in SYSTEM


def walk(folder: Path, apart: Sequence[Path] = ()) -> Iterator[Lying[Path]]:
    """Yield everything in a folder and below, sorted by name; files and folders that are ``apart`` are left out whole.

    Links are never followed: a link, a device, a pipe is special; lock files and system files are set aside too.
    """
    out = {path.resolve() for path in apart}

    @cache
    def places(above: Path) -> tuple[Path, set[Path]]:
        found = above.resolve()
        return found, {above.absolute(), *above.absolute().parents, found, *found.parents}

    for path in sorted(folder.rglob("*")):
        found, above = places(path.parent)
        if out and (path.absolute() in out or found / path.name in out or not out.isdisjoint(above)):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        aside = "special" if not stat.S_ISREG(mode) else "system" if of_system(path.name) else ""
        yield Lying(readable(path.relative_to(folder).as_posix()), path, aside)


def readable(name: str) -> str:
    """Return a name as text that can be written, whatever bytes a system takes for one."""
    return name.encode("utf-8", "backslashreplace").decode()


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then rename it: it appears whole or not at all."""
    with appearing(path) as out:
        out.write(content)
    return path


@contextlib.contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written piece by piece: it appears under its name when all of it is written, and not at all on an exception."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=".", suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone; Busy when another holds it. The system lets go of it when a process dies."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # not on Windows: the archive, which lies in the folder, is held there
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(place)
        raise Busy([Fault(str(folder), 0, "", "another run is writing here; wait until it has ended")]) from None
    except OSError:  # a share that knows no locks: the archive's is left
        pass
    try:
        yield
    finally:
        os.close(place)


def sweep(folder: Path) -> None:
    """Remove what a killed run was writing in a folder and directly below: files that were never renamed."""
    for place in (folder, *folder.iterdir()) if folder.is_dir() else ():
        if place.is_dir() and not place.is_symlink():
            for part in place.glob(f".*{PART}"):
                part.unlink(missing_ok=True)


def write_table(path: Path, fields: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV table: UTF-8, comma, dot, no index; text that a spreadsheet program would take for a formula gets an apostrophe."""
    with appearing(path) as raw, io.TextIOWrapper(raw, "utf-8", "replace", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows(map(_harmless, row) for row in rows)
    return path


def _harmless(value: object) -> object:
    return _plain(value) if isinstance(value, str) else "" if value is None else value


@lru_cache(maxsize=65_536)  # names, codes and states come again in every line
def _plain(value: str) -> str:
    lines = value.replace("\r\n", "\n").replace("\r", "\n")  # csv leaves a lone \r unquoted
    return "'" + lines if value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else lines
