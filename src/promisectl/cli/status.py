"""The line for a prompt, as it is asked for."""

from promisectl.cli.declare import ONE, command

PANEL = "Look"


@command("status", PANEL, answers=ONE)
def status() -> None:
    """What waits for you in one short line, for a prompt or a bar; nothing where nothing waits.

    \b
    promisectl status
    promisectl status --json
    promisectl guide scripting
    """
