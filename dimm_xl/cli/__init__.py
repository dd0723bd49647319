"""The command line: names its arguments, calls one function of the campaign, prints, exits.

A module a family of commands. Heavy imports wait until a command needs them, so that ``--help`` and completion answer at once.
"""

from dimm_xl.cli import editions, issue, models, register, run, tend, time
from dimm_xl.cli.group import main

__all__ = ["editions", "issue", "main", "models", "register", "run", "tend", "time"]
