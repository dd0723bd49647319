"""What an archive knows of a folder's files: those that did not change are not read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dimm_xl import fingerprint
from dimm_xl.archive import Archive
from dimm_xl.remote import Stored


class Memory:
    """The readings in an archive that still hold: same name, same content, same ``reader`` (program, models, limits).

    ``most`` is the size in bytes from which content is not looked at; ``read`` the date (ISO) that new readings get.
    ``whole`` becomes false when something came of a moment (a deadline, a fault) that another try may mend: it is not kept.
    """

    def __init__(self, archive: Archive, reader: str, most: int, read: str = "") -> None:
        self.archive, self.reader, self.most, self.read = archive, reader, most, read
        self.whole = True
        self._known = archive.contents(reader)
        self._found: dict[Path, str] = {}

    def content(self, path: Path | Stored) -> str:
        """Return the fingerprint of a file's content, of its size and date when it is too large, empty when it cannot be had.

        Of a file in a store, that of what the store says of it: to look at the content would be to fetch it.
        """
        if isinstance(path, Stored):
            return path.version
        if path not in self._found:
            try:
                about = path.stat()
                large = about.st_size > self.most
                self._found[path] = fingerprint.digest(about.st_size, about.st_mtime_ns) if large else fingerprint.of_file(path)
            except OSError:
                return ""
        return self._found[path]

    def knows(self, file: str, path: Path | Stored) -> str:
        """Return the fingerprint of a file whose reading is known, empty when it must be read; only files of a known name are looked at."""
        known = self._known.get(file, "")
        return known if known and known == self.content(path) else ""

    def recall(self, file: str, path: Path | Stored, what: Any) -> Any:
        """Return the reading of a file as the type ``what``, None when it must be read."""
        return self.archive.recall(file, what) if self.knows(file, path) else None

    def keep(self, file: str, path: Path | Stored, reading: object, content: str = "") -> None:
        """Keep a reading; ``content`` is the fingerprint of what was read, where the reader knows it."""
        if content and isinstance(path, Path):
            self._found[path] = content
        if found := self.content(path):
            self._known[file] = found
            self.archive.keep(file, found, self.reader, self.read, reading)
