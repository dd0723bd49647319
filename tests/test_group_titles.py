"""The sheets by sector and by size: their titles, which name two groups, are shown whole."""

from __future__ import annotations

import pandas as pd
import pytest

from dimm_xl import catalogue
from dimm_xl.report.groups import group_page
from dimm_xl.workbook import fit
from dimm_xl.workbook.style import BOLD, size


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("kind", ["sector", "size"])
def test_the_title_of_a_group_sheet_is_shown_whole(kind: str, lang: str) -> None:
    """Though the groups of the longest names lead and trail: the merged cell has room for both in one line."""
    model = catalogue.load()
    words = catalogue.words(lang).within(model)
    known = {named.id: len(words.of(named.name)) for named in (model.sectors if kind == "sector" else model.sizes)}
    first, last = sorted(known, key=known.__getitem__)[-2:]
    rows = [{"id": str(n), kind: first if n < 5 else last, "overall": 4.0 if n < 5 else 1.0} for n in range(10)]
    page = group_page(model, pd.DataFrame(rows), kind, words)
    widths = {n: column.width for n, column in enumerate(page.tables[0].sheet.columns)}
    title = next(put for put in page.puts if put.look == "title")
    assert words.of(model.label(kind, last)) in str(title.value)
    assert fit.lines(str(title.value), sum(widths.get(n, 8.43) for n in range(title.cols)), size("title"), "title" in BOLD) == 1
