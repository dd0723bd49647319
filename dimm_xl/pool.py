"""One function over many jobs, in worker processes that may hang, swell or die without harm to the others: here, or on a cluster."""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import TimeoutError as TooLong
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from dimm_xl.findings import Fault, Faulty

DEADLINE = 10.0
"""Seconds that one job may take."""
MEMORY = 1_000_000_000
"""Bytes of address space that a worker may take, where the system can limit it."""
AHEAD = 8
"""Jobs under way or waiting for each worker: enough to keep it busy, few enough to keep the parent's memory flat."""
RECYCLED = 2_500
"""Jobs after which a worker is replaced, against slow leaks in native code; over so many none was seen.

A new worker loads the model and, where it writes, makes its moulds anew, which takes it seconds.
"""

NAP = 1.0
"""Seconds after which it is asked whether workers are still there."""
NO_WORKER = (
    "they end before they begin: memory is short, or the program was changed while it ran; what was done is kept, "
    "run again (with --workers 1 where memory is short, with --workers 0 to see what is wrong)"
)
Workers = int | str | None
"""How many worker processes here (None: one a processor, 0: none, in this process), or the address of a Dask scheduler."""

Job = TypeVar("Job")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Failed:
    """A job that came to nothing: ``why`` is time, memory, crash or fault; ``detail`` the traceback of a fault."""

    why: str
    detail: str = ""

    def told(self, what: str) -> str:
        """Return the failure as a fault that a run tells: what came to nothing, why, where in our code."""
        return f"{what}: {self.why}\n{self.detail}"


def each(
    function: Callable[[Job], Done], jobs: Iterable[Job], workers: Workers = None, deadline: float = DEADLINE, memory: int = MEMORY
) -> Generator[tuple[Job, Done | Failed], None, None]:
    """Yield each job with what ``function`` makes of it, in the order of ``jobs``; Faulty when no worker can begin.

    ``function`` and jobs must be picklable. In this process (``workers`` 0) nothing protects from a job that hangs or dies; on a
    cluster ``memory`` is what one job may take besides what its worker holds already.
    """
    if workers == 0:
        yield from ((job, guarded(function, job)) for job in jobs)
    elif isinstance(workers, str):
        yield from _on_cluster(function, jobs, workers, deadline, memory)
    else:
        yield from _here(function, jobs, workers, deadline, memory)


def _here(
    function: Callable[[Job], Done], jobs: Iterable[Job], workers: int | None, deadline: float, memory: int
) -> Generator[tuple[Job, Done | Failed], None, None]:
    """Run jobs in processes of this machine; Faulty when they end before they have begun a job."""
    count = workers or os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPool(count, max_tasks=RECYCLED, initializer=_limit, initargs=[memory], context=context) as pool:

        def start(job: Job) -> Any:
            try:
                return pool.schedule(guarded, args=[function, job], timeout=deadline)
            except RuntimeError:  # the pool gave up
                raise BrokenProcessPool from None

        try:
            yield from _in_order(jobs, start, AHEAD * count, ProcessExpired, lambda: pool.active)
        except BrokenProcessPool:
            raise Faulty([Fault("worker processes", 0, "", NO_WORKER)]) from None


def _on_cluster(
    function: Callable[[Job], Done], jobs: Iterable[Job], scheduler: str, deadline: float, memory: int
) -> Generator[tuple[Job, Done | Failed], None, None]:
    """Run jobs on the workers of a Dask scheduler; ImportError without the extra ``cluster``, OSError when no scheduler answers."""
    from distributed import Client, KilledWorker  # here: only a cluster needs it

    with Client(scheduler) as client, client.get_executor(pure=False) as executor:  # type: ignore[no-untyped-call]
        count = sum(client.nthreads().values()) or 1
        yield from _in_order(
            jobs, lambda job: executor.submit(_within, deadline, memory, function, job), AHEAD * count, KilledWorker, lambda: True
        )


def _in_order(
    jobs: Iterable[Job], start: Callable[[Job], Any], ahead: int, crash: type[Exception], works: Callable[[], bool]
) -> Generator[tuple[Job, Any], None, None]:
    """Start jobs a few ahead and yield their outcomes in order; ``crash`` is what a job that ended its worker raises.

    BrokenProcessPool when nobody ``works`` any more.
    """
    waiting: deque[tuple[Job, Any]] = deque()
    for job in jobs:
        waiting.append((job, start(job)))
        if len(waiting) >= ahead:
            yield _awaited(*waiting.popleft(), crash, works)
    while waiting:
        yield _awaited(*waiting.popleft(), crash, works)


def _awaited(job: Job, future: Any, crash: type[Exception], works: Callable[[], bool]) -> tuple[Job, Any]:
    while not future.done() and works():
        wait([future], NAP)
    if not future.done():
        raise BrokenProcessPool
    try:
        return job, future.result()
    except TooLong:
        return job, Failed("time")
    except crash:
        return job, Failed("crash")


def _within(deadline: float, memory: int, function: Callable[[Job], Done], job: Job) -> Done | Failed:
    """Run a job on a cluster's worker, which ends when the deadline passes: Dask cannot stop a task, but replaces a worker.

    It tries a task on a few workers before it gives it up, so a job that hangs comes back as a crash.
    """
    faulthandler.dump_traceback_later(deadline, exit=True)
    try:
        with _at_most(memory):
            return guarded(function, job)
    finally:
        faulthandler.cancel_dump_traceback_later()


@contextlib.contextmanager
def _at_most(memory: int) -> Iterator[None]:
    """Let this process take so many bytes of address space more than it has, where the system tells and can limit it."""
    try:
        import resource

        held = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (held + memory, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def leave_with_parent() -> None:
    """End this process as soon as the one that started it ends, whatever it is doing: nobody is left to note what it wrote."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


def guarded(function: Callable[[Job], Done], job: Job) -> Done | Failed:
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
    leave_with_parent()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # native code writes its panics there; what failed comes back as a value
    try:
        import resource
    except ImportError:  # not on Windows: the deadline still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
