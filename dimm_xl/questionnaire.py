"""Model + profile → a questionnaire workbook, blank or filled: the start sheet, a profile, a sheet a lever, a live synthesis.

Everything is composed as inert pages; ``workbook.write`` renders them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dimm_xl import layout, live
from dimm_xl.assessment import Answer, Answered, Assessment, Blank, NotApplicable, Unknown
from dimm_xl.model import Indicator, Lever, Model, Text
from dimm_xl.page import Book, Formula, Link, Page, Put, Rich, Row, Rule, Span, Table, Value
from dimm_xl.scoring import Scores, score
from dimm_xl.sheet import Column, Pick, Sheet
from dimm_xl.synthesis import synthesis
from dimm_xl.words import Words

TABLE_ROW = 4
"""The row of a lever sheet's header; above it stand title, question and hint."""
MINUTES = 2
"""Minutes that one indicator takes, evidence included (peers: 15 s a short question, 2 min a free text)."""
ENTRY_COLUMNS = ("measure", "level", "reason", "evidence", "comment")


@dataclass(frozen=True)
class Request:
    """Which questionnaire is wanted, besides the model: what the start sheet says and whether the score is shown live."""

    words: Words
    all_words: tuple[Words, ...] = ()
    deadline: date | None = None
    score: bool = True
    glossary: tuple[tuple[Text, Text], ...] = ()


def questionnaire(model: Model, assessment: Assessment, request: Request) -> Book:
    """Compose a questionnaire for an assessment's profile, its answers filled in (none: a blank questionnaire).

    ``model`` is the model at the profile, edition and selection of ``assessment``. What is stored beside each formula is
    computed by :mod:`dimm_xl.scoring`, so that a preview shows what a spreadsheet program would calculate.
    """
    words, scores = request.words, score(model, assessment)
    levers = {lever.code: lever_table(model, lever, assessment, words) for lever in model.levers}
    profile = _profile_page(model, assessment, words)
    pages = [
        _start_page(model, assessment, request, levers, profile.tables[0]),
        profile,
        *(_lever_page(lever, levers[lever.code], scores, words) for lever in model.levers),
    ]
    if request.score:
        pages.append(synthesis(model, scores, levers, words))
    pages += [_glossary_page(request), _identity_page(assessment)]
    return Book(_title(model, words), assessment.organisation, words.lang, tuple(pages))


def _title(model: Model, words: Words) -> str:
    return words("start.title", model=words.of(model.name))


# --- one lever


def lever_table(model: Model, lever: Lever, assessment: Assessment, words: Words) -> Table:
    """Return the table of a lever: a heading row a grouping, a row an indicator."""
    sheet = layout.lever_sheet(model, lever, words)
    rows: list[Row] = []
    for grouping in lever.groupings:
        rows.append(Row({"code": grouping.code, "indicator": words.of(grouping.name)}, heading=True))
        rows += [_indicator_row(model, one, assessment.answer(one.code), words) for one in grouping.indicators]
    fields = tuple(column.field for column in sheet.columns)
    reached = [Rule((field,), f"AND(ISNUMBER({{counted}}),{{counted}}>={field[7:]})", "reached") for field in fields if "demands" in field]
    rules = (*reached, Rule(("state",), "AND({code}<>\"\",{done}=0,{level}<>\"\")", "alarm"), Rule(("state",), "{done}=1", "settled"))
    return Table(f"lever_{lever.code}", sheet, tuple(rows), TABLE_ROW, rules=rules)


def _indicator_row(model: Model, one: Indicator, answer: Answer, words: Words) -> Row:
    kind = layout.level_kind(model, words)
    values: dict[str, Value] = {
        "code": one.code,
        "indicator": _described(one, words),
        **{f"demands{n}": _demands(one, n, words) for n in one.levels},
        "measure": answer.measure,
        "level": _shown(answer, kind.show),
        "reason": answer.reason or None,
        "evidence": answer.evidence or None,
        "comment": answer.comment or None,
        "state": live.state(one, words, answer),
        "weight": one.weight,
        "target": one.target.default,
        "counted": live.counted(one, model.scale, answer),
        "expected": live.expected(words, answer),
        "done": live.done(words, answer),
    }
    bounds = {"measure": (0.0, one.measure.highest or 1e12)} if one.measure else {}
    return Row(values, closed=frozenset() if one.measure else frozenset({"measure"}), bounds=bounds)


def _shown(answer: Answer, show: object) -> Value:
    assert callable(show)
    match answer.state:
        case Answered(level):
            return int(show(level))
        case NotApplicable():
            return str(show(Pick.NOT_APPLICABLE))
        case Unknown():
            return str(show(Pick.UNKNOWN))
        case Blank():
            return None


def _described(one: Indicator, words: Words) -> Rich:
    parts = [(words.of(one.name), "strong"), ("\n" + words.of(one.definition), "small")]
    if one.measure:
        period = f", {words.of(one.measure.period)}" if one.measure.period else ""
        figure = words("lever.figure", figure=words.of(one.measure.figure), unit=words.of(one.measure.unit), period=period)
        parts.append(("\n" + figure, "figure-note"))
    return Rich(tuple(parts))


def _demands(one: Indicator, level: int, words: Words) -> str:
    """Return the demands of a level as lines, the threshold of a measured figure first."""
    lines = [words.of(demand) for demand in one.levels[level]]
    return "\n".join(f"•\u00a0{line}" for line in ([threshold(one, level, words)] if one.measure else []) + lines)


def threshold(one: Indicator, level: int, words: Words) -> str:
    """Return what a measured figure must reach for a level, in words: ``≥ 25 %``."""
    assert one.measure is not None
    sign = "≥" if one.measure.better == "high" else "≤"
    return f"{sign}\u00a0{words.amount(one.measure.thresholds[level - 1], words.of(one.measure.unit))}"


def _lever_page(lever: Lever, table: Table, scores: Scores, words: Words) -> Page:
    last = len(table.sheet.columns) - 6  # the last column that shows; the others only calculate
    expected, done = len(lever.indicators), _done(table)
    to_do = 'IF({n}={d},{all},{d}&{of}&{n}&{left}&({n}-{d}))'
    facts = {"all": words("lever.progress.all"), "of": words("lever.progress.of"), "left": words("lever.progress.left")}
    text = to_do.replace("{n}", str(expected)).replace("{d}", "SUM({done})")
    for key, label in facts.items():
        text = text.replace(f"{{{key}}}", live.quoted(label))
    left = expected - done
    shown = facts["all"] if not left else f"{done}{facts['of']}{expected}{facts['left']}{left}"
    return Page(
        table.sheet.name,
        puts=(
            Put(0, 0, f"{lever.code} · {words.of(lever.name)}", "title", cols=last - 2),
            Put(0, last - 2, Formula(text, shown, {"done": table.span("done")}), "progress", cols=3),
            Put(1, 0, words.of(lever.question), "question", cols=last + 1),
            Put(2, 0, words("lever.hint"), "hint", cols=last + 1),
        ),
        tables=(table,),
        freeze=(TABLE_ROW + 1, 2),
        protect=True,
        footer=words("footer.questionnaire"),
        tab="entry-line",
    )


def _done(table: Table) -> int:
    values = (row.values.get("done") for row in table.rows)
    return sum(int(value.value) for value in values if isinstance(value, Formula))


# --- who answers


def _profile_page(model: Model, assessment: Assessment, words: Words) -> Page:
    sheet = layout.profile_sheet(words)
    profile = assessment.profile
    fixed = {
        "sector": words.of(model.names["sector"][profile.sector]),
        "size": words.of(model.names["size"][profile.size]),
        "edition": f"{words.of(model.name)}, {words.of(model.edition.name)}",
    }
    known = {"organisation": assessment.organisation, **assessment.respondent}
    kinds = layout.profile_kinds(words)

    def row(field: str, value: str | None, closed: bool) -> Row:
        shown = kinds[field].show(value) if value and field in kinds else value
        values = {"field": field, "label": words(f"profile.{field}"), "value": shown or None, "hint": words(f"profile.hint.{field}")}
        return Row(values, closed=frozenset({"value"}) if closed else frozenset())

    rows = [row("organisation", known["organisation"], closed=False)]
    rows += [row(field, value, closed=True) for field, value in fixed.items()]
    rows += [row(field, known.get(field), closed=False) for field in layout.RESPONDENT]
    table = Table("profile", sheet, tuple(rows), 3, filters=False)
    picks = [
        Put(table.row + 1 + n, sheet.place("value"), row.values["value"], "cell-entry", entry=True, picks=kinds[field].picks)
        for n, row in enumerate(rows)
        if (field := str(row.values["field"])) in kinds
    ]
    return Page(
        sheet.name,
        puts=(
            Put(0, 1, words("profile.title"), "title", cols=3),
            Put(1, 1, words("profile.intro"), "hint", cols=3),
            *picks,
        ),
        tables=(table,),
        freeze=(4, 0),
        protect=True,
        footer=words("footer.questionnaire"),
        tab="entry-line",
    )


# --- the start


def _start_page(model: Model, assessment: Assessment, request: Request, levers: Mapping[str, Table], profile: Table) -> Page:
    words, profile_ = request.words, assessment.profile
    name = words("sheet.start")
    about = " · ".join(
        (words.of(model.names["sector"][profile_.sector]), words.of(model.names["size"][profile_.size]), words.of(model.edition.name))
    )
    count = len(model.indicators)
    progress = _progress(name, model, levers, words, row=6)
    organisation = profile.span("value", 0, 0)
    facts = {
        "why": {},
        "time": {"count": count, "hours": words.figure(max(1, round(count * MINUTES / 60 * 2) / 2))},
        "how": {},
        "states": {"na": words("level.not_applicable"), "unknown": words("level.unknown")},
        "who": {"functions": _functions(model, words)},
        "deadline": {"date": words.date(request.deadline) if request.deadline else words("start.no_deadline")},
        "privacy": {},
        "send": {},
    }
    guide: list[Put] = []
    for n, (key, given) in enumerate(facts.items()):
        guide += [
            Put(progress.bottom + 2 + n, 0, words(f"start.{key}.title"), "guide-title"),
            Put(progress.bottom + 2 + n, 1, words(f"start.{key}.text", **given), "guide", cols=5),
        ]
    return Page(
        name,
        puts=(
            Put(0, 0, _title(model, words), "title", cols=6),
            Put(1, 0, Formula('IF({name}="",{none},{name})'.replace("{none}", live.quoted(words("start.no_name"))),
                              assessment.organisation or words("start.no_name"), {"name": organisation}), "subtitle", cols=6),
            Put(2, 0, about, "hint", cols=6),
            Put(4, 0, _ready(progress, organisation, assessment, words), "ready", cols=6),
            *guide,
        ),
        tables=(progress,),
        widths={5: 62},
        heights={4: 26},
        protect=True,
        tall=1,
        footer=words("footer.questionnaire"),
        tab="entry-line",
    )  # fmt: skip


def _progress(name: str, model: Model, levers: Mapping[str, Table], words: Words, row: int) -> Table:
    columns = (("sheet", 30, "strong"), ("asked", 11, "count"), ("dealt", 11, "count"), ("left", 11, "count"), ("ready", 15, "state"))
    sheet = Sheet(name, "sheet", tuple(Column(field, words(f"start.column.{field}"), width=width, look=look) for field, width, look in columns))
    rows = []
    for lever in model.levers:
        table = levers[lever.code]
        asked, done = len(lever.indicators), _done(table)
        ready, todo = words("start.lever_done"), words("start.lever_todo")
        rows.append(
            Row(
                {
                    "sheet": Link(f"{lever.code} · {words.of(lever.name)}", table.span("level", 1, 1)),
                    "asked": asked,
                    "dealt": Formula("SUM({done})", float(done), {"done": table.span("done")}),
                    "left": Formula("{asked}-{dealt}", float(asked - done)),
                    "ready": Formula(f"IF({{left}}=0,{live.quoted(ready)},{live.quoted(todo)})", ready if asked == done else todo),
                }
            )
        )
    rules = (Rule(("ready",), "{left}=0", "settled"),)
    return Table("progress", sheet, tuple(rows), row, rules=rules, filters=False)


def _ready(progress: Table, organisation: Span, assessment: Assessment, words: Words) -> Formula:
    left = sum(int(row.values["left"].value) for row in progress.rows if isinstance(row.values["left"], Formula))
    says = {key: words(f"start.ready.{key}") for key in ("yes", "name", "left")}
    text = f'IF(SUM({{left}})>0,SUM({{left}})&{live.quoted(says["left"])},IF({{name}}="",{live.quoted(says["name"])},{live.quoted(says["yes"])}))'
    shown = f"{left}{says['left']}" if left else says["yes"] if assessment.organisation else says["name"]
    return Formula(text, shown, {"left": progress.span("left"), "name": organisation})


def _functions(model: Model, words: Words) -> str:
    """Return who can answer how many indicators: ``Direction (12), Informatique (9)``."""
    counts = Counter(function for one in model.indicators.values() for function in one.functions)
    return ", ".join(f"{words.of(named.name)}\u00a0({counts[named.id]})" for named in model.functions if counts[named.id])


# --- the rest


def _glossary_page(request: Request) -> Page:
    words = request.words
    sheet = Sheet(
        words("sheet.glossary"),
        "term",
        (Column("term", words("glossary.term"), look="term", width=34), Column("meaning", words("glossary.meaning"), width=100)),
    )
    entries = [(words.of(term), words.of(meaning)) for term, meaning in request.glossary]
    rows = [Row({"term": term[:1].upper() + term[1:], "meaning": meaning}) for term, meaning in entries]
    return Page(
        sheet.name,
        puts=(Put(0, 0, words("glossary.title"), "title", cols=2), Put(1, 0, words("glossary.intro"), "hint", cols=2)),
        tables=(Table("glossary", sheet, tuple(rows), 3),),
        freeze=(4, 0),
        protect=True,
        portrait=True,
        footer=words("footer.questionnaire"),
    )


def identity(assessment: Assessment) -> Mapping[str, str]:
    """Return what the identity sheet says, by key; reading it back tells which description a return was made with."""
    return {
        "kind": layout.KIND,
        "layout": layout.LAYOUT,
        "model": assessment.model,
        "edition": assessment.edition,
        "lang": assessment.lang,
        "sector": assessment.profile.sector,
        "size": assessment.profile.size,
        "selection": assessment.selection or "",
    }


def _identity_page(assessment: Assessment) -> Page:
    rows = tuple(Row({"key": key, "value": value or None}) for key, value in identity(assessment).items())
    return Page(layout.IDENTITY, tables=(Table("identity", layout.identity_sheet(), rows, 0, filters=False),), protect=True, hidden=True)
