"""Commands that tend a campaign: its two halves one by one, and a folder that is watched."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import click

from dimm_xl.cli.group import main
from dimm_xl.cli.options import EXISTING, FILE, KEPT
from dimm_xl.cli.run import asked_of, end, run


def of_run(*names: str) -> list[click.Parameter]:
    """Return arguments and options of `run`, by name: a command that is part of it is asked in the same way."""
    return [one for one in run.params if one.name in names]


@main.command(
    params=[
        *of_run("returns"),
        click.Argument(["archive"], type=KEPT),
        *of_run("lang", "names", "workers", "scheduler", "limits", "today", "register", "as_json"),
    ]
)
def collect(as_json: bool, archive: Path, **options: Any) -> None:
    """Read and check every workbook under RETURNS into the file ARCHIVE, and say what is wrong; write nothing else.

    The first half of `run`; `dimm-xl report` is the second. Exit status as that of `run`.

    Example: dimm-xl collect returns campaign.sqlite
    """
    from dimm_xl import campaign
    from dimm_xl.archive import read
    from dimm_xl.showing import errors_shown, progress

    asked = asked_of(archive.parent, archive=archive, **options)
    with progress(quiet=as_json) as heard:
        summary = campaign.collect(asked, heard)
    if not as_json:
        click.echo(errors_shown(read(archive), asked.lang), nl=False)
    end(summary, as_json)


@main.command(
    params=[
        click.Argument(["archive"], type=FILE),
        *of_run("out", "lang", "names", "workers", "scheduler", "logo", "colours", "classification", "today", "register", "as_json"),
    ]
)
def report(as_json: bool, **options: Any) -> None:
    """Write the results of what the file ARCHIVE holds into the folder OUT, without the returned files.

    The second half of `run`, but for the files to correct, which are made from the returned ones. Exit status as that of `run`.

    Example: dimm-xl report campaign.sqlite out
    """
    from dimm_xl import campaign
    from dimm_xl.showing import progress

    with progress(quiet=as_json) as heard:
        summary = campaign.report_archived(asked_of(**options), heard)
    end(summary, as_json)


@main.command(
    params=[
        click.Argument(["returns"], type=EXISTING),
        *(one for one in run.params if one.name not in ("returns", "as_json", "today")),
        click.Option(
            ["--settle"], type=click.FloatRange(0), default=2.0, show_default=True, metavar="SECONDS",
            help="A file is complete when it did not change for so long.",
        ),
        click.Option(["--poll"], is_flag=True, help="Look every few seconds, where the system does not tell: on network shares."),
    ]
)  # fmt: skip
def watch(settle: float, poll: bool, **options: Any) -> None:
    """Do what `run` does, again and again, as files arrive under RETURNS and are complete; until Ctrl-C.

    Prints a line each time results were brought up to date. Ctrl-C lets the file that is being written become whole; exit status 0.

    Example: dimm-xl watch returns out --settle 5
    """
    from dimm_xl import watch as watching

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for line in watching.rounds(asked_of(**options), settle, poll):
            click.echo(line)
    except KeyboardInterrupt:
        click.echo("stopped; everything that was written is whole")
