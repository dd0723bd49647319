"""A folder as people fill it: versions, copies, zips, odd names, links; each file listed once, the newest answers standing."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import socket
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dimm_xl import catalogue, collect
from dimm_xl.assessment import Answer, Answered, Assessment, Return, Status
from dimm_xl.campaign import run
from dimm_xl.collect import Bundle, Collected, Heard, Reading, Source, collect_one, unheard
from dimm_xl.findings import Code
from dimm_xl.issuing import Wanted, fill
from dimm_xl.model import Profile
from dimm_xl.remote import Store
from dimm_xl.settings import Run
from dimm_xl.workbook.guard import Limits
from tests.support import at_level

MICRO = Profile("tourism", "micro")
CODES = tuple(catalogue.load().at(MICRO).indicators)


def said(name: str, level: int = 3, profile: Profile = MICRO, answered: int = 99) -> bytes:
    """A return of an organisation: one level for all but the first indicator, ``answered`` of them at most."""
    answers = dict(list(at_level(level, profile).items())[:answered])
    answers |= {code: Answer(Answered((level + 1) % 6)) for code in list(answers)[:1]}
    return fill(Wanted(), Assessment(name, profile, "dimm", catalogue.load().edition.id, "fr", answers=answers))


def changed(content: bytes, day: str) -> bytes:
    """A workbook that says it was last saved on a day (empty: it does not say)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "docProps/core.xml":
                stamp = f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}T10:00:00Z</dcterms:modified>' if day else ""
                part = re.sub(rb"<dcterms:modified.*?</dcterms:modified>", stamp.encode(), part)
            new.writestr(entry, part)
    return out.getvalue()


def zipped(members: Mapping[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files, each a day older than the one before."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for n, (name, content) in enumerate(members.items()):
            made.writestr(zipfile.ZipInfo(name, (2026, 3, max(28 - n, 1), 10, 0, 0)), content, packed)
    return out.getvalue()


def lay(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Lay files in a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def gathered(folder: Path | Store, heard: Heard = unheard, workers: int = 0, limits: Limits | None = None) -> dict[str, Return]:
    """What collecting a folder gives, by file; each file is listed once and nothing of ours failed."""
    found: Collected = collect.collect(folder, (), Reading(workers=workers, limits=limits or Limits()), heard)
    assert found.faults == ()
    assert len({one.file for one in found.returns}) == len(found.returns)
    return {one.file: one for one in found.returns}


def outcome(found: Mapping[str, Return]) -> dict[str, tuple[str, ...]]:
    """Status and codes of what is not accepted, by file."""
    return {
        name: (one.status.value, *(finding.code.name for finding in one.findings)) for name, one in found.items() if one.assessment is None
    }


# --- one organisation, several files

VERSIONS: Mapping[str, tuple[tuple[str, int], tuple[str, int], str]] = {
    "newer inside, older outside": (("2026-03-09", 1), ("2026-03-02", 5), "a.xlsx"),
    "same day inside, newer outside": (("2026-03-02", 5), ("2026-03-02", 1), "a.xlsx"),
    "dated outside alone": (("", 5), ("", 1), "a.xlsx"),
    "one does not say when": (("", 5), ("2026-03-09", 1), "a.xlsx"),
    "the other does not say when": (("2026-03-09", 1), ("", 5), "b.xlsx"),
    "alike in all": (("2026-03-02", 1), ("2026-03-02", 1), "b.xlsx"),
}


@pytest.mark.parametrize("which", VERSIONS)
def test_the_newer_return_of_an_organisation_stands(tmp_path: Path, which: str) -> None:
    """The date inside the files decides, where either has none the files' own; the other says which one replaced it."""
    *versions, stands = VERSIONS[which]
    for name, (inside, outside), level in zip(("a.xlsx", "b.xlsx"), versions, (2, 4), strict=True):
        lay(tmp_path, {name: changed(said("Hôtel", level), inside)})
        os.utime(tmp_path / name, (outside, outside))
    found = gathered(tmp_path)
    (gone,) = found.keys() - {stands}
    assert found[stands].status is Status.ACCEPTED
    assert outcome(found) == {gone: ("superseded", "SUPERSEDED")}
    assert found[gone].findings[0].facts == {"other": stands}


def test_of_three_versions_one_stands_and_both_others_name_it(tmp_path: Path) -> None:
    """Names are compared without case, accents and blanks; every version is listed."""
    names = {"1.xlsx": "Hôtel des Tilleuls", "2.xlsx": "HOTEL  DES TILLEULS", "3.xlsx": " hotel des tilleuls"}
    lay(tmp_path, {file: changed(said(name, n), f"2026-03-0{n}") for n, (file, name) in enumerate(names.items(), 2)})
    found = gathered(tmp_path)
    assert outcome(found) == dict.fromkeys(("1.xlsx", "2.xlsx"), ("superseded", "SUPERSEDED"))
    assert [found[file].findings[0].facts["other"] for file in ("1.xlsx", "2.xlsx")] == ["3.xlsx", "3.xlsx"]


def test_versions_in_one_zip_are_told_apart_by_their_dates_in_it(tmp_path: Path) -> None:
    """A member's own date is its file's date: the zip's tells nothing about which of two versions is newer."""
    found = gathered(lay(tmp_path, {"lot.zip": zipped({"a.xlsx": said("Hôtel", 2), "b.xlsx": said("Hôtel", 4)})}))
    assert outcome(found) == {"lot.zip": ("ignored", "BUNDLE"), "lot.zip/b.xlsx": ("superseded", "SUPERSEDED")}


STRANGERS: Mapping[str, Mapping[str, tuple[str, Profile]]] = {
    "another size": {"a.xlsx": ("Hôtel", MICRO), "b.xlsx": ("Hôtel", Profile("tourism", "association"))},
    "another sector": {"a.xlsx": ("Hôtel", MICRO), "b.xlsx": ("Hôtel", Profile("health", "micro"))},
    "names in another script": {"a.xlsx": ("東京旅館", MICRO), "b.xlsx": ("Гостиница", MICRO)},
    "long names alike at first": {"a.xlsx": (f"{'Syndicat ' * 9} Nord", MICRO), "b.xlsx": (f"{'Syndicat ' * 9} Sud", MICRO)},
    "nameless in two folders": {"nord/retour.xlsx": ("", MICRO), "sud/retour.xlsx": ("", MICRO)},
}


@pytest.mark.parametrize("which", STRANGERS)
def test_two_organisations_are_never_taken_for_one(tmp_path: Path, which: str) -> None:
    """Nobody's answers are dropped because another organisation has a name that looks alike, or none."""
    both = {file: said(name, level, profile) for level, (file, (name, profile)) in enumerate(STRANGERS[which].items(), 2)}
    assert outcome(gathered(lay(tmp_path, both))) == {}


def test_identical_content_counts_once(tmp_path: Path) -> None:
    """A copy, in a folder or a zip, is set aside and names the file that counts; it is no newer version."""
    one = said("Hôtel")
    found = gathered(lay(tmp_path, {"b.xlsx": one, "copies/Copie de b (2).xlsx": one, "lot.zip": zipped({"b.xlsx": one})}))
    copies = ("copies/Copie de b (2).xlsx", "lot.zip/b.xlsx")
    assert outcome(found) == {"lot.zip": ("ignored", "BUNDLE")} | dict.fromkeys(copies, ("ignored", "DUPLICATE"))
    assert {found[name].findings[0].facts["other"] for name in copies} == {"b.xlsx"}


@pytest.mark.parametrize(
    ("answered", "levels", "noted"), [(35, (3, 3, 4), ["b"]), (10, (3, 3, 3), ["b", "c"]), (9, (3, 3, 3), []), (35, (1, 2, 3), [])]
)
def test_identical_answers_of_two_organisations_are_noted(tmp_path: Path, answered: int, levels: tuple[int, ...], noted: list[str]) -> None:
    """Ten levels or more, all alike, are worth a note that names the other one; both are still accepted."""
    lay(tmp_path, {f"{name}.xlsx": said(name, level, answered=answered) for name, level in zip("abc", levels, strict=True)})
    found = gathered(tmp_path)
    assert outcome(found) == {}
    alike = [
        (name, finding.facts["other"]) for name, one in found.items() for finding in one.findings if finding.code is Code.SAME_AS_OTHER
    ]
    assert alike == [(f"{name}.xlsx", "a") for name in noted]


# --- zips


def test_a_zip_is_opened_one_level_and_each_member_has_its_own_line(tmp_path: Path) -> None:
    """Good members are accepted, bad ones explained, and neither a nested zip nor what a Mac adds is taken for a return."""
    good = said("Hôtel")
    members = {
        "bon.xlsx": good,
        "dossier/été/autre bon.xlsx": said("Auberge", 4),
        "coupé.xlsx": said("Gîte")[:9000],
        "contacts.csv": b"nom;ville\nDupont;Lyon\n",
        "vide.xlsx": b"",
        "encore.zip": zipped({"caché.xlsx": said("Cachée")}),
        "__MACOSX/._bon.xlsx": b"\x00\x05\x16\x07",
        "dossier/": b"",
        "~$bon.xlsx": b"\x05Marie",
        ".DS_Store": b"\x00\x00\x00\x01Bud1",
        "Thumbs.db": b"\xd0\xcf\x11\xe0",
    }
    found = gathered(lay(tmp_path, {"envoi.zip": zipped(members)}))
    bad = {
        "envoi.zip": ("ignored", "BUNDLE"),
        "envoi.zip/coupé.xlsx": ("refused", "UNREADABLE"),
        "envoi.zip/contacts.csv": ("refused", "NOT_A_WORKBOOK"),
        "envoi.zip/vide.xlsx": ("refused", "EMPTY_FILE"),
        "envoi.zip/encore.zip": ("refused", "NOT_A_WORKBOOK"),
        **{f"envoi.zip/{name}": ("ignored", "IGNORED") for name in ("~$bon.xlsx", ".DS_Store", "Thumbs.db")},
    }
    assert outcome(found) == bad
    assert found.keys() - bad.keys() == {"envoi.zip/bon.xlsx", "envoi.zip/dossier/été/autre bon.xlsx"}


def lying(content: bytes, size: int) -> bytes:
    """A zip of one member whose headers lie about its size unpacked."""
    at = content.rindex(b"PK\x01\x02")
    return b"".join((content[:22], size.to_bytes(4, "little"), content[26 : at + 24], size.to_bytes(4, "little"), content[at + 28 :]))


BOMBS: Mapping[str, tuple[Callable[[], bytes], str, str]] = {
    "unpacks to too much": (lambda: zipped({f"{n}.xlsx": bytes(900_000) for n in range(3)}), "b.zip", "TOO_BIG"),
    "one member too big": (lambda: zipped({"a.xlsx": bytes(2_200_000)}), "b.zip", "TOO_BIG"),
    "lies about its size": (lambda: lying(zipped({"a.xlsx": bytes(3_000_000)}), 1000), "b.zip/a.xlsx", "UNREADABLE"),
    "too many members": (lambda: zipped({f"{n}.xlsx": b"" for n in range(60)}), "b.zip", "TOO_BIG"),
    "climbs out": (lambda: zipped({"../../a.xlsx": b"x"}), "b.zip", "SUSPICIOUS"),
    "starts at the root": (lambda: zipped({"/etc/a.xlsx": b"x"}), "b.zip", "SUSPICIOUS"),
    "two of one name": (lambda: zipped({"a.xlsx": b"x", "A.xlsx": b"y"}), "b.zip", "SUSPICIOUS"),
    "cut": (lambda: zipped({name: said(name) for name in "ab"})[:-30], "b.zip", "UNREADABLE"),
    "cut, not packed": (lambda: zipped({name: said(name) for name in "ab"}, packed=zipfile.ZIP_STORED)[:-30], "b.zip", "UNREADABLE"),
}


@pytest.mark.parametrize("which", BOMBS)
def test_a_zip_damaged_or_built_to_harm_is_refused_and_costs_nobody_else(tmp_path: Path, which: str) -> None:
    """Size is judged before anything is unpacked and again while it is; the return beside it is accepted, and no member passes for all."""
    bomb, name, why = BOMBS[which]
    lay(tmp_path, {"a.xlsx": said("Auberge"), "b.zip": bomb()})
    found = gathered(tmp_path, limits=Limits(unpacked=2_500_000, part=2_000_000, entries=50))
    assert found["a.xlsx"].status is Status.ACCEPTED
    inside = {"b.zip": ("ignored", "BUNDLE")} if "/" in name else {}
    assert outcome(found) == inside | {name: ("refused", why)}


# --- odd names, and what is no file

ODD = (
    "retour\nfinal.xlsx", "=cmd|' /C calc'!A0.xlsx", "-rf.xlsx", "+1.xlsx", "@a.xlsx", "%s{0}{file}.xlsx", "été\u0301.xlsx", " .xlsx",
    "a\\b:c*d?.xlsx", "\u202exslx.exe", "😀.xlsx", "con.xlsx", "'.xlsx", '"a","b".xlsx', f"{'x' * 250}.xlsx", "é" * 127, "sans fin",
)  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes file names of any bytes")
def test_whatever_a_file_is_called_it_is_read_and_listed_once(tmp_path: Path) -> None:
    """Line breaks, formulas, names of 255 bytes, names that are no text: each return is accepted, named in the tables, and reported."""
    names = (*ODD, os.fsdecode(b"r\xe9ponse.xlsx"), os.fsdecode(b"r\xe8ponse.xlsx"))
    lay(tmp_path / "in", {name: said(f"Organisation {n}", n % 5) for n, name in enumerate(names)})
    summary = run(Run(tmp_path / "in", tmp_path / "out", workers=2))
    assert (summary.faults, summary.statuses["accepted"], summary.organisations) == ((), len(names), len(names))
    with (tmp_path / "out/data/returns.csv").open(encoding="utf-8", newline="") as lines:
        listed = Counter(line["file"] for line in csv.DictReader(lines))
    shown = [name.encode("utf-8", "backslashreplace").decode() for name in names]
    assert listed == Counter(f"'{name}" if name.startswith(("=", "-", "+", "@")) else name for name in shown)
    assert len(list((tmp_path / "out/organisations").iterdir())) == len(names)


def test_links_pipes_and_lock_files_are_listed_and_never_opened(tmp_path: Path) -> None:
    """What is no regular file is set aside without being followed or waited for; so are lock files and system files."""
    lay(tmp_path, {"elsewhere/b.xlsx": said("Ailleurs", 4), "in/a.xlsx": said("Hôtel")})
    folder = tmp_path / "in"
    (folder / "to-file.xlsx").symlink_to(tmp_path / "elsewhere/b.xlsx")
    (folder / "to-folder").symlink_to(tmp_path / "elsewhere")
    (folder / "to-itself").symlink_to(folder)
    (folder / "to-nothing.xlsx").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.xlsx")
    special = ["to-file.xlsx", "to-folder", "to-itself", "to-nothing.xlsx", "pipe.xlsx"]
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(os.path.relpath(folder / "s.xlsx"))
        special.append("s.xlsx")
        system = ("~$a.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", "sub/.~lock.a.xlsx#")
        lay(folder, dict.fromkeys(system, b"\x05Marie"))
        found = gathered(folder)
    assert outcome(found) == dict.fromkeys(special, ("ignored", "NOT_A_FILE")) | dict.fromkeys(system, ("ignored", "IGNORED"))
    assert found["a.xlsx"].status is Status.ACCEPTED


def test_a_file_that_goes_away_in_the_meantime_is_listed_all_the_same(tmp_path: Path) -> None:
    """A return that is moved while others are read is refused with the system's reason; nothing else changes."""
    lay(tmp_path, {f"{name}.xlsx": said(name, n) for n, name in enumerate("abc")})
    found = gathered(tmp_path, heard=lambda _, done, __: (tmp_path / "c.xlsx").unlink(missing_ok=done > 0))
    assert outcome(found) == {"c.xlsx": ("refused", "UNREADABLE")}
    assert found["c.xlsx"].findings[0].facts["reason"]


# --- readers that die


def dies(how: Reading, source: Source, engine: str = "calamine") -> Return | Bundle:
    """Read a file in a worker that keeps a log, and is killed on it by each engine that the file's name holds."""
    assert isinstance(source.path, Path)
    with (source.path.parent.parent / "log.txt").open("a") as log:
        log.write(f"{source.name} by {engine}\n")
    if engine in source.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return collect_one(how, source, engine)


def test_a_file_that_kills_the_reader_is_tried_once_by_the_other_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other engine reads is accepted, what kills it too is refused; no file is tried a third time, the others once."""
    names = ("a.xlsx", "b kills calamine.xlsx", "c kills calamine and openpyxl.xlsx", "d.xlsx")
    lay(tmp_path / "in", {name: said(f"Organisation {n}", n) for n, name in enumerate(names)})
    monkeypatch.setattr(collect, "collect_one", dies)
    found = gathered(tmp_path / "in", workers=2)
    assert outcome(found) == {names[2]: ("refused", "CRASHED")}
    monkeypatch.undo()
    undisturbed = gathered(tmp_path / "in")
    assert {name: one for name, one in found.items() if one.assessment} == {name: undisturbed[name] for name in names if name != names[2]}
    tried = Counter((tmp_path / "log.txt").read_text().splitlines())
    assert tried == Counter([f"{name} by calamine" for name in names] + [f"{name} by openpyxl" for name in names[1:3]])
