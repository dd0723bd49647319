"""The command that all others belong to."""

from __future__ import annotations

from typing import Any

import click

from dimm_xl import __version__


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
