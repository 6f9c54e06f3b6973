"""The commands of the panel “People”, declared as they are typed."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import SILENT, VIEW, command

PANEL = "People"

Sort = Annotated[str, typer.Option("--sort", metavar="KEY", help="name, due, or record: whoever keeps most first.")]
Display = Annotated[str | None, typer.Option("--name", metavar="DISPLAY", help="The name that is shown.")]


@command("people", PANEL, runs="people.people", answers=VIEW)
def people(sort: Sort = "name") -> None:
    """Everybody: what is open both ways, and what was kept.

    \b
    promisectl people
    promisectl people --sort record
    """


@command("show", PANEL, runs="people.show", group="person", answers=VIEW)
def show(name: o.Name) -> None:
    """Everything between you and a person.

    \b
    promisectl person show dana
    """


@command("rename", PANEL, runs="people.rename", group="person", answers=SILENT)
def rename(
    name: o.Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new handle, or the whole name.")],
    display: Display = None,
) -> None:
    """Give a person another handle. The old one stays as an alias.

    \b
    promisectl person rename dana dana-kim --name "Dana Kim"
    """


@command("alias", PANEL, runs="people.alias", group="person", answers=SILENT)
def alias(name: o.Name, other: Annotated[str, typer.Argument(metavar="ALIAS", help="Another name to find them by.")]) -> None:
    """Give a person another name to be found by.

    \b
    promisectl person alias dana boss
    """


@command("merge", PANEL, runs="people.merge", group="person", answers=SILENT)
def merge(name: o.Name, into: Annotated[str, typer.Argument(metavar="INTO", help="Who they turned out to be.")]) -> None:
    """Two people turn out to be one: what was with the first is with the second.

    \b
    promisectl person merge dnaa dana
    """
