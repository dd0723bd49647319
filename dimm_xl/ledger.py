"""What runs wrote into a folder: files whose inputs did not change stay, those that no longer belong there go."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from dimm_xl import fingerprint, pool
from dimm_xl.archive import BATCH, Archive, Written

DEADLINE = 60.0
"""Seconds that writing one product may take."""


@dataclass(frozen=True)
class Product:
    """Files that are written from one job: their names below the folder, and the fingerprint of all they are made from."""

    files: tuple[str, ...]
    inputs: str
    job: Any = None


class Ledger:
    """The files that runs wrote into the folder ``out``, as an archive knows them; ``folders`` are where such files may lie (patterns)."""

    def __init__(self, archive: Archive, out: Path, folders: Sequence[str]) -> None:
        self.out = out
        self._archive, self._folders = archive, folders
        self._place = os.path.relpath(out.resolve(), archive.path.resolve().parent) if archive.path else ""
        self._known = archive.written(self._place)
        self._now: set[str] = set()

    @property
    def place(self) -> str:
        """The folder, as seen from the archive."""
        return self._place

    def untouched(self) -> bool:
        """Say whether every file that was written still lies there as it was."""
        return bool(self._known) and all(self._intact(file, how) for file, how in self._known.items())

    def write(
        self, make: Callable[[Any], object], products: Iterable[Product], workers: pool.Workers, heard: Callable[[int, int], None]
    ) -> list[str]:
        """Have workers ``make`` those products that do not stand from the same inputs; return our own faults.

        What is about to be written is noted first: a run that is killed leaves nothing that no later one knows.
        """
        products = list(products)
        due = [one for one in products if not self._stands(one.files, one.inputs)]
        self._note({file: Written() for one in due for file in one.files})
        self._now |= {file for one in products for file in one.files}
        faults: list[str] = []
        with closing(pool.each(make, (one.job for one in due), workers, DEADLINE)) as made:  # whole even when somebody interrupts
            for n, (one, (_, outcome)) in enumerate(zip(due, made, strict=True), 1):
                if isinstance(outcome, pool.Failed):
                    faults.append(outcome.told(one.files[0]))
                    self._now -= set(one.files)  # what an earlier run wrote there is no longer true
                else:
                    self._note({file: self._as_written(file, one.inputs) for file in one.files}, lasting=n % BATCH == 0)
                heard(len(products) - len(due) + n, len(products))
        return faults

    @contextmanager
    def together(self, make: Callable[[], Callable[[], Iterable[Path] | pool.Failed]], whole: Product) -> Iterator[list[str]]:
        """Let files that are made in one go from all organisations stand when they do from the same inputs, else have them made meanwhile.

        ``make`` starts and returns what waits for the files' paths; ``whole`` names one of them. What is yielded holds our own faults
        when all is done.
        """
        faults: list[str] = []
        stood = [file for file, how in self._known.items() if how.inputs == whole.inputs]
        if stood and self._stands(stood, whole.inputs):
            yield faults
        else:
            made = make()
            yield faults
            outcome = made()
            if isinstance(outcome, pool.Failed):
                faults.append(outcome.told(whole.files[0]))
                return
            stood = [path.relative_to(self.out).as_posix() for path in outcome]
            self._note({file: self._as_written(file, whole.inputs) for file in stood})
        self._now |= set(stood)

    def settle(self) -> None:
        """Remove what earlier runs wrote and this one did not: of organisations that are gone, of files that are no longer wrong."""
        gone = self._known.keys() - self._now
        for file in sorted(gone):
            how = self._known[file]
            if self._ours(file) and (not how.inputs or self._intact(file, how)):
                (self.out / file).unlink(missing_ok=True)
        self._archive.forget(self._place, gone)
        self._archive.commit()

    def _note(self, files: dict[str, Written], lasting: bool = True) -> None:
        self._archive.write(self._place, files)
        if lasting:
            self._archive.commit()
        self._known |= files

    def _stands(self, files: Iterable[str], inputs: str) -> bool:
        known = [(file, self._known.get(file, Written())) for file in files]
        return all(how.inputs == inputs and self._intact(file, how) for file, how in known)

    def _intact(self, file: str, how: Written) -> bool:
        """Say whether a file is as it was written: by size and date, else by its content."""
        try:
            about = (self.out / file).stat()
            return about.st_size == how.size and (about.st_mtime_ns == how.modified or fingerprint.of_file(self.out / file) == how.sha256)
        except OSError:
            return False

    def _as_written(self, file: str, inputs: str) -> Written:
        about = (self.out / file).stat()
        return Written(inputs, about.st_size, about.st_mtime_ns, fingerprint.of_file(self.out / file))

    def _ours(self, file: str) -> bool:
        """Say whether a name from the archive can be of a product: an archive may come from anybody."""
        parts = Path(file).parts
        return (
            0 < len(parts) <= 2
            and ".." not in parts
            and any(fnmatchcase(parts[0], one) for one in self._folders)
            and not (self.out / parts[0]).is_symlink()
        )
