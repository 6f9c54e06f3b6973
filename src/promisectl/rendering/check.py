"""What the rules have to say about promises, as a page: six marks, then the rules that speak."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.promise import Direction
from promisectl.domain.wellmade.check import RuleFinding, RuleLevel
from promisectl.rendering import formats, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.wellmade.subject import Subject

    Marks = Sequence[tuple[str, bool | None]]
    CheckedPromise = tuple[Subject, Marks, Sequence[RuleFinding]]

_LEVEL_STYLES = {
    RuleLevel.REFUSE: tables.BAD_STYLE,
    RuleLevel.WARN: tables.WARNING_STYLE,
    RuleLevel.INFO: tables.QUIET_STYLE,
}


def render_check(checked: Sequence[CheckedPromise], *, named: bool) -> RenderableType:
    """A section for each promise; of all that are open (not `named`), those that nothing is said about are only counted."""
    told = [one for one in checked if named or one[2]]
    parts = [part for one in told for part in (*_render_check_section(*one, whole=named), Text())]
    fine = len(checked) - len(told)
    if not checked:
        parts.append(
            Text(
                "Nothing is open, so there is nothing to check. A draft: promisectl check --draft “…” --to dana."
            )
        )
    elif fine:
        parts.append(Text(f"{formats.format_count(fine, 'promise')} more: nothing to say."))
    return Group(*(parts if fine or not checked else parts[:-1]))


def _render_check_section(
    subject: Subject, marks: Marks, findings: Sequence[RuleFinding], *, whole: bool
) -> list[RenderableType]:
    """One promise; where it is one of many (not `whole`), what is less than a warning is only named."""
    drawn = (
        Text(
            f"{'✓' if has else '–'} {name}", style=tables.GOOD_STYLE if has else tables.QUIET_STYLE
        )
        for name, has in marks
        if has is not None
    )
    marked = Text("  ").join(drawn)
    aloud = [one for one in findings if whole or one.level is not RuleLevel.INFO]
    hints = len(findings) - len(aloud)
    besides = (
        f"{formats.format_count(hints, 'hint')}{' more' if aloud else ''}: check {subject.number}"
        if hints
        else ""
    )
    said = _render_findings(aloud, besides) if findings else Text("Nothing to say.")
    return [
        tables.render_heading(_format_check_heading(subject)),
        tables.render_text(subject.outcome),
        Padding(marked, (0, 0, 0, 2)),
        Padding(said, (0, 0, 0, 2)),
    ]


def _format_check_heading(subject: Subject) -> str:
    number = f"#{subject.number} {subject.state}" if subject.number else "Draft"
    whom = {
        Direction.OWE: f"to {subject.other}",
        Direction.OWED: f"from {subject.other}",
        Direction.SELF: "to myself",
        None: "to nobody",
    }
    return f"{number} · {whom[subject.direction]}"


def _render_findings(findings: Sequence[RuleFinding], besides: str) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, min_width=len("L08"))
    grid.add_column(overflow="fold")
    for finding in findings:
        grid.add_row(
            Text(finding.level, style=_LEVEL_STYLES[finding.level]),
            finding.rule,
            tables.render_text(finding.full_sentence),
        )
    if besides:
        grid.add_row(Text("info", style=_LEVEL_STYLES[RuleLevel.INFO]), "", besides)
    return grid
