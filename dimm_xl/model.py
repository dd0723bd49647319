"""A maturity model as frozen values: lever > grouping > indicator, and how it applies to a profile.

The types mirror the YAML of ``templates/models`` key by key (design: docs/catalogue.md), so the loader needs no mapping
of its own. Nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from dimm_xl.adaptation import Adaptation, Cut, Profile
from dimm_xl.once import once
from dimm_xl.scale import Entry, Published, Ranked, Scale, Scoring, Text

WEIGHTS = (1, 2, 3)
"""What an indicator may weigh."""

__all__ = [
    "WEIGHTS",
    "Chosen",
    "Cut",
    "Edition",
    "Entry",
    "Grouping",
    "Indicator",
    "Lever",
    "Measure",
    "Model",
    "Named",
    "Profile",
    "Published",
    "Ranked",
    "Scale",
    "Scoring",
    "Selection",
    "Target",
    "Term",
    "Text",
    "Variation",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Measure(Entry):
    """A figure that sets a ceiling to the level: thresholds for levels 1 to 5, which may differ by sector."""

    figure: Text
    unit: Text
    better: Literal["high", "low"]
    thresholds: tuple[float, ...]
    period: Text | None = None
    highest: float | None = None
    sectors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def reaches(self, figure: float, threshold: float) -> bool:
        """Say whether ``figure`` is at least as good as ``threshold`` in this measure's direction."""
        return figure >= threshold if self.better == "high" else figure <= threshold

    def ceiling(self, figure: float) -> int:
        """Return the highest level whose threshold ``figure`` reaches, 0 when it reaches none."""
        return sum(self.reaches(figure, threshold) for threshold in self.thresholds)


@dataclass(frozen=True, kw_only=True)
class Target(Entry):
    """The level to aim at: the sector's, else the size's, else the default (method: sector before size)."""

    default: int
    sizes: Mapping[str, int] = field(default_factory=dict)
    sectors: Mapping[str, int] = field(default_factory=dict)

    def at(self, profile: Profile) -> int:
        """Return the target level for ``profile``."""
        return self.sectors.get(profile.sector, self.sizes.get(profile.size, self.default))


@dataclass(frozen=True, kw_only=True)
class Variation(Entry):
    """What a sector changes in an indicator: the demands of some of its levels."""

    levels: Mapping[int, tuple[Text, ...]]


@dataclass(frozen=True, kw_only=True)
class Indicator(Entry):
    """One thing that is assessed: five levels of demands, a weight of 1 to 3, and to whom it applies.

    ``since``: the edition that introduced it; ``retouched``: the one that last changed what it demands.
    """

    code: str
    origin: Literal["published", "authored"]
    name: Text
    definition: Text
    weight: int
    sizes: tuple[str, ...]
    functions: tuple[str, ...]
    levels: Mapping[int, tuple[Text, ...]]
    evidence: Text
    action: Text
    target: Target
    measure: Measure | None = None
    sectors: Mapping[str, Variation] = field(default_factory=dict)
    since: str | None = None
    retouched: str | None = None

    def at(self, profile: Profile) -> Indicator:
        """Return this indicator as ``profile`` sees it: its sector's demands and thresholds, its target as the default."""
        thresholds = self.measure.sectors.get(profile.sector, self.measure.thresholds) if self.measure else None
        return _seen(self, self.sectors.get(profile.sector), thresholds, self.target.at(profile))

    def adapted(self, own: Adaptation) -> Indicator:
        """Return this (resolved) indicator with a target and a weight of its own, as far as there are such a level and such a weight."""
        target = own.target if own.target in (min(self.levels) - 1, *self.levels) else self.target.default
        return replace(self, target=Target(default=target), weight=own.weight if own.weight in WEIGHTS else self.weight)

    @property
    def differing_sectors(self) -> frozenset[str]:
        """The sectors for which demands, thresholds or target differ."""
        return frozenset(self.sectors) | frozenset(self.target.sectors) | frozenset(self.measure.sectors if self.measure else ())


@once  # most profiles see an indicator alike: they share it, and all that is composed from it
def _seen(one: Indicator, varied: Variation | None, thresholds: tuple[float, ...] | None, target: int) -> Indicator:
    measure = one.measure and replace(one.measure, thresholds=thresholds or one.measure.thresholds, sectors={})
    levels = {**one.levels, **varied.levels} if varied else one.levels
    return replace(one, levels=levels, measure=measure, target=Target(default=target), sectors={})


@dataclass(frozen=True, kw_only=True)
class Grouping(Entry):
    """A named group of indicators inside a lever (*groupement*)."""

    code: str
    name: Text
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, kw_only=True)
class Lever(Entry):
    """One of the model's components, with the key question it answers; ``weight`` counts in the overall score."""

    code: str
    name: Text
    question: Text
    groupings: tuple[Grouping, ...]
    weight: float = 1.0

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The lever's indicators in the order of the model."""
        return tuple(indicator for grouping in self.groupings for indicator in grouping.indicators)


@dataclass(frozen=True, kw_only=True)
class Named(Entry):
    """Something with an id and a name: a size, a sector, a function."""

    id: str
    name: Text


@dataclass(frozen=True, kw_only=True)
class Edition(Entry):
    """A published state of the model, oldest first; an indicator ``since`` an edition is absent from older ones."""

    id: str
    year: int
    name: Text


@dataclass(frozen=True, kw_only=True)
class Chosen(Entry):
    """An indicator in a selection, with the selection's own action sentence when it has one."""

    code: str
    action: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Selection(Entry):
    """A named subset of the model, such as the ten priorities of an SME."""

    id: str
    name: Text
    description: Text
    indicators: tuple[Chosen, ...]


@dataclass(frozen=True, kw_only=True)
class Term(Entry):
    """A word that a questionnaire's glossary explains."""

    term: Text
    meaning: Text


@dataclass(frozen=True, kw_only=True)
class Model(Entry):
    """A whole maturity model in one edition.

    ``words`` are the labels that it says in its own way, by their key in ``templates/words``; ``glossary`` is its own, where it has one.
    """

    id: str
    name: Text
    languages: tuple[str, ...]
    editions: tuple[Edition, ...]
    scale: Scale
    scoring: Scoring
    sizes: tuple[Named, ...]
    sectors: tuple[Named, ...]
    functions: tuple[Named, ...]
    selections: tuple[Selection, ...]
    levers: tuple[Lever, ...]
    words: Mapping[str, Text] = field(default_factory=dict)
    glossary: tuple[Term, ...] = ()

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """Every indicator by code, in the order of the model."""
        return {indicator.code: indicator for lever in self.levers for indicator in lever.indicators}

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, Text]]:
        """Names of sizes, sectors and functions: ``names["sector"]["health"]["fr"]``."""
        kinds = {"size": self.sizes, "sector": self.sectors, "function": self.functions}
        return {kind: {named.id: named.name for named in several} for kind, several in kinds.items()}

    def label(self, kind: str, named: str) -> Text:
        """Return the name of a size, sector or function; a dash for one that is not known."""
        return self.names[kind].get(named) or dict.fromkeys(self.languages, "–")

    @property
    def edition(self) -> Edition:
        """The edition this model stands for: its newest."""
        return self.editions[-1]

    def at_edition(self, edition: str) -> Model:
        """Return the model as ``edition`` had it; KeyError when there is no such edition."""
        ids = [known.id for known in self.editions]
        if edition not in ids:
            raise KeyError(edition)
        kept = ids[: ids.index(edition) + 1]
        older = self._kept(lambda indicator: indicator.since is None or indicator.since in kept)
        return replace(older, editions=self.editions[: len(kept)])

    def cut(self, cut: Cut) -> Model:
        """Return what one questionnaire asks; KeyError for an unknown id."""
        return self.at_edition(cut.edition).at(cut.profile, cut.selection, cut.functions).adapted(cut.adaptations)

    def at(self, profile: Profile, selection: str | None = None, functions: Collection[str] = ()) -> Model:
        """Return what ``profile`` is asked: applicable indicators only, sector and target resolved, no empty lever.

        ``functions``: only the indicators that one of them can answer; empty for all. KeyError for an unknown size, selection,
        function or sector; an empty sector stands for the general demands.
        """
        if unknown := set(functions) - set(self.names["function"]):
            raise KeyError(min(unknown))
        if profile.sector and profile.sector not in self.names["sector"]:
            raise KeyError(profile.sector)
        if profile.size not in self.names["size"]:
            raise KeyError(profile.size)
        wanted = {entry.code for entry in self.selection(selection).indicators} if selection else self.indicators.keys()
        asked = self._kept(
            lambda one: profile.size in one.sizes and one.code in wanted and (not functions or not set(functions).isdisjoint(one.functions))
        )
        return _each(asked, lambda one: one.at(profile))

    def adapted(self, adaptations: Collection[Adaptation]) -> Model:
        """Return the model with own targets and weights, without what is excluded; what it does not ask, or cannot be, changes nothing."""
        own = {one.code: one for one in adaptations}
        if not own:
            return self
        kept = self._kept(lambda one: one.code not in own or not own[one.code].excluded)
        return _each(kept, lambda one: one.adapted(own[one.code]) if one.code in own else one)

    def selection(self, selection: str) -> Selection:
        """Return a selection by id; KeyError when there is none."""
        return {known.id: known for known in self.selections}[selection]

    def _kept(self, wanted: Callable[[Indicator], bool]) -> Model:
        levers = (replace(lever, groupings=tuple(_kept(lever, wanted))) for lever in self.levers)
        return replace(self, levers=tuple(lever for lever in levers if lever.groupings))


def _kept(lever: Lever, wanted: Callable[[Indicator], bool]) -> Iterator[Grouping]:
    for grouping in lever.groupings:
        if indicators := tuple(filter(wanted, grouping.indicators)):
            yield replace(grouping, indicators=indicators)


def _each(model: Model, change: Callable[[Indicator], Indicator]) -> Model:
    def seen(grouping: Grouping) -> Grouping:
        return replace(grouping, indicators=tuple(map(change, grouping.indicators)))

    return replace(model, levers=tuple(replace(lever, groupings=tuple(map(seen, lever.groupings))) for lever in model.levers))
