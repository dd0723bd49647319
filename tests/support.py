"""What several tests need: a small model, assessments, workbooks as bytes and as text."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from zipfile import ZipFile

from dimm_xl import catalogue
from dimm_xl.assessment import Answer, Answered, Assessment
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Edition, Grouping, Indicator, Lever, Measure, Model, Named, Profile, Scale, Scoring, Target, Text

HOTEL = Profile("tourism", "sme")


def both(text: str) -> Text:
    """The same text in both languages."""
    return {"fr": text, "en": text}


def indicator(code: str, weight: int = 1, target: int = 3, measure: Measure | None = None) -> Indicator:
    """A small indicator that applies to everybody."""
    levels = {n: (both(f"{code} demand of level {n}"),) for n in range(1, 6)}
    return Indicator(
        code=code,
        origin="authored",
        name=both(f"Name of {code}"),
        definition=both(f"Definition of {code}"),
        weight=weight,
        sizes=("micro", "sme"),
        functions=("it",),
        levels=levels,
        evidence=both("Evidence"),
        action=both("Action"),
        target=Target(default=target),
        measure=measure,
    )


def small_model(*levers: tuple[Indicator, ...], overall: str = "levers") -> Model:
    """A model of one grouping a lever: lever A holds ``levers[0]``, B the next and so on."""
    return Model(
        id="small",
        name=both("Small"),
        languages=("fr", "en"),
        editions=(Edition(id="v1", year=2020, name=both("one")),),
        scale=Scale(lowest=0, highest=5, better="high"),
        scoring=Scoring(
            overall="indicators" if overall == "indicators" else "levers", provisional_below=0.8, hidden_below=0.5, distribution=(2.5, 4.0)
        ),
        sizes=(Named(id="micro", name=both("micro")), Named(id="sme", name=both("sme"))),
        sectors=(Named(id="tourism", name=both("tourism")), Named(id="health", name=both("health"))),
        functions=(Named(id="it", name=both("IT")),),
        selections=(),
        levers=tuple(
            Lever(
                code=letter,
                name=both(f"Lever {letter}"),
                question=both("Question?"),
                groupings=(Grouping(code=f"{letter}X", name=both(f"Grouping {letter}X"), indicators=indicators),),
            )
            for letter, indicators in zip("ABCDEF", levers, strict=False)
        ),
    )


def assessed(answers: Mapping[str, Answer], profile: Profile = HOTEL, lang: str = "fr", **more: object) -> Assessment:
    """An assessment of the shipped model with the given answers."""
    edition = catalogue.load().edition.id
    return Assessment("Hôtel des Tilleuls", profile, "dimm", edition, lang, answers=answers, **more)  # type: ignore[arg-type]


def at_level(level: int, profile: Profile = HOTEL) -> dict[str, Answer]:
    """Every indicator of a profile answered at one level, without figures."""
    return {code: Answer(Answered(level)) for code in catalogue.load().at(profile).indicators}


def questionnaire_bytes(answers: Mapping[str, Answer] | None = None, profile: Profile = HOTEL, lang: str = "fr") -> bytes:
    """A questionnaire of the shipped model, filled with ``answers``, as the program writes it."""
    return fill(Wanted(), assessed(answers or {}, profile, lang))


def as_text(workbook: bytes) -> str:
    """A workbook as lines that a person can review and git can compare: its XML parts, one tag a line."""
    lines = []
    with ZipFile(io.BytesIO(workbook)) as parts:
        for name in sorted(parts.namelist()):
            if name.endswith((".xml", ".rels")) and "theme" not in name:
                lines.append(f"== {name}")
                lines += re.sub(r">\s*<", ">\n<", parts.read(name).decode()).splitlines()
    return "\n".join(lines) + "\n"
