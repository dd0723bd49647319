"""What makes a model another one is data: no code names one, labels are said in its own way, and a slip in them is a fault."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

import dimm_xl
from dimm_xl import catalogue
from dimm_xl.assessment import Assessment
from dimm_xl.cli import main
from dimm_xl.model import Profile
from dimm_xl.questionnaire import Request, questionnaire

MATURITY, FRICTION = catalogue.load("dimm"), catalogue.load("e-friction")
MODELS = (MATURITY, FRICTION)
CODE = sorted(Path(dimm_xl.__file__).parent.rglob("*.py"))


# --- no branch on a model


def allowed(tree: ast.AST) -> Iterator[ast.expr]:
    """The places where a model's id may stand: default values of arguments, of fields and of options."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from (one for one in (*node.args.defaults, *node.args.kw_defaults) if one is not None)
        elif (isinstance(node, ast.keyword) and node.arg == "default") or isinstance(node, ast.AnnAssign):
            yield from (node.value,) if node.value else ()


def test_no_code_names_a_model_but_as_a_default() -> None:
    """What differs between models is data: their ids stand in dimm_xl only where a value that was not given is chosen."""
    ids = {model.id for model in MODELS}
    found, defaults = [], 0
    for path in CODE:
        tree = ast.parse(path.read_text("utf-8"))
        fine = {id(inner) for place in allowed(tree) for inner in ast.walk(place)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in ids:
                found += [] if id(node) in fine else [f"{path.name}:{node.lineno}"]
                defaults += id(node) in fine
    assert found == []
    assert defaults > 5


def test_both_models_are_shipped_and_sound() -> None:
    """Each loads without a fault, and its own labels are all labels that exist."""
    assert catalogue.shipped_models() == sorted(model.id for model in MODELS)
    assert all(len(set(model.words)) == len(model.words) > 2 for model in MODELS)


# --- labels that a model says in its own way


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_model_says_its_own_words_and_its_scale(lang: str) -> None:
    """Where the DIMM says sector and 0 to 5, the index says world region, and which end of 0 to 100 is good."""
    own, other = (catalogue.words(lang).within(model) for model in MODELS)
    assert own("profile.sector") == {"fr": "Secteur", "en": "Sector"}[lang]
    assert other("profile.sector") == {"fr": "Région du monde", "en": "World region"}[lang]
    assert own("scale") == {"fr": "de 0 à 5", "en": "from 0 to 5"}[lang]
    assert other("scale") == {"fr": "de 0 (meilleur) à 100 (pire)", "en": "from 0 (best) to 100 (worst)"}[lang]
    assert own("result.of") == "/ 5"
    assert other("result.of").startswith("/ 100 (0")


def test_no_label_of_the_index_speaks_of_organisations_sectors_or_levers() -> None:
    """What a reader of its workbooks meets is economies, world regions, income groups and components."""
    shown = (
        "start.",
        "profile.",
        "result.",
        "portfolio.",
        "compared.",
        "study.",
        "method.",
        "headline.",
        "data.",
        "sheet.by",
        "synthesis.",
    )
    said = {
        "fr": ("organisation", "secteur", "levier", "votre taille"),
        "en": ("organisation", "sector", "lever"),
    }
    for lang, strange in said.items():
        labels = catalogue.words(lang).within(FRICTION).labels
        texts = {key: braceless(label).lower() for key, label in labels.items() if key.startswith(shown)}
        assert [key for key, text in texts.items() if any(one in text for one in strange)] == ["study.method.nobody.text"], lang


def braceless(label: str) -> str:
    """A label without what stands in braces."""
    return "".join(part.rpartition("}")[2] for part in label.split("{"))


@pytest.mark.parametrize(
    ("key", "said", "wrong"),
    [
        ("profile.sectr", "Région", "no label that a model may say in its own way"),
        ("column.level", "Note", "no label that a model may say in its own way"),
        ("level.unknown", "?!", "no label that a model may say in its own way"),
        ("result.radar", "{reached} sur {all}", "nothing fills 'all'"),
        ("result.radar", "{reached", "nothing fills '{reached'"),
        ("result.radar", "{reached!r}", "nothing fills '{reached!r}'"),
        ("sheet.by_sector", "Par région du monde et groupe de revenu", "cannot name a sheet"),
        ("sheet.by_sector", "Région / pays", "cannot name a sheet"),
    ],
)
def test_a_label_that_cannot_be_said_is_a_fault_at_its_key(tmp_path: Path, key: str, said: str, wrong: str) -> None:
    """A slip in the words of a model is told with file and line, not met as a traceback when a workbook is written."""
    for name, text in catalogue_files().items():
        (tmp_path / name).write_text(text, "utf-8")
    with (tmp_path / "words.yaml").open("a", encoding="utf-8") as words:
        words.write(f'\n{key}: {{fr: "{said}", en: "{said}"}}\n' if key != "sheet.by_sector" else "")
    if key == "sheet.by_sector":
        text = (
            (tmp_path / "words.yaml")
            .read_text("utf-8")
            .replace('{fr: "Par région du monde", en: "By world region"}', f'{{fr: "{said}", en: "Region"}}', 1)
        )
        (tmp_path / "words.yaml").write_text(text, "utf-8")
    shown = CliRunner().invoke(main, ["model", "check", str(tmp_path)])
    assert shown.exit_code == 2
    assert wrong in shown.output
    assert "words.yaml:" in shown.output


def catalogue_files() -> Mapping[str, str]:
    """The shipped files of the index, but for the label that a case says twice."""
    place = catalogue.SHIPPED / "models" / FRICTION.id
    files = {one.name: one.read_text("utf-8") for one in place.iterdir()}
    lines = files["words.yaml"].split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith("result.radar:"))
    return files | {"words.yaml": "\n".join(lines[:start] + lines[start + 3 :])}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_questionnaire_explains_the_words_of_its_own_model(lang: str) -> None:
    """The index has its own glossary, of 0 to 100 and components; the DIMM, which has none, that of the house."""
    words = catalogue.words(lang)
    found = []
    for model in MODELS:
        profile = Profile(model.sectors[0].id, model.sizes[-1].id)
        blank = Assessment("", profile, model.id, model.edition.id, lang)
        book = questionnaire(model.cut(blank.cut), blank, Request(words, glossary=catalogue.glossary()))
        rows = next(table.rows for page in book.pages for table in page.tables if table.name == "glossary")
        found.append({str(row.values["term"]).casefold(): str(row.values["meaning"]) for row in rows})
    assert found[0] == {term[lang].casefold(): meaning[lang] for term, meaning in catalogue.glossary()}
    assert found[1] == {one.term[lang].casefold(): one.meaning[lang] for one in FRICTION.glossary}
    assert "100" in found[1][{"fr": "score, note", "en": "score"}[lang]]
