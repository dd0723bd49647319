"""Commands that look beyond one campaign: two compared."""

from __future__ import annotations

from pathlib import Path

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import FILE, FOLDER, LANG

MODELS = click.option("--model", "names", multiple=True, default=["dimm"], show_default=True, help="Models that returns may be of.")


@main.command()
@click.argument("then", type=FILE, metavar="ARCHIVE_THEN")
@click.argument("now", type=FILE, metavar="ARCHIVE_NOW")
@click.argument("out", type=FOLDER)
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of the workbook.")
@MODELS
@click.option("--then-model", "then_names", multiple=True, help="Models of the earlier campaign, where they were others.")
def compare(then: Path, now: Path, out: Path, lang: str, names: tuple[str, ...], then_names: tuple[str, ...]) -> None:
    """Compare two campaigns by their archives: who moved, by lever, and why; written into the folder OUT.

    Example: dimm-xl compare 2026/archive.sqlite 2027/archive.sqlite out
    """
    from dimm_xl import comparing

    found = comparing.compare(comparing.Wanted(then, now, names, then_names, lang), out)
    both = len(found.both)
    click.echo(f"{both} organisations in both campaigns, {len(found.now) - both} only in the new, {len(found.gone)} only in the old")
    click.echo(f"results: {out}/progress.xlsx and {out}/data/progress.csv")
