"""The main job and what else reads returns."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import EXISTING, FILE, FOLDER, LANG


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
@click.option("--review", multiple=True, metavar="all|ID", help="Write a review workbook for a second opinion, for all or by id.")
@click.option(
    "--reviews",
    type=click.Path(exists=True, path_type=Path),
    help="Filled review workbooks kept elsewhere than in OUT/reviews: a folder or a file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a summary that a script can read.")
def run(
    returns: Path, out: Path, lang: str, names: tuple[str, ...], workers: int | None, limits: tuple[str, ...],
    logo: Path | None, colours: Path | None, classification: str, review: tuple[str, ...], reviews: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Read every workbook under RETURNS, check and score it, and write the results into the folder OUT.

    Exit status: 0 all read; 1 some file refused (everything else is written); 2 wrong usage.

    Example: dimm-xl run returns out
    """
    from dimm_xl import campaign, settings
    from dimm_xl.showing import progress, summary_shown, unreadable_said

    try:
        raised = settings.raised(limits)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--limit") from None
    dress = settings.Dress(str(colours or ""), logo.read_bytes() if logo else b"", classification)
    unreadable_said(dress.colours)
    with progress(quiet=as_json) as heard:
        summary = campaign.run(settings.Run(returns, out, lang, names, workers, raised, dress, reviews, review), heard)
    for fault in summary.faults:
        click.echo(fault, err=True)
    click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=2) if as_json else summary_shown(summary))
    sys.exit(summary.exit_code)
