"""What the rows of a model's workbook say: the model taken apart, sheet by sheet, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dimm_xl.model import Indicator, Model, Named, Selection, Text
from dimm_xl.model_book.sheets import FACTS

Values = Mapping[str, Any]
"""The values of one row by field; a field of several columns carries what tells them apart: ``name.fr``, ``sizes.sme``."""


def facts(model: Model) -> Values:
    """Return what the model says once, by key path (a text by key path and language)."""
    published, ranked = model.scoring.published, model.scoring.ranked
    known = {
        "id": model.id,
        "languages": model.languages,
        "scale.lowest": model.scale.lowest,
        "scale.highest": model.scale.highest,
        "scale.better": model.scale.better,
        "scale.levels": model.scale.levels,
        "scoring.overall": model.scoring.overall,
        "scoring.provisional_below": model.scoring.provisional_below,
        "scoring.hidden_below": model.scoring.hidden_below,
        "scoring.distribution": model.scoring.distribution,
        "scoring.published.shares": published.shares if published else None,
        **_text("name", model.name),
        **_text("scoring.published.about", published.about if published else None),
        "scoring.ranked.groups": ranked.groups if ranked else None,
        **_text("scoring.ranked.name", ranked.name if ranked else None),
    }
    paths = [
        f"{path}.{lang}" if field.spoken else path for path, field in FACTS.items() for lang in (model.languages if field.spoken else ("",))
    ]
    return {path: known.get(path) for path in paths}


def rows(model: Model) -> Mapping[str, list[Values]]:
    """Return the rows of every sheet, by the sheet's name in ``sheets.SHEETS``."""
    every = model.indicators.values()
    return {
        "levers": [
            {"code": one.code, **_text("name", one.name), **_text("question", one.question), "weight": one.weight} for one in model.levers
        ],
        "groupings": [
            {"code": one.code, "lever": lever.code, **_text("name", one.name)} for lever in model.levers for one in lever.groupings
        ],
        "indicators": [
            _indicator(one, grouping.code, model)
            for lever in model.levers
            for grouping in lever.groupings
            for one in grouping.indicators
        ],
        "demands": [row for one in every for row in _demands(one)],
        "targets": [row for one in every for row in _targets(one)],
        "measures": [row for one in every for row in _measure(one)],
        "thresholds": [row for one in every for row in _thresholds(one, model)],
        "selections": [{"id": one.id, **_text("name", one.name), **_text("description", one.description)} for one in model.selections],
        "chosen": [row for one in model.selections for row in _chosen(one)],
        "editions": [{"id": one.id, "year": one.year, **_text("name", one.name)} for one in model.editions],
        "sizes": [_named(one) for one in model.sizes],
        "sectors": [_named(one) for one in model.sectors],
        "functions": [_named(one) for one in model.functions],
        "glossary": [
            {"entry": n, **_text("term", one.term), **_text("meaning", one.meaning)} for n, one in enumerate(model.glossary, 1)
        ],
        "words": [{"key": key, **_text("said", said)} for key, said in model.words.items()],
    }  # fmt: skip


def _text(field: str, text: Text | None) -> Values:
    return {f"{field}.{lang}": shown for lang, shown in (text or {}).items()}


def _named(one: Named) -> Values:
    return {"id": one.id, **_text("name", one.name)}


def _indicator(one: Indicator, grouping: str, model: Model) -> Values:
    return {
        "code": one.code,
        "grouping": grouping,
        **_text("name", one.name),
        **_text("definition", one.definition),
        "weight": one.weight,
        "target": one.target.default,
        **{f"sizes.{size.id}": size.id in one.sizes for size in model.sizes},
        "functions": one.functions,
        **_text("evidence", one.evidence),
        **_text("action", one.action),
        "origin": one.origin,
        "since": one.since,
        "retouched": one.retouched,
    }


def _demands(one: Indicator) -> Iterator[Values]:
    """Yield the demands of each level, the general ones before those of a sector."""
    held: dict[str | None, Mapping[int, tuple[Text, ...]]] = {None: one.levels}
    held |= {sector: varied.levels for sector, varied in one.sectors.items()}
    for sector, levels in held.items():
        for level, demands in sorted(levels.items()):
            for rank, demand in enumerate(demands, 1):
                yield {"indicator": one.code, "level": level, "sector": sector, "rank": rank, **_text("text", demand)}


def _targets(one: Indicator) -> Iterator[Values]:
    yield from ({"indicator": one.code, "size": size, "target": level} for size, level in one.target.sizes.items())
    yield from ({"indicator": one.code, "sector": sector, "target": level} for sector, level in one.target.sectors.items())


def _measure(one: Indicator) -> Iterator[Values]:
    if asked := one.measure:
        texts = {**_text("figure", asked.figure), **_text("unit", asked.unit), **_text("period", asked.period)}
        yield {"indicator": one.code, **texts, "better": asked.better, "highest": asked.highest}


def _thresholds(one: Indicator, model: Model) -> Iterator[Values]:
    if one.measure:
        first = model.scale.bottom + 1
        held: dict[str | None, tuple[float, ...]] = {None: one.measure.thresholds}
        held |= one.measure.sectors.items()
        for sector, several in held.items():
            steps = {f"threshold.{level}": threshold for level, threshold in enumerate(several, first)}
            yield {"indicator": one.code, "sector": sector, **steps}


def _chosen(selection: Selection) -> Iterator[Values]:
    for one in selection.indicators:
        yield {"selection": selection.id, "indicator": one.code, **_text("action", one.action)}
