"""The config, as it is typed."""

from promisectl.cli.declare import NEITHER, VIEW, command

PANEL = "Records"


@command("show", PANEL, group="config", answers=VIEW)
def show() -> None:
    """What holds now, key by key, and who says so.

    \b
    promisectl config show
    """


@command("path", PANEL, group="config", answers=NEITHER)
def path() -> None:
    """Where the config is.

    \b
    cat "$(promisectl config path)"
    """


@command("edit", PANEL, group="config", answers=NEITHER)
def edit() -> None:
    """Write it in your editor; checked before it counts.

    \b
    promisectl config edit
    EDITOR=nano promisectl config edit
    """
