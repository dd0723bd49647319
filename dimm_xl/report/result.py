"""One organisation's result: what every page of every report is composed from."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dimm_xl.adapted import Adapted, adapted
from dimm_xl.assessment import Answer, Assessment, Return, State
from dimm_xl.model import Indicator, Model, Named, Text
from dimm_xl.once import once
from dimm_xl.page import Rule
from dimm_xl.progress import Moment, Progress, compare
from dimm_xl.review import Opinion
from dimm_xl.scoring import Bin, Score, Scores, Spread, Standing, bin_of, standing
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words


@dataclass(frozen=True)
class Peers:
    """How comparable organisations stand: of the same ``scope`` (sector, size or all), with their spread by lever.

    ``source`` names the benchmark they come from, empty for the campaign itself.
    """

    scope: str
    count: int
    levers: Mapping[str, Spread]
    source: str = ""


@dataclass(frozen=True)
class Result:
    """An accepted return with its scores; ``model`` is resolved for its profile, ``id`` is unique in the run and safe as a file name.

    ``last`` is the organisation's result of the campaign before, when there is one.
    ``parts`` are the files it rests on, several when several respondents answered. Where a reviewer gave ``opinions``, assessment
    and scores are the validated ones, and ``declared`` is the result as the organisation declared it. ``whole`` is the model before
    it was adapted, None where nothing was.
    """

    id: str
    file: str
    sha256: str
    model: Model
    assessment: Assessment
    scores: Scores
    peers: Peers | None = None
    parts: tuple[Return, ...] = ()
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    declared: Result | None = None
    last: Result | None = None
    whole: Model | None = None

    @cached_property
    def progress(self) -> Progress | None:
        """What moved since last time, None without a last time."""
        if self.last is None:
            return None
        return compare(Moment(self.last.model, self.last.assessment), Moment(self.model, self.assessment))

    @cached_property
    def adapted(self) -> tuple[Adapted, ...]:
        """What the campaign's register changes in the model for this organisation."""
        return adapted(self.whole, self.assessment.adaptations) if self.whole else ()

    @cached_property
    def answers(self) -> Mapping[str, Answer]:
        """The answer to each indicator of the model, in its order."""
        return {code: self.assessment.answer(code) for code in self.model.indicators}

    @cached_property
    def levels(self) -> Mapping[str, int | None]:
        """The level of each indicator of the model, in its order, None where there is none."""
        return {code: answer.level for code, answer in self.answers.items()}

    @property
    def states(self) -> Counter[str]:
        """How many answers are in each state, by the state's word."""
        return Counter([state_word(answer.state) for answer in self.answers.values()])

    @property
    def evidenced(self) -> int:
        """How many levels come with evidence."""
        return sum(
            [bool(answer.evidence) and answer.level is not None and not answer.evidence.isspace() for answer in self.answers.values()]
        )

    @cached_property
    def heard(self) -> Mapping[str, int]:
        """The sum of the weights of the answered indicators, by lever."""
        answer = self.assessment.answer  # asked of ten thousand results, as is a gap: they hold no levels for it
        return {
            lever.code: sum([one.weight for one in lever.indicators if answer(one.code).level is not None]) for lever in self.model.levers
        }

    def gap(self, indicator: Indicator) -> int | None:
        """Levels between an indicator and its target (negative above it); None without a level."""
        level = self.assessment.answer(indicator.code).level
        return None if level is None else indicator.target.default - level


def state_word(state: State) -> str:
    """Return the word by which tables name a state: the very same one, from whatever process the answer comes."""
    return sys.intern(state.kind)


def judged(one: Indicator, level: int | None, state: str, words: Words) -> str:
    """Return the bin of a level with its sign and word, or the word of the answer's state when there is no level."""
    found = None if level is None else bin_of(one.target.default - level)
    return words(f"bin.{found.value}") if found else words(f"unjudged.{state}")


def about(result: Result, words: Words) -> str:
    """Return organisation, sector, size, edition and form in one line."""
    model, profile = result.model, result.assessment.profile
    names = (model.label("sector", profile.sector), model.label("size", profile.size), model.edition.name)
    return " · ".join((result.assessment.organisation, *map(words.of, names), words(f"form.{result.assessment.form}")))


@once
def bin_rules(field: str, words: Words) -> tuple[Rule, ...]:
    """Return the rules that colour a column of bins by the sign that starts each word; sign and word say it without colour."""
    signs = {one: words(f"bin.{one.value}")[0] for one in Bin}
    return tuple(Rule((field,), f'LEFT({{{field}}},1)="{sign}"', f"bin-{one.value}") for one, sign in signs.items())


def functions(model: Model, one: Indicator, words: Words, most: int | None = None) -> str:
    """Return the functions that can answer for an indicator, by name."""
    return _named(one.functions, most, model.functions, words)


@once
def _named(ids: tuple[str, ...], most: int | None, known: tuple[Named, ...], words: Words) -> str:
    names = {named.id: words.of(named.name) for named in known}
    return ", ".join(names.get(one, "–") for one in ids[:most])


@once
def demands(texts: Sequence[Text], words: Words) -> str:
    """Return demands as lines."""
    return "\n".join(f"•\u00a0{words.of(text)}" for text in texts)


def between(score: Score, words: Words) -> str:
    """Return the range of a score in words, or that nothing is expected."""
    if score.low is None or score.high is None:
        return words("unjudged.not_applicable")
    return words("result.between", low=words.number(score.low), high=words.number(score.high))


def rounded(model: Model, score: Score, words: Words) -> str:
    """Return a score with one decimal, a dash when there is none or it must not be shown."""
    value = shown(model, score)
    return "–" if value is None else words.number(value)


def counted(key: str, count: int, words: Words) -> str:
    """Return a title that counts: none, one, or how many."""
    return words(f"{key}.none") if not count else words(f"{key}.one") if count == 1 else words(f"{key}.many", count=count)


Described = tuple[tuple[str, str, float], ...]
"""Columns of a table in brief: field, look, width."""


@once
def described_sheet(name: str, described: Described, words: Words, key: str, titles: str = "portfolio.column") -> Sheet:
    """Return a result sheet from its columns in brief; ``titles`` is where the words keep their headers."""
    return Sheet(name, key, tuple(Column(field, words(f"{titles}.{field}"), look=look, width=width) for field, look, width in described))


def shown(model: Model, score: Score) -> float | None:
    """Return a score's value when its coverage allows it to be shown."""
    return None if standing(score, model.scoring) is Standing.HIDDEN else score.value


def grouping_shown(model: Model, result: Result, code: str) -> float | None:
    """Return the score of a grouping when the organisation is asked about it and it may be shown."""
    score = result.scores.groupings.get(code)
    return shown(model, score) if score else None
