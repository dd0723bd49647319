"""Valid returns damaged in every way that chance finds: each ends in a listed status, and never at the cost of the others."""

from __future__ import annotations

import csv
import io
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dimm_xl import catalogue
from dimm_xl.assessment import Status
from dimm_xl.campaign import run
from dimm_xl.collect import Reading, collect
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Severity
from dimm_xl.settings import Run
from tests.test_collect import gathered, lay, said, zipped

SAMPLES = Path(__file__).parents[1] / "samples/returns"
TYPED = {"ods": "river club FINAL.ods", "xls": "transports_des_erables.xls"}
"""Returns that a real spreadsheet program saved, since ours writes neither format."""
GARBAGE = ("", "x", "-1", "²", "1e999", "9" * 5000, "A1", "\ud7ff", "../../../etc/passwd", "#REF!", "1048577", "16385")
CASES = 25
"""Damaged files of each format and kind of damage."""

Chance = random.Random
Damage = Callable[[bytes, Chance], bytes]


def flipped(content: bytes, chance: Chance) -> bytes:
    """Change some bytes."""
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 30))):
        damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
    return bytes(damaged)


def cut(content: bytes, chance: Chance) -> bytes:
    """Lose the end, or a stretch in the middle, as a broken transfer does."""
    start, length = chance.randrange(len(content)), chance.choice((1, 100, 5000, len(content)))
    return content[:start] + content[start + length :]


def parts(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Pack a zip anew, each part changed, or left out (None)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for entry in old.infolist():
            part = change(entry.filename, old.read(entry))
            if part is not None:
                new.writestr(entry.filename, part)
    return out.getvalue()


def parts_cut(content: bytes, chance: Chance) -> bytes:
    """Leave a part out of a zip that is whole otherwise, or damage it before it is packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        names = [name for name in whole.namelist() if not name.endswith("/")]
    victim, how = chance.choice(names), chance.choice((None, flipped, cut))
    return parts(content, lambda name, part: part if name != victim or not part else how(part, chance) if how else None)


def nodes_removed(content: bytes, chance: Chance) -> bytes:
    """Remove some XML nodes, or write nonsense into their attributes, in a part that reading depends on."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        names = [
            name
            for name in whole.namelist()
            if re.fullmatch(r"(xl/.*(sheet\d+|workbook|Strings)|content|.*Types\]?|.*/core)\.xml|.*\.rels", name)
        ]
    victim = chance.choice(names)

    def change(name: str, part: bytes) -> bytes:
        if name != victim:
            return part
        for prefix, place in re.findall(rb'xmlns:?(\w*)="([^"]+)"', part):  # else all prefixes come out as ns0, ns1, …
            ElementTree.register_namespace(prefix.decode(), place.decode())
        root = ElementTree.fromstring(part)
        for _ in range(chance.choice((1, 3, 40))):
            parent = chance.choice(list(root.iter()))
            if parent.attrib and chance.random() < 0.5:
                parent.set(chance.choice(list(parent.attrib)), chance.choice(GARBAGE))
            elif len(parent):
                parent.remove(chance.choice(list(parent)))
        changed: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
        return changed

    return parts(content, change)


@cache
def whole(ending: str) -> bytes:
    """A valid return, or zip of returns, in a format."""
    match ending:
        case "xlsx":
            return said("Fuzz", 2)
        case "zip":
            return zipped({"a.xlsx": said("Fuzz a", 2), "sub/b.xlsx": said("Fuzz b", 1)})
    return (SAMPLES / TYPED[ending]).read_bytes()


FORMATS: Mapping[str, tuple[Damage, ...]] = {
    "xlsx": (flipped, cut, parts_cut, nodes_removed),
    "ods": (flipped, cut, parts_cut, nodes_removed),
    "xls": (flipped, cut),
    "zip": (flipped, cut, parts_cut),
}


def survived(folder: Path, damaged: Mapping[str, bytes]) -> None:
    """Assert that damaged files beside two good returns are listed, explained, and change nothing for the good ones."""
    good = {"good-1.xlsx": said("Hôtel"), "good-2.xlsx": said("Auberge", 4)}
    undisturbed = gathered(lay(folder / "clean", good))
    found = collect(lay(folder / "in", {**good, **damaged}), (), Reading(workers=2))
    assert found.faults == ()
    listed = {one.file: one for one in found.returns}
    assert len(listed) == len(found.returns)
    assert {name for name in listed if name.partition("/")[0] not in damaged} == set(good)
    assert set(damaged) <= set(listed)
    assert {name: listed[name] for name in good} == undisturbed
    for one in found.returns:
        codes = {finding.code for finding in one.findings}
        assert Code.FAULT not in codes, one.file
        assert (one.assessment is None) == (one.status in (Status.REFUSED, Status.SUPERSEDED, Status.IGNORED)), one
        assert one.status is not Status.REFUSED or [finding.code.severity for finding in one.findings] == [Severity.ERROR], one
        said_so = [tell(finding, catalogue.words(lang)) for finding in one.findings for lang in ("fr", "en") for tell in (message, repair)]
        assert all(said_so), one.file


@pytest.mark.parametrize("ending", FORMATS)
def test_a_damaged_return_is_listed_and_explained_and_harms_no_other(tmp_path: Path, ending: str) -> None:
    """Bytes flipped, ends and parts cut, nodes removed: no case fails in us, and the good returns' answers are untouched."""
    content, chance = whole(ending), random.Random(f"2026 {ending}")
    damaged = {f"{damage.__name__} {n}.{ending}": damage(content, chance) for damage in FORMATS[ending] for n in range(CASES)}
    assert sum(one != content for one in damaged.values()) > 0.9 * len(damaged)
    survived(tmp_path, damaged)


def test_a_run_over_damaged_returns_writes_everything_for_the_others(tmp_path: Path) -> None:
    """Tables, results and letters come out of a folder that holds a little of every damage; the good rows are those of a clean run."""
    good = {"good-1.xlsx": said("Hôtel"), "good-2.xlsx": said("Auberge", 4)}
    chance = random.Random("2026")
    damaged = {f"{damage.__name__}.{ending}": damage(whole(ending), chance) for ending, kinds in FORMATS.items() for damage in kinds}
    lay(tmp_path / "clean", good)
    lay(tmp_path / "in", {**good, **damaged})
    rows = []
    for name, workers in (("clean", 0), ("in", 1)):
        summary = run(Run(tmp_path / name, tmp_path / f"out-{name}", workers=workers))
        assert summary.faults == ()
        with (tmp_path / f"out-{name}/data/answers.csv").open(encoding="utf-8", newline="") as lines:
            rows.append([row for row in csv.DictReader(lines) if row["return"] in good])
    assert rows[0] == rows[1] != []
    refused = summary.statuses[Status.REFUSED.value]
    assert refused > 0
    assert len(list((tmp_path / "out-in/to-correct").glob("*.txt"))) >= refused


# --- cases that chance would seldom find


def sheet(change: Callable[[bytes], bytes], name: str = "xl/worksheets/sheet3.xml") -> bytes:
    """A return whose part is changed."""
    return parts(said("Fuzz", 2), lambda part, content: change(content) if part == name else content)


def ods(old: bytes, new: bytes) -> bytes:
    """An OpenDocument return in whose content the first ``old`` is replaced."""
    return parts(whole("ods"), lambda part, content: content.replace(old, new, 1) if part == "content.xml" else content)


ERROR = b'<c r="A9" t="e"><v>#N/A</v></c>'


def with_error(content: bytes) -> bytes:
    """A sheet that deserves the second look, since it holds an error."""
    return content.replace(b"</sheetData>", b'<row r="900">' + ERROR.replace(b"A9", b"A900") + b"</row></sheetData>")


def wide_beside_damaged() -> bytes:
    """A sheet in UTF-16, beside a part that nobody reads and whose checksum is wrong."""
    wide = bytearray(sheet(lambda part: part.decode().replace("UTF-8", "UTF-16", 1).encode("utf-16")))
    with zipfile.ZipFile(io.BytesIO(bytes(wide))) as whole_:
        entry = whole_.getinfo("xl/theme/theme1.xml")
    wide[entry.header_offset + 30 + len(entry.filename) + 50] ^= 0xFF
    return bytes(wide)


HARD: Mapping[str, Callable[[], bytes]] = {
    "row number of 5000 digits": lambda: sheet(
        lambda part: re.sub(rb'<row r="\d+"(?!.*<row )', b'<row r="' + b"9" * 5000 + b'"', part, flags=re.DOTALL)
    ),
    "row number that only looks like one": lambda: sheet(lambda part: with_error(part).replace(b'<row r="7"', '<row r="²"'.encode())),
    "row number of 5000 digits, second look": lambda: sheet(
        lambda part: with_error(part).replace(b'<row r="7"', b'<row r="' + b"9" * 5000 + b'"')
    ),
    "count of texts of 5000 digits": lambda: sheet(
        lambda part: re.sub(rb'uniqueCount="\d+"', b'uniqueCount="' + b"9" * 5000 + b'"', part), "xl/sharedStrings.xml"
    ),
    **{
        f"encoding {name}": lambda name=name: sheet(lambda part: part.replace(b"UTF-8", name.encode(), 1))  # type: ignore[misc]
        for name in ("undefined", "punycode", "idna", "base64", "rot13", "utf-7", "utf-32", "nonsense")
    },
    "two bytes a character beside a damaged part": wide_beside_damaged,
    "a million columns repeated": lambda: ods(b"<table:table-row", b'<table:table-row table:number-rows-repeated="1000000"'),
    "repeated how often": lambda: ods(b"<table:table-row ", b'<table:table-row table:number-rows-repeated="x" '),
    "first and last cell of a sheet": lambda: sheet(
        lambda part: part.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    ),
    "nothing but a signature": lambda: b"PK\x03\x04",
    "nothing but the other signature": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "an empty zip": lambda: zipped({}),
}


def test_what_is_hard_to_read_is_refused_or_read_but_never_our_fault(tmp_path: Path) -> None:
    """Numbers too long to be numbers, encodings that are none, sheets as large as sheets can be: each is listed with its reason."""
    survived(tmp_path, {f"{name}.xlsx": make() for name, make in HARD.items()})


LISTENING = """
import os, sys, pathlib
from dimm_xl.collect import Reading, collect

def listen(event, given):
    writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event in ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.connect", "os.mkdir"):
        print(event, *given)

sys.addaudithook(listen)
print(sorted({one.status.value for one in collect(pathlib.Path(sys.argv[1]), (), Reading(workers=0)).returns}))
"""


def test_reading_writes_nothing_starts_nothing_and_fetches_nothing(tmp_path: Path) -> None:
    """Zips are read in memory, macros not run, links not followed: nothing is written, no program started, no connection made."""
    hostile = io.BytesIO(said("Gîte"))
    with zipfile.ZipFile(hostile, "a") as more:
        more.writestr("xl/vbaProject.bin", b"Shell")
        more.writestr("xl/externalLinks/externalLink1.xml", '<externalLink><externalBook r:id="http://localhost/"/></externalLink>')
    lay(tmp_path, {"lot.zip": zipped({"a.xlsx": said("Hôtel"), "b.xlsx": said("Gîte")[:999]}), "c.xlsm": hostile.getvalue()})
    told = subprocess.run([sys.executable, "-B", "-c", LISTENING, str(tmp_path)], capture_output=True, text=True, check=True)
    assert told.stdout == "['accepted', 'ignored', 'refused']\n"
