"""What a workbook is, at a glance: searches for bytes that tell a plain file from an unusual one before any library opens it.

Plain sheets are given to calamine as they are, unusual ones are looked at by :mod:`dimm_xl.workbook.thorough`. Only the sheets
that are read are unpacked and looked at, and the engine is given no others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dimm_xl.findings import Code
from dimm_xl.workbook.guard import DEFAULT, OLE, ZIP, Limits, Parts, Refused, beside, directory, within
from dimm_xl.workbook.guess import guess
from dimm_xl.workbook.pack import filed, joined, stored
from dimm_xl.workbook.style import CREATED

ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Sorted:
    """A file that may be opened: its format, what is worth a note, and its parts (of .xls none).

    ``changed`` is when a spreadsheet program last saved it (ISO), empty when it does not say or nobody ever saved it.
    ``unusual``: something about it as a whole asks for the thorough look.
    """

    format: str
    parts: Mapping[str, bytes]
    notes: tuple[Code, ...] = ()
    changed: str = ""
    unusual: bool = False


def sort(content: bytes, limits: Limits = DEFAULT) -> Sorted:
    """Return what kind of workbook this is; Refused when it is none, is damaged, too big, or built to harm."""
    if not content:
        raise Refused(Code.EMPTY_FILE)
    within("file", len(content), limits.file)
    if content.startswith(OLE):
        if ENCRYPTED_STREAM in content:
            raise Refused(Code.ENCRYPTED)
        return Sorted("xls", {})
    if content.startswith(ZIP):
        _, entries = directory(content, limits)
        parts = Parts(content, entries)
        return _ods(parts) if "content.xml" in parts else _xlsx(parts, limits)
    raise Refused(Code.NOT_A_WORKBOOK, found=guess(content))


def _xlsx(parts: Parts, limits: Limits) -> Sorted:
    if not any(name.startswith("xl/") for name in parts):
        raise Refused(Code.NOT_A_WORKBOOK, found="ZIP")
    notes = []
    if any(name.endswith("vbaProject.bin") for name in parts):
        notes.append(Code.MACRO_IGNORED)
    if any(name.startswith("xl/externalLinks/") for name in parts):
        notes.append(Code.LINK_IGNORED)
    sheets = [name for name in parts if _SHEET.fullmatch(name)]
    if not sheets:
        raise Refused(Code.UNREADABLE, reason="no_sheet")
    within("sheets", len(sheets), limits.sheets)
    if sum(map(parts.size, sheets)) > LEAST_CELL * limits.cells:
        within("cells", sum(len(_HELD.findall(_cells_of(parts[name]))) for name in sheets), limits.cells)
    odd = any(_odd(name, parts[name]) for name in _shared(parts))
    return Sorted("xlsx", parts, tuple(notes), _changed(parts, "docProps/core.xml"), odd)


_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_SHARED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook\.xml|_rels/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml)", re.IGNORECASE
)


def _shared(parts: Collection[str]) -> list[str]:
    """Return the parts that reading any sheet's values needs; pictures, charts and tables are not looked at."""
    return [name for name in parts if _SHARED.fullmatch(name)]


def looked_at(parts: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the parts of a workbook that hold its values: what the thorough look looks at."""
    return {name: parts[name] for name in parts if _SHARED.fullmatch(name) or _SHEET.fullmatch(name)}


def package(parts: Mapping[str, bytes], sheets: Collection[str]) -> bytes:
    """Return a workbook of these sheets' cells alone, not compressed: what the engine reads is what was looked at, and nothing else."""
    cells = {name: _cells_of(parts[name]) for name in sheets}
    closed = {name: part if part is parts[name] else part + b"</worksheet>" for name, part in cells.items()}
    return joined(filed(name, stored(part)) for name, part in ({name: parts[name] for name in _shared(parts)} | closed).items())


_END = b"</sheetData>"


def _cells_of(part: bytes) -> bytes:
    """Return what matters of a sheet as programs write it: all up to the end of its cells."""
    end = part.rfind(_END)
    return part if end < 0 else part[: end + len(_END)]


# --- what is unusual

_UNCALCULATED = re.compile(rb"</f>(?:<v></v>|<v ?/>)?</c>"), re.compile(rb"<f[^>]*/>(?:<v></v>|<v ?/>)?</c>")
"""How the cell of a formula without a value ends; two searches that each start with letters are five times faster than one of both."""
_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]+[0-9]+)"[^>]*>')
_ERROR = re.compile(rb"""<c r="([A-Z]+[0-9]+)"[^>]* t="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v></c>""")
_FAR_COLUMN = re.compile(rb'r="[A-Z][A-Z][A-Z]\d')
_LAST_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"')
_COUNT = re.compile(rb'<sst[^>]*?uniqueCount="(\d+)"')
_HELD = re.compile(rb"<c [^>]*[^/]>")
MANY_ROWS, FEW_ROWS = 5_000, 240
"""Rows under which 702 columns (A to ZZ), and all 16,384, stay within the rectangle that calamine is given."""
_SPREAD = re.compile(b' ="'), re.compile(b'= "')
_AN_E = re.compile(b'e"')
BLANKS = (b"\n", b"\t", b"\r")
HEAD_LINES = 2
LEAST_CELL = 8
"""Bytes that a cell takes at the very least: shorter sheets need no counting."""
DIGITS = 7
"""Digits of the largest number that a sheet's address or a count of texts has in a real file."""


def hidden(part: bytes) -> Mapping[str, str] | None:
    """Return the cells of a plain sheet that calamine gives as blank, by address; None when more may hide in it.

    Errors are as they show, formulas without a value empty (XlsxWriter stores an empty text so, which is none).
    """
    cells = _cells_of(part)
    if not _utf8(cells) or b"<sheetData" not in cells or _oddly_written(cells) or _wide(cells):
        return None
    ends = (end for how in _UNCALCULATED for end in how.finditer(cells))
    starts = (_CELL.match(cells, cells.rfind(b"<c ", 0, end.start())) for end in ends)
    found = {start[1].decode(): "" for start in starts if start and b't="str"' not in start[0]}
    if any(cells.startswith(b't="e"', at.start() - 3) for at in _AN_E.finditer(cells)):
        shown = _ERROR.findall(cells)
        if len(shown) != cells.count(b't="e"'):
            return None
        found |= {address.decode(): error.decode("utf-8", "replace") for address, error in shown}
    return found


def _wide(cells: bytes) -> bool:
    """Say whether a sheet's rectangle may be larger than calamine should be given."""
    last = cells.rfind(b"<row ")
    found = _LAST_ROW.match(cells, last) if last >= 0 else None
    if found is None:
        return False
    rows = int(found[1]) if len(found[1]) <= DIGITS else MANY_ROWS + 1
    return rows > MANY_ROWS or (rows > FEW_ROWS and _FAR_COLUMN.search(cells) is not None)


def _odd(name: str, part: bytes) -> bool:
    """Say whether a part that all sheets share asks for the thorough look; Refused when its count of texts is built to harm."""
    if not _utf8(part):
        return True
    found = _COUNT.search(part, 0, 2000) if name == "xl/sharedStrings.xml" else None
    if found and (len(found[1]) > DIGITS or (int(found[1]) > 1000 and int(found[1]) > part.count(b"<si") + 1000)):
        raise Refused(Code.SUSPICIOUS, reason="count")
    return False


def _oddly_written(part: bytes) -> bool:
    """Say whether a sheet is XML of a kind that no spreadsheet program writes, in which searches for bytes would miss things.

    Such are single quotes around attributes, blanks beside their equals sign, comments, letters by number, a tag a line.
    """
    return (
        beside(part, b"'", b"= \n\t\r")
        or beside(part, b"!", b"<")
        or beside(part, b"#", b"&")
        or any(beside(part, blank, b"=", b"=") for blank in BLANKS)
        or any(spread.search(part) for spread in _SPREAD)
        or (_long(part) and part.count(b">\n") > HEAD_LINES)
    )


def _long(part: bytes) -> bool:
    """Say whether there are more line ends than programs write."""
    at = -1
    for _ in range(HEAD_LINES + 1):
        at = part.find(b"\n", at + 1)
        if at < 0:
            return False
    return True


def _utf8(part: bytes) -> bool:
    if part[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in part[:64]:
        return False
    declared = re.match(rb'\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["\']([\w-]+)', part)
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii", b"ascii")


# --- OpenDocument


def _ods(parts: Parts) -> Sorted:
    if "META-INF/manifest.xml" in parts and b"encryption-data" in parts["META-INF/manifest.xml"]:
        raise Refused(Code.ENCRYPTED)
    if b"office:spreadsheet" not in parts["content.xml"].replace(b"\x00", b""):
        raise Refused(Code.NOT_A_WORKBOOK, found="OpenDocument")
    notes = (Code.MACRO_IGNORED,) if any(name.startswith(("Basic/", "Scripts/")) for name in parts) else ()
    return Sorted("ods", parts, notes, _changed(parts, "meta.xml"), unusual=True)


_CHANGED = re.compile(rb"<(?:dcterms:modified|dc:date)[^>]*>([^<]{4,40})<")


def _changed(parts: Parts, name: str) -> str:
    found = _CHANGED.search(parts[name]) if name in parts else None
    said = found[1].decode("ascii", "ignore")[:19] if found else ""
    return "" if said.startswith(CREATED.isoformat()) else said
