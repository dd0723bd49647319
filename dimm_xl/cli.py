"""The command line: names its arguments, calls one function of the campaign, prints, exits.

Heavy imports wait until a command needs them, so that ``--help`` and completion answer at once.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from dimm_xl import __version__

FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LANG = click.Choice(["fr", "en"])


class Failing(click.Group):
    """A group whose commands say what is wrong with a model or an argument in words instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a faulty model ends with its faults and status 2."""
        from dimm_xl.findings import Faulty

        try:
            return super().invoke(ctx)
        except Faulty as faulty:
            for fault in faulty.faults:
                click.echo(str(fault), err=True)
            raise SystemExit(2) from None


@click.group(cls=Failing, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dimm-xl")
def main() -> None:
    """Measure the digital maturity of organisations with nothing but spreadsheets."""


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


@main.command()
@click.argument("out", type=FOLDER)
@click.option("--sector", help="The organisation's sector, by id (see `dimm-xl models`).")
@click.option("--size", help="The organisation's size, by id.")
@click.option("--all", "every", is_flag=True, help="Every sector × size.")
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of the questionnaire.")
@click.option("--organisation", default="", metavar="NAME", help="Fill in the organisation's name.")
@click.option("--edition", help="The model's edition; the newest by default.")
@click.option("--selection", help="Only a named selection, such as priorities-10.")
@click.option("--deadline", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Printed on the start sheet (YYYY-MM-DD).")
@click.option("--no-score", is_flag=True, help="Leave out the live synthesis.")
@click.option("--colours", type=FILE, help="A look file (YAML) with other colours; see templates/look.yaml.")
@click.option("--model", "name", default="dimm", show_default=True, help="A shipped model, or a folder.")
def issue(
    out: Path, sector: str | None, size: str | None, every: bool, lang: str, organisation: str, edition: str | None,
    selection: str | None, deadline: datetime | None, no_score: bool, colours: Path | None, name: str,
) -> None:  # fmt: skip
    """Write questionnaires into the folder OUT.

    Example: dimm-xl issue out --sector tourism --size sme --organisation "Hôtel des Tilleuls"
    """
    from dimm_xl import campaign, catalogue
    from dimm_xl.model import Profile

    known = catalogue.load(name)
    if not every and not (sector and size):
        raise click.UsageError("give --sector and --size, or --all")
    profiles = campaign.every_profile(known) if every else [Profile(sector or "", size or "")]
    wanted = campaign.Wanted(name, edition, lang, organisation, selection, deadline and deadline.date(), not no_score, str(colours or ""))
    try:
        for path in campaign.issue(out, profiles, wanted):
            click.echo(str(path))
    except KeyError as unknown:
        raise click.UsageError(f"{unknown} is not in model {known.id}; `dimm-xl models` lists what is") from None


@main.command()
@click.argument("out", type=FOLDER)
@click.option("--returns", type=click.IntRange(1), default=50, show_default=True, help="How many returns.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--sector", help="One sector only.")
@click.option("--size", help="One size only.")
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of the returns.")
@click.option("--workers", type=click.IntRange(0), help="Worker processes; one a processor by default.")
def sample(out: Path, returns: int, seed: int, sector: str | None, size: str | None, lang: str, workers: int | None) -> None:
    """Make up filled returns of plausible organisations into the folder OUT, for demos, tests and benchmarks.

    Example: dimm-xl sample returns --returns 200 --seed 7
    """
    from dimm_xl import campaign
    from dimm_xl.sample import Drawn

    try:
        made = campaign.make_up(out, Drawn(returns, seed, sector, size, lang), workers)
    except KeyError as unknown:
        raise click.UsageError(f"{unknown} is not in the model; `dimm-xl models` lists what is") from None
    click.echo(f"{made} returns in {out}")


@main.command()
@click.argument("returns", type=EXISTING)
@click.argument("out", type=FOLDER)
@click.option("--lang", type=LANG, default="fr", show_default=True, help="The language of the results.")
@click.option("--model", "names", multiple=True, default=["dimm"], show_default=True, help="Models that returns may be of.")
@click.option("--workers", type=click.IntRange(0), help="Worker processes; one a processor by default.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a limit of reading, such as file=100000000.")
@click.option("--logo", type=FILE, help="A picture (PNG or JPEG) for the first page of each workbook.")
@click.option("--colours", type=FILE, help="A look file (YAML) with other colours; see templates/look.yaml.")
@click.option("--classification", default="", metavar="TEXT", help="Printed on top of each page, such as CONFIDENTIAL.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary that a script can read.")
def run(
    returns: Path, out: Path, lang: str, names: tuple[str, ...], workers: int | None, limits: tuple[str, ...],
    logo: Path | None, colours: Path | None, classification: str, as_json: bool,
) -> None:  # fmt: skip
    """Read every workbook under RETURNS, check and score it, and write the results into the folder OUT.

    Exit status: 0 all read; 1 some file refused (everything else is written); 2 wrong usage.

    Example: dimm-xl run returns out
    """
    from dimm_xl import campaign
    from dimm_xl.showing import progress, summary_shown, unreadable_said

    try:
        raised = campaign.raised(limits)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--limit") from None
    dress = campaign.Dress(str(colours or ""), logo.read_bytes() if logo else b"", classification)
    unreadable_said(dress.colours)
    with progress(quiet=as_json) as heard:
        summary = campaign.run(campaign.Run(returns, out, lang, names, workers, raised, dress), heard)
    for fault in summary.faults:
        click.echo(fault, err=True)
    click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=2) if as_json else summary_shown(summary))
    sys.exit(summary.exit_code)
