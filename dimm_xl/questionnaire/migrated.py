"""The questionnaire of a newer edition with the answers of an older one in it, and a first sheet that says what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dimm_xl import audit, live
from dimm_xl.assessment import VERDICTS, Answer, Blank, NotApplicable, Unknown
from dimm_xl.checks import Given
from dimm_xl.editions import Carried, Change
from dimm_xl.model import Indicator
from dimm_xl.page import Book, Formula, Link, Page, Put, Rich, Row, Rule, Span, Table, Value
from dimm_xl.questionnaire.book import Request, questionnaire
from dimm_xl.questionnaire.correct import Typed
from dimm_xl.sheet import Column, Pick, Sheet, choice
from dimm_xl.wording import compared, retuned
from dimm_xl.words import Words

ORDER = (Change.REWORDED, Change.NEW, Change.DROPPED, Change.KEPT)
"""What asks something of the organisation first."""
TABLE_ROW = 4
NOTHING = Typed((), {})


@dataclass(frozen=True)
class Line:
    """One indicator on the first sheet: what became of it, and whether its answer wants confirming; no change for a code of no edition."""

    code: str
    change: Change
    indicator: Indicator | None
    confirm: bool = False


def migrated(carried: Carried, request: Request, typed: Typed = NOTHING) -> Book:
    """Compose the questionnaire of now, the answers of then filled in as far as they are carried.

    ``typed`` is what stood in the returned file besides: cells that were not understood are told on the first sheet, never lost.
    """
    request = replace(request, words=request.words.within(carried.now.model))
    book = questionnaire(carried.now.model, carried.assessment, request)
    places = {
        str(row.values["code"]): table.span(field, n, n)
        for page in book.pages
        for table in page.tables
        if (field := _answering(table))
        for n, row in enumerate(table.rows)
    }
    rows = _rows(carried, typed, places, request.words)
    first = _first(carried, [row for _, row in rows], request.words)
    asked = {code: first.tables[0].span("confirmed", n, n) for n, (code, row) in enumerate(rows) if "confirmed" not in row.closed}
    return replace(book, pages=(first, *(_marked(_waiting(page, asked, request.words), asked, request.words) for page in book.pages)))


def _answering(table: Table) -> str:
    """Return the field of a lever's table in which its indicators are answered, in either form; empty for any other table."""
    fields = {column.field for column in table.sheet.columns}
    return next((field for field in ("level", "reached") if {field, "code", "state", "done"} <= fields), "")


def _waiting(page: Page, asked: Mapping[str, Span], words: Words) -> Page:
    """Let the start sheet not say that all is ready before every reworded answer is confirmed."""
    ready, says = words("start.ready.yes"), words("migrated.ready")
    spans = list(asked.values())
    if not spans:
        return page
    whole = spans[0]._replace(bottom=spans[-1].bottom)
    puts = []
    for put in page.puts:
        value = put.value
        if isinstance(value, Formula) and live.quoted(ready) in value.text:
            waits = f"IF(COUNTA({{confirmed}})<{len(spans)},{live.quoted(says)},{live.quoted(ready)})"
            text = value.text.replace(live.quoted(ready), waits)
            value = Formula(text, says if value.value == ready else value.value, {**value.at, "confirmed": whole})
        puts.append(put._replace(value=value))
    return replace(page, puts=tuple(puts))


def _marked(page: Page, asked: Mapping[str, Span], words: Words) -> Page:
    """Let the state of each row whose answer wants confirming say so until it is confirmed on the first sheet."""
    if not page.tables or not _answering(page.tables[0]):
        return page
    table, says = page.tables[0], words("state.confirm")
    rows = tuple(_asking(row, asked.get(str(row.values.get("code"))), says) for row in table.rows)
    rule = Rule(("state",), f"{{state}}={live.quoted(says)}", "alarm")
    return replace(page, tables=(replace(table, rows=rows, rules=(rule, *table.rules)),))


def _asking(row: Row, confirmed: Span | None, says: str) -> Row:
    state = row.values.get("state")
    if confirmed is None or not isinstance(state, Formula):
        return row
    text = f'IF({{confirmed}}="",{live.quoted(says)},{state.text})'
    return row._replace(values={**row.values, "state": Formula(text, says, {**state.at, "confirmed": confirmed})})


# --- the first sheet


def _first(carried: Carried, rows: Sequence[Row], words: Words) -> Page:
    name = words("sheet.migrated")

    def column(field: str, look: str, width: float) -> Column:
        return Column(field, words(f"migrated.column.{field}"), look=look, width=width)

    confirmed = Column(
        "confirmed", words("migrated.column.confirmed"), choice({"yes": words("yes")}), entry=True, width=11, says=words("migrated.says")
    )
    columns = (
        column("place", "row-link", 8),
        column("indicator", "row-strong", 29),
        column("said", "row", 34),
        column("then", "row", 46),
        column("now", "row", 46),
        confirmed,
        column("note", "row-quiet", 30),
    )
    table = Table("migrated", Sheet(name, "place", columns), tuple(rows), TABLE_ROW, filters=False)
    then, now = (words.of(moment.model.edition.name) for moment in (carried.then, carried.now))
    counts = {change.value: count for change, count in carried.counts.items()}
    return Page(
        name,
        puts=(
            Put(0, 0, words("migrated.title", then=then, now=now), "title", cols=7),
            Put(1, 0, words("migrated.intro", **counts), "text", cols=7),
            Put(2, 0, _left(table, words), "ready", cols=7),
        ),
        tables=(table,),
        heights={2: 26},
        freeze=(TABLE_ROW + 1, 2),
        protect=True,
        footer=words("footer.questionnaire"),
        tab="you",
    )


def _left(table: Table, words: Words) -> Value:
    """Return how many answers are still to be confirmed, as a living sentence."""
    open_ = [n for n, row in enumerate(table.rows) if "confirmed" not in row.closed]
    if not open_:
        return words("migrated.left.none")
    at = {"confirmed": table.span("confirmed", open_[0], open_[-1])}
    left, says = f"({len(open_)}-COUNTA({{confirmed}}))", f"{words('migrated.left.some')}{words('colon')} "
    text = f"IF({left}>0,{live.quoted(says)}&{left},{live.quoted(words('migrated.left.all'))})"
    return Formula(text, f"{says}{len(open_)}", at)


def lines(carried: Carried, typed: Typed = NOTHING) -> tuple[Line, ...]:
    """Return what became of each indicator, and of rows whose code no edition knows: those that ask something first."""
    old, new = carried.then.model.indicators, carried.now.model.indicators
    found = [
        Line(code, change, new.get(code) or old[code], change is Change.REWORDED and not _blank(carried.assessment.answer(code)))
        for code, change in carried.changes.items()
    ]
    foreign = dict.fromkeys(row.indicator for row in typed.given if _owner(row.indicator, carried) not in carried.changes and _any(row))
    found += [Line(code, Change.DROPPED, None) for code in foreign]
    return tuple(sorted(found, key=lambda line: (ORDER.index(line.change), not line.confirm)))


def _owner(code: str, carried: Carried) -> str:
    """Return the indicator of a row: of a demand (``SP1.3.2``) in an audit, else its own code."""
    return code.partition(".")[0] if code not in carried.changes and carried.then.assessment.form == "audit" else code


def _blank(answer: Answer) -> bool:
    return isinstance(answer.state, Blank)


def _any(row: Given) -> bool:
    return any((row.level is not None, row.measure is not None, row.reason, row.evidence, row.comment, row.faulty, row.verdict))


def _rows(carried: Carried, typed: Typed, places: Mapping[str, Span], words: Words) -> list[tuple[str, Row]]:
    """Return the rows of the first sheet, each with the code of its indicator; a heading a change, without one."""
    several = lines(carried, typed)
    rows: list[tuple[str, Row]] = []
    for change in ORDER:
        group = [line for line in several if line.change is change]
        if group:
            title = words(f"migrated.group.{change.value}", count=len(group))
            rows.append(("", Row({"place": title}, heading=True, closed=frozenset({"confirmed"}))))
        rows += [(line.code, _row(line, carried, typed, places, words)) for line in group]
    return rows


def _row(line: Line, carried: Carried, typed: Typed, places: Mapping[str, Span], words: Words) -> Row:
    place = places.get(line.code)
    then, now = _wording(line, carried, words)
    mine = Typed(
        [row for row in typed.given if _owner(row.indicator, carried) == line.code],
        {place: shown for place, shown in typed.raw.items() if _owner(place[0], carried) == line.code},
    )
    answer = carried.then.assessment.answer(line.code)
    said = [*told(answer, words), *_unread(answer, line.code, mine, words)]
    return Row(
        {
            "place": Link(line.code, place) if place else Rich((("✖ ", "strong"), (line.code, "strong"))),
            "indicator": words.of(line.indicator.name) if line.indicator else None,
            "said": "\n".join(said) or (None if line.change is Change.NEW else words("migrated.said.nothing")),
            "then": then or None,
            "now": now or None,
            "note": "\n".join(_notes(line, carried, words)) or None,
        },
        closed=frozenset() if line.confirm else frozenset({"confirmed"}),
    )


def told(answer: Answer, words: Words) -> list[str]:
    """Return an answer in words, a line a part; nothing for one that is blank."""
    match answer.state:
        case NotApplicable():
            state = words("level.not_applicable")
        case Unknown():
            state = words("level.unknown")
        case _:
            state = "" if answer.level is None else str(answer.level)
    figure = "" if answer.measure is None else words.figure(answer.measure)
    parts = {"level": state, "measure": figure, "reason": answer.reason, "evidence": answer.evidence, "comment": answer.comment}
    verdicts = {verdict: [f"{one.level}.{one.rank}" for one in answer.demands if one.verdict == verdict] for verdict in VERDICTS}
    found = [f"{words(f'verdict.{verdict}')}{words('colon')} {', '.join(places)}" for verdict, places in verdicts.items() if places]
    return found + [f"{words(f'migrated.part.{key}')}{words('colon')} {part}" for key, part in parts.items() if part]


def _unread(answer: Answer, code: str, typed: Typed, words: Words) -> list[str]:
    """Return what was typed in the rows of an indicator and does not stand in its answer."""
    known = (answer.reason, answer.evidence, answer.comment)
    counted = {audit.key(code, one.level, one.rank): one.verdict for one in answer.demands}
    lost = [(place, field, shown) for (place, field), shown in typed.raw.items()]
    for row in typed.given:
        found = {field for place, field in typed.raw if place == row.indicator}
        if _blank(answer) and row.level is not None and "level" not in found:
            shown = words(f"level.{row.level.name.lower()}") if isinstance(row.level, Pick) else str(row.level)
            lost.append((row.indicator, "level", shown))
        if row.verdict and row.verdict != counted.get(row.indicator) and "verdict" not in found:
            lost.append((row.indicator, "verdict", words(f"verdict.{row.verdict}")))
        if answer.measure is None and row.measure is not None and "measure" not in found:
            lost.append((row.indicator, "measure", words.figure(row.measure)))
        texts = ((field, getattr(row, field)) for field in ("reason", "evidence", "comment"))
        lost += [(row.indicator, field, shown) for field, shown in texts if shown and not any(shown in text for text in known)]
    return [words("migrated.unread", part=_part(place, code, field, words), shown=shown) for place, field, shown in dict.fromkeys(lost)]


def _part(place: str, code: str, field: str, words: Words) -> str:
    """Return what of an answer is meant: ``Niveau``, or in an audit the demand too."""
    label = words(f"migrated.part.{field}")
    return label if place == code else f"{place}, {label}"


def _wording(line: Line, carried: Carried, words: Words) -> tuple[str, str]:
    """Return how an indicator read and reads: what differs for a reworded one, what it is about for one that comes or goes."""
    if line.indicator is None or line.change is Change.KEPT:
        return "", ""
    if line.change is Change.REWORDED:
        return compared(carried.then.model.indicators[line.code], carried.now.model.indicators[line.code], words)
    about = words.of(line.indicator.definition)
    return ("", about) if line.change is Change.NEW else (about, "")


def _notes(line: Line, carried: Carried, words: Words) -> list[str]:
    """Return what else there is to know: why it comes or goes, what did not fit, how weight and target changed."""
    if line.indicator is None:
        return [words("migrated.note.foreign")]
    code, notes = line.code, []
    if cause := carried.causes.get(code):
        notes.append(words(f"progress.why.{'came' if line.change is Change.NEW else 'went'}.{cause.value}"))
    was, one = carried.then.assessment.answer(code), carried.assessment.answer(code)
    if line.change is Change.REWORDED and was.measure is not None and one.measure is None:
        notes.append(words("migrated.note.figure"))
    if line.change is Change.REWORDED and was.state != one.state:
        why = ("verify", "derived") if one.demands else ("scale", "capped")
        notes.append(words(f"migrated.note.{why[one.level is not None]}", then="–" if was.level is None else was.level, now=one.level))
    if code in carried.retuned:
        notes += retuned(carried.then.model.indicators[code], carried.now.model.indicators[code], words)
    return notes
