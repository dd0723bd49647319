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
from pathlib import Path

SYSTEM = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


def slug(name: str, longest: int = 60) -> str:
    """Return a name as lower-case ASCII letters, digits and hyphens, safe as a file name everywhere; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:longest].strip("-") or "x"


@dataclass(frozen=True)
class Lying:
    """Something that lies in a folder: its name below it, and why it is set aside (``system``, ``special``; empty: to be read)."""

    name: str
    path: Path
    aside: str = ""


def walk(folder: Path, apart: Path | None = None) -> Iterator[Lying]:
    """Yield everything in a folder and below, sorted by name; what is ``apart`` is left out whole.

    Links are never followed: a link, a device, a pipe is special; lock files and system files are set aside too.
    """
    for path in sorted(folder.rglob("*")):
        if apart is not None and (path == apart or apart in path.parents):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        system = path.name.startswith((".", "~$")) or path.name.lower() in SYSTEM
        aside = "special" if not stat.S_ISREG(mode) else "system" if system else ""
        yield Lying(path.relative_to(folder).as_posix(), path, aside)


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then rename it: it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise
    return path


def write_table(path: Path, fields: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV table: UTF-8, comma, dot, no index; text that a spreadsheet program would take for a formula gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return write_whole(path, out.getvalue().encode("utf-8", "replace"))


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return "" if value is None else value
