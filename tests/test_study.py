"""The anonymous study: who enters, what is withheld, what its benchmark pack does for others, and packs that cannot be used."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue, pack, studying
from dimm_xl.anonymity import Group, Scope, publishable
from dimm_xl.assessment import Answer, Answered, Assessment
from dimm_xl.findings import Faulty
from dimm_xl.model import Profile
from dimm_xl.report.organisation import organisation_book
from dimm_xl.report.portfolio import Beside, peers_of, portfolio_book
from dimm_xl.report.result import Result
from dimm_xl.report.study import Study, study_book
from dimm_xl.scoring import score
from dimm_xl.studying import Wanted, gathered, packed, studied
from dimm_xl.words import Words
from tests.support import assessed, at_level
from tests.test_compared import archived, told
from tests.test_report import column, page, texts

LAWS = settings(deadline=None, derandomize=True, max_examples=150)
FR, EN, DIMM = catalogue.words("fr"), catalogue.words("en"), catalogue.load()
YES = {"consent": "yes", "country": "France", "region": "Bretagne"}
MEMBERS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from(["", "F", "B"]), st.sampled_from(["", "1", "2"])), max_size=40
)


def said(level: int, name: str, sector: str = "tourism", size: str = "sme", **respondent: str) -> Assessment:
    """An organisation that agreed, every answer at one level."""
    profile = Profile(sector, size)
    return replace(assessed(at_level(level, profile), profile), organisation=name, respondent={**YES, **respondent})


def results(*several: Assessment) -> list[Result]:
    scored = ((one, DIMM.at(one.profile)) for one in several)
    return [Result(one.organisation, "a.xlsx", "ab" * 32, model, one, score(model, one)) for one, model in scored]


def many(count: int, level: int = 2, sector: str = "tourism", **more: str) -> list[Assessment]:
    return [said(level, f"{sector} {n} {more}", sector, **more) for n in range(count)]


def published(study: Study) -> list[tuple[str, str, int]]:
    return [(group.scope, group.id, group.count) for group in study.groups]


# --- what may be published


def grouped(rows: Sequence[tuple[str, str, str, str]]) -> tuple[frozenset[str], list[Group]]:
    """Everybody, and the groups by sector, size, country and region that rows of organisations make."""
    found: dict[tuple[Scope, str, str], set[str]] = {}
    for n, (sector, size, country, region) in enumerate(rows):
        keys: list[tuple[Scope, str, str]] = [("sector", sector, ""), ("size", size, "")]
        keys += [("country", country, "")] if country else []
        keys += [("region", region, country)] if country and region else []
        for key in keys:
            found.setdefault(key, set()).add(str(n))
    groups = [Group(scope, named, frozenset(members), within) for (scope, named, within), members in found.items()]
    return frozenset(map(str, range(len(rows)))), groups


@LAWS
@given(MEMBERS)
def test_no_difference_of_published_groups_leaves_fewer_than_five(rows: list[tuple[str, str, str, str]]) -> None:
    """Neither a group, nor the whole less any of a kind, nor one group less another inside it, has one to four organisations."""
    whole, groups = grouped(rows)
    kept = publishable(whole, groups)
    assert all(len(group.members) >= 5 for group in kept)
    for scope, within in {(group.scope, group.within) for group in kept}:
        beside = [group.members for group in kept if (group.scope, group.within) == (scope, within)]
        parent = next((one.members for one in kept if one.scope == "country" and one.id == within), frozenset()) if within else whole
        rest = parent - frozenset().union(*beside)
        assert len(rest) == 0 or len(rest) >= 5
    for one, other in combinations([whole, *(group.members for group in kept)], 2):
        assert not (one < other or other < one) or abs(len(one) - len(other)) >= 5


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        ([5, 6, 7], {"0", "1", "2"}),
        ([4, 6, 7], {"2"}),  # of 4 alone the whole less the others would tell: the next smallest goes too
        ([2, 3, 7], {"2"}),  # together the two are five: nobody can tell them apart
        ([4, 20], set()),
        ([4], set()),
        ([3, 2], set()),
    ],
)
def test_a_small_group_takes_another_with_it_when_it_could_be_computed(sizes: list[int], kept: set[str]) -> None:
    """Complementary suppression, on the counts of one partition."""
    whole, groups = grouped([(str(n), f"size {n % 2}", "", "") for n, count in enumerate(sizes) for _ in range(count)])
    assert {group.id for group in publishable(whole, [group for group in groups if group.scope == "sector"])} == kept


def test_a_group_inside_another_kind_of_group_is_withheld_when_three_are_left() -> None:
    """Nine public bodies of twelve are of the public sector: the three others would show by subtraction."""
    rows = [("public", "public", "", "")] * 9 + [("health", "public", "", "")] * 3 + [("health", "sme", "", "")] * 6
    kept = {(group.scope, group.id) for group in publishable(*grouped(rows))}
    assert ("size", "public") in kept
    assert ("sector", "public") not in kept


# --- the study


def test_only_who_agreed_and_answered_enough_enters() -> None:
    """Of eight, one said no, one said nothing, one hardly answered: five is what is studied."""
    silent = replace(said(2, "silent"), answers={"SP1": Answer(Answered(5))})
    study = studied(DIMM, results(*many(5), said(2, "no", consent="no"), said(2, "mute", consent=""), silent))
    assert (study.known, study.agreed, study.groups[0].count) == (8, 5, 5)


def test_fewer_than_five_are_no_study(tmp_path: Path) -> None:
    """Neither figures nor a pack; the workbook says that they are too few."""
    code, output = told("study", archived(tmp_path / "a.sqlite", *many(4)), tmp_path / "out")
    assert (code, "too few" in output, (tmp_path / "out" / "benchmark.yaml").exists()) == (0, True, False)
    rows = CalamineWorkbook.from_path(str(tmp_path / "out" / "study.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0][0] == FR("portfolio.headline.few", count=4)


def test_groups_are_by_sector_size_country_and_region_however_places_are_spelt() -> None:
    """Case and accents aside; the commonest spelling is shown; a place that few wrote is not."""
    paris = [*many(4, region="Île de France"), *many(2, sector="health", region="ile de france ")]
    others = [*many(6, sector="retail", country="FRANCE"), *many(5, sector="retail", country="Belgique", region="")]
    assert published(studied(DIMM, results(*paris, *others))) == [
        ("all", "", 17), ("sector", "retail", 11), ("size", "sme", 17), ("country", "Belgique", 5), ("country", "FRANCE", 12),
        ("region", "Bretagne", 6), ("region", "Île de France", 6),
    ]  # fmt: skip


def test_the_study_holds_no_name_and_no_word_of_anybody(tmp_path: Path) -> None:
    """Not in the workbook, not in the table, not in the pack: names, ids, reasons, evidence, comments, respondents."""
    secret = replace(Answer(Answered(2)), evidence="Zanzibar", comment="Zanzibar", reason="Zanzibar")
    words = {"respondent": "Zanzibar", "email": "z@zanzibar.example", "function": "Zanzibar"}
    mine = [
        replace(said(2, f"Zanzibar {n}", **words), organisation_id=f"zanzibar-{n}", answers=dict.fromkeys(at_level(2), secret))
        for n in range(9)
    ]
    assert told("study", archived(tmp_path / "a.sqlite", *mine), tmp_path / "out")[0] == 0
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "study.xlsx"))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    written = [str(cells), *(path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.[cy]*"))]
    assert len(written) == 3
    assert [text for text in written if "zanzibar" in text.lower()] == []


def test_an_organisation_of_two_campaigns_counts_once_by_the_last(tmp_path: Path) -> None:
    """Six organisations, five of them in both archives: eleven returns, six are known, at the level of the last."""
    then = archived(tmp_path / "then.sqlite", *many(6, 1))
    now = archived(tmp_path / "now.sqlite", *many(5, 4))
    study = studied(DIMM, gathered(Wanted((then, now))))
    assert (study.known, study.groups[0].overall.median, study.groups[0].overall.low) == (6, 4.0, 4.0)


def test_the_table_has_spreads_distribution_and_gaps(tmp_path: Path) -> None:
    """Figures with one decimal; shares of the three bins add up; gaps of all, none of a group."""
    mixed = [*many(6, 1), *many(6, 4, "retail")]
    told("study", archived(tmp_path / "a.sqlite", *mixed), tmp_path / "out")
    with (tmp_path / "out" / "data" / "study.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    (whole,) = (row for row in rows if (row["scope"], row["what"]) == ("all", "overall"))
    assert [whole[key] for key in ("count", "low", "median", "high")] == ["12", "1.0", "2.5", "4.0"]
    assert [float(row["share"]) for row in rows if (row["scope"], row["what"]) == ("all", "bin")] == [0.5, 0.0, 0.5]
    assert {row["scope"] for row in rows if row["what"] == "gap"} == {"all"}


@pytest.mark.parametrize("words", [FR, EN], ids=["fr", "en"])
def test_the_workbook_of_a_study_names_gaps_of_groups_without_figures(words: Words) -> None:
    """A sheet a kind of group, each with its medians; the most frequent gaps by name."""
    book = study_book(DIMM, studied(DIMM, results(*many(6, 1), *many(6, 2, "retail"))), words)
    sheet = page(book, words("sheet.study_sector"))
    names = {words.of(DIMM.label("sector", sector)): level for sector, level in (("tourism", 1.0), ("retail", 2.0))}
    assert column(sheet, "median", "group") == names
    assert all(any(f"{code}  " in str(gap) for code in DIMM.indicators) for gap in column(sheet, "gaps", "group").values())
    assert words("study.headline", count=12, median=words.number(1.5)) in texts(book.pages[0])


# --- the pack


def packed_of(*several: Assessment, name: str = "Baromètre") -> pack.Pack:
    return packed(DIMM, studied(DIMM, results(*several)), name)


def test_a_pack_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """YAML and back, whatever the name."""
    made = packed_of(*many(6), *many(7, 3, "retail"), name="No: =1+1 «é»")
    (tmp_path / "p.yaml").write_text(pack.dump(made), "utf-8")
    assert pack.load(tmp_path / "p.yaml", DIMM) == made


def test_peers_come_from_the_pack_where_it_has_the_group_and_page_one_says_so() -> None:
    """A lone hotel is compared with six others; a group that the pack lacks comes from the campaign; the method says whose it is."""
    theirs = packed_of(*many(6, 4), *many(7, 3, "retail"))
    (hotel,) = results(said(2, "Hôtel"))
    peers = peers_of(DIMM, [hotel], theirs)["Hôtel"]
    assert (peers.scope, peers.count, peers.levers["S"].median, peers.source) == ("sector", 6, 4.0, "Baromètre")
    book = organisation_book(replace(hotel, peers=peers), FR)
    assert any(FR("result.peers_source", name="Baromètre") in text for text in texts(book.pages[0]))
    assert FR("method.benchmark.text", name="Baromètre", count=6) in texts(page(book, FR("sheet.method")))
    clinics = results(*many(5, 1, "health"))
    assert {(one.scope, one.source) for one in peers_of(DIMM, clinics, theirs).values()} == {("sector", "")}


def test_the_consolidated_workbook_sets_medians_beside_those_of_the_pack() -> None:
    """A column more, and a line that says whose."""
    book = portfolio_book(DIMM, results(*many(2)), [], FR, Beside(pack=packed_of(*many(6, 4))))
    assert set(column(book.pages[0], "benchmark", "lever").values()) == {4.0}
    assert any(FR("portfolio.benchmark", name="Baromètre", count=6) in text for text in texts(book.pages[0]))


def broken(change: Callable[[str], str], path: Path) -> Path:
    path.write_text(change(pack.dump(packed_of(*many(6), *many(7, 3, "retail")))), "utf-8")
    return path


FAULTS: Mapping[str, tuple[Callable[[str], str], str]] = {
    "another model": (lambda text: text.replace("model: dimm", "model: other"), "other"),
    "an unknown key": (lambda text: text + "more: 1\n", "more"),
    "an unknown sector": (lambda text: text.replace("id: retail", "id: spice"), "spice"),
    "a group twice": (lambda text: text.replace("id: retail", "id: tourism"), "twice"),
    "too few": (lambda text: text.replace("count: 7", "count: 4"), "fewer than 5"),
    "quartiles out of order": (lambda text: text.replace("low: 3.0", "low: 4.5"), "do not rise"),
    "out of the scale": (lambda text: text.replace("high: 3.0", "high: 7.5"), "do not rise"),
    "an unknown lever": (lambda text: text.replace("    OR:", "    ZZ:"), "ZZ"),
    "text for a number": (lambda text: text.replace("median: 3.0", "median: three"), "median"),
    "a name over lines": (lambda text: text.replace("name: Baromètre", 'name: "a\\nb"'), "name"),
    "a newer format": (lambda text: text.replace("benchmark: 1", "benchmark: 2"), "benchmark"),
    "aliases": (lambda text: text.replace("name: Baromètre", "name: &a x\nmore: *a"), "aliases"),
    "no YAML": (lambda _: "a: [", "expected"),
    "a list": (lambda _: "- 1\n", "an object"),
    "a long file": (lambda text: text + "#" * pack.LARGEST, "larger"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_pack_that_cannot_be_used_says_what_is_wrong(tmp_path: Path, case: str) -> None:
    """In words that name the place, before anything is written."""
    change, sentence = FAULTS[case]
    path = broken(change, tmp_path / "p.yaml")
    with pytest.raises(Faulty, match=sentence):
        pack.load(path, DIMM)
    (tmp_path / "returns").mkdir()
    code, output = told("run", tmp_path / "returns", tmp_path / "out", "--benchmark", path)
    assert (code, "p.yaml" in output, (tmp_path / "out").exists()) == (2, True, False)


def test_the_same_archives_give_the_same_bytes(tmp_path: Path) -> None:
    """Nothing is drawn by chance: every file of two studies is equal."""
    source = archived(tmp_path / "a.sqlite", *many(6), *many(7, 3, "retail"))
    for out in map(partial(Path, tmp_path), ("one", "two")):
        studying.study(Wanted((source,)), out)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / out).rglob("*.*")} for out in ("one", "two"))
    assert one == two
    assert set(one) == {"study.xlsx", "study.csv", "benchmark.yaml"}
