"""What several respondents should talk about: where they are apart, each one's level and words, management against field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median_low

from dimm_xl.assessment import Answered, NotApplicable
from dimm_xl.model import Indicator
from dimm_xl.page import Page, Put, Row, Table, Value
from dimm_xl.report.result import Described, Result, described_sheet, state_word
from dimm_xl.respondents import APART, MANAGEMENT, Disagreement, Said, disagreements, middle, of_management, said_of, several, who
from dimm_xl.words import Words

Sides = Mapping[str, bool | None]
"""By file, whether its respondent speaks for management (True), for the field (False), or nobody knows (None)."""
LEVERS_ROW = 4


def discuss_page(result: Result, words: Words) -> Page:
    """Compose the sheet to discuss: every disagreement, largest spread times weight first; one line when there is none."""
    name, found = words("sheet.discuss"), disagreements(result.model, result.parts)
    facts = {"count": len(found), "respondents": len(result.parts), "apart": APART}
    sides = _sides(result, words)
    puts = [Put(0, 0, words("discuss.title" if found else "discuss.none", **facts), "title", cols=8)]
    tables: list[Table] = []
    if compared := _both(result, sides):
        above, below = (sum(sign * (high - low) > 0 for high, low in compared.values()) for sign in (1, -1))
        told = words("discuss.sides", above=above, below=below, common=len(compared))
        puts.append(Put(2, 0, told, "subtitle", cols=8))
        tables.append(_levers(name, result, compared, words))
    if found:
        puts.append(Put(1, 0, words("discuss.intro", **facts), "hint", cols=8))
        tables.append(_disagreements(name, result, found, sides, words, tables[0].bottom + 2 if tables else LEVERS_ROW))
    footer = words("footer.result", edition=words.of(result.model.edition.name))
    widths = {} if found else {7: 60.0}  # the titles reach over what the table of disagreements would take
    return Page(name, tuple(puts), tuple(tables), widths=widths, freeze=(0, 2), footer=footer, tab="attention" if found else "well")


def _sides(result: Result, words: Words) -> Sides:
    function = result.model.names["function"].get(MANAGEMENT, {})
    names = (*function.values(), *words("discuss.management").split("|"))
    return {part.file: of_management(part, names) for part in result.parts}


def _both(result: Result, sides: Sides) -> Mapping[str, tuple[int, int]]:
    """Return the median level of management and of the field for each indicator that both gave a level."""
    found = {}
    for code in result.model.indicators:
        said = said_of(result.parts, code)
        above, below = middle(said, sides, side=True), middle(said, sides, side=False)
        if above is not None and below is not None:
            found[code] = (above, below)
    return found


def _levers(name: str, result: Result, compared: Mapping[str, tuple[int, int]], words: Words) -> Table:
    """Compose the medians of both sides by lever, over the indicators that both gave a level."""
    described: Described = (
        ("code", "row-code", 8),
        ("lever", "row-strong", 34),
        ("common", "row-figure-whole", 9),
        ("management", "row-level", 11),
        ("field", "row-level", 11),
        ("difference", "row-signed", 11),
    )
    rows = []
    for lever in result.model.levers:
        pairs = [compared[one.code] for one in lever.indicators if one.code in compared]
        if pairs:
            high, low = (median_low(side) for side in zip(*pairs, strict=True))
            sides = {"management": high, "field": low, "difference": high - low}
            rows.append(Row({"code": lever.code, "lever": words.of(lever.name), "common": len(pairs), **sides}))
    sheet = described_sheet(name, described, words, "code", "discuss.column")
    return Table("sides", sheet, tuple(rows), LEVERS_ROW, filters=False)


def _disagreements(name: str, result: Result, found: Sequence[Disagreement], sides: Sides, words: Words, row: int) -> Table:
    described: Described = (
        ("code", "row-code", 8),
        ("indicator", "row-strong", 34),
        ("weight", "row-figure-whole", 9),
        ("management", "row-level", 11),
        ("field", "row-level", 11),
        ("spread", "row-level", 11),
        ("level", "row-level", 11),
        ("said", "row", 76),
    )
    rows = tuple(_disagreement(result, one, sides, words) for one in found)
    return Table("to_discuss", described_sheet(name, described, words, "code", "discuss.column"), rows, row)


def _disagreement(result: Result, one: Disagreement, sides: Sides, words: Words) -> Row:
    high, low = (middle(one.said, sides, side=side) for side in (True, False))
    shown: dict[str, Value] = {"management": "–" if high is None else high, "field": "–" if low is None else low}
    about: dict[str, Value] = {"code": one.indicator.code, "indicator": words.of(one.indicator.name), "weight": one.indicator.weight}
    level = result.assessment.answer(one.indicator.code).level
    said = "\n".join(told(said, words) for said in one.said)
    return Row({**about, **shown, "spread": one.spread, "level": "–" if level is None else level, "said": said})


def told(said: Said, words: Words) -> str:
    """Return in a line what one respondent said: who, level or state, reason and comment."""
    state = said.answer.state
    level = str(state.level) if isinstance(state, Answered) else words(f"unjudged.{state_word(state)}")
    reason = state.reason if isinstance(state, NotApplicable) else said.answer.reason
    return f"{who(said.part)}{words('colon')} " + " · ".join(filter(None, (level, reason, said.answer.comment)))


def spread_mark(result: Result, one: Indicator, words: Words) -> str:
    """Return what a lever's sheet notes under an indicator on which respondents are apart, empty when they are not."""
    levels = several(result.parts, one.code)
    if not levels or levels[-1] - levels[0] < APART:
        return ""
    return words("discuss.mark", low=levels[0], high=levels[-1], count=len(levels))
