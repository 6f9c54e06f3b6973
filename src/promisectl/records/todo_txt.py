"""The reader of todo.txt: the parts of each line that its format knows.

Source: the todo.txt format rules, https://github.com/todotxt/todo.txt
"""

from __future__ import annotations

import re

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

_DAY_PATTERN = r"\d{4}-\d{2}-\d{2}"
_LINE_PATTERN = re.compile(
    rf"(?:(?P<done>x)\s+)?(?:\((?P<priority>[A-Z])\)\s+)?"
    rf"(?:(?P<first>{_DAY_PATTERN})\s+)?(?:(?P<second>{_DAY_PATTERN})\s+)?(?P<text>.*)"
)
_LABEL_PATTERN = re.compile(
    r"(?P<sign>[+@])(?P<word>(?=\S*[^\W\d_])\S+)|(?P<key>[A-Za-z][\w-]*):(?P<value>[^\s/]\S*)"
)
_KNOWN_KEYS = ("due", "t", "rec", "pri", "h", "id", "p", "uuid")
"""The keys of labels that programs write; any other one may be a part of the text."""


def iter_tasks(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return each line that has a text, with its number, as its parts.

    They are `text`, `done` (true or false), `priority`, `completed`, `created`, `projects`,
    `contexts`, and each `key:value` by its key. The text is without the projects and contexts at
    its end, and without keys that programs write; a project in the middle is a word of it.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, parse_task(line.strip())


def parse_task(line: str) -> dict[str, Any]:
    """Return the parts of one line, as `iter_tasks` does."""
    match = _LINE_PATTERN.fullmatch(line)
    parts = match.groupdict() if match else {"text": line}
    first, second = parts.get("first"), parts.get("second")
    is_done = bool(parts.get("done"))
    words = (parts["text"] or "").split()
    labels = [label for word in words if (label := _LABEL_PATTERN.fullmatch(word))]
    return {
        "text": remove_labels(words),
        "done": is_done,
        "priority": parts.get("priority"),
        "completed": first if is_done else None,
        "created": second if is_done else first,
        "projects": [label["word"] for label in labels if label["sign"] == "+"],
        "contexts": [label["word"] for label in labels if label["sign"] == "@"],
        **{label["key"]: label["value"] for label in labels if label["key"]},
    }


def remove_labels(words: Sequence[str]) -> str:
    """Return the text of a line; where it has only labels, their words."""
    kept = [word for word in words if not is_known_label(word)]
    end = len(kept)
    while end and kept[end - 1].startswith(("+", "@")) and _LABEL_PATTERN.fullmatch(kept[end - 1]):
        end -= 1
    return " ".join(map(drop_sign, kept[:end] or kept or words))


def is_known_label(word: str) -> bool:
    """Whether a word is a label that programs write."""
    label = _LABEL_PATTERN.fullmatch(word)
    return bool(label and label["key"] in _KNOWN_KEYS)


def drop_sign(word: str) -> str:
    """Return a word without the sign of a project or context."""
    label = _LABEL_PATTERN.fullmatch(word)
    return label["word"] if label and label["sign"] else word
