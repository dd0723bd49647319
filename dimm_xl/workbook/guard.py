"""What a file is and whether it may be opened, by its content alone: cheap searches first, a real XML pass for what looks unusual.

The cheap pass looks at the zip directory and at bytes; it sorts files into plain (given to calamine as they are), unusual (looked at by
:mod:`dimm_xl.workbook.thorough`) and refused. What was measured and why each rule is there:
docs/decisions/0006.
"""

from __future__ import annotations

import calendar
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dimm_xl.findings import Code
from dimm_xl.workbook.guess import guess
from dimm_xl.workbook.style import CREATED

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
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


@dataclass(frozen=True)
class Sorted:
    """A file that may be opened: its format, what is worth a note, and its parts when they deserve the thorough look (empty: plain).

    ``changed`` is when a spreadsheet program last saved it (ISO), empty when it does not say or nobody ever saved it.
    In a plain file, ``hidden`` are, by part and address, the cells that the engine gives as blank: errors as they show, and formulas
    without a value (empty; XlsxWriter stores an empty text so). ``index`` are the parts that tell which part is which sheet.
    """

    format: str
    notes: tuple[Code, ...] = ()
    unusual: Mapping[str, bytes] = field(default_factory=dict)
    changed: str = ""
    hidden: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    index: Mapping[str, bytes] = field(default_factory=dict)


def sort(content: bytes, limits: Limits = DEFAULT) -> Sorted:
    """Return what kind of workbook this is; Refused when it is none, is damaged, too big, or built to harm."""
    if not content:
        raise Refused(Code.EMPTY_FILE)
    within("file", len(content), limits.file)
    if content.startswith(OLE):
        if ENCRYPTED_STREAM in content:
            raise Refused(Code.ENCRYPTED)
        return Sorted("xls")
    if content.startswith(ZIP):
        return _in_zip(content, limits)
    raise Refused(Code.NOT_A_WORKBOOK, found=guess(content))


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
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name.partition("/")[0]:
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
        except zlib.error:
            raise Refused(Code.UNREADABLE, reason="packing", part=entry.filename[:60]) from None
    else:
        raise Refused(Code.SUSPICIOUS, reason="method", part=entry.filename[:60])
    if len(plain) != entry.file_size or zlib.crc32(plain) != entry.CRC:
        raise Refused(Code.UNREADABLE, reason="checksum", part=entry.filename[:60])
    return plain


def _in_zip(content: bytes, limits: Limits) -> Sorted:
    _, entries = directory(content, limits)
    if "content.xml" in entries:
        return _ods(content, entries)
    if not any(name.startswith("xl/") for name in entries):
        raise Refused(Code.NOT_A_WORKBOOK, found="ZIP")
    notes = []
    if any(name.endswith("vbaProject.bin") for name in entries):
        notes.append(Code.MACRO_IGNORED)
    if any(name.startswith("xl/externalLinks/") for name in entries):
        notes.append(Code.LINK_IGNORED)
    parts = {name: _cells_of(name, inflate(content, entries[name])) for name in entries if _READ.fullmatch(name)}
    if not any("worksheets/" in name for name in parts):
        raise Refused(Code.UNREADABLE, reason="no_sheet")
    within("sheets", sum("worksheets/" in name for name in parts), limits.sheets)
    for name, part in parts.items():
        forbid(name, part)
    sheets = [part for name, part in parts.items() if "worksheets/" in name]
    if sum(map(len, sheets)) > LEAST_CELL * limits.cells:
        within("cells", sum(len(_HELD.findall(part)) for part in sheets), limits.cells)
    saved = _changed(content, entries, "docProps/core.xml")
    if any(_unusual(name, part) for name, part in parts.items()):
        return Sorted("xlsx", tuple(notes), {name: inflate(content, entries[name]) for name in parts}, saved)
    hidden = {name: found for name, part in parts.items() if "worksheets/" in name and (found := _hidden(part))}
    index = {name: part for name, part in parts.items() if "workbook.xml" in name} if hidden else {}
    return Sorted("xlsx", tuple(notes), {}, saved, hidden, index)


def _cells_of(name: str, part: bytes) -> bytes:
    """Return what matters of a part: of a sheet as programs write it, all up to the end of its cells."""
    end = part.find(b"</sheetData>") if "worksheets/" in name else -1
    return part if end < 0 else part[: end + len(b"</sheetData>")]


_READ = re.compile(r"xl/(workbook\.xml|_rels/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml|worksheets/[^/]+\.xml)", re.IGNORECASE)
"""The parts that reading a workbook's values needs; pictures, charts and tables are not looked at."""


def forbid(name: str, part: bytes) -> None:
    """Refuse a part that declares a document type: entities are how XML bombs and file theft are built."""
    if b"<!" in part and (b"<!DOCTYPE" in part or b"<!ENTITY" in part):
        raise Refused(Code.SUSPICIOUS, reason="doctype", part=name[:60])


_END_OF_FORMULA = re.compile(rb"</f>(?:<v></v>|<v ?/>)?</c>|<f[^>]*/>(?:<v></v>|<v ?/>)?</c>")
_EMPTY_FORMULA = re.compile(rb"<c ([^>]*)><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v></v>|<v ?/>)?</c>")
_ADDRESS = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_ERROR = re.compile(rb"""<c r="([A-Z]+[0-9]+)"[^>]* t="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v></c>""")
_FAR_COLUMN = re.compile(rb'r="[A-Z][A-Z][A-Z]\d')
_LAST_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"')
_COUNT = re.compile(rb'<sst[^>]*?uniqueCount="(\d+)"')
MANY_ROWS = 5_000
"""Rows under which 702 columns (A to ZZ) stay within the rectangle that calamine is given."""


def _unusual(name: str, part: bytes) -> bool:
    """Say whether something may hide behind what calamine would read in a part."""
    if part[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in part[:64] or not _utf8(part):
        return True
    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
        if b"<sheetData" not in part or _oddly_written(part) or _FAR_COLUMN.search(part):
            return True
        if b't="e"' in part and part.count(b't="e"') != len(_ERROR.findall(part)):
            return True
        last = part.rfind(b"<row ")
        found = _LAST_ROW.match(part, last) if last >= 0 else None
        return found is not None and (len(found[1]) > DIGITS or int(found[1]) > MANY_ROWS)
    if name == "xl/sharedStrings.xml":
        found = _COUNT.search(part[:2000])
        if found and (len(found[1]) > DIGITS or int(found[1]) > part.count(b"<si") + 1000):
            raise Refused(Code.SUSPICIOUS, reason="count")
    return False


def _oddly_written(part: bytes) -> bool:
    """Say whether a sheet is XML of a kind that no spreadsheet program writes, in which searches for bytes would miss things."""
    return b"='" in part or b"<!" in part or b"&#" in part or b' = "' in part or part.count(b">\n") > HEAD_LINES


HEAD_LINES = 2
LEAST_CELL = 8
"""Bytes that a cell takes at the very least: shorter sheets need no counting."""
_HELD = re.compile(rb"<c [^>]*[^/]>")
DIGITS = 7
"""Digits of the largest number that a sheet's address or a count of texts has in a real file."""


def _hidden(part: bytes) -> dict[str, str]:
    """Return the cells that the engine gives as blank, by address: errors as they show, formulas without a value as nothing."""
    found: dict[str, str] = {}
    if _END_OF_FORMULA.search(part):  # ten times faster than what follows, and mostly in vain
        cells = ((_ADDRESS.search(given), given) for given in _EMPTY_FORMULA.findall(part))
        found = {address[1].decode(): "" for address, given in cells if address and b't="str"' not in given}
    if b't="e"' in part:
        found |= {address.decode(): shown.decode("utf-8", "replace") for address, shown in _ERROR.findall(part)}
    return found


def _utf8(part: bytes) -> bool:
    declared = re.match(rb'\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["\']([\w-]+)', part)
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii", b"ascii")


# --- OpenDocument


def _ods(content: bytes, entries: Mapping[str, zipfile.ZipInfo]) -> Sorted:
    if "META-INF/manifest.xml" in entries and b"encryption-data" in inflate(content, entries["META-INF/manifest.xml"]):
        raise Refused(Code.ENCRYPTED)
    part = inflate(content, entries["content.xml"])
    forbid("content.xml", part)
    if b"office:spreadsheet" not in part.replace(b"\x00", b""):
        raise Refused(Code.NOT_A_WORKBOOK, found="OpenDocument")
    notes = (Code.MACRO_IGNORED,) if any(name.startswith(("Basic/", "Scripts/")) for name in entries) else ()
    return Sorted("ods", notes, {"content.xml": part}, _changed(content, entries, "meta.xml"))


_CHANGED = re.compile(rb"<(?:dcterms:modified|dc:date)[^>]*>([^<]{4,40})<")


def _changed(content: bytes, entries: Mapping[str, zipfile.ZipInfo], part: str) -> str:
    found = _CHANGED.search(inflate(content, entries[part])) if part in entries else None
    said = found[1].decode("ascii", "ignore")[:19] if found else ""
    return "" if said.startswith(CREATED.isoformat()) else said


# --- neither


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
