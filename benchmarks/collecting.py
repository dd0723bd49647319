"""Collecting: what a worker does with one returned file, beside those who merely open it; and where its time goes."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook

from benchmarks.measure import Line, each_round, line
from dimm_xl import catalogue
from dimm_xl.issuing import make_up
from dimm_xl.layout import lever_sheet
from dimm_xl.returns import expected, parse, read_return
from dimm_xl.sample import Drawn
from dimm_xl.scoring import score
from dimm_xl.workbook import glance
from dimm_xl.workbook.guard import DEFAULT, directory
from dimm_xl.workbook.read import Grids

Files = Sequence[bytes]


def sample(count: int = 20) -> Files:
    """Return made-up returns of medium-sized organisations."""
    with tempfile.TemporaryDirectory() as folder:
        make_up(Path(folder), Drawn(count, 1, size="sme"))
        return [path.read_bytes() for path in sorted(Path(folder).iterdir())]


def collect(files: Files) -> None:
    """Guard, read, check and score each file: what a worker does."""
    for content in files:
        assessment = read_return("return.xlsx", content).assessment
        assert assessment is not None
        score(catalogue.resolved("dimm", assessment.cut), assessment)


def calamine(files: Files) -> None:
    """Merely read all cells of each file."""
    for content in files:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def read_only(files: Files) -> None:
    """Read all cells of each file with openpyxl, in its faster way."""
    for content in files:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            for _ in sheet.iter_rows(values_only=True):
                pass


def pandas_loop(files: Files) -> None:
    """What a consultant would script: pandas over openpyxl, lever sheets only, levels to a weighted mean."""
    model = catalogue.load()
    words = catalogue.words("fr")
    names = [lever_sheet(model, lever, words).name for lever in model.levers]
    weights = {code: one.weight for code, one in model.indicators.items()}
    for content in files:
        for frame in pd.read_excel(io.BytesIO(content), sheet_name=names, header=4, engine="openpyxl").values():
            known = pd.DataFrame({"level": pd.to_numeric(frame["Niveau"], errors="coerce"), "weight": frame["Code"].map(weights)}).dropna()
            (known["level"] * known["weight"]).sum() / max(known["weight"].sum(), 1)


def unzip(files: Files) -> None:
    """Unpack every part of each file with the standard library."""
    for content in files:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for name in parts.namelist():
                parts.read(name)


def dressed(content: bytes) -> bytes:
    """Return a return whose sheets hold a comment, as no spreadsheet program writes: it is given the thorough look."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in parts.namelist():
            part = parts.read(name)
            new.writestr(name, part.replace(b"<sheetData>", b"<sheetData><!-- -->", 1) if "worksheets/sheet" in name else part)
    return out.getvalue()


def lines(files: Files) -> list[Line]:
    """Measure collecting against its peers, plain files and unusual ones."""
    odd, few, count = [dressed(content) for content in files], files[:5], len(files)
    plain = each_round({name: partial(call, files) for name, call in (("ours", collect), ("calamine", calamine), ("unzip", unzip))})
    slow = each_round({name: partial(call, few) for name, call in (("ours", collect), ("pandas", pandas_loop), ("openpyxl", read_only))}, 5)
    unusual = each_round({"ours": partial(collect, odd), "calamine": partial(calamine, odd)}, 5)
    what = "collect a plain return, one core"
    return [
        line(what, plain["ours"], "calamine reading all its cells", plain["calamine"], "≤ 1.5", count),
        line(what, slow["ours"], "a pandas/openpyxl loop", slow["pandas"], "≥ 12 × faster", len(few), faster=True),
        line(what, slow["ours"], "openpyxl read-only, all cells", slow["openpyxl"], "–", len(few)),
        line(what, plain["ours"], "unzipping alone", plain["unzip"], "–", count),
        line("collect an unusual return", unusual["ours"], "calamine reading all its cells", unusual["calamine"], "–", count),
    ]


def profile(files: Files) -> list[tuple[str, float]]:
    """Return the seconds of processor time that each stage of collecting takes a file, from the first to the last."""
    first = expected(("dimm",))

    def opened(content: bytes) -> None:
        Grids(content, first=first)

    def grids(content: bytes) -> None:
        read = Grids(content, first=first)
        for name in read._opened:  # noqa: SLF001
            read[name]

    stages: tuple[tuple[str, Callable[[bytes], object]], ...] = (
        ("zip directory", lambda content: directory(content, DEFAULT)),
        ("what all sheets share, unpacked and looked at", glance.sort),
        ("sheets that are read, unpacked and looked at; calamine opens them", opened),
        ("calamine gives their cells", grids),
        ("identity, rows, rules on rows", parse),
        ("answers, plausibility, fingerprint of the file", partial(read_return, "return.xlsx")),
        ("scores", lambda content: collect([content])),
    )
    calls = {name: (lambda call=call: [call(content) for content in files]) for name, call in stages}
    taken = {name: min(rounds) / len(files) for name, rounds in each_round(calls).items()}
    totals = [taken[name] for name, _ in stages]
    return [(name, total - before) for (name, _), total, before in zip(stages, totals, [0.0, *totals], strict=False)]
