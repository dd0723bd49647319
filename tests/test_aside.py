"""One long work in a process of its own: step by step while others go on, and never longer than anybody asks for it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dimm_xl.aside import aside
from dimm_xl.pool import Failed, each
from tests.test_pool import DEADLINE, linux, told, work


def steps(job: str) -> Iterator[str]:
    """Do each word of a job, one a step."""
    yield from map(work, job.split(", "))


@pytest.mark.parametrize("workers", [0, 1, None])
def test_steps_are_gone_through_while_others_are_done(workers: int | None) -> None:
    """A step is begun when it is asked for, and its outcome is there when it is waited for; one follows the other."""
    with aside(steps, "a, wait 0.3, b", workers) as ask:
        assert ask()() == "A"
        second = ask()
        assert told(each(work, ["c", "d"], workers, DEADLINE)) == [("c", "C"), ("d", "D")]
        assert second() == "WAIT 0.3"
        assert ask()() == "B"
    assert multiprocessing.active_children() == []


def test_steps_are_gone_through_elsewhere_unless_nobody_may_work() -> None:
    """With workers they have one process of their own; without, they are done here."""
    with aside(steps, "process, process", 1) as elsewhere, aside(steps, "process", 0) as here:
        assert here()() == str(os.getpid())
        assert elsewhere()() == elsewhere()() != str(os.getpid())


def test_a_step_that_nobody_asks_for_is_not_begun() -> None:
    """Where the consolidation stands, nobody waits for it, or for a process that is at it."""
    with aside(steps, "a, hang", 1) as ask:
        assert ask()() == "A"
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("bad", "why", "workers"), [("raise", "fault", 0), ("raise", "fault", 1), ("panic", "fault", 1), ("die", "crash", 1)]
)
def test_a_step_that_fails_says_why(bad: str, why: str, workers: int) -> None:
    """Whatever becomes of it, this process goes on; what was to follow it failed for the same reason."""
    with aside(steps, f"a, {bad}, b", workers) as ask:
        assert ask()() == "A"
        outcome, after = ask()(), ask()()
    assert isinstance(outcome, Failed)
    assert outcome.why == why
    assert after == outcome


def test_it_is_given_up_when_the_run_is() -> None:
    """Ctrl-C while others work: nobody waits for a step that takes two minutes, and it is not left behind."""
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert multiprocessing.active_children() == []
    assert time.monotonic() - started < 60


def interrupted() -> None:
    """Ask for a step that hangs, then be interrupted."""
    with aside(steps, "hang", 1) as ask:
        ask()
        raise KeyboardInterrupt


KILLED = """
import sys
from dimm_xl.aside import aside
from tests.test_aside import note_and_compute
if __name__ == "__main__":
    with aside(note_and_compute, sys.argv[1], 1) as ask:
        ask()()
"""


def note_and_compute(place: str) -> Iterator[None]:
    """Say who works, then compute for ever."""
    Path(f"{place}.part").write_text(str(os.getpid()), "ascii")
    Path(f"{place}.part").replace(place)
    while True:
        pass
    yield


@linux
def test_it_ends_with_a_run_that_is_killed(tmp_path: Path) -> None:
    """Nobody is left who writes a file that the next run does not know."""
    (tmp_path / "run.py").write_text(KILLED, "utf-8")
    place, top = tmp_path / "worker", Path(__file__).parents[1]
    paths = {**os.environ, "PYTHONPATH": str(top)}
    with subprocess.Popen([sys.executable, str(tmp_path / "run.py"), str(place)], cwd=top, env=paths) as process:
        assert within(60, place.exists)
        process.send_signal(signal.SIGKILL)
    worker = Path("/proc", place.read_text("ascii"), "stat")
    assert within(30, lambda: not worker.exists() or worker.read_text("ascii").split()[2] == "Z")


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Wait until something holds, and say whether it does."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()
