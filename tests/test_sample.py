"""Made-up organisations: the same for the same seed, plausible, and spread as the model's authors published."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.assessment import Answered, Assessment, Blank, NotApplicable, Status, Unknown, settle
from dimm_xl.findings import Severity, worst
from dimm_xl.issuing import make_up
from dimm_xl.model import Model
from dimm_xl.returns import read_return
from dimm_xl.sample import Drawn, sample
from dimm_xl.scoring import of_answer, of_parts, score

MANY = 1_000
SALES = ("OFC", "OFM")
"""The groupings Commercial and Marketing, whose distribution is published."""


@pytest.fixture(scope="module")
def many() -> list[Assessment]:
    """A thousand organisations of one seed."""
    return list(sample(Drawn(MANY, 1)))


def model_of(said: Assessment) -> Model:
    """Return the model as an organisation sees it."""
    return catalogue.load(said.model).at(said.profile)


def made(folder: Path, drawn: Drawn) -> dict[str, str]:
    """Return the fingerprint of each return that is made up, by file name."""
    make_up(folder, drawn, workers=0)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


# --- the seed


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two folders made up from one seed hold the same file names and the same bytes."""
    drawn = Drawn(3, 7, size="micro")
    first = made(tmp_path / "first", drawn)
    assert len(first) == 3
    assert first == made(tmp_path / "second", drawn)


def test_worker_processes_make_the_same_bytes_as_this_one(tmp_path: Path) -> None:
    """Which process writes a return leaves no trace in it."""
    drawn = Drawn(3, 7, size="micro")
    make_up(tmp_path / "workers", drawn, workers=2)
    alone = made(tmp_path / "alone", drawn)
    assert {name: hashlib.sha256((tmp_path / "workers" / name).read_bytes()).hexdigest() for name in alone} == alone


def test_another_seed_gives_other_organisations(many: list[Assessment]) -> None:
    """Seeds lead to different organisations, not to the same ones under other names."""
    others = list(sample(Drawn(50, 2)))
    assert not [n for n, other in enumerate(others) if other.answers == many[n].answers]
    assert {other.organisation for other in others} != {one.organisation for one in many[:50]}


@given(asked=st.integers(1, 60), seed=st.integers(0, 10**6))
@settings(deadline=None, derandomize=True, max_examples=8)
def test_the_nth_organisation_does_not_depend_on_how_many_are_asked(asked: int, seed: int) -> None:
    """A longer batch of a seed begins with the shorter one."""
    assert list(islice(sample(Drawn(61, seed)), asked)) == list(sample(Drawn(asked, seed)))


# --- the options


@pytest.mark.parametrize(
    ("sector", "size"), [("health", None), (None, "large"), ("banking", "micro"), (None, "public"), ("tourism", "public")]
)
def test_the_sector_and_size_that_are_asked_for_are_drawn(sector: str | None, size: str | None) -> None:
    """An option holds for every organisation, and what is left open still varies."""
    profiles = [one.profile for one in sample(Drawn(40, 3, sector, size))]
    for asked, drawn in ((sector, [one.sector for one in profiles]), (size, [one.size for one in profiles])):
        assert set(drawn) == {asked} if asked else len(set(drawn)) > 3


def test_without_options_every_sector_and_size_occurs(many: list[Assessment]) -> None:
    """A thousand organisations leave out no sector and no size."""
    model = catalogue.load()
    assert {one.profile.sector for one in many} == {sector.id for sector in model.sectors}
    assert {one.profile.size for one in many} == {size.id for size in model.sizes}


def test_reasons_and_comments_are_in_the_language_that_is_asked_for() -> None:
    """What made-up people write comes from the words of their language, and the language changes no answer's level."""
    told = {lang: list(sample(Drawn(40, 5, lang=lang))) for lang in ("fr", "en")}
    for lang, batch in told.items():
        words, answers = catalogue.words(lang), [answer for one in batch for answer in one.answers.values()]
        assert {one.lang for one in batch} == {lang}
        for field, pool in (("reason", "reasons"), ("evidence", "evidence"), ("comment", "comments")):
            written = {getattr(answer, field) for answer in answers} - {""}
            assert written
            assert written <= set(words(f"sample.{pool}").split("|"))
    levels = {lang: [[answer.level for answer in one.answers.values()] for one in batch] for lang, batch in told.items()}
    assert levels["fr"] == levels["en"]


@pytest.mark.parametrize(("lang", "sheet"), [("fr", "Profil"), ("en", "Profile")])
def test_a_made_up_return_is_a_questionnaire_in_its_language(lang: str, sheet: str, tmp_path: Path) -> None:
    """The file that is written is read back, whole and with nothing to correct, in the language that was asked for."""
    drawn = Drawn(2, 11, "tourism", "micro", lang)
    make_up(tmp_path, drawn, workers=0)
    for path, given_in in zip(sorted(tmp_path.iterdir()), sample(drawn), strict=True):
        found = read_return(path.name, path.read_bytes())
        assert sheet in CalamineWorkbook.from_path(path).sheet_names
        assert found.status is Status.ACCEPTED
        assert worst(found.findings) in (None, Severity.INFO)
        assert found.assessment == given_in


# --- what is plausible


def test_made_up_scores_are_spread_as_published(many: list[Assessment], record_property: Callable[[str, object], None]) -> None:
    """On Commercial and Marketing together about 57 % of organisations lie below 2.5 and 7 % at 4 or more (within 4 points)."""
    scores = []
    for one in many:
        model = model_of(one)
        asked = [each for lever in model.levers for grouping in lever.groupings if grouping.code in SALES for each in grouping.indicators]
        scores.append(of_parts([(each.weight, of_answer(each, one.answer(each.code), model.scale)) for each in asked]).value)
    known = [value for value in scores if value is not None]
    below = 100 * sum(value < 2.5 for value in known) / len(known)
    above = 100 * sum(value >= 4 for value in known) / len(known)
    figures = f"of {len(known)} organisations {below:.1f} % lie below 2.5 and {above:.1f} % at 4 or more"
    record_property("distribution", figures)
    assert len(known) > 0.98 * MANY
    assert abs(below - 57) <= 4, figures
    assert abs(above - 7) <= 4, figures


def test_every_state_of_an_answer_occurs_and_answered_is_the_rule(many: list[Assessment]) -> None:
    """A batch holds answered, not applicable, unknown and blank answers, every level, and most answers carry a level."""
    answers = [answer for one in many for answer in one.answers.values()]
    counts = Counter(type(answer.state) for answer in answers)
    assert counts.keys() == {Answered, NotApplicable, Unknown, Blank}
    assert counts[Answered] > 0.75 * len(answers)
    assert {answer.level for answer in answers} == {None, 0, 1, 2, 3, 4, 5}
    assert any(answer.comment for answer in answers)
    assert any(answer.comment.startswith("-") for answer in answers), "a comment that a spreadsheet program would take for a formula"


def test_every_organisation_answers_exactly_what_its_profile_is_asked(many: list[Assessment]) -> None:
    """No indicator is missing from a made-up return and none is added."""
    assert [one.organisation for one in many if one.answers.keys() != model_of(one).indicators.keys()] == []


def test_a_measured_figure_never_contradicts_its_level(many: list[Assessment]) -> None:
    """Each figure is possible, allows the level beside it, and stands only where a figure is asked for."""
    figures = 0
    for one in many:
        for code, indicator in model_of(one).indicators.items():
            answer = one.answers[code]
            if answer.measure is None:
                continue
            figures += 1
            assert indicator.measure is not None, code
            assert 0 <= answer.measure <= (indicator.measure.highest or float("inf")), (code, answer)
            assert settle(indicator, answer.state, answer.measure) == answer.state, (code, one.profile, answer)
    assert figures > MANY


def test_not_applicable_comes_with_its_reason(many: list[Assessment]) -> None:
    """Whoever sets an indicator aside says why, and nobody else gives a reason."""
    for one in many:
        for code, answer in one.answers.items():
            expected = answer.state.reason if isinstance(answer.state, NotApplicable) else ""
            assert answer.reason == expected, (one.organisation, code)


def test_no_two_organisations_of_a_batch_share_a_name(many: list[Assessment]) -> None:
    """Names are unique, so that results can be told apart."""
    assert len({one.organisation for one in many}) == MANY


def test_the_levels_of_an_organisation_hang_together(many: list[Assessment]) -> None:
    """Organisations differ more from each other than levers do inside one: the batch has leaders and laggards."""
    scores = [score(model_of(one), one) for one in many[:300]]
    overall = [each.overall.value for each in scores if each.overall.value is not None]
    known = [[lever.value for lever in each.levers.values() if lever.value is not None] for each in scores]
    inside = [max(levers) - min(levers) for levers in known if len(levers) == 6]
    assert max(overall) - min(overall) > 3
    assert sum(inside) / len(inside) < 2
