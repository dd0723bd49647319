"""One function over many jobs, in worker processes that may hang, swell or die without harm to the others."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

DEADLINE = 10.0
"""Seconds that one job may take."""
MEMORY = 1_000_000_000
"""Bytes of address space that a worker may take, where the system can limit it."""
AHEAD = 8
"""Jobs under way or waiting for each worker: enough to keep it busy, few enough to keep the parent's memory flat."""
RECYCLED = 500
"""Jobs after which a worker is replaced, against slow leaks in native code."""

Job = TypeVar("Job")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Failed:
    """A job that came to nothing: ``why`` is time, memory, crash or fault; ``detail`` the traceback of a fault."""

    why: str
    detail: str = ""


def each(
    function: Callable[[Job], Done], jobs: Iterable[Job], workers: int | None = None, deadline: float = DEADLINE, memory: int = MEMORY
) -> Generator[tuple[Job, Done | Failed], None, None]:
    """Yield each job with what ``function`` makes of it, in the order of ``jobs``.

    ``function`` and jobs must be picklable. ``workers`` None takes a worker a processor, 0 runs in this process (no protection).
    """
    if workers == 0:
        yield from ((job, _guarded(function, job)) for job in jobs)
        return
    count = workers or os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPool(count, max_tasks=RECYCLED, initializer=_limit, initargs=[memory], context=context) as pool:
        waiting: deque[tuple[Job, Any]] = deque()
        for job in jobs:
            waiting.append((job, pool.schedule(_guarded, args=[function, job], timeout=deadline)))
            if len(waiting) >= AHEAD * count:
                yield _awaited(*waiting.popleft())
        while waiting:
            yield _awaited(*waiting.popleft())


def _awaited(job: Job, future: Any) -> tuple[Job, Any]:
    try:
        return job, future.result()
    except TooLong:
        return job, Failed("time")
    except ProcessExpired:
        return job, Failed("crash")


def _guarded(function: Callable[[Job], Done], job: Job) -> Done | Failed:
    """Run a job so that whatever happens comes back as a value; native code may panic with a BaseException."""
    try:
        return function(job)
    except KeyboardInterrupt:
        raise
    except MemoryError:
        return Failed("memory")
    except BaseException:
        return Failed("fault", traceback.format_exc())


def _limit(memory: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # native code writes its panics there; what failed comes back as a value
    try:
        import resource
    except ImportError:  # not on Windows: the deadline still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
