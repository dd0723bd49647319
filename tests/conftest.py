"""Fixtures that are programs: a private LibreOffice, a Dask scheduler with workers; and a campaign that many tests look at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from dimm_xl import remote
from tests.office import Office
from tests.recompute import Campaign, made_up


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running LibreOffice; skipped when missing, failed when DIMM_XL_OFFICE=required."""
    missing = Office.missing()
    if missing:
        if os.environ.get("DIMM_XL_OFFICE") == "required":
            pytest.fail(f"DIMM_XL_OFFICE=required, but {missing}")
        pytest.skip(missing)
    home: Path = tmp_path_factory.mktemp("office")
    with Office(home) as running:
        yield running
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign of forty organisations whose numbers are worked out anew."""
    return made_up(tmp_path_factory.mktemp("campaign"))


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers; one that dies is replaced by its nanny."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
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


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    """A store in this process, empty."""
    remote._kept.cache_clear()
    MemoryFileSystem.store.clear()
    yield MemoryFileSystem()
    MemoryFileSystem.store.clear()
