"""Commands that look beyond one campaign: two compared, an anonymous study."""

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


@main.command()
@click.argument("archives", type=FILE, nargs=-1, required=True, metavar="ARCHIVE...")
@click.argument("out", type=FOLDER)
@click.option("--name", default="", metavar="NAME", help="The name of the benchmark pack, for those who will use it.")
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of the workbook.")
@click.option("--model", default="dimm", show_default=True, help="The model of the returns: a shipped one, or a folder.")
@click.option("--rows", is_flag=True, help="Also data/organisations.csv: a line for each organisation, under a pseudonym.")
def study(archives: tuple[Path, ...], out: Path, name: str, lang: str, model: str, rows: bool) -> None:
    """Study the organisations of one or several ARCHIVEs that agreed to it, anonymously: study.xlsx, data/study.csv, benchmark.yaml.

    The benchmark pack serves the peers of other campaigns: dimm-xl run --benchmark benchmark.yaml

    Example: dimm-xl study 2026/archive.sqlite 2027/archive.sqlite out --name "Hotels of Brittany 2027"
    """
    from dimm_xl import studying

    found = studying.study(studying.Wanted(archives, model, name, lang, rows), out)
    click.echo(f"{found.agreed} of {found.known} organisations enter, {len(found.groups)} groups are published")
    click.echo(f"results: {out}/study.xlsx" + (f" and {out}/benchmark.yaml" if found.groups else "; too few organisations for a benchmark"))
