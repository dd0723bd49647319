"""The tables that a machine reads as Parquet, beside CSV, where pyarrow is installed: typed columns, a tenth of the size."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from dimm_xl.files import write_whole

BATCH = 65_536
"""Rows that are held in memory at once."""


def available() -> bool:
    """Say whether Parquet can be written here."""
    return importlib.util.find_spec("pyarrow") is not None


def write_columns(path: Path, fields: Sequence[str], rows: Iterable[Sequence[object]], numbers: Container[str]) -> Path:
    """Write a table as Parquet: ``numbers`` are the fields that hold figures (double precision), all others text; None is null."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    kinds = [pa.float64() if field in numbers else pa.string() for field in fields]
    schema = pa.schema(list(zip(fields, kinds, strict=True)))
    out = io.BytesIO()
    with ParquetWriter(out, schema, compression="zstd") as writer:
        for several in _batches(rows):
            cells = []
            for column, kind in zip(zip(*several, strict=True), kinds, strict=True):
                try:
                    cells.append(pa.array(column, kind))
                except UnicodeEncodeError:
                    cells.append(pa.array(list(map(_cell, column)), kind))
            writer.write_batch(pa.RecordBatch.from_arrays(cells, schema=schema))
    return write_whole(path, out.getvalue())


def _batches(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    left = iter(rows)
    while several := list(islice(left, BATCH)):
        yield several


def _cell(value: object) -> object:
    """Return a value as Arrow takes it: text without lone surrogates."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
