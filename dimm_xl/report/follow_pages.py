"""The sheets and tables of a campaign's follow-up: who stands where, reminders to paste, returns of strangers; and what is adapted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from dimm_xl.model import Model
from dimm_xl.page import Page, Put, Row, Rule, Table, Value
from dimm_xl.report.followup import Follow, Followup, Reminder
from dimm_xl.report.result import Described, Result, described_sheet
from dimm_xl.words import Words

FOLLOWUP = (
    "organisation_id", "organisation", "email", "stage", "late", "deadline", "returned", "answered", "expected",
    "silent", "open", "refused", "files",
)  # fmt: skip
REMINDERS = ("organisation_id", "organisation", "respondent", "email", "lang", "subject", "text")
Line = tuple[object, ...]


def follow_pages(followup: Followup, letters: Sequence[Reminder], model: Model, words: Words) -> list[Page]:
    """Compose the sheets of the follow-up: all who were asked, the reminders, and whoever returned without being asked."""
    pages = [_follow_page(followup, model, words)]
    if letters:
        pages.append(_reminders_page(letters, words))
    if followup.strangers:
        pages.append(_strangers_page(followup, words))
    return pages


def _listing(
    name: str, key: str, described: Described, rows: Sequence[Row], titles: tuple[str, str], words: Words, headers: str = "followup.column"
) -> Page:
    sheet = described_sheet(name, described, words, "organisation", headers)
    rules = (
        (Rule(("stage",), 'LEFT({stage},1)="✔"', "settled"), Rule(("late",), '{late}<>""', "alarm")) if key == "followup" else ()
    )  # fmt: skip
    cols = len(described)
    return Page(
        name,
        puts=(Put(0, 0, titles[0], "title", cols=cols), Put(1, 0, titles[1], "hint", cols=cols)),
        tables=(Table(key, sheet, tuple(rows), 3, rules=rules),),
        freeze=(4, 2),
        footer=words("footer.portfolio"),
    )


def _follow_page(followup: Followup, model: Model, words: Words) -> Page:
    described: Described = (
        ("id", "row-strong", 14),
        ("organisation", "row-strong", 32),
        ("stage", "row", 20),
        ("late", "row-strong", 11),
        ("deadline", "row-line", 12),
        ("returned", "row-line", 12),
        ("coverage", "row-share", 12),
        ("silent", "row", 34),
        ("open", "row", 30),
        ("refused", "row", 30),
        ("email", "row", 30),
    )
    rows = [Row(_values(one, model, words)) for one in followup.rows]
    counts = followup.counts
    titles = (words("followup.title", **counts), words("followup.intro"))
    return _listing(words("sheet.followup"), "followup", described, rows, titles, words)


def _values(one: Follow, model: Model, words: Words) -> dict[str, Value]:
    whose = one.whose
    return {
        "id": whose.id,
        "organisation": whose.name,
        "stage": words(f"followup.stage.{one.stage.value}"),
        "late": words("followup.is_late") if one.late else None,
        "deadline": whose.deadline.isoformat() if whose.deadline else None,
        "returned": one.returned or ("–" if one.result else None),
        "coverage": one.coverage,
        "silent": _silent(one, model, words) or None,
        "open": _open(one, model, words) or None,
        "refused": "\n".join(one.refused) or None,
        "email": "\n".join(dict.fromkeys(filter(None, (whose.email, *(person.email for person in one.silent))))) or None,
    }


def _silent(one: Follow, model: Model, words: Words) -> str:
    """Return who is still silent, each with their functions, a line each."""
    lines = []
    for person in one.silent:
        functions = ", ".join(words.of(model.label("function", function)) for function in person.functions)
        name = person.name or person.email
        lines.append(f"{name} ({functions})" if name and functions else name or functions or words("followup.somebody"))
    return "\n".join(lines)


def _open(one: Follow, model: Model, words: Words) -> str:
    """Return how many indicators are open, by a function that can answer them."""
    counts = Counter(one.open.values())
    return ", ".join(f"{words.of(model.label('function', function))}\u00a0({count})" for function, count in counts.most_common())


def _reminders_page(letters: Sequence[Reminder], words: Words) -> Page:
    described: Described = (
        ("id", "row-strong", 14),
        ("organisation", "row-strong", 28),
        ("respondent", "row", 24),
        ("email", "row", 30),
        ("lang", "row-line", 8),
        ("subject", "row", 30),
        ("text", "row", 90),
    )
    rows = [
        Row(
            {
                "id": one.whose.id,
                "organisation": one.whose.name,
                "respondent": one.person.name or None,
                "email": one.email or None,
                "lang": one.lang,
                "subject": one.subject,
                "text": one.text,
            }
        )
        for one in letters
    ]
    titles = (words("followup.reminders.title", count=len(letters)), words("followup.reminders.intro"))
    return _listing(words("sheet.reminders"), "reminders", described, rows, titles, words)


def _strangers_page(followup: Followup, words: Words) -> Page:
    described: Described = (("organisation", "row-strong", 40), ("files", "row", 70), ("perhaps", "row-code", 24))
    rows = [
        Row({"organisation": one.result.assessment.organisation, "files": one.result.file, "perhaps": one.perhaps or None})
        for one in followup.strangers
    ]
    titles = (words("followup.strangers.title", count=len(rows)), words("followup.strangers.intro"))
    return _listing(words("sheet.strangers"), "strangers", described, rows, titles, words)


def adaptations_page(results: Sequence[Result], words: Words) -> Page | None:
    """Compose what the register changes, by organisation; None when it changes nothing."""
    described: Described = (("organisation", "row-strong", 34), ("what", "row-strong", 34), ("why", "row", 110))
    rows = [
        Row(
            {
                "organisation": result.assessment.organisation,
                "what": f"{one.before.code} · {one.changes(words)}",
                "why": words("adapted.why", name=words.of(one.before.name), reason=one.own.reason),
            }
        )
        for result in results
        for one in result.adapted
    ]
    if not rows:
        return None
    titles = (words("adapted.portfolio.title"), words("adapted.portfolio.intro"))
    return _listing(words("adapted.sheet"), "adaptations", described, rows, titles, words, "adapted.column")


# --- tables that a machine reads


def followup_lines(followup: Followup) -> Iterator[Line]:
    """Yield a line an organisation of the register, ids instead of words."""
    for one in followup.rows:
        whose, score = one.whose, one.result.scores.overall if one.result else None
        silent = "; ".join(person.name or person.email or " ".join(person.functions) for person in one.silent)
        figures = (score.answered, score.expected) if score else (None, None)
        due = whose.deadline.isoformat() if whose.deadline else None
        when = (one.stage.value, "yes" if one.late else "no", due, one.returned or None)
        rest = (silent, " ".join(one.open), "; ".join(one.refused), one.result.file if one.result else None)
        yield (whose.id, whose.name, whose.email, *when, *figures, *rest)


def reminder_lines(letters: Sequence[Reminder]) -> Iterator[Line]:
    """Yield a line a reminder, for a mail merge."""
    for one in letters:
        yield (one.whose.id, one.whose.name, one.person.name, one.email, one.lang, one.subject, one.text)
