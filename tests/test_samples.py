"""The sample campaign, some of its files filled in by a real spreadsheet program, gives the results that are kept beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dimm_xl.assessment import Blank, NotApplicable, Unknown
from dimm_xl.campaign import Summary, run
from dimm_xl.findings import Severity
from dimm_xl.returns import read_return
from dimm_xl.settings import Run
from samples.regenerate import HERE, TABLES
from samples.type_in import TYPED


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """The sample campaign, run once."""
    out = tmp_path_factory.mktemp("samples")
    return out, run(Run(HERE / "returns", out, workers=2))


@pytest.mark.parametrize("table", TABLES)
def test_the_sample_campaign_gives_the_expected_table(campaign: tuple[Path, Summary], table: str) -> None:
    """Each table of a run equals the one kept as text in samples/expected."""
    out, _ = campaign
    assert (out / "data" / table).read_text("utf-8") == (HERE / "expected" / table).read_text("utf-8")


def test_every_accepted_organisation_has_its_workbook(campaign: tuple[Path, Summary]) -> None:
    """A run writes a workbook for each organisation, the consolidated one, and no fault of ours occurs."""
    out, summary = campaign
    assert len(list((out / "organisations").iterdir())) == summary.organisations > 10
    assert (out / "consolidated.xlsx").stat().st_size > 10_000
    assert summary.faults == ()


STATES = {"S.O.": NotApplicable, "N/A": NotApplicable, "?": Unknown, "don’t know": Unknown}
SLIPS = {
    "Clinique du Val (2).ods": [("I10", "BAD_VALUE"), ("J7", "NO_REASON")],
    "corner-bakery.xlsx": [("I10", "BAD_VALUE")],
}
"""What people typed wrong, by file: the cell and the finding."""


@pytest.mark.parametrize("file", json.loads(TYPED.read_text("utf-8")))
def test_what_was_typed_in_a_spreadsheet_program_is_what_is_read(file: str) -> None:
    """Every answer typed by LibreOffice and saved as .xlsx, .ods or .xls comes back, and only the slips are findings."""
    typed = json.loads(TYPED.read_text("utf-8"))[file]
    found = read_return(file, (HERE / "returns" / file).read_bytes())
    assert found.assessment is not None
    errors = [finding for finding in found.findings if finding.code.severity is not Severity.INFO]
    assert [(finding.cell, finding.code.name) for finding in errors] == SLIPS.get(file, [])
    assert found.assessment.organisation == typed["organisation"]["value"]
    faulty = {finding.facts["indicator"] for finding in errors}
    for code, answer in found.assessment.answers.items():
        said = typed.get(code, {})
        assert (answer.reason, answer.evidence, answer.comment) == tuple(said.get(field, "") for field in ("reason", "evidence", "comment"))
        if code in faulty or code not in typed:
            assert isinstance(answer.state, Blank)
        elif said["level"] in STATES:
            assert isinstance(answer.state, STATES[said["level"]])
        else:
            assert answer.level == int(float(str(said["level"]).partition(" ")[0].replace(",", ".")))
