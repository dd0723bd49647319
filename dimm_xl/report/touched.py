"""What a new edition changes for each organisation of a campaign, and the sentences in which it can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dimm_xl.editions import Change
from dimm_xl.impact import Impact, Reach
from dimm_xl.model import Model
from dimm_xl.progress import Trend, trend
from dimm_xl.report.progress import seen
from dimm_xl.report.result import Result
from dimm_xl.words import Words

MOST_NAMED = 5
"""Codes that a sentence names; beyond, it counts."""


@dataclass(frozen=True)
class Touched:
    """An organisation's result by the edition of then, what the new edition changes for it, and how that is told in its language."""

    result: Result
    impact: Impact
    sentence: str = ""


@dataclass(frozen=True)
class Left:
    """An organisation that is not judged by the new edition: by which it was, why not (``current``, ``later``, ``unfit``), its id."""

    organisation: str
    edition: str
    why: str
    id: str


@dataclass(frozen=True)
class Impacts:
    """What a new edition changes for a campaign: ``model`` is it, whole; organisations that it moves most first; those left out."""

    model: Model
    touched: tuple[Touched, ...]
    left: tuple[Left, ...] = ()

    @property
    def count(self) -> int:
        """How many organisations something changes for."""
        return sum(not one.impact.untouched for one in self.touched)


def changed(impact: Impact) -> Mapping[str, tuple[str, ...]]:
    """Return the codes of the indicators that change for an organisation, by the column that counts them."""
    kinds = {change.value: impact.carried.of(change) for change in (Change.REWORDED, Change.NEW, Change.DROPPED)}
    return {**kinds, "reweighted": impact.weights, "retargeted": impact.targets}


def counts(impact: Impact) -> dict[str, int]:
    """Return how many indicators change in which way for one organisation, kept ones included."""
    return {"kept": impact.carried.counts[Change.KEPT], **{key: len(codes) for key, codes in changed(impact).items()}}


def sentence(organisation: str, impact: Impact, words: Words) -> str:
    """Return what an organisation can be told, in a few sentences, ready to be put into a letter."""
    words = words.within(impact.carried.now.model)
    facts = {"organisation": organisation, "edition": words.of(impact.carried.now.model.edition.name)}
    then, now, change = seen(impact.progress, impact.overall.move)
    if impact.untouched:
        return words("impact.letter.untouched", **facts)
    if then is None or now is None or change is None:
        said = [words("impact.letter.unscored", **facts)]
    else:
        way = "same" if trend(change) is Trend.SAME else "moved"
        said = [words(f"impact.letter.{way}", then=words.number(then), now=words.number(now), **facts)]
        said += _range(impact.overall, words)
    said += [words(f"impact.letter.{key}", count=len(codes), codes=named(codes, words)) for key, codes in changed(impact).items() if codes]
    levers = {lever.code: words.of(lever.name) for moment in (impact.carried.then, impact.carried.now) for lever in moment.model.levers}
    if impact.touched:
        said.append(words("impact.letter.levers", levers=", ".join(levers[code] for code in impact.touched)))
    return " ".join(said)


def _range(reach: Reach, words: Words) -> list[str]:
    if reach.low is None or reach.high is None or not reach.width:
        return []
    return [words("impact.letter.range", low=words.number(reach.low), high=words.number(reach.high))]


def named(codes: Sequence[str], words: Words) -> str:
    """Return codes in a sentence, the first few by name."""
    shown = ", ".join(codes[:MOST_NAMED])
    return shown if len(codes) <= MOST_NAMED else words("impact.letter.more", codes=shown, more=len(codes) - MOST_NAMED)
