"""A folder that is watched: as files arrive and are complete, results are brought up to date."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from dimm_xl import campaign
from dimm_xl.collect import Heard, unheard
from dimm_xl.files import walk
from dimm_xl.findings import Busy
from dimm_xl.settings import Run

Marks = Mapping[str, tuple[int, int]]
"""Size and date of modification (nanoseconds) of files, by name."""
LONGEST = 10
"""Settle times that complete files wait at most for others that are still arriving."""
OURS = frozenset({"opened", "closed_no_write"})
"""What happens to a file that is merely read."""


class Settling:
    """Tells which files of a folder are complete, and when it is time to read them; seconds come from outside.

    A file is complete when size and date stayed the same for ``settle`` seconds. It is time when a complete file is new or
    changed, or one is gone, and nothing is arriving any more, or has been for long. A file that is being replaced is no reason alone.
    """

    def __init__(self, settle: float) -> None:
        self.settle = settle
        self.arriving = False
        self._since: dict[str, tuple[tuple[int, int], float]] = {}
        self._done: Marks | None = None
        self._waiting: float | None = None

    def due(self, marks: Marks, now: float) -> Marks | None:
        """Return the complete files when it is time to read them, None when there is nothing to do yet."""
        self._since = {
            name: known if (known := self._since.get(name)) and known[0] == mark else (mark, now) for name, mark in marks.items()
        }
        complete = {name: mark for name, (mark, since) in self._since.items() if now - since >= self.settle}
        self.arriving = len(complete) < len(marks)
        if not self._news(marks, complete):
            self._waiting = None
            return None
        self._waiting = now if self._waiting is None else self._waiting
        return None if self.arriving and now - self._waiting < LONGEST * self.settle else complete

    def done(self, complete: Marks) -> None:
        """Hear that these files were read."""
        self._done, self._waiting = complete, None

    def _news(self, marks: Marks, complete: Marks) -> bool:
        if self._done is None:
            return bool(complete) or not marks
        return any(self._done.get(name) != mark for name, mark in complete.items()) or not self._done.keys() <= marks.keys()


def rounds(asked: Run, settle: float = 2.0, poll: bool = False, heard: Heard = unheard) -> Generator[str, None, None]:
    """Run whenever it is time, and yield a line about each run; ends only with an exception (KeyboardInterrupt, Faulty).

    When another run is at work, or a file cannot be written, the line says so, once, and it is tried again.
    """
    settling, said = Settling(settle), ""
    folder = asked.returns
    assert isinstance(folder, Path), "a folder of this machine is watched; the command line takes no address here"
    with _woken(folder, poll) as woken:
        while True:
            complete = settling.due(_marks(folder, campaign.apart(asked)), time.monotonic())
            failed = False
            if complete is not None:
                try:
                    summary = campaign.run(replace(asked, alone=frozenset(complete), today=date.today()), heard)
                except (Busy, OSError) as problem:
                    line, failed = f"not now, will try again: {problem}", True
                else:
                    settling.done(complete)
                    line = _line(summary)
                if line != said or not failed:
                    yield line
                said = line
            soon = failed or settling.arriving or poll or woken is None
            _sleep(woken, max(settle / 2, 0.05) if soon else None)


def _line(summary: campaign.Summary) -> str:
    """Return what became of a run in one line."""
    counts = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in summary.statuses.items() if count)
    faults = f"; {len(summary.faults)} faults of dimm-xl itself" if summary.faults else ""
    return f"{sum(summary.statuses.values())} files: {counts or 'none'}; {summary.organisations} organisations in {summary.out}{faults}"


def _marks(folder: Path, apart: Sequence[Path]) -> Marks:
    """Return what lies among the returns, results apart; a file that goes away meanwhile is left out."""
    found = {}
    for one in walk(folder, apart):
        try:
            about = one.path.lstat()
        except OSError:
            continue
        found[one.name] = (about.st_size, about.st_mtime_ns)
    return found


@contextmanager
def _woken(folder: Path, poll: bool) -> Iterator[Event | None]:
    """Give an event that the system sets when something changes below a folder; None where it cannot, or must not be trusted."""
    woken = Event()

    class Waking(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if event.event_type not in OURS:
                woken.set()

    observer = Observer()
    observer.schedule(Waking(), str(folder), recursive=True)
    try:
        if not poll:
            observer.start()
    except OSError:  # more folders than the system will watch
        poll = True
    try:
        yield None if poll else woken
    finally:
        if not poll:
            observer.stop()
            observer.join()


def _sleep(woken: Event | None, seconds: float | None) -> None:
    """Sleep for some seconds, or until woken; in short naps, since Ctrl-C does not interrupt a long one everywhere."""
    if woken is None or seconds is not None:
        time.sleep(seconds or 1.0)
        return
    while not woken.wait(1.0):
        pass
    woken.clear()
