"""A folder in a store that is no disk (``s3://bucket/folder``): what lies in it, read like files of a folder.

fsspec, which knows the stores, is imported when one is opened. Whatever it raises becomes an OSError here, and nowhere else.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from dimm_xl.files import Lying, of_system, readable
from dimm_xl.findings import Fault, Faulty
from dimm_xl.fingerprint import digest

HERE = frozenset({"file", "local"})
UNLISTED = frozenset({"data", "http", "https"})
"""What fsspec opens, but cannot list for certain."""
DATES = ("mtime", "LastModified", "last_modified", "created")
TAGS = ("ETag", "etag")
"""What stores call the date of a file and the sign of its content, in the order they are looked for."""
SECRET = re.compile(r"(?<=://)[^\s\"']*@|\?[^\s\"']+")
"""Where an address that somebody else's message names may carry a key."""
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "no such bucket, folder or file"),
    (NotADirectoryError, "a file, not a folder"),
    (PermissionError, "not permitted with the credentials that the library of this store finds"),
    (ImportError, "a library is missing (pip install 'dimm-xl[remote]' and that of the store, such as s3fs, gcsfs, adlfs)"),
    (ValueError, "not an address that fsspec knows, as it does s3://, gs://, abfs://, sftp://, smb://"),
    (Exception, "the store cannot be had"),
)
"""What became of asking a store, by the first kind of exception that fits."""


def place(given: str) -> Path | Store:
    """Return what an address names, a store or (``file://``) a folder of this machine; ValueError for one that is not taken.

    Nothing is opened. The message never repeats the address, which may hold a secret.
    """
    scheme = given.partition("://")[0].lower()
    if scheme in HERE:
        return Path(url2pathname(urlsplit(given).path))
    if "@" in given or "?" in given:
        raise ValueError(
            "an address with a user, a key or a token (@ or ?) would be shown in messages; leave them out: "
            "the library of the store takes credentials from environment variables or its own configuration"
        )
    if scheme in UNLISTED or "::" in given or not given.partition("://")[2].strip("/"):
        raise ValueError(
            "give the address of a folder in a store, such as s3://bucket/folder; what web pages or chains lead to is not read"
        )
    return Store(given)


@dataclass(frozen=True)
class Store:
    """A folder in a store, by its address."""

    url: str

    @contextmanager
    def opened(self) -> Iterator[tuple[Any, str]]:
        """Give fsspec's file system and the folder's path in it; what libraries raise meanwhile, of whatever kind, becomes an OSError.

        It says why, without the secrets that somebody else's message may hold.
        """
        try:
            from fsspec import url_to_fs

            files, path = url_to_fs(self.url)
            yield files, path
        except MemoryError:
            raise
        except Exception as problem:
            said = SECRET.sub("", str(problem)).strip()[:200] or type(problem).__name__
            reason = next(reason for kind, reason in REASONS if isinstance(problem, kind))
            raise OSError(f"{reason}: {said}") from problem

    def check(self) -> None:
        """Ask the store whether the folder is there; Faulty with what to do when it is not, or cannot be asked."""
        with self._refused(), self.opened() as (files, path):
            if files.info(path)["type"] != "directory":
                raise NotADirectoryError("give the folder that it lies in")

    def walk(self) -> Iterator[Lying[Stored]]:
        """Yield every file of the folder and below, sorted by name, as `files.walk` does; Faulty when some folder cannot be listed.

        What is neither file nor folder (a link on a server) is special.
        """
        with self._refused(), self.opened() as (files, root):
            files.invalidate_cache()
            lying = {one["name"].removeprefix(_below(root)): one for one in _listed(files, root)}
        for name, one in sorted(lying.items(), key=lambda item: item[0].split("/")):
            aside = "special" if one["type"] != "file" else "system" if of_system(name.rpartition("/")[2]) else ""
            yield Lying(readable(name), _stored(self, one), aside)

    @contextmanager
    def _refused(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise Faulty([Fault(self.url, 0, "", str(problem))]) from None


@dataclass(frozen=True)
class Stored:
    """A file in a store as its folder listed it: path there, size (bytes; None: not told), date (seconds; 0.0: not told), tag of content.

    This travels to a worker, which opens the store itself. It is asked what a ``Path`` is asked.
    """

    store: Store
    path: str
    size: int | None
    dated: float = 0.0
    tag: str = ""

    @property
    def version(self) -> str:
        """The fingerprint of what the store says of the content, empty when it says neither date nor tag."""
        return digest(self.size, self.dated, self.tag) if self.dated or self.tag else ""

    def stat(self) -> os.stat_result:
        """Return size and date, without asking again; OSError when the size was not told."""
        if self.size is None:
            raise OSError("the store does not tell how large the file is")
        return os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, self.size, 0, self.dated, 0))

    def read_bytes(self) -> bytes:
        """Return the content; OSError when it cannot be had."""
        return _kept(self) if self.version else _content(self)


def _content(one: Stored) -> bytes:
    with one.store.opened() as (files, _):
        return bytes(files.cat_file(one.path))


_kept = lru_cache(maxsize=1)(_content)
"""The last content: the returns of a zip are read one after the other, each from the whole zip."""


def _below(folder: str) -> str:
    return f"{folder.rstrip('/')}/"


def _listed(files: Any, folder: str) -> Iterator[dict[str, Any]]:
    """Yield what fsspec tells of every file in a folder and below.

    By listing alone, the one way of walking that lets no failure pass: fsspec's own leave out what they could not list.
    """
    for one in files.ls(folder, detail=True):
        name = one["name"].rstrip("/")
        if one["type"] == "directory" and name.startswith(_below(folder)):
            yield from _listed(files, name)
        elif one["type"] != "file" or name == one["name"]:  # a file that ends in / marks an empty folder
            yield one


def _stored(store: Store, told: dict[str, Any]) -> Stored:
    size = told.get("size")
    dated = next((told[name] for name in DATES if told.get(name)), 0.0)
    tag = next((str(told[name]) for name in TAGS if told.get(name)), "")
    seconds = dated.timestamp() if isinstance(dated, datetime) else float(dated) if isinstance(dated, int | float) else 0.0
    return Stored(store, told["name"], None if size is None else int(size), seconds, tag)
