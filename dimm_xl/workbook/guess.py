"""What a file that is no workbook looks like, in a word, so that its sender knows what was sent."""

from __future__ import annotations

SIGNATURES = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"{\\rtf": "RTF", b"Rar!": "RAR", b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "GZIP", b"MZ": "EXE", b"\x7fELF": "ELF", b"PK\x05\x06": "ZIP",
}  # fmt: skip


def guess(content: bytes) -> str:
    """Return in a word what a content that is no workbook looks like."""
    for signature, name in SIGNATURES.items():
        if content.startswith(signature):
            return name
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    shown = content[:2048].decode("utf-16" if wide else "utf-8-sig", "replace").lstrip()
    if shown.lower().startswith(("<!doctype html", "<html", "<table", "<head", "<meta")):
        return "HTML"
    if shown.startswith("<?xml"):
        return "XML"
    printable = sum((character.isprintable() and character != "\ufffd") or character in "\r\n\t" for character in shown)
    if printable < 0.9 * len(shown) or not shown:
        return "unknown"
    return "CSV" if any(mark in shown for mark in ",;\t") and "\n" in shown else "TXT"
