"""A digest as text for a mail, or as Markdown. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.rendering import formats, rates
from promisectl.system import text as escaping
from promisectl.system.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from promisectl.domain.statistics import Figures
    from promisectl.rendering.formats import Here, Row

_WHO = {"owe": "You", "owed": "They"}


class Item(NamedTuple):
    """A promise that is told of: its number, what catches the eye, and what there is to say besides."""

    number: int
    head: str
    said: str


class Section(NamedTuple):
    """A title, the promises below it, and lines that close it."""

    title: str
    items: Sequence[Item]
    closing: Sequence[str] = ()


def title(here: Here) -> str:
    """What stands above all of it."""
    return f"Promises, {formats.plain_day(here.today)}"


def day(moment: datetime, here: Here) -> str:
    """A day in a title: “Mon 23 Nov”, with the year where it is not this one."""
    return formats.day(moment, here).removesuffix(f" {here.today.year}")


def standing(row: Row, here: Here) -> Item:
    """An open promise, or one that is broken, and how it stands."""
    stands = [formats.short_due(row, here), *(text for text, _ in formats.standing(row, here))]
    return Item(row["id"], f"{formats.to_or_from(row)}: {row['outcome']}", ", ".join(stands))


def event(row: Row, at: datetime, sentence: str, here: Here) -> Item:
    """Something that happened: when, with whom, and what."""
    return Item(row["id"], f"{day(at, here)}, {formats.to_or_from(row)}", sentence)


def figures(made: Mapping[str, Figures]) -> list[str]:
    """A line for each direction in which anything was settled."""
    lines = {who: rates.line(made[way]) for way, who in _WHO.items() if made[way].kept.of}
    return [f"{who} {line[:1].lower()}{line[1:]}." for who, line in lines.items()]


def plain(title: str, sections: Sequence[Section], width: int) -> Iterator[str]:
    """The digest for a mail: no line is wider than `width` unless it holds a single longer word."""
    yield f"{title}\n"
    for section in sections:
        yield f"\n{section.title}\n"
        room = max((len(str(item.number)) for item in section.items), default=0) + len("#")
        for item in section.items:
            yield from _set_in(f"{f'#{item.number}':>{room + 1}}  ", (item.head, item.said), width)
        if section.items and section.closing:
            yield "\n"
        for line in section.closing:
            yield from _set_in(" ", (line,), width)


def _set_in(mark: str, texts: Sequence[str], width: int) -> Iterator[str]:
    """Texts one below the other behind a mark, each folded at its own margin."""
    margin = " " * len(mark)
    lines = [line for text in texts for line in folded(escaping.safe(text), width - len(mark)).split("\n")]
    for place, line in enumerate(lines):
        yield f"{margin if place else mark}{line}\n"


def markdown(title: str, sections: Sequence[Section]) -> Iterator[str]:
    """The digest as Markdown: every text is shown as it was typed."""
    said: Callable[[str], str] = escaping.markdown
    yield f"# {said(title)}\n"
    for section in sections:
        yield f"\n## {said(section.title)}\n\n"
        for item in section.items:
            yield f"- **#{item.number}** {said(item.head)}\\\n  {said(item.said)}\n"
        for line in section.closing:
            yield f"\n{said(line)}\n"
