"""Second opinions of a run: the review workbooks that lie in OUT and where the consultant keeps them, read; those asked for, written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from dimm_xl import catalogue, fingerprint, pool
from dimm_xl.assessment import Return
from dimm_xl.collect import FAILURES, Heard, Reading, Source, unheard
from dimm_xl.files import unique, walk, write_whole
from dimm_xl.findings import Code, Finding
from dimm_xl.opinions import Review, read_review
from dimm_xl.report.result import Result
from dimm_xl.report.second import review_book
from dimm_xl.respondents import called, said_in
from dimm_xl.review import UNREVIEWED, Typed, Weighed, weigh
from dimm_xl.settings import Run
from dimm_xl.workbook.guard import Refused

REVIEWS = "reviews"
"""The folder in OUT where review workbooks are written, and from which every run reads them back."""


@dataclass(frozen=True)
class Gathered:
    """What the review workbooks of a run gave: opinions weighed by organisation's id, the files as the tables list them, our own faults."""

    weighed: Mapping[str, Weighed] = field(default_factory=dict)
    listed: tuple[Return, ...] = ()
    faults: tuple[str, ...] = ()


def second_opinions(asked: Run, named: Mapping[str, Return], heard: Heard = unheard) -> Gathered:
    """Read every review workbook of a run and weigh its opinions against what the organisations ``named`` (by id) declare.

    A review in which nothing was typed yet is not listed.
    """
    reviews, faults = _read([Source(name, path) for name, path in kept(asked)], asked.reading, heard)
    ids = _ids(named)
    rows: dict[str, list[Typed]] = {}
    more: dict[str, list[Finding]] = {}
    for one in reviews:
        if one.about in ids:
            rows.setdefault(ids[one.about], []).extend(one.rows)
        elif one.about and one.rows:
            more[one.file] = [Finding(Code.REVIEW_OF_NOBODY, one.file, facts={"organisation": one.name})]
    weighed = {name: weigh(said_in(named[name]), several) for name, several in rows.items()}
    for finding in (finding for one in weighed.values() for finding in one.findings):
        more.setdefault(finding.file, []).append(finding)
    listed = tuple(one.listed(more.get(one.file, ())) for one in reviews if one.rows or one.findings)
    return Gathered(weighed, listed, tuple(faults))


def apart(asked: Run) -> list[Path]:
    """Return where reviews lie, which are no returns: in OUT, and where the consultant keeps them."""
    return [asked.out / REVIEWS, *([asked.reviews] if asked.reviews else [])]


def state(asked: Run) -> str:
    """Return the fingerprint of every review that lies there."""
    return fingerprint.digest([(name, fingerprint.named(path)) for name, path in kept(asked)])


def kept(asked: Run) -> list[tuple[str, Path]]:
    """Return every file among the reviews with its name, each place once."""
    places = dict.fromkeys(place.resolve() for place in apart(asked) if place.exists())
    found = []
    for place in places:
        lying = (
            [(f"{place.name}/{one.name}", one.path) for one in walk(place) if not one.aside] if place.is_dir() else [(place.name, place)]
        )
        found += lying
    return [(name, path) for name, (_, path) in zip(unique(name for name, _ in found), found, strict=True)]


def _ids(named: Mapping[str, Return]) -> Mapping[tuple[str, ...], str]:
    """Return the id of each organisation by what tells it apart, but for those that nothing tells apart."""
    known = {name: said_in(one) for name, one in named.items()}
    about = {name: called(said.model, said.organisation_id, said.organisation, said.profile) for name, said in known.items()}
    counts = Counter(about.values())
    return {key: name for name, key in about.items() if counts[key] == 1}


def _read(lying: list[Source], how: Reading, heard: Heard) -> tuple[list[Review], list[str]]:
    reviews, faults = [], []
    for n, (source, outcome) in enumerate(pool.each(partial(_read_one, how), lying, how.workers) if lying else (), 1):
        if isinstance(outcome, pool.Failed):
            faults += [f"{source.name}\n{outcome.detail}"] if outcome.detail else []
            reviews.append(Review(source.name, "", findings=(Finding(FAILURES[outcome.why], source.name),)))
        else:
            reviews.append(outcome)
        heard("reviews", n, len(lying))
    return reviews, faults


def _read_one(how: Reading, source: Source) -> Review:
    try:
        content = source.read(how.limits)
    except OSError as problem:
        facts = {"reason": problem.strerror or str(problem)}
        return Review(source.name, "", findings=(Finding(Code.UNREADABLE, source.name, facts=facts),))
    except Refused as refusal:
        return Review(source.name, "", findings=(Finding(refusal.code, source.name, facts=refusal.facts),))
    return read_review(source.name, content, how.models, how.limits)


def write_review(asked: Run, result: Result, weighed: Weighed = UNREVIEWED) -> Path:
    """Write an organisation's review workbook, with every opinion that was read."""
    book = review_book(result, weighed, catalogue.words(asked.lang))
    return write_whole(asked.out / REVIEWS / f"{result.id}.xlsx", asked.dress.written(book))
