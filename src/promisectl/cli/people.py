"""People, as it is typed."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.declare import SILENT, VIEW, command

PANEL = "People"

Sort = Annotated[str, typer.Option("--sort", metavar="KEY", help="name, due, or record: whoever keeps most first.")]
Display = Annotated[str | None, typer.Option("--name", metavar="DISPLAY", help="The name that is shown.")]


@command("people", PANEL, answers=VIEW)
def people(sort: Sort = "name") -> None:
    """Everybody: what is open both ways, and what was kept.

    \b
    promisectl people
    promisectl people --sort record
    """


@command("show", PANEL, group="person", answers=VIEW)
def show(name: o.Name) -> None:
    """Everything between you and a person.

    \b
    promisectl person show dana
    """


@command("rename", PANEL, group="person", answers=SILENT)
def rename(
    name: o.Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new handle, or the whole name.")],
    display: Display = None,
) -> None:
    """Give a person another handle. The old one stays as an alias.

    \b
    promisectl person rename dana dana-kim --name "Dana Kim"
    """


@command("alias", PANEL, group="person", answers=SILENT)
def alias(name: o.Name, other: Annotated[str, typer.Argument(metavar="ALIAS", help="Another name to find them by.")]) -> None:
    """Give a person another name to be found by.

    \b
    promisectl person alias dana boss
    """


@command("merge", PANEL, group="person", answers=SILENT)
def merge(name: o.Name, into: Annotated[str, typer.Argument(metavar="INTO", help="Who they turned out to be.")]) -> None:
    """Two people turn out to be one: what was with the first is with the second.

    \b
    promisectl person merge dnaa dana
    """
