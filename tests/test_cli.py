"""The command line as people and scripts meet it: help, exit status, one-line messages, what is printed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue, issuing
from dimm_xl.assessment import Assessment
from dimm_xl.cli import main
from dimm_xl.sample import Drawn

ONE = ["--sector", "tourism", "--size", "micro"]
HEAVY = ("pandas", "xlsxwriter", "pydantic", "yaml", "openpyxl", "python_calamine", "pebble", "rich", "fsspec")
"""Libraries that cost more time than a person should wait for help."""


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with the words that call it; groups are followed, not yielded."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def called(*arguments: str | Path) -> Result:
    """Call the command line in this process; what it raises is raised."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def outside(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Call the command line as a process of its own."""
    command = [sys.executable, "-m", "dimm_xl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two good returns."""
    folder = tmp_path_factory.mktemp("returns")
    issuing.make_up(folder, Drawn(2, 3, size="micro"), workers=0)
    return folder


@pytest.fixture
def spoiled(returns: Path, tmp_path: Path) -> Path:
    """The same folder with a third file that is no workbook."""
    folder = shutil.copytree(returns, tmp_path / "spoiled")
    (folder / "letter.xlsx").write_text("Bonjour,", "utf-8")
    return folder


# --- help


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_command_says_what_it_does_with_an_example_and_explains_its_options(path: tuple[str, ...]) -> None:
    """Help begins with a sentence, ends with a call of this very command, and no option stands without its words."""
    command = dict(commands())[path]
    shown = called(*path, "--help")
    assert shown.exit_code == 0
    assert f"Example: dimm-xl {' '.join(path)}" in " ".join(shown.stdout.split())
    assert (command.help or "").splitlines()[0].endswith(".")
    assert [one.name for one in command.params if isinstance(one, click.Option) and not one.help] == []


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_example_is_a_call_that_the_command_understands(
    path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The arguments of the example in the help are parsed without a complaint."""
    command = dict(commands())[path]
    words = shlex.split((command.help or "").partition("Example: ")[2])
    (tmp_path / "returns").mkdir()
    for named in (tmp_path / word for word in words if Path(word).suffix):  # files that a command wants to be there
        named.parent.mkdir(exist_ok=True)
        named.touch()
    monkeypatch.chdir(tmp_path)
    assert words[: len(path) + 1] == ["dimm-xl", *path]
    assert command.make_context(path[-1], words[len(path) + 1 :]).args == []


def test_help_answers_before_any_heavy_library_is_loaded() -> None:
    """In a fresh process, the help of every command loads neither pandas nor an Excel library nor a parser."""
    asked = [[*path, "--help"] for path in [(), ("model",), *(path for path, _ in commands())]]
    script = f"""
import sys
from dimm_xl.cli import main
for asked in {asked!r}:
    try:
        main(asked)
    except SystemExit as ended:
        assert ended.code == 0, asked
print("loaded:", *[name for name in {HEAVY!r} if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.splitlines()[-1].split() == ["loaded:"]
    assert ran.stdout.count("Usage:") == len(asked)


# --- run


def test_a_run_that_reads_everything_ends_with_status_0(returns: Path, tmp_path: Path) -> None:
    """When no file is refused the exit status is 0, and what is printed says how many files and where results lie."""
    shown = called("run", returns, tmp_path, "--workers", "0")
    assert shown.exit_code == 0
    assert "2 files: 2 accepted" in shown.stdout
    assert f"{tmp_path}/consolidated.xlsx" in shown.stdout
    assert (tmp_path / "consolidated.xlsx").is_file()


def test_a_run_that_refuses_a_file_ends_with_status_1_and_writes_everything_else(spoiled: Path, tmp_path: Path) -> None:
    """A refused file makes status 1, leads to where the reason stands, and costs the others nothing."""
    shown = called("run", spoiled, tmp_path / "out", "--workers", "0")
    assert shown.exit_code == 1
    assert "1 refused" in shown.stdout
    assert "findings.csv" in shown.stdout
    assert len(list((tmp_path / "out/organisations").iterdir())) == 2


def test_the_summary_as_json_is_all_that_a_script_reads(spoiled: Path, tmp_path: Path) -> None:
    """With --json a real process prints one JSON document, progress aside, whose exit_code is the process's own."""
    ran = outside("run", spoiled, tmp_path / "out", "--workers", "2", "--json")
    told = json.loads(ran.stdout)
    assert ran.returncode == told["exit_code"] == 1
    assert {status: count for status, count in told["statuses"].items() if count} == {"accepted": 2, "refused": 1}
    assert (told["organisations"], told["faults"], told["out"]) == (2, [], str(tmp_path / "out"))


def test_progress_is_plain_lines_when_nobody_watches(returns: Path, tmp_path: Path) -> None:
    """A process whose output goes to a file writes lines without colours, progress apart from results."""
    ran = outside("run", returns, tmp_path, "--workers", "1")
    assert ran.returncode == 0
    assert ran.stderr.splitlines() == ["reading: 2 of 2", "writing: 2 of 2", "consolidating: 0 of 1", "consolidating: 1 of 1"]
    assert "reading:" not in ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(("lang", "sheet"), [("fr", "Page une"), ("en", "Page one")])
def test_results_are_in_the_language_that_is_asked_for(returns: Path, tmp_path: Path, lang: str, sheet: str) -> None:
    """Workbooks come in the language of --lang, whatever the language of the returns."""
    assert called("run", returns, tmp_path, "--workers", "0", "--lang", lang).exit_code == 0
    names = {CalamineWorkbook.from_path(path).sheet_names[0] for path in (tmp_path / "organisations").iterdir()}
    assert names == {catalogue.words(lang)("sheet.result")} == {sheet}


# --- wrong usage

SPOKEN = {
    "a sector": (["issue", "{out}", "--sector", "mars", "--size", "sme"], "'mars'"),
    "a size": (["issue", "{out}", "--sector", "tourism", "--size", "huge"], "'huge'"),
    "an edition": (["issue", "{out}", *ONE, "--edition", "v9"], "'v9'"),
    "a selection": (["issue", "{out}", *ONE, "--selection", "best"], "'best'"),
    "a language": (["issue", "{out}", *ONE, "--lang", "de"], "'de'"),
    "a date": (["issue", "{out}", *ONE, "--deadline", "soon"], "'soon'"),
    "a model": (["issue", "{out}", "--all", "--model", "nowhere"], "nowhere"),
    "no size": (["issue", "{out}", "--sector", "tourism"], "--size"),
    "the sector of a sample": (["sample", "{out}", "--sector", "mars", "--seed", "2"], "'mars'"),
    "the size of a sample": (["sample", "{out}", "--size", "huge"], "'huge'"),
    "no return": (["sample", "{out}", "--returns", "0"], "0"),
    "an indicator": (["model", "show", "ZZ9"], "'ZZ9'"),
    "the sector of an indicator": (["model", "show", "TIA3", "--sector", "mars"], "'mars'"),
    "the size of an indicator": (["model", "show", "TIA3", "--size", "huge"], "'huge'"),
    "a model to check": (["model", "check", "nowhere"], "nowhere"),
    "a folder": (["run", "{out}/none", "{out}"], "none"),
    "the model of a run": (["run", "{returns}", "{out}", "--workers", "0", "--model", "nowhere"], "nowhere"),
    "workers": (["run", "{returns}", "{out}", "--workers", "-1"], "-1"),
}


@pytest.mark.parametrize("asked", SPOKEN)
def test_what_is_unknown_gets_a_line_and_status_2(asked: str, returns: Path, tmp_path: Path) -> None:
    """Wrong usage ends with status 2 and one line that repeats what was typed, without a traceback and with nothing written."""
    arguments, typed = SPOKEN[asked]
    shown = called(*(word.format(out=tmp_path, returns=returns) for word in arguments))
    assert shown.exit_code == 2
    lines = [line for line in shown.stderr.splitlines() if not re.match(r"$|Usage: |Try |[a-z ]+: \d+ of \d+$", line)]
    assert len(lines) == 1
    assert typed in lines[0]
    assert "Traceback" not in shown.output
    assert list(tmp_path.rglob("*")) == []


def test_a_real_process_shows_no_traceback_either() -> None:
    """The same holds for the installed program."""
    ran = outside("issue", "nowhere", "--sector", "mars", "--size", "sme")
    assert ran.returncode == 2
    assert "'mars' is not in model dimm" in ran.stderr
    assert "Traceback" not in ran.stderr


# --- issue and sample


@pytest.mark.parametrize(
    ("options", "name", "lacks"),
    [
        ([], "dimm-v2_tourism_micro_fr.xlsx", ""),
        (["--lang", "en", "--edition", "v1"], "dimm-v1_tourism_micro_en.xlsx", ""),
        (["--organisation", "Hôtel d’Été & Fils", "--deadline", "2027-03-01"], "hotel-d-ete-fils_dimm-v2_tourism_micro_fr.xlsx", ""),
        (["--selection", "priorities-10"], "dimm-v2_tourism_micro_fr_priorities-10.xlsx", ""),
        (["--no-score"], "dimm-v2_tourism_micro_fr.xlsx", "sheet.synthesis"),
    ],
)
def test_a_questionnaire_is_issued_as_it_was_asked_for(options: list[str], name: str, lacks: str, tmp_path: Path) -> None:
    """One file appears, under a safe name that says what it is; its path is printed; --no-score leaves out the synthesis."""
    shown = called("issue", tmp_path, *ONE, *options)
    assert shown.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert shown.stdout.splitlines() == [str(tmp_path / name)]
    words = catalogue.words("en" if "en" in options else "fr")
    sheets = CalamineWorkbook.from_path(tmp_path / name).sheet_names
    assert [key for key in ("sheet.start", "sheet.synthesis") if words(key) not in sheets] == ([lacks] if lacks else [])


def test_all_issues_a_questionnaire_for_every_sector_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`issue --all` writes 18 sectors × 6 sizes, each once and under a name of its own."""
    asked: list[tuple[str, str]] = []

    def noted(_: issuing.Wanted, said: Assessment) -> bytes:
        asked.append((said.profile.sector, said.profile.size))
        return b"a questionnaire"

    monkeypatch.setattr(issuing, "fill", noted)
    assert called("issue", tmp_path, "--all").exit_code == 0
    assert len(set(asked)) == len(asked) == 18 * 6
    assert len(list(tmp_path.iterdir())) == 18 * 6


def test_sample_makes_as_many_returns_as_asked(tmp_path: Path) -> None:
    """`sample` writes the number of files that was asked for and says so."""
    shown = called("sample", tmp_path, "--returns", "3", "--size", "micro", "--workers", "0")
    assert shown.exit_code == 0
    assert len(list(tmp_path.glob("*.xlsx"))) == 3
    assert shown.stdout.split()[0] == "3"


# --- models


def test_models_lists_the_counts_of_both_editions() -> None:
    """113 indicators in 2019 and 115 in 2022, by lever, size and sector, each number that of the catalogue."""
    lines = {line.split()[0].rstrip(":"): line.split()[-2:] for line in called("models").stdout.splitlines() if len(line.split()) > 2}
    both = [catalogue.load().at_edition(edition) for edition in ("v1", "v2")]
    assert lines["indicators"] == ["113", "115"]
    for n, lever in enumerate(both[1].levers):
        assert lines[lever.code] == [str(len(model.levers[n].indicators)) for model in both]
    for size in both[1].sizes:
        assert lines[size.id] == [str(sum(size.id in one.sizes for one in model.indicators.values())) for model in both]
    assert {sector.id for sector in both[1].sectors} <= lines.keys()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_model_show_prints_an_indicator_in_full(lang: str) -> None:
    """Name, definition, every demand of every level, evidence and action stand in what `model show TIA3` prints."""
    one, words = catalogue.load().indicators["TIA3"], catalogue.words(lang)
    shown = called("model", "show", "tia3", "--lang", lang).stdout
    texts = [one.name, one.definition, one.evidence, one.action, *(demand for demands in one.levels.values() for demand in demands)]
    assert [words.of(text) for text in texts if words.of(text) not in shown] == []
    assert [n for n in range(1, 6) if f"level {n}\n" not in shown] == []


def test_model_show_for_a_size_shows_no_sector_by_accident() -> None:
    """Asked for a size alone, the demands are the general ones, not those of some sector."""
    found = catalogue.load().indicators.values()
    one = next(one for one in found if "sme" in one.sizes and catalogue.load().sectors[0].id in one.sectors)
    shown = called("model", "show", one.code, "--size", "sme", "--lang", "en").stdout
    general = [demand["en"] for demands in one.levels.values() for demand in demands]
    assert [demand for demand in general if demand not in shown] == []


def test_model_check_lists_every_fault_and_ends_with_status_2(tmp_path: Path) -> None:
    """A broken model folder: each fault on a line of its own, with file, line and key; a sound one says so with status 0."""
    shipped = catalogue.SHIPPED / "models" / "dimm"
    for name in ("model.yaml", "strategy.yaml", "words.yaml"):
        text = (shipped / name).read_text("utf-8")
        text = re.sub(r"(?m)^selections: .*$", "selections: []", re.sub(r"(?m)^levers: .*$", "levers: [strategy.yaml]", text))
        (tmp_path / name).write_text(text, "utf-8")
    assert called("model", "check", tmp_path).exit_code == 0
    lever = tmp_path / "strategy.yaml"
    broken = lever.read_text("utf-8").replace("weight: 3", "weight: 9", 1).replace("sizes: [", "sizes: [giant, ", 1)
    shutil.copytree(tmp_path, tmp_path / "broken")
    (tmp_path / "broken/strategy.yaml").write_text(broken, "utf-8")
    shown = called("model", "check", tmp_path / "broken")
    assert shown.exit_code == 2
    faults = shown.stderr.splitlines()
    assert len(faults) == 2
    assert [re.fullmatch(r"strategy\.yaml:\d+: .*(giant|9).*", fault) is not None for fault in faults] == [True, True]
