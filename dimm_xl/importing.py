"""A model's workbook on its way in: read in a worker, since a file can be built to harm; written as files only when it is sound."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from dimm_xl import catalogue, describe, pool
from dimm_xl.collect import FAILURES
from dimm_xl.files import write_whole
from dimm_xl.findings import Fault, Faulty, Finding
from dimm_xl.model import Model
from dimm_xl.model_book import model_of
from dimm_xl.model_book.files import files_of

DEADLINE = 60.0
"""Seconds that reading a model may take: thirty times what the shipped one needs."""


def import_model(file: Path, folder: Path) -> Model:
    """Write the model in the workbook ``file`` into ``folder`` and return it; Faulty, with nothing written, when something is wrong."""
    _, outcome = next(pool.each(partial(_read, file.name), [file], 1, DEADLINE))
    if isinstance(outcome, pool.Failed):
        finding = Finding(FAILURES[outcome.why])
        raise Faulty([Fault(file.name, 0, "", outcome.detail or describe.message(finding, catalogue.words("en")))])
    if not isinstance(outcome, Model):
        raise Faulty(outcome)
    for name, text in files_of(outcome).items():
        write_whole(folder / name, text.encode())
    return outcome


def _read(name: str, file: Path) -> Model | tuple[Fault, ...]:
    try:
        return model_of(name, file.read_bytes())
    except OSError as problem:
        return (Fault(name, 0, "", problem.strerror or str(problem)),)
    except Faulty as faulty:
        return faulty.faults
