"""What was read, kept in one SQLite file for each campaign: every file by the fingerprint of its content, and what stood in the end.

Bodies are JSON derived from the dataclasses; what one asks a database about (status, organisation, sector…) has columns of its own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

from dimm_xl.assessment import Return, light
from dimm_xl.findings import Busy, Fault, Faulty

APPLICATION = int.from_bytes(b"dimm")
"""Written in the file's head: which SQLite files are archives."""
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE readings (  -- what reading a file gave, before it was compared with the others
        file TEXT PRIMARY KEY, content TEXT NOT NULL, reader TEXT NOT NULL, read TEXT NOT NULL, body TEXT NOT NULL)""",
        """CREATE TABLE returns (  -- what became of each file in the last run; where body is null it is that of its reading
        position INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, status TEXT NOT NULL, organisation TEXT, sector TEXT,
        size TEXT, edition TEXT, lang TEXT, body TEXT)""",
        """CREATE TABLE findings (
        position INTEGER NOT NULL, file TEXT NOT NULL, sheet TEXT NOT NULL, cell TEXT NOT NULL, code TEXT NOT NULL,
        severity TEXT NOT NULL)""",
    ),
    (
        """CREATE TABLE written (  -- every file that runs left in a folder; place is that folder, seen from the archive's
        place TEXT NOT NULL, file TEXT NOT NULL, inputs TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
        sha256 TEXT NOT NULL, PRIMARY KEY (place, file))""",
        """CREATE TABLE concluded (  -- the last run that ended well: what it was asked and found, as a fingerprint, and its summary
        state TEXT NOT NULL, summary TEXT NOT NULL)""",
    ),
)
"""The SQL that brings an archive from each version of its schema to the next; the first makes an empty one."""
PATIENCE = 2.0
"""Seconds to wait for another process that is reading the archive."""
BATCH = 100
"""Readings that a kill may cost at most."""


Told = TypeVar("Told")


@dataclass(frozen=True)
class Written:
    """A file that a run wrote: the fingerprint of what it was made from (empty while it is being written), and how it stood then."""

    inputs: str = ""
    size: int = -1
    modified: int = -1
    sha256: str = ""


def read(path: Path) -> tuple[Return, ...]:
    """Return what became of every file in the last run or `collect`, in the order of names: assessments and findings with them.

    Faulty when there is no archive at ``path``, when it is none, or when a newer program or a run at work has it.
    """
    if not path.is_file():
        raise Faulty([Fault(str(path), 0, "", "no archive here; `dimm-xl run` and `dimm-xl collect` make one")])
    with closing(_opened(path)) as base:
        rows = base.execute("SELECT coalesce(one.body, two.body) FROM returns one LEFT JOIN readings two USING (file) ORDER BY position")
        try:
            return tuple(light(_adapter(Return).validate_json(body)) for (body,) in rows)
        except ValueError:
            raise Faulty([Fault(str(path), 0, "", "written by another version of dimm-xl; run again over the returned files")]) from None


class Archive:
    """An archive held by this process alone until it is closed; without a path, one that keeps no readings.

    The lock is SQLite's own: the system frees it when a process dies. What was kept is committed at least every ``BATCH`` readings.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._base = _opened(path, alone=True)
        self._pending = 0
        self._same: dict[str, object] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.commit()
        self._base.close()

    def commit(self) -> None:
        """Make what was kept so far lasting."""
        self._base.commit()
        self._pending = 0

    def contents(self, reader: str) -> dict[str, str]:
        """Return the content's fingerprint of every file that this ``reader`` has read, by file."""
        return dict(self._base.execute("SELECT file, content FROM readings WHERE reader = ?", (reader,)))

    def recall(self, file: str, what: Any) -> Any:
        """Return what reading a file gave, as the type ``what``; None when it is not known or cannot be understood."""
        for (known,) in self._base.execute("SELECT body FROM readings WHERE file = ?", (file,)):
            try:
                found = _adapter(what).validate_json(known)
            except ValueError:
                return None
            self._same[file] = light(found) if isinstance(found, Return) else found
            return self._same[file]
        return None

    def keep(self, file: str, content: str, reader: str, read: str, reading: object) -> None:
        """Keep what ``reader`` made of a file: ``content`` is its fingerprint, ``read`` the date (ISO, may be empty)."""
        if self.path is None:
            return
        self._base.execute("REPLACE INTO readings VALUES (?, ?, ?, ?, ?)", (file, content, reader, read, body(reading)))
        self._same[file] = reading
        self._pending += 1
        if self._pending >= BATCH:
            self.commit()

    def stood(self, returns: Sequence[Return], files: Iterable[str]) -> None:
        """Keep what became of every file in the end, and forget the readings of all but ``files``."""
        if self.path is None:
            return
        gone = {file for (file,) in self._base.execute("SELECT file FROM readings")} - set(files)
        self._base.executemany("DELETE FROM readings WHERE file = ?", [(file,) for file in gone])
        for table in ("returns", "findings", "concluded"):
            self._base.execute(f"DELETE FROM {table}")  # noqa: S608
        for position, one in enumerate(returns):
            self._base.execute("INSERT INTO returns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (position, *self._row(one)))
            self._base.executemany(
                "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)",
                [(position, each.file, each.sheet, each.cell, each.code.name, each.code.severity.value) for each in one.findings],
            )
        self.commit()

    def written(self, place: str) -> dict[str, Written]:
        """Return every file that runs wrote in a place, by its name there."""
        rows = self._base.execute("SELECT file, inputs, size, modified, sha256 FROM written WHERE place = ?", (place,))
        return {file: Written(*how) for file, *how in rows}

    def write(self, place: str, files: Mapping[str, Written]) -> None:
        """Note files that are about to be written in a place, or how they stand there."""
        self._base.executemany(
            "REPLACE INTO written VALUES (?, ?, ?, ?, ?, ?)", [(place, file, *astuple(how)) for file, how in files.items()]
        )

    def forget(self, place: str, files: Iterable[str]) -> None:
        """Forget files of a place."""
        self._base.executemany("DELETE FROM written WHERE place = ? AND file = ?", [(place, file) for file in files])

    def concluded(self, state: str) -> str:
        """Return the summary of the last run when it was of this ``state``, empty otherwise."""
        found = self._base.execute("SELECT summary FROM concluded WHERE state = ?", (state,)).fetchone()
        return str(found[0]) if found else ""

    def conclude(self, state: str = "", summary: str = "") -> None:
        """Note that a run ended well with a summary; without one, that results are about to change."""
        self._base.execute("DELETE FROM concluded")
        if state:
            self._base.execute("INSERT INTO concluded VALUES (?, ?)", (state, summary))
        self.commit()

    def _row(self, one: Return) -> tuple[str | None, ...]:
        said = one.assessment
        about = (said.organisation, said.profile.sector, said.profile.size, said.edition, said.lang) if said else (None,) * 5
        return (one.file, one.sha256, one.status.value, *about, None if self._same.get(one.file) is one else body(one))


def body(value: object) -> str:
    """Return a dataclass as JSON: enums by value, or by name where the value is more than a text."""
    what: Any = type(value)
    return json.dumps(_adapter(what).dump_python(value), default=_named, ensure_ascii=False).encode("utf-8", "replace").decode()


def told(what: type[Told], text: str) -> Told:
    """Return what :func:`body` wrote, as a dataclass; ValueError when it is something else."""
    kind: Any = what
    found: Told = _adapter(kind).validate_json(text)
    return found


def _named(value: object) -> str:
    assert isinstance(value, Enum | Path)
    if isinstance(value, Path):
        return value.as_posix()
    return value.value if isinstance(value.value, str) else value.name


@cache
def _adapter(what: Any) -> Any:
    from pydantic import TypeAdapter  # here: it costs 0.2 s, and `--help` needs none of it

    return TypeAdapter(what)


def _opened(path: Path | None, alone: bool = False) -> sqlite3.Connection:
    """Return an archive's database, brought to the newest schema; ``alone``: locked until it is closed."""
    if path is not None and alone:
        path.parent.mkdir(parents=True, exist_ok=True)
    base = None
    try:
        base = sqlite3.connect(path or ":memory:", timeout=PATIENCE)
        if alone:
            base.execute("PRAGMA locking_mode = EXCLUSIVE")
            base.execute("BEGIN EXCLUSIVE")
        _upgrade(base)
    except (sqlite3.Error, ValueError) as problem:
        if base is not None:
            base.close()
        raise _refusal(str(path), problem) from None
    return base


def _upgrade(base: sqlite3.Connection) -> None:
    (application,), (version,) = base.execute("PRAGMA application_id").fetchone(), base.execute("PRAGMA user_version").fetchone()
    empty = not base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and not empty:
        raise ValueError("a database, but no archive of dimm-xl")
    if version > len(MIGRATIONS):
        raise ValueError(f"written by a newer dimm-xl (schema {version}, this one knows {len(MIGRATIONS)}): update dimm-xl")
    if version == len(MIGRATIONS):
        base.commit()
        return
    steps = [step for migration in MIGRATIONS[version:] for step in migration]
    if not base.in_transaction:
        base.execute("BEGIN EXCLUSIVE")
    for step in (*steps, f"PRAGMA application_id = {APPLICATION}", f"PRAGMA user_version = {len(MIGRATIONS)}"):
        base.execute(step)
    base.commit()


def _refusal(path: str, problem: Exception) -> Faulty:
    if isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem):
        return Busy([Fault(path, 0, "", "another run is at work with this archive; wait until it has ended")])
    what = "not an archive of dimm-xl" if isinstance(problem, sqlite3.DatabaseError) and "not a database" in str(problem) else str(problem)
    return Faulty([Fault(path, 0, "", what)])
