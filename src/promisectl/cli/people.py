"""Declares the commands of the panel “People”."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import QUIET_OPTIONS, VIEW_OPTIONS, register_command
from promisectl.storage.statistics import PEOPLE_SORT_NAMES

PEOPLE_PANEL = "People"

PeopleSort = Annotated[
    str,
    typer.Option("--sort", metavar="KEY", help="Order: name, due, or record (best first)."),
]
Display = Annotated[str | None, typer.Option("--name", metavar="DISPLAY", help="The name to show.")]


@register_command(
    "people",
    PEOPLE_PANEL,
    runs="people.people",
    answers=VIEW_OPTIONS,
    choices={"sort": PEOPLE_SORT_NAMES},
)
def people(sort: PeopleSort = "name") -> None:
    """Everyone: what is open both ways, and what was kept.

    \b
    promisectl people
    promisectl people --sort record
    """


@register_command("show", PEOPLE_PANEL, runs="people.show", group="person", answers=VIEW_OPTIONS)
def show(name: o.Name) -> None:
    """Your promises with a person, and how they were kept.

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
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new handle, or the full name.")],
    display: Display = None,
) -> None:
    """Change a handle; the old one stays as an alias.

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
    other: Annotated[str, typer.Argument(metavar="ALIAS", help="Another name for this person.")],
) -> None:
    """Add an alias for a person.

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
    other: Annotated[str, typer.Argument(metavar="ALIAS", help="The alias to remove.")],
) -> None:
    """Remove an alias of a person.

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
    into: Annotated[str, typer.Argument(metavar="INTO", help="The person to keep.")],
) -> None:
    """Merge two people into one.

    \b
    promisectl person merge dnaa dana

    All promises and names of PERSON then belong to INTO.
    """
