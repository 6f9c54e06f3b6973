"""What a screen reader meets: every view in its order, no sign and no colour without words, nothing that moves the cursor."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from promisectl import guide
from tests.cli.terminal import ended, terminal
from tests.cli.test_config import configure
from tests.conftest import Program, remembered
from tests.guarantees.harness import views

STORY = {
    "2026-09-01T10:00": [
        ["make", "Paint the fence", "--to", "lee", "--by", "10 sep", "--agreed"],
        ["make", "Send the August numbers", "--to", "dana", "--by", "4 sep", "--agreed"],
        ["make", "Lend the drill", "--to", "kim", "--by", "3 sep", "--agreed"],
        ["make", "Return the drill", "--from", "kim", "--by", "20 sep", "--agreed"],
    ],
    "2026-09-03T10:00": [
        ["complete", "2", "--confirmed"],
        ["renege", "3", "--reason", "it broke", "--cause", "external"],
    ],
    "2026-09-15T10:00": [["complete", "1", "--confirmed"], ["complete", "4"]],
    "2026-10-05T10:00": [
        ["make", f"Water the plants, week {week}", "--to", "dana", "--by", f"+{week}d", "--agreed"]
        for week in range(1, 7)
    ],
    "2026-10-08T10:00": [
        *(["complete", str(number), "--confirmed"] for number in range(5, 9)),
        ["renege", "9", "--reason", "no time", "--not-told", "--cause", "overload"],
    ],
    "2026-11-10T10:00": [
        ["make", "Call the bank", "--to", "kim", "--agreed", "--by", "12 nov", "--risk", "ill"],
        ["make", "Book the venue", "--from", "max", "--by", "20 nov", "--agreed"],
    ],
    "2026-11-20T10:00": [
        ["make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed", "--tag", "work"],
        ["negotiate", "13", "--by", "2 dec", "--reason", "audit"],
        ["make", "Review the contract", "--to", "dana", "--by", "wed 17:00", "--asked"],
        ["make", "Fix the bike brake", "--from", "lee", "--by", "sat"],
        ["make", "Run 5 km", "--to", "me", "--by", "+3d"],
        ["make", "Order the paper", "--from", "dana", "--by", "mon", "--agreed"],
        ["complete", "17", "--reported"],
        ["bump", "13", "the vendor slipped"],
        ["note", "14", "asked for the draft"],
        ["make", "Choose the wine", "--to", "dana", "--agreed"],
        ["undo"],
    ],
}


@pytest.fixture
@remembered
def full(program: Program) -> Program:
    """A ledger with every state, all in ASCII, and a file to import."""
    for moment, lines in STORY.items():
        for words in lines:
            program.ok(*words, "-q", today=moment)
    (program.home / "new.csv").write_text(
        "outcome,direction,person,uid\nPay the caterer,owe,dana,1\nMow the lawn,owe,,\n"
        "Lend the drill,owed,lee,\n",
        "utf-8",
    )
    return program


RECORDS = {"--json", "--jsonl", "--csv", "--svg", "--template", "--table", "export"}
MORE: Sequence[tuple[str, ...]] = (
    ("list", "--all"),
    ("stats", "--all", "--detail"),
    ("week", "--weeks", "3"),
    ("check", "11", "13"),
    ("show", "9", "10", "13", "14"),
    ("doctor",),
    ("config", "show"),
    ("people",),
)
VIEWS = sorted(
    {
        *MORE,
        *(tuple(line.words) for line in views.lines() if not RECORDS & {*line.words}),
    }
)
PLAIN_VIEWS = sorted({words for words in VIEWS if "--plain" in words})
PAGES = [("guide", topic) for topic in guide.TOPICS]
SGR = re.compile(r"\x1b\[([0-9;]*)m")
ALLOWED_SGR = {"", "0", "1", "2", "3", "4", "22", "23", "24", "39", "91"}
"""Bold, faint, italic and underlined, their ends, and bright red."""

# Each sign that is not a letter, and what has to be in words beside it. A bar has them in its line
# or, on a narrow terminal, in the next ones.
WORDS = {
    "·": r"",  # between two parts, for the eye: as a comma
    "“": r"“[^”]*",
    "”": r"",
    "…": r"",
    "›": r"\w.* ›",  # after a question
    "–": r"– missing: \w|\d–\d+\s%",
    "✓": r"✓ \w",
    "█": r"█ #\d+ |\d+\s+kept",
    "▄": r"\d+\s+late",
    "×": r"\d+\s+broken",
    "○": r"\d+\s+overdue",
}
BOUND = re.compile(r"[^\x00-\x7f]")


def shown(program: Program, words: Sequence[str], width: int, *options: str) -> str:
    piped = "outcome,direction,person\nPay the caterer,owe,dana\n" if "-" in words else ""
    result = program(*options, *words, width=width, piped=piped)
    assert result.code in (0, 2, 3, 5, 6, 10), result
    return result.stdout + result.stderr


def test_all_views_are_here() -> None:
    named = {words[0] for words in VIEWS if words}
    assert {"moves", "owe", "list", "show", "log", "week", "stats", "check", "review"} <= named
    assert {"people", "person", "digest", "status", "doctor", "config", "guide", "help"} <= named


@pytest.mark.parametrize("width", [100, 80, 40])
def test_no_view_moves_the_cursor_rings_or_blinks(
    full: Program, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(full.home)
    for words in (*VIEWS, *(PAGES if width == 80 else ())):
        text = shown(full, words, width, "--color", "always")
        codes = {code for found in SGR.findall(text) for code in found.split(";")}
        assert codes <= ALLOWED_SGR, words
        rest = SGR.sub("", text)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", rest), words


@pytest.mark.parametrize("width", [100, 80, 40])
def test_every_sign_has_its_words_beside_it(
    full: Program, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(full.home)
    met = set()
    for words in VIEWS:
        if words[:1] in (("guide",), ("completion",)):
            continue
        lines = shown(full, words, width, "--color", "never").splitlines()
        for number, line in enumerate(lines):
            for sign in BOUND.findall(line):
                assert sign in WORDS, (words, line)
                assert re.search(WORDS[sign], "\n".join(lines[number : number + 3])), (words, line)
                met.add(sign)
    assert met >= {*WORDS} - {"›"}


@pytest.mark.parametrize("width", [100, 40])
def test_a_colour_adds_nothing_that_is_not_said(
    full: Program, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(full.home)
    for words in VIEWS:
        texts = [shown(full, words, width, "--color", when) for when in ("always", "never")]
        if words[:2] != ("config", "show"):  # it shows the option
            # A dry run ends with the command as it was typed.
            plain = SGR.sub("", texts[0]).replace("--color always", "--color never")
            assert plain == texts[1], words
        for part in re.findall(r"\x1b\[(?:\d+;)*91m([^\x1b]*)", texts[0]):
            assert re.search(r"\w", part) or re.fullmatch(r"[×○█ ]+", part), (words, part)


@pytest.mark.parametrize("words", PLAIN_VIEWS, ids=" ".join)
def test_the_plain_form_has_no_sign_at_all(
    full: Program, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(full.home)
    seen = [full(*words, width=width) for width in (80, 40)]
    assert seen[0] == seen[1]
    text = seen[0].stdout
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    signs = {*BOUND.findall(text)}
    assert signs <= {"“", "”", "…"}  # around a word, or for what is to be filled in
    if words[:2] != ("config", "show"):  # it shows the option
        assert full("--color", "always", *words, width=80).stdout == text


# In a real process, byte by byte


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_a_view_at_a_terminal_is_lines_and_nothing_else(
    full: Program, term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert full.ledger.exists()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", term)
    for words in ([], ["week"], ["stats", "--all"], ["guide", "config", "--no-pager"]):
        with terminal(*words, columns=80) as child:
            ended(child)
        text = str(child.before)
        assert ("\x1b[" in text) == (term != "dumb")
        rest = SGR.sub("", text).replace("\r\n", "\n")
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", rest), words


def test_a_question_on_a_dumb_terminal_is_a_line(
    full: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Question, answer, and no key that redraws: for who reads line by line."""
    assert full.ledger.exists()
    monkeypatch.setenv("TERM", "dumb")
    with terminal("accept", "14", columns=80) as child:
        for answer in ("?", "a strike", "", "yes"):
            child.expect("› ")
            child.send(f"{answer}\n")
        assert ended(child) == 0
        text = str(child.before)
    assert "\x1b" not in text
    assert "\x07" not in text


def write_large_file(program: Program) -> str:
    """A file to import that is long enough for a progress bar."""
    rows = (f"{number} {'Send it ' * 50},dana,owe" for number in range(3000))
    file = program.home / "large.csv"
    file.write_text("\n".join(["outcome,person,direction", *rows]), "utf-8")
    return str(file)


def test_a_long_command_draws_a_bar_or_says_what_it_does(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("import", write_large_file(program), "--dry-run", "--no-input")
    drawn = program(*words, answers="").stderr
    assert "\x1b[?25l" in drawn
    assert "Reading" not in drawn
    told = "Reading 1 MB.\nDry run: 3,000 to make"
    monkeypatch.setenv("PROMISECTL_PLAIN", "1")
    assert program(*words, answers="", width=80).stderr.startswith(told)
    monkeypatch.delenv("PROMISECTL_PLAIN")
    configure(program, 'form = "plain"\n')
    assert program(*words, answers="", width=80).stderr.startswith(told)
    configure(program, "")
    monkeypatch.setenv("TERM", "dumb")
    assert program(*words, answers="").stderr.startswith(told)
    assert "Reading" not in program(*words).stderr


def test_the_guide_lists_every_sign() -> None:
    page = Path(guide.__file__).with_name("accessibility.md").read_text("utf-8")
    table = page.partition("| sign | where | the words |")[2].partition("\n\n")[0]
    listed = "".join(
        re.findall("`([^`]+)`", re.sub(r"\|[^|]*\|[^|]*\|$", "", table, flags=re.MULTILINE))
    )
    assert {*WORDS} <= {*listed}
