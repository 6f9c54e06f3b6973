"""A message in other forms than text: Markdown, and a link that opens a mail."""

from __future__ import annotations

from urllib.parse import quote

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering.message import BULLET, INDENT
from promisectl.system import text as system_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.rendering.message import Message


def format_markdown(message: Message) -> str:
    """Return a message as Markdown, escaped so that every text is shown as it was typed."""
    blocks = [_escape_paragraphs(message.opening)]
    for part in message.parts:
        heading = _escape_paragraphs(part.heading)
        is_title = message.is_statement and part.items
        blocks.append(f"**{heading}**" if is_title else heading)
        blocks.append("\n".join(_format_markdown_item(item) for item in part.items))
        blocks.append("\\\n".join(map(_escape_paragraphs, part.end)))
    blocks.append(_escape_paragraphs(message.closing))
    return "\n\n".join(filter(None, blocks)) + "\n"


def _format_markdown_item(item: Sequence[str]) -> str:
    """Return the lines of an item; an empty one inside stays one."""
    lines = map(_escape_line, system_text.split_lines("\n".join(item)))
    return BULLET + "\n".join(lines).strip("\n").replace("\n", f"\\\n{INDENT}")


def _escape_line(line: str) -> str:
    return system_text.escape_markdown(line, escape=system_text.escape_controls)


def _escape_paragraphs(text: str) -> str:
    """Return words of the message as Markdown, in which an empty line ends a paragraph."""
    return "\n\n".join(
        "\\\n".join(map(_escape_line, system_text.split_lines(paragraph)))
        for paragraph in text.split("\n\n")
    )


def format_mailto(subject: str, body: str) -> str:
    """Return a link that opens a mail with a subject and a text (RFC 6068).

    The subject is one line, with single spaces and without control characters.
    """
    words = " ".join(system_text.split_lines(subject)).replace("\t", " ").split(" ")
    title = system_text.escape_controls(" ".join(filter(None, words)))
    lines = "\r\n".join(system_text.split_lines(body.rstrip("\n")))
    return f"mailto:?subject={quote(title, safe='')}&body={quote(lines, safe='')}"
