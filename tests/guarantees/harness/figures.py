"""The table of figures that the proofs leave, as Markdown."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.guarantees.harness import servers
from tests.tools import sections

if TYPE_CHECKING:
    from tests.guarantees.__main__ import Ran

_MUTANTS = """\
A mutant is the program with one thing made wrong on purpose: a proof that does not find
its mutant would prove nothing."""


def table(ran: Sequence["Ran"], *, whole: bool) -> str:
    """A row for every proof, with the date, the versions and the mutants that were found."""
    on = (
        f", PostgreSQL {servers.fetch_version()}"
        if any(one.proof.needs_server for one in ran)
        else ""
    )
    head = f"{'All of it' if whole else 'A sample'}, run on {sections.today()} with {sections.versions()}{on}."
    rows = ["| guarantee | tried | faults | mutants found |", "|---|---|---|---|"]
    for one in ran:
        if not one.mutant:
            mutants = [other for other in ran if other.name == one.name and other.mutant]
            found = "; ".join(
                f"{other.mutant}{'' if other.holds else ' NOT FOUND'}" for other in mutants
            )
            rows.append(
                f"| {one.proof.says[0].upper()}{one.proof.says[1:]} | {counted(one)} | {len(one.found.faults)} | {found or '–'} |"
            )
    return "\n".join((head, "", _MUTANTS, "", *rows))


def counted(ran: "Ran") -> str:
    """How much was tried."""
    figures = f": {ran.found.figures}" if ran.found.figures else ""
    return f"{ran.found.tried:,} {ran.proof.counts}{figures}"


def write(file: Path, table: str, *, on_server: bool) -> None:
    """Put a table under the heading of the figures in a Markdown file; those with a server have their own."""
    sections.put(file, "Figures with a server" if on_server else "Figures", table)
