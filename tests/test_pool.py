"""Many jobs in worker processes: the order is kept, and a job that fails in whatever way fails alone."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from dimm_xl.findings import Faulty
from dimm_xl.pool import AHEAD, Failed, each

DEADLINE = 4.0
"""Seconds for jobs that are done in no time, on a machine that may be busy."""
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space of a process")
Done = tuple[str, str]


def work(job: str) -> str:
    """Do a job that may misbehave in the way its name says; otherwise return it in capitals."""
    if job == "raise":
        raise ValueError("no such lever")
    if job == "panic":
        raise type("PanicException", (BaseException,), {})("a reader written in Rust")
    if job == "exit":
        sys.exit(3)
    if job == "recurse":
        return work(job)
    if job == "hang":
        time.sleep(120)
    if job == "spin":
        while True:
            pass
    if job == "die":
        os._exit(9)
    if job == "swell":
        return str(len(bytearray(8_000_000_000)))
    if job == "process":
        return str(os.getpid())
    if job.startswith("wait "):
        time.sleep(float(job.split()[1]))
    return job.upper()


def told(found: Iterator[tuple[str, str | Failed]]) -> list[Done]:
    """What became of each job: its result, or why it failed."""
    return [(job, made.why if isinstance(made, Failed) else made) for job, made in found]


# --- order


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_results_come_in_the_order_of_the_jobs(workers: int) -> None:
    """The slowest job first, many more jobs than workers: each result stands beside its job, in order, none lost, none twice."""
    jobs = ["wait 0.4", *(f"job {n}" for n in range(40))]
    assert told(each(work, jobs, workers, DEADLINE)) == [(job, job.upper()) for job in jobs]


@pytest.mark.parametrize("workers", [0, 2])
def test_no_jobs_give_no_results(workers: int) -> None:
    """An empty folder is no trouble."""
    assert told(each(work, [], workers)) == []


def test_jobs_are_fetched_only_a_little_ahead() -> None:
    """Ten thousand files are not all in memory before the first result: a few a worker are."""
    fetched = 0

    def jobs() -> Iterator[str]:
        nonlocal fetched
        for n in range(200):
            fetched += 1
            yield f"job {n}"

    results = each(work, jobs(), 1, DEADLINE)
    assert next(results) == ("job 0", "JOB 0")
    assert fetched <= AHEAD
    assert len(list(results)) == 199


def test_jobs_run_in_other_processes_unless_none_is_wanted() -> None:
    """With workers the work is done elsewhere; without, here."""
    ((_, elsewhere),) = each(work, ["process"], 1, DEADLINE)
    ((_, here),) = each(work, ["process"], 0)
    assert here == str(os.getpid()) != elsewhere


def test_no_worker_outlives_the_work() -> None:
    """When the results are all there, so are no processes any more."""
    assert len(told(each(work, ["a", "die", "b"], 2, DEADLINE))) == 3
    assert multiprocessing.active_children() == []


# --- failures


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("raise", "fault"),
        ("panic", "fault"),
        ("recurse", "fault"),
        ("exit", "fault"),
        ("die", "crash"),
        pytest.param("swell", "memory", marks=linux),
    ],
)
def test_a_job_that_fails_fails_alone(bad: str, why: str) -> None:
    """A job that raises, leaves, dies or takes too much memory is that job's failure; those before and after it are done."""
    jobs = ["a", "b", bad, "c", bad, "d", "e"]
    assert told(each(work, jobs, 2, DEADLINE)) == [(job, why if job == bad else job.upper()) for job in jobs]


@pytest.mark.parametrize("bad", ["hang", "spin"])
def test_a_job_past_its_deadline_is_given_up_alone(bad: str) -> None:
    """A job that waits for ever, or computes for ever, is ended; the jobs behind it still have their own time."""
    jobs = ["a", bad, "b", "c", "d"]
    assert told(each(work, jobs, 1, 2.0)) == [("a", "A"), (bad, "time"), ("b", "B"), ("c", "C"), ("d", "D")]


def test_a_deadline_is_for_one_job_and_not_for_all() -> None:
    """Jobs that wait in the queue for longer than the deadline are done all the same."""
    jobs = [f"wait 0.{n}" for n in (7, 8, 7, 8)]
    assert told(each(work, jobs, 1, 2.0)) == [(job, job.upper()) for job in jobs]


def test_every_kind_of_failure_at_once_leaves_the_rest_unharmed() -> None:
    """A batch in which most files are bad still gives every good one."""
    bad = {"raise": "fault", "die": "crash", "hang": "time", "panic": "fault"}
    jobs = [job for n, one in enumerate(bad) for job in (f"good {n}", one)] + ["last"]
    assert told(each(work, jobs, 2, 2.0)) == [(job, bad.get(job, job.upper())) for job in jobs]


@linux
def test_memory_may_be_taken_up_to_the_limit() -> None:
    """The same job swells under a small limit and is done under a large one."""
    limits = {memory: told(each(allocate, ["400000000"], 1, DEADLINE, memory)) for memory in (420_000_000, 2_000_000_000)}
    assert [made for ((_, made),) in limits.values()] == ["memory", "400000000"]


@linux
@pytest.mark.parametrize("count", [1, 60])
def test_workers_that_cannot_begin_are_told_instead_of_waited_for(count: int) -> None:
    """Without memory to start in, none ever takes a job: a sentence says what to do, and nobody waits for ever."""
    with pytest.raises(Faulty, match="end before they begin"):
        told(each(work, [f"job {n}" for n in range(count)], 2, DEADLINE, memory=1_000_000))
    assert multiprocessing.active_children() == []


def allocate(job: str) -> str:
    """Take so many bytes."""
    return str(len(bytearray(int(job))))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_fault_of_ours_shows_its_traceback(workers: int) -> None:
    """The traceback names the error, its message and the function, so that it can be reported."""
    ((_, made),) = each(work, ["raise"], workers, DEADLINE)
    assert isinstance(made, Failed)
    assert made.why == "fault"
    assert all(part in made.detail for part in ("ValueError: no such lever", "in work", "test_pool.py"))


@pytest.mark.parametrize("error", [ValueError, MemoryError, RecursionError])
def test_without_workers_an_error_is_still_that_jobs_failure(error: type[Exception]) -> None:
    """In one process there is no protection against death, but errors do not end the run."""

    def make(which: type[Exception]) -> Callable[[int], int]:
        def half(job: int) -> int:
            if job % 2:
                raise which
            return job

        return half

    found = [made.why if isinstance(made, Failed) else made for _, made in each(make(error), range(4), 0)]
    assert found == [0, "memory" if error is MemoryError else "fault", 2, "memory" if error is MemoryError else "fault"]


def test_an_interruption_by_the_user_ends_the_run() -> None:
    """Ctrl-C is not taken for a file's fault."""

    def interrupted(_: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(each(interrupted, [1, 2], 0))
