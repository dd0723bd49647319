"""THE description of every sheet that is exchanged: what the writer writes and the reader reads comes from here.

Result sheets, which nobody reads back, are described where they are composed, in ``report/``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dimm_xl.assessment import VERDICTS
from dimm_xl.model import WEIGHTS, Lever, Model
from dimm_xl.once import once
from dimm_xl.sheet import DATE, NUMBER, TEXT, Column, Kind, Pick, Sheet, choice, face, level, number, text, tick
from dimm_xl.words import Words

IDENTITY = "dimm-xl"
"""Name of the hidden identity sheet, title of its key column and mark of a questionnaire."""
KIND = "questionnaire"
REVIEW = "review"
"""Kind of the workbook in which a reviewer types a second opinion."""
ADAPTED = "adapted "
"""Before the code of an indicator: the key under which the identity sheet keeps what is adapted."""
LAYOUT = "1"
"""Version of this description; the identity sheet carries it."""

RESPONDENT = ("respondent", "function", "email", "country", "region", "consent")
"""Fields of the profile sheet that are about who answers, besides the organisation's name."""


def identity_sheet() -> Sheet:
    """The hidden sheet that says which questionnaire this is: one row a fact."""
    return Sheet(IDENTITY, "key", (Column("key", IDENTITY), Column("value", "value", width=40)))


def level_kind(model: Model, words: Words, all_words: Sequence[Words] = ()) -> Kind:
    """The kind of an answer's cell in one language; the spellings of every language are understood."""
    spellings = {
        face.strip(): pick
        for pick, key in ((Pick.NOT_APPLICABLE, "not_applicable"), (Pick.UNKNOWN, "unknown"))
        for spoken in (words, *all_words)
        for face in (*spoken(f"level.aliases.{key}").split("|"), spoken(f"level.{key}"))
    }
    labels = {Pick.NOT_APPLICABLE: words("level.not_applicable"), Pick.UNKNOWN: words("level.unknown")}
    return level(model.scale.bottom, model.scale.top, labels, spellings)


AGAIN = ("confirmed", "last")
"""What a questionnaire that was handed out with last time's answers has besides: their confirmation, and the level they had."""


def lever_sheet(model: Model, lever: Lever, words: Words, all_words: Sequence[Words] = (), again: bool = False) -> Sheet:
    """The sheet of one lever: an indicator a row, the demands of each level beside the answer.

    ``all_words`` are the other languages whose headers are recognised too. ``again``: answers of last time stand in it, to be confirmed.
    The last columns only calculate.
    """
    levels = model.scale.demanding

    column, calculated = _columns("column", words, all_words)
    return Sheet(
        sheet_name(lever, words),
        "code",
        (
            column("code", look="code", width=6.5),
            column("indicator", width=31),
            *(Column(f"demands{n}", str(n), width=20) for n in levels),
            column("measure", NUMBER, entry=True, look="figure", width=9.5),
            column("level", level_kind(model, words, all_words), entry=True, look="level", width=8.5),
            column("reason", entry=True, width=17),
            column("evidence", entry=True, width=19),
            column("comment", entry=True, width=19),
            *((_confirmed(words, all_words),) if again else ()),
            column("state", look="state", width=12.5),
            *map(calculated, ("weight", "target", "counted", "expected", "done")),
            *((Column(field, words(f"invited.{field}"), width=9, hidden=True) for field in ("last", "pending")) if again else ()),
        ),
    )


def _confirmed(words: Words, all_words: Sequence[Words]) -> Column:
    kind = Kind("kind.yes", tick, lambda yes: words("yes") if yes else None, (words("yes"),))
    aliases = tuple(spoken("invited.column") for spoken in all_words)
    return Column("confirmed", words("invited.column"), kind, True, aliases, "level-small", 10, says=words("invited.says"))


def verdict_kind(words: Words, all_words: Sequence[Words] = ()) -> Kind:
    """The kind of a verdict's cell in one language; the spellings of every language are understood."""
    labels: dict[str, str] = {verdict: words(f"verdict.{verdict}") for verdict in VERDICTS}
    spellings: dict[str, str] = {
        face.strip(): verdict
        for verdict in VERDICTS
        for spoken in (words, *all_words)
        for face in (*spoken(f"verdict.aliases.{verdict}").split("|"), spoken(f"verdict.{verdict}"))
    }
    return choice(labels, spellings, "kind.verdict")


def _columns(titles: str, words: Words, all_words: Sequence[Words]) -> tuple[Callable[..., Column], Callable[[str], Column]]:
    """Return how columns that people see are made, and those that only calculate; ``titles`` is where the words keep their headers."""

    def column(field: str, kind: Kind = TEXT, *, entry: bool = False, look: str = "cell", width: float = 12) -> Column:
        spoken = [one(f"{titles}.{field}") for one in (words, *all_words)]
        says = words(f"{kind.expects}.says") if entry and kind is not TEXT else ""
        return Column(field, spoken[0], kind, entry, tuple(spoken[1:]), look, width, says=says)

    def calculated(field: str) -> Column:
        return Column(field, words(f"{titles}.{field}"), NUMBER, look="cell", width=9, hidden=True)

    return column, calculated


def audit_sheet(words: Words, all_words: Sequence[Words] = (), name: str = "") -> Sheet:
    """The sheet of one lever in an audit: a row a demand, below a row an indicator that holds the figure and the level reached.

    A demand is told apart by indicator, level and rank (``SP1.3.2``), an indicator by its code.
    """
    verdict = verdict_kind(words, all_words)

    column, calculated = _columns("audit.column", words, all_words)
    return Sheet(
        name,
        "code",
        (
            column("code", look="strong", width=9),
            column("step", look="centre", width=7),
            column("demand", look="boxed", width=58),
            column("measure", NUMBER, entry=True, look="figure", width=9.5),
            column("reached", look="level", width=9),
            column("verdict", verdict, entry=True, look="choice", width=15),
            column("reason", entry=True, width=22),
            column("evidence", entry=True, width=28),
            column("comment", entry=True, width=24),
            column("state", look="state", width=15),
            *map(calculated, ("mark", "stop", "open", "weight", "target", "counted", "expected", "done")),
        ),
    )


@once  # the same text each time: what is remembered of a sheet is remembered under its name
def sheet_name(lever: Lever, words: Words) -> str:
    """Return the name of a lever's sheet: its code and its name."""
    return f"{lever.code} {words.of(lever.name)}"[:31]


def profile_sheet(words: Words, all_words: Sequence[Words] = ()) -> Sheet:
    """The sheet that says who answers: one row a field, known by its id in a hidden column."""

    def titled(field: str) -> tuple[str, tuple[str, ...]]:
        titles = [spoken(f"profile.column.{field}") for spoken in (words, *all_words)]
        return titles[0], tuple(titles[1:])

    label, labels = titled("label")
    value, values = titled("value")
    return Sheet(
        words("sheet.profile"),
        "field",
        (
            Column("field", "id", hidden=True),
            Column("label", label, aliases=labels, look="strong", width=30),
            Column("value", value, entry=True, aliases=values, look="cell", width=48),
            Column("hint", words("profile.column.hint"), look="quiet", width=60),
        ),
    )


def profile_kinds(words: Words) -> Mapping[str, Kind]:
    """The kinds of the profile's cells that offer a list, by field."""
    return {"consent": choice({"yes": words("yes"), "no": words("no")})}


def review_sheet(model: Model, words: Words, all_words: Sequence[Words] = ()) -> Sheet:
    """The sheet of a second opinion: an indicator a row, what was declared beside what the reviewer validates."""
    verdict = level_kind(model, words, all_words)

    def column(field: str, look: str, width: float, kind: Kind = TEXT, *, entry: bool = False) -> Column:
        titles = [spoken(f"review.column.{field}") for spoken in (words, *all_words)]
        says = words(f"{kind.expects}.says") if kind.picks else ""
        return Column(field, titles[0], kind, entry, tuple(titles[1:]), look, width, says=says)

    return Sheet(
        words("sheet.review"),
        "code",
        (
            column("code", "row-code", 7),
            column("indicator", "row-strong", 28),
            column("weight", "row-figure-whole", 7),
            column("declared", "row-level", 9, verdict),
            column("met", "row-quiet", 38),
            column("evidence", "row", 24),
            column("said", "row", 24),
            column("level", "level", 9, verdict, entry=True),
            column("reason", "cell", 30, entry=True),
            column("day", "cell", 12, DATE, entry=True),
            column("reviewer", "cell", 15, entry=True),
            column("before", "row-quiet", 28),
        ),
    )


SEEN = ("declared", "before")
"""Columns of a review that are locked, but read back: what the reviewer had before them."""


REGISTER: Mapping[str, tuple[str, ...]] = {
    "organisations": ("id", "name", "sector", "size", "country", "region", "lang", "email", "deadline"),
    "respondents": ("organisation", "respondent", "function", "email", "lang"),
    "adaptations": ("organisation", "indicator", "target", "weight", "excluded", "reason"),
}
"""The sheets of a campaign's register and the fields of each."""
REGISTER_KEYS = {"organisations": "id", "respondents": "organisation", "adaptations": "indicator"}
REGISTER_WIDTHS = {"name": 34, "sector": 36, "size": 36, "email": 32, "respondent": 28, "function": 24, "indicator": 12, "reason": 60}
REGISTER_LOOKS = {"deadline": "edit-date", "target": "edit-number", "weight": "edit-number", "excluded": "edit-number"}


def register_sheet(name: str, model: Model, words: Words, all_words: Sequence[Words] = ()) -> Sheet:
    """The sheet ``name`` of a campaign's register; headers, labels and ids of every language are recognised."""
    kinds = register_kinds(model, words, all_words)

    def column(field: str) -> Column:
        spoken = (words, *all_words)
        titles = [one(f"register.column.{field}") for one in spoken]
        more = [alias for one in spoken for alias in one(f"register.aliases.{field}").split("|")]
        look, width = REGISTER_LOOKS.get(field, "edit"), REGISTER_WIDTHS.get(field, 14)
        aliases, says = tuple(dict.fromkeys((*titles[1:], *more))), words(f"register.says.{field}")
        return Column(field, titles[0], kinds.get(field, TEXT), True, aliases, look, width, says=says)

    return Sheet(words(f"register.sheet.{name}"), REGISTER_KEYS[name], tuple(map(column, REGISTER[name])))


def register_kinds(model: Model, words: Words, all_words: Sequence[Words] = ()) -> Mapping[str, Kind]:
    """The kinds of a register's cells that are more than text, by field."""
    langs = {lang: {one.lang: one(f"register.language.{lang}") for one in (words, *all_words)} for lang in model.languages}
    codes = {face(code): code for code in model.indicators}
    levels = {level for one in model.indicators.values() for level in one.levels}
    return {
        "sector": named(model.names["sector"], words),
        "size": named(model.names["size"], words),
        "function": several(named(model.names["function"], words)),
        "lang": named(langs, words),
        "deadline": DATE,
        "indicator": Kind("kind.indicator", lambda cell: _known(codes, cell)),
        "target": _figure("kind.target", range(min(levels) - 1, max(levels) + 1)),
        "weight": _figure("kind.weight", WEIGHTS),
        "excluded": Kind("kind.yes", tick, lambda yes: words("yes" if yes else "no"), (words("yes"), words("no"))),
    }


def named(names: Mapping[str, Mapping[str, str]], words: Words) -> Kind:
    """The kind of a cell that names something of the model: by id, or by its name in any language, with or without what is in brackets."""
    brief = {face(name.partition(" (")[0]): one for one, spoken in names.items() for name in spoken.values()}
    known = brief | {face(shown): one for one, spoken in names.items() for shown in (one, *spoken.values())}
    labels = {one: words.of(spoken) for one, spoken in names.items()}
    return Kind("kind.choice", lambda cell: _known(known, cell), labels.__getitem__, tuple(labels.values()))


def several(one: Kind) -> Kind:
    """The kind of a cell that names several things, separated by semicolons or line breaks."""

    def parse(cell: object) -> tuple[str, ...]:
        parts = text(cell).replace("\n", ";").split(";")
        return tuple(dict.fromkeys(one.parse(part) for part in parts if face(part)))

    return Kind(one.expects, parse, lambda ids: "; ".join(map(one.show, ids)), one.picks)


def _known(known: Mapping[str, str], cell: object) -> str:
    if (shown := face(cell)) not in known:
        raise ValueError(text(cell))
    return known[shown]


def _figure(expects: str, allowed: Sequence[int]) -> Kind:
    def parse(cell: object) -> int:
        if (value := number(cell)) not in allowed:
            raise ValueError(text(cell))
        return int(value)

    return Kind(expects, parse, int, tuple(map(str, allowed)))
