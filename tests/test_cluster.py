"""The same stages on a Dask cluster: a real scheduler and two worker processes on the loopback address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dimm_xl.campaign import run
from dimm_xl.files import write_whole
from dimm_xl.issuing import make_up
from dimm_xl.pool import Failed, each
from dimm_xl.sample import Drawn
from dimm_xl.settings import Run
from tests.test_resilience import far_corner

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


def work(job: str) -> str:
    """Do a job that may end its worker."""
    if job == "die":
        os._exit(9)
    if job == "hang":
        time.sleep(120)
    if job == "raise":
        raise ValueError("no such lever")
    return job.upper()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers; one that dies is replaced by its nanny."""
    folder = tmp_path_factory.mktemp("cluster")
    known = folder / "scheduler.json"
    settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "DASK_TEMPORARY_DIRECTORY": str(folder)}
    dask = [sys.executable, "-W", "ignore", "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, **settings}}
    first = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(known)]
    workers = [*dask, "worker", "--scheduler-file", str(known), "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
    processes = [subprocess.Popen(first, **quiet)]  # type: ignore[call-overload]
    try:
        while not known.is_file() or not known.read_text():
            assert processes[0].poll() is None, "the scheduler ended at once"
            time.sleep(0.05)
        processes.append(subprocess.Popen(workers, **quiet))  # type: ignore[call-overload]
        yield str(json.loads(known.read_text())["address"])
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)


def test_a_job_that_ends_its_worker_costs_itself_alone(scheduler: str) -> None:
    """Jobs that raise, die or hang come back as failures; those beside them are done, in their order."""
    jobs = [*(f"job {n}" for n in range(10)), "die", "raise", "hang", *(f"job {n}" for n in range(10, 20))]
    found = {job: made.why if isinstance(made, Failed) else made for job, made in each(work, jobs, scheduler, deadline=3)}
    assert list(found) == jobs
    assert {job: found[job] for job in ("die", "raise", "hang")} == {"die": "crash", "raise": "fault", "hang": "crash"}
    assert all(found[job] == job.upper() for job in jobs if job.startswith("job"))


def test_a_run_on_a_cluster_gives_the_very_same_results_as_here(scheduler: str, tmp_path: Path) -> None:
    """Every file that a run leaves has the same bytes, a damaged return among the others and one that kills whoever reads it."""
    make_up(tmp_path / "returns", Drawn(6, 3, size="micro"), workers=0)
    write_whole(tmp_path / "returns" / "damaged.xlsx", b"PK\x03\x04 and nothing more")
    write_whole(tmp_path / "returns" / "deadly.xls", far_corner())
    results = {}
    for name, workers in (("here", 1), ("cluster", scheduler)):
        summary = run(Run(tmp_path / "returns", tmp_path / name, workers=workers))
        assert (summary.statuses["refused"], summary.organisations, summary.faults) == (2, 6, ())
        results[name] = {
            path.relative_to(tmp_path / name).as_posix(): path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()
        }
    assert len(results["here"]) > 10
    assert results["cluster"] == results["here"]
    assert b"deadly.xls,,,CRASHED,error" in results["cluster"]["data/findings.csv"]
