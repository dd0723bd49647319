"""One long work in a process of its own, step by step as it is asked for, while others go on here."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from dimm_xl.pool import Failed, Workers, guarded, leave_with_parent

Job = TypeVar("Job")
Wait = Callable[[], Any]
"""Waits for what a step gives, or for :class:`Failed`."""


@contextlib.contextmanager
def aside(steps: Callable[[Job], Iterator[Any]], job: Job, workers: Workers = None) -> Iterator[Callable[[], Wait]]:
    """Let the ``steps`` of a job be gone through elsewhere; whoever asks for the next one gets what waits for it.

    ``steps`` and the job must be picklable. They may take what time and memory they need, and end when this process does or when
    nobody asks any more. With ``workers`` 0 a step is gone through here, when it is waited for.
    """
    if workers == 0:
        here = _outcomes(steps(job))
        yield lambda: partial(next, here)
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_go, args=(theirs, steps, job), daemon=True)
    process.start()
    theirs.close()
    try:
        yield partial(_ask, ours)
    finally:
        process.kill()
        process.join()
        ours.close()


def _go(asked: Connection, steps: Callable[[Job], Iterator[Any]], job: Job) -> None:
    leave_with_parent()
    outcomes = _outcomes(steps(job))
    while True:
        asked.recv()
        asked.send(next(outcomes))


def _outcomes(going: Iterator[Any]) -> Iterator[Any]:
    """Yield what each step gives; one that failed is told again for whatever was to follow it."""
    outcome = None
    while True:
        if not isinstance(outcome, Failed):
            outcome = guarded(next, going)
        yield outcome


def _ask(there: Connection) -> Wait:
    with contextlib.suppress(OSError):  # it died: whoever waits hears of it
        there.send(True)
    return partial(_hear, there)


def _hear(there: Connection) -> Any:
    try:
        return there.recv()
    except (EOFError, OSError):
        return Failed("crash")
