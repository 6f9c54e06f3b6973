"""The walk through what is open, as it is asked for."""

from promisectl.cli.declare import FORMS, command

PANEL = "Look"


@command("review", PANEL, answers=FORMS)
def review() -> None:
    """Walk through what is open, one promise at a time.

    Overdue ones come first, then breaks that nobody was told of, what has gone stale, and what is delivered and not confirmed.
    Off a terminal it lists them with the moves that are open.

    \b
    promisectl review
    """
