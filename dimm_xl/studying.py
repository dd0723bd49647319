"""Archives of one or several campaigns → an anonymous study: workbook, table, benchmark pack. Nobody can be told from another in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dimm_xl import benchmark, catalogue, pack
from dimm_xl.anonymity import Group, Scope, generalised, pseudonyms, publishable
from dimm_xl.archive import read
from dimm_xl.assessment import Return
from dimm_xl.files import write_table, write_whole
from dimm_xl.fingerprint import digest
from dimm_xl.model import Model
from dimm_xl.pack import Figures, Pack, Quartiles
from dimm_xl.report.groups import common_gaps
from dimm_xl.report.result import Result, shown
from dimm_xl.report.study import Gap, Studied, Study, study_book
from dimm_xl.report.tables import Line
from dimm_xl.results import earlier, identify, last_time, result_of
from dimm_xl.scoring import FEWEST, Spread
from dimm_xl.settings import Dress
from dimm_xl.sheet import face

FIELDS = ("scope", "within", "id", "what", "code", "count", "low", "median", "high", "share")
SCOPES: tuple[Scope, ...] = ("all", "sector", "size", "country", "region")
PLACED = ("country", "region")
"""Scopes whose ids are places as respondents spell them."""
FIRST_GAPS = 3
"""Gaps named for a group."""


@dataclass(frozen=True)
class Wanted:
    """What `study` is asked for: ``name`` is that of the benchmark pack, for those who will use it.

    ``rows``: also a table of the organisations, under pseudonyms.
    """

    archives: tuple[Path, ...]
    model: str = "dimm"
    name: str = ""
    lang: str = "fr"
    rows: bool = False


def study(wanted: Wanted, out: Path) -> Study:
    """Write ``study.xlsx``, ``data/study.csv`` and, when there are enough organisations, ``benchmark.yaml`` into ``out``.

    With ``wanted.rows``, ``data/organisations.csv`` too.
    """
    model, words = catalogue.load(wanted.model), catalogue.words(wanted.lang)
    results = gathered(wanted)
    found = studied(model, results)
    write_table(out / "data" / "study.csv", FIELDS, study_lines(found))
    write_whole(out / "study.xlsx", Dress().written(study_book(model, found, words)))
    if wanted.rows:
        fields = ("organisation", "sector", "size", "overall", *(lever.code for lever in model.levers))
        write_table(out / "data" / "organisations.csv", fields, rows(model, results))
    if found.groups:
        named = wanted.name or words.within(model)("study.title")
        write_whole(out / "benchmark.yaml", pack.dump(packed(model, found, named)).encode())
    return found


def gathered(wanted: Wanted) -> list[Result]:
    """Return the results of every archive; of an organisation that is in several, the one of the last archive given."""
    found: dict[str, Result] = {}
    standing: dict[str, Return] = {}
    for n, path in enumerate(wanted.archives):
        named = {f"{n}/{name}": one for name, one in _of_model(path, wanted.model).items()}
        for gone in last_time(standing, named).values():
            del standing[gone], found[gone]
        standing |= named
        found |= {name: result_of(name, one, (wanted.model,)) for name, one in named.items()}
    return list(found.values())


def _of_model(path: Path, model: str) -> dict[str, Return]:
    """Return the accepted returns of an archive that are of a model; Faulty when all are of others."""
    key = catalogue.load(model).id
    named = {name: one for name, one in identify(read(path)).items() if one.assessment and one.assessment.model == key}
    return named or earlier(path, (model,))


def studied(model: Model, results: Sequence[Result]) -> Study:
    """Return what may be published of those who agreed and answered enough for an overall score; figures with one decimal."""
    agreed = _agreed(model, results)
    by_id = {one.id: one for one in agreed}
    whole = Group("all", "", frozenset(by_id))
    groups = (whole, *publishable(whole.members, _groups(model, agreed))) if len(agreed) >= FEWEST else ()
    figures = tuple(_figures(model, group, [by_id[name] for name in by_id if name in group.members]) for group in groups)
    return Study(len(results), len(agreed), figures, _gaps(model, agreed) if groups else ())


def _agreed(model: Model, results: Sequence[Result]) -> list[Result]:
    return [one for one in results if one.assessment.respondent.get("consent") == "yes" and shown(model, one.scores.overall) is not None]


def rows(model: Model, results: Sequence[Result]) -> list[Line]:
    """Return a line for each organisation that agreed, under a pseudonym, in the order of pseudonyms; scores with one decimal.

    The secret behind the pseudonyms is all that everybody answered: who has the archives needs none, who has not cannot make it.
    """
    agreed = {one.id: one for one in _agreed(model, results)}
    profiles = generalised({name: (one.assessment.profile.sector, one.assessment.profile.size) for name, one in agreed.items()})
    known_as = pseudonyms(profiles, digest([one.assessment for one in results]))
    lines = []
    for name, profile in profiles.items():
        scores = agreed[name].scores
        levers = [scores.levers.get(lever.code) for lever in model.levers]
        told = [None if one is None else shown(model, one) for one in (scores.overall, *levers)]
        lines.append((known_as[name], *profile, *(None if value is None else round(value, 1) for value in told)))
    return sorted(lines)


def _groups(model: Model, agreed: Sequence[Result]) -> list[Group]:
    """Return every group by sector and size, in the order of the model, then by country and by region inside its country."""
    members: dict[tuple[Scope, str, str], set[str]] = {}
    spelt: dict[str, Counter[str]] = {}
    for one in agreed:
        profile, said = one.assessment.profile, one.assessment.respondent
        country, region = said.get("country", ""), said.get("region", "")
        for place in (country, region):
            spelt.setdefault(face(place), Counter())[place] += 1
        kinds: list[tuple[Scope, str, str]] = [("sector", "", profile.sector), ("size", "", profile.size)]
        kinds += [("country", "", face(country)), ("region", face(country), face(region))] if country else []
        for kind in kinds:
            members.setdefault(kind, set()).add(one.id)
    order = {("sector", one.id): n for n, one in enumerate(model.sectors)} | {("size", one.id): n for n, one in enumerate(model.sizes)}
    found = sorted(members, key=lambda kind: (SCOPES.index(kind[0]), order.get((kind[0], kind[2]), 0), kind[1], kind[2]))
    usual = {name: _most(several) for name, several in spelt.items()}
    return [
        Group(scope, usual[named] if scope in PLACED else named, frozenset(members[scope, within, named]), usual[within] if within else "")
        for scope, within, named in found
        if named
    ]


def _most(several: Counter[str]) -> str:
    """Return the commonest of several spellings, the first by letter of those that are as common."""
    return min(several, key=lambda spelling: (-several[spelling], spelling))


def _figures(model: Model, group: Group, results: Sequence[Result]) -> Studied:
    overall = [value for one in results if (value := shown(model, one.scores.overall)) is not None]
    levers = {}
    for lever in model.levers:
        scores = [one.scores.levers[lever.code] for one in results if lever.code in one.scores.levers]
        levers[lever.code] = _spread([value for score in scores if (value := shown(model, score)) is not None])
    shares = tuple(round(share, 2) for share in benchmark.shares(overall, model.scoring.distribution))
    first = tuple(gap.code for gap in _gaps(model, results)[:FIRST_GAPS])
    return Studied(group.scope, group.id, group.within, len(results), _spread(overall), levers, shares, first)


def _spread(values: Sequence[float]) -> Spread:
    """Return a spread with one decimal: enough to compare with, too little to tell an organisation's own score from."""
    exact = benchmark.spread(values)
    low, median, high = (None if value is None else round(value, 1) for value in (exact.low, exact.median, exact.high))
    return replace(exact, low=low, median=median, high=high)


def _gaps(model: Model, results: Sequence[Result]) -> tuple[Gap, ...]:
    """Return the gaps to target that enough organisations answered, the most frequent first."""
    known = [gap for gap in common_gaps(model, results) if gap.answered >= FEWEST and gap.below]
    found = [Gap(gap.indicator.code, round(gap.below / gap.answered, 2)) for gap in known]
    return tuple(sorted(found, key=lambda gap: -gap.share))


def study_lines(found: Study) -> Iterator[Line]:
    """Yield the lines of ``study.csv``: each group's spreads, the shares of its distribution, and the gaps of all."""
    for group in found.groups:
        about: Line = (group.scope, group.within, group.id)
        for what, spreads in (("overall", {"": group.overall}), ("lever", group.levers)):
            for code, one in spreads.items():
                if one.median is not None:
                    yield (*about, what, code, one.count, one.low, one.median, one.high, None)
        yield from ((*about, "bin", n, None, None, None, None, share) for n, share in enumerate(group.shares, 1))
    yield from (("all", "", "", "gap", gap.code, None, None, None, None, gap.share) for gap in found.gaps)


def packed(model: Model, found: Study, name: str) -> Pack:
    """Return the benchmark pack of a study."""
    groups = []
    for group in found.groups:
        levers = {code: figures for code, one in group.levers.items() if (figures := _quartiles(one))}
        if overall := _quartiles(group.overall):
            groups.append(Figures(scope=group.scope, id=group.id, within=group.within, count=group.count, overall=overall, levers=levers))
    return Pack(benchmark=1, name=name, model=model.id, edition=model.edition.id, groups=tuple(groups))


def _quartiles(spread: Spread) -> Quartiles | None:
    if spread.low is None or spread.median is None or spread.high is None:
        return None
    return Quartiles(count=spread.count, low=spread.low, median=spread.median, high=spread.high)
