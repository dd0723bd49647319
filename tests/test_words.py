"""Labels: the same in both languages, typeset, complete, and every key that the code asks for is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

import dimm_xl
from dimm_xl import catalogue
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding
from dimm_xl.words import LOWER, STANDING, Words, flatten

FR, EN = catalogue.words("fr"), catalogue.words("en")
BOTH = pytest.mark.parametrize("words", [FR, EN], ids=["fr", "en"])
CODE = sorted(Path(dimm_xl.__file__).parent.rglob("*.py"))


def braces(label: str) -> set[str]:
    """The names between the braces of a label."""
    return {name for _, name, _, _ in Formatter().parse(label) if name}


# --- the two languages


def test_both_languages_have_the_same_labels() -> None:
    """No key is missing in French or in English, and they stand in the same order."""
    assert list(FR.labels) == list(EN.labels)
    assert len(FR.labels) > 300


def test_a_label_is_filled_with_the_same_facts_in_both_languages() -> None:
    """The braces of a label are the same in French and in English."""
    assert [key for key in FR.labels if braces(FR.labels[key]) != braces(EN.labels[key])] == []


@BOTH
def test_no_label_is_empty_or_ends_in_a_stray_blank(words: Words) -> None:
    """Every label says something; line breaks and tabs do not hide in it by accident."""
    joints = {
        "number.thousands",
        "number.point",
        "range.to",
        "heard.of",
        "colon",
        "lever.progress.of",
        "lever.progress.left",
    }
    assert [key for key, label in words.labels.items() if not label.strip() and key != "number.thousands"] == []
    assert [key for key, label in words.labels.items() if label != label.strip() and key not in joints] == []
    assert [key for key, label in words.labels.items() if "\t" in label or "  " in label] == []


@BOTH
def test_every_finding_has_a_sentence_and_a_repair(words: Words) -> None:
    """Whatever goes wrong is said in a sentence, with what to do about it, even when no facts are known."""
    for code in Code:
        for said in (message(Finding(code), words), repair(Finding(code), words)):
            assert said.endswith((".", "?", "!")), (code, said)
            assert "{" not in said


# --- French typography

UNBOUND = re.compile(r"(?<=[^\u00a0\u202f])[:;?!»%]|«(?![\u00a0\u202f])")
"""A double sign after anything but a no-break space, or an opening quotation mark before anything else."""


@pytest.mark.parametrize("label", ["a : b", "a: b", "a ; b", "fin ?", "fin?", "oui !", "« x\u00a0»", "«\u00a0x »", "5 %", "5%"])
def test_a_sign_that_could_begin_a_line_would_be_noticed(label: str) -> None:
    """The rule of the next test sees ordinary spaces and missing ones."""
    assert UNBOUND.search(label)


def test_a_french_label_never_breaks_before_a_double_sign() -> None:
    """Before : ; ? ! » and % stands a no-break space, and after « too; the answer `?` may begin a label."""
    found = {key: UNBOUND.search(re.sub(r"\{\w*\}", "x", label)) for key, label in FR.labels.items()}
    assert [key for key, sign in found.items() if sign] == []


def test_apostrophes_are_typographic_and_english_has_no_space_before_a_sign() -> None:
    """A straight apostrophe stands only in the spellings that are understood when typed; `?` may be the answer of that name."""
    assert [key for words in (FR, EN) for key, label in words.labels.items() if "'" in label and not key.startswith("level.aliases.")] == []
    assert [key for key, label in EN.labels.items() if re.search(r"\w\s[:;!](?:\s|$)|\d\s%", label)] == []


# --- numbers, amounts, dates


@pytest.mark.parametrize(
    ("value", "digits", "french", "english"),
    [
        (3.14159, 1, "3,1", "3.1"),
        (0, 1, "0,0", "0.0"),
        (5, 0, "5", "5"),
        (2.25, 2, "2,25", "2.25"),
        (1234567.5, 1, "1\u00a0234\u00a0567,5", "1,234,567.5"),
        (-1.5, 1, "-1,5", "-1.5"),
    ],
)
def test_a_number_is_written_as_its_language_does(value: float, digits: int, french: str, english: str) -> None:
    """Decimal comma and no-break thousands in French, point and comma in English."""
    assert (FR.number(value, digits), EN.number(value, digits)) == (french, english)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (5, "5", "5"),
        (5.0, "5", "5"),
        (99.5, "99,5", "99.5"),
        (0.05, "0,05", "0.05"),
        (1500, "1\u00a0500", "1,500"),
        (0.00001, "0,00001", "0.00001"),
    ],
)
def test_a_figure_has_no_more_digits_than_it_needs_and_none_less(value: float, french: str, english: str) -> None:
    """A figure that someone typed is shown as it was typed, never rounded away."""
    assert (FR.figure(value), EN.figure(value)) == (french, english)


@pytest.mark.parametrize(
    ("value", "unit", "french", "english"),
    [
        (25, "%", "25\u00a0%", "25%"),
        (12.5, "%", "12,5\u00a0%", "12.5%"),
        (24, "h", "24\u00a0h", "24\u00a0h"),
        (1000, "j", "1\u00a0000\u00a0j", "1,000\u00a0j"),
    ],
)
def test_an_amount_never_parts_from_its_unit(value: float, unit: str, french: str, english: str) -> None:
    """A no-break space binds figure and unit; English writes % without one."""
    assert (FR.amount(value, unit), EN.amount(value, unit)) == (french, english)


@pytest.mark.parametrize(
    ("share", "french", "english"),
    [(0, "0\u00a0%", "0%"), (0.8, "80\u00a0%", "80%"), (0.567, "57\u00a0%", "57%"), (1, "100\u00a0%", "100%")],
)
def test_a_share_is_shown_as_a_whole_percentage(share: float, french: str, english: str) -> None:
    """0 to 1 is 0 % to 100 %."""
    assert (FR.percent(share), EN.percent(share)) == (french, english)


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2027, 3, 1), "1er mars 2027", "1 March 2027"),
        (date(2027, 8, 31), "31 août 2027", "31 August 2027"),
        (date(2026, 12, 2), "2 décembre 2026", "2 December 2026"),
    ],
)
def test_a_date_is_written_in_words(day: date, french: str, english: str) -> None:
    """Nobody has to guess which number is the month, and French says the first."""
    assert (FR.date(day), EN.date(day)) == (french, english)


@BOTH
def test_a_year_has_twelve_months(words: Words) -> None:
    """Each month has its own name."""
    assert len({words.date(date(2027, month, 5)) for month in range(1, 13)}) == 12


# --- the mechanism


def test_a_label_that_does_not_exist_is_a_fault_of_ours() -> None:
    """An unknown key raises KeyError, and so does a brace that nobody fills."""
    with pytest.raises(KeyError):
        FR("start.titel")
    with pytest.raises(KeyError):
        FR("start.title", name="x")
    assert FR("start.title", model="DIMM") == "Questionnaire\u00a0: DIMM"


def test_nested_labels_are_found_by_dotted_key() -> None:
    """A tree of labels becomes one level of keys; what is no text is refused with its place."""
    assert flatten({"a": {"b": "x", "c.d": "y"}, "e": "z"}) == {"a.b": "x", "a.c.d": "y", "e": "z"}
    with pytest.raises(TypeError, match=r"a\.b is False"):
        flatten({"a": {"b": False}})


def test_a_text_of_the_model_is_said_in_the_language_of_the_words() -> None:
    """`of` picks the language."""
    assert (FR.of({"fr": "Oui", "en": "Yes"}), EN.of({"fr": "Oui", "en": "Yes"})) == ("Oui", "Yes")


# --- keys in the code

ANY = r"[\w.-]+"


def keys_of(node: ast.expr) -> Iterator[str]:
    """The keys that an expression may stand for, as regular expressions; a value inside an f-string may be anything."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ANY for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from keys_of(node.body)
        yield from keys_of(node.orelse)


def asked() -> Iterator[tuple[str, str, set[str] | None]]:
    """Every label that the code asks for: where, its key as a regular expression, the names of the facts (None when not spelt out)."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            place = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and node.args:
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
                of_catalogue = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "catalogue"
                if called in {"words", "spoken", "speech"} and not of_catalogue:
                    facts = {keyword.arg for keyword in node.keywords if keyword.arg}
                    spelt = all(keyword.arg for keyword in node.keywords)
                    yield from ((place, key, facts if spelt else None) for key in keys_of(node.args[0]))
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "labels":
                yield from ((place, key, None) for key in keys_of(node.slice))


def test_every_label_that_the_code_asks_for_exists() -> None:
    """Each key written in dimm_xl is a label; one with a part computed at run time matches at least one."""
    found = list(asked())
    assert len(found) > 100
    assert [(place, key) for place, key, _ in found if not any(re.fullmatch(key, known) for known in FR.labels)] == []


def test_every_brace_of_a_label_is_filled_where_the_code_asks_for_it() -> None:
    """A call that spells its facts out gives all that the label needs besides what the model says of its scale."""
    plain = [(place, re.sub(r"\\(.)", r"\1", key), facts) for place, key, facts in asked() if "[" not in key and facts is not None]
    assert sum(bool(facts) for _, _, facts in plain) > 20
    assert [(place, key) for place, key, facts in plain if not braces(FR.labels[key]) <= facts | STANDING] == []


def test_no_label_is_left_over() -> None:
    """Each label is asked for somewhere: by its key, by a key with a part computed at run time, or as a column."""
    nodes = (node for path in CODE for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    spelt = {key for node in nodes if isinstance(node, ast.Constant | ast.JoinedStr) for key in keys_of(node)}
    known = (key for key in spelt if re.search(r"[a-z]\\\.|\\\.[a-z]|^[a-z]+$", key.replace(ANY, "")))
    patterns = re.compile("|".join(rf"{key}(\.{ANY})?" if key.endswith("column") else key for key in known))
    assert [key for key in FR.labels if not patterns.fullmatch(key.removeprefix(LOWER))] == []


def test_a_label_for_low_scores_stands_in_for_one_that_exists_and_needs_no_other_facts() -> None:
    """Each label below ``lower`` has the key of a general one, and no brace that this one does not fill."""
    turned = {key: key.removeprefix(LOWER) for key in FR.labels if key.startswith(LOWER)}
    assert len(turned) > 20
    assert [key for key, general in turned.items() if not braces(FR.labels[key]) <= braces(FR.labels[general]) | STANDING] == []
