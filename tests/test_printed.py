"""Workbooks on paper and on the screen: how many pages they print, rows as tall as their text, the order of the tab key."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from dimm_xl import catalogue
from dimm_xl.assessment import Assessment
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from tests.office import Office
from tests.recompute import Campaign

SME, LARGE = Profile("tourism", "sme"), Profile("health", "large")
QUESTIONNAIRES = [(profile, lang) for profile in (SME, LARGE) for lang in ("fr", "en")]
SECTORS = [one.id for one in catalogue.load().sectors]
NAMED = [f"{profile.size}-{lang}" for profile, lang in QUESTIONNAIRES]


def questionnaire(folder: Path, profile: Profile, lang: str) -> Path:
    """A blank questionnaire with its live score."""
    path = folder / "questionnaire.xlsx"
    path.write_bytes(fill(Wanted(), Assessment("", profile, "dimm", "v2", lang)))
    return path


def printed(campaign: Campaign, size: str) -> Path:
    """The workbook of an organisation of a size, the one with most answers."""
    sized = {key: one for key, one in campaign.told.items() if one.size == size}
    return campaign.out / "organisations" / f"{max(sized, key=lambda key: sized[key].overall().answered)}.xlsx"


@pytest.mark.office
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_questionnaire_of_a_small_firm_prints_on_fewer_than_twenty_pages(lang: str, office: Office, tmp_path: Path) -> None:
    """Start sheet, profile, six levers, synthesis and glossary, in either language."""
    assert 10 < office.pages(questionnaire(tmp_path, SME, lang)) < 20


@pytest.mark.office
@pytest.mark.parametrize(("size", "most"), [("micro", 16), ("sme", 20), ("mid", 28), ("large", 32)])
def test_a_result_prints_on_a_sensible_number_of_pages(size: str, most: int, campaign: Campaign, office: Office) -> None:
    """The whole workbook, page one to flat data."""
    assert office.pages(printed(campaign, size)) <= most


@pytest.mark.office
def test_the_consolidation_of_forty_organisations_prints_on_a_sensible_number_of_pages(campaign: Campaign, office: Office) -> None:
    """Overview, ranking, levers, groups, gaps, heat map, findings and flat data."""
    assert office.pages(campaign.out / "consolidated.xlsx") <= 30


def too_low(heights: Mapping[str, list[tuple[float, float]]]) -> list[tuple[str, int, float, float]]:
    """The rows whose text needs more than a point above their height; from 1."""
    return [
        (name, n, height, needed) for name, rows in heights.items() for n, (height, needed) in enumerate(rows, 1) if needed > height + 1
    ]


@pytest.mark.office
@pytest.mark.parametrize(("profile", "lang"), QUESTIONNAIRES, ids=NAMED)
def test_no_text_of_a_questionnaire_is_cut(profile: Profile, lang: str, office: Office, tmp_path: Path) -> None:
    """At 100 % zoom each row is as tall as a spreadsheet program would make it for its text, or taller."""
    heights = office.heights(questionnaire(tmp_path, profile, lang))
    assert sum(map(len, heights.values())) > 100
    assert too_low(heights) == []


@pytest.mark.office
def test_no_text_of_a_result_is_cut(campaign: Campaign, office: Office) -> None:
    """The same for the workbooks of a small and a large organisation, and for the consolidation."""
    for path in (printed(campaign, "sme"), printed(campaign, "large"), campaign.out / "consolidated.xlsx"):
        assert too_low(office.heights(path)) == [], path.name


@pytest.mark.parametrize(("profile", "lang"), QUESTIONNAIRES, ids=NAMED)
def test_the_tab_key_goes_through_the_answers_of_an_indicator_and_on_to_the_next(profile: Profile, lang: str) -> None:
    """Open cells of a lever stand side by side in the order one answers in; everything else is locked, on a protected sheet."""
    words, model = catalogue.words(lang), catalogue.load().at(profile)
    book = openpyxl.load_workbook(io.BytesIO(fill(Wanted(), Assessment("", profile, "dimm", "v2", lang))))
    order = [words(f"column.{field}") for field in ("measure", "level", "reason", "evidence", "comment")]
    for lever in model.levers:
        sheet = book[f"{lever.code} {words.of(lever.name)}"]
        assert sheet.protection.sheet
        table = next(iter(sheet.tables.values()))
        headers, *rows = list(sheet[table.ref])
        titles = [cell.value for cell in headers]
        first = titles.index(order[0])
        assert titles[first : first + 5] == order
        asked = {one.code: one for one in lever.indicators}
        for row in rows:
            open_ = [titles[n] for n, cell in enumerate(row) if not cell.protection.locked]
            one = asked.get(str(row[0].value))
            assert open_ == ([] if one is None else order if one.measure else order[1:])


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("sector", SECTORS)
def test_every_sheet_that_is_filled_in_opens_at_its_first_cell_to_fill(sector: str, lang: str) -> None:
    """Header and first two columns stay in sight; a link of the start sheet leads to the first answer of each lever."""
    words, profile = catalogue.words(lang), Profile(sector, "micro")
    book = openpyxl.load_workbook(io.BytesIO(fill(Wanted(), Assessment("", profile, "dimm", "v2", lang))))
    start = book[words("sheet.start")]
    links = [cell.hyperlink.location for row in start.iter_rows() for cell in row if cell.hyperlink and cell.hyperlink.location]
    assert len(links) == len(catalogue.load().levers)
    for location in links:
        name, _, place = location.rpartition("!")
        sheet = book[name.strip("'")]
        assert not sheet[place].protection.locked
        assert sheet.freeze_panes == "C6"
