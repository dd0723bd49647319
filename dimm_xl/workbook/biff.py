"""What calamine does not tell of an .xls: error cells, which it gives as blanks, and the mark of a password.

The file is an OLE container (sectors chained by a table) whose ``Workbook`` stream is a row of records: type, length, content.
Format: [MS-CFB] and [MS-XLS], public specifications.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from dimm_xl.sheet import CellError

ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
ENCRYPTED, SHEET, START, BOOLEAN_OR_ERROR, FORMULA = 0x2F, 0x85, 0x809, 0x205, 0x06
LAST_SECTOR = 0xFFFFFFFA
"""Numbers from here on are marks, not sectors."""
MOST_TABLES = 1000


class Damaged(ValueError):
    """The container cannot be followed; the engine will say what is wrong."""


def errors(content: bytes) -> Mapping[str, dict[tuple[int, int], CellError]] | None:
    """Return error cells by sheet and place, None when the workbook asks for a password; Damaged when it cannot be followed."""
    try:
        return _errors(_stream(content))
    except (struct.error, IndexError, UnicodeDecodeError, MemoryError) as problem:
        raise Damaged(str(problem)) from None


def _stream(content: bytes) -> bytes:
    """Return the stream that holds the workbook."""
    size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    tables = [number for number in struct.unpack_from("<109I", content, 76) if number < LAST_SECTOR]
    more, followed = struct.unpack_from("<I", content, 68)[0], 0
    while more < LAST_SECTOR and followed < MOST_TABLES:
        *part, more = struct.unpack(f"<{size // 4}I", sector(more))
        tables += [number for number in part if number < LAST_SECTOR]
        followed += 1
    following = [number for table in tables for number in struct.unpack(f"<{size // 4}I", sector(table).ljust(size, b"\xff"))]

    def chain(number: int) -> bytes:
        parts: list[bytes] = []
        while number < len(following) and len(parts) <= len(following):
            parts.append(sector(number))
            number = following[number]
        return b"".join(parts)

    directory = chain(struct.unpack_from("<I", content, 48)[0])
    for at in range(0, len(directory) - 127, 128):
        entry = directory[at : at + 128]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")
        if name in ("Workbook", "Book"):
            start, length = struct.unpack_from("<II", entry, 116)
            return chain(start)[:length]
    raise Damaged("no workbook in it")


def _errors(book: bytes) -> Mapping[str, dict[tuple[int, int], CellError]] | None:
    names: dict[int, str] = {}
    cells: dict[str, dict[tuple[int, int], CellError]] = {}
    current: dict[tuple[int, int], CellError] | None = None
    at = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        record = book[at + 4 : at + 4 + length]
        if kind == ENCRYPTED:
            return None
        if kind == SHEET:
            names[struct.unpack_from("<I", record)[0]] = _name(record)
        elif kind == START:
            current = cells.setdefault(names[at], {}) if at in names else None
        elif current is not None and (code := _error(kind, record)) is not None:
            current[struct.unpack_from("<HH", record)] = CellError(ERRORS.get(code, "#ERR"))
        at += 4 + length
    return cells


def _name(record: bytes) -> str:
    wide = record[7] & 1
    return record[8 : 8 + record[6] * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _error(kind: int, record: bytes) -> int | None:
    """Return the error that a cell's record holds, None for any other."""
    if kind == BOOLEAN_OR_ERROR and record[7]:
        return record[6]
    if kind == FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2:
        return record[8]
    return None
