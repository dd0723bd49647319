"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KEPT = click.Path(dir_okay=False, path_type=Path)
LANG = click.Choice(["fr", "en"])
