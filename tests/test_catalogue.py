"""The loader of models: what is wrong in a model's YAML is reported with its file, line and key path, all of it at once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

import pytest

from dimm_xl import catalogue
from dimm_xl.findings import Fault, Faulty
from dimm_xl.model import Profile
from dimm_xl.model_book.files import files_of

MODEL = """\
id: tiny
name: {fr: Minuscule, en: Tiny}
languages: [fr, en]
editions: [{id: v1, year: 2019, name: {fr: une, en: one}}, {id: v2, year: 2022, name: {fr: deux, en: two}}]
scale: {lowest: 0, highest: 5, better: high}
scoring: {overall: levers, hidden_below: 0.5, provisional_below: 0.8, distribution: [2.5, 4]}
sizes: [{id: micro, name: {fr: TPE, en: Micro}}, {id: sme, name: {fr: PME, en: SME}}]
sectors: [{id: health, name: {fr: Santé, en: Health}}, {id: tourism, name: {fr: Tourisme, en: Tourism}}]
functions: [{id: it, name: {fr: Informatique, en: IT}}, {id: hr, name: {fr: Personnel, en: HR}}]
selections: selections.yaml
levers: [a.yaml, b.yaml]
"""
SELECTIONS = """\
- id: first
  name: {fr: Premiers, en: First}
  description: {fr: Le premier, en: The first one}
  indicators:
    - code: AX1
      action: {fr: Commencez ici, en: Start here}
"""
LEVER_A = """\
code: A
name: {fr: Levier A, en: Lever A}
question: {fr: Comment faire, en: How is it done}
groupings:
  - code: AX
    name: {fr: Groupement X, en: Grouping X}
    indicators:
      - code: AX1
        origin: authored
        name: {fr: Part des ventes en ligne, en: Share of online sales}
        definition: {fr: Ce qui est mesuré, en: What is measured}
        weight: 2
        sizes: [micro, sme]
        functions: [it]
        measure:
          figure: {fr: Ventes en ligne, en: Online sales}
          unit: {fr: euros, en: euro}
          better: high
          thresholds: [5, 10, 20, 30, 40]
          sectors: {tourism: [1, 2, 3, 4, 5]}
        levels:
          1: [{fr: un, en: one}]
          2: [{fr: deux, en: two}, {fr: deux bis, en: another two}]
          3: [{fr: trois, en: three}]
          4: [{fr: quatre, en: four}]
          5: [{fr: cinq, en: five}]
        evidence: {fr: Un relevé, en: A statement}
        action: {fr: Comptez, en: Count}
        target: {default: 3, sizes: {micro: 2}, sectors: {health: 4}}
        sectors:
          health:
            levels:
              4: [{fr: quatre soins, en: four cares}]
        since: v2
"""
INDICATOR_B = """\
      - code: BX1
        origin: published
        name: {fr: Délai de réponse, en: Response time}
        definition: {fr: Le temps que cela prend, en: The time it takes}
        weight: 3
        sizes: [sme]
        functions: [hr]
        measure:
          figure: {fr: Heures, en: Hours}
          unit: {fr: heures, en: hours}
          better: low
          thresholds: [48, 24, 12, 4, 1]
        levels: {1: [{fr: a, en: a}], 2: [{fr: b, en: b}], 3: [{fr: c, en: c}], 4: [{fr: d, en: d}], 5: [{fr: e, en: e}]}
        evidence: {fr: Un courriel, en: A message}
        action: {fr: Répondez, en: Answer}
        target: {default: 3}
"""
GROUPING_B = "  - code: BX\n    name: {fr: Groupement Y, en: Grouping Y}\n    indicators:\n" + INDICATOR_B
LEVER_B = "code: B\nname: {fr: Levier B, en: Lever B}\nquestion: {fr: Pourquoi, en: Why}\ngroupings:\n" + GROUPING_B
TINY = {"model.yaml": MODEL, "selections.yaml": SELECTIONS, "a.yaml": LEVER_A, "b.yaml": LEVER_B}


class Broken(NamedTuple):
    """An edit that makes the tiny model faulty, and what must be said: key path, a piece of the line, and a pattern of the sentence."""

    file: str
    old: str
    new: str
    path: str
    at: str
    says: str


ONE = "groupings.0.indicators.0"
FIGURES = f"{ONE}.measure.thresholds"
CARE = f"{ONE}.sectors.health.levels"
INNER = "            levels:"
LONG = "mot " * 56
AGAIN = INDICATOR_B.replace("code: BX1", "code: BX1  # again")
BY = GROUPING_B.replace("code: BX\n", "code: BX  # again\n").replace("code: BX1", "code: BX2")

TYPES = {
    "unknown key": Broken("a.yaml", "weight: 2", "weight: 2\n        wieght: 2", f"{ONE}.wieght", "wieght", "unexpected|unknown"),
    "unknown key of the model": Broken("model.yaml", "id: tiny", "id: tiny\nowner: me", "owner", "owner", "unexpected|unknown"),
    "missing key": Broken("b.yaml", "        action: {fr: Répondez, en: Answer}\n", "", f"{ONE}.action", "code: BX1", "required|missing"),
    "text for a number": Broken("a.yaml", "weight: 2", 'weight: "2"', f"{ONE}.weight", "weight:", "integer"),
    "text for a list": Broken("a.yaml", "sizes: [micro, sme]", "sizes: sme", f"{ONE}.sizes", "sizes: sme", "tuple|list|array"),
    "year with decimals": Broken("model.yaml", "year: 2019", "year: 2019.5", "editions.0.year", "2019.5", "integer"),
    "unquoted No": Broken("a.yaml", "en: one}", "en: No}", f"{ONE}.levels.1.0.en", "1: [", "string"),
    "unquoted colour": Broken("a.yaml", "fr: Comptez, en", "fr: #993300\n          , en", f"{ONE}.action.fr", "action:", "string"),
    "unquoted date": Broken("a.yaml", "fr: Comptez", "fr: 2026-09-01", f"{ONE}.action.fr", "2026-09-01", "string|text"),
    "unquoted number": Broken("a.yaml", "fr: Comptez", "fr: 2026", f"{ONE}.action.fr", "2026", "string"),
    "unknown choice": Broken("b.yaml", "origin: published", "origin: public", f"{ONE}.origin", "origin:", "published"),
}
YAML = {
    "key given twice": Broken("b.yaml", "weight: 3", "weight: 3\n        weight: 1", "", "code: BX1", "weight"),
    "key given twice, once quoted": Broken("a.yaml", "          5: [", '          "4": [{fr: q, en: q}]\n          5: [', "", "1: [", "4"),
    "not YAML": Broken("b.yaml", "weight: 3", "weight: [3", "", "sizes: [sme]", "expected"),
}
REFERENCES = {
    "unknown size": Broken("b.yaml", "sizes: [sme]", "sizes: [sme, giant]", f"{ONE}.sizes.1", "giant", "size 'giant'"),
    "unknown function": Broken("b.yaml", "[hr]", "[cook]", f"{ONE}.functions.0", "cook", "function 'cook'"),
    "unknown sector": Broken("a.yaml", "      health:\n", "      heath:\n", f"{ONE}.sectors.heath", "heath", "sector 'heath'"),
    "target for an unknown sector": Broken("a.yaml", "{health: 4}", "{heath: 4}", f"{ONE}.target.sectors.heath", "heath", "sector 'heath'"),
    "target for an unknown size": Broken("a.yaml", "{micro: 2}", "{nano: 2}", f"{ONE}.target.sizes.nano", "nano", "size 'nano'"),
    "figure for an unknown sector": Broken(
        "a.yaml", "{tourism: [1", "{tour: [1", f"{ONE}.measure.sectors.tour", "tour: [1", "sector 'tour'"
    ),
    "unknown edition": Broken("a.yaml", "since: v2", "since: v3", f"{ONE}.since", "since", "edition 'v3'"),
    "selection of an unknown indicator": Broken("selections.yaml", "AX1", "AX9", "0.indicators.0.code", "AX9", "indicator 'AX9'"),
    "selection of an indicator twice": Broken(
        "selections.yaml", "AX1", "AX1\n    - code: AX1  #2", "0.indicators.1.code", "#2", "AX1.*twice"
    ),
}
CODES = {
    "of another grouping": Broken("b.yaml", "code: BX1", "code: BY1", f"{ONE}.code", "BY1", "BY1.*BX"),
    "without a rank": Broken("b.yaml", "code: BX1", "code: BXa", f"{ONE}.code", "BXa", "BXa.*rank"),
    "with a raised digit": Broken("b.yaml", "code: BX1", "code: BX²", f"{ONE}.code", "BX²", "BX².*rank"),
    "of another lever": Broken("b.yaml", GROUPING_B, GROUPING_B.replace("BX", "CX"), "groupings.0.code", "code: CX", "CX.*B"),
    "grouping with a digit": Broken("b.yaml", GROUPING_B, GROUPING_B.replace("BX", "B7"), "groupings.0.code", "code: B7", "B7.*letter"),
    "indicator twice": Broken("b.yaml", INDICATOR_B, INDICATOR_B + AGAIN, "groupings.0.indicators.1.code", "again", "BX1.*twice"),
    "grouping twice": Broken("b.yaml", GROUPING_B, GROUPING_B + BY, "groupings.1.code", "again", "BX.*twice"),
    "lever in small letters": Broken(
        "b.yaml", LEVER_B, LEVER_B.replace("BX", "bX").replace("code: B", "code: b", 1), "code", "code: b", "capital"
    ),
    "lever twice": Broken("b.yaml", LEVER_B, LEVER_B.replace("BX", "AY").replace("code: B", "code: A"), "code", "code: A", "A .*twice"),
    "function twice": Broken(
        "model.yaml", "s: [{id: it", "s: [{id: it, name: {fr: I, en: I}}, {id: it", "functions.1.id", "{fr: I,", "it.*twice"
    ),
}
CONTENTS = {
    "missing language": Broken("a.yaml", "en: Share of online sales", "de: Anteil", f"{ONE}.name", "Anteil", "languages fr, de"),
    "no language at all": Broken("a.yaml", "{fr: Comptez, en: Count}", "{}", f"{ONE}.action", "action:", "language|no text"),
    "empty text": Broken("a.yaml", "fr: Comptez", 'fr: " "', f"{ONE}.action.fr", 'fr: " "', "no text"),
    "weight that is none of the three": Broken("b.yaml", "weight: 3", "weight: 4", f"{ONE}.weight", "weight: 4", "4 is not"),
    "lever that weighs less than nothing": Broken("b.yaml", "code: B\n", "code: B\nweight: -1\n", "weight", "weight: -1", "-1"),
    "missing level": Broken("a.yaml", "          3: [{fr: trois, en: three}]\n", "", f"{ONE}.levels", "levels:", "1 to 5"),
    "level without demands": Broken("a.yaml", "3: [{fr: trois, en: three}]", "3: []", f"{ONE}.levels", "levels:", "demands"),
    "level too many": Broken("a.yaml", " 5: [{fr", " 6: [{fr: s, en: s}]\n          5: [{fr", f"{ONE}.levels", "levels:", "1 to 5"),
    "sector's level that does not exist": Broken("a.yaml", "4: [{fr: quatre s", "7: [{fr: quatre s", CARE, INNER, "does not exist"),
    "thresholds that do not rise": Broken("a.yaml", "20, 30, 40", "20, 20, 40", FIGURES, "20, 20", "harder to reach"),
    "thresholds that do not fall": Broken("b.yaml", "24, 12, 4, 1", "24, 36, 4, 1", FIGURES, "36", "harder to reach"),
    "thresholds the wrong way": Broken("b.yaml", "better: low", "better: high", FIGURES, "thresholds", "harder"),
    "sector's thresholds that do not rise": Broken("a.yaml", "3, 4, 5]", "3, 5, 4]", f"{ONE}.measure.sectors.tourism", "3, 5", "harder"),
    "four thresholds": Broken("b.yaml", "12, 4, 1]", "12, 4]", FIGURES, "12, 4]", "5 figures"),
    "endless threshold": Broken("b.yaml", "[48, 24,", "[.inf, 24,", FIGURES, ".inf", "figure"),
    "target that is no level": Broken("b.yaml", "{default: 3}", "{default: 6}", f"{ONE}.target.default", "default: 6", "6 is not a level"),
    "sector's target that is no level": Broken(
        "a.yaml", "{health: 4}", "{health: 0}", f"{ONE}.target.sectors.health", "health: 0", "0 is not a level"
    ),
    "size twice": Broken("a.yaml", "[micro, sme]", "[micro, micro]", f"{ONE}.sizes", "sizes:", "each size once"),
    "sizes in another order": Broken("a.yaml", "[micro, sme]", "[sme, micro]", f"{ONE}.sizes", "sizes:", "micro, sme"),
    "sector without a demand that differs": Broken(
        "a.yaml", "levels:\n              4: [{fr: quatre soins, en: four cares}]", "levels: {}", CARE, "            levels: {}", "demands"
    ),
    "control character": Broken("a.yaml", "fr: Comptez", 'fr: "a\\x07b"', f"{ONE}.action.fr", "x07", "control"),
    "carriage return": Broken("a.yaml", "fr: Comptez", 'fr: "a\\rb"', f"{ONE}.action.fr", "rb", "control"),
    "id with capitals": Broken("model.yaml", "id: tiny", "id: Tiny", "id", "Tiny", "small letters"),
    "selection's id with a blank": Broken("selections.yaml", "id: first", "id: very first", "0.id", "very", "small letters"),
    "language that is a name": Broken("model.yaml", "[fr, en]", "[fr, en, Deutsch]", "languages.2", "Deutsch", "letters"),
    "demand too long": Broken("a.yaml", "fr: cinq", f"fr: {LONG}fin", f"{ONE}.levels.5.0.fr", "mot mot", "longer than 220"),
    "sector's demand too long": Broken("a.yaml", "fr: quatre soins", f"fr: {LONG}fin", f"{CARE}.4.0.fr", "mot mot", "longer than 220"),
    "coverage in per cent": Broken("model.yaml", "below: 0.8", "below: 80", "scoring.provisional_below", "80", "80"),
    "bins that do not rise": Broken("model.yaml", "[2.5, 4]", "[4, 2.5]", "scoring.distribution", "[4", "."),
}


FRAME = {
    "no edition": Broken("model.yaml", "{id: v1", "]  # {id: v1", "editions", "editions", "."),
    "scale upside down": Broken("model.yaml", "{lowest: 0, highest: 5", "{lowest: 5, highest: 0", "scale", "scale", "."),
}


def written(folder: Path, *edits: Broken) -> Path:
    """The tiny model in ``folder`` with each edit made."""
    texts = dict(TINY)
    for edit in edits:
        assert texts[edit.file].count(edit.old) == 1, f"the test's edit does not fit: {edit.old}"
        texts[edit.file] = texts[edit.file].replace(edit.old, edit.new)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def faults(folder: Path) -> tuple[Fault, ...]:
    """Everything that the loader says is wrong."""
    with pytest.raises(Faulty) as found:
        catalogue.load(str(folder))
    return found.value.faults


@pytest.mark.parametrize(
    "edit", [pytest.param(edit, id=name) for table in (TYPES, YAML, REFERENCES, CODES, CONTENTS) for name, edit in table.items()]
)
def test_what_is_wrong_in_a_model_is_told_with_file_line_and_key(edit: Broken, tmp_path: Path) -> None:
    """One mistake gives one fault, placed in its file, on its line and at its key, and the sentence names what is wrong."""
    (fault,) = faults(written(tmp_path, edit))
    lines = (tmp_path / edit.file).read_text("utf-8").splitlines(keepends=True)
    line = next(n for n, text in enumerate(lines, 1) if edit.at in text)
    assert (fault.file, fault.line, fault.path) == (edit.file, line, edit.path)
    assert re.search(edit.says, fault.what, re.IGNORECASE), fault.what
    assert str(fault).startswith(f"{edit.file}:{line}: {edit.path}")


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([TYPES[name] for name in ("unknown key of the model", "text for a number", "unquoted No", "missing key")], id="types"),
        pytest.param([*REFERENCES.values()][:7], id="references"),
        pytest.param([CODES["without a rank"], CONTENTS["missing language"], CONTENTS["four thresholds"]], id="contents"),
        pytest.param(
            [YAML["not YAML"], YAML["key given twice"]._replace(file="a.yaml", old="weight: 2", at="code: AX1")], id="two bad files"
        ),
        pytest.param([TYPES["text for a number"], REFERENCES["unknown size"]], id="a type here, a reference there"),
    ],
)
def test_all_that_is_wrong_is_told_at_once(edits: list[Broken], tmp_path: Path) -> None:
    """Several mistakes in several files are all reported together, so that nobody mends them one run at a time."""
    found = [(fault.file, fault.path) for fault in faults(written(tmp_path, *edits))]
    assert sorted(found) == sorted((edit.file, edit.path) for edit in edits)


@pytest.mark.parametrize("edit", FRAME.values(), ids=FRAME)
def test_a_model_without_a_sound_frame_is_told_not_a_crash(edit: Broken, tmp_path: Path) -> None:
    """Where everything else rests on what is wrong, that fault is among those told, and nothing raises but Faulty."""
    assert (edit.file, edit.path) in {(fault.file, fault.path) for fault in faults(written(tmp_path, edit))}


@pytest.mark.parametrize("file", ["a.yaml", "b.yaml", "selections.yaml"])
def test_a_file_that_the_model_names_but_that_is_missing_is_told(file: str, tmp_path: Path) -> None:
    """A lever or selection file that is not there is a fault that names it."""
    (written(tmp_path) / file).unlink()
    (fault,) = faults(tmp_path)
    assert fault.file == file
    assert "no such file" in fault.what.lower()


@pytest.mark.parametrize(
    "content", [b"", b"- 1\n", "code: É".encode("latin-1"), b"code: \x00"], ids=["empty", "a list", "latin-1", "binary"]
)
@pytest.mark.parametrize("file", ["model.yaml", "a.yaml"])
def test_a_file_without_a_model_in_it_is_told(content: bytes, file: str, tmp_path: Path) -> None:
    """A file that is empty, holds something else or is not UTF-8 is a fault of that file, not a crash."""
    (written(tmp_path) / file).write_bytes(content)
    assert {fault.file for fault in faults(tmp_path)} == {file}


def test_a_model_in_one_file_tells_its_faults_there(tmp_path: Path) -> None:
    """Levers and selections may stand inside model.yaml: faults then carry the whole path in that file."""
    levers = "levers:\n" + indent("- " + LEVER_A.replace("\n", "\n  ").rstrip() + "\n", "  ")
    whole = MODEL.replace("selections.yaml", "[]").replace("levers: [a.yaml, b.yaml]\n", levers)
    (tmp_path / "model.yaml").write_text(whole.replace("weight: 2", "weight: 9"), "utf-8")
    (fault,) = faults(tmp_path)
    line = whole[: whole.index("weight: 2")].count("\n") + 1
    assert (fault.file, fault.line, fault.path) == ("model.yaml", line, f"levers.0.{ONE}.weight")


def test_a_folder_of_ones_own_is_loaded_as_a_model(tmp_path: Path) -> None:
    """A model outside the package is found by its folder, whole and with its sectors resolved."""
    model = catalogue.load(str(written(tmp_path)))
    assert (model.id, list(model.indicators), model.edition.id) == ("tiny", ["AX1", "BX1"], "v2")
    cared = model.at(Profile("health", "micro")).indicators["AX1"]
    assert (cared.levels[4][0]["en"], cared.target.default) == ("four cares", 4)


def test_a_folder_without_a_model_is_told_with_the_models_that_exist(tmp_path: Path) -> None:
    """Where there is no model.yaml, the fault names the place and the models that are shipped."""
    (fault,) = faults(tmp_path)
    assert fault.file == str(tmp_path)
    assert "dimm" in fault.what


@pytest.mark.parametrize("name", sorted({"dimm", *catalogue.shipped_models()}))
def test_shipped_models_are_found_by_their_id_and_are_clean(name: str) -> None:
    """Each model that comes with dimm-xl, the reference catalogue among them, loads without a fault under its own id."""
    model = catalogue.load(name)
    assert model.id == name
    assert list(catalogue.check(model)) == []


# --- editions


def test_an_edition_is_named_by_itself_or_by_a_model(tmp_path: Path) -> None:
    """An edition of the model given; a model, shipped or in a folder, stands for its newest; all else is refused with what there is."""
    for name, text in files_of(catalogue.load()).items():
        (tmp_path / name).write_text(text, "utf-8")
    assert catalogue.goal("v1") == ("dimm", "v1")
    assert catalogue.goal("v1", str(tmp_path)) == (str(tmp_path), "v1")
    assert catalogue.goal("dimm") == ("dimm", "v2")
    assert catalogue.goal(str(tmp_path)) == (str(tmp_path), "v2")
    with pytest.raises(Faulty, match=r"v9: neither an edition of dimm \(v1, v2\) nor a model"):
        catalogue.goal("v9")


def test_an_edited_model_is_read_beside_the_shipped_one_it_was_made_from(tmp_path: Path) -> None:
    """By its id; a model of one's own has nothing before it but itself."""
    for place, known in (("dimm", "dimm"), ("own", "own")):
        for name, text in files_of(replace(catalogue.load(), id=known)).items():
            (tmp_path / place / name).parent.mkdir(exist_ok=True)
            (tmp_path / place / name).write_text(text, "utf-8")
    assert [catalogue.elder(place) for place in ("dimm", str(tmp_path / "dimm"))] == ["dimm", "dimm"]
    assert catalogue.elder(str(tmp_path / "own")) == str(tmp_path / "own")
