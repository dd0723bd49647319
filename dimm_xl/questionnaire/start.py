"""The start sheet: why, how long, who answers what, by when, what becomes of the data, and how far one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from dimm_xl import audit, live
from dimm_xl.assessment import Assessment
from dimm_xl.model import Model
from dimm_xl.once import once
from dimm_xl.page import Formula, Link, Page, Put, Row, Rule, Span, Table
from dimm_xl.questionnaire.audit import first_asked
from dimm_xl.questionnaire.lever import done_now
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words

MINUTES = 2
"""Minutes that one indicator takes, evidence included (peers: 15 s a short question, 2 min a free text)."""

MINUTES_A_DEMAND = 1
"""Minutes for each demand of an audit: about half are verified, two minutes each, since an indicator ends at the first one not met."""
OTHERWISE = ("why", "time", "how", "states", "send")
"""What the guide of an audit says otherwise than that of a self-assessment."""


def title(model: Model, assessment: Assessment, words: Words) -> str:
    """Return the title of a questionnaire."""
    return words("audit.title" if assessment.form == "audit" else "start.title", model=words.of(model.name))


def start_page(
    model: Model, assessment: Assessment, words: Words, deadline: date | None, levers: Mapping[str, Table], profile: Table
) -> Page:
    """Compose the start sheet over the tables of the levers and of the profile."""
    profile_ = assessment.profile
    name = words("sheet.start")
    about = " · ".join(
        (words.of(model.label("sector", profile_.sector)), words.of(model.label("size", profile_.size)), words.of(model.edition.name))
    )
    progress = _progress(name, model, levers, words, row=6)
    organisation = profile.span("value", 0, 0)
    return Page(
        name,
        puts=(
            Put(0, 0, title(model, assessment, words), "title", cols=6),
            Put(1, 0, Formula('IF({name}="",{none},{name})'.replace("{none}", live.quoted(words("start.no_name"))),
                              assessment.organisation or words("start.no_name"), {"name": organisation}), "subtitle", cols=6),
            Put(2, 0, about, "hint", cols=6),
            Put(4, 0, _ready(progress, organisation, assessment, words), "ready", cols=6),
            *([Put(5, 0, _to_confirm(levers, assessment, words), "hint", cols=6)] if assessment.last else []),
            *_guide(model, assessment, words, deadline, progress.bottom + 2),
        ),
        tables=(progress,),
        widths={5: 62},
        heights={4: 26},
        protect=True,
        tall=1,
        footer=words("footer.questionnaire"),
        tab="entry-line",
    )  # fmt: skip


def _guide(model: Model, assessment: Assessment, words: Words, deadline: date | None, row: int) -> list[Put]:
    """Return what a respondent needs to know, a line a question, from ``row`` downwards."""
    count = len(model.indicators)
    audited, demands = assessment.form == "audit", len(audit.keys(model))
    minutes = demands * MINUTES_A_DEMAND if audited else count * MINUTES
    facts: dict[str, dict[str, object]] = {
        **({"again": {"count": len(assessment.last)}} if assessment.last else {}),
        "why": {},
        "time": {"count": count, "demands": demands, "hours": words.figure(max(1, round(minutes / 60 * 2) / 2))},
        "how": {},
        "states": {"na": words("verdict.not_applicable" if audited else "level.not_applicable"), "unknown": words("level.unknown")},
        "who": {"functions": _functions(model, words)},
        "deadline": {"date": words.date(deadline) if deadline else words("start.no_deadline")},
        "privacy": {},
        "send": {},
    }
    guide: list[Put] = []
    for at, (key, given) in enumerate(facts.items(), row):
        told = words(f"audit.start.{key}" if audited and key in OTHERWISE else f"start.{key}.text", **given)
        guide += [Put(at, 0, words(f"start.{key}.title"), "guide-title"), Put(at, 1, told, "guide", cols=5)]
    return guide


def _to_confirm(levers: Mapping[str, Table], assessment: Assessment, words: Words) -> Formula:
    """Return how many answers of last time are still to be confirmed, in words."""
    spans = {f"p{n}": table.span("pending") for n, table in enumerate(levers.values())}
    total, left = f"SUM({','.join(f'{{{name}}}' for name in spans)})", len(assessment.unconfirmed)
    none = words("invited.none")
    some = words("invited.some", count=left) if left else none
    return Formula(f"IF({total}=0,{live.quoted(none)},{_counted(total, 'invited.some', words)})", some, spans)


def _counted(total: str, key: str, words: Words) -> str:
    """Return a formula that says how many there are: a label that begins with its number, and agrees with it."""
    one, many = (live.quoted(words(key, count=count).removeprefix(str(count))) for count in (1, 2))
    return f"{total}&IF({total}=1,{one},{many})"


def _progress(name: str, model: Model, levers: Mapping[str, Table], words: Words, row: int) -> Table:
    rows = []
    for lever in model.levers:
        table = levers[lever.code]
        asked, done = len(lever.indicators), done_now(table)
        ready, todo = words("start.lever_done"), words("start.lever_todo")
        rows.append(
            Row(
                {
                    "sheet": Link(f"{lever.code} · {words.of(lever.name)}", first_asked(table)),
                    "asked": asked,
                    "dealt": Formula("SUM({done})", float(done), {"done": table.span("done")}),
                    "left": Formula("{asked}-{dealt}", float(asked - done)),
                    "ready": Formula(f"IF({{left}}=0,{live.quoted(ready)},{live.quoted(todo)})", ready if asked == done else todo),
                }
            )
        )
    rules = (Rule(("ready",), "{left}=0", "settled"),)
    return Table("progress", _sheet(name, words), tuple(rows), row, rules=rules, filters=False)


@once
def _sheet(name: str, words: Words) -> Sheet:
    columns = (("sheet", 30, "strong"), ("asked", 11, "count"), ("dealt", 11, "count"), ("left", 11, "count"), ("ready", 15, "state"))
    return Sheet(
        name, "sheet", tuple(Column(field, words(f"start.column.{field}"), width=width, look=look) for field, width, look in columns)
    )


def _ready(progress: Table, organisation: Span, assessment: Assessment, words: Words) -> Formula:
    left = sum(int(row.values["left"].value) for row in progress.rows if isinstance(row.values["left"], Formula))
    says = {key: words(f"start.ready.{key}") for key in ("yes", "name")}
    named = f'IF({{name}}="",{live.quoted(says["name"])},{live.quoted(says["yes"])})'
    text = f"IF(SUM({{left}})>0,{_counted('SUM({left})', 'start.ready.left', words)},{named})"
    shown = words("start.ready.left", count=left) if left else says["yes"] if assessment.organisation else says["name"]
    return Formula(text, shown, {"left": progress.span("left"), "name": organisation})


@once
def _functions(model: Model, words: Words) -> str:
    """Return who can answer how many indicators: ``Direction (12), Informatique (9)``."""
    counts = Counter(function for one in model.indicators.values() for function in one.functions)
    return ", ".join(f"{words.of(named.name)}\u00a0({counts[named.id]})" for named in model.functions if counts[named.id])
