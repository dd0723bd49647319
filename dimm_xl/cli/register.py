"""Commands about a campaign's register."""

from __future__ import annotations

from pathlib import Path

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import FILE, KEPT, LANG


@main.group()
def register() -> None:
    """Keep the register of a campaign: whom it asks, by when, with which adaptations."""


@register.command()
@click.argument("file", type=KEPT)
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of sheets, headers and lists.")
@click.option("--colours", type=FILE, help="A look file (YAML) with other colours; see templates/look.yaml.")
@click.option("--model", "name", default="dimm", show_default=True, help="A shipped model, or a folder.")
def new(file: Path, lang: str, colours: Path | None, name: str) -> None:
    """Write an empty register to FILE: organisations, respondents, adaptations, with lists to choose from.

    A register is filled in, or pasted into, in any spreadsheet program; columns are known by their headers, in French or English. It
    then serves `dimm-xl issue OUT --register FILE` and `dimm-xl run RETURNS OUT --register FILE`. An existing FILE is not overwritten.

    Example: dimm-xl register new register.xlsx
    """
    from dimm_xl import catalogue
    from dimm_xl.files import write_whole
    from dimm_xl.register_book import workbook_of

    if file.exists():
        raise click.UsageError(f"{file} exists already; give another name, so that nothing typed is lost")
    click.echo(str(write_whole(file, workbook_of(catalogue.load(name), lang, str(colours or "")))))
