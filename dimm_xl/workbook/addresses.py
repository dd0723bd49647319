"""Where cells stand, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsxwriter.utility import xl_col_to_name


class Addresses(Mapping[str, str]):
    """The address of each field's cell in one row: few are ever asked for, so each is put together when it is."""

    def __init__(self, columns: Mapping[str, int], row: int) -> None:
        self._columns, self._row = columns, row

    def __getitem__(self, name: str) -> str:
        return f"{xl_col_to_name(self._columns[name])}{self._row}"

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
