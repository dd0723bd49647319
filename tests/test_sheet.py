"""What a cell may hold: every kind reads back what it shows, understands how people write, and refuses what it cannot know."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dimm_xl import catalogue, layout
from dimm_xl.sheet import NUMBER, TEXT, CellError, Column, Kind, Pick, Sheet, choice, face, figure, number, text
from dimm_xl.words import Words

MODEL = catalogue.load()
FR, EN = catalogue.words("fr"), catalogue.words("en")
NA, UNKNOWN = Pick.NOT_APPLICABLE, Pick.UNKNOWN
law = settings(deadline=None, derandomize=True)
TYPED = st.text() | st.text(st.sampled_from("' \u00a0\n\r\u200bab-=3.,"))
"""Any text, and texts of the signs that are treated specially."""

BLANKS = {
    "space": " ",
    "two spaces": "  ",
    "tab": "\t",
    "line break": "\n",
    "Windows line break": "\r\n",
    "next line": "\u0085",
    "no-break": "\u00a0",
    "narrow no-break": "\u202f",
    "thin": "\u2009",
    "figure": "\u2007",
    "em": "\u2003",
    "ideographic": "\u3000",
    "line separator": "\u2028",
    "zero width": "\u200b",
    "zero width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "left-to-right mark": "\u200e",
}
"""Everything that looks like nothing in a cell."""


def short(typed: object) -> str:
    """A name for a cell in the list of tests."""
    return repr(typed)[:30]


def levels(words: Words, others: Sequence[Words] = ()) -> Kind:
    """The kind of an answer's cell in one language."""
    return layout.level_kind(MODEL, words, others)


LEVEL = levels(FR, [EN])


def kinds() -> list[Any]:
    """Every kind that a sheet of the project uses, in both languages, with what it may hold."""
    holds: dict[str, st.SearchStrategy[Any]] = {
        "kind.text": TYPED.map(text).filter(bool),
        "kind.number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 10**9).map(float),
        "kind.level": st.sampled_from([*range(6), *Pick]),
    }
    found: dict[Kind, Any] = {}
    for words, other in ((FR, EN), (EN, FR)):
        levers = [layout.lever_sheet(MODEL, MODEL.levers[0], words, others) for others in ((), [other])]
        for sheet in (layout.identity_sheet(), layout.profile_sheet(words, [other]), *levers):
            for column in sheet.columns:
                found.setdefault(column.kind, pytest.param(column.kind, holds[column.kind.expects], id=f"{words.lang} {column.field}"))
        for field, kind in layout.profile_kinds(words).items():
            found[kind] = pytest.param(kind, st.sampled_from(["yes", "no"]), id=f"{words.lang} {field}")
        for name, named in MODEL.names.items():
            listed = choice({one: words.of(shown) for one, shown in named.items()})
            found[listed] = pytest.param(listed, st.sampled_from(sorted(named)), id=f"{words.lang} {name}")
    return list(found.values())


# --- laws


@pytest.mark.parametrize(("kind", "values"), kinds())
@law
@given(data=st.data())
def test_what_a_cell_shows_reads_back_as_the_same_value(kind: Kind, values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    """parse(show(v)) == v for the kind of every column of every sheet."""
    value = data.draw(values)
    assert kind.parse(kind.show(value)) == value


@pytest.mark.parametrize("words", [FR, EN], ids=["fr", "en"])
def test_every_choice_of_a_drop_down_is_understood_and_none_twice(words: Words) -> None:
    """What the list of a cell offers parses, and two offers never mean the same."""
    for kind in (levels(words), *layout.profile_kinds(words).values()):
        assert kind.picks
        understood = [kind.parse(pick) for pick in kind.picks]
        assert len(set(understood)) == len(kind.picks)


@law
@given(TYPED)
def test_tidying_a_text_twice_changes_nothing(typed: str) -> None:
    """A text that was read, written and read again is still the same."""
    assert text(text(typed)) == text(typed)


@law
@given(words=st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1), blank=st.sampled_from(sorted(BLANKS.values())))
def test_blanks_around_a_word_are_not_part_of_it(words: str, blank: str) -> None:
    """Whatever the kind of blank, before or after, the text is the word."""
    assert text(blank + words + blank) == text(words)


# --- levels

THREE = [
    "3", "3.0", "3,0", "3.", " 3 ", "03", "+3", "'3", "\t3\n", "\u00a03\u202f", "3\u200b", "\ufeff3", "３", "３．０",
    "3 - Défini", "3 – Défini", "3 — Défini", "3: Défini", "3 : Défini", "3-", "niveau 3", "Niveau 3", "NIVEAU\u00a03", "niveau3", "n3",
    "level 3", "niveau 3 - Défini", "Level 3: Defined",
]  # fmt: skip
ASIDE = [
    "S.O.",
    "s.o.",
    "so",
    "S/O",
    "sans objet",
    "Sans  objet",
    "SANS\u00a0OBJET",
    "n/a",
    "N/A",
    "NA",
    "n.a.",
    "Ｎ/Ａ",
    "non concerné",
    "NON CONCERNE",
]
NOT_KNOWN = ["?", " ? ", "？", "ne sait pas", "Ne sait pas", "je ne sais pas", "NSP", "inconnu", "don’t know", "Don't know", "unknown"]


@pytest.mark.parametrize("typed", [3, 3.0, *THREE])
def test_three_is_understood_however_it_is_typed(typed: object) -> None:
    """A number, a number as text, a decorated number: all are level 3."""
    assert LEVEL.parse(typed) == 3
    assert type(LEVEL.parse(typed)) is int


@pytest.mark.parametrize(("typed", "pick"), [*((typed, NA) for typed in ASIDE), *((typed, UNKNOWN) for typed in NOT_KNOWN)])
def test_not_applicable_and_unknown_are_understood_in_both_languages(typed: str, pick: Pick) -> None:
    """Case, accents, blanks and width variants do not matter, nor does the language of the questionnaire."""
    assert levels(FR, [EN]).parse(typed) is pick
    assert levels(EN, [FR]).parse(typed) is pick


REFUSED: list[object] = [
    7, 6, -1, 2.5, 3.0000001, True, False, math.inf, -math.inf, math.nan, 10**400, CellError("#N/A"), CellError("#REF!"),
    datetime.date(2027, 3, 1), datetime.datetime(2027, 3, 1, 9), datetime.time(3), datetime.timedelta(days=3),
    "7", "-1", "2.5", "2,5", "3,5 - Défini", "TRUE", "VRAI", "#N/A", "#DIV/0!", "inf", "nan", "1e0", "0x3", "3/5", "3-4", "2 ou 3", "3 5",
    "trois", "plutôt avancé", "oui", "-", "–", "x", "ok", "n", "niveau", "2027-03-01", "03/01/2027", "3%", "=3",
]  # fmt: skip


@pytest.mark.parametrize("typed", REFUSED, ids=short)
def test_what_is_no_level_is_refused_and_never_guessed(typed: object) -> None:
    """Beyond the scale, between two levels, logical values, dates, times, error cells and free text raise ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011
        LEVEL.parse(typed)


def test_the_bounds_of_a_level_are_those_of_the_scale() -> None:
    """0 and 5 are levels, and the lowest is not taken for a blank."""
    assert [LEVEL.parse(typed) for typed in (0, 0.0, "0", "0,0", -0.0, 5, "5")] == [0, 0, 0, 0, 0, 5, 5]


# --- numbers


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (12.5, 12.5), (7, 7), ("12.5", 12.5), ("12,5", 12.5), (" 12,5 ", 12.5), ("12,5 %", 12.5), ("12.5%", 12.5), ("12,5\u202f%", 12.5),
        ("５０％", 50), ("1 234,5", 1234.5), ("1\u202f234\u00a0567", 1234567), (",5", 0.5), ("-3", -3), ("+3", 3), ("0", 0), (-0.5, -0.5),
    ],
)  # fmt: skip
def test_a_figure_is_understood_as_people_write_it(typed: object, value: float) -> None:
    """Decimal comma or point, blanks between thousands, a percent sign."""
    assert NUMBER.parse(typed) == figure(typed) == value


@pytest.mark.parametrize(
    "typed",
    [True, False, math.inf, -math.inf, math.nan, CellError("#VALUE!"), datetime.date(2027, 1, 1), datetime.time(1), datetime.timedelta(1),
     "", " ", "%", "12 jours", "env. 10", "10-20", "1,2,3", "1.234,5", "inf", "nan", "1e5", "1 23", "#N/A", "1" * 400],
    ids=short,
)  # fmt: skip
def test_what_is_no_figure_is_refused(typed: object) -> None:
    """Logical values, infinities, dates, error cells, units and ranges raise ValueError, never a number near them."""
    with pytest.raises(ValueError):  # noqa: PT011
        figure(typed)


def test_a_percent_sign_belongs_to_figures_alone() -> None:
    """A level is a plain number."""
    with pytest.raises(ValueError, match="12 %"):
        number("12 %")


# --- texts


@pytest.mark.parametrize("blank", [*BLANKS.values(), None, "", "".join(BLANKS.values())], ids=[*BLANKS, "nothing", "empty", "all"])
def test_a_cell_of_blanks_holds_nothing(blank: str | None) -> None:
    """Whatever kind of blank was typed, the cell is empty."""
    assert text(blank) == face(blank) == ""


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  Plan  signé ", "Plan signé"),
        ("un\u00a0plan\u202f!", "un plan !"),
        ("- point\r\n-  autre\r", "- point\n- autre"),
        ("'00123", "00123"),
        ("l'accueil", "l'accueil"),
        ("a\x00\x07b", "ab"),
        ("\ud800x", "x"),
        ("=1+1", "=1+1"),
        (3.0, "3"),
        (2.5, "2.5"),
        (True, "True"),
        (CellError("#N/A"), "#N/A"),
        (datetime.date(2027, 3, 1), "2027-03-01"),
    ],
)
def test_a_text_is_kept_but_for_stray_blanks_and_unseen_marks(typed: object, read: str) -> None:
    """Line breaks, signs and accents stay; what nobody can see goes; numbers are written as people write them."""
    assert TEXT.parse(typed) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Événement", "EVENEMENT"), ("Événement", "E\u0301ve\u0301nement"), ("l’eau", "L'EAU"), ("Straße", "STRASSE"),
        ("Niveau\n(0 à 5)", "niveau (0 a 5)"), ("ｃｏｄｅ", "Code"), ("fiche", "\ufb01che"), ("a\u00a0b", "a  b"),
    ],
)  # fmt: skip
def test_headers_are_compared_without_case_accents_and_blanks(one: str, other: str) -> None:
    """Two spellings of one header have one face."""
    assert face(one) == face(other)


def test_headers_that_differ_stay_apart() -> None:
    """Folding does not merge different words."""
    assert len({face(word) for word in ("Code", "Codes", "Niveau", "Niveau 1", "C ode")}) == 5


# --- choices and sheets


def test_a_choice_is_understood_by_label_and_by_id_and_nothing_else() -> None:
    """The label in any spelling, or the id; a third word raises ValueError."""
    kind = choice({"yes": "Oui", "no": "Non"})
    assert [kind.parse(typed) for typed in ("Oui", " OUI", "yes", "non")] == ["yes", "yes", "yes", "no"]
    assert (kind.show("yes"), kind.picks) == ("Oui", ("Oui", "Non"))
    with pytest.raises(ValueError, match="peut-être"):
        kind.parse("peut-être")


def test_a_column_is_found_by_its_field() -> None:
    """A sheet gives a column and its place; an unknown field raises KeyError."""
    sheet = Sheet("s", "code", (Column("code", "Code"), Column("level", "Niveau", LEVEL, entry=True, aliases=("Level",))))
    assert (sheet.place("level"), sheet.column("level").title) == (1, "Niveau")
    with pytest.raises(KeyError):
        sheet.column("reason")
