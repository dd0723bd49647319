"""Which groups of organisations may be published: none that is too small, none from which subtraction makes one that is.

And how rows of single organisations may be: under a pseudonym, with no more of a profile than several of them share.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

from dimm_xl.scoring import FEWEST

Scope = Literal["all", "sector", "size", "country", "region"]


@dataclass(frozen=True)
class Group:
    """Organisations (ids) of one kind: ``scope`` says by what, ``id`` which one, ``within`` the country of a region."""

    scope: Scope
    id: str
    members: frozenset[str]
    within: str = ""


def publishable(whole: frozenset[str], groups: Sequence[Group]) -> tuple[Group, ...]:
    """Return the groups whose figures may stand beside those of ``whole``, in their order; none when ``whole`` itself is too small.

    Left out are groups under :data:`FEWEST`, and as many others as it takes that no difference of what is published (the whole less
    the groups of a kind, one group less another inside it) leaves between one and :data:`FEWEST` less one organisations.
    """
    kept = [group for group in groups if len(group.members) >= FEWEST] if len(whole) >= FEWEST else []
    while (told := _telling(whole, kept)) is not None:
        kept.remove(told)
    return tuple(kept)


def _telling(whole: frozenset[str], kept: Sequence[Group]) -> Group | None:
    """Return a group that tells too much beside the others, the smallest of those in question."""
    countries = {group.id: group.members for group in kept if group.scope == "country"}
    for group in kept:
        if group.within and group.within not in countries:
            return group  # what its country's others are could be had from the whole
    rests = []
    for scope, within in dict.fromkeys((group.scope, group.within) for group in kept):
        beside = [group for group in kept if (group.scope, group.within) == (scope, within)]
        rest = (countries[within] if within else whole) - frozenset().union(*(group.members for group in beside))
        if _few(rest):
            return min(beside, key=lambda group: len(group.members))
        rests.append(rest)
    return next(_inside(whole, rests, kept), None)


def _inside(whole: frozenset[str], rests: Collection[frozenset[str]], kept: Sequence[Group]) -> Iterator[Group]:
    """Yield the groups of which, or less which, another set that can be known leaves too few."""
    known: list[tuple[frozenset[str], Group | None]] = [(whole, None), *((rest, None) for rest in rests)]
    known += [(group.members, group) for group in sorted(kept, key=lambda group: len(group.members))]
    for (inner, one), (outer, other) in permutations(known, 2):
        if 0 < len(outer) - len(inner) < FEWEST and inner < outer and (found := one or other):
            yield found


def _few(members: Collection[str]) -> bool:
    return 0 < len(members) < FEWEST


# --- rows


def pseudonyms(names: Collection[str], secret: str) -> Mapping[str, str]:
    """Return a pseudonym for each name, the same for the same ``secret``: who has not the secret cannot try out names.

    Raises ValueError without a secret.
    """
    if not secret:
        raise ValueError("pseudonyms need a secret")
    return {name: hmac.digest(secret.encode(), name.encode(), "sha256").hex()[:12] for name in names}


def generalised(profiles: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Return as much of each profile (by id; the coarsest part first, empty parts are unknown) as :data:`FEWEST` share or more.

    What too few share loses its finest part, then the next; who is still among too few in the end is left out.
    """
    shown = dict(profiles)
    for part in reversed(range(len(next(iter(shown.values()), ())))):
        counts = Counter(shown.values())
        shown = {name: one if counts[one] >= FEWEST else (*one[:part], *("" for _ in one[part:])) for name, one in shown.items()}
    counts = Counter(shown.values())
    return {name: one for name, one in shown.items() if counts[one] >= FEWEST}
