"""The second look: a real XML pass over the parts of an unusual workbook, for what the engine would hide.

Found are cells that hold an error or a formula without a value (calamine gives both as blank), the true extent of what holds
something, and parts in another encoding (which calamine reads as empty): those are written anew in UTF-8 before anything reads them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from dimm_xl.findings import Code
from dimm_xl.sheet import CellError
from dimm_xl.workbook.glance import Sorted, looked_at
from dimm_xl.workbook.guard import Limits, Refused, directory, inflate, within

UNCALCULATED = CellError("formula without a value")
Cells = Mapping[tuple[int, int], CellError | float | str]


@dataclass(frozen=True)
class Looked:
    """What the second look found: the content to read, what the engine may not see by sheet, whether it is too wide for calamine."""

    content: bytes
    cells: Mapping[str, Cells] = field(default_factory=dict)
    sparse: bool = False


def look(content: bytes, found: Sorted, limits: Limits) -> Looked:
    """Look at an unusual workbook; Refused when a part is not well-formed or there are too many cells."""
    if found.format == "ods":
        part = _in_utf8("content.xml", found.parts["content.xml"])
        plain_content = content if part is found.parts["content.xml"] else _in_utf8_whole(content, limits)
        return Looked(plain_content, _ods_cells(part, limits))
    parts = looked_at(found.parts)
    plain = {name: _in_utf8(name, part) for name, part in parts.items()}
    if any(plain[name] is not parts[name] for name in plain):
        content = _in_utf8_whole(content, limits)
    cells: dict[str, Cells] = {}
    sparse, total = False, 0
    for name, path in sheets(plain).items():
        if path not in plain:
            continue
        sheet = _Sheet(path)
        _parse(path, plain[path], sheet.start, sheet.end, sheet.text)
        total += sheet.count
        cells[name] = {**sheet.values, **sheet.errors}
        sparse |= sheet.rows * sheet.columns > limits.rectangle
    if total > limits.cells:
        raise Refused(Code.TOO_BIG, limit="cells", size=total, most=limits.cells)
    return Looked(content, cells, sparse)


def placed(hidden: Mapping[str, str]) -> Cells:
    """Return by place what the engine gives as blank in a plain sheet: errors, and formulas without a value (empty)."""
    return {_place(address): CellError(shown) if shown else UNCALCULATED for address, shown in hidden.items()}


def _place(address: str) -> tuple[int, int]:
    """Return row and column (from 0) of an address such as ``B7``."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]) - 1, column - 1


WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
"""How XML in two bytes a character starts, and how it is decoded."""


def _in_utf8(name: str, part: bytes) -> bytes:
    """Return a part in UTF-8, whatever it was written in."""
    encoding = next((known for mark, known in WIDE if part.startswith(mark)), None)
    if encoding is None:
        declared = re.match(rb'\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["\']([\w.-]+)', part)
        encoding = declared[1].decode().lower() if declared else "utf-8"
    if encoding in ("utf-8", "us-ascii", "ascii"):
        return part
    try:
        shown = part.decode(encoding)
    except (UnicodeError, LookupError):
        raise Refused(Code.UNREADABLE, reason="encoding", part=name, encoding=encoding) from None
    if "<!DOCTYPE" in shown or "<!ENTITY" in shown:
        raise Refused(Code.SUSPICIOUS, reason="doctype", part=name)
    return re.sub(r"^\ufeff?\s*<\?xml.*?\?>", '<?xml version="1.0" encoding="UTF-8"?>', shown, count=1).encode()


def _in_utf8_whole(content: bytes, limits: Limits) -> bytes:
    """Return a workbook with every XML part in UTF-8."""
    _, entries = directory(content, limits)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name, entry in entries.items():
            part = inflate(content, entry)
            new.writestr(name, _in_utf8(name, part) if name.endswith((".xml", ".rels")) else part)
    return out.getvalue()


Started = Callable[[str, dict[str, str]], None]
Heard = Callable[[str], None]


def _parse(name: str, part: bytes, start: Started, end: Heard | None = None, text: Heard | None = None) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _forbidden
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        raise Refused(Code.UNREADABLE, reason="xml", part=name) from None


def _forbidden(*_: object) -> None:
    raise Refused(Code.SUSPICIOUS, reason="doctype", part="")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def sheets(parts: Mapping[str, bytes]) -> Mapping[str, str]:
    """Return the path of each sheet's part by the sheet's name."""
    return _sheets(*(parts.get(path, b"") for path in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml")))


@lru_cache(maxsize=64)  # all questionnaires of one profile have the same two parts
def _sheets(relations: bytes, workbook: bytes) -> Mapping[str, str]:
    targets: dict[str, str] = {}
    named: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            target = given.get("Target", "")
            targets[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def sheet(name: str, given: dict[str, str]) -> None:
        if _local(name) == "sheet":
            reference = next((value for key, value in given.items() if _local(key) == "id"), "")
            named[given.get("name", "")] = reference

    for part, handler in ((relations, relation), (workbook, sheet)):
        if part:
            _parse("xl/workbook.xml", part, handler)
    return {name: targets.get(reference, "") for name, reference in named.items()}


class _Sheet:
    """Hears a sheet's part: counts cells that hold something, keeps errors and formulas without a value."""

    def __init__(self, path: str) -> None:
        self.path, self.count, self.rows, self.columns = path, 0, 0, 0
        self.errors: dict[tuple[int, int], CellError] = {}
        self.values: dict[tuple[int, int], float | str] = {}
        self._row, self._column, self._type = -1, -1, ""
        self._formula = self._value = self._hears = False
        self._shown: list[str] = []
        self._seen: set[tuple[int, int]] = set()

    def start(self, name: str, given: dict[str, str]) -> None:
        """Hear the start of an element."""
        match _local(name):
            case "row":
                self._row = _whole(given.get("r", ""), self._row + 2) - 1
                self._column = -1
            case "c":
                self._stand(given.get("r", ""))
                self._type = given.get("t", "")
                self._formula = self._value = False
                self._shown = []
            case "f":
                self._formula = True
            case "v" | "is":
                self._hears = True

    def text(self, shown: str) -> None:
        """Hear text."""
        if self._hears and shown:
            self._value = True
            self._shown.append(shown)

    def end(self, name: str) -> None:
        """Hear the end of an element."""
        match _local(name):
            case "v" | "is":
                self._hears = False
            case "c":
                self._close()

    def _stand(self, address: str) -> None:
        if re.fullmatch(r"[A-Z]{1,3}[0-9]{1,7}", address):
            self._row, self._column = _place(address)
        else:
            self._column += 1

    def _close(self) -> None:
        if not (self._formula or self._value):
            return
        place = (self._row, self._column)
        if place in self._seen:
            raise Refused(Code.SUSPICIOUS, reason="cell", part=self.path)
        self._seen.add(place)
        self.count += 1
        self.rows, self.columns = max(self.rows, self._row + 1), max(self.columns, self._column + 1)
        if self._type == "e":
            self.errors[place] = CellError("".join(self._shown) or "#ERR")
        elif self._formula and not self._value and self._type != "str":
            self.errors[place] = UNCALCULATED
        elif self._type not in ("s", "b", "d"):
            self.values[place] = _plain("".join(self._shown), self._type)


def _whole(shown: str, otherwise: int) -> int:
    """Return a whole number of a sheet's address, ``otherwise`` when it is none that a sheet can have."""
    return int(shown) if re.fullmatch(r"[0-9]{1,7}", shown) else otherwise


def _plain(shown: str, kind: str) -> float | str:
    """Return the value of a cell that holds it itself: a number, or the text of a formula or an inline string."""
    try:
        return float(shown) if kind in ("", "n") else shown
    except ValueError:
        return shown


def _ods_cells(part: bytes, limits: Limits) -> Mapping[str, Cells]:
    """Return error cells and formulas without a value of an OpenDocument sheet, repeated rows and columns counted."""
    cells: dict[str, dict[tuple[int, int], CellError]] = {}
    at = {"row": -1, "column": -1, "rows": 1, "held": 0}
    current: list[str] = []

    def start(name: str, given: dict[str, str]) -> None:
        said = {_local(key): value for key, value in given.items()}
        match _local(name):
            case "table":
                current.append(said.get("name", ""))
                cells[current[-1]] = {}
                at.update(row=-1, rows=1)
            case "table-row":
                at.update(row=at["row"] + at["rows"], column=-1)
                at["rows"] = _whole(said.get("number-rows-repeated", ""), 1)
            case "table-cell" | "covered-table-cell" if current:
                at["column"] += 1
                if any(value == "error" for key, value in given.items() if _local(key) == "value-type"):
                    cells[current[-1]][at["row"], at["column"]] = CellError("#ERR")
                elif "formula" in said and "value-type" not in said:
                    cells[current[-1]][at["row"], at["column"]] = UNCALCULATED
                if any(_local(key) == "value-type" for key in given):
                    at["held"] += at["rows"] * _whole(said.get("number-columns-repeated", ""), 1)
                    within("cells", at["held"], limits.cells)
                at["column"] += _whole(said.get("number-columns-repeated", ""), 1) - 1

    _parse("content.xml", part, start)
    return cells
