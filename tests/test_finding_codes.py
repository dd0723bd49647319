"""Every finding there is: what makes it, and what it says to people. One maker a code, through reading, collecting or a whole run."""

from __future__ import annotations

import io
import re
import string
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dimm_xl import catalogue, collect, describe, migrating, pool
from dimm_xl.assessment import Return, Status
from dimm_xl.collect import Reading
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding
from dimm_xl.issuing import Wanted, fill
from dimm_xl.layout import IDENTITY
from dimm_xl.returns import read_return
from dimm_xl.reviewing import second_opinions
from dimm_xl.settings import Run
from dimm_xl.workbook.guard import Limits
from tests import test_review
from tests.audits import every_verdict, typed
from tests.support import HOTEL, at_level, questionnaire_bytes
from tests.test_collect import lay, said, zipped
from tests.test_correct import MEASURED, PLAIN, edited, places, truth
from tests.test_fuzz import parts
from tests.test_migrated import placed
from tests.test_resilience import far_corner
from tests.test_respondents import returned
from tests.test_review import hotel, review_of

Found = Sequence[Finding]
Maker = Callable[[Path, pytest.MonkeyPatch], Found]
LANGS = ("fr", "en")


# --- the ways in


def reading(content: Callable[[], bytes], limits: Limits | None = None) -> Maker:
    """What reading a return finds."""
    return lambda *_: read_return("a.xlsx", content(), limits=limits or Limits()).findings


def typing(entries: Mapping[tuple[str, str], Any], twice: Mapping[tuple[str, str], Any] | None = None) -> Maker:
    """What reading finds in a true return into which something else is typed."""
    return reading(lambda: edited(filled(), entries, "fr", twice))


def auditing(entries: Mapping[tuple[str, str], Any]) -> Maker:
    """What reading finds in an audit that found every demand met, into which something else is typed."""
    return reading(lambda: typed(every_verdict("met"), entries))


def reshaping(change: Callable[[Any], None]) -> Maker:
    """What reading finds in a true return whose sheets are changed through openpyxl."""

    def changed() -> bytes:
        book, out = openpyxl.load_workbook(io.BytesIO(filled())), io.BytesIO()
        change(book)
        book.save(out)
        return out.getvalue()

    return reading(changed)


def folder(files: Callable[[], Mapping[str, bytes]], deadline: float = pool.DEADLINE, memory: int = pool.MEMORY) -> Maker:
    """What collecting a folder finds, each worker held to a deadline and a memory."""

    def collected(top: Path, patch: pytest.MonkeyPatch) -> Found:
        patch.setattr(pool, "each", partial(pool.each, deadline=deadline, memory=memory))
        found = collect.collect(lay(top, files()), (), Reading(workers=1))
        return [finding for one in found.returns for finding in one.findings]

    return collected


def fails(top: Path, patch: pytest.MonkeyPatch) -> Found:
    """What collecting finds when our own code fails on a file."""

    def failing(*_: object) -> None:
        raise ZeroDivisionError

    patch.setattr(collect, "read_return", failing)
    found = collect.collect(lay(top, {"a.xlsx": filled()}), (), Reading(workers=0))
    assert "ZeroDivisionError" in found.faults[0]
    return found.returns[0].findings


def linked(top: Path, _: pytest.MonkeyPatch) -> Found:
    """What collecting finds of a link."""
    (top / "a.xlsx").symlink_to(top)
    return [finding for one in collect.collect(top, (), Reading(workers=0)).returns for finding in one.findings]


def reviews(entries: Mapping[tuple[str, str], object], content: Callable[[], bytes] | None = None) -> Maker:
    """What gathering reviews finds in one into which an opinion on the hotel was typed, but for ``entries``."""

    def gathered(top: Path, _: pytest.MonkeyPatch) -> Found:
        book = content() if content else review_of(hotel())
        typed = book if content is filled else test_review.filled(book, {**test_review.TYPED, **entries})
        lay(top / "out/reviews", {"a.xlsx": typed})
        named = {"hotel": Return("a.xlsx", "", Status.ACCEPTED, hotel())}
        return [finding for one in second_opinions(Run(top, top / "out", workers=0), named).listed for finding in one.findings]

    return gathered


def migrating_to(edition: str, made: str = "v1", selection: str | None = None) -> Maker:
    """What sorting out finds of a return made in an edition, to be carried into another one of a model without selections."""

    def sorted_out(top: Path, _: pytest.MonkeyPatch) -> Found:
        said = replace(truth(), edition=made, selection=selection)
        lay(top / "in", {"a.xlsx": fill(Wanted(), said)})
        place = placed(top / "model", replace(catalogue.load(), selections=()))
        wanted = migrating.Wanted(top / "in", top / "out", str(place), edition, workers=0)
        found = migrating.read_all(wanted, collect.unheard)
        return [finding for one in found.returns for finding in migrating.sorted_out(wanted, one).findings]

    return sorted_out


# --- what is read


def filled() -> bytes:
    """A complete return without a fault."""
    return fill(Wanted(), truth())


def sparse() -> bytes:
    """A small file whose sheet has cells in its last column, over two thousand rows: thirty million cells for who believes it."""
    rows = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(2000, 4000)).encode()
    return parts(
        filled(), lambda name, part: part.replace(b"</sheetData>", rows + b"</sheetData>") if name.endswith("sheet3.xml") else part
    )


def added(name: str) -> bytes:
    """A true return with a part more."""
    out = io.BytesIO(filled())
    with zipfile.ZipFile(out, "a") as more:
        more.writestr(name, b"x")
    return out.getvalue()


def contacts() -> bytes:
    """A workbook that is no questionnaire."""
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def other_edition(book: Any) -> None:
    (cell,) = [row[1] for row in book[IDENTITY].iter_rows() if row[0].value == "edition"]
    cell.value = "v99"


def no_levers(book: Any) -> None:
    for name in {cell.parent.title for (_, field), cell in places(book, "fr") if field == "level"}:
        del book[name]


def columns_swapped(book: Any) -> None:
    for (_, field), cell in places(book, "fr"):
        if field == "evidence":
            comment = cell.offset(column=1)
            cell.value, comment.value = comment.value, cell.value


def no_identity(book: Any) -> None:
    del book[IDENTITY]


OTHER, AGAIN = (PLAIN[2], "level"), (PLAIN[11], "level")
MAKERS: Mapping[Code, Maker] = {
    Code.UNREADABLE: reading(lambda: filled()[:20_000]),
    Code.NOT_A_WORKBOOK: reading(lambda: b"nom;ville\nDupont;Lyon\n"),
    Code.ENCRYPTED: reading(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")),
    Code.EMPTY_FILE: reading(lambda: b""),
    Code.SUSPICIOUS: reading(lambda: filled().replace(b"sheet4.xml", b"sheet3.xml")),
    Code.TOO_BIG: reading(filled, Limits(sheets=2)),
    Code.TOO_MUCH_MEMORY: folder(lambda: {"a.xlsx": sparse()}, memory=400_000_000),
    Code.TOOK_TOO_LONG: folder(lambda: {"a.xlsx": sparse()}, deadline=0.5),
    Code.CRASHED: folder(lambda: {"a.xls": far_corner()}),
    Code.FAULT: fails,
    Code.NOT_A_QUESTIONNAIRE: reading(contacts),
    Code.OTHER_MODEL: reshaping(other_edition),
    Code.IGNORED: folder(lambda: {"~$a.xlsx": b"x"}),
    Code.NOT_A_FILE: linked,
    Code.BUNDLE: folder(lambda: {"a.zip": zipped({"a.xlsx": filled()})}),
    Code.DUPLICATE: folder(lambda: {"a.xlsx": filled(), "b.xlsx": filled()}),
    Code.SUPERSEDED: folder(lambda: {"a.xlsx": said("Hôtel", 1), "b.xlsx": said("Hôtel", 2)}),
    Code.OTHER_FORM: folder(lambda: {"a.xlsx": said("Hôtel", profile=HOTEL), "b.xlsx": fill(Wanted(), every_verdict("met"))}),
    Code.PUT_TOGETHER: folder(lambda: {f"{name}.xlsx": returned(name, 3) for name in ("Alice", "Bob")}),
    Code.NO_IDENTITY: reshaping(no_identity),
    Code.MACRO_IGNORED: reading(lambda: added("xl/vbaProject.bin")),
    Code.LINK_IGNORED: reading(lambda: added("xl/externalLinks/externalLink1.xml")),
    Code.NO_SHEET: reshaping(no_levers),
    Code.NO_COLUMN: typing({("Code", "evidence"): None}),
    Code.UNKNOWN_CODE: typing({(PLAIN[2], "code"): "ZZ9"}),
    Code.LAYOUT_CHANGED: reshaping(columns_swapped),
    Code.MISSING_ROW: typing({(PLAIN[2], "code"): None}),
    Code.MISSING_DEMAND: auditing({("SP1.1.1", "code"): None}),
    Code.MISPLACED: auditing({("SP1", "verdict"): "oui"}),
    Code.BAD_VALUE: typing({OTHER: 7}),
    Code.ERROR_CELL: typing({OTHER: "#N/A"}),
    Code.UNCALCULATED: typing({OTHER: "=1+2"}),
    Code.TEXT_LOST: typing({(PLAIN[2], "comment"): "#NAME?"}),
    Code.TEXT_CUT: reading(lambda: parts(filled(), lambda _, part: part.replace(b"compte rendu", b"mot " * 9000))),
    Code.NOT_UNDERSTOOD: typing({(PLAIN[2], "code"): None}),
    Code.TWICE: typing({}, {AGAIN: 5}),
    Code.NO_REASON: typing({(PLAIN[0], "reason"): None}),
    Code.ABOVE_FIGURE: typing({(MEASURED[0], "measure"): 0, (MEASURED[0], "level"): 5}),
    Code.IMPOSSIBLE_FIGURE: typing({(MEASURED[0], "measure"): 140}),
    Code.SMALL_SHARE: typing({(MEASURED[0], "measure"): 0.5, (MEASURED[0], "level"): None}),
    Code.NO_FIGURE: typing({(MEASURED[0], "measure"): None}),
    Code.NO_ORGANISATION: typing({("organisation", "value"): None}),
    Code.SAME_EDITION: migrating_to("v2", made="v2"),
    Code.LATER_EDITION: migrating_to("v1", made="v2"),
    Code.NOT_IN_EDITION: migrating_to("v2", selection="priorities-10"),
    Code.REVIEW: reviews({}),
    Code.NOT_A_REVIEW: reviews({}, filled),
    Code.REVIEW_OF_NOBODY: reviews({}, lambda: review_of(replace(hotel(), organisation="Auberge"))),
    Code.REVIEW_OUTDATED: reviews({}, lambda: review_of(hotel(2))),
    Code.REVIEW_NO_REASON: reviews({("SP1", "reason"): None}),
    Code.REVIEW_NO_LEVEL: reviews({("SP1", "level"): None}),
    Code.REVIEW_NO_DATE: reviews({("SP1", "day"): None}),
    Code.ALL_THE_SAME: reading(lambda: questionnaire_bytes(at_level(3))),
    Code.NO_EVIDENCE: reading(lambda: questionnaire_bytes(at_level(5))),
    Code.LEVEL_GAP: auditing({("SP1.2.1", "verdict"): "non"}),
    Code.FAR_APART: typing({(PLAIN[2], "level"): 0, (PLAIN[3], "level"): 5, (PLAIN[4], "level"): 0}),
    Code.SAME_AS_OTHER: folder(lambda: {"a.xlsx": said("Hôtel"), "b.xlsx": said("Gîte")}),
    Code.LOW_COVERAGE: reading(questionnaire_bytes),
}
AT_A_CELL = (
    Code.REVIEW_OUTDATED, Code.REVIEW_NO_REASON, Code.REVIEW_NO_LEVEL, Code.REVIEW_NO_DATE,
    Code.UNKNOWN_CODE, Code.BAD_VALUE, Code.ERROR_CELL, Code.UNCALCULATED, Code.TEXT_LOST, Code.TEXT_CUT, Code.TWICE, Code.NO_REASON,
    Code.ABOVE_FIGURE, Code.IMPOSSIBLE_FIGURE, Code.SMALL_SHARE, Code.MISPLACED, Code.LEVEL_GAP,
    Code.NOT_UNDERSTOOD,
)  # fmt: skip


def test_every_code_has_a_maker() -> None:
    """No finding is in the catalogue that nothing produces, or that nobody has looked at."""
    assert set(MAKERS) == set(Code)


def gaps(finding: Finding, lang: str) -> list[str]:
    """What is wrong with a finding's message and repair: a fact missing or empty, braces, a key that was not put into words."""
    words, said = catalogue.words(lang), {"indicator": finding.cell, **finding.facts}
    wrong = []
    for part, tell in (("message", message), ("repair", repair)):
        label, told = words.labels[f"finding.{finding.code.name}.{part}"], tell(finding, words)
        empty = [name for _, name, *_ in string.Formatter().parse(label) if name in said and not str(said[name]).strip()]
        if empty or re.search(r"[{}]|<no |kind\.|  ", told) or not told.endswith((".", "?")):
            wrong.append(f"{lang} {part}: {told} {empty}")
    return wrong


@pytest.mark.parametrize("code", MAKERS, ids=lambda code: code.name)
def test_each_finding_arises_and_is_told_without_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: Code) -> None:
    """The maker produces its finding, at its cell where it is about one, and message and repair are whole in both languages."""
    found = [finding for finding in MAKERS[code](tmp_path, monkeypatch) if finding.code is code]
    assert found
    monkeypatch.setattr(describe._Facts, "__missing__", lambda _, fact: f"<no {fact}>")  # it shows a question mark
    assert [finding for finding in found if code in AT_A_CELL and not (finding.sheet and finding.cell)] == []
    assert [(finding, gap) for finding in found for lang in LANGS for gap in gaps(finding, lang)] == []
    assert all(message(one, catalogue.words("fr")) != message(one, catalogue.words("en")) for one in found)


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff" * 200, b"PK\x05\x06" + bytes(18)], ids=["noise", "an empty zip"])
def test_content_that_nobody_recognises_is_named_in_words(content: bytes) -> None:
    """What a file is instead of a workbook is said in words even when it is nothing known, never as a question mark."""
    (finding,) = read_return("a.xlsx", content).findings
    assert finding.code is Code.NOT_A_WORKBOOK
    assert [message(finding, catalogue.words(lang)) for lang in LANGS if "?" in message(finding, catalogue.words(lang))] == []
