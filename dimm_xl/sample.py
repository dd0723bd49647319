"""Made-up organisations and their answers: plausible, varied, the same for the same seed. For demos, tests and benchmarks.

Levels follow one ability an organisation, with its own strengths by lever. Mean and spread are set such that on the groupings
Commercial and Marketing about 57 % of organisations lie below 2.5 and 7 % at 4 or more: the distribution that the model's authors
published for those domains (method, section 1).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from dimm_xl import audit
from dimm_xl.assessment import UNKNOWN, Answer, Answered, Assessment, Blank, Checked, Form, NotApplicable
from dimm_xl.catalogue import load, words
from dimm_xl.model import Indicator, Measure, Model, Profile
from dimm_xl.words import Words

MEAN, SPREAD = 2.25, 1.08
"""Of the ability over organisations, in levels: a normal curve with 57 % below 2.5 and 7 % above 4, a little narrower
for the noise."""
LEVER_SPREAD, NOISE = 0.35, 0.75
SIZES = {"micro": 15, "sme": 40, "mid": 15, "large": 8, "public": 12, "association": 10}
"""How often each size is drawn, of 100."""
FITTING = {
    "public": ("public-sector", "health", "education", "transport", "energy"),
    "association": ("non-profit", "health", "education", "media"),
}
"""Sectors that administrations and associations are drawn from; others are drawn from all."""
NOT_APPLICABLE, DONT_KNOW, INCOMPLETE = 0.03, 0.04, 0.15


@dataclass(frozen=True)
class Drawn:
    """What `sample` is asked for; None draws the sector or size anew for each organisation, and means the newest edition."""

    returns: int
    seed: int
    sector: str | None = None
    size: str | None = None
    lang: str = "fr"
    model: str = "dimm"
    edition: str | None = None
    form: Form = "self"


def sample(drawn: Drawn) -> Iterator[Assessment]:
    """Yield made-up assessments, each of its own random stream, so that the n-th does not depend on how many are asked."""
    whole = load(drawn.model)
    speech = words(drawn.lang).within(whole)
    model = whole.at_edition(drawn.edition or whole.edition.id)
    model.at(Profile(drawn.sector or "", drawn.size or model.sizes[0].id))  # KeyError when either is unknown
    taken: set[str] = set()
    for n in range(drawn.returns):
        chance = random.Random(f"{drawn.seed}/{n}")
        profile = _profile(model, drawn, chance)
        name = _name(profile, speech, chance)
        if name in taken:
            name = f"{name} {n + 1}"
        taken.add(name)
        resolved = model.at(profile)
        answers = _answers(resolved, speech, chance)
        if drawn.form == "audit":
            chance_of_demands = random.Random(f"{drawn.seed}/{n}/audit")
            answers = {code: audited(resolved.indicators[code], said, speech, chance_of_demands) for code, said in answers.items()}
        who = {
            "respondent": f"{_one(speech, 'given', chance)} {_one(speech, 'family', chance)}",
            "function": speech.of(chance.choice(model.functions).name),
            "country": speech("sample.country"),
            "region": _one(speech, "regions", chance),
            "consent": "yes" if chance.random() < 0.85 else "no",
        }
        yield Assessment(name, profile, model.id, model.edition.id, drawn.lang, None, answers, who, form=drawn.form)


def _one(speech: Words, pool: str, chance: random.Random) -> str:
    return chance.choice(speech(f"sample.{pool}").split("|"))


def _profile(model: Model, drawn: Drawn, chance: random.Random) -> Profile:
    known = [size.id for size in model.sizes]
    size = drawn.size or chance.choices(known, [SIZES.get(one, 1) for one in known])[0]
    sectors = [sector.id for sector in model.sectors]
    fitting = [sector for sector in FITTING.get(size, sectors) if sector in sectors] or sectors
    return Profile(drawn.sector or chance.choice(fitting), size)


def _name(profile: Profile, speech: Words, chance: random.Random) -> str:
    kinds = (f"kinds.{one}" for one in (profile.size, profile.sector) if f"sample.kinds.{one}" in speech.labels)
    kind = _one(speech, next(kinds, "kinds.other"), chance)
    return f"{kind} {_one(speech, 'places', chance)}"


def _answers(model: Model, speech: Words, chance: random.Random) -> dict[str, Answer]:
    ability = chance.gauss(MEAN, SPREAD)
    left_blank = chance.uniform(0.1, 0.6) if chance.random() < INCOMPLETE else 0.0
    answers = {}
    for lever in model.levers:
        strength = ability + chance.gauss(0, LEVER_SPREAD)
        for indicator in lever.indicators:
            answers[indicator.code] = Answer() if chance.random() < left_blank else _answer(model, indicator, strength, speech, chance)
    return answers


def _answer(model: Model, indicator: Indicator, strength: float, speech: Words, chance: random.Random) -> Answer:
    state = chance.random()
    if state < NOT_APPLICABLE:
        reason = _one(speech, "reasons", chance)
        return Answer(NotApplicable(reason), reason=reason)
    if state < NOT_APPLICABLE + DONT_KNOW:
        return Answer(UNKNOWN)
    level = min(max(round(chance.gauss(strength, NOISE)), model.scale.bottom), model.scale.top)
    figure = None
    if indicator.measure and chance.random() < 0.7:
        figure = _figure(indicator.measure, level, chance)
        level = min(level, indicator.measure.ceiling(figure))
    evidence = _one(speech, "evidence", chance) if chance.random() < 0.2 + 0.12 * level else ""
    comment = _one(speech, "comments", chance) if chance.random() < 0.08 else ""
    return Answer(Answered(level), figure, evidence=evidence, comment=comment)


def audited(one: Indicator, said: Answer, speech: Words, chance: random.Random) -> Answer:
    """Return the audit of an indicator that comes to the level of an answer, its verdicts and words made up.

    What nobody knows is left open from some level on; above the level that ends the climb, most demands are left out.
    """
    if isinstance(said.state, NotApplicable):
        aside = (Checked(level, rank, "not_applicable", said.state.reason) for level, rank, _ in audit.demands(one))
        return audit.answered(one, aside, said.measure)
    if isinstance(said.state, Blank):
        return audit.answered(one, ())
    known = isinstance(said.state, Answered)
    level = said.level if said.level is not None else chance.randint(0, len(one.levels) - 1)
    checked = []
    for step, texts in sorted(one.levels.items()):
        for rank in range(1, len(texts) + 1):
            evidence = _one(speech, "evidence", chance) if chance.random() < 0.2 + 0.12 * step else ""
            if step <= level and rank > 1 and chance.random() < NOT_APPLICABLE:
                checked.append(Checked(step, rank, "not_applicable", _one(speech, "reasons", chance)))
            elif step <= level:
                checked.append(Checked(step, rank, "met", evidence=evidence))
            elif step == level + 1 and known and (rank == 1 or chance.random() < 0.5):
                checked.append(Checked(step, rank, "not_met", comment=said.comment if rank == 1 else ""))
            elif step == level + 1 and known and chance.random() < 0.5:
                checked.append(Checked(step, rank, "met", evidence=evidence))
    return audit.answered(one, checked, said.measure)


def _figure(measure: Measure, level: int, chance: random.Random) -> float:
    """Return a figure that reaches ``level`` and not (or barely) the next one."""
    steps = measure.thresholds
    if measure.better == "high":
        low = steps[level - 1] if level else 0.0
        high = steps[level] if level < len(steps) else min(low * 1.2 + 1, measure.highest or low * 1.5 + 1)
    else:
        high = steps[level - 1] if level else min(steps[0] * 1.5, measure.highest or math.inf)
        low = steps[level] if level < len(steps) else high * 0.5
    figure = low + (high - low) * chance.uniform(0.05, 0.9)
    if measure.unit["en"] == "%" and figure < 1:
        return 0.0  # people type whole percentages; a fraction would look like a slip
    return float(round(figure)) if high - low > 3 else round(figure, 2)
