"""The digest as text for an e-mail, or as Markdown.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.rendering import formats, rates
from promisectl.system import text as system_text
from promisectl.system.text import fold_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.rendering.formats import LocalMoment, ViewRow

_DIRECTION_SUBJECTS = {"owe": "You", "owed": "They"}


class DigestItem(NamedTuple):
    """A promise in a digest: its ID, a headline, and the details below it.

    `note` is about the others of its series that it stands for; it comes between them.
    """

    number: int
    headline: str
    details: str
    note: str = ""

    @property
    def lines(self) -> Sequence[str]:
        """The lines of the item, one below the other."""
        return [self.headline, *filter(None, self.note.split("\n")), self.details]


class DigestSection(NamedTuple):
    """A section of a digest: a title, the promises below it, and closing lines."""

    title: str
    items: Sequence[DigestItem]
    closing: Sequence[str] = ()


def format_digest_title(here: LocalMoment, subject: str = "") -> str:
    """Return the title of the whole digest: “Promises with Dana, Mon 23 Nov 2026”."""
    return f"Promises{subject}, {formats.format_calendar_day(here.today)}"


def format_digest_day(moment: datetime, here: LocalMoment) -> str:
    """Return a day for a title: “Mon 23 Nov”."""
    return formats.format_local_day(moment, here)


def build_standing_item(row: ViewRow, here: LocalMoment, note: str = "") -> DigestItem:
    """Return an open or a broken promise: whose it is and what, and below it its standing.

    `note` is what else of its series it stands for, and what is the matter with its parts.
    """
    headline = f"{formats.format_counterparty(row)}: {row['outcome']}"
    standing = [text for text, _ in formats.describe_standing(row, here)]
    details = ", ".join([formats.format_short_due(row, here), *standing])
    return DigestItem(row["id"], headline, details, note)


def build_event_item(
    row: ViewRow, at: datetime, sentence: str, here: LocalMoment, note: str = ""
) -> DigestItem:
    """Return an event: when and with whom, and below it a sentence on what happened.

    `note` is to what else of its series it happened.
    """
    headline = f"{format_digest_day(at, here)}, {formats.format_counterparty(row)}"
    return DigestItem(row["id"], headline, f"{sentence[:1].upper()}{sentence[1:]}", note)


def format_digest_statistics(
    made: Mapping[str, DirectionStatistics], overdue: Mapping[str, int]
) -> list[str]:
    """Return a line for each direction in which a promise was kept or broken.

    The line also says how much of what was reported is confirmed, and how many promises are
    `overdue` now, those from before the window of the statistics included.
    """
    lines = []
    for direction, subject in _DIRECTION_SUBJECTS.items():
        figures = made[direction]
        if figures.kept.of:
            reported, confirmed = figures.confirmed.of, figures.confirmed.number
            remarks = []
            if confirmed < reported:
                remarks.append(f"reported {reported}, confirmed {confirmed}")
            if overdue[direction]:
                remarks.append(f"{overdue[direction]} overdue")
            line = rates.format_statistics_line(figures, remarks)
            lines.append(f"{subject} {line[:1].lower()}{line[1:]}.")
    return lines


def iter_digest_text(title: str, sections: Sequence[DigestSection], width: int) -> Iterator[str]:
    """Yield the digest for an e-mail, in lines of at most `width` characters.

    Only a single longer word makes a longer line.
    """
    yield f"{title}\n"
    for section in sections:
        yield f"\n{section.title}\n"
        longest = max((len(f"#{item.number}") for item in section.items), default=0)
        for item in section.items:
            mark = f" {f'#{item.number}':>{longest}}  "
            yield from _iter_indented_lines(mark, item.lines, width)
        if section.items and section.closing:
            yield "\n"
        for line in section.closing:
            yield from _iter_indented_lines(" ", (line,), width)


def _iter_indented_lines(mark: str, texts: Sequence[str], width: int) -> Iterator[str]:
    """Yield texts one below the other after a mark, folded to `width` and indented alike."""
    margin = " " * len(mark)
    lines = [
        line
        for text in texts
        for line in fold_line(system_text.escape_text(text), width - len(mark)).split("\n")
    ]
    for index, line in enumerate(lines):
        yield f"{margin if index else mark}{line}\n"


def iter_digest_markdown(title: str, sections: Sequence[DigestSection]) -> Iterator[str]:
    """Yield the digest as Markdown, escaped so that every text is shown as it was typed."""
    escape: Callable[[str], str] = system_text.escape_markdown
    yield f"# {escape(title)}\n"
    for section in sections:
        yield f"\n## {escape(section.title)}\n\n"
        for item in section.items:
            lines = "\\\n  ".join(map(escape, item.lines))
            yield f"- **#{item.number}** {lines}\n"
        for line in section.closing:
            yield f"\n{escape(line)}\n"
