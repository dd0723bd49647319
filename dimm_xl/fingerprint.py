"""Fingerprints: of values, of what lies on the disk, and of this program itself, so that an upgrade reads and writes anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

LIBRARIES = ("openpyxl", "pandas", "pydantic", "python-calamine", "xlsxwriter")
"""On whose version it depends what is read and written."""
SOURCES = (".py", ".yaml")


def digest(*values: object) -> str:
    """Return the fingerprint of values, dataclasses included: equal values in equal order have the same one.

    Values are told one by one: those of a large campaign would take more memory together than the campaign itself.
    """
    told = hashlib.sha256()
    for value in values:
        told.update(repr(value).encode("utf-8", "backslashreplace") + b"\0")
    return told.hexdigest()


def of_file(path: Path) -> str:
    """Return the fingerprint of a file's content; OSError when it cannot be had."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def named(name: str | Path) -> str:
    """Return the fingerprint of what a name stands for on the disk: a file's content, a folder's YAML files; of the name if nothing."""
    path = Path(name)
    if path.is_file():
        return of_file(path)
    parts = sorted(path.glob("*.yaml")) if name and path.is_dir() else []
    return digest(str(name), [(part.name, of_file(part)) for part in parts])


@cache
def program() -> str:
    """Return the fingerprint of this program: its code, its templates and the libraries it reads and writes with."""
    sources = [(name, place.read_bytes()) for package in ("dimm_xl", "dimm_xl_templates") for name, place in _sources(files(package))]
    return digest(sorted(sources), [version(name) for name in LIBRARIES])


def _sources(folder: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    for place in folder.iterdir():
        name = f"{above}/{place.name}"
        if place.is_dir():
            yield from _sources(place, name)
        elif name.endswith(SOURCES):
            yield name, place
