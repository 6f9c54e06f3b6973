"""Declares the commands of the panel “People”."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import QUIET_OPTIONS, VIEW_OPTIONS, register_command
from promisectl.storage.statistics import PEOPLE_SORT_NAMES

PEOPLE_PANEL = "People"

PeopleSort = Annotated[
    str,
    typer.Option("--sort", metavar="KEY", help="name, due, or record: whoever keeps most first."),
]
Display = Annotated[
    str | None, typer.Option("--name", metavar="DISPLAY", help="The name that is shown.")
]


@register_command(
    "people",
    PEOPLE_PANEL,
    runs="people.people",
    answers=VIEW_OPTIONS,
    choices={"sort": PEOPLE_SORT_NAMES},
)
def people(sort: PeopleSort = "name") -> None:
    """Everybody: what is open both ways, and what was kept.

    \b
    promisectl people
    promisectl people --sort record
    """


@register_command("show", PEOPLE_PANEL, runs="people.show", group="person", answers=VIEW_OPTIONS)
def show(name: o.Name) -> None:
    """Everything between you and a person.

    \b
    promisectl person show dana
    """


@register_command(
    "rename",
    PEOPLE_PANEL,
    runs="people.rename",
    group="person",
    answers=QUIET_OPTIONS,
    writes=True,
)
def rename(
    name: o.Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new handle, or the whole name.")],
    display: Display = None,
) -> None:
    """Give a person another handle. The old one stays as an alias.

    \b
    promisectl person rename dana dana-kim --name "Dana Kim"
    """


@register_command(
    "alias",
    PEOPLE_PANEL,
    runs="people.alias",
    group="person",
    answers=QUIET_OPTIONS,
    writes=True,
)
def alias(
    name: o.Name,
    other: Annotated[str, typer.Argument(metavar="ALIAS", help="Another name to find them by.")],
) -> None:
    """Give a person another name to be found by.

    \b
    promisectl person alias dana boss
    """


@register_command(
    "unalias",
    PEOPLE_PANEL,
    runs="people.unalias",
    group="person",
    answers=QUIET_OPTIONS,
    writes=True,
)
def unalias(
    name: o.Name,
    other: Annotated[str, typer.Argument(metavar="ALIAS", help="The alias to take away.")],
) -> None:
    """Take an alias of a person away. It then means nobody.

    \b
    promisectl person unalias dana boss
    """


@register_command(
    "merge",
    PEOPLE_PANEL,
    runs="people.merge",
    group="person",
    answers=QUIET_OPTIONS,
    writes=True,
)
def merge(
    name: o.Name,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who they turned out to be.")],
) -> None:
    """Two people turn out to be one: what was with the first is with the second.

    \b
    promisectl person merge dnaa dana
    """
