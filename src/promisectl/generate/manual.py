"""Writes the manual pages: what `--help` says of each command, as roff, with the tables of the guide beside it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from typer.main import get_command

from promisectl import __version__, compiled, guide
from promisectl.cli.app import build
from promisectl.cli.help_content import ARGUMENTS, OPTIONS, Entry, Page, page

PLACE = Path(compiled.__file__).with_name("man")
_BEGUN = "2026-11-22"  # the first version has no date yet
_CHANGELOG = Path(__file__).parents[3] / "CHANGELOG.md"
_SIGNS = {"\\": r"\(rs", "/": r"/\:", "-": r"\-", "'": r"\(aq", '"': r"\(dq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
# An ellipsis where there is none; no word broken and no gaps between words, so that a narrow page reads well.
_MANNERS = [r".if !c\[u2026] .char \[u2026] ...", ".nr HY 0", ".nh", ".ad l"]


def sources() -> dict[str, str]:
    """Every manual page by the name of its file: one for the program, one for each command, a group of commands on one."""
    whole = page(get_command(build(["--help"])).make_context("promisectl", [], resilient_parsing=True))
    pages = [whole, *(one for panel in whole.commands.values() for one in panel)]
    return {f"{_called(one)}.1": "\n".join(_lines(one, whole)) + "\n" for one in pages}


def _lines(about: Page, whole: Page) -> Iterator[str]:
    """One page of the manual, line by line."""
    inner = [one for panel in about.commands.values() for one in panel] if about is not whole else []
    # No title in the middle: beside names as long as ours it has no room on a narrow page.
    yield f".TH {_roff(_called(about).upper())} 1 {_date()} {_quoted(f'promisectl {__version__}')} {_quoted(' ')}"
    yield from _MANNERS
    yield from _section("NAME", [f"{_roff(_called(about))} \\- {_roff(_lowered(about.summary))}"])
    yield from _section("SYNOPSIS", "\n.br\n".join(map(_synopsis, inner or [about])).split("\n"))
    yield from _section("DESCRIPTION", _paragraphs([about.summary, *about.remarks]))
    if about is whole:
        yield from _section("COMMANDS", _index(whole))
    elif inner:
        yield from _section("COMMANDS", [line for one in inner for line in _command(one, _shared(inner))])
    yield from _section("OPTIONS", _options(about.panels | _shared(inner)))
    examples = [line for one in [about, *inner] for line in one.examples]
    yield from _section("EXAMPLES", [".EX", *map(_line, examples), ".EE"] if examples else [])
    yield from _circumstances(about, whole)
    yield from _section("SEE ALSO", _see_also(about, whole))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [f".SH {_quoted(title)}" if " " in title else f".SH {title}", *found] if found else []


def _synopsis(about: Page) -> str:
    return f"{_bold(about.name)} " + re.sub(r"[A-Z]+", lambda word: rf"\fI{word[0]}\fP", _roff(about.usage))


def _paragraphs(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in (".PP", _line(text))][1:]


def _index(whole: Page) -> Iterator[str]:
    """All commands, panel by panel, each with the page that it has."""
    for panel, pages in whole.commands.items():
        yield f".SS {_quoted(panel)}"
        for one in pages:
            yield from (".TP", f"{_bold(_called(one))}(1)", _line(one.summary))


def _command(about: Page, shared: dict[str, list[Entry]]) -> Iterator[str]:
    """A command on the page of its group, without what all of them have."""
    yield f".SS {_quoted(about.name)}"
    yield from _paragraphs([about.summary, *about.remarks])
    for panel, entries in about.panels.items():
        if panel not in shared:
            yield from (line for entry in entries for line in _entry(entry))


def _shared(pages: list[Page]) -> dict[str, list[Entry]]:
    """The panels that are the same for all of these commands."""
    first = pages[0].panels if pages else {}
    return {panel: entries for panel, entries in first.items() if all(one.panels.get(panel) == entries for one in pages)}


def _options(panels: dict[str, list[Entry]]) -> Iterator[str]:
    for panel, entries in panels.items():
        if panel not in (ARGUMENTS, OPTIONS):
            yield f".SS {_quoted(panel)}"
        for entry in entries:
            yield from _entry(entry)


def _entry(entry: Entry) -> list[str]:
    names = ", ".join(_bold(name) if name.startswith("-") else rf"\fI{_roff(name)}\fP" for name in entry.names)
    return [".TP", names + (rf" \fI{_roff(entry.value)}\fP" if entry.value else ""), _line(entry.about)]


def _circumstances(about: Page, whole: Page) -> Iterator[str]:
    """Exit codes, environment and files: the guide's own tables on the program's page, where to find them on the others."""
    exits, environment, files = _table("exit-codes", "code"), _table("files", "variable"), _table("files", "what")
    if about is whole:
        yield from _section("EXIT STATUS", _tagged(exits))
        yield from _section("ENVIRONMENT", ["An option wins over these.", *_tagged(environment)])
        yield from _section("FILES", [*_tagged(files), ".PP", f"{_bold('promisectl path')} tells where they are."])
        yield from _section("THE GUIDE", _topics())
        return
    word = about.name.rpartition(" ")[2]
    own = [row for row in exits if row[0] == "0" or row[1].startswith(f"`{word} ")]
    elsewhere = f"{_bold('promisectl')}(1)"
    yield from _section("EXIT STATUS", [*_tagged(own), ".PP", f"What else it can be is in {elsewhere}."])
    yield from _section("ENVIRONMENT", [f"What holds for every command is in {elsewhere}."])
    yield from _section("FILES", [f"The ledger and the config: see {elsewhere}."])


def _topics() -> Iterator[str]:
    yield _line("The program explains itself, a page at a time:")
    for topic, about in guide.TOPICS.items():
        yield from (".TP", _bold(f"promisectl guide {topic}"), _line(about))


def _see_also(about: Page, whole: Page) -> Iterator[str]:
    """The program's page, the pages of the same panel, and the pages of the guide that use the command."""
    if about is whole:
        yield _markdown("`promisectl demo` for a short tour, `promisectl guide start` for a first week.")
        return
    near = next(pages for pages in whole.commands.values() if about in pages)
    others = ["promisectl", *(_called(one) for one in near if one is not about)]
    yield ",\n".join(f"{_bold(other)}(1)" for other in others)
    topics = [topic for topic in guide.TOPICS if re.search(rf"\b{re.escape(about.name)}\b", guide.page(topic))]
    if topics:
        yield ".PP"
        yield ",\n".join(_bold(f"promisectl guide {topic}") for topic in topics)


def _table(topic: str, first: str) -> list[tuple[str, str]]:
    """The rows of the table of a guide page whose first heading that is."""
    rows = guide.page(topic).partition(f"\n| {first} | ")[2].partition("\n\n")[0].splitlines()[2:]
    if not rows:
        message = f"the page {topic} has no table “{first}” any more"
        raise LookupError(message)
    cells = [row.strip("| ").split(" | ") for row in rows]
    return [(name, text) for name, text in cells]


def _tagged(rows: list[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", _markdown(name if "`" in name else f"`{name}`"), _markdown(text))


def _markdown(text: str) -> str:
    """A line of the guide, its code in bold."""
    return "".join(_bold(part) if place % 2 else _roff(part) for place, part in enumerate(text.split("`")))


def _date() -> str:
    """The day of this version by the changelog, so that a page does not change with the day it is written on."""
    dated = re.search(rf"^## \[{re.escape(__version__)}\] - (\S+)$", _CHANGELOG.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dated[1] if dated else _BEGUN


def _called(about: Page) -> str:
    return about.name.replace(" ", "-")


def _lowered(summary: str) -> str:
    return summary[0].lower() + summary[1:].removesuffix(".")


def _quoted(text: str) -> str:
    return f'"{_roff(text)}"'


def _bold(text: str) -> str:
    return rf"\fB{_roff(text)}\fP"


def _line(text: str) -> str:
    """A line of text that roff takes for nothing else."""
    return (r"\&" if text.startswith(".") else "") + _roff(text)


def _roff(text: str) -> str:
    """Text as roff is to print it, sign by sign; all of it ASCII, so that no tool has to guess an encoding."""
    return "".join(_SIGNS.get(sign, sign if sign.isascii() else rf"\[u{ord(sign):04X}]") for sign in text)
