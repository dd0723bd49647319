"""Which part of a model one organisation is asked, and what a campaign adapts in it: own targets, own weights, what is left out.

An adaptation always has a reason. It travels in the questionnaire's identity, so that the live score and the score of a run are of the
same rules even without the register it came from (docs/decisions/0010).
"""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = ";"
EXCLUDED = "excluded"


@dataclass(frozen=True)
class Adaptation:
    """What is changed in the indicator ``code``: None leaves the model's target or weight; ``reason`` is printed wherever it shows."""

    code: str
    target: int | None = None
    weight: int | None = None
    excluded: bool = False
    reason: str = ""

    def over(self, other: Adaptation | None) -> Adaptation:
        """Return this adaptation with what it leaves open taken from a more general one of the same indicator; both reasons stand."""
        if other is None:
            return self
        target = other.target if self.target is None else self.target
        weight = other.weight if self.weight is None else self.weight
        reason = " · ".join(dict.fromkeys(one for one in (self.reason, other.reason) if one))
        return Adaptation(self.code, target, weight, self.excluded or other.excluded, reason)


def written(one: Adaptation) -> str:
    """Return an adaptation as one line of text, without its code: ``4;;;reason``."""
    figures = ("" if figure is None else str(figure) for figure in (one.target, one.weight))
    return SEPARATOR.join((*figures, EXCLUDED if one.excluded else "", one.reason))


def understood(code: str, line: str) -> Adaptation | None:
    """Return what :func:`written` wrote, None for a line that it did not write."""
    parts = line.split(SEPARATOR, 3)
    if len(parts) != 4 or parts[2] not in ("", EXCLUDED) or not all(_figure(part) for part in parts[:2]):
        return None
    target, weight = (int(part) if part else None for part in parts[:2])
    return Adaptation(code, target, weight, bool(parts[2]), parts[3])


def _figure(part: str) -> bool:
    return not part or (part.isascii() and part.isdigit() and len(part) < 3)


@dataclass(frozen=True)
class Profile:
    """What decides which indicators an organisation is asked, and how strictly: its sector and its size, by id."""

    sector: str
    size: str


@dataclass(frozen=True)
class Cut:
    """Which part of a model a questionnaire asks: an edition, for a profile, of a selection, by functions (empty: everybody), adapted."""

    edition: str
    profile: Profile
    selection: str | None = None
    functions: tuple[str, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()
