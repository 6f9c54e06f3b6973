"""Texts that somebody could hide something in, and what a terminal must never get of them."""

import re
import unicodedata
from random import Random

_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_MARKS = {
    0x061C,
    0x200E,
    0x200F,
    0xFEFF,
    *range(0x206A, 0x2070),
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

CONTROLS = [f"a{chr(code)}b" for code in (*range(1, 0x20), *range(0x7F, 0xA0))]
SEQUENCES = [
    "\x1b[2J\x1b[H all gone",
    "\x1b[31mred\x1b[0m",
    "\x1b[8mhidden\x1b[28m",
    "\x1b[1;5;7mloud",
    "\x1b[1A\x1b[2K the line above",
    "\x1b[5i prints",
    "\x1b[6n asks where",
    "\x1b[?1049h another screen",
    "\x1b[20t\x1b[21t the title back",
    "\x1bP+q544e\x1b\\ asks for the name",
    "\x1bc resets",
    "\x1b(0 lines",
    "\x1b]0;another title\x07",
    "\x1b]2;another title\x1b\\",
    "\x1b]8;;https://example.org\x1b\\a link\x1b]8;;\x1b\\",
    "\x1b]8;;file:///etc/passwd\x07a link\x1b]8;;\x07",
    "\x1b]52;c;cm0gLXJmIH4K\x07",
    "\x1b]4;1;?\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b]777;notify;you;won\x07",
    "\x1b_Gf=100;AAAA\x1b\\",
    "\x1bX hidden \x1b\\",
    "\x9b31mred",
    "\x9d0;a title\x9c",
    "\x90q\x9c",
    "\x1b",
    "ends with \x1b[",
    "\x1b[200~pasted\x1b[201~",
    "\x0e shifted \x0f",
    "bell\a bell",
    "back\b\b\b\bspace",
    "returns\rover it",
    "CRLF\r\nand on",
    "two\nlines",
    "\n\nblank lines\n\n",
    "tab\tand\ttab",
    "form\ffeed and \vertical",
    "next\u0085line",
    "line\u2028separator",
    "paragraph\u2029separator",
]
TURNED = [
    "abc\u202etxt.exe",
    "\u202d\u202e\u202a\u202b left open",
    "\u2066\u2067\u2068 isolates left open",
    "if admin\u2069 \u2066// no",
    "\u200emarks\u200f\u061c",
    "\u206adeprecated\u206f",
    "\ufeffmark in front",
    "\ufff9over\ufffaunder\ufffb",
    "\U000e0001\U000e0068\U000e0069\U000e007f tagged",
    "שלום עולם, מחר",
    "مرحبا بالعالم 123",
    "mixed אבג 123 abc",
]
LETTERS = [
    "e\u0301\u0301\u0301",
    "Z" + "\u0334\u0335\u0336\u0337\u0338\u0353\u0354\u0355" * 30,
    "\u0300 a mark without a letter",
    "👩\u200d👩\u200d👧\u200d👦 family",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England",
    "❤\ufe0f heart ❤\ufe0e",
    "葛\U000e0100 variation",
    "zero\u200bwidth\u200cnon\u200djoiner\u2060word",
    "soft\u00adhyphen",
    "no\u00a0break\u202fspaces\u3000wide",
    "東京タワーで会う約束をした。" * 8,
    "Ｆｕｌｌ　ｗｉｄｔｈ",
    "ﷺ one wide",
    "𒐫 wider",
    "\ud7ff\ue000\uf8ff private",
    "\uffff\ufffe\U0010ffff no characters",
    "\U0001f3f4\u200d\u2620\ufe0f",
    "ǅ ﬁ ß İ ı",
    "a" * 1000,
    "wort" * 60,
    "blanks" + " " * 300 + "between",
    "a/" * 200,
    "x " * 400,
    "\u1160\u115f\u3164 fillers",
]
MARKUP = [
    "[/]",
    "[/bold]",
    "[bold red]loud[/bold red]",
    "[link=https://example.org]here[/link]",
    "[link=file:///etc/passwd]",
    "[@click=app.bell]x[/]",
    "\\[bold]",
    "[[/]]",
    "[not closed",
    ":smile: :warning: :skull:",
    "**bold** _it_ ~~no~~ `code`",
    "# heading",
    "- a list\n- of two",
    "[a](https://example.org) ![b](https://example.org/b.png)",
    "<script>alert(1)</script>",
    "<b onmouseover=alert(1)>&lt;&amp;&#27;",
    "| a | b |\n|---|---|",
    "```\nblock\n```",
    "%s %d %n %(x)s %%",
    "{} {0} {x.__class__} {{",
    "${HOME} $(id) `id` $HOME",
    "; rm -rf ~ #",
    "' OR 1=1 --",
    "'; DROP TABLE act; --",
    '" OR ""="',
    "a\\",
    "\\x1b[31m \\n \\t \\\\ \\u202e",
    "\\",
    '"',
    "'",
    "'''",
    "“quoted” ‘so’ «too»",
    "a,b;c\td|e",
    '","',
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org","x")',
    "＝1+1",
    "'=1+1",
    "  =1+1",
    "\t=1+1",
    "BEGIN:VTODO\nEND:VCALENDAR",
    "a:b\n c",
    "null",
    "NaN",
    "true",
    "007",
    "1e9",
    "2026-11-27",
    "-",
    "--",
    "--json",
    "--help",
    "-q",
    "#1",
    "1",
    "me",
    "*",
    "?",
    "~",
    "..",
    "../../etc/passwd",
    "/dev/null",
    "\u0130",
    "COM1",
    "key: [value",
    "[table]\nx = 1",
]
TEXTS = [*SEQUENCES, *TURNED, *LETTERS, *MARKUP, *CONTROLS]
"""All of them; something is seen of each, and none is too long for an outcome."""

REFUSED = [
    "",
    " ",
    "\t",
    "\n",
    "\u00a0\u3000",
    "\u200b",
    "\u200d\u2060\u00ad",
    " \u202e\u2069\n",
    "\u034f\ufe0f\U000e0100",
    "\u3164\u115f\u2800",
    "a\0b",
    "\0",
    "x" * 1_001,
    "x" * 10_001,
    "é" * 100_000,
    "a\ud800b",
    "\udcff",
    "\udc1b[31m",
]
"""No text at all, or more than is taken, or bytes that are none."""

_PIECES = [
    "\x1b[",
    "\x1b]8;;",
    "\x9b",
    "\x07",
    "[/",
    "[link=",
    "]",
    ":x:",
    "\u202e",
    "\u2066",
    "\u0301",
    "東",
    "👩",
    "\u200d",
    "=",
    "'",
    '"',
    "\n",
]
_PIECES += [
    "\r",
    "\t",
    "\\",
    "{}",
    "%s",
    ",",
    ";",
    " ",
    "\u3000",
    "\u2028",
    "\U000e0041",
    "\ufe0f",
    "a",
    "Zz",
    "ß",
    "א",
    "0",
    "-",
    "#",
    "|",
    "<b>",
]


def anything(dice: Random) -> str:
    """A text put together from pieces that mean something to somebody, and from any character there is."""
    text = "".join(
        dice.choice(_PIECES)
        if dice.random() < 0.7
        else chr(dice.choice((dice.randrange(1, 0x300), dice.randrange(1, 0xD800))))
        for _ in range(dice.randrange(1, 25))
    )
    return text if is_seen(text) else f"{text}x"


def is_seen(text: str) -> bool:
    """Whether there is more in a text than blanks and what is drawn as nothing; marks alone don't count."""
    return any(
        not letter.isspace()
        and unicodedata.category(letter) not in ("Cf", "Cn", "Mn")
        and not re.search("FILLER|PATTERN BLANK", unicodedata.name(letter, ""))
        for letter in text
    )


def steering(text: str, *, colour: bool = False, besides: str = "\n") -> list[str]:
    """The characters in a text that a terminal could obey, by their numbers; colours of the program's own are let pass where there are any."""
    shown = _COLOUR.sub("", text) if colour else text
    return sorted(
        {f"U+{ord(letter):04X}" for letter in shown if letter not in besides and _steers(letter)}
    )


def uncoloured(text: str) -> str:
    """What is left of a text without its colours."""
    return _COLOUR.sub("", text)


def _steers(letter: str) -> bool:
    category, turn = unicodedata.category(letter), unicodedata.bidirectional(letter)
    return category in ("Cc", "Cs", "Zl", "Zp") or turn in _TURNS or ord(letter) in _MARKS
