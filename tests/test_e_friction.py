"""The index of digital friction as a whole: its shape, what each kind of economy is asked, and every text of it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise, product

import pytest

from dimm_xl import catalogue
from dimm_xl.model import Indicator, Profile
from tests.test_dimm import TYPOGRAPHY, VAGUE, Said, none, plain, texts

WHOLE = catalogue.load("e-friction")
EVERY = tuple(WHOLE.indicators.values())
MEASURED = tuple((one, one.measure) for one in EVERY if one.measure)
SIZES = [size.id for size in WHOLE.sizes]
REGIONS = [sector.id for sector in WHOLE.sectors]
STRUCTURE = """
F: FN Réseaux et accès 7, FE Énergie, hébergement et trafic 6, FL Adresses, livraison et douane 5, FP Identité, signature et paiement 4
T: TU Usages numériques des entreprises 5, TC Création, capital et concurrence 4, TT Métiers et innovation 3
D: DA Accès et équipement 4, DP Paiement et achat 3, DC Compétences et services 4
M: MC Contenus et données ouvertes 3, ML Liberté et ouverture 3, MP Protection et sécurité 4
"""
SHARES = {"Infrastructure": 1 / 2, "Industry": 1 / 6, "Individuals": 1 / 6, "Information": 1 / 6}
BY_INCOME = {
    "low-income": {"F": 16, "T": 7, "D": 9, "M": 8},
    "lower-middle": {"F": 20, "T": 8, "D": 10, "M": 9},
    "upper-middle": {"F": 22, "T": 11, "D": 10, "M": 10},
    "high-income": {"F": 22, "T": 12, "D": 11, "M": 10},
}
COUNTED = {
    "fr": r"\d \d{3} (?:abonnés|vendeurs|entreprises|écoles|commerces|points|personnes)",
    "en": r"\d,\d{3} (?:subscribers|sellers|firms|schools|shops|points|people)",
}
"""What a small economy could never count: people, firms or places by the thousand and not by head."""


def everything() -> tuple[Said, ...]:
    """Every text of components, selections and model.yaml, in the order of the languages."""
    held: list[tuple[str, object]] = [(lever.code, (lever.name, lever.question)) for lever in WHOLE.levers]
    held += [(one.code, one.name) for lever in WHOLE.levers for one in lever.groupings]
    held += [(one.code, one) for one in EVERY]
    held += [(one.id, (one.name, one.description, one.indicators)) for one in WHOLE.selections]
    held += [("model.yaml", (WHOLE.name, WHOLE.editions, WHOLE.sizes, WHOLE.sectors, WHOLE.functions))]
    return tuple(said for place, value in held for said in texts(value, "e-friction", place))


ALL = everything()
PAIRS = tuple(zip(ALL[::2], ALL[1::2], strict=True))
DEMANDS = tuple(said for said in ALL if ".levels." in said.place)


def applying(size: str) -> dict[str, int]:
    """How many indicators of each component apply to an income group."""
    return {lever.code: sum(size in one.sizes for one in lever.indicators) for lever in WHOLE.levers}


# --- shape


def test_fifty_five_indicators_stand_in_four_components_and_thirteen_groupings() -> None:
    """The index has the public shape: 55 indicators in four components, most of them in infrastructure."""
    counts = {lever.code: [f"{one.code} {one.name['fr']} {len(one.indicators)}" for one in lever.groupings] for lever in WHOLE.levers}
    shown = [f"{code}: {', '.join(several)}" for code, several in counts.items()]
    assert shown == STRUCTURE.strip().splitlines()
    assert len(EVERY) == 55


def test_codes_are_component_grouping_and_a_rank_without_a_gap() -> None:
    """A code is the component's letter, the grouping's and a rank; ranks run from 1 in the order of the model."""
    groupings = [one for lever in WHOLE.levers for one in lever.groupings if re.fullmatch(f"{lever.code}[A-Z]", one.code)]
    assert list(WHOLE.indicators) == [f"{one.code}{n}" for one in groupings for n in range(1, len(one.indicators) + 1)]


def test_infrastructure_counts_for_half_of_the_index_and_the_others_for_a_sixth_each() -> None:
    """The overall score is a mean of component scores weighted ½, ⅙, ⅙, ⅙."""
    total = sum(lever.weight for lever in WHOLE.levers)
    assert WHOLE.scoring.overall == "levers"
    assert {lever.name["en"]: lever.weight / total for lever in WHOLE.levers} == pytest.approx(SHARES)


def test_friction_runs_from_nought_the_best_to_a_hundred_the_worst_in_quintiles() -> None:
    """Level 5 is no friction at all, level 0 all of it; the ranking is parted into five."""
    scale, ranked = WHOLE.scale, WHOLE.scoring.ranked
    assert [scale.score(level) for level in scale.offered] == [100, 80, 60, 40, 20, 0]
    assert WHOLE.scoring.distribution == (20, 40, 60, 80)
    assert ranked
    assert (ranked.groups, ranked.name["fr"]) == (5, "Quintile")


def test_no_text_is_said_to_be_published() -> None:
    """Only the shape of the index is public: every indicator of it is our own."""
    assert {one.origin for one in EVERY} == {"authored"}


def test_each_component_uses_the_three_weights() -> None:
    """Weights 1, 2 and 3 are all used in each component, and none carries more than half of the index."""
    none([lever.code for lever in WHOLE.levers if {one.weight for one in lever.indicators} != {1, 2, 3}])
    assert max(Counter(one.weight for one in EVERY).values()) <= len(EVERY) / 2


# --- to whom


@pytest.mark.parametrize("size", SIZES)
def test_a_richer_economy_is_asked_more(size: str) -> None:
    """A low-income economy is asked 40 indicators, a high-income one all 55; each component keeps at least seven."""
    assert applying(size) == BY_INCOME[size]
    poorer = SIZES[: SIZES.index(size)]
    none([one.code for one in EVERY if size not in one.sizes and set(poorer) & set(one.sizes)])


@pytest.mark.parametrize(("region", "size"), [*product(REGIONS, SIZES)])
def test_every_profile_is_asked_about_all_four_components(region: str, size: str) -> None:
    """Each of the 10 × 4 profiles gets all components, five levels of demands and a target that is a level."""
    asked = WHOLE.at(Profile(region, size))
    assert [lever.code for lever in asked.levers] == ["F", "T", "D", "M"]
    assert all(1 <= one.target.default <= 5 and sorted(one.levels) == [1, 2, 3, 4, 5] for one in asked.indicators.values())


def test_a_target_never_falls_as_income_rises() -> None:
    """What is aimed at by income group only rises, so that no economy is rewarded for growing poorer."""
    aims = {one.code: [one.target.sizes.get(size, one.target.default) for size in SIZES if size in one.sizes] for one in EVERY}
    none([f"{code} {several}" for code, several in aims.items() if several != sorted(several)])


def test_what_is_said_to_differ_by_region_does_differ() -> None:
    """Every region differs in two indicators or more; none repeats the general thresholds, demands, or target it would have had."""
    counts = Counter(region for one in EVERY for region in one.differing_sectors)
    wrong = [f"{region}: {counts[region]}" for region in REGIONS if counts[region] < 2]
    for one in EVERY:
        rows = one.measure.sectors if one.measure else {}
        wrong += [f"{one.code} thresholds {region}" for region, row in rows.items() if one.measure and row == one.measure.thresholds]
        varied = [(region, level, demands) for region, held in one.sectors.items() for level, demands in held.levels.items()]
        wrong += [f"{one.code} demands {region} {level}" for region, level, demands in varied if demands == one.levels[level]]
        anyway = {one.target.sizes.get(size, one.target.default) for size in one.sizes}
        wrong += [f"{one.code} target {region}" for region, aim in one.target.sectors.items() if anyway == {aim}]
        wrong += [f"{one.code} target {z}" for z, aim in one.target.sizes.items() if z not in one.sizes or aim == one.target.default]
    none(wrong)


def test_every_kind_of_respondent_has_something_to_answer() -> None:
    """Each function of the model can answer at least one indicator, and each indicator has somebody who can."""
    assert {function for one in EVERY for function in one.functions} == {function.id for function in WHOLE.functions}
    assert all(one.functions for one in EVERY)


def test_the_ten_priorities_are_asked_of_every_income_and_touch_all_four_components() -> None:
    """The selection holds ten indicators of weight 2 or 3, each with an action of its own, and no income group misses one."""
    chosen = WHOLE.selection("priorities-10").indicators
    held = [WHOLE.indicators[one.code] for one in chosen]
    assert (len(chosen), {one.code[0] for one in chosen}) == (10, {"F", "T", "D", "M"})
    assert all(one.weight >= 2 and list(one.sizes) == SIZES for one in held)
    assert len({one.action["fr"] for one in chosen if one.action} - {one.action["fr"] for one in held}) == 10


# --- figures


def test_most_indicators_are_a_public_statistic() -> None:
    """49 of the 55 are measured; each figure has a unit and a period, in a language that a statistician can look up."""
    assert len(MEASURED) == 49
    assert all(measure.period and measure.figure and measure.unit for _, measure in MEASURED)


def test_thresholds_only_get_harder_and_stay_possible() -> None:
    """Five thresholds, strictly monotonic in the measure's direction for every region, none below nought or beyond the highest."""
    wrong = []
    for one, measure in MEASURED:
        for region, row in {"general": measure.thresholds, **measure.sectors}.items():
            harder = all(a < b for a, b in pairwise(row if measure.better == "high" else row[::-1]))
            if len(row) != 5 or not harder or not 0 <= min(row) <= max(row) <= (measure.highest or float("inf")):
                wrong.append(f"{one.code} {region} {row}")
    none(wrong)


def test_less_is_better_for_what_costs_breaks_or_delays() -> None:
    """Prices, cuts, delays, gaps, dominance, shutdowns and fraud count down; everything else counts up."""
    low = {one.code for one, measure in MEASURED if measure.better == "low"}
    assert low == {"FN3", "FN4", "FN6", "FE1", "FE5", "FL2", "FL3", "FL4", "FP3", "TC1", "TC4", "DA2", "DA4", "ML1", "MP4"}


def test_a_share_has_a_highest_figure() -> None:
    """Nobody can type 140 % of the population; only a price may exceed a month's income."""
    none([one.code for one, measure in MEASURED if measure.unit["en"].startswith("%") and measure.highest != 100 and one.code != "DA2"])


@pytest.mark.parametrize(
    ("code", "figure", "level"), [("FN1", 95, 4), ("FN1", 39.9, 0), ("FN3", 2, 3), ("FN3", 0.4, 5), ("ML1", 0, 5), ("ML1", 1, 4)]
)
def test_a_figure_sets_the_level_that_a_reader_of_the_thresholds_expects(code: str, figure: float, level: int) -> None:
    """95 % covered is level 4, a price of 2 % of income level 3, and a single hour of shutdown keeps level 5 away."""
    (measure,) = (measure for one, measure in MEASURED if one.code == code)
    assert measure.ceiling(figure) == level


# --- texts


def test_every_text_is_there_in_both_languages_at_about_the_same_length() -> None:
    """French and English stand beside each other, neither empty nor padded, and nothing was left out of either."""
    assert len(PAIRS) > 900
    assert all((fr.lang, en.lang, fr.place) == ("fr", "en", en.place) for fr, en in PAIRS)
    none([said for said in ALL if said.text != said.text.strip() or not said.text or "  " in said.text or "\n" in said.text])
    long = [(fr, len(fr.text), len(en.text)) for fr, en in PAIRS if min(len(fr.text), len(en.text)) > 25]
    none([said for said, fr, en in long if fr > 1.9 * en or en > 1.6 * fr])
    none([fr for fr, en in PAIRS if fr.text == en.text and len(fr.text) > 25])


@pytest.mark.parametrize("rule", TYPOGRAPHY)
def test_texts_are_set_as_their_language_is_printed(rule: str) -> None:
    """The index keeps the typography of French and of English, as the reference catalogue does."""
    none([said for said in ALL if said.lang == rule[:2] and re.search(TYPOGRAPHY[rule], said.text)])


def test_a_demand_is_short_and_uses_no_vague_word() -> None:
    """A demand is one sentence of at most 220 characters, without a stop, that two auditors read alike."""
    assert len(DEMANDS) > 900
    wrong = re.compile(r".{221,}|.*[.;,:]$|.*[a-zé]{3}\. [A-ZÉÀ]", re.DOTALL)
    vague = {lang: re.compile(rf"(?<!\w)(?:{'|'.join(words.split())})(?!\w)", re.IGNORECASE) for lang, words in VAGUE.items()}
    none([said for said in DEMANDS if wrong.match(said.text)])
    none([said._replace(text=f"[{found[0]}] {said.text}") for said in DEMANDS if (found := vague[said.lang].search(said.text))])


def test_no_two_demands_are_the_same() -> None:
    """No general demand stands twice in the index, and none repeats a name, so that two components never count one fact."""
    general = [said for said in DEMANDS if ".sectors." not in said.place]
    counts = Counter((said.lang, plain(said.text)) for said in general)
    none([said for said in general if counts[said.lang, plain(said.text)] > 1])
    names = Counter(plain(one.name[lang]) for one in EVERY for lang in ("fr", "en"))
    assert max(names.values()) == 1


@pytest.mark.parametrize("one", [one for one in EVERY if one.sectors], ids=lambda one: one.code)
def test_no_region_is_asked_the_same_twice(one: Indicator) -> None:
    """Levels are cumulative: a region's own demands never repeat one of another level."""
    for region, lang in product(one.sectors, ("fr", "en")):
        levels = one.at(Profile(region, "low-income")).levels
        counts = Counter(plain(demand[lang]) for demands in levels.values() for demand in demands)
        none([f"{one.code} {region}: {text}" for text, count in counts.items() if count > 1])


def test_a_demand_never_asks_a_small_economy_for_a_big_ones_numbers() -> None:
    """No demand counts subscribers, sellers, firms or schools by the thousand: shares and densities fit an island as well."""
    plainer = [said._replace(text=said.text.replace("\u00a0", " ")) for said in DEMANDS]
    none([said for said in plainer if re.search(COUNTED[said.lang], said.text)])


def test_no_text_names_a_source_a_brand_or_the_index_it_is_shaped_after() -> None:
    """Thresholds are our judgement: no text leans on an organisation, a company or a published ranking."""
    leaning = re.compile(
        r"\b(BCG|UIT|ITU|OCDE|OECD|ICANN|Eurostat|Banque mondiale|World Bank|GSMA|Google|Amazon|Facebook|WhatsApp|M-Pesa|Visa)\b"
    )
    none([said for said in ALL if leaning.search(said.text)])
