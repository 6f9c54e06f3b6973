"""How promisectl speaks: one word for one thing, in all that a person reads.

Read are the README, the changelog, CONTRIBUTING, the guide, the manual (which is `--help`), what the transcripts show, and all texts and
docstrings of the program. Code spans and what is typed in a console block are left out: a command, a field and a state keep their names.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "src" / "promisectl"

GLOSSARY = {
    r"open circuits?": "not agreed yet",
    r"on the table": "proposed",
    r"new terms": "other terms, a counter-offer, a change",
    r"terms? (that (are|were) )?in force": "agreed terms",
    r"judg\w+": "confirm",
    r"(break|breaks|broke|broken|kept|keep) (your|my|his|her|their|the) word": "broke a promise",
    r"(give|gives|gave|given) (\w+ )?word": "warn",
    r"word (was |is )?given": "a warning",
    r"word before trouble": "a warning",
    r"trouble": "at risk",
    r"bumpy": "at risk",
    r"risk (is |was )?named": "what could go wrong",
    r"the price": "what it displaces",
    r"sa(y|ys|id|ying) no to\b(?= (this|it|what|something))": "what it displaces",
    r"stale": "no news for 8 days",
    r"lapsed": "reply overdue",
    r"answers? overdue": "reply overdue",
    r"put(s|ting)? (it |\w+ )?right": "correct",
    r"entered by mistake": "void",
    r"outside (every|all|any) counts?": "void",
    r"(tell|tells|told) again": "rebuild",
    r"mend(s|ed|ing)?": "repair",
    r"made anew|anew": "again, recreated",
    r"(the )?way back": "restore",
    r"many an?": "another, many",
    r"besides": "also",
    r"blanks?": "space",
    r"(is|are|was|were) no(?! (longer|more|less|later|earlier|one|matter|other|way)\b)(?<!there is no)(?<!there are no)(?<!there was no)"
    r"(?<!there were no)": "is not a",
    r"(?<!there )(is|are) (?-i:none)\b": "is not a",
}
"""What is not written, as a pattern of whole words, and what is written instead."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    (
        "promisectl-moves.1",
        "answer, judge, warned",
    ): "the kinds of --waiting, which are values of records",
    ("", '"judge": 0'): "a field of a record",
    ("28-week-and-review.md", "\tstale\t"): "a flag of a record",
    ("39-what-waits.md", "judge, warned, tell"): "the kinds of --waiting",
    ("", "Mend the"): "an outcome that somebody typed",
    ("lexicon.py", "meet mend merge"): "a verb that people promise",
}
"""By the end of a path and a text on the line, why a line may keep its word."""

_PATTERNS = {
    re.compile(rf"\b({pattern})\b", re.IGNORECASE): word for pattern, word in GLOSSARY.items()
}
_CODE_SPAN = re.compile(r"(`+).*?\1|\[[^\]]*\]\([^)]*\)")
_MAN_MARKUP = re.compile(r"\\f[A-Z]|\\&|\\")


class Line(NamedTuple):
    """One line that a person reads: its path from the top directory, its number and its text."""

    path: str
    number: int
    text: str


def read_markdown(text: str, path: str) -> Iterator[Line]:
    """What a page says: its prose without code spans, and what its console blocks show."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(`{3,})(\w*)", line)
        if mark:
            fence = "" if fence else mark[2] or "text"
            continue
        if fence in ("", "text", "console") and not (fence and line.startswith(("$ ", "> "))):
            yield Line(path, number, _CODE_SPAN.sub("…", line))


def read_manual(text: str, path: str) -> Iterator[Line]:
    """A page of the manual, without its markup."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith('.\\"'):
            yield Line(path, number, _MAN_MARKUP.sub("", line))


def read_program(text: str, path: str) -> Iterator[Line]:
    """The texts and docstrings of a module; a text of one word is a name of something."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            for number, line in enumerate(node.value.splitlines(), node.lineno):
                yield Line(path, number, _CODE_SPAN.sub("…", line))


def list_sources() -> dict[str, list[Path]]:
    """All that is read, by its kind."""
    compiled = PROGRAM / "compiled"
    return {
        "README": [ROOT / "README.md"],
        "changelog": [ROOT / "CHANGELOG.md"],
        "contributing": [ROOT / ".github" / "CONTRIBUTING.md"],
        "guide": sorted((PROGRAM / "guide").glob("*.md")),
        "transcripts": sorted((ROOT / "tests" / "transcripts").glob("*.md")),
        "manual": sorted((compiled / "man").iterdir()),
        **{
            f"program {room}": paths
            for room in sorted(
                {path.relative_to(PROGRAM).parts[0] for path in PROGRAM.rglob("*.py")}
            )
            if room != "compiled"
            and (paths := sorted((PROGRAM / room).rglob("*.py")) or [PROGRAM / room])
        },
    }


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file that a person reads."""
    read = {".md": read_markdown, ".py": read_program}.get(path.suffix, read_manual)
    return read(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


def find_foreign_words(lines: Iterator[Line]) -> Iterator[tuple[Line, str, str]]:
    """Each line with a word that is not written, that word, and what is written instead."""
    for line in lines:
        for pattern, instead in _PATTERNS.items():
            if (found := pattern.search(line.text)) and not is_excepted(line):
                yield line, found[0], instead


def is_excepted(line: Line) -> bool:
    """Whether a line may keep its word."""
    return any(line.path.endswith(path) and text in line.text for path, text in EXCEPTIONS)


SOURCES = list_sources()


@pytest.mark.parametrize("kind", SOURCES)
def test_one_word_for_one_thing(kind: str) -> None:
    found = [
        f"{line.path}:{line.number}: “{word}” (write: {instead}): {line.text.strip()}"
        for path in SOURCES[kind]
        for line, word, instead in find_foreign_words(read_lines(path))
    ]
    assert not found, "\n".join(found)


def test_every_exception_is_needed() -> None:
    lines = [line for paths in SOURCES.values() for path in paths for line in read_lines(path)]
    for path, text in EXCEPTIONS:
        concerned = [line for line in lines if line.path.endswith(path) and text in line.text]
        assert any(pattern.search(line.text) for line in concerned for pattern in _PATTERNS), (
            path,
            text,
        )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Open circuits: no yes yet", "Open circuits"),
        ("You gave Dana word", "gave Dana word"),
        ("“ls” is no command", "is no"),
        ("it is no longer open, and there is no date", ""),
        ("Are there no promises? None is.", ""),
        ("the terms in force hold", "terms in force"),
        ("the new terms", "new terms"),
        ("It is stale.", "stale"),
        ("It was put right", "put right"),
    ],
)
def test_the_words_that_are_looked_for(text: str, word: str) -> None:
    found = list(find_foreign_words(iter([Line("x.md", 1, text)])))
    assert [one[1] for one in found] == ([word] if word else [])


def test_what_a_person_reads_of_a_page() -> None:
    page = "One `stale` word.\n```console\n$ promisectl note 1 stale\nNoted.\n```\n```sh\nstale\n```\nEnd"
    lines = [(line.number, line.text) for line in read_markdown(page, "x.md")]
    assert lines == [(1, "One … word."), (4, "Noted."), (9, "End")]


def test_what_a_person_reads_of_a_module() -> None:
    module = 'NAME = "stale"\n"""A `stale` text."""\nx = f"{NAME} and so on"\n'
    lines = {line.text for line in read_program(module, "x.py")}
    assert lines == {"A … text.", " and so on"}


def test_what_a_person_reads_of_the_manual() -> None:
    lines = [line.text for line in read_manual('.\\" made\n\\fBpromisectl\\fR \\-\\-by\n', "x.1")]
    assert lines == ["promisectl --by"]
