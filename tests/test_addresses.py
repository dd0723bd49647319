"""The command line and addresses: who takes one, what is refused with which words, what is not loaded without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fsspec.exceptions import FSTimeoutError
from fsspec.implementations.memory import MemoryFileSystem

from dimm_xl.remote import place
from tests.test_cli import called
from tests.test_collect import lay, said


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one return, whose name an address writes otherwise."""
    return lay(tmp_path_factory.mktemp("in") / "été & 100%", {"a.xlsx": said("Hôtel")})


@pytest.mark.parametrize("command", ["run", "collect", "migrate"])
def test_a_command_that_reads_returns_takes_an_address(memory: MemoryFileSystem, tmp_path: Path, command: str) -> None:
    """The whole of it, without a folder."""
    memory.pipe_file("/camp/returns/a.xlsx", said("Hôtel"))
    more = ["--to", "v2"] if command == "migrate" else []
    ended = called(command, "memory://camp/returns", tmp_path / "out", *more, "--workers", "0", "--json")
    assert (ended.exit_code, '"refused": 0' in ended.stdout) == (0, True)
    assert (tmp_path / "out").exists()


def test_the_address_of_a_folder_of_this_machine_is_that_folder(returns: Path, tmp_path: Path) -> None:
    """With its signs as an address writes them; one that is not there is refused as the folder is."""
    assert place(returns.as_uri()) == returns
    ended = called("run", (tmp_path / "nowhere").as_uri(), tmp_path / "out")
    assert (ended.exit_code, "does not exist" in ended.stderr) == (2, True)


REFUSED = {
    "s3://AKIA:s3cret@bucket/folder": "environment variables",
    "s3://AKIA:s3/cret@bucket/folder": "environment variables",
    "abfs://container/folder?sig=s3cret": "environment variables",
    "https://example.org/returns": "s3://bucket/folder",
    "zip://*.xlsx::memory://camp/all.zip": "s3://bucket/folder",
    "foo://bucket/folder": "Protocol not known: foo",
    "memory://camp/nowhere": "memory://camp/nowhere: no such bucket, folder or file",
    "memory://camp/returns/a.xlsx": "a file, not a folder: give the folder that it lies in",
    "s3://": "s3://bucket/folder",
}


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_cannot_be_read_is_refused_with_what_to_do(memory: MemoryFileSystem, tmp_path: Path, address: str) -> None:
    """As a folder that is not there: status 2, one message, nothing written, no secret repeated."""
    memory.pipe_file("/camp/returns/a.xlsx", b"x")
    ended = called("run", address, tmp_path / "out")
    message = " ".join(ended.stderr.split())
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "Error: Invalid value for 'RETURNS'" in message
    assert REFUSED[address] in message
    assert "s3cret" not in message.replace("/", "")
    assert list(tmp_path.iterdir()) == []


ANSWERS = {
    "not permitted with the credentials that the library of this store finds: Access Denied": PermissionError("Access Denied"),
    "the store cannot be had: FSTimeoutError": FSTimeoutError(),
    "the store cannot be had: No such account": LookupError("No such account"),
}


@pytest.mark.parametrize("reason", ANSWERS)
def test_a_store_that_refuses_is_named_with_what_it_answers(
    memory: MemoryFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """Whatever its library raises: status 2, a message, nothing written."""
    memory.pipe_file("/camp/returns/a.xlsx", b"x")

    def info(*_: Any, **__: Any) -> None:
        raise ANSWERS[reason]

    monkeypatch.setattr(MemoryFileSystem, "info", info)
    ended = called("run", "memory://camp/returns", tmp_path / "out")
    assert (ended.exit_code, f"memory://camp/returns: {reason}" in " ".join(ended.stderr.split())) == (2, True)
    assert list(tmp_path.iterdir()) == []


UNASKED: dict[str, tuple[dict[str, str], str]] = {
    "nobody answers": ({"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}, "the store cannot be had: Could not connect"),
    "no credentials": ({}, "the store cannot be had: Unable to locate credentials"),
}


@pytest.mark.parametrize("which", UNASKED)
def test_a_store_that_cannot_be_asked_is_named_with_the_reason(tmp_path: Path, which: str) -> None:
    """A network that is away, credentials that are missing: a message, no traceback."""
    more, reason = UNASKED[which]
    known = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    known |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    known |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1", **more}
    asked = [sys.executable, "-m", "dimm_xl", "run", "s3://bucket/returns", str(tmp_path / "out")]
    ended = subprocess.run(asked, env=known, capture_output=True, encoding="utf-8", check=False)
    assert (ended.returncode, reason in " ".join(ended.stderr.split()), "Traceback" in ended.stderr) == (2, True, False), ended.stderr


@pytest.mark.parametrize(("missing", "address"), [("fsspec", "s3://bucket/folder"), ("gcsfs", "gs://bucket/folder")])
def test_a_library_that_is_missing_is_named_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, address: str
) -> None:
    """The extra, or what fsspec needs for a store."""
    monkeypatch.setitem(sys.modules, missing, None)
    ended = called("run", address, tmp_path / "out")
    message = " ".join(ended.stderr.split())
    assert (ended.exit_code, "pip install 'dimm-xl[remote]'" in message, missing in message.rpartition(")")[2]) == (2, True, True), message


HERE = {
    "OUT": ["run", "{returns}", "s3://bucket/out"],
    "--archive": ["run", "{returns}", "out", "--archive", "s3://bucket/archive.sqlite"],
    "--register": ["run", "{returns}", "out", "--register", "s3://bucket/register.xlsx"],
    "--reviews": ["run", "{returns}", "out", "--reviews", "s3://bucket/reviews"],
    "RETURNS": ["watch", "s3://bucket/returns", "out"],
}


@pytest.mark.parametrize("which", HERE)
def test_what_must_lie_on_this_machine_is_not_taken_from_a_store(
    returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """Nor taken for a folder called `s3:`; the message says what to give."""
    monkeypatch.chdir(tmp_path)
    ended = called(*(one.format(returns=returns) for one in HERE[which]))
    assert (ended.exit_code, "give a path of this machine" in " ".join(ended.stderr.split())) == (2, True)
    assert which in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_fsspec_is_not_loaded_for_a_folder(returns: Path, tmp_path: Path) -> None:
    """A whole run without it."""
    script = f"""
import sys
from dimm_xl.cli import main
try:
    main(["run", {str(returns)!r}, {str(tmp_path / "out")!r}, "--workers", "0"])
except SystemExit as ended:
    assert ended.code == 0
print("loaded:", "fsspec" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.splitlines()[-1] == "loaded: False"
