"""The same stages on a Dask cluster: a real scheduler and two worker processes on the loopback address."""

from __future__ import annotations

import os
import time
from pathlib import Path

from dimm_xl.campaign import run
from dimm_xl.files import write_whole
from dimm_xl.issuing import make_up
from dimm_xl.pool import Failed, each
from dimm_xl.sample import Drawn
from dimm_xl.settings import Run
from tests.test_resilience import far_corner


def work(job: str) -> str:
    """Do a job that may end its worker."""
    if job == "die":
        os._exit(9)
    if job == "hang":
        time.sleep(120)
    if job == "raise":
        raise ValueError("no such lever")
    return job.upper()


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
