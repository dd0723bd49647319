"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class Here(click.Path):
    """A path of this machine; an address (``s3://…``) is refused rather than taken for the name of a folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if isinstance(value, str) and "://" in value:
            self.fail("give a path of this machine; of addresses, only the RETURNS of run, collect and migrate may be one", param, ctx)
        return super().convert(value, param, ctx)


class Returns(click.Path):
    """The folder of the returns on this machine, or the address of one in a store, which is asked whether it is there."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the folder, a ``Path`` or a ``Store``."""
        if not isinstance(value, str) or "://" not in value:
            return super().convert(value, param, ctx)
        from dimm_xl import remote
        from dimm_xl.findings import Faulty

        try:
            found = remote.place(value)
            if isinstance(found, Path):
                return super().convert(found, param, ctx)
            found.check()
        except (Faulty, ValueError) as problem:
            self.fail(str(problem), param, ctx)
        return found


RETURNS = Returns(exists=True, file_okay=False, path_type=Path)
FOLDER = Here(file_okay=False, path_type=Path)
EXISTING = Here(exists=True, file_okay=False, path_type=Path)
FILE = Here(exists=True, dir_okay=False, path_type=Path)
KEPT = Here(dir_okay=False, path_type=Path)
LANG = click.Choice(["fr", "en"])
