"""Fixtures: a private LibreOffice for the tests that look at workbooks through a real spreadsheet program."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import Office
from tests.recompute import Campaign, made_up


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running LibreOffice; skipped when missing, failed when DIMM_XL_OFFICE=required."""
    missing = Office.missing()
    if missing:
        if os.environ.get("DIMM_XL_OFFICE") == "required":
            pytest.fail(f"DIMM_XL_OFFICE=required, but {missing}")
        pytest.skip(missing)
    home: Path = tmp_path_factory.mktemp("office")
    with Office(home) as running:
        yield running
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign of forty organisations whose numbers are worked out anew."""
    return made_up(tmp_path_factory.mktemp("campaign"))
