"""What cannot be read is refused with its own sentence and the repair, and never harms the run nor the other files."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from dimm_xl import catalogue
from dimm_xl.assessment import Return, Status
from dimm_xl.cli import main
from dimm_xl.collect import Reading, collect
from dimm_xl.describe import message
from dimm_xl.findings import Code, Finding
from dimm_xl.issuing import Wanted, fill
from dimm_xl.returns import read_return
from dimm_xl.workbook.guard import Limits
from tests.office import Office
from tests.support import assessed, at_level
from tests.test_flags import rezipped, say

SHEET, TEXTS, STYLES, CORE = "xl/worksheets/sheet3.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
END = "</sheetData>"
GIVEN = assessed(at_level(3))
CONTENT = fill(Wanted(), GIVEN)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return out.getvalue()


def opened(content: bytes) -> zipfile.ZipFile:
    """A workbook as the zip that it is."""
    return zipfile.ZipFile(io.BytesIO(content))


PARTS = {name: opened(CONTENT).read(name) for name in opened(CONTENT).namelist()}


def changed(where: str, change: Callable[[bytes], bytes], content: bytes = CONTENT) -> bytes:
    """A workbook with one part changed, its checksum right."""
    return rezipped(content, lambda name, part: change(part) if name == where else part)


def swapped(where: str, old: str, new: str) -> bytes:
    """The questionnaire with a text of one part replaced, once."""
    assert old.encode() in PARTS[where]
    return changed(where, lambda part: part.replace(old.encode(), new.encode(), 1))


def half(part: bytes) -> bytes:
    """The first half of something."""
    return part[: len(part) // 2]


def added(name: str, mode: int = 0o644) -> bytes:
    """The questionnaire with one more part, whatever it is called."""
    out = io.BytesIO(CONTENT)
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "a") as bundle:
        bundle.writestr(entry, b"/etc/passwd")
    return out.getvalue()


def patched(change: Callable[[bytearray, int, str], None]) -> bytes:
    """The questionnaire with the entries of its zip directory changed in place: told where each stands and its name."""
    out = bytearray(CONTENT)
    at = out.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack_from("<H", out, at + 28)[0]
        change(out, at, out[at + 46 : at + 46 + length].decode())
        at = out.find(b"PK\x01\x02", at + 46)
    return bytes(out)


def locked(out: bytearray, at: int, _: str) -> None:
    """Mark an entry as encrypted."""
    out[at + 8] |= 1
    out[struct.unpack_from("<I", out, at + 42)[0] + 6] |= 1


def overlapping(out: bytearray, at: int, name: str) -> None:
    """Let a sheet begin inside the one before it."""
    if name == "xl/worksheets/sheet4.xml":
        struct.pack_into("<I", out, at + 42, opened(CONTENT).getinfo(SHEET).header_offset + 40)


def flipped() -> bytes:
    """The questionnaire, not compressed, in which one answer was changed by a bad disk: the checksum tells."""
    stored = zipped(PARTS, zipfile.ZIP_STORED)
    at = stored.find(b"<v>3</v>", opened(stored).getinfo(SHEET).header_offset)
    return stored[: at + 3] + b"4" + stored[at + 4 :]


def ods(body: str, manifest: str = "", head: str = "") -> bytes:
    """A small OpenDocument spreadsheet."""
    names = "".join(f' xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text"))
    listed = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest:manifest>'
    table = f'<table:table table:name="Budget 2026">{body}</table:table>'
    content = f"<office:document-content{names}><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return zipped({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": listed.format(manifest),
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?>{head}{content}</office:document-content>',
    })  # fmt: skip


FLOAT = ' office:value-type="float" office:value="1"'
CELL = '<table:table-cell table:number-columns-repeated="{}"{}><text:p>1</text:p></table:table-cell>'
DOCTYPE = ("?>", "?><!DOCTYPE x>")
BOMB = ("?>", '?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>')
HTML, TABLE = "<html><body><table><tr><td>3</td></tr></table></body></html>", "Code;Niveau\nSP1;3\n"
NOT, DAMAGED, ODD, LOCKED, FOREIGN = Code.NOT_A_WORKBOOK, Code.UNREADABLE, Code.SUSPICIOUS, Code.ENCRYPTED, Code.OTHER_MODEL
REFUSED: Mapping[str, tuple[bytes, Code, str]] = {
    "empty": (b"", Code.EMPTY_FILE, "0"),
    "html": (HTML.encode(), NOT, "HTML"),
    "html in utf-16": (HTML.encode("utf-16"), NOT, "HTML"),
    "csv": (TABLE.encode(), NOT, "CSV"),
    "csv in utf-16": (TABLE.encode("utf-16"), NOT, "CSV"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", NOT, "PDF"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(60), NOT, "PNG"),
    "text": ("Bonjour, voici nos réponses".encode(), NOT, "TXT"),
    "xml": (b'<?xml version="1.0"?><answers/>', NOT, "XML"),
    "docx": (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}), NOT, ""),
    "odt": (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office:text/>"}), NOT, "OpenDocument"),
    "an empty zip": (zipped({}), NOT, "ZIP"),
    "random bytes": (bytes(range(256)) * 12, NOT, ""),
    "password, .xlsx": (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(600), LOCKED, ""),
    "password, .ods": (ods("", '<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'), LOCKED, ""),
    "password, zip": (patched(locked), LOCKED, ""),
    "half of it": (half(CONTENT), DAMAGED, ""),
    "without its end": (CONTENT[:-30], DAMAGED, ""),
    "a wrong checksum": (flipped(), DAMAGED, SHEET),
    "a sheet cut": (changed(SHEET, half), DAMAGED, ""),
    "texts cut": (changed(TEXTS, half), DAMAGED, ""),
    "workbook cut": (changed(CORE, half), DAMAGED, ""),
    "a sheet missing": (rezipped(CONTENT, lambda name, part: None if name == SHEET else part), DAMAGED, ""),
    "unknown encoding": (swapped(SHEET, "UTF-8", "x-klingon"), DAMAGED, "x-klingon"),
    "an old .xls cut": (OLE, DAMAGED, ""),
    "ods cut": (changed("content.xml", lambda part: part[:-90], ods(CELL.format(1, ""))), DAMAGED, ""),
    "doctype": (swapped(SHEET, *DOCTYPE), ODD, SHEET),
    "doctype in styles": (swapped(STYLES, *DOCTYPE), ODD, STYLES),
    "doctype in .ods": (ods("", head="<!DOCTYPE x>"), ODD, "content.xml"),
    "doctype in utf-16": (changed(SHEET, lambda part: part.decode().encode("utf-16"), swapped(SHEET, *BOMB)), ODD, SHEET),
    "entity bomb": (swapped(TEXTS, *BOMB), ODD, TEXTS),
    "outside entity": (swapped(CORE, "?>", '?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), ODD, CORE),
    "a part twice": (added(SHEET), ODD, SHEET),
    "a part in other case": (added(SHEET.upper()), ODD, SHEET.upper()),
    "a part above": (added("xl/../../evil.xml"), ODD, "xl/../../evil.xml"),
    "a link": (added("xl/media/image1.png", 0o120777), ODD, "xl/media/image1.png"),
    "overlapping parts": (patched(overlapping), ODD, ""),
    "lying count of texts": (swapped(TEXTS, 'uniqueCount="', 'uniqueCount="4000000'), ODD, ""),
    "unusual packing": (zipped(PARTS, zipfile.ZIP_BZIP2), ODD, ""),
    "another workbook": (ods(CELL.format(3, "")), Code.NOT_A_QUESTIONNAIRE, "Budget 2026"),
    "another model": (swapped(TEXTS, "<t>dimm</t>", "<t>maison</t>"), FOREIGN, "maison"),
    "another edition": (swapped(TEXTS, "<t>v2</t>", "<t>v9</t>"), FOREIGN, "v9"),
}  # fmt: skip
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
SURVIVED: Mapping[str, bytes] = {
    "cells far apart": swapped(SHEET, END, FAR),
    "cells far apart, single quotes": swapped(SHEET, END, FAR.replace('"', "'")),
    "cells beyond the end": swapped(SHEET, END, '<row r="4294967296"><c r="A4294967296"><v>1</v></c></row></sheetData>'),
    "a row of five thousand digits": swapped(SHEET, END, f'<row r="{"9" * 5000}"><c><v>1</v></c></row></sheetData>'),
    "a row that is no number": swapped(SHEET, END, '<row r="²"><c t="e"><v>#N/A</v></c></row></sheetData>'),
    "lying count, single quotes": swapped(TEXTS, "uniqueCount=", "uniqueCount='4000000000' count2="),
    "utf-32": changed(SHEET, lambda part: part.decode().replace("UTF-8", "UTF-32").encode("utf-32")),
    "a deep nest": swapped(SHEET, "<sheetData>", "<a>" * 100_000 + "</a>" * 100_000 + "<sheetData>"),
    "a million columns": ods("<table:table-row>" + CELL.format(10**11, FLOAT) + "</table:table-row>"),
    "columns that are no number": ods("<table:table-row>" + CELL.format("x", ' table:formula="of:=1"') + "</table:table-row>"),
}  # fmt: skip
GOOD = {name: replace(GIVEN, organisation=f"Maison {n}") for n, name in enumerate(("=1+1\n.ods", "middle", "lot.zip/é"))}


def called(name: str, content: bytes) -> bytes:
    """A workbook of an organisation with another name."""
    return changed(TEXTS, lambda part: part.replace(GIVEN.organisation.encode(), name.encode()), content)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Return]:
    """What one run in worker processes made of everything: bad files and files built to harm among good ones, one of those in a zip."""
    folder = tmp_path_factory.mktemp("returns")
    files = {**{name: case[0] for name, case in REFUSED.items()}, **{name: called(name, content) for name, content in SURVIVED.items()}}
    files |= {name: fill(Wanted(), given) for name, given in GOOD.items()}
    files["lot.zip"] = zipped({"é": files.pop("lot.zip/é")})
    for name, content in files.items():
        (folder / name).write_bytes(content)
    returns = collect(folder, [folder / "out"], Reading(workers=2)).returns
    assert sorted(one.file for one in returns) == sorted([*REFUSED, *SURVIVED, *GOOD, "lot.zip"])
    return {one.file: one for one in returns}


def only(read: Return) -> Finding:
    """The one finding of a refused return."""
    assert read.status is Status.REFUSED
    (finding,) = read.findings
    return finding


@pytest.mark.parametrize("case", REFUSED)
def test_each_bad_file_is_refused_for_what_it_is_and_says_what_was_found(case: str, run: Mapping[str, Return]) -> None:
    """Its own code, with a message and a repair in both languages that name the fact, and no gap in them."""
    _, code, fact = REFUSED[case]
    finding = only(run[case])
    assert (finding.code, finding.file) == (code, case)
    for words in say(finding):
        assert fact in words
        assert "?" not in words


@pytest.mark.parametrize("case", [case for case, (_, code, _) in REFUSED.items() if code is ODD])
def test_the_reason_of_a_refusal_is_said_in_the_language_of_the_reader(case: str, run: Mapping[str, Return]) -> None:
    """The French message does not hold the English reason: our own reasons are words like all others."""
    french, english = (message(only(run[case]), catalogue.words(lang)) for lang in ("fr", "en"))
    assert english[english.index("(") + 1 : english.rindex(")")] not in french


@pytest.mark.parametrize("case", SURVIVED)
def test_a_file_built_to_harm_is_read_or_refused_and_never_a_fault(case: str, run: Mapping[str, Return]) -> None:
    """Cells at both ends of a sheet, counts that lie, numbers that are none: the answers, or a refusal that blames the file."""
    read = run[case]
    assert read.assessment.answers == GIVEN.answers if read.assessment else only(read).code is not Code.FAULT


def test_the_good_files_are_read_as_if_they_were_alone(run: Mapping[str, Return]) -> None:
    """Among some sixty bad files three good ones, oddly named, keep every answer; everything is listed exactly once."""
    assert {name: run[name].assessment for name in GOOD} == GOOD


SIZES = {
    "file": len(CONTENT), "entries": len(PARTS), "unpacked": sum(map(len, PARTS.values())), "part": max(map(len, PARTS.values())),
    "sheets": sum("worksheets/sheet" in name and name.endswith(".xml") for name in PARTS),
    "cells": sum(len(re.findall(rb"<c [^>]*[^/]>", part)) for name, part in PARTS.items() if "worksheets/sheet" in name),
}  # fmt: skip


@pytest.mark.parametrize("limit", SIZES)
def test_a_file_above_a_limit_is_refused_with_the_limit_and_one_at_it_is_read(limit: str) -> None:
    """The message tells what is allowed, in both languages; what is exactly as large as allowed is read."""
    size = SIZES[limit]
    assert read_return("big.xlsx", CONTENT, limits=replace(Limits(), **{limit: size})).assessment == GIVEN
    finding = only(read_return("big.xlsx", CONTENT, limits=replace(Limits(), **{limit: size - 1})))
    assert (finding.code, finding.facts["limit"], finding.facts["most"]) == (Code.TOO_BIG, limit, size - 1)
    assert all(str(size - 1) in re.sub(r"(?<=\d)\D(?=\d{3}\b)", "", words) for words in say(finding))


@pytest.mark.parametrize("limit", [limit for limit in SIZES if limit != "cells"])
def test_a_limit_is_called_by_a_word_of_the_readers_language(limit: str) -> None:
    """The French message does not hold the English id of the limit."""
    finding = only(read_return("big.xlsx", CONTENT, limits=replace(Limits(), **{limit: SIZES[limit] - 1})))
    assert not re.search(rf"\b{limit}\b", message(finding, catalogue.words("fr")))


def test_who_runs_the_program_is_told_the_option_that_raises_a_limit() -> None:
    """The message or the repair names an option, and `dimm-xl run` has it."""
    (words, *_) = say(only(read_return("big.xlsx", CONTENT, limits=Limits(file=100))))
    option = re.search(r"--[a-z][a-z-]+", words)
    assert option
    assert option[0] in CliRunner().invoke(main, ["run", "--help"]).output


def test_a_workbook_whose_rectangle_is_too_large_is_read_all_the_same() -> None:
    """The limit is of what the fast engine is given; the other one reads the same answers."""
    tall = swapped(SHEET, END, '<row r="9000"><c r="B9000"><v>1</v></c></row></sheetData>')
    assert read_return("tall.xlsx", tall, limits=Limits(rectangle=100)).assessment == GIVEN


def test_cells_of_an_opendocument_file_are_counted_too() -> None:
    """A hundred cells, whether they stand one by one or are told once and repeated, are more than fifty."""
    for row in (CELL.format(1, FLOAT) * 100, CELL.format(100, FLOAT)):
        content = ods(f"<table:table-row>{row}</table:table-row>")
        assert only(read_return("big.ods", content, limits=Limits(cells=50))).code is Code.TOO_BIG


@pytest.mark.office
def test_an_old_workbook_with_a_password_is_not_called_damaged(office: Office, tmp_path: Path) -> None:
    """An .xls whose first record says that the rest is encrypted asks for a password."""
    (tmp_path / "plain.xlsx").write_bytes(CONTENT)
    office.fill(tmp_path / "plain.xlsx", tmp_path / "saved.xls", [])
    saved = bytearray((tmp_path / "saved.xls").read_bytes())
    first = saved.find(bytes.fromhex("0908100000060500")) + 20
    struct.pack_into("<H", saved, first, 0x2F)
    assert only(read_return("locked.xls", bytes(saved))).code is Code.ENCRYPTED
