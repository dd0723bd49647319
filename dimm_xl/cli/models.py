"""Commands about models."""

from __future__ import annotations

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import LANG


@main.command()
def models() -> None:
    """List the models, their editions, and their indicators by size, lever and sector.

    Example: dimm-xl models
    """
    from dimm_xl.showing import models_shown

    click.echo(models_shown())


@main.group()
def model() -> None:
    """Look into a maturity model."""


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
