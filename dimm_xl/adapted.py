"""What is adapted for one organisation beside what the model says, in words: printed in its questionnaire and in its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dimm_xl.adaptation import Adaptation
from dimm_xl.model import Indicator, Model
from dimm_xl.page import Page, Put, Row, Table
from dimm_xl.sheet import Column, Sheet
from dimm_xl.words import Words


@dataclass(frozen=True)
class Adapted:
    """An indicator as the model has it for a profile, what the organisation has instead, and why."""

    before: Indicator
    after: Indicator
    own: Adaptation

    def changes(self, words: Words) -> str:
        """Return what differs, in words: ``cible 3 → 4, poids 2 → 3``, ``exclu``."""
        if self.own.excluded:
            return words("adapted.excluded")
        pairs = {"target": (self.before.target.default, self.after.target.default), "weight": (self.before.weight, self.after.weight)}
        return ", ".join(words(f"adapted.{what}", before=old, after=new) for what, (old, new) in pairs.items() if old != new)


def adapted(model: Model, own: Sequence[Adaptation]) -> tuple[Adapted, ...]:
    """Return what adaptations change, in the order of ``model``, which is resolved for the profile but not adapted itself."""
    mine = {one.code: one for one in own}
    every = (Adapted(one, one.adapted(mine[code]), mine[code]) for code, one in model.indicators.items() if code in mine)
    return tuple(one for one in every if one.own.excluded or one.before != one.after)


def adapted_table(sheet: str, changed: Sequence[Adapted], words: Words, row: int, widths: tuple[float, float] = (34, 102)) -> Table:
    """Return what is adapted as a table of two columns at ``row`` of a sheet: what changes, and why."""
    columns = tuple(
        Column(field, words(f"adapted.column.{field}"), look=look, width=width)
        for field, look, width in zip(("what", "why"), ("row-strong", "row"), widths, strict=True)
    )
    rows = tuple(
        Row(
            {
                "what": f"{one.before.code} · {one.changes(words)}",
                "why": words("adapted.why", name=words.of(one.before.name), reason=one.own.reason),
            }
        )
        for one in changed
    )
    return Table("adapted", Sheet(sheet, "what", columns), rows, row, filters=False)


def adapted_page(changed: Sequence[Adapted], words: Words) -> Page:
    """Compose the sheet of a questionnaire that says what is adapted."""
    name = words("adapted.sheet")
    return Page(
        name,
        puts=(
            Put(0, 0, words("adapted.title", count=len(changed)), "title", cols=2),
            Put(1, 0, words("adapted.intro"), "hint", cols=2),
        ),
        tables=(adapted_table(name, changed, words, 3),),
        freeze=(4, 0),
        protect=True,
        footer=words("footer.questionnaire"),
    )
