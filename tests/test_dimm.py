"""The reference catalogue as a whole: its structure after method.md, and every text of it as catalogue-style.md asks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import pairwise, product
from typing import NamedTuple

import pytest
from python_calamine import CalamineWorkbook

from dimm_xl import catalogue
from dimm_xl.model import Profile
from tests.support import questionnaire_bytes

WHOLE = catalogue.load("dimm")
EVERY = tuple(WHOLE.indicators.values())
SIZES = [size.id for size in WHOLE.sizes]
SECTORS = [sector.id for sector in WHOLE.sectors]
FILES = {"S": "strategy", "OR": "organisation", "P": "people", "OF": "offer", "TI": "technology", "E": "environment"}
STRUCTURE = """
S: SP Pilotage stratégique 7, SE Exécution et économie 8
OR: ORM Management et gouvernance 8, ORS Systèmes et plateformes 7, ORP Processus 4
P: PE Expertise 7, PC Culture numérique 6, PT Travail au quotidien 5
OF: OFI Innovation et conception 5, OFC Commercial 7, OFM Marketing 5, OFE Expérience client 5
TI: TIA Architecture et applications 7, TIO Outils et usages 6, TID Données et intelligence artificielle 6, TIN Innovation 4
E: EE Économie et écosystème 6, EC Concurrence et marché 5, ER Réglementation et responsabilité 3, EL Leadership et société 4
"""
COUNTS = {"S": 15, "OR": 19, "P": 18, "OF": 22, "TI": 23, "E": 18}
PUBLISHED = {
    "SP1": "Construction du plan stratégique de l’entité économique par le top management",
    "SE4": "Part des nouveaux services non-cœur de métier et relais de croissance",
    "ORM1": "Structures agiles et degré de niveaux hiérarchiques",
    "ORS6": "Dynamique de gestion d’une plateforme avec des tiers pour les APIs développées",
    "PE1": "Capacité à attirer des talents et à les fidéliser",
    "PE4": "Motivation et récompense modulée selon l’accompagnement au changement",
    "OFC1": "Disponibilité des services sur les canaux numériques et omnicanalité",
    "OFC2": "Capacité à piloter ses stocks et à initier des réassorts automatiques grâce au numérique tout en étant en flux tendus",
    "OFC6": "Temps de décision de commercialisation d’un nouveau service depuis l’idéation",
    "OFE4": "Degré de maturité des agences physiques",
    "TIA3": "Niveau de robustesse et de sécurité des solutions",
    "TIA5": "Données dans le cloud",
    "TIO2": "Accessibilité des sites et des App de l’organisation",
    "EE4": "Ratio nombre de sociétés utilisatrices des APIs développées par l’entité économique par rapport au nombre d’employés",
    "ER3": "Degré de maturité dans le respect des standards de développement durable des produits numériques",
    "EL4": "Capacité à faire évoluer la société en matière de sobriété numérique",
}
TOP_TEN = ["SP1", "SE4", "ORM1", "ORS6", "PE4", "OFC1", "OFC6", "TIA3", "TIA5", "EE4"]
BY_SIZE = {"large": (115, 115), "mid": (90, 100), "public": (85, 95), "sme": (57, 58), "association": (45, 55), "micro": (30, 40)}
VAGUE = {
    "fr": r"""optimis\w* réguli(?:er|ère|èrement)s? adaptée?s? performante?s? efficace\w* avancée?s? innovante?s? globale?(?:ment)?
        pertinente?s? appropriée?s? adéquate?s? robustes? suffisa\w* systématique\w* fréquente?s? fréquemment souvent parfois
        rapide\w* clairement maîtrisée?s? matures? agiles? fluides? modernes? pleinement largement correctement notamment
        raisonnable\w* satisfaisante?s? significati\w* facilement généralement activement proacti\w* durablement intuiti\w*
        ergonomiques? périodique\w* éventuel\w* (?<!plus\s)nombreu\w+ certaine?s? divers(?:es)? quelques
        (?<!à\s)plusieurs(?!\sfois) bonnes? meilleure?s? si\spossible au\smieux mesure\sdu\spossible temps\sutile cas\séchéant
        de\squalité etc""",
    "en": r"""optimi[sz]\w* regular\w* appropriate\w* suitabl\w robust best(?!-selling) best-in-class leverag\w* holistic\w*
        \w*efficient\w* effective\w* advanced innovative relevant sufficient\w* systematic\w* frequent\w* often sometimes
        quick\w* fast rapid\w* prompt(?:ly)? clear(?:ly)? mature agile seamless\w* modern fully largely adequate\w*
        proper(?:ly)? correctly reasonabl\w satisfactor\w+ significant\w* easily generally (?<!who\s)usually actively
        proactive\w* sustainably intuitive user-friendly periodic\w* occasional\w* numerous various several(?!\speople)
        (?<!how\s)many good better if\spossible timely where\spossible state-of-the-art cutting-edge strategic\w* etc""",
}


class Said(NamedTuple):
    """One text of the catalogue and where it stands, printed by a failing test for whoever mends it."""

    file: str
    place: str
    lang: str
    text: str


def texts(value: object, file: str, place: str) -> Iterator[Said]:
    """Every text inside ``value``, in both languages."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from [Said(file, place, key, inner)] if isinstance(inner, str) else texts(inner, file, f"{place}.{key}")
    elif isinstance(value, tuple):
        yield from (said for inner in value for said in texts(inner, file, place))
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from texts(getattr(value, name), file, f"{place}.{name}".lstrip("."))


def lever_of(code: str) -> str:
    """The file of a lever, grouping or indicator by its code."""
    return FILES[re.split("(OR|OF|TI|S|P|E)", code, maxsplit=1)[1]] + ".yaml"


def catalogue_texts() -> Iterator[Said]:
    """Every text of levers, selections, glossary and model.yaml."""
    for lever in WHOLE.levers:
        yield from texts((lever.name, lever.question), lever_of(lever.code), lever.code)
        yield from (said for grouping in lever.groupings for said in texts(grouping.name, lever_of(grouping.code), grouping.code))
    for one in EVERY:
        yield from texts(one, lever_of(one.code), one.code)
    for selection in WHOLE.selections:
        yield from texts((selection.name, selection.description), "selections.yaml", selection.id)
        yield from (said for one in selection.indicators for said in texts(one, "selections.yaml", one.code))
    yield from texts((WHOLE.name, WHOLE.editions, WHOLE.sizes, WHOLE.sectors, WHOLE.functions), "model.yaml", "")
    yield from (said for term, meaning in catalogue.glossary() for said in texts((term, meaning), "glossary.yaml", term["fr"]))


ALL = tuple(catalogue_texts())
PAIRS = tuple(zip(ALL[::2], ALL[1::2], strict=True))
DEMANDS = tuple(said for said in ALL if ".levels." in said.place)


def plain(text: str) -> str:
    """A text folded for comparison: apostrophes, blanks, case and punctuation do not make a difference."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def none(failing: list[Said] | list[str]) -> None:
    """Fail with every text that is wrong, one a line."""
    assert not failing, f"{len(failing)} wrong:\n" + "\n".join(one if isinstance(one, str) else " | ".join(one) for one in failing)


@pytest.mark.parametrize(("edition", "count", "without"), [("v2", 115, set()), ("v1", 113, {"ER3", "EL4"})])
def test_an_edition_has_the_indicators_that_were_published(edition: str, count: int, without: set[str]) -> None:
    """Edition v2 has 115 indicators; v1 is the same but for the two that v2 introduced."""
    known = WHOLE.at_edition(edition).indicators
    assert (len(known), set(WHOLE.indicators) - set(known)) == (count, without)


def test_levers_and_groupings_are_those_of_the_method_with_their_counts() -> None:
    """Each lever and each grouping has the code, the name and the number of indicators of method.md, section 2."""
    groupings = {lever.code: [f"{one.code} {one.name['fr']} {len(one.indicators)}" for one in lever.groupings] for lever in WHOLE.levers}
    assert [f"{code}: {', '.join(several)}" for code, several in groupings.items()] == STRUCTURE.strip().splitlines()
    assert {lever.code: len(lever.indicators) for lever in WHOLE.levers} == COUNTS


def test_codes_are_lever_grouping_and_a_rank_without_a_gap() -> None:
    """A code is the lever's letters, the grouping's letter and a rank; ranks run from 1 in the order of the model."""
    groupings = {one.code: one for lever in WHOLE.levers for one in lever.groupings if re.fullmatch(f"{lever.code}[A-Z]", one.code)}
    ranked = [f"{code}{n}" for code, grouping in groupings.items() for n in range(1, len(grouping.indicators) + 1)]
    assert list(WHOLE.indicators) == ranked


def test_published_names_are_word_for_word_and_only_they_are_called_published() -> None:
    """The sixteen public names stand unchanged, with the typographic apostrophe; every other entry is authored."""
    assert {one.code: one.name["fr"] for one in EVERY if one.origin == "published"} == PUBLISHED


@pytest.mark.parametrize(("size", "bounds"), BY_SIZE.items())
def test_each_size_is_asked_about_as_many_indicators_as_decided(size: str, bounds: tuple[int, int]) -> None:
    """Applicability by size stays within method.md, section 2; an SME is asked the top ten."""
    codes = [one.code for one in EVERY if size in one.sizes]
    assert bounds[0] <= len(codes) <= bounds[1]
    assert size not in {"sme", "mid", "large"} or set(TOP_TEN) <= set(codes)


@pytest.mark.parametrize(("sector", "size"), [*product(SECTORS, SIZES)])
def test_every_profile_is_asked_about_all_six_levers(sector: str, size: str) -> None:
    """Each of the 18 × 6 profiles gets all six levers, five levels of demands and a target that is a level."""
    asked = WHOLE.at(Profile(sector, size))
    assert [lever.code for lever in asked.levers] == list(COUNTS)
    assert all(1 <= one.target.default <= 5 and sorted(one.levels) == [1, 2, 3, 4, 5] for one in asked.indicators.values())


def test_the_whole_spread_of_weights_is_used() -> None:
    """Weights 1, 2 and 3 each carry at least a fifth of the catalogue, and each lever uses all three."""
    assert min(Counter(one.weight for one in EVERY).values()) >= len(EVERY) / 5
    none([lever.code for lever in WHOLE.levers if {one.weight for one in lever.indicators} != {1, 2, 3}])


def test_at_least_twenty_indicators_are_measured_with_thresholds_that_only_get_harder() -> None:
    """Thresholds are five, strictly monotonic in the measure's direction for every sector, none below nought or beyond the highest."""
    assert sum(one.measure is not None for one in EVERY) >= 20
    wrong = []
    for code, measure in ((one.code, one.measure) for one in EVERY if one.measure):
        for sector, row in {"general": measure.thresholds, **measure.sectors}.items():
            harder = all(a < b for a, b in pairwise(row if measure.better == "high" else row[::-1]))
            if len(row) != 5 or not harder or not 0 <= min(row) <= max(row) <= (measure.highest or float("inf")):
                wrong.append(f"{code} {sector} {row}")
    none(wrong)


def test_sectors_differ_in_at_least_twenty_five_indicators_and_each_in_at_least_three() -> None:
    """Thresholds, demands or targets differ by sector in 25 indicators or more; no sector has fewer than three differences."""
    assert (len(set(SECTORS)), sorted(SIZES)) == (18, sorted(BY_SIZE))
    assert sum(bool(one.differing_sectors) for one in EVERY) >= 25
    counts = Counter(sector for one in EVERY for sector in one.differing_sectors)
    none([f"{sector}: {counts[sector]}" for sector in SECTORS if counts[sector] < 3])


def test_what_is_said_to_differ_by_sector_does_differ() -> None:
    """No sector repeats the general thresholds or demands, nor a target that it would have had anyway."""
    wrong = []
    for one in EVERY:
        rows = {**one.measure.sectors, "": one.measure.thresholds} if one.measure else {}
        wrong += [f"{one.code} thresholds {sector}" for sector, row in rows.items() if sector and row == rows[""]]
        varied = [(sector, n, demands) for sector, varied in one.sectors.items() for n, demands in varied.levels.items()]
        wrong += [f"{one.code} demands {sector} {n}" for sector, n, demands in varied if demands == one.levels[n]]
        anyway = {one.target.sizes.get(size, one.target.default) for size in one.sizes}
        wrong += [f"{one.code} target {sector}" for sector, aim in one.target.sectors.items() if anyway == {aim}]
        wrong += [f"{one.code} target {z}" for z, aim in one.target.sizes.items() if z not in one.sizes or aim == one.target.default]
    none(wrong)


def test_every_text_is_there_in_both_languages() -> None:
    """French and English stand beside each other everywhere, neither empty nor padded, and a sentence is never left untranslated."""
    assert len(PAIRS) > 1500
    assert all((fr.lang, en.lang, fr.place) == ("fr", "en", en.place) for fr, en in PAIRS)
    none([said for said in ALL if said.text != said.text.strip() or not said.text or "  " in said.text or "\n" in said.text])
    none([fr for fr, en in PAIRS if fr.text == en.text and len(fr.text) > 25])


def test_both_languages_say_about_as_much() -> None:
    """French is never more than 1.9 times as long as English, nor English more than 1.6 times as long as French: nothing was left out."""
    long = [(fr, len(fr.text), len(en.text)) for fr, en in PAIRS if min(len(fr.text), len(en.text)) > 25]
    none([said for said, fr, en in long if fr > 1.9 * en or en > 1.6 * fr])


def test_no_two_demands_are_the_same() -> None:
    """No demand of the general catalogue stands twice, in the same indicator or in another."""
    general = [said for said in DEMANDS if ".sectors." not in said.place]
    counts = Counter((said.lang, plain(said.text)) for said in general)
    none([said for said in general if counts[said.lang, plain(said.text)] > 1])


def test_no_level_repeats_a_demand_of_a_lower_one_in_any_sector() -> None:
    """Levels are cumulative: after a sector's demands have taken their place, none is a copy of another of the same indicator."""
    wrong = []
    for one in EVERY:
        for sector, lang in product(("", *one.sectors), ("fr", "en")):
            levels = one.at(Profile(sector, "large")).levels
            counts = Counter(plain(demand[lang]) for demands in levels.values() for demand in demands)
            wrong += [Said(lever_of(one.code), f"{one.code} {sector}", lang, text) for text, n in counts.items() if n > 1]
    none(wrong)


def test_a_demand_is_short_and_ends_without_a_full_stop() -> None:
    """A demand has at most 220 characters and is no paragraph: it ends without a stop and holds one sentence."""
    wrong = re.compile(r".{221,}|.*[.;,:]$|.*[a-zé]{3}\. [A-ZÉÀ]", re.DOTALL)
    assert len(DEMANDS) > 1500
    none([said for said in DEMANDS if wrong.match(said.text)])


def test_a_demand_uses_no_vague_word() -> None:
    """Demands state countable facts: none of the words that two auditors would read differently."""
    vague = {lang: re.compile(rf"(?<!\w)(?:{'|'.join(words.split())})(?!\w)", re.IGNORECASE) for lang, words in VAGUE.items()}
    none([said._replace(text=f"[{found[0]}] {said.text}") for said in DEMANDS if (found := vague[said.lang].search(said.text))])


TYPOGRAPHY = {
    "fr: no-break space before : ; ? ! » % €": r"(?<=[^\u00a0\u202f])[:;?!»%€]",
    "fr: no-break space after «": r"«(?![\u00a0\u202f])",
    "fr: no-break space inside a number": r"\d \d{3}(?!\d)",
    "fr: typographic apostrophe and quotation marks": r"['\"‘“”`´]",
    "fr: accent on the capital": r"(?<!\w)(?:A (?=[a-zàâéèêç])|E(?=t[ua]|c[aohr]|d[iu]|quip|lu[es]|nergi|valu|volu))",
    "fr: ellipsis as one character, no blank before a comma": r"\.\.\.|\s[,.]",
    "en: typographic apostrophe and quotation marks": r"['\"«»`´]",
    "en: no blank before punctuation or %": r"\s[:;?!%,.]",
    "en: comma inside a number": r"\d\s\d{3}(?!\d)",
    "en: ellipsis as one character": r"\.\.\.",
}


@pytest.mark.parametrize("rule", TYPOGRAPHY)
def test_texts_are_set_as_their_language_is_printed(rule: str) -> None:
    """Model, selections and glossary keep the typography of French and of English."""
    none([said for said in ALL if said.lang == rule[:2] and re.search(TYPOGRAPHY[rule], said.text)])


def test_the_ten_priorities_are_the_published_ones_in_order_each_with_its_own_action() -> None:
    """The selection priorities-10 is the published top ten, in order, each with an action of its own, all asked of an SME."""
    chosen = WHOLE.selection("priorities-10").indicators
    assert [one.code for one in chosen] == TOP_TEN
    actions = [one.action["fr"] for one in chosen if one.action and one.action != WHOLE.indicators[one.code].action]
    assert len(set(actions)) == 10
    assert set(WHOLE.at(Profile("tourism", "sme"), "priorities-10").indicators) == set(TOP_TEN)


@pytest.mark.parametrize("size", SIZES)
def test_the_first_hour_asks_anybody_five_indicators_of_each_lever(size: str) -> None:
    """The selection express-30 has five indicators a lever, and all of them apply to every size."""
    asked = WHOLE.at(Profile("health", size), "express-30")
    assert {lever.code: len(lever.indicators) for lever in asked.levers} == dict.fromkeys(COUNTS, 5)


@pytest.mark.parametrize(("lang", "sheet"), [("fr", "Glossaire"), ("en", "Glossary")])
def test_the_glossary_explains_about_sixty_terms_sorted_in_the_language_it_is_read_in(lang: str, sheet: str) -> None:
    """The glossary sheet of a questionnaire holds some sixty terms, none twice, in the order of a dictionary, by words or by letters."""
    rows = CalamineWorkbook.from_filelike(BytesIO(questionnaire_bytes(lang=lang))).get_sheet_by_name(sheet).to_python()
    known = [term[lang].casefold() for term, _ in catalogue.glossary()]
    terms = [str(row[0]) for row in rows if str(row[0]).casefold() in known]
    assert 55 <= len(terms) == len(known) == len(set(known)) <= 70
    bare = ["".join(filter(str.isascii, unicodedata.normalize("NFKD", plain(term).replace("œ", "oe")))) for term in terms]
    misplaced = [[f"{a} > {b}" for a, b in pairwise(keys) if a > b] for keys in (bare, [key.replace(" ", "") for key in bare])]
    none(min(misplaced, key=len))
