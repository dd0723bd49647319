"""Commands about models."""

from __future__ import annotations

from pathlib import Path

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import FILE, FOLDER, KEPT, LANG


@main.command()
def models() -> None:
    """List the models, their editions, and their indicators by size, lever and sector.

    Example: dimm-xl models
    """
    from dimm_xl.showing import models_shown

    click.echo(models_shown())


@main.group()
def model() -> None:
    """Look into a maturity model, or edit it."""


@model.command("check")
@click.argument("place", metavar="PATH")
def check_model(place: str) -> None:
    """Check the model in folder PATH (or a shipped one, by id) and say everything that is wrong with it.

    Example: dimm-xl model check templates/models/dimm
    """
    from dimm_xl import catalogue

    found = catalogue.load(place)
    click.echo(f"{found.id}: {len(found.indicators)} indicators in {len(found.levers)} levers, no fault")


@model.command("show")
@click.argument("code")
@click.option("--model", "name", default="dimm", show_default=True, help="A shipped model, or a folder.")
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language to show it in.")
@click.option("--sector", help="Show the demands, thresholds and target of this sector.")
@click.option("--size", help="Show the target of this size.")
def show_indicator(code: str, name: str, lang: str, sector: str | None, size: str | None) -> None:
    """Print the indicator CODE in full.

    Example: dimm-xl model show TIA3 --sector health
    """
    from dimm_xl.showing import indicator_shown

    try:
        click.echo(indicator_shown(name, code.upper(), lang, sector, size))
    except KeyError as unknown:
        raise click.BadParameter(f"{unknown} is not in model {name}; see `dimm-xl models`") from None


@model.command("export")
@click.argument("place", metavar="MODEL")
@click.argument("file", type=KEPT)
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of sheets and headers.")
def export_model(place: str, file: Path, lang: str) -> None:
    """Write a MODEL (a shipped one, by id, or a folder) as the workbook FILE, to be edited in a spreadsheet program.

    Example: dimm-xl model export dimm dimm.xlsx
    """
    from dimm_xl import catalogue, model_book
    from dimm_xl.files import write_whole

    found = catalogue.load(place)
    write_whole(file, model_book.workbook_of(found, lang))
    click.echo(f"{file}: {found.id}, {len(found.indicators)} indicators")


@model.command("import")
@click.argument("file", type=FILE)
@click.argument("folder", type=FOLDER)
def import_model(file: Path, folder: Path) -> None:
    """Read the edited workbook FILE and write its model into FOLDER, which every command then takes as --model.

    What is wrong is told all at once, by sheet and cell; nothing is then written.

    Example: dimm-xl model import dimm.xlsx our-model
    """
    from dimm_xl import importing

    found = importing.import_model(file, folder)
    click.echo(f"{folder}: {found.id}, {len(found.indicators)} indicators in {len(found.levers)} levers")
