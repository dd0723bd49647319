"""The index as it is answered: its live scores, recalculated by a spreadsheet program, against those of Python."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue, issuing
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from tests.audits import an_audit
from tests.office import Office
from tests.support import assessed
from tests.test_audit_parity import composed
from tests.test_audit_parity import differences as audit_differences
from tests.test_parity import FILLINGS, differences, written

FRICTION = catalogue.load("e-friction")
SIZES = [size.id for size in FRICTION.sizes]
SECTORS = [sector.id for sector in FRICTION.sectors]


@pytest.mark.office
@pytest.mark.parametrize(("size", "lang"), list(product(SIZES, FRICTION.languages)))
def test_the_live_score_of_the_index_is_the_score_economies_get(office: Office, tmp_path: Path, size: str, lang: str) -> None:
    """Recalculated by LibreOffice, every live score from 0 to 100 equals dimm_xl.scoring and what the file stored."""
    for n, states in enumerate(FILLINGS.values()):
        profile = Profile(SECTORS[(n + SIZES.index(size)) % len(SECTORS)], size)
        made = written(FRICTION.at(profile), states, profile, lang)
        assert differences(office, tmp_path, made) == [], (states, profile)


@pytest.mark.office
@pytest.mark.parametrize("lang", FRICTION.languages)
def test_an_audit_of_the_index_is_scored_live_as_when_it_is_read(office: Office, tmp_path: Path, lang: str) -> None:
    """Verdicts on demands give levels, levels give scores from 0 to 100: recalculated, they are those of Python."""
    profile = Profile(SECTORS[0], SIZES[-1])
    model = FRICTION.at(profile)
    assert audit_differences(office, tmp_path, composed(model, an_audit(model, profile, lang))) == []


def test_every_profile_of_the_index_can_be_issued() -> None:
    """Every world region × income group gives a questionnaire whose every component asks something."""
    profiles = issuing.every_profile(FRICTION)
    assert len(profiles) == len(SIZES) * len(SECTORS)
    assert {len(FRICTION.at(profile).levers) for profile in profiles} == {4}
    small = fill(Wanted(FRICTION.id), replace(assessed({}, profiles[0]), model=FRICTION.id, edition="v1"))
    assert CalamineWorkbook.from_filelike(io.BytesIO(small)).sheet_names[0] == "Accueil"
