"""A digest as text for a mail, or as Markdown. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.rendering import formats, rates
from promisectl.system import text as escaping
from promisectl.system.text import fold_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.rendering.formats import LocalMoment, ViewRow

_DIRECTION_SUBJECTS = {"owe": "You", "owed": "They"}


class DigestItem(NamedTuple):
    """A promise that is told of: its number, what catches the eye, and what there is to say besides."""

    number: int
    headline: str
    details: str


class DigestSection(NamedTuple):
    """A title, the promises below it, and lines that close it."""

    title: str
    items: Sequence[DigestItem]
    closing: Sequence[str] = ()


def format_digest_title(here: LocalMoment) -> str:
    """What stands above all of it."""
    return f"Promises, {formats.format_calendar_day(here.today)}"


def format_digest_day(moment: datetime, here: LocalMoment) -> str:
    """A day in a title: “Mon 23 Nov”, with the year where it is not this one."""
    return formats.format_local_day(moment, here).removesuffix(f" {here.today.year}")


def build_standing_item(row: ViewRow, here: LocalMoment) -> DigestItem:
    """An open promise, or one that is broken, and how it stands."""
    stands = [
        formats.format_short_due(row, here),
        *(text for text, _ in formats.describe_standing(row, here)),
    ]
    return DigestItem(
        row["id"], f"{formats.format_counterparty(row)}: {row['outcome']}", ", ".join(stands)
    )


def build_event_item(row: ViewRow, at: datetime, sentence: str, here: LocalMoment) -> DigestItem:
    """Something that happened: when, with whom, and what."""
    return DigestItem(
        row["id"], f"{format_digest_day(at, here)}, {formats.format_counterparty(row)}", sentence
    )


def format_digest_statistics(made: Mapping[str, DirectionStatistics]) -> list[str]:
    """A line for each direction in which anything was settled."""
    lines = {
        who: rates.format_statistics_line(made[way])
        for way, who in _DIRECTION_SUBJECTS.items()
        if made[way].kept.of
    }
    return [f"{who} {line[:1].lower()}{line[1:]}." for who, line in lines.items()]


def iter_digest_text(title: str, sections: Sequence[DigestSection], width: int) -> Iterator[str]:
    """The digest for a mail: no line is wider than `width` unless it holds a single longer word."""
    yield f"{title}\n"
    for section in sections:
        yield f"\n{section.title}\n"
        room = max((len(str(item.number)) for item in section.items), default=0) + len("#")
        for item in section.items:
            yield from _iter_indented_lines(
                f"{f'#{item.number}':>{room + 1}}  ", (item.headline, item.details), width
            )
        if section.items and section.closing:
            yield "\n"
        for line in section.closing:
            yield from _iter_indented_lines(" ", (line,), width)


def _iter_indented_lines(mark: str, texts: Sequence[str], width: int) -> Iterator[str]:
    """Texts one below the other behind a mark, each folded at its own margin."""
    margin = " " * len(mark)
    lines = [
        line
        for text in texts
        for line in fold_line(escaping.escape_text(text), width - len(mark)).split("\n")
    ]
    for place, line in enumerate(lines):
        yield f"{margin if place else mark}{line}\n"


def iter_digest_markdown(title: str, sections: Sequence[DigestSection]) -> Iterator[str]:
    """The digest as Markdown: every text is shown as it was typed."""
    said: Callable[[str], str] = escaping.escape_markdown
    yield f"# {said(title)}\n"
    for section in sections:
        yield f"\n## {said(section.title)}\n\n"
        for item in section.items:
            yield f"- **#{item.number}** {said(item.headline)}\\\n  {said(item.details)}\n"
        for line in section.closing:
            yield f"\n{said(line)}\n"
