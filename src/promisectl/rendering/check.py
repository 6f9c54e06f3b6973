"""What the check found about promises, as a page: six marks, then the broken rules."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.promise import Direction
from promisectl.domain.wellmade.check import RuleFinding, RuleLevel
from promisectl.rendering import formats, messages, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from promisectl.domain.wellmade.subject import Subject

    Marks = Sequence[tuple[str, bool | None]]
    """The parts of a good promise, and whether each is present; None where it does not apply."""
    CheckedPromise = tuple[Subject, Marks, Sequence[RuleFinding]]
    """A promise, its marks, and what was found about it."""

_COUNTERPARTY_PHRASES = {
    Direction.OWE: "to {}",
    Direction.OWED: "from {}",
    Direction.SELF: "to yourself",
    None: "to nobody",
}
_LEVEL_STYLES = {
    RuleLevel.REFUSE: tables.BAD_STYLE,
    RuleLevel.WARN: tables.WARNING_STYLE,
    RuleLevel.INFO: tables.QUIET_STYLE,
}


def render_check(checked: Sequence[CheckedPromise], *, named: bool) -> RenderableType:
    """Return a section for each promise that was checked.

    Unless the user `named` them, promises without a finding are only counted.
    """
    if not checked:
        return Text("Nothing is open. To check a draft: promisectl check --draft “…” --to dana")
    parts: list[RenderableType] = []
    fine = 0
    for group in [[one] for one in checked] if named else group_by_series(checked):
        subject, marks, _ = group[0]
        findings = merge_findings(group)
        ids = [one.number for one, *_ in group[1:] if one.number]
        if named or findings:
            section = render_check_section(subject, marks, findings, whole=named, ids=ids)
            parts += [*section, Text()]
        else:
            fine += len(group)
    if fine:
        return Group(
            *parts, Text(f"Nothing found in {formats.format_count(fine, 'more promise')}.")
        )
    return Group(*parts[:-1])


def group_by_series(checked: Sequence[CheckedPromise]) -> list[list[CheckedPromise]]:
    """Return the promises with those of a series together, where its first one is."""
    groups: dict[object, list[CheckedPromise]] = {}
    for one in checked:
        groups.setdefault(one[0].series or one[0].number, []).append(one)
    return list(groups.values())


def merge_findings(group: Sequence[CheckedPromise]) -> Sequence[RuleFinding]:
    """Return what was found about the promises of a series, each rule once.

    What was not found about the first one names the others that it is about.
    """
    (_, _, first), *later = group
    by_rule = {finding.rule: finding for finding in first}
    ids: dict[str, list[int]] = {}
    for subject, _, findings in later:
        for finding in findings:
            by_rule.setdefault(finding.rule, finding)
            ids.setdefault(finding.rule, []).append(subject.number or 0)
    if not later:
        return first
    known = {finding.rule for finding in first}
    merged = (
        finding if rule in known else finding._replace(about=formats.format_id_range(ids[rule]))
        for rule, finding in by_rule.items()
    )
    return sorted(merged, key=lambda finding: finding.rule)


def render_check_section(
    subject: Subject,
    marks: Marks,
    findings: Sequence[RuleFinding],
    *,
    whole: bool,
    ids: Sequence[int] = (),
) -> list[RenderableType]:
    """Return the heading, the outcome, the marks and the findings of one promise.

    Unless the section is `whole`, findings below a warning are only counted. `ids` are those of the
    other promises of its series that it is also about.
    """
    others = messages.format_others(subject.number or 0, ids)
    state = f"{formats.format_state(subject.state)}{others}"
    number = f"#{subject.number} {state}" if subject.number else "Draft"
    counterparty = _COUNTERPARTY_PHRASES[subject.direction].format(subject.other)
    present = [name for name, is_present in marks if is_present]
    missing = [name for name, is_present in marks if is_present is False]
    parts = [f"✓ {', '.join(present)}"] if present else []
    parts += [f"– missing: {', '.join(missing)}"] if missing else []
    listed = [finding for finding in findings if whole or finding.level is not RuleLevel.INFO]
    hints = len(findings) - len(listed)
    counted = formats.format_count(hints, "more hint" if listed else "hint")
    remainder = f"{counted}: promisectl check {subject.number}" if hints else ""
    table = render_findings(listed, remainder) if findings else Text("Nothing found.")
    return [
        tables.render_heading(f"{number} · {counterparty}"),
        tables.render_text(subject.outcome),
        Padding(tables.render_parts(parts, separator="  "), (0, 0, 0, 2)),
        Padding(table, (0, 0, 0, 2)),
    ]


def render_findings(findings: Sequence[RuleFinding], remainder: str) -> Table:
    """Return a line for each finding, and a last one with the `remainder` in words, if any."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, min_width=len("L08"))
    grid.add_column(overflow="fold")
    for finding in findings:
        grid.add_row(
            Text(finding.level, style=_LEVEL_STYLES[finding.level]),
            finding.rule,
            _Advice(finding),
        )
    if remainder:
        grid.add_row(Text("info", style=_LEVEL_STYLES[RuleLevel.INFO]), "", remainder)
    return grid


class _Advice:
    """A finding in words, with its answer behind it, or below it where both don't fit a line."""

    def __init__(self, finding: RuleFinding) -> None:
        self._sentence = finding.full_sentence
        self._answer = finding.labeled_answer

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines in the given width."""
        line = f"{self._sentence} {self._answer}".rstrip()
        if not self._answer or cell_len(line) <= options.max_width:
            yield tables.render_text(line)
        else:
            yield tables.render_text(self._sentence)
            yield tables.render_text(self._answer)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widths that the line can have."""
        line = f"{self._sentence} {self._answer}".rstrip()
        return Measurement.get(console, options, tables.render_text(line))
