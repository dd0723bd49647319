"""Which kind of file this is, by its content alone, before any library opens it."""

from __future__ import annotations

import io
import zipfile

from dimm_xl.findings import Code

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
KNOWN = {b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"{\\rtf": "RTF", b"GIF8": "GIF", b"Rar!": "RAR", b"7z\xbc\xaf": "7z"}
LARGEST = 50_000_000
"""Bytes of a file that is read (hardening.md: the largest of 2,567 real workbooks was under 4 MB)."""


class Refused(Exception):
    """A file is not read: the finding's code and its facts."""

    def __init__(self, code: Code, **facts: str | float) -> None:
        super().__init__(code.name)
        self.code, self.facts = code, facts


def sort(content: bytes) -> str:
    """Return the format of a workbook (``xlsx``, ``ods`` or ``xls``); Refused for anything else."""
    if not content:
        raise Refused(Code.EMPTY_FILE)
    if len(content) > LARGEST:
        raise Refused(Code.TOO_BIG, size=len(content), limit=LARGEST)
    if content.startswith(OLE):
        if ENCRYPTED_STREAM in content:
            raise Refused(Code.ENCRYPTED)
        return "xls"
    if content.startswith(ZIP):
        return _in_zip(content)
    raise Refused(Code.NOT_A_WORKBOOK, found=_guess(content))


def _in_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise Refused(Code.UNREADABLE, reason=str(problem)) from None
    if "xl/workbook.xml" in names or ("[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)):
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise Refused(Code.NOT_A_WORKBOOK, found="ZIP")


def _guess(content: bytes) -> str:
    """Return in a word what a content that is no workbook looks like."""
    for signature, name in KNOWN.items():
        if content.startswith(signature):
            return name
    start = content[:2048].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "HTML"
    if start.startswith(b"<?xml"):
        return "XML"
    try:
        shown = content[:2048].decode("utf-8", errors="strict" if len(content) <= 2048 else "ignore")
    except UnicodeDecodeError:
        return "?"
    return "CSV" if any(mark in shown for mark in ",;\t") and shown.isprintable() is False else "text"
