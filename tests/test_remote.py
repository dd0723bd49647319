"""Returns in a store instead of a folder: the same results, nothing fetched twice, a clear word when it cannot be had.

A real object store (moto) answers over the loopback; what only some stores do is played by fsspec's own store in memory.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fsspec.exceptions import FSTimeoutError
from fsspec.implementations.memory import MemoryFileSystem

from dimm_xl.campaign import run
from dimm_xl.collect import listed
from dimm_xl.findings import Faulty
from dimm_xl.issuing import make_up
from dimm_xl.remote import Store
from dimm_xl.sample import Drawn
from dimm_xl.settings import Run
from dimm_xl.workbook.guard import Limits
from tests.test_collect import changed, gathered, lay, outcome, said, zipped
from tests.test_done_once import counted


def written(out: Path) -> dict[str, bytes]:
    """Everything that a run left in a folder, archive and all."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


# --- a real object store


@dataclass(frozen=True)
class Bucket:
    """A bucket of an object store, and the log of what the store was asked."""

    name: str
    log: Path

    @property
    def files(self) -> Any:
        """What fsspec shows of the store."""
        import fsspec

        return fsspec.filesystem("s3")

    def lay(self, folder: Path, below: str) -> Store:
        """Put the files of a folder into the bucket."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.files.pipe_file(f"{self.name}/{below}/{path.relative_to(folder).as_posix()}", path.read_bytes())
        self.fetched()
        return Store(f"s3://{self.name}/{below}")

    def fetched(self) -> Counter[str]:
        """How often the content of each object was asked for since this was last asked, by its name without folders."""
        asked = re.findall(rf'"GET /{self.name}/(?:\S*/)?([^/?\s]+) HTTP', self.log.read_text("utf-8"))
        os.truncate(self.log, 0)
        return Counter(asked)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket in a process of its own, which the environment names, as it does for a user; workers inherit that."""
    folder = tmp_path_factory.mktemp("store")
    log = folder / "log.txt"
    asked = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with log.open("a") as out, pytest.MonkeyPatch.context() as environment:
        server = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=out)
        try:
            while not (running := re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8"))):
                assert server.poll() is None, "the store ended at once"
                time.sleep(0.05)
            named = {"ENDPOINT_URL": running[0], "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "DEFAULT_REGION": "us-east-1"}
            for name, value in named.items():
                environment.setenv(f"AWS_{name}", value)
            environment.setenv("AWS_CONFIG_FILE", str(folder / "none"))
            environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
            found = Bucket("campaign", log)
            found.files.mkdir(found.name)
            yield found
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as people fill it: below folders, a zip, a damaged file, a system's file, an older version, names with every sign."""
    folder = tmp_path_factory.mktemp("returns")
    make_up(folder / "nord & été (1)", Drawn(3, 3, size="micro"), workers=0)
    versions = {"Hôtel+100%.xlsx": changed(said("Hôtel", 2), "2026-03-02"), "neu#2.xlsx": changed(said("Hôtel", 3), "2026-03-09")}
    others = {"damaged.xlsx": b"PK\x03\x04 and nothing more", "sud/Thumbs.db": b"x"}
    return lay(folder, {**versions, **others, "all.zip": zipped({"a.xlsx": said("Auberge"), "b/c.xlsx": said("Bistrot", 4)})})


@pytest.fixture(scope="module")
def expected(returns: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run over the folder leaves."""
    out = tmp_path_factory.mktemp("folder") / "out"
    run(Run(returns, out, workers=0))
    return written(out)


@pytest.mark.parametrize("where", ["here", "on a cluster"])
def test_a_run_over_a_store_leaves_the_very_same_files_as_one_over_a_folder(
    bucket: Bucket, returns: Path, expected: dict[str, bytes], request: pytest.FixtureRequest, tmp_path: Path, where: str
) -> None:
    """Workers, here or of a scheduler, get the address and open the store themselves; every table and workbook has the same bytes."""
    stored = bucket.lay(returns, where)
    workers = 2 if where == "here" else request.getfixturevalue("scheduler")  # after the bucket: its workers inherit where that is
    summary = run(Run(stored, tmp_path / "out", workers=workers))
    assert (summary.organisations, summary.faults, summary.statuses["refused"]) == (6, (), 1)
    assert len(expected) > 10
    assert written(tmp_path / "out") == expected


def test_run_again_over_a_store_fetches_what_changed_and_nothing_else(bucket: Bucket, returns: Path, tmp_path: Path) -> None:
    """At first each file once, a zip twice, for its list and for all that is in it; then nothing; then what is new alone."""
    stored = bucket.lay(returns, "again")
    asked = Run(stored, tmp_path / "out", workers=0, archive=tmp_path / "archive.sqlite")
    first = run(asked)
    fetched = bucket.fetched()
    assert fetched - Counter(fetched.keys()) == {"all.zip": 1}
    assert len(fetched) == 7
    before = written(tmp_path)
    assert run(asked) == first
    assert bucket.fetched() == {}
    assert written(tmp_path) == before
    bucket.files.pipe_file(f"{bucket.name}/again/all.zip", zipped({"a.xlsx": said("Auberge"), "b/c.xlsx": said("Brasserie")}))
    bucket.files.rm_file(f"{bucket.name}/again/damaged.xlsx")
    last = run(asked)
    assert bucket.fetched() == {"all.zip": 1}
    assert (last.organisations, last.statuses["refused"]) == (6, 0)
    assert {path.stem for path in (tmp_path / "out/organisations").iterdir()} >= {"auberge", "brasserie"}
    assert not (tmp_path / "out/organisations/bistrot.xlsx").exists()


def test_an_object_store_is_listed_as_a_folder_is(bucket: Bucket, tmp_path: Path) -> None:
    """Below the address alone, in the order of a folder; marks of empty folders are nothing; what has no place in a folder is named."""
    names = ("b.xlsx", "a-b/1.xlsx", "a/2.xlsx", "a/.hidden", "~$b.xlsx")
    folder = lay(tmp_path / "in", dict.fromkeys(names, b"x"))
    stored = bucket.lay(folder, "listed")
    for more in ("listed/empty/", "listed-not/c.xlsx", "d.xlsx"):
        bucket.files.pipe_file(f"{bucket.name}/{more}", b"")
    here, there = listed(folder), listed(Store(f"{stored.url}/"))
    assert [one.name for one in there.sources] == [one.name for one in here.sources] == ["a/2.xlsx", "a-b/1.xlsx", "b.xlsx"]
    assert there.aside == here.aside
    assert all(0 <= time.time() - one.dated < 600 for one in there.sources)
    bucket.files.pipe_file(f"{bucket.name}/listed/a//3.xlsx", b"x")
    assert [one.file for one in listed(stored).aside if one not in here.aside] == ["a/"]
    with pytest.raises(Faulty, match="s3://nobody/listed: no such bucket"):
        listed(Store("s3://nobody/listed"))


# --- what only some stores do


def told(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """Let the store in memory tell this about every file it lists, None: not at all."""
    plain = MemoryFileSystem.ls

    def ls(self: MemoryFileSystem, path: str, **named: Any) -> list[dict[str, Any]]:
        known = [{**one, **(more if one["type"] == "file" else {})} for one in plain(self, path, **named)]
        return [{key: value for key, value in one.items() if value is not None or key == "size"} for one in known]

    monkeypatch.setattr(MemoryFileSystem, "ls", ls)


MEMORY = Store("memory://camp/returns")

NOON = datetime.fromisoformat("2026-03-09T12:00:00+00:00")
DATED: dict[str, Any] = {
    "a server": {"mtime": NOON},
    "S3": {"LastModified": NOON, "created": 5.0},
    "Azure": {"last_modified": NOON},
    "seconds": {"mtime": NOON.timestamp()},
}


@pytest.mark.parametrize("which", DATED)
def test_the_date_of_a_file_is_found_whatever_a_store_calls_it(
    memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """In seconds, as a folder has it: it says which of two returns is newer where the workbooks do not."""
    memory.pipe_file("/camp/returns/a.xlsx", b"x")
    told(monkeypatch, **DATED[which])
    assert [one.dated for one in listed(MEMORY).sources] == [NOON.timestamp()]


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "date and tag as they were": ({"mtime": 1.0, "etag": "x"}, {"mtime": 1.0, "etag": "x"}, True),
    "another tag": ({"mtime": 1.0, "etag": "x"}, {"mtime": 1.0, "etag": "y"}, False),
    "another date": ({"mtime": 1.0, "etag": "x"}, {"mtime": 2.0, "etag": "x"}, False),
    "a date alone": ({"mtime": 1.0}, {"mtime": 1.0}, True),
    "a tag alone": ({"created": None, "ETag": "x"}, {"created": None, "ETag": "x"}, True),
    "neither": ({"created": None}, {"created": None}, False),
}


@pytest.mark.parametrize("which", CHANGES)
def test_a_file_is_known_again_by_what_its_store_says_of_it(
    memory: MemoryFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """By size, date and tag; where the store tells neither date nor tag, nobody knows, and the file is read each time."""
    before, after, known = CHANGES[which]
    memory.pipe_file("/camp/returns/a.xlsx", said("Hôtel"))
    counts: Counter[str] = Counter()
    counted(monkeypatch, MemoryFileSystem, "cat_file", counts)
    for tells in (before, after):
        with monkeypatch.context() as now:
            told(now, **tells)
            run(Run(MEMORY, tmp_path / "out", workers=0, archive=tmp_path / "archive.sqlite"))
    assert counts == {"cat_file": 1 if known else 2}


def test_a_file_is_not_fetched_when_it_is_too_large_or_its_size_is_not_told(
    memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is held before the first byte."""
    memory.pipe_file("/camp/returns/a.xlsx", b"x" * 2000)
    counts: Counter[str] = Counter()
    counted(monkeypatch, MemoryFileSystem, "cat_file", counts)
    assert outcome(gathered(MEMORY, limits=Limits(file=1000))) == {"a.xlsx": ("refused", "TOO_BIG")}
    told(monkeypatch, size=None)
    assert outcome(gathered(MEMORY)) == {"a.xlsx": ("refused", "UNREADABLE")}
    assert counts == {}


def test_a_link_on_a_server_is_set_aside_and_not_followed(memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is in a folder."""
    memory.pipe_file("/camp/returns/a.xlsx", said("Hôtel"))
    told(monkeypatch, type="link")
    assert outcome(gathered(MEMORY)) == {"a.xlsx": ("ignored", "NOT_A_FILE")}


class OfALibrary(Exception):
    """What the library of a store may raise: no OSError."""


RAISED: dict[str, tuple[Exception, str]] = {
    "gone": (FileNotFoundError("camp/returns/b.xlsx"), "no such bucket, folder or file: camp/returns/b.xlsx"),
    "forbidden": (PermissionError("Access Denied"), "not permitted"),
    "away": (OfALibrary('Could not connect to "https://key:s3/cret@host/b.xlsx?sig=t0ken"'), 'Could not connect to "https://host/b.xlsx"'),
    "too slow": (FSTimeoutError(), "the store cannot be had: FSTimeoutError"),
}


@pytest.mark.parametrize("which", RAISED)
def test_a_file_that_cannot_be_had_costs_itself_alone(
    memory: MemoryFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """Whatever the library raises becomes the reason, without the secrets in it; the next run tries again."""
    for name in "abc":
        memory.pipe_file(f"/camp/returns/{name}.xlsx", said(name, ord(name) % 5))
    problem, reason = RAISED[which]
    plain = MemoryFileSystem.cat_file

    def cat_file(self: MemoryFileSystem, path: str, **named: Any) -> bytes:
        if path.endswith("b.xlsx"):
            raise problem
        return bytes(plain(self, path, **named))

    asked = Run(MEMORY, tmp_path / "out", workers=0, archive=tmp_path / "archive.sqlite")
    with monkeypatch.context() as broken:
        broken.setattr(MemoryFileSystem, "cat_file", cat_file)
        summary = run(asked)
    assert (summary.organisations, summary.statuses["refused"], summary.faults) == (2, 1, ())
    findings = (tmp_path / "out/data/findings.csv").read_text("utf-8").replace('""', '"')
    assert "b.xlsx,,,UNREADABLE,error" in findings
    assert reason in findings
    assert run(asked).organisations == 3


def test_a_folder_that_cannot_be_listed_ends_a_run_before_anything_is_changed(
    memory: MemoryFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that goes away between two folders must not look like organisations that are gone."""
    memory.pipe_file("/camp/returns/a.xlsx", said("Auberge"))
    memory.pipe_file("/camp/returns/sud/b.xlsx", said("Bistrot", 4))
    asked = Run(MEMORY, tmp_path / "out", workers=0)
    run(asked)
    before = written(tmp_path / "out")
    plain = MemoryFileSystem.ls

    def ls(self: MemoryFileSystem, path: str, **named: Any) -> Any:
        if path.endswith("sud"):
            raise FSTimeoutError
        return plain(self, path, **named)

    monkeypatch.setattr(MemoryFileSystem, "ls", ls)
    with pytest.raises(Faulty, match=r"memory://camp/returns: the store cannot be had"):
        run(asked)
    assert written(tmp_path / "out") == before
