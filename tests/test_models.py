"""Two models in one house: both are issued, read, scored and consolidated by the same code, alone and together."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered
from dimm_xl.cli import main
from dimm_xl.files import slug
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.sample import Drawn, sample
from dimm_xl.scoring import Scores, score
from tests.office import Office
from tests.support import assessed
from tests.test_campaign import table

MATURITY, FRICTION = catalogue.load("dimm"), catalogue.load("e-friction")
MODELS = (MATURITY, FRICTION)
SIZES = [size.id for size in FRICTION.sizes]
SECTORS = [sector.id for sector in FRICTION.sectors]


# --- from end to end


class Ran(NamedTuple):
    """Returns of both models in one folder, what a run left, and what it said."""

    returns: Path
    out: Path
    said: str


def called(*arguments: str | Path) -> str:
    """Call the command line; return what it printed."""
    shown = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    return shown.output


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run over twelve returns of the index and six of the DIMM."""
    top = tmp_path_factory.mktemp("both")
    called("sample", top / "in" / "index", "--model", "e-friction", "--returns", "12", "--seed", "3", "--workers", "0")
    called("sample", top / "in" / "maturity", "--returns", "6", "--seed", "4", "--size", "micro", "--workers", "0")
    said = called("run", top / "in", top / "out", "--model", "dimm", "--model", "e-friction", "--workers", "0")
    return Ran(top / "in", top / "out", said)


def sheet_of(path: Path, key: str, model: int) -> list[list[object]]:
    """A sheet of a French workbook, by the key of its name."""
    name = catalogue.words("fr").within(MODELS[model])(key)
    return [list(row) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)]


def expected_scores() -> Mapping[str, Scores]:
    """What scoring says of the made-up economies, by id."""
    said = list(sample(Drawn(12, 3, model=FRICTION.id)))
    return {slug(one.organisation): score(FRICTION.cut(one.cut), one) for one in said}


def test_each_model_has_its_consolidated_workbook(ran: Ran) -> None:
    """The first model's bears the plain name, the other's its id; both hold their own organisations alone."""
    assert {path.name for path in ran.out.glob("*.xlsx")} == {"consolidated.xlsx", "consolidated-e-friction.xlsx"}
    assert "consolidated-e-friction.xlsx" in ran.said
    counts = [
        len(sheet_of(ran.out / name, "sheet.data", n)) - 1 for n, name in enumerate(("consolidated.xlsx", "consolidated-e-friction.xlsx"))
    ]
    assert counts == [6, 12]
    assert len(list((ran.out / "organisations").iterdir())) == 18


def test_tables_say_by_which_model_and_on_whose_scale(ran: Ran) -> None:
    """scores.csv holds the index from 0 to 100, as scoring computes it to the last digit, beside the DIMM from 0 to 5."""
    lines = table(ran.out, "scores.csv")
    of = {model.id: [line for line in lines if line["model"] == model.id] for model in MODELS}
    assert len({line["organisation"] for line in of["e-friction"]}) == 12
    assert max(float(line["score"]) for line in of["dimm"] if line["score"]) <= 5
    found = {line["organisation"]: line for line in of["e-friction"] if line["scope"] == "overall"}
    for name, scores in expected_scores().items():
        assert [found[name][key] for key in ("score", "low", "high", "target")] == [
            str(getattr(scores.overall, key)) for key in ("value", "low", "high", "target")
        ]
    assert {line["model"] for line in table(ran.out, "returns.csv")} == {"dimm", "e-friction"}


def test_the_best_of_the_index_has_the_smallest_score_and_the_first_quintile(ran: Ran) -> None:
    """The ranking rises from the best; each quintile is named, in steps of the ranking."""
    grid = sheet_of(ran.out / "consolidated-e-friction.xlsx", "sheet.ranking", 1)
    heads = [str(cell) for cell in grid[3]]
    rank, group, value = (heads.index(title) for title in ("Rang", "Quintile", "Note"))
    ranked = [row for row in grid[4:] if isinstance(row[rank], float)]
    values = [float(str(row[value])) for row in ranked]
    assert values == sorted(values)
    assert [row[rank] for row in ranked] == [float(n) for n in range(1, len(ranked) + 1)]
    assert [row[group] for row in ranked] == [float((n * 5) // len(ranked) + 1) for n in range(len(ranked))]
    assert "Quintile" not in [cell for row in sheet_of(ran.out / "consolidated.xlsx", "sheet.ranking", 0) for cell in row]


def test_a_result_of_the_index_tells_its_scale_where_the_score_stands(ran: Ran) -> None:
    """Page one: of 100, the better the smaller; the method converts levels and names the components' shares."""
    path = next(path for path in sorted((ran.out / "organisations").iterdir()) if slug(path.stem) in expected_scores())
    first = sheet_of(path, "sheet.result", 1)
    assert first[2][1] == "/ 100 (0\u00a0: mieux)"
    assert first[2][0] == pytest.approx(expected_scores()[path.stem].overall.value)
    method = "\n".join(str(row[1]) for row in sheet_of(path, "sheet.method", 1))
    assert "niveau 0\u00a0→ 100" in method
    assert "niveau 5\u00a0→ 0" in method
    assert "Infrastructure\u00a0½, Industrie\u00a0⅙, Individus\u00a0⅙, Information\u00a0⅙" in method
    titles = chart_texts(path.read_bytes())
    assert all("plus petit\u00a0: mieux" in title for title in titles), titles


def chart_texts(content: bytes) -> list[str]:
    """The titles of the charts of a workbook."""
    with ZipFile(io.BytesIO(content)) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    return ["".join(piece.partition("</a:t>")[0] for piece in chart.partition("</c:title>")[0].split("<a:t>")[1:]) for chart in charts]


def test_a_heat_map_deepens_towards_the_good_end(ran: Ran) -> None:
    """The deep colour lies at 5 for the DIMM and at 0 for the index: what is dark is good in both."""
    colours = []
    for name in ("consolidated.xlsx", "consolidated-e-friction.xlsx"):
        with ZipFile(ran.out / name) as parts:
            sheets = "".join(parts.read(part).decode() for part in parts.namelist() if part.startswith("xl/worksheets/sheet"))
        scale = sheets.partition("<colorScale>")[2].partition("</colorScale>")[0]
        colours.append([piece[:8] for piece in scale.split('rgb="')[1:]])
        assert [piece.partition('"')[0] for piece in scale.split('val="')[1:]] == ["0", "5" if name == "consolidated.xlsx" else "100"]
    assert colours[0] == colours[1][::-1]


def test_a_run_of_fewer_models_takes_away_what_the_other_left(ran: Ran, tmp_path: Path) -> None:
    """When the index's returns are gone, so are its consolidated workbook and its organisations."""
    arguments = ("run", tmp_path / "in", tmp_path / "out", "--model", "dimm", "--model", "e-friction", "--workers", "0")
    for n, (one, name) in enumerate(product(("index", "maturity"), ("0000",))):
        source = sorted((ran.returns / one).glob(f"{name}*"))[n]
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / source.name).write_bytes(source.read_bytes())
    called(*arguments)
    assert (tmp_path / "out" / "consolidated-e-friction.xlsx").is_file()
    next((tmp_path / "in").glob("*e-friction*")).unlink()
    called(*arguments)
    assert [path.name for path in (tmp_path / "out").glob("*.xlsx")] == ["consolidated.xlsx"]
    assert len(list((tmp_path / "out" / "organisations").iterdir())) == 1


def test_one_organisation_measured_by_two_models_is_two(tmp_path: Path) -> None:
    """The same name and register id in both: neither return replaces or joins the other."""
    (tmp_path / "in").mkdir()
    economy = replace(
        assessed({}, Profile(SECTORS[0], SIZES[0])), model=FRICTION.id, edition="v1", organisation_id="R1", organisation="Val"
    )
    firm = replace(assessed({}), organisation_id="R1", organisation="Val")
    for one in (economy, firm):
        answers = {code: Answer(Answered(3)) for code in catalogue.load(one.model).cut(one.cut).indicators}
        (tmp_path / "in" / f"{one.model}.xlsx").write_bytes(fill(Wanted(one.model), replace(one, answers=answers)))
    called("run", tmp_path / "in", tmp_path / "out", "--model", "dimm", "--model", "e-friction", "--workers", "0")
    lines = table(tmp_path / "out", "returns.csv")
    assert {line["model"]: line["status"] for line in lines} == {"dimm": "accepted", "e-friction": "accepted"}
    overall = {line["model"]: float(line["score"]) for line in table(tmp_path / "out", "scores.csv") if line["scope"] == "overall"}
    assert overall == {"dimm": 3.0, "e-friction": 40.0}


def test_a_return_of_a_model_that_was_not_named_says_so(ran: Ran, tmp_path: Path) -> None:
    """Without --model e-friction its returns are refused as of another model, and nothing else suffers."""
    shown = CliRunner().invoke(main, ["run", str(ran.returns), str(tmp_path), "--workers", "0"])
    assert shown.exit_code == 1
    lines = table(tmp_path, "findings.csv")
    assert len([line for line in lines if line["code"] == "OTHER_MODEL"]) == 12


def test_models_and_indicators_of_the_index_are_shown(tmp_path: Path) -> None:
    """`models` counts by component; `model show` prints an indicator; `issue` names the file by model and profile."""
    assert "e-friction: Digital friction index" in called("models")
    shown = called("model", "show", "FN1", "--model", "e-friction", "--lang", "en", "--sector", "oceania", "--size", "low-income")
    assert "FN1  Population covered by mobile internet" in shown
    named = called(
        "issue", tmp_path, "--model", "e-friction", "--sector", "oceania", "--size", "low-income", "--organisation", "Îles"
    ).strip()
    assert named.endswith("iles_e-friction-v1_oceania_low-income_fr.xlsx")
    assert Path(named).is_file()


def test_the_index_travels_as_a_workbook_and_loses_nothing(tmp_path: Path) -> None:
    """Scale, ranking groups and own labels come back with everything else."""
    called("model", "export", "e-friction", tmp_path / "index.xlsx")
    called("model", "import", tmp_path / "index.xlsx", tmp_path / "back")
    assert catalogue.load(str(tmp_path / "back")) == FRICTION


def test_two_campaigns_and_a_study_of_the_index(tmp_path: Path) -> None:
    """A fall of the score is progress; the study's pack serves a later run of both models."""
    for year, level in (("then", 2), ("now", 3)):
        (tmp_path / year).mkdir()
        for n in range(6):
            one = replace(assessed({}, Profile(SECTORS[0], SIZES[0])), model=FRICTION.id, edition="v1", organisation=f"Île {n}")
            answers = {code: Answer(Answered(level)) for code in FRICTION.cut(one.cut).indicators}
            filled = replace(one, answers=answers, respondent={"consent": "yes"})
            (tmp_path / year / f"{n}.xlsx").write_bytes(fill(Wanted(FRICTION.id), filled))
        called("run", tmp_path / year, tmp_path / f"{year}-out", "--model", "e-friction", "--workers", "0")
    archives = [tmp_path / f"{year}-out" / "archive.sqlite" for year in ("then", "now")]
    called("compare", *archives, tmp_path / "compared", "--model", "e-friction")
    overview = sheet_of(tmp_path / "compared" / "progress.xlsx", "sheet.progress", 1)
    assert overview[0][0] == "6 économies les deux fois\u00a0: médiane de 60,0 à 40,0, ✔ mieux"
    heads = [str(cell) for cell in overview[4]]
    assert [overview[5][heads.index(title)] for title in ("✔ mieux", "✖ moins bien")] == [6.0, 0.0]
    called("study", archives[1], tmp_path / "study", "--model", "e-friction")
    pack = (tmp_path / "study" / "benchmark.yaml").read_text("utf-8")
    assert "model: e-friction" in pack
    assert "median: 40.0" in pack
    again = ("run", tmp_path / "now", tmp_path / "again", "--model", "dimm", "--model", "e-friction", "--workers", "0")
    called(*again, "--benchmark", tmp_path / "study" / "benchmark.yaml")
    first = sheet_of(tmp_path / "again" / "organisations" / "ile-0.xlsx", "sheet.result", 1)
    assert [row[4] for row in first[5:9]] == [40.0] * 4


@pytest.mark.office
def test_the_live_what_if_of_the_index_equals_scoring(office: Office, ran: Ran) -> None:
    """Planned scores of a result workbook, recalculated, are those that were stored: what scoring says of the planned levels."""
    name, scores = next(iter(expected_scores().items()))
    path = ran.out / "organisations" / f"{name}.xlsx"
    stored = sheet_of(path, "sheet.whatif", 1)
    live = office.grids(path)[catalogue.words("fr").within(FRICTION)("sheet.whatif")]
    assert stored[2][2] == pytest.approx(scores.overall.value)
    assert live[2][3] == pytest.approx(stored[2][3])
    assert [row[3] for row in live[5:9]] == [pytest.approx(row[3]) for row in stored[5:9]]
    assert float(str(live[2][3])) < float(str(live[2][2]))


def test_a_questionnaire_of_the_index_is_known_without_its_hidden_sheet(ran: Ran, tmp_path: Path) -> None:
    """Its codes tell the model, its own labels of world region and income group the profile."""
    source = min((ran.returns / "index").iterdir())
    book = load_workbook(source)
    del book["dimm-xl"]
    (tmp_path / "in").mkdir()
    book.save(tmp_path / "in" / "copy.xlsx")
    called("run", tmp_path / "in", tmp_path / "out", "--model", "dimm", "--model", "e-friction", "--workers", "0")
    line = table(tmp_path / "out", "returns.csv")[0]
    known = next(one for one in table(ran.out, "returns.csv") if one["file"].endswith(source.name))
    assert [line[key] for key in ("model", "sector", "size", "answered")] == [known[key] for key in ("model", "sector", "size", "answered")]
    assert next(one["code"] for one in table(tmp_path / "out", "findings.csv")) == "NO_IDENTITY"


def test_a_second_opinion_on_the_index_lowers_its_score_when_it_finds_less_friction(ran: Ran, tmp_path: Path) -> None:
    """A review is written and read back for its own model; a validated level 5 brings the indicator to 0."""
    shutil.copytree(ran.returns / "index", tmp_path / "in")
    arguments = ("run", tmp_path / "in", tmp_path / "out", "--model", "dimm", "--model", "e-friction", "--workers", "0")
    called(*arguments, "--review", "all")
    path = min((tmp_path / "out" / "reviews").iterdir())
    book = load_workbook(path)
    sheet = book[catalogue.words("fr")("sheet.review")]
    heads = [cell.value for cell in sheet[4]]
    place, declared = (heads.index(catalogue.words("fr")(f"review.column.{field}")) for field in ("level", "declared"))
    row = next(row for row in sheet.iter_rows(min_row=5) if row[declared].value in (0, 1, 2))
    code = row[0].value
    row[place].value, row[place + 1].value = 5, "mesuré sur place"
    book.save(path)
    called(*arguments)
    lines = [line for line in table(tmp_path / "out", "scores.csv") if line["organisation"] == path.stem]
    found = {(line["basis"], line["scope"], line["code"]): line["score"] for line in lines}
    assert found["validated", "indicator", code] == "0.0"
    assert float(found["validated", "overall", ""]) < float(found["self-declared", "overall", ""])
