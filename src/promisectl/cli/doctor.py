"""The examination of the ledger, as it is asked for."""

from typing import Annotated

import typer

from promisectl.cli.declare import CHECKED, command

PANEL = "Records"

Fix = Annotated[bool, typer.Option("--fix", metavar="", help="Put right what is safe to: modes, leftovers, indexes, triggers, views.")]
Rebuild = Annotated[bool, typer.Option("--rebuild", metavar="", help="Tell every row again from the acts, after a backup.")]
Expect = Annotated[
    str | None, typer.Option("--expect", metavar="HEAD", help="The head that was noted before, or its first 8 digits: it has to be there.")
]


@command("doctor", PANEL, answers=CHECKED)
def doctor(fix: Fix = False, rebuild: Rebuild = False, expect: Expect = None) -> None:
    """Whether the ledger is whole, and what helps if not.

    \b
    promisectl doctor
    promisectl doctor --expect 5f3c0a91
    promisectl doctor --fix

    It only looks, unless told to mend. Exit code 5: the ledger is damaged.
    """
