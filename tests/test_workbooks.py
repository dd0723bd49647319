"""Every kind of workbook opens without a warning: what a validator checks, and what Excel repairs in silence."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations, product
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from openpyxl.utils import range_boundaries
from openxml_audit import OpenXmlValidator

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered, Assessment
from dimm_xl.campaign import run
from dimm_xl.issuing import Wanted, fill, make_up
from dimm_xl.migrating import Wanted as Migration
from dimm_xl.migrating import migrate
from dimm_xl.model import Profile
from dimm_xl.page import Book, Page, Put
from dimm_xl.sample import Drawn, sample
from dimm_xl.settings import Dress, Run
from dimm_xl.workbook.write import write
from tests.office import Office
from tests.support import assessed, at_level

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SHOP, TOWN = Profile("retail", "sme"), Profile("public-sector", "public")
QUESTIONNAIRES: Mapping[str, tuple[Profile, str, str | None]] = {
    "questionnaire, blank": (Profile("health", "large"), "fr", None),
    "questionnaire, filled": (TOWN, "en", None),
    "questionnaire without score": (SHOP, "en", None),
    "questionnaire of ten priorities": (SHOP, "fr", "priorities-10"),
    "questionnaire to correct": (SHOP, "fr", None),
}
NAMES = (
    *QUESTIONNAIRES,
    "questionnaire, migrated",
    "organisation",
    "organisation that answered nothing",
    "consolidated",
    "consolidated from nothing",
)
PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNQAAAAIgAh4+9nCwAAAABJRU5ErkJggg==")
Area = tuple[int, int, int, int]


class Parts:
    """A workbook taken apart: its sheets with their cells, tables and drawings, as XML."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.content = name, content
        with ZipFile(io.BytesIO(content)) as parts:
            self.parts = {part: parts.read(part) for part in parts.namelist()}
        self._roots: dict[str, ET.Element] = {}

    def root(self, path: str) -> ET.Element:
        if path not in self._roots:
            self._roots[path] = ET.fromstring(self.parts[path])
        return self._roots[path]

    def related(self, path: str) -> dict[str, str]:
        """The parts that a part refers to, by id."""
        folder, _, file = path.rpartition("/")
        rels = f"{folder}/_rels/{file}.rels"
        targets = {one.attrib["Id"]: one.attrib["Target"] for one in self.root(rels)} if rels in self.parts else {}
        return {key: normpath(join("/", folder, target))[1:] for key, target in targets.items()}

    @cached_property
    def sheets(self) -> dict[str, ET.Element]:
        """The sheets by name, in order."""
        return {name: self.root(path) for name, path in self.paths.items()}

    @cached_property
    def paths(self) -> dict[str, str]:
        targets = self.related("xl/workbook.xml")
        return {one.attrib["name"]: targets[one.attrib[ID]] for one in self.root("xl/workbook.xml").iter(f"{MAIN}sheet")}

    @cached_property
    def strings(self) -> list[str]:
        return ["".join(text.text or "" for text in one.iter(f"{MAIN}t")) for one in self.root("xl/sharedStrings.xml")]

    def tables(self, sheet: str) -> list[ET.Element]:
        return [self.root(path) for path in self.related(self.paths[sheet]).values() if "/tables/" in path]

    def cells(self, sheet: str) -> dict[tuple[int, int], ET.Element]:
        """The cells of a sheet by row and column, from 1."""
        return {area(cell.attrib["r"])[1::-1]: cell for cell in self.sheets[sheet].iter(f"{MAIN}c")}

    def text(self, cell: ET.Element) -> str:
        """What a cell shows when it holds text."""
        value = cell.findtext(f"{MAIN}v") or ""
        return self.strings[int(value)] if cell.get("t") == "s" else value

    def formulas(self) -> Iterator[str]:
        """Every formula: in cells, conditions, lists, names and charts, without its quoted texts."""
        tags = {f"{MAIN}{tag}" for tag in ("f", "formula", "formula1", "formula2", "definedName")} | {f"{CHART}f"}
        for path in self.parts:
            if path.startswith("xl/") and path.endswith(".xml"):
                yield from (re.sub(r'"[^"]*"', '""', one.text or "") for one in self.root(path).iter() if one.tag in tags)


def area(ref: str) -> Area:
    left, top, right, bottom = range_boundaries(ref)
    return left, top, right, bottom


def overlap(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One workbook of every kind, each made as the program makes it."""
    folder = tmp_path_factory.mktemp("campaign")
    returns, out = folder / "returns", folder / "out"
    returns.mkdir()
    make_up(returns, Drawn(6, 2026, "retail", "sme"), workers=1)
    (returns / "vide.xlsx").write_bytes(fill(Wanted(), Assessment("Vide", SHOP, "dimm", "v2", "fr")))
    wrong = {**at_level(3, SHOP), "ORS3": Answer(Answered(5), 10.0), "SP1": Answer(Answered(9))}
    (returns / "faulty.xlsx").write_bytes(fill(Wanted(), assessed(wrong, SHOP)))
    run(Run(returns, out, workers=1, dress=Dress(logo=PICTURE, classification="Interne & confidentiel")))
    run(Run(folder / "nothing", folder / "none", "en", workers=1))
    made = {
        name: fill(Wanted(score="without" not in name), Assessment("", profile, "dimm", "v2", lang, selection))
        for name, (profile, lang, selection) in QUESTIONNAIRES.items()
    }
    made["questionnaire, filled"] = fill(Wanted(), next(sample(Drawn(1, 7, TOWN.sector, TOWN.size, "en"))))
    older = next(sample(Drawn(1, 7, TOWN.sector, TOWN.size, "fr", edition="v1")))
    (folder / "older").mkdir()
    (folder / "older" / "a.xlsx").write_bytes(fill(Wanted(), older))
    migrate(Migration(folder / "older", folder / "newer", "dimm", "v2", workers=1))
    made["questionnaire, migrated"] = next((folder / "newer" / "questionnaires").iterdir()).read_bytes()
    made["questionnaire to correct"] = (out / "to-correct" / "faulty.xlsx").read_bytes()
    named = {path.stem: path.read_bytes() for path in sorted((out / "organisations").iterdir())}
    made |= {"organisation that answered nothing": named.pop("vide"), "organisation": next(iter(named.values()))}
    whole = {"consolidated": out, "consolidated from nothing": folder / "none"}
    return made | {name: (place / "consolidated.xlsx").read_bytes() for name, place in whole.items()}


@pytest.fixture(scope="module", params=NAMES)
def book(request: pytest.FixtureRequest, books: dict[str, bytes]) -> Parts:
    return Parts(request.param, books[request.param])


def test_a_validator_of_the_file_format_finds_nothing(book: Parts, tmp_path: Path) -> None:
    """openxml-audit reports neither an error nor a warning."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(book.content)
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_sheets_names_and_tables_are_called_as_excel_allows(book: Parts) -> None:
    """Names of sheets, tables and ranges are valid, unique without regard to case, and lead to sheets that exist."""
    sheets = [name.casefold() for name in book.sheets]
    assert len(set(sheets)) == len(sheets)
    for name in book.sheets:
        assert re.fullmatch(r"(?!')[^\[\]:*?/\\]{1,31}(?<!')", name), name
        assert name.casefold() != "history"
    tables = [table for sheet in book.sheets for table in book.tables(sheet)]
    names = [table.attrib["displayName"] for table in tables]
    assert len({name.casefold() for name in names}) == len(names)
    assert len({table.attrib["id"] for table in tables}) == len(tables)
    for name in names:
        assert re.fullmatch(r"[^\W\d][\w.]{1,254}", name), name
        assert not re.fullmatch(r"(?i)[a-z]{1,3}\d+|r\d*c\d*|r|c", name), f"{name} reads as a cell"
    defined = list(book.root("xl/workbook.xml").iter(f"{MAIN}definedName"))
    assert len({(one.attrib["name"], one.get("localSheetId")) for one in defined}) == len(defined)
    for one in defined:
        assert re.fullmatch(r"(_xlnm\.)?[^\W\d][\w.]*", one.attrib["name"])
        assert int(one.get("localSheetId", 0)) < len(sheets)
    for formula in book.formulas():
        for quoted, plain in re.findall(r"'((?:[^']|'')+)'!|([\w.]+)!", formula):
            assert (quoted.replace("''", "'") or plain) in book.sheets, formula


def test_table_headers_are_what_their_cells_say(book: Parts) -> None:
    """Excel repairs a table whose header cells differ from its columns, are empty or stand twice."""
    for sheet in book.sheets:
        cells = book.cells(sheet)
        for table in book.tables(sheet):
            left, top, right, bottom = area(table.attrib["ref"])
            headers = [one.attrib["name"] for one in table.iter(f"{MAIN}tableColumn")]
            assert headers == [book.text(cells[top, column]) for column in range(left, right + 1)]
            assert len({header.casefold() for header in headers}) == len(headers)
            assert all(headers)
            assert bottom > top


def test_merged_cells_tables_and_lists_do_not_run_into_each_other(book: Parts) -> None:
    """No two merges, no two tables, no merge and table, and no two validations share a cell."""
    for name, sheet in book.sheets.items():
        merges = [area(one.attrib["ref"]) for one in sheet.iter(f"{MAIN}mergeCell")]
        tables = [area(table.attrib["ref"]) for table in book.tables(name)]
        checks = [area(ref) for one in sheet.iter(f"{MAIN}dataValidation") for ref in one.attrib["sqref"].split()]
        for group in (merges + tables, checks):
            assert [pair for pair in combinations(group, 2) if overlap(*pair)] == [], name


def test_nothing_passes_the_limits_that_excel_enforces_in_silence(book: Parts) -> None:
    """Lists stay within 255 characters, messages, footers, texts, formulas, heights and widths within theirs."""
    assert max(map(len, book.strings)) <= 32_767
    assert max(map(len, book.formulas())) <= 8_192
    for sheet in book.sheets.values():
        for check in sheet.iter(f"{MAIN}dataValidation"):
            if check.get("type") == "list" and (source := check.findtext(f"{MAIN}formula1", "")).startswith('"'):
                assert len(source) - 2 <= 255
            assert len(check.get("error", "")) <= 255
            assert len(check.get("prompt", "")) <= 255
            assert len(check.get("errorTitle", "")) <= 32
        assert all(len("".join(one.itertext())) <= 255 for one in sheet.iter(f"{MAIN}headerFooter"))
        assert all(float(row.get("ht", 15)) <= 409 for row in sheet.iter(f"{MAIN}row"))
        assert all(float(column.get("width", 9)) <= 255 for column in sheet.iter(f"{MAIN}col"))


def test_styles_and_strings_that_cells_point_at_exist(book: Parts) -> None:
    """Every index of a style, a conditional style, a font, a fill, a border or a string lies within its list."""
    styles = book.root("xl/styles.xml")
    known = {tag: len(styles.findall(f"{MAIN}{tag}/*")) for tag in ("cellXfs", "dxfs", "fonts", "fills", "borders")}
    for one, kind in product(styles.findall(f"{MAIN}cellXfs/*"), ("font", "fill", "border")):
        assert int(one.attrib[f"{kind}Id"]) < known[f"{kind}s"]
    roots = [*book.sheets.values(), *(table for sheet in book.sheets for table in book.tables(sheet))]
    for one in (one for root in roots for one in root.iter()):
        assert int(one.get("s", 0) if one.tag == f"{MAIN}c" else 0) < known["cellXfs"]
        assert all(int(value) < known["dxfs"] for key, value in one.attrib.items() if key.lower().endswith("dxfid"))
        if one.tag == f"{MAIN}c" and one.get("t") == "s":
            assert int(one.findtext(f"{MAIN}v", "")) < len(book.strings)


def test_formulas_work_in_every_spreadsheet_program(book: Parts) -> None:
    """No dynamic array, no function of newer editions, no INDIRECT, no reference that leads nowhere or outside."""
    newer = r"_xl|\b(INDIRECT|OFFSET|FILTER|SORT|SORTBY|UNIQUE|SEQUENCE|LET|LAMBDA|XLOOKUP|XMATCH|TEXTJOIN|CONCAT|IFS|SWITCH|NOW|RAND)\("
    formulas = [re.sub(r"'[^']*'!|_xlnm", "", formula) for formula in book.formulas()]
    assert [formula for formula in formulas if re.search(newer, formula) or re.search(r"#REF|[\[@{]", formula)] == []
    for sheet in book.sheets.values():
        assert not [one for one in sheet.iter(f"{MAIN}f") if one.get("t") == "array"]
        assert not [one for one in sheet.iter(f"{MAIN}c") if "cm" in one.attrib]


def test_a_workbook_holds_no_macro_and_leads_nowhere_outside(book: Parts) -> None:
    """No macro, no embedded object, no external link; every sheet but the first of a result leads back."""
    assert not [part for part in book.parts if re.search(r"vba|macro|externalLink|embeddings|activeX|connections|\.bin$", part)]
    assert b"macroEnabled" not in book.parts["[Content_Types].xml"]
    assert not [part for part, content in book.parts.items() if part.endswith(".rels") and b'TargetMode="External"' in content]
    links = [link for sheet in book.sheets.values() for link in sheet.iter(f"{MAIN}hyperlink")]
    assert {link.attrib["location"].rpartition("!")[0].strip("'").replace("''", "'") for link in links} <= set(book.sheets)
    assert links
    if "questionnaire" not in book.name:
        first, *rest = book.sheets
        for name in rest:
            targets = [link.attrib["location"].rpartition("!")[0].strip("'") for link in book.sheets[name].iter(f"{MAIN}hyperlink")]
            assert targets == [first], name
        reached = {link.attrib["location"].rpartition("!")[0].strip("'") for link in book.sheets[first].iter(f"{MAIN}hyperlink")}
        assert reached == set(rest), "page one leads to every sheet"


def test_charts_and_pictures_say_in_words_what_they_show(book: Parts) -> None:
    """Every chart has a title and every drawing an alternative text; only the questionnaire without score has no chart."""
    charts = [book.root(part) for part in book.parts if re.fullmatch(r"xl/charts/chart\d+\.xml", part)]
    for chart in charts:
        assert "".join(text.text or "" for title in chart.iter(f"{CHART}title") for text in title.iter(TEXT)).strip()
    frames = [one for part in book.parts if re.match(r"xl/drawings/drawing", part) for one in book.root(part).iter(f"{DRAWN}cNvPr")]
    assert all(len(frame.get("descr", "")) > 10 for frame in frames)
    assert len(frames) >= len(charts)
    assert bool(charts) == (book.name != "questionnaire without score")


def test_the_file_tells_its_title_and_language_and_no_name_of_a_person(book: Parts) -> None:
    """Document properties hold title and language; author, last editor, manager, company and authors of notes are empty."""
    core = {one.tag.rpartition("}")[2]: one.text or "" for one in book.root("docProps/core.xml")}
    app = {one.tag.rpartition("}")[2]: one.text or "" for one in book.root("docProps/app.xml")}
    assert core["title"]
    assert [core.get("creator", ""), core.get("lastModifiedBy", ""), app.get("Company", ""), app.get("Manager", "")] == [""] * 4
    language = {one.attrib["name"]: "".join(one.itertext()) for one in book.root("docProps/custom.xml")}["Language"]
    english = book.name == "consolidated from nothing" or QUESTIONNAIRES.get(book.name, ("", "fr", ""))[1] == "en"
    assert language == ("en-GB" if english else "fr-FR")
    notes = [book.root(part) for part in book.parts if re.match(r"xl/comments", part)]
    assert bool(notes) == (book.name == "questionnaire to correct")
    assert not [author.text for note in notes for author in note.iter(f"{MAIN}author") if author.text]


def test_every_sheet_is_ready_to_print(book: Parts) -> None:
    """Each sheet is A4, turned one way or the other, and one page wide."""
    for name, sheet in book.sheets.items():
        setup, fit = sheet.find(f"{MAIN}pageSetup"), sheet.find(f"{MAIN}sheetPr/{MAIN}pageSetUpPr")
        assert setup is not None, name
        assert fit is not None, name
        assert (setup.get("paperSize"), setup.get("fitToWidth", "1"), fit.get("fitToPage")) == ("9", "1", "1"), name
        assert setup.get("orientation") in ("landscape", "portrait"), name


@pytest.mark.office
def test_a_spreadsheet_program_opens_every_sheet_without_an_error_cell(book: Parts, office: Office, tmp_path: Path) -> None:
    """LibreOffice shows every sheet; only the hidden column that a radar is drawn from may hold #N/A."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(book.content)
    grids = office.grids(path)
    assert list(grids) == list(book.sheets)
    plots = {catalogue.words(lang)("synthesis.column.plot") for lang in ("fr", "en")}
    errors = [(name, r, c) for name, grid in grids.items() for r, row in enumerate(grid) for c, value in enumerate(row) if value is None]
    assert [(name, r, c) for name, r, c in errors if not plots & {str(row[c]) for row in grids[name]}] == []
    assert bool(errors) == (book.name in ("questionnaire, blank", "questionnaire of ten priorities"))


def test_a_list_that_excel_would_cut_is_refused() -> None:
    """The writer refuses a drop-down whose choices pass 255 characters."""
    picks = tuple(f"{n:03} {'x' * 60}" for n in range(4))
    page = Page("Liste", puts=(Put(0, 0, None, "cell-entry", entry=True, picks=picks),))
    with pytest.raises(ValueError, match="255"):
        write(Book("Liste", "", "fr", (page,)), catalogue.look())
