"""Audits beside self-assessments in one campaign: issued, made up, read, scored and reported, each under the name of its form."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from dimm_xl import archive, audit, catalogue, issuing
from dimm_xl.assessment import Answered, Assessment, Blank, Checked, NotApplicable, Return, Status, Unknown
from dimm_xl.campaign import ARCHIVE, run
from dimm_xl.collect import newest
from dimm_xl.findings import Code
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.result import Result, demands
from dimm_xl.respondents import joined, put_together
from dimm_xl.returns import read_return
from dimm_xl.review import Opinion, validated
from dimm_xl.sample import Drawn, sample
from dimm_xl.scoring import score
from dimm_xl.settings import Run
from tests.audits import an_audit, every_verdict
from tests.support import HOTEL, assessed, at_level
from tests.test_cli import called

MODEL = catalogue.load().at(HOTEL)


def lines(folder: Path, table: str) -> list[dict[str, str]]:
    """The lines of a table that a run wrote."""
    with (folder / "data" / table).open(encoding="utf-8", newline="") as held:
        return list(csv.DictReader(held))


def grids(path: Path) -> dict[str, Sequence[Sequence[object]]]:
    """Every sheet of a workbook, row by row."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def texts(path: Path) -> set[str]:
    """Every text in a workbook."""
    return {cell for grid in grids(path).values() for row in grid for cell in row if isinstance(cell, str)}


# --- from the command line


def test_an_audit_is_issued_by_name_and_read_as_one(tmp_path: Path) -> None:
    """`issue --form audit` writes a file that says so in its name, its title and its identity; the other form is the default."""
    for form in ("audit", "self"):
        shown = called("issue", tmp_path, "--sector", "tourism", "--size", "micro", "--organisation", "Gîte", "--form", form)
        path = Path(shown.stdout.strip())
        read = read_return("a.xlsx", path.read_bytes())
        assert read.assessment is not None
        assert (read.assessment.form, "_audit" in path.name) == (form, form == "audit")
    assert "Audit\u00a0: DIMM, modèle de maturité numérique" in texts(next(tmp_path.glob("*_audit*")))


def test_all_audits_are_issued_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`issue --all --form audit` asks for the audit of every sector and size, each under a name of its own."""
    seen: list[Assessment] = []

    def noted(_: Wanted, said: Assessment) -> bytes:
        seen.append(said)
        return b"x"

    monkeypatch.setattr(issuing, "fill", noted)
    assert called("issue", tmp_path, "--all", "--form", "audit").exit_code == 0
    assert {said.form for said in seen} == {"audit"}
    assert len(list(tmp_path.iterdir())) == len(seen) == 108


@pytest.mark.parametrize("option", [["--form", "interview"], ["--form"]])
def test_a_form_that_is_none_is_a_usage_error(tmp_path: Path, option: list[str]) -> None:
    """The command says which forms there are and ends with status 2."""
    assert called("issue", tmp_path, "--sector", "tourism", "--size", "micro", *option).exit_code == 2


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign of three self-assessments and three audits, as the commands make and run it."""
    top = tmp_path_factory.mktemp("mixed")
    for seed, form in enumerate(("self", "audit"), 8):
        made = called(
            "sample", top / "in" / form, "--returns", "3", "--seed", str(seed), "--size", "micro", "--form", form, "--workers", "0"
        )
        assert made.exit_code == 0
    assert called("run", top / "in", top / "out", "--workers", "0").exit_code == 0
    return top / "out"


def test_a_run_reads_both_forms_side_by_side_and_lists_which_is_which(mixed: Path) -> None:
    """Every file is accepted, and data/returns.csv says of each which form it is; scores of audits are not called self-declared."""
    returns = lines(mixed, "returns.csv")
    assert [(line["file"].split("/")[0], line["form"]) for line in returns] == [("audit", "audit")] * 3 + [("self", "self")] * 3
    assert all(line["status"].startswith("accepted") for line in returns)
    forms = {line["organisation"]: line["form"] for line in returns}
    assert len(forms) == 6
    assert {line["basis"] for line in lines(mixed, "scores.csv")} == {"self-declared", "audited"}


def test_results_say_which_form_an_organisation_used(mixed: Path) -> None:
    """Page one and the method name the form, in words; the ranking of the consolidated workbook lists it for each organisation."""
    words = catalogue.words("fr")
    forms = [line["form"] for line in lines(mixed, "returns.csv")]
    told = [texts(path) for path in (mixed / "organisations").iterdir()]
    for form in ("audit", "self"):
        method, name = words(f"method.form.{form}"), words(f"form.{form}")
        assert sum(method in said for said in told) == forms.count(form)
        assert sum(any(text.endswith(f" · {name}") for text in said) for said in told) == forms.count(form)
    ranking = [row for row in grids(mixed / "consolidated.xlsx")[words("sheet.ranking")][2:] if row[1]]
    column = ranking[0].index(words("portfolio.column.form"))
    assert sorted(str(row[column]) for row in ranking[1:]) == sorted(words(f"form.{form}") for form in forms)


def test_the_archive_keeps_every_verdict(mixed: Path) -> None:
    """What was read of an audit is in the archive, demand by demand, for the next run or `report`."""
    kept = {one.file: one.assessment for one in archive.read(mixed / ARCHIVE)}
    for name, said in kept.items():
        assert said is not None
        again = read_return(name, (mixed.parent / "in" / name).read_bytes()).assessment
        assert said == again
        assert all(bool(answer.demands) == (said.form == "audit") for answer in said.answers.values())


# --- one organisation, several returns


def stood(*assessments: Assessment) -> list[Return]:
    """What becomes of returns, the later ones being newer."""
    returns = [Return(f"{n}.xlsx", str(n), Status.ACCEPTED, said) for n, said in enumerate(assessments)]
    return newest(returns, {one.file: float(n) for n, one in enumerate(returns)})


@pytest.mark.parametrize("newer", ["audit", "self"])
def test_of_two_forms_the_newer_return_stands_and_both_forms_are_named(newer: str) -> None:
    """A self-assessment and an audit of one organisation are never put together; the older one says which form took its place."""
    forms = {"audit": every_verdict("met"), "self": replace(every_verdict("met"), form="self", answers=at_level(2))}
    older = "self" if newer == "audit" else "audit"
    first, second = stood(forms[older], forms[newer])
    assert (first.status, second.status) == (Status.SUPERSEDED, Status.ACCEPTED)
    assert [(one.code, one.facts.get("form"), one.facts.get("by")) for one in first.findings] == [
        (Code.SUPERSEDED, None, None),
        (Code.OTHER_FORM, older, newer),
    ]
    assert [one.assessment and one.assessment.form for one in joined([first, second])] == [newer]


def test_auditors_who_share_the_work_are_put_together_with_their_verdicts() -> None:
    """The median level stands, with the verdicts of who found it; results then name the demands that those left unmet."""
    low, high = every_verdict("not_met"), every_verdict("met")
    parts = [
        Return(f"{name}.xlsx", name, Status.ACCEPTED, replace(said, respondent={"respondent": name}))
        for name, said in (("Alice", low), ("Bob", high))
    ]
    together = put_together(parts).assessment
    assert together is not None
    assert together.form == "audit"
    assert {answer.level for answer in together.answers.values()} == {0}
    assert together.answers["SP1"].demands == low.answers["SP1"].demands


def test_a_second_opinion_on_an_audit_counts_as_on_any_return() -> None:
    """The validated level counts; the verdicts stay what the auditor found, and no longer say what comes next."""
    said = every_verdict("met")
    reviewed = validated(said, {"SP1": Opinion(Answered(2), "seen on site")})
    assert (reviewed.answer("SP1").level, reviewed.form) == (2, "audit")
    assert reviewed.answer("SP1").demands == said.answers["SP1"].demands
    one = MODEL.indicators["SP1"]
    assert audit.following(one, reviewed.answer("SP1")) == one.levels[3]


def test_results_of_an_audit_ask_for_what_was_found_unmet() -> None:
    """On the sheet of a lever and on the roadmap, the next demands are those the audit found unmet, not the whole next level."""
    one = MODEL.indicators["SP2"]
    rows = [Checked(level, rank, "met") for level, rank, _ in audit.demands(one) if level < 3]
    rows += [Checked(3, 1, "met"), Checked(3, 2, "not_met"), *(Checked(3, n, "met") for n in range(3, len(one.levels[3]) + 1))]
    said = replace(every_verdict("met"), answers={"SP2": audit.answered(one, rows)})
    assert said.answers["SP2"].level == 2
    words = catalogue.words("fr")
    result = Result("hotel", "a.xlsx", "0" * 64, MODEL, said, score(MODEL, said), parts=(Return("a.xlsx", "", Status.ACCEPTED, said),))
    pages = {page.name: page for page in organisation_book(result, words).pages}
    rows_of: Mapping[str, Any] = {
        name: next(row for row in pages[name].tables[-1].rows if row.values["code"] == "SP2")
        for name in ("S Stratégie", words("sheet.roadmap"))
    }
    assert {row.values["next"] for row in rows_of.values()} == {demands([one.levels[3][1]], words)}


# --- audits made up


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_made_up_audits_come_to_the_levels_of_made_up_self_assessments(lang: str) -> None:
    """The same seed gives the same organisations at the same levels in either form; what nobody knows is left open in an audit."""
    for one, other in zip(sample(Drawn(10, 4, lang=lang)), sample(Drawn(10, 4, lang=lang, form="audit")), strict=True):
        assert (one.organisation, one.profile, other.form) == (other.organisation, other.profile, "audit")
        for code, answer in one.answers.items():
            wanted = Blank() if isinstance(answer.state, Unknown) else answer.state
            assert other.answers[code].state == wanted
            aside = {each.verdict for each in other.answers[code].demands} == {"not_applicable"}
            assert aside == isinstance(wanted, NotApplicable)


def test_made_up_audits_are_read_as_they_were_made() -> None:
    """Written and read again, a made-up audit gives neither an error nor another answer."""
    (said,) = sample(Drawn(1, 6, size="association", form="audit"))
    read = read_return("a.xlsx", fill(Wanted(), said))
    assert read.assessment == said
    assert read.status is Status.ACCEPTED


def test_an_audit_of_an_older_edition_and_of_a_selection_is_read_by_what_it_asked() -> None:
    """The ten priorities in the first edition, as an audit: only their demands are asked and expected."""
    profile = Profile("retail", "sme")
    model = catalogue.load().at_edition("v1").at(profile, "priorities-10")
    said = replace(an_audit(model, profile, "en", selection="priorities-10"), edition="v1")
    assert len(model.indicators) == 10
    read = read_return("a.xlsx", fill(Wanted(), said)).assessment
    assert read == said


def test_a_run_over_an_unchanged_folder_of_both_forms_reads_nothing_again(tmp_path: Path) -> None:
    """The second run recalls audits from the archive and leaves the same tables."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/audit.xlsx").write_bytes(fill(Wanted(), every_verdict("met")))
    (tmp_path / "in/self.xlsx").write_bytes(fill(Wanted(), replace(assessed(at_level(3)), organisation="Gîte")))
    first = run(Run(tmp_path / "in", tmp_path / "out", workers=0, archive=tmp_path / "kept.sqlite"))
    before = (tmp_path / "out/data/returns.csv").read_bytes()
    (tmp_path / "out/data/returns.csv").unlink()
    again = run(Run(tmp_path / "in", tmp_path / "out", workers=0, archive=tmp_path / "kept.sqlite"))
    assert (again.statuses, (tmp_path / "out/data/returns.csv").read_bytes()) == (first.statuses, before)
