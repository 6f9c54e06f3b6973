"""How a text reaches a terminal or a line: escaped where it would steer the terminal, broken between words, wide signs counted."""

from __future__ import annotations

from contextlib import suppress

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

_SHORT_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_CHARACTERS_BY_SIGN = {
    "\\": "\\",
    **{short[1]: character for character, short in _SHORT_ESCAPES.items()},
}


STEERING_RANGES = (
    range(0x20),
    range(0x7F, 0xA0),
    (0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF),
    range(0x202A, 0x202F),
    range(0x2066, 0x2070),
    range(0xFFF9, 0xFFFC),
    range(0xE0000, 0xE0080),
)
"""C0, DEL and C1 controls, line and paragraph separators, signs of direction, annotations and tags: what a terminal could obey."""
_SURROGATE_RANGE = range(0xD800, 0xE000)


def _is_steering(code: int) -> bool:
    return code in _SURROGATE_RANGE or any(code in some for some in STEERING_RANGES)


def escape_character(character: str) -> str:
    """One character as an escape that says which it is: \\n, \\xa0, \\u3000 or \\U0001f600."""
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def is_text(value: str) -> bool:
    """Whether every character is one; undecodable bytes of a command line are not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def can_be_stored(value: str) -> bool:
    """Whether a text can be handed on and stored as it is: every character is one, and none is NUL, where others would see its end."""
    return "\0" not in value and is_text(value)


def escape_text(value: str) -> str:
    """The text with every steering character shown as an escape; all else as it is."""
    if value.isprintable():  # what steers never is
        return value
    return "".join(
        escape_character(character) if _is_steering(ord(character)) else character
        for character in value
    )


def escape_line(value: str) -> str:
    """`safe`, and a backslash doubled, so that the line can be read back exactly."""
    return escape_text(value.replace("\\", "\\\\"))


# What Markdown could take for a sign: some always, some only where they stand so that they could begin one; and a point within a
# word, which could make it the name of a site.
_MARKDOWN_SIGN_PATTERN = (
    r"[\\`*_{}\[\]<>~|@$]|!(?=\[)|[#&](?=[#\w])|:(?=[^\s\d])|(?<=\w)\.(?=\w)|(?<=[wW]{3})\."
)
_MARKDOWN_BLOCK_PATTERN = (
    r"^([0-9]*)([-#+=:.)])"  # a heading, a list, the line below a heading or the head of a table
)


def escape_markdown(text: str, *, newline: str = " ") -> str:
    """A text as one line of Markdown that shows it as it was typed: no mark-up, no link and no block begins in it.

    `newline` stands for what breaks a line in it; what would steer a terminal is shown as an escape.
    """
    import re

    lines = re.split("\r\n|\r|\n", text)
    shown = (
        re.sub(_MARKDOWN_SIGN_PATTERN, r"\\\g<0>", escape_text(line.replace("\t", " ")).strip(" "))
        for line in lines
    )
    return newline.join(re.sub(_MARKDOWN_BLOCK_PATTERN, r"\1\\\2", line) for line in shown).strip(
        " "
    )


def unescape_line(line: str) -> str:
    """The text that `one_line` wrote as `line`. Raises ValueError with the first escape in it that stands for no character."""
    import re

    return re.sub(
        r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.?)",
        _decode_escape,
        line,
        flags=re.DOTALL,
    )


def _decode_escape(escape: re.Match[str]) -> str:
    sign = escape[1]
    character = _CHARACTERS_BY_SIGN.get(sign, "")
    with suppress(ValueError, OverflowError):
        character = chr(int(sign[1:], 16)) if len(sign) > 1 else character
    if not character or not is_text(character):
        raise ValueError(escape[0])
    return character


# Lines for a terminal


def fold_line(line: str, width: int, *, spare: int = 0) -> str:
    """The line in as many lines as it takes; a word that is longer than a line is left whole. `spare` cells stay free on the last."""
    if line.isascii() and len(line) + spare <= width:
        return line
    words = line.split(" ")
    wide = [count_cells(word) for word in words]
    made, at = [words[0]], wide[0]
    for place, (word, taken) in enumerate(zip(words[1:], wide[1:], strict=True), 1):
        room = width - (spare if place == len(words) - 1 else 0)
        fits = at + 1 + taken <= room
        made.append(f" {word}" if fits else f"\n{word}")
        at = at + 1 + taken if fits else taken
    return "".join(made)


def count_cells(word: str) -> int:
    """How many columns a word takes: wide signs two, signs that combine with the one before none."""
    if word.isascii():
        return len(word)
    import unicodedata

    wide = sum(unicodedata.east_asian_width(letter) in ("W", "F") for letter in word)
    return len(word) + wide - sum(unicodedata.combining(letter) > 0 for letter in word)
