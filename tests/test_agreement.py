"""Words that agree with their numbers: one organisation, two organisations, in both languages."""

from __future__ import annotations

import re

import pytest

from dimm_xl import catalogue
from dimm_xl.describe import message, repair
from dimm_xl.findings import Code, Finding
from dimm_xl.words import ENDING, Words
from tests.test_words import BOTH, braces

SETTLED = frozenset({"fewest", "groups", "published", "authored", "apart", "rows", "columns", "length", "most", "respondents"})
"""Numbers that are never one: least sizes of groups, counts of a whole model, people of whom several answered."""
NAMES = frozenset({"best", "worst", "first", "lever", "share", "figure", "indicator", "last"})
"""Facts that are no counts."""
SEVERAL = frozenset(
    {"method.respondents.text", "discuss.mark", "portfolio.headline.many", "compared.headline.many", "finding.ALL_THE_SAME.message"}
)
"""Labels that are used of several only; of one, another is, or nothing is said."""
NEVER = "fois|mois|dans|sans|pas|plus|is|has|was|does|across|enters?"
"""Words that end like a plural and are none."""
PLURAL = re.compile(rf"(?<![\d.,/])1[ \u00a0](?!(?:{NEVER})\b)[^\W\d]+[sx]\b|\((?:s|x|es?)\)")
"""One thing said as many, or an ending that was left to the reader."""


@pytest.mark.parametrize(
    ("lang", "count", "said"),
    [
        ("fr", 0, "0 réponse est là (voir)"),
        ("fr", 1, "1 réponse est là (voir)"),
        ("fr", 2, "2 réponses sont là (voir)"),
        ("en", 0, "0 réponses sont là (voir)"),
        ("en", 1, "1 réponse est là (voir)"),
        ("en", 2, "2 réponses sont là (voir)"),
    ],
)
def test_words_agree_with_their_number(lang: str, count: int, said: str) -> None:
    """French says none in the singular, English in the plural; other brackets stay."""
    assert Words(lang, {"key": "{count} réponse(s) (est|sont) là (voir)"})("key", count=count) == said


def test_each_word_agrees_with_the_number_said_last_before_it() -> None:
    """Two numbers in a sentence each decide the words that follow; a word before any number agrees with the first."""
    words = Words("fr", {"key": "(Votre|Vos) {one} avis, {two} retour(s) et {name} : {three} fichier(s)"})
    assert words("key", one=3, two=1, name="Garage(s) {x}", three=2) == "Vos 3 avis, 1 retour et Garage(s) {x} : 2 fichiers"


def test_a_word_whose_number_is_unknown_keeps_both_endings() -> None:
    """A finding whose facts are lost still reads as a sentence."""
    assert Words("fr", {"key": "{count} retour(s)"})("key", count="…") == "… retour(s)"


@BOTH
@pytest.mark.parametrize("model", ["dimm", "e-friction"])
def test_nothing_is_said_of_one_thing_in_the_plural(words: Words, model: str) -> None:
    """No heading reads "1 organisations": every label, filled with ones, agrees with them."""
    own = words.within(catalogue.load(model))
    wrong = {}
    for key in own.labels:
        counts = {name: "…" if name in SETTLED | NAMES else 1 for name in braces(own.labels[key])}
        if counts and key not in SEVERAL and (found := PLURAL.search(own(key, **counts))):
            wrong[key] = found.group()
    assert wrong == {}


@BOTH
@pytest.mark.parametrize("count", [1, 2, "1", "2"])
def test_a_finding_agrees_with_its_numbers_also_when_it_was_kept(words: Words, count: int | str) -> None:
    """What is said of a file leaves no ending to the reader, whether its count is a number or comes from an archive as text."""
    names = {name for code in Code for name in braces(words.labels[f"finding.{code.name}.message"])}
    facts = dict.fromkeys(names - {"reason", "limit", "found", "form", "by", "expects"}, count)
    said = [tell(Finding(code, facts=facts), words) for code in Code for tell in (message, repair)]
    assert [one for one in said if ENDING.search(one)] == []
    unasked = message(Finding(Code.REGISTER_UNASKED, facts={"count": count, "id": "H1", "indicators": "SP1"}), words)
    many = str(count) == "2"
    asked = {"fr": ("indicateur n’est demandé à", "indicateurs ne sont demandés à"), "en": ("indicator is asked", "indicators are asked")}
    assert f" {count} {asked[words.lang][many]} " in unasked
