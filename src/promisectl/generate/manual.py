"""Writes the manual pages: what `--help` says of each command, as roff, with the tables of the guide beside it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from typer.main import get_command

from promisectl import __version__, compiled, guide
from promisectl.cli.app import build_app
from promisectl.cli.help_content import (
    ARGUMENTS_PANEL,
    OPTIONS_PANEL,
    HelpPage,
    HelpParameter,
    build_help_page,
)

MANUAL_DIRECTORY = Path(compiled.__file__).with_name("man")
_CHANGELOG_FILE = Path(__file__).parents[3] / "CHANGELOG.md"
_ROFF_ESCAPES = {
    "\\": r"\(rs",
    "/": r"/\:",
    "-": r"\-",
    "'": r"\(aq",
    '"': r"\(dq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
}
# An ellipsis where there is none; no word broken and no gaps between words, so that a narrow page reads well.
_ROFF_SETTINGS = [r".if !c\[u2026] .char \[u2026] ...", ".nr HY 0", ".nh", ".ad l"]


def generate_manual_pages() -> dict[str, str]:
    """Every manual page by the name of its file: one for the program, one for each command, a group of commands on one."""
    whole = build_help_page(
        get_command(build_app(["--help"])).make_context("promisectl", [], resilient_parsing=True)
    )
    pages = [whole, *(one for panel in whole.commands.values() for one in panel)]
    return {
        f"{_format_page_name(one)}.1": "\n".join(_iter_page_lines(one, whole)) + "\n"
        for one in pages
    }


def _iter_page_lines(about: HelpPage, whole: HelpPage) -> Iterator[str]:
    """One page of the manual, line by line."""
    inner = (
        [one for panel in about.commands.values() for one in panel] if about is not whole else []
    )
    # No title in the middle: beside names as long as ours it has no room on a narrow page.
    yield f".TH {_escape_roff(_format_page_name(about).upper())} 1 {_find_release_date()} {_quote_roff(f'promisectl {__version__}')} {_quote_roff(' ')}"
    yield from _ROFF_SETTINGS
    yield from _format_roff_section(
        "NAME",
        [
            f"{_escape_roff(_format_page_name(about))} \\- {_escape_roff(_lower_summary(about.summary))}"
        ],
    )
    yield from _format_roff_section(
        "SYNOPSIS", "\n.br\n".join(map(_format_synopsis, inner or [about])).split("\n")
    )
    yield from _format_roff_section(
        "DESCRIPTION", _format_paragraphs([about.summary, *about.remarks])
    )
    if about is whole:
        yield from _format_roff_section("COMMANDS", _iter_command_index(whole))
    elif inner:
        yield from _format_roff_section(
            "COMMANDS",
            [
                line
                for one in inner
                for line in _iter_command_lines(one, _find_shared_panels(inner))
            ],
        )
    yield from _format_roff_section(
        "OPTIONS", _iter_option_lines(about.panels | _find_shared_panels(inner))
    )
    examples = [line for one in [about, *inner] for line in one.examples]
    yield from _format_roff_section(
        "EXAMPLES", [".EX", *map(_escape_roff_line, examples), ".EE"] if examples else []
    )
    yield from _iter_standard_sections(about, whole)
    yield from _format_roff_section("SEE ALSO", _iter_see_also_lines(about, whole))


def _format_roff_section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return (
        [f".SH {_quote_roff(title)}" if " " in title else f".SH {title}", *found] if found else []
    )


def _format_synopsis(about: HelpPage) -> str:
    return f"{_format_bold(about.name)} " + re.sub(
        r"[A-Z]+", lambda word: rf"\fI{word[0]}\fP", _escape_roff(about.usage)
    )


def _format_paragraphs(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in (".PP", _escape_roff_line(text))][1:]


def _iter_command_index(whole: HelpPage) -> Iterator[str]:
    """All commands, panel by panel, each with the page that it has."""
    for panel, pages in whole.commands.items():
        yield f".SS {_quote_roff(panel)}"
        for one in pages:
            yield from (
                ".TP",
                f"{_format_bold(_format_page_name(one))}(1)",
                _escape_roff_line(one.summary),
            )


def _iter_command_lines(about: HelpPage, shared: dict[str, list[HelpParameter]]) -> Iterator[str]:
    """A command on the page of its group, without what all of them have."""
    yield f".SS {_quote_roff(about.name)}"
    yield from _format_paragraphs([about.summary, *about.remarks])
    for panel, entries in about.panels.items():
        if panel not in shared:
            yield from (line for entry in entries for line in _format_parameter(entry))


def _find_shared_panels(pages: list[HelpPage]) -> dict[str, list[HelpParameter]]:
    """The panels that are the same for all of these commands."""
    first = pages[0].panels if pages else {}
    return {
        panel: entries
        for panel, entries in first.items()
        if all(one.panels.get(panel) == entries for one in pages)
    }


def _iter_option_lines(panels: dict[str, list[HelpParameter]]) -> Iterator[str]:
    for panel, entries in panels.items():
        if panel not in (ARGUMENTS_PANEL, OPTIONS_PANEL):
            yield f".SS {_quote_roff(panel)}"
        for entry in entries:
            yield from _format_parameter(entry)


def _format_parameter(entry: HelpParameter) -> list[str]:
    names = ", ".join(
        _format_bold(name) if name.startswith("-") else rf"\fI{_escape_roff(name)}\fP"
        for name in entry.names
    )
    return [
        ".TP",
        names + (rf" \fI{_escape_roff(entry.value)}\fP" if entry.value else ""),
        _escape_roff_line(entry.description),
    ]


def _iter_standard_sections(about: HelpPage, whole: HelpPage) -> Iterator[str]:
    """Exit codes, environment and files: the guide's own tables on the program's page, where to find them on the others."""
    exits, environment, files = (
        _read_guide_table("exit-codes", "code"),
        _read_guide_table("files", "variable"),
        _read_guide_table("files", "what"),
    )
    if about is whole:
        yield from _format_roff_section("EXIT STATUS", _iter_definition_lines(exits))
        yield from _format_roff_section(
            "ENVIRONMENT", ["An option wins over these.", *_iter_definition_lines(environment)]
        )
        yield from _format_roff_section(
            "FILES",
            [
                *_iter_definition_lines(files),
                ".PP",
                f"{_format_bold('promisectl path')} tells where they are.",
            ],
        )
        yield from _format_roff_section("THE GUIDE", _iter_topic_lines())
        return
    word = about.name.rpartition(" ")[2]
    own = [row for row in exits if row[0] == "0" or row[1].startswith(f"`{word} ")]
    elsewhere = f"{_format_bold('promisectl')}(1)"
    yield from _format_roff_section(
        "EXIT STATUS",
        [*_iter_definition_lines(own), ".PP", f"What else it can be is in {elsewhere}."],
    )
    yield from _format_roff_section(
        "ENVIRONMENT", [f"What holds for every command is in {elsewhere}."]
    )
    yield from _format_roff_section("FILES", [f"The ledger and the config: see {elsewhere}."])


def _iter_topic_lines() -> Iterator[str]:
    yield _escape_roff_line("The program explains itself, a page at a time:")
    for topic, about in guide.TOPICS.items():
        yield from (".TP", _format_bold(f"promisectl guide {topic}"), _escape_roff_line(about))


def _iter_see_also_lines(about: HelpPage, whole: HelpPage) -> Iterator[str]:
    """The program's page, the pages of the same panel, and the pages of the guide that use the command."""
    if about is whole:
        yield _convert_markdown(
            "`promisectl demo` for a short tour, `promisectl guide start` for a first week."
        )
        return
    near = next(pages for pages in whole.commands.values() if about in pages)
    others = ["promisectl", *(_format_page_name(one) for one in near if one is not about)]
    yield ",\n".join(f"{_format_bold(other)}(1)" for other in others)
    topics = [
        topic
        for topic in guide.TOPICS
        if re.search(rf"\b{re.escape(about.name)}\b", guide.read_guide_page(topic))
    ]
    if topics:
        yield ".PP"
        yield ",\n".join(_format_bold(f"promisectl guide {topic}") for topic in topics)


def _read_guide_table(topic: str, first: str) -> list[tuple[str, str]]:
    """The rows of the table of a guide page whose first heading that is."""
    rows = (
        guide.read_guide_page(topic)
        .partition(f"\n| {first} | ")[2]
        .partition("\n\n")[0]
        .splitlines()[2:]
    )
    if not rows:
        message = f"the page {topic} has no table “{first}” any more"
        raise LookupError(message)
    cells = [row.strip("| ").split(" | ") for row in rows]
    return [(name, text) for name, text in cells]


def _iter_definition_lines(rows: list[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield from (
            ".TP",
            _convert_markdown(name if "`" in name else f"`{name}`"),
            _convert_markdown(text),
        )


def _convert_markdown(text: str) -> str:
    """A line of the guide, its code in bold."""
    return "".join(
        _format_bold(part) if place % 2 else _escape_roff(part)
        for place, part in enumerate(text.split("`"))
    )


def _find_release_date() -> str:
    """Find the day of this version in the changelog, so that pages stay the same every day.

    Raises LookupError where the changelog does not date this version.
    """
    dated = re.search(
        rf"^## \[{re.escape(__version__)}\] - (\S+)$",
        _CHANGELOG_FILE.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    if not dated:
        message = f"CHANGELOG.md has no date for {__version__}"
        raise LookupError(message)
    return dated[1]


def _format_page_name(about: HelpPage) -> str:
    return about.name.replace(" ", "-")


def _lower_summary(summary: str) -> str:
    return summary[0].lower() + summary[1:].removesuffix(".")


def _quote_roff(text: str) -> str:
    return f'"{_escape_roff(text)}"'


def _format_bold(text: str) -> str:
    return rf"\fB{_escape_roff(text)}\fP"


def _escape_roff_line(text: str) -> str:
    """A line of text that roff takes for nothing else."""
    return (r"\&" if text.startswith(".") else "") + _escape_roff(text)


def _escape_roff(text: str) -> str:
    """Text as roff is to print it, sign by sign; all of it ASCII, so that no tool has to guess an encoding."""
    return "".join(
        _ROFF_ESCAPES.get(sign, sign if sign.isascii() else rf"\[u{ord(sign):04X}]")
        for sign in text
    )
