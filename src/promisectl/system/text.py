"""Texts for terminals and lines: escapes for what could steer a terminal, folding, widths."""

from __future__ import annotations

from contextlib import suppress

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping
    from typing import IO

_SHORT_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_CHARACTERS_BY_SHORT_ESCAPE = {
    "\\": "\\",
    **{escape[1]: character for character, escape in _SHORT_ESCAPES.items()},
}

# C0, DEL and C1 controls, line and paragraph separators, directions, annotations and tags.
STEERING_RANGES = (
    range(0x20),
    range(0x7F, 0xA0),
    (0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF),
    range(0x202A, 0x202F),
    range(0x2066, 0x2070),
    range(0xFFF9, 0xFFFC),
    range(0xE0000, 0xE0080),
)
"""The code points that a terminal could obey."""
_CONTROL_RANGES = STEERING_RANGES[:2]
_LINE_BREAKS = ("\r\n", "\r", "\x85", "\u2028", "\u2029")
_FIRST_EMOJI = 0x2190
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_EMOJI_JOINER, _SOFT_HYPHEN = "\u200d", "\xad"
_EMOJI_SELECTOR = "\ufe0f"
"""After a narrow sign, it asks for the emoji, which is wide."""
_KEYCAPS_AND_SIGNS, _FIRST_WIDENED = "#*0123456789©®", 0x203C
_ZERO_WIDTH_CATEGORIES = ("Mn", "Me", "Cf")
_JAMO_ENDINGS = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
"""The vowels and finals of Hangul, which are drawn into the letter before them."""
_SARA_AM = (0x0E33, 0x0EB3)
"""A vowel of Thai and of Lao that belongs to the letter before it, though it is not a mark."""
_VIRAMA_CLASS = 9  # of a sign that joins two consonants of an Indian script
_MAX_GRAPHEME_CELLS = 6  # no real one is wider, and a column has to hold it
_PASTED_PROGRAMS = ("promisectl", "mkdir", "find", "sqlite3", "sudo", "pipx", "pip", "ls")
_SURROGATE_RANGE = range(0xD800, 0xE000)
_UUID_GROUP_LENGTHS = [8, 4, 4, 4, 12]
_UUID_CHARACTERS = frozenset("0123456789abcdef-")


def is_steering(code: int) -> bool:
    """Whether a code point could steer a terminal, or can't be encoded for it."""
    return code in _SURROGATE_RANGE or any(code in codes for codes in STEERING_RANGES)


def is_canonical_uuid(text: str) -> bool:
    """Whether a text is a UUID as it is kept: in lower case, with dashes."""
    is_grouped = [*map(len, text.split("-"))] == _UUID_GROUP_LENGTHS
    return is_grouped and _UUID_CHARACTERS.issuperset(text)


def escape_character(character: str) -> str:
    """Return a character as an escape: \\n, \\xa0, \\u3000 or \\U0001f600."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_text(value: str) -> bool:
    """Whether a text can be encoded; undecodable bytes of a command line can't."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def can_be_stored(value: str) -> bool:
    """Whether a text can be stored as it is: it is Unicode, and has no NUL that would end it."""
    return "\0" not in value and (value.isascii() or is_text(value))


def is_blank_text(value: str) -> bool:
    """Whether a text has only spaces and invisible characters."""
    if value.isascii():
        return not value.strip()
    from promisectl.domain import spelling

    return spelling.is_blank(value)


def escape_text(value: str) -> str:
    """Return a text with every steering character as an escape."""
    if value.isprintable():  # a steering character is not printable
        return value
    return "".join(
        escape_character(character) if is_steering(ord(character)) else character
        for character in value
    )


def escape_controls(value: str) -> str:
    """Return a text with its control characters as escapes, but for tabs and LF.

    All else stays, as it is for a reader and not for a terminal: marks of direction, joiners, tags.
    """
    if value.isprintable():  # no control character is printable
        return value
    return "".join(
        escape_character(character)
        if any(ord(character) in codes for codes in _CONTROL_RANGES) and character not in "\t\n"
        else character
        for character in value
    )


def escape_lines(text: str) -> str:
    """Return a text of several lines, escaped but for its tabs and line ends, which become LF."""
    return "".join(
        character if character in "\t\n" else escape_text(character)
        for character in text.replace("\r\n", "\n")
    )


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, at line breaks of every kind; all else stays as it is."""
    for line_break in _LINE_BREAKS:
        text = text.replace(line_break, "\n")
    return text.split("\n")


def escape_line(value: str) -> str:
    """Return a text as one line that `unescape_line` reads back: backslashes are doubled."""
    return escape_text(value.replace("\\", "\\\\"))


def unescape_line(line: str) -> str:
    """Return the text that `escape_line` wrote as `line`.

    Raises ValueError with the first escape in it that means no character.
    """
    import re

    return re.sub(
        r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.?)",
        decode_escape,
        line,
        flags=re.DOTALL,
    )


def decode_escape(escape: re.Match[str]) -> str:
    """Return the character of an escape; its first group has no backslash. Raises ValueError."""
    code = escape[1]
    character = _CHARACTERS_BY_SHORT_ESCAPE.get(code, "")
    with suppress(ValueError, OverflowError):
        character = chr(int(code[1:], 16)) if len(code) > 1 else character
    if not character or not is_text(character):
        raise ValueError(escape[0])
    return character


# What Markdown would read as mark-up, or GitHub and other sites as a link, a mention or a formula;
# and what pandoc and programs for notes read as a dash, a raised, marked or hidden text.
# A * between two spaces, a _ within a word and a ~ before one mean nothing; a point before a letter
# could make the name of a site. A formula can end on a later line.
_MARKDOWN_INLINE_PATTERN = (
    r"[\\`|\[]|(?<! )\*|\*(?! )|(?<![^\W_])_|_(?![^\W_])|(?<! )(?<!^)~|~(?!\w)"
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)|[#@](?=\w)|\$(?=.*\$)|(?<=\S)\$(?!\d)|:(?=//|[\w+-]+:)"
    r"|(?<=\w)\.(?=[^\W\d_])|(?<=[wW]{3})\.|-(?=-)|%(?=%)|\^(?=\S*(?:\^|$))|=(?==+(?:[^\s=]|$))"
)
# The start of a heading, a quote, a list or a definition, the line below a heading, or the head of
# a table. Pandoc numbers the items of a list with letters too, and in brackets.
_MARKDOWN_BLOCK_PATTERN = (
    r"^((?:[0-9]{1,9}|[A-Za-z]|[ivxlcdmIVXLCDM]+|[#@])(?=[.)](?: |$))"
    r"|(?=#+(?: |$)|>|[-+:](?: |$)|::|[-=:][-=: ]*$"
    r"|\((?:[0-9]+|[A-Za-z]|[ivxlcdmIVXLCDM]+|[#@])\)(?: |$)))"
)


def escape_markdown(text: str, *, escape: Callable[[str], str] = escape_text) -> str:
    """Return a text as one line of Markdown that shows it as typed: no mark-up, link or block.

    What could steer a terminal becomes an escape, or what `escape` makes one.
    """
    import re

    line = " ".join(_escape_markdown_lines(text, escape)).strip(" ")
    return re.sub(_MARKDOWN_BLOCK_PATTERN, r"\1\\", line)


def escape_markdown_cell(text: str) -> str:
    """Return a text for a cell of a table in Markdown, as `escape_markdown` does.

    A line break stays one.
    """
    return "<br>".join(_escape_markdown_lines(text, escape_text)).strip(" ")


def _escape_markdown_lines(text: str, escape: Callable[[str], str]) -> Iterator[str]:
    import re

    for line in re.split("\r\n|\r|\n", text):
        shown = escape(line.replace("\t", " ")).strip(" ")
        yield re.sub(_MARKDOWN_INLINE_PATTERN, r"\\\g<0>", shown)


def format_terminal_line(
    line: str, stream: IO[str], environ: Mapping[str, str], *, spare: int = 0
) -> str:
    """Return a line as a stream gets it: escaped, and on a terminal folded between words.

    `spare` columns stay free at the end of the last line.
    """
    line = escape_text(line)
    if not stream.isatty():
        return line
    from promisectl.system.terminal import find_terminal_width

    return fold_line(line, find_terminal_width(stream, environ), spare=spare)


def fold_line(line: str, width: int, *, spare: int = 0) -> str:
    """Return a line folded between words at `width` columns; a longer word stays whole.

    A command that can be pasted stays on one line, where it fits. `spare` columns stay free on the
    last line.
    """
    if line.isascii() and len(line) + spare <= width:
        return line
    words = _join_commands(line.split(" "), width)
    widths = [count_cells(word) for word in words]
    pieces, column = [words[0]], widths[0]
    for index, (word, cells) in enumerate(zip(words[1:], widths[1:], strict=True), 1):
        limit = width - (spare if index == len(words) - 1 else 0)
        fits = column + 1 + cells <= limit
        pieces.append(f" {word}" if fits else f"\n{word}")
        column = column + 1 + cells if fits else cells
    return "".join(pieces)


def _join_commands(words: list[str], width: int) -> list[str]:
    """Return the words with those of each command joined, if it fits into `width` columns.

    A command begins with its program at the start, or after a colon, a question or a dot between
    two commands. It ends before such a dot, or where the line ends.
    """
    joined: list[str] = []
    while words:
        count = 1
        if words[0] in _PASTED_PROGRAMS and (not joined or joined[-1].endswith((":", "?", "·"))):
            count = words.index("·") if "·" in words else len(words)
        command = " ".join(words[:count])
        if count_cells(command) > width:
            command, count = words[0], 1
        joined.append(command)
        words = words[count:]
    return joined


def count_cells(text: str) -> int:
    """Return how many columns a text takes in a terminal (see `split_graphemes`)."""
    if text.isascii():
        return len(text)
    return sum(cells for _, _, cells in split_graphemes(text))


def split_graphemes(text: str) -> list[tuple[int, int, int]]:
    """Return what is seen as one character each: its start, its end and its columns.

    That is a letter with its marks, an emoji with its tone of skin or with others joined to it, the
    two letters of a flag, a syllable. A wide character takes two columns; a mark takes none, or one
    if it stands beside its letter (category Mc), as most terminals show it.
    """
    if text.isascii():
        return [(index, index + 1, 1) for index in range(len(text))]
    import unicodedata

    spans: list[tuple[int, int, int]] = []
    start, cells, previous, is_after_virama = 0, 0, "", False
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        is_wide = unicodedata.east_asian_width(character) in ("W", "F")
        added = _find_joined_cells(
            text[start:index], character, category, cells, is_after_virama=is_after_virama
        )
        if added is None or cells + added > _MAX_GRAPHEME_CELLS:
            if index:
                spans.append((start, index, cells))
            is_zero = category in _ZERO_WIDTH_CATEGORIES and character != _SOFT_HYPHEN
            start, cells = index, 0 if is_zero else 1 + is_wide
        else:
            cells += added
        is_after_virama = unicodedata.combining(character) == _VIRAMA_CLASS or (
            is_after_virama and character == _EMOJI_JOINER
        )
        previous = character
    return [*spans, (start, len(text), cells)] if previous else spans


def _find_joined_cells(
    before: str, character: str, category: str, cells: int, *, is_after_virama: bool
) -> int | None:
    """Return the columns that a character adds to those `before` it; None if it begins another."""
    code, previous = ord(character), before[-1:]
    if not before:
        return None
    if character == _EMOJI_SELECTOR:
        is_emoji = previous in _KEYCAPS_AND_SIGNS or ord(previous) >= _FIRST_WIDENED
        return int(cells == 1 and is_emoji)
    is_zero = category in _ZERO_WIDTH_CATEGORIES and character != _SOFT_HYPHEN
    if is_zero or any(code in codes for codes in _JAMO_ENDINGS):
        return 0
    if code >= _FIRST_EMOJI and previous == _EMOJI_JOINER and cells:
        return 0
    if code in _SKIN_TONES and ord(previous) >= _FIRST_EMOJI:
        return 0
    is_flag = code in _FLAG_LETTERS and len(before) == 1 and ord(previous) in _FLAG_LETTERS
    is_after_letter = category == "Mc" or code in _SARA_AM or (is_after_virama and category == "Lo")
    return 1 if is_flag or is_after_letter else None
