"""A message as others read it: a mail program, a reader of Markdown, who opens a link. What arrives is what was typed."""

import re
import subprocess
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from promisectl.rendering.message import Message, Part, format_text
from promisectl.rendering.message_formats import format_mailto, format_markdown
from promisectl.system.text import split_lines
from tests.conftest import library, tool

_TEMPTING = [
    *"\\`*_{}[]()<>#+-.!|~:&@$^=%\"'/; \n\t", "  ", "\n\n", "\r\n", "\n    ",
    "word", "word ", "a", "1", "100% ", "- [ ] ", "1. ", "12) ", "a. ", "b) ", "iv. ", "(1) ", "(c) ", "(@) ", "#. ", "# ", "* ", "+ ", "> ", ": ", ":::", "---", "===", "~~~", "...", "-- ",
    "[a](b)", "![a](b)", "[1]: /u", "[^1]", "^[n]", "[x]{.c}", "2^10^", "H~2~O", "==x==", "%%x%%", "$a$", "$ 5 ", "US$", "$$", "\\begin{x}", "&amp;", "&#35;", "<b>", "<!--", "-->", "--force",
    "| a | b |", "www.", "a.org", "https://x.org/a_b?c=1&d=2#e", "dana@x.org", "@dana", "#12", "snake_case", "2*3*4", ":smile:", "From me", "ü", "😀", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "שלום\u200f", "می\u200cخواهم", "\xa0", "\x1b[31m", "\u2028", "\x85",
]  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS = (
    st.lists(st.sampled_from(_TEMPTING) | _CHARACTERS, min_size=1, max_size=12)
    .map("".join)
    .filter(str.strip)
)
_LINES = _TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
_ITEMS = st.lists(
    st.tuples(_TEXTS, st.sampled_from(["by Fri 27 Nov 2026", "what for: x"])).map(list),
    min_size=1,
    max_size=3,
)


def _build_letter(name: str, items: list[list[str]], closing: str, *, statement: bool) -> Message:
    end = () if statement else ("Yes, no, or other terms.", "Please let me know by Wed 25 Nov.")
    part = Part("I owe you" if statement else "", items, end)
    return Message(f"Hi {name}, here it is:", [part], closing, is_statement=statement)


_LETTERS = st.builds(
    _build_letter, _LINES, _ITEMS, st.sampled_from(["", "Best,\nAna"]), statement=st.booleans()
)


def _tell(*texts: str) -> Message:
    return _build_letter("Dana", [[*texts]], "", statement=False)


def _list_lines(text: str) -> list[str]:
    """The lines of a text as a page shows them: spaces in a row are one, and a control character is an escape."""
    escaped = re.sub(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]",
        lambda control: f"\\x{ord(control[0]):02x}",
        text,
    )
    return [" ".join(line.split()) for line in split_lines(escaped)]


def _trim(lines: list[str]) -> list[str]:
    """Lines without the empty ones at their ends."""
    shown = [number for number, line in enumerate(lines) if line]
    return lines[shown[0] : shown[-1] + 1] if shown else []


def _list_typed(letter: Message) -> list[list[str]]:
    """The paragraphs and the items of a message, line by line."""
    blocks = [[letter.opening]]
    for part in letter.parts:
        blocks += [[part.heading], *part.items, part.end]
    blocks.append([letter.closing])
    lines = [_trim([line for text in block for line in _list_lines(text)]) for block in blocks]
    return [block for block in lines if block]


class _Page(HTMLParser):
    """The paragraphs and the items of a page, line by line; the page has nothing else."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._blocks = [""]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag in ("p", "ul", "li", "br", "strong"), (tag, attrs)
        if tag == "br":
            self._blocks[-1] += "\n"
        elif tag != "strong":
            self._blocks.append("")

    def handle_data(self, data: str) -> None:
        self._blocks[-1] += data.replace("\n", " ")

    def list_blocks(self) -> list[list[str]]:
        """Every paragraph and item; white space between them is none."""
        return [_trim(_list_lines(block)) for block in self._blocks if block.strip()]


_READERS = {
    "commonmark": MarkdownIt("commonmark"),
    "gfm": MarkdownIt("gfm-like", {"html": True}),
    "chat": MarkdownIt("gfm-like", {"html": True, "breaks": True}),
}


@given(_LETTERS)
@example(_tell("a\n\nb\n\n\nc\n"))
@example(_tell("\n\n    code?"))
@example(_tell("left to right\u200e, \u200fשלום, 🏴\U000e0067\U000e0062\U000e007f, \ufeff"))
@pytest.mark.parametrize("reader", _READERS)
def test_a_message_in_markdown_is_seen_as_it_was_typed(reader: str, letter: Message) -> None:
    if reader != "commonmark":
        library("linkify_it")  # what makes a reader of these find links in plain text
    page = _Page(_READERS[reader].render(format_markdown(letter)))
    assert page.list_blocks() == _list_typed(letter)


@given(_LETTERS)
@example(_tell("a. b\nb) c\niv. d\n(1) e\n(@) f\n#. g\n@. j\n: h\n::: i"))
@example(_tell("US$ a\nb$ c, 2^10^, $$\nx\n$$"))
@settings(max_examples=25)
@pytest.mark.parametrize("dialect", ["commonmark", "gfm", "markdown-smart"])
def test_pandoc_shows_it_as_it_was_typed(dialect: str, letter: Message) -> None:
    words = [tool("pandoc"), "--from", dialect, "--to", "html", "--wrap", "none"]
    read = subprocess.run(
        words, input=format_markdown(letter).encode(), capture_output=True, check=True
    )
    assert _Page(read.stdout.decode()).list_blocks() == _list_typed(letter)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Set ==this== and %%that%%", "Set \\==this== and \\%%that\\%%"),
        ("git push --force", "git push \\--force"),
        ("a == b, 100 % - 2^10 or so", "a == b, 100 % - 2^10 or so"),
    ],
)
def test_no_word_is_marked_hidden_or_made_another(typed: str, written: str) -> None:
    """What Obsidian would mark or leave out, and where pandoc would write a dash."""
    assert f"\n- {written}\n" in format_markdown(_tell(typed))


def _unflow(lines: list[str]) -> list[str]:
    """The lines of a text as a mail program shows it that takes a space at the end of a line for a sign that it goes on (RFC 3676)."""
    shown, goes_on = list[str](), False
    for line in lines:
        shown[-1:] = [shown[-1] + line] if goes_on else [*shown[-1:], line]
        goes_on = line.endswith(" ")
    return shown


@given(_LETTERS)
@example(_tell("two spaces at the end  \nnext line\n\nafter an empty line"))
def test_no_line_of_a_text_runs_into_the_next(letter: Message) -> None:
    lines = format_text(letter).split("\n")
    assert _unflow(lines) == lines
    typed = [line for block in _list_typed(letter) for line in block if line]
    shown = [line for text in lines for line in _list_lines(re.sub("^-( |$)", "", text)) if line]
    assert _solid(shown) == _solid(typed)


def _solid(lines: list[str]) -> str:
    return re.sub(r"\s", "", "".join(lines))


@given(_TEXTS, _LETTERS)
@example("two  blanks\tand\r\na \x07 bell\x1b", _tell("x"))
def test_a_link_has_a_subject_of_one_line_and_the_text_as_its_body(
    subject: str, letter: Message
) -> None:
    text = format_text(letter)
    link = format_mailto(subject, text)
    assert re.fullmatch(r"mailto:\?subject=[\w%.~-]+&body=[\w%.~-]+", link, flags=re.ASCII)
    fields = parse_qs(urlsplit(link).query, strict_parsing=True)
    [title], [body] = fields["subject"], fields["body"]
    assert " ".join(title.split()) == " ".join(" ".join(_list_lines(subject)).split())
    assert re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|  |^ | $", title) is None
    assert body.split("\r\n") == split_lines(text.rstrip("\n"))
