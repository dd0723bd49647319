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
from pathlib import Path

SYSTEM = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


def slug(name: str, longest: int = 60) -> str:
    """Return a name as lower-case ASCII letters, digits and hyphens, safe as a file name everywhere; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:longest].strip("-") or "x"


def walk(folder: Path, apart: Path | None = None) -> Iterator[tuple[str, Path, bool]]:
    """Yield (name below the folder, path, whether it is to be read) for everything in it, sorted; ``apart`` is left out whole.

    Links, devices, lock files and system files are listed but not to be read.
    """
    for path in sorted(folder.rglob("*")):
        if apart is not None and (path == apart or apart in path.parents):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        hidden = path.name.startswith((".", "~$")) or path.name.lower() in SYSTEM
        yield path.relative_to(folder).as_posix(), path, stat.S_ISREG(mode) and not hidden


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
