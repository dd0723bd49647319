"""Commands that write questionnaires."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import FILE, FOLDER, LANG

if TYPE_CHECKING:
    from dimm_xl.assessment import Form

FORM = click.option(
    "--form",
    type=click.Choice(["self", "audit"]),
    default="self",
    show_default=True,
    help="What is asked: the level of each indicator, or a verdict on each of its demands.",
)


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
@FORM
def issue(
    out: Path, sector: str | None, size: str | None, every: bool, lang: str, organisation: str, edition: str | None,
    selection: str | None, deadline: datetime | None, no_score: bool, colours: Path | None, name: str, form: Form,
) -> None:  # fmt: skip
    """Write questionnaires into the folder OUT.

    Example: dimm-xl issue out --sector tourism --size sme --organisation "Hôtel des Tilleuls"
    """
    from dimm_xl import audit, catalogue, issuing
    from dimm_xl.model import Profile

    known = catalogue.load(name)
    if not every and not (sector and size):
        raise click.UsageError("give --sector and --size, or --all")
    if form == "audit" and not audit.keys(known):
        raise click.UsageError(f"model {known.id} has no demands to audit; issue it with --form self")
    profiles = issuing.every_profile(known) if every else [Profile(sector or "", size or "")]
    by = deadline and deadline.date()
    wanted = issuing.Wanted(name, edition, lang, organisation, selection, by, not no_score, str(colours or ""), form)
    try:
        for path in issuing.issue(out, profiles, wanted):
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
@click.option("--edition", help="The model's edition; the newest by default.")
@click.option("--workers", type=click.IntRange(0), help="Worker processes; one a processor by default.")
@FORM
@click.option("--model", "name", default="dimm", show_default=True, help="A shipped model, or a folder.")
def sample(
    out: Path, returns: int, seed: int, sector: str | None, size: str | None, lang: str, edition: str | None, workers: int | None,
    form: Form, name: str,
) -> None:  # fmt: skip
    """Make up filled returns of plausible organisations into the folder OUT, for demos, tests and benchmarks.

    Example: dimm-xl sample returns --returns 200 --seed 7
    """
    from dimm_xl import issuing
    from dimm_xl.sample import Drawn

    try:
        made = issuing.make_up(out, Drawn(returns, seed, sector, size, lang, name, form=form, edition=edition), workers)
    except KeyError as unknown:
        raise click.UsageError(f"{unknown} is not in model {name}; `dimm-xl models` lists what is") from None
    click.echo(f"{made} returns in {out}")
