"""Texts as XML, escaped as XlsxWriter escapes them: what is cast must equal what it writes."""

from __future__ import annotations

from functools import lru_cache

from xlsxwriter.xmlwriter import XMLwriter

_writer = XMLwriter()


def data(value: object) -> str:
    """Return a value as the content of an element."""
    return str(_writer._escape_data(value))  # noqa: SLF001 - its escapes are what we must equal


@lru_cache(maxsize=8192, typed=True)
def shown(value: object) -> str:
    """Return a value as the content of an element that people read: what looks like an escape of Excel is escaped."""
    return str(_writer._escape_control_characters(data(value)))  # noqa: SLF001


def attribute(value: str) -> str:
    """Return a text as the value of an attribute."""
    return str(_writer._escape_attributes(value))  # noqa: SLF001
