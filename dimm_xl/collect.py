"""A folder → returns: every file listed exactly once, read in workers, the newest of each respondent standing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from dimm_xl import fingerprint, pool, respondents
from dimm_xl.archive import Archive
from dimm_xl.assessment import Return, Status, light
from dimm_xl.files import of_system, walk
from dimm_xl.findings import Code, Finding
from dimm_xl.memory import Memory
from dimm_xl.pool import Workers
from dimm_xl.register import NOBODY, Register, enrolled
from dimm_xl.remote import Store, Stored
from dimm_xl.returns import read_return, refused
from dimm_xl.workbook.guard import DEFAULT, ZIP, Limits, Refused, is_bundle, member, members

Heard = Callable[[str, int, int], None]
"""Told the stage, how many of its files are done and how many there are, for a progress bar."""


def unheard(stage: str, done: int, total: int) -> None:
    """Hear nothing."""


@dataclass(frozen=True)
class Source:
    """Where a return's bytes are: a file, or a member of a zip file; ``name`` is what people see, ``dated`` its date (seconds)."""

    name: str
    path: Path | Stored
    member: str = ""
    dated: float = 0.0

    def read(self, limits: Limits = DEFAULT) -> bytes:
        """Return the bytes; OSError or guard.Refused when they cannot be had."""
        if self.path.stat().st_size > limits.file:
            raise Refused(Code.TOO_BIG, limit="file", size=self.path.stat().st_size, most=limits.file)
        content = self.path.read_bytes()
        return member(content, self.member, limits) if self.member else content


@dataclass(frozen=True)
class Bundle:
    """A zip of returns: the sources of its members, and what is set aside in it."""

    sources: tuple[Source, ...]
    listed: Return
    aside: tuple[Return, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How files are read: where their models are, and the limits."""

    models: tuple[str, ...] = ("dimm",)
    limits: Limits = DEFAULT
    workers: Workers = None


@dataclass(frozen=True)
class Collected:
    """What collecting a folder gave: every file's return in the order of names, each readable one's source, our own faults' tracebacks."""

    returns: tuple[Return, ...]
    sources: dict[str, Source]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listed:
    """What lies in a folder: the returns of what is set aside, the sources of what is to be read."""

    aside: tuple[Return, ...]
    sources: tuple[Source, ...]

    def state(self, memory: Memory) -> str:
        """Return the fingerprint of everything that lies there, empty when some file must be read."""
        contents = [(source.name, source.dated, memory.knows(source.name, source.path)) for source in self.sources]
        return fingerprint.digest(memory.reader, self.aside, contents) if all(content for *_, content in contents) else ""


def listed(folder: Path | Store, apart: Sequence[Path] = (), alone: frozenset[str] | None = None) -> Listed:
    """List everything below ``folder`` but what is ``apart`` (results of this run or of an earlier one); only ``alone`` when given.

    In a store nothing is apart: results are written on this machine. Faulty when it cannot be listed.
    """
    found = folder.walk() if isinstance(folder, Store) else walk(folder, apart)
    lying = [one for one in found if alone is None or one.name in alone]
    sources = (Source(one.name, one.path, dated=_dated(one.path)) for one in lying if not one.aside)
    return Listed(tuple(_aside(one.name, one.aside) for one in lying if one.aside), tuple(sources))


def reader(how: Reading) -> str:
    """Return the fingerprint of what a reading depends on besides the content: program, models, limits."""
    return fingerprint.digest(fingerprint.program(), [(model, fingerprint.named(model)) for model in how.models], how.limits)


def remembering(archive: Archive, how: Reading, today: str = "") -> Memory:
    """Return what an archive knows of files read in this way."""
    return Memory(archive, reader(how), how.limits.file, today)


def collect(folder: Path | Store, apart: Sequence[Path], how: Reading, heard: Heard = unheard) -> Collected:
    """Read and check everything below ``folder`` but what is ``apart``, keeping nothing."""
    with Archive() as archive:
        return gather(listed(folder, apart), how, remembering(archive, how), heard)


def gather(lying: Listed, how: Reading, memory: Memory, heard: Heard = unheard, register: Register = NOBODY) -> Collected:
    """Read and check what was listed, and say of each return whose of the ``register`` it is; what the memory knows is not read again."""
    read, faults = _read(lying.sources, how, memory, heard)
    inner = [source for one in read if isinstance(one, Bundle) for source in one.sources]
    more, more_faults = _read(inner, how, memory, heard) if inner else ([], [])
    returns = list(lying.aside)
    for one in (*read, *more):
        returns += [one.listed, *one.aside] if isinstance(one, Bundle) else [one]
    sources = {source.name: source for source in (*lying.sources, *inner)}
    single = enrolled(once(sorted(returns, key=lambda one: one.file)), register)
    stood = newest(single, {name: source.dated for name, source in sources.items()})
    return Collected(tuple(alike(stood)), sources, tuple(faults + more_faults))


def _aside(name: str, why: str) -> Return:
    code = Code.NOT_A_FILE if why == "special" else Code.IGNORED
    return Return(name, "", Status.IGNORED, None, (Finding(code, file=name),))


def _dated(path: Path | Stored) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


FAILURES = {"time": Code.TOOK_TOO_LONG, "memory": Code.TOO_MUCH_MEMORY, "crash": Code.CRASHED, "fault": Code.FAULT}


def _read(sources: Sequence[Source], how: Reading, memory: Memory, heard: Heard) -> tuple[list[Return | Bundle], list[str]]:
    """Read sources that are not known in workers; one on which the reader died is tried once more, alone, by the other engine."""
    recalled = [(source, memory.recall(source.name, source.path, Return | Bundle)) for source in sources]
    read: list[Return | Bundle] = [_moved(one, source.path) for source, one in recalled if one is not None]
    new = [source for source, one in recalled if one is None]
    faults: list[str] = []
    job = partial(collect_one, how)
    if read:
        heard("reading", len(read), len(sources))
    for n, (source, outcome) in enumerate(pool.each(job, new, how.workers), 1 + len(read)):
        again = outcome
        if isinstance(outcome, pool.Failed) and outcome.why == "crash":
            _, again = next(pool.each(partial(job, engine="openpyxl"), [source], 1))
        if isinstance(again, pool.Failed):
            faults += [f"{source.name}\n{again.detail}"] if again.detail else []
            memory.whole = False
            read.append(refused(source.name, "", Finding(FAILURES[again.why])))
        else:
            again = again if isinstance(again, Bundle) else light(again)
            _keep(memory, source, again)
            read.append(again)
        heard("reading", n, len(sources))
    return read, faults


def _keep(memory: Memory, source: Source, read: Return | Bundle) -> None:
    one = read.listed if isinstance(read, Bundle) else read
    if not one.sha256 and any(finding.code is Code.UNREADABLE for finding in one.findings):
        memory.whole = False  # a share that was away, a file that somebody has open: next time it may be there
    else:
        memory.keep(source.name, source.path, read, "" if source.member else one.sha256)


def _moved(known: Return | Bundle, path: Path | Stored) -> Return | Bundle:
    """Return a reading with the sources of a bundle where it lies now."""
    return replace(known, sources=tuple(replace(one, path=path) for one in known.sources)) if isinstance(known, Bundle) else known


def collect_one(how: Reading, source: Source, engine: str = "calamine") -> Return | Bundle:
    """Read one source (in a worker)."""
    try:
        content = source.read(how.limits)
    except OSError as problem:
        return refused(source.name, "", Finding(Code.UNREADABLE, facts={"reason": problem.strerror or str(problem)}))
    except Refused as refusal:
        return refused(source.name, "", Finding(refusal.code, facts=refusal.facts))
    read = read_return(source.name, content, how.models, how.limits, engine)
    if source.member or not _no_workbook(read) or not content.startswith(ZIP) or not is_bundle(content, how.limits):
        return read
    return _bundle(source, content, read.sha256, how.limits)


def _no_workbook(read: Return) -> bool:
    return any(finding.code is Code.NOT_A_WORKBOOK for finding in read.findings)


def _bundle(source: Source, content: bytes, digest: str, limits: Limits) -> Bundle:
    sources, aside = [], []
    for name, dated in members(content, limits):
        shown = f"{source.name}/{name}"
        if name.startswith("__MACOSX/"):
            continue  # what a Mac adds to every zip, never anything that a person put there
        if of_system(name.rpartition("/")[2]):
            aside.append(_aside(shown, "system"))
        else:
            sources.append(Source(shown, source.path, name, dated))
    note = Finding(Code.BUNDLE, file=source.name, facts={"count": len(sources)})
    return Bundle(tuple(sources), Return(source.name, digest, Status.IGNORED, None, (note,)), tuple(aside))


# --- what stands


def once(returns: Sequence[Return]) -> list[Return]:
    """Count identical content once: the first file by name stands, the others are set aside and say which one."""
    first: dict[str, str] = {}
    kept = []
    for one in returns:
        same = first.setdefault(one.sha256, one.file) if one.assessment else one.file
        apart = Return(one.file, one.sha256, Status.IGNORED, None, (Finding(Code.DUPLICATE, file=one.file, facts={"other": same}),))
        kept.append(one if same == one.file else apart)
    return kept


def newest(returns: Sequence[Return], dates: dict[str, float]) -> list[Return]:
    """Let the newest return of each respondent of an organisation stand: by the date inside the file, else by the file's own.

    The others say which one replaced them; those that stand beside each other say that they are put together.
    """

    def age(one: Return) -> tuple[str, float, str]:
        return (one.when, dates.get(one.file, 0.0), one.file)

    def latest(several: Sequence[Return]) -> Return:
        dated = several if all(one.when for one in several) else [replace(one, when="") for one in several]
        return max(dated, key=age)

    replaced: dict[str, Return] = {}
    for several in respondents.by_organisation(returns).values():
        for versions in respondents.versions(several, latest(several)):
            stands = latest(versions)
            replaced |= {one.file: stands for one in versions if one.file != stands.file}
    return respondents.noted([_superseded(one, replaced[one.file]) if one.file in replaced else one for one in returns])


def _superseded(one: Return, by: Return) -> Return:
    notes = [Finding(Code.SUPERSEDED, file=one.file, facts={"other": by.file})]
    form, other = respondents.said_in(one).form, respondents.said_in(by).form
    if form != other:
        notes.append(Finding(Code.OTHER_FORM, file=one.file, facts={"form": form, "by": other, "other": by.file}))
    return Return(one.file, one.sha256, Status.SUPERSEDED, None, tuple(notes), one.when)


LEAST_ALIKE = 10
"""Levels from which two organisations with the very same ones are worth a note."""


def alike(returns: Iterable[Return]) -> list[Return]:
    """Add a note to each organisation whose every level equals another's: perhaps the other's file was sent."""
    first: dict[tuple[object, ...], Return] = {}
    noted = []
    for one in returns:
        other = one
        if one.assessment is not None:
            levels = tuple((code, answer.level) for code, answer in one.assessment.answers.items())
            varied = {level for _, level in levels if level is not None}
            if len(varied) > 1 and sum(level is not None for _, level in levels) >= LEAST_ALIKE:
                other = first.setdefault(levels, one)
        if other.assessment is not None and respondents.organisation(other) != respondents.organisation(one):
            note = Finding(Code.SAME_AS_OTHER, file=one.file, facts={"other": other.assessment.organisation})
            noted.append(replace(one, findings=(*one.findings, note)))
        else:
            noted.append(one)
    return noted
