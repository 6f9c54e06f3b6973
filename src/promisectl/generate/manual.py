"""Generates the manual pages: the help of each command as roff, with tables from the guide."""

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
# Replace the ellipsis where a font lacks it. No hyphenation and no justified lines: they make a
# narrow page hard to read.
_ROFF_SETTINGS = [r".if !c\[u2026] .char \[u2026] ...", ".nr HY 0", ".nh", ".ad l"]


def generate_manual_pages() -> dict[str, str]:
    """Return the text of each manual page by the name of its file.

    The program, each group and each command outside of a group has a page.
    """
    whole = build_help_page(
        get_command(build_app(["--help"])).make_context("promisectl", [], resilient_parsing=True)
    )
    pages = [whole, *(page for panel in whole.commands.values() for page in panel)]
    return {
        f"{_format_page_name(page)}.1": "\n".join(iter_page_lines(page, whole)) + "\n"
        for page in pages
    }


def iter_page_lines(about: HelpPage, whole: HelpPage) -> Iterator[str]:
    """Iterate over the lines of a page; `whole` is the page of the program."""
    below = [page for panel in about.commands.values() for page in panel]
    members = [] if about is whole else below
    shared = _find_shared_panels(members)
    name = _escape_roff(_format_page_name(about))
    version = _quote_roff(f"promisectl {__version__}")
    # The title in the middle is empty: next to long names a narrow page has no space for it.
    yield f".TH {name.upper()} 1 {find_release_date()} {version} {_quote_roff(' ')}"
    yield from _ROFF_SETTINGS
    summary = about.summary[0].lower() + about.summary[1:].removesuffix(".")
    yield from _format_roff_section("NAME", [f"{name} \\- {_escape_roff(summary)}"])
    synopsis = "\n.br\n".join(format_synopsis(page) for page in members or [about])
    yield from _format_roff_section("SYNOPSIS", synopsis.split("\n"))
    yield from _format_roff_section(
        "DESCRIPTION", _format_paragraphs([about.summary, *about.remarks])
    )
    if about is whole:
        yield from _format_roff_section("COMMANDS", iter_command_index(whole))
    else:
        commands = [line for page in members for line in iter_member_lines(page, shared)]
        yield from _format_roff_section("COMMANDS", commands)
    yield from _format_roff_section("OPTIONS", iter_option_lines(about.panels | shared))
    examples = [_escape_roff_line(line) for page in (about, *members) for line in page.examples]
    yield from _format_roff_section("EXAMPLES", [".EX", *examples, ".EE"] if examples else [])
    if about is whole:
        yield from iter_program_sections()
    else:
        yield from iter_command_sections(about)
    yield from _format_roff_section("SEE ALSO", iter_see_also_lines(about, whole))


def _format_roff_section(title: str, lines: Iterable[str]) -> list[str]:
    """Return a section with its heading; nothing for a section without lines."""
    body = list(lines)
    heading = f".SH {_quote_roff(title)}" if " " in title else f".SH {title}"
    return [heading, *body] if body else []


def format_synopsis(about: HelpPage) -> str:
    """Return the usage of a command, its name in bold and its arguments in italics."""
    usage = re.sub(r"[A-Z]+", lambda word: rf"\fI{word[0]}\fP", _escape_roff(about.usage))
    return f"{_format_bold(about.name)} {usage}"


def _format_paragraphs(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in (".PP", _escape_roff_line(text))][1:]


def iter_command_index(whole: HelpPage) -> Iterator[str]:
    """Iterate over the lines of the index of pages, panel by panel."""
    for panel, pages in whole.commands.items():
        yield f".SS {_quote_roff(panel)}"
        for page in pages:
            name = _format_bold(_format_page_name(page))
            yield from (".TP", f"{name}(1)", _escape_roff_line(page.summary))


def iter_member_lines(about: HelpPage, shared: dict[str, list[HelpParameter]]) -> Iterator[str]:
    """Iterate over the lines of a command on the page of its group, without `shared` panels."""
    yield f".SS {_quote_roff(about.name)}"
    yield from _format_paragraphs([about.summary, *about.remarks])
    for panel, entries in about.panels.items():
        if panel not in shared:
            yield from (line for entry in entries for line in _format_parameter(entry))


def _find_shared_panels(pages: list[HelpPage]) -> dict[str, list[HelpParameter]]:
    """Return the panels that are the same on all pages."""
    first = pages[0].panels if pages else {}
    return {
        panel: entries
        for panel, entries in first.items()
        if all(page.panels.get(panel) == entries for page in pages)
    }


def iter_option_lines(panels: dict[str, list[HelpParameter]]) -> Iterator[str]:
    """Iterate over the lines of all parameters, with a heading for each panel of its own."""
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


def iter_program_sections() -> Iterator[str]:
    """Iterate over exit codes, environment, files and the guide, as the program's page has them."""
    exits = _iter_definition_lines(read_guide_table("exit-codes", "code"))
    variables = _iter_definition_lines(read_guide_table("files", "variable"))
    files = _iter_definition_lines(read_guide_table("files", "what"))
    paths = f"{_format_bold('promisectl path')} shows where they are."
    topics = [
        line
        for topic, about in guide.TOPICS.items()
        for line in (".TP", _format_bold(f"promisectl guide {topic}"), _escape_roff_line(about))
    ]
    introduction = _escape_roff_line("The guide is part of the program:")
    yield from _format_roff_section("EXIT STATUS", exits)
    yield from _format_roff_section("ENVIRONMENT", ["An option overrides these.", *variables])
    yield from _format_roff_section("FILES", [*files, ".PP", paths])
    yield from _format_roff_section("THE GUIDE", [introduction, *topics])


def iter_command_sections(about: HelpPage) -> Iterator[str]:
    """Iterate over the exit codes of a command, and its references to the program's page."""
    word = about.name.rpartition(" ")[2]
    exits = read_guide_table("exit-codes", "code")
    own = [row for row in exits if row[0] == "0" or row[1].startswith(f"`{word} ")]
    program = f"{_format_bold('promisectl')}(1)"
    others = f"Other exit codes: see {program}."
    yield from _format_roff_section("EXIT STATUS", [*_iter_definition_lines(own), ".PP", others])
    yield from _format_roff_section("ENVIRONMENT", [f"For all commands: see {program}."])
    yield from _format_roff_section("FILES", [f"The ledger and the config: see {program}."])


def iter_see_also_lines(about: HelpPage, whole: HelpPage) -> Iterator[str]:
    """Iterate over the references of a page: to the pages of its panel, and to the guide."""
    if about is whole:
        yield _convert_markdown(
            "`promisectl demo` for a short tour, `promisectl guide start` for a first week."
        )
        return
    panel = next(pages for pages in whole.commands.values() if about in pages)
    names = ["promisectl", *(_format_page_name(page) for page in panel if page is not about)]
    yield ",\n".join(f"{_format_bold(name)}(1)" for name in names)
    topics = [
        topic
        for topic in guide.TOPICS
        if re.search(rf"\b{re.escape(about.name)}\b", guide.read_guide_page(topic))
    ]
    if topics:
        yield ".PP"
        yield ",\n".join(_format_bold(f"promisectl guide {topic}") for topic in topics)


def read_guide_table(topic: str, heading: str) -> list[tuple[str, str]]:
    """Return the rows of the table of a guide page whose first heading is `heading`.

    Raises LookupError when the page has no such table.
    """
    page = guide.read_guide_page(topic)
    table = page.partition(f"\n| {heading} | ")[2].partition("\n\n")[0]
    rows = table.splitlines()[2:]
    if not rows:
        message = f"the page {topic} has no table “{heading}”"
        raise LookupError(message)
    cells = [row.strip("| ").split(" | ") for row in rows]
    return [(name, text) for name, text in cells]


def _iter_definition_lines(rows: list[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        term = name if "`" in name else f"`{name}`"
        yield from (".TP", _convert_markdown(term), _convert_markdown(text))


def _convert_markdown(text: str) -> str:
    """Return a line of the guide as roff, with its code in bold."""
    return "".join(
        _format_bold(part) if index % 2 else _escape_roff(part)
        for index, part in enumerate(text.split("`"))
    )


def find_release_date() -> str:
    """Return the date of this version in the changelog, so that pages do not change by the day.

    Raises LookupError when the changelog has no date for this version.
    """
    heading = re.search(
        rf"^## \[{re.escape(__version__)}\] - (\S+)$",
        _CHANGELOG_FILE.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    if not heading:
        message = f"CHANGELOG.md has no date for {__version__}"
        raise LookupError(message)
    return heading[1]


def _format_page_name(about: HelpPage) -> str:
    return about.name.replace(" ", "-")


def _quote_roff(text: str) -> str:
    return f'"{_escape_roff(text)}"'


def _format_bold(text: str) -> str:
    return rf"\fB{_escape_roff(text)}\fP"


def _escape_roff_line(text: str) -> str:
    """Return a text as a line that roff does not take for a request."""
    return (r"\&" if text.startswith(".") else "") + _escape_roff(text)


def _escape_roff(text: str) -> str:
    """Return a text as roff in ASCII, so that no tool has to guess its encoding."""
    return "".join(
        _ROFF_ESCAPES.get(character)
        or (character if character.isascii() else rf"\[u{ord(character):04X}]")
        for character in text
    )
