"""What may be opened at all: limits, refusals, and the zip directory that every modern workbook starts with.

Nothing is unpacked before its directory was found sound. What was measured and why each rule is there: docs/decisions/0006.
"""

from __future__ import annotations

import calendar
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dimm_xl.findings import Code

try:
    from isal import isal_zlib as zlib  # unpacks twice as fast
except ImportError:  # not built for every processor
    import zlib  # type: ignore[no-redef]

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LINK = 0o120000
ENCRYPTED_FLAG = 1


class Refused(Exception):
    """A file is not read: the finding's code and its facts."""

    def __init__(self, code: Code, **facts: str | float) -> None:
        super().__init__(code.name)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Limits:
    """What a file may be at most; seen in 2,567 real workbooks: under 4 MB, 340 entries, 60 MB unpacked, 568,708 cells, 30 sheets."""

    file: int = 50_000_000
    entries: int = 5_000
    unpacked: int = 300_000_000
    part: int = 150_000_000
    cells: int = 1_000_000
    rectangle: int = 4_000_000
    sheets: int = 200


DEFAULT = Limits()


def within(limit: str, size: int, most: int) -> None:
    """Refuse a size above a limit, naming the limit."""
    if size > most:
        raise Refused(Code.TOO_BIG, limit=limit, size=size, most=most)


# --- zip


def directory(content: bytes, limits: Limits) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """Return a zip and its entries by name; Refused when its directory is damaged or built to harm."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as problem:
        raise Refused(Code.UNREADABLE, reason=str(problem)) from None
    entries = opened.infolist()
    within("entries", len(entries), limits.entries)
    within("unpacked", sum(entry.file_size for entry in entries), limits.unpacked)
    if entries and min(entry.header_offset for entry in entries) > 0:
        raise Refused(Code.UNREADABLE, reason="inside")
    seen: set[str] = set()
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        within("part", entry.file_size, limits.part)
        if reason := _hostile(entry, seen, end):
            raise Refused(Code.SUSPICIOUS, reason=reason, part=entry.filename[:60])
        seen.add(entry.filename.casefold())
        end = entry.header_offset + entry.compress_size
    return opened, {entry.filename: entry for entry in entries}


def _hostile(entry: zipfile.ZipInfo, seen: set[str], end: int) -> str:
    name = entry.filename
    if name.casefold() in seen:
        return "twin"
    if name.startswith(("/", "\\")) or (".." in name and ".." in re.split(r"[/\\]", name)) or ":" in name.partition("/")[0]:
        return "place"
    if entry.external_attr >> 16 & 0o170000 == LINK:
        return "link"
    if entry.header_offset < end:
        return "overlap"
    return ""


def inflate(content: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Return the content of a zip entry, its length capped by the directory and its checksum verified."""
    if entry.flag_bits & ENCRYPTED_FLAG:
        raise Refused(Code.ENCRYPTED)
    head = content[entry.header_offset : entry.header_offset + 30]
    if len(head) < 30 or not head.startswith(ZIP):
        raise Refused(Code.UNREADABLE, reason="header", part=entry.filename[:60])
    start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        plain = bytes(packed)
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        try:
            plain = zlib.decompressobj(-15).decompress(packed, entry.file_size + 1)
        except zlib.error:  # type: ignore[misc]  # the stubs of isal call it a value
            raise Refused(Code.UNREADABLE, reason="packing", part=entry.filename[:60]) from None
    else:
        raise Refused(Code.SUSPICIOUS, reason="method", part=entry.filename[:60])
    if len(plain) != entry.file_size or zlib.crc32(plain) != entry.CRC:
        raise Refused(Code.UNREADABLE, reason="checksum", part=entry.filename[:60])
    return plain


class Parts(Mapping[str, bytes]):
    """The parts of a zip workbook by name, each unpacked when it is first asked for; Refused when it is damaged or built to harm."""

    def __init__(self, content: bytes, entries: Mapping[str, zipfile.ZipInfo]) -> None:
        self._content, self._entries = content, entries
        self._unpacked: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> bytes:
        part = self._unpacked.get(name)
        if part is None:
            part = self._unpacked[name] = inflate(self._content, self._entries[name])
            forbid(name, part)
        return part

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def size(self, name: str) -> int:
        """Return how long a part is once unpacked, by the directory."""
        return self._entries[name].file_size


def forbid(name: str, part: bytes) -> None:
    """Refuse a part that declares a document type: entities are how XML bombs and file theft are built."""
    if beside(part, b"!", b"<") and b"<!DOCTYPE" in part:
        raise Refused(Code.SUSPICIOUS, reason="doctype", part=name[:60])


def beside(part: bytes, mark: bytes, before: bytes, after: bytes = b"") -> bool:
    """Say whether the byte ``mark`` stands anywhere right after one of the bytes ``before``, or right before one of ``after``.

    A rare byte is found ten times faster than the shortest of texts.
    """
    at = part.find(mark)
    while at >= 0:
        if (at and part[at - 1] in before) or (after and part[at + 1 : at + 2] in after and at + 1 < len(part)):
            return True
        at = part.find(mark, at + 1)
    return False


# --- a zip of returns


def is_bundle(content: bytes, limits: Limits = DEFAULT) -> bool:
    """Say whether a zip is a zip of files rather than a workbook."""
    _, entries = directory(content, limits)
    return not any(name.startswith("xl/") or name in ("content.xml", "[Content_Types].xml") for name in entries)


def members(content: bytes, limits: Limits = DEFAULT) -> Iterator[tuple[str, float]]:
    """Yield the files in a zip of returns, folders left out, each with its date (seconds); Refused when it is built to harm."""
    _, entries = directory(content, limits)
    for name, entry in entries.items():
        if not name.endswith("/"):
            yield name, float(calendar.timegm((*entry.date_time, 0, 0, 0)))


def member(content: bytes, name: str, limits: Limits = DEFAULT) -> bytes:
    """Return one file of a zip of returns, in memory."""
    _, entries = directory(content, limits)
    within("file", entries[name].file_size, limits.file)
    return inflate(content, entries[name])
