"""Completion in real shells, at terminals of their own: what TAB shows, and what stands in the line then."""

from pathlib import Path

import pytest

from promisectl import guide
from tests.cli import shells
from tests.conftest import Program, tool

# A text and a tag that would do harm if a shell took them for more than texts.
_TEXT = "Say $(touch pwned) `touch pwned` \"x\" 'y' : \\ %F{red} [z] {a,b} * ~"
_TAG = "$(touch${IFS}pwned);`touch${IFS}pwned`"


@pytest.fixture
def pwned(program: Program) -> Path:
    """A ledger with a bit of everything, some of it hostile; the file must never be there."""
    file = program.home / "pwned"
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok(
        "make", "Review the contract", "--to", "dana", "--by", "wed", "--asked", "--tag", _TAG
    )
    program.ok("make", _TEXT, "--from", "lee", "--by", "sat", "--tag", "work")
    program.ok("make", "書類を送る", "--to", "kim", "--asked")
    (program.home / "a file").touch()
    return file


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_what_tab_shows(pwned: Path, program: Program, name: str) -> None:
    with shells.shell(name, program.home) as shell:
        shell.shows(
            "promisectl accept \t\t",
            "2  Review the contract (Dana, Wed 25 Nov)",
            "3  Say $(touch pwned) `touch pwned` \"x\" 'y' : \\ %F{red} [z] {a,b} * ~ (Lee, Sat 28 Nov)",
            "4  書類を送る (Kim, no date)",
        )
        shell.shows(
            "promisectl person \t\t",
            "show     Your promises with a person, and how they were kept.",
            "rename   Change",
        )
        shell.shows("promisectl make x --to \t\t", "dana  Dana", "me    Yourself")
        shell.shows("promisectl owe --state=\t\t", "proposed", "delivered")
        shell.shows("promisectl guide \t\t", "a first week", "how to write a date")
        shell.shows("promisectl make x --by \t\t", "fri  ", "  Fri 27 Nov 2026")
        shell.shows("promisectl list --tag \t\t", "work")
        shell.shows("promisectl note 1 $(touch pwned\t\t")
    assert not pwned.exists()


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_what_tab_puts_into_the_line(pwned: Path, program: Program, name: str) -> None:
    with shells.shell(name, program.home) as shell:
        assert shell.line("complete \t") == ["complete", "1"]
        assert shell.line("accept 2 3 \t") == ["accept", "2", "3", "4"]
        assert shell.line("ren\t1 --cau\tex\t") == ["renege", "1", "--cause", "external"]
        assert shell.line("owe --state=k\t") == ["owe", "--state=kept"]
        assert shell.line("make 'a b' --to l\t--by='tod\t") == [
            "make",
            "a b",
            "--to",
            "lee",
            "--by=today",
        ]
        assert shell.line("make --by end\\ of\\ n\t")[-1] == "end of next week"
        assert shell.line("list --tag \\$\t") == ["list", "--tag", _TAG]
        assert shell.line("list --tag '$\t") == ["list", "--tag", _TAG]
        assert shell.line("list --tag=\\$\t") == ["list", f"--tag={_TAG}"]
        assert shell.line("export -o a\\ \t") == ["export", "-o", "a file"]
        assert shell.line("export --output=a\\ \t") == ["export", "--output=a file"]
    assert not pwned.exists()


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_tab_after_an_alias_of_the_shell(program: Program, name: str) -> None:
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Review the contract", "--to", "dana", "--by", "wed", "--agreed")
    line = "complete -o nosort -F _promisectl pr"
    assert line in (Path(guide.__file__).parent / "completion.md").read_text(encoding="utf-8")
    begin = f"alias pr=promisectl; {line if name == 'bash' else ''}\r"
    with shells.shell(name, program.home) as shell:
        shell.shows(f"{begin}pr bump \t\t", "2  Review the contract", "1  Send the Q3 numbers")


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_name_without_its_marks_gets_them(program: Program, name: str) -> None:
    program.ok("make", "One", "--to", "Zoë")
    with shells.shell(name, program.home) as shell:
        assert shell.line("owe --with zoe\t") == ["owe", "--with", "zoë"]
        assert shell.line("owe --with=ZO\t") == ["owe", "--with=zoë"]
        assert shell.line("owe --with zo\t") == ["owe", "--with", "zoë"]


def test_bash_offers_nothing_in_double_quotes_that_means_more_there(
    pwned: Path, program: Program
) -> None:
    with shells.shell("bash", program.home) as shell:
        assert shell.line('list --tag "w\t') == ["list", "--tag", "work"]
        assert shell.line('list --tag "$\t"') == ["list", "--tag", "$"]
    assert not pwned.exists()


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_the_ledger_of_the_line_is_read(program: Program, name: str) -> None:
    program.ok(
        "--ledger", str(program.home / "x y.db"), "make", "Play the bass", "--to", "ann", "--asked"
    )
    with shells.shell(name, program.home) as shell:
        assert shell.line("--ledger ~/x\\ y.db accept \t")[2:] == ["accept", "1"]
        assert shell.line("--ledger $HOME/'x y.db' accept \t")[2:] == ["accept", "1"]
        assert shell.line("accept \t2") == ["accept", "2"]


def test_fish(pwned: Path, program: Program) -> None:
    place = program.home
    accepted = shells.fish(place, "promisectl accept ")
    assert accepted[0] == "2\tReview the contract (Dana, Wed 25 Nov)"
    assert [line.partition("\t")[0] for line in accepted] == ["2", "3", "4"]
    assert shells.fish(place, "promisectl accept 2 3 ") == ["4\t書類を送る (Kim, no date)"]
    assert shells.fish(place, "promisectl comple") == [
        "complete\tMark as done: report yours, confirm theirs.",
        "completion\tPrint the completion script for your shell.",
    ]
    assert shells.fish(place, "promisectl person sh") == [
        "show\tYour promises with a person, and how they were kept."
    ]
    assert shells.fish(place, "promisectl owe --state=k") == ["--state=kept"]
    assert shells.fish(place, "promisectl make 'a b' --to l") == ["lee\tLee"]
    assert shells.fish(place, 'promisectl make x --by "to') == [
        "today\tMon 23 Nov 2026",
        "tomorrow\tTue 24 Nov 2026",
        "tonight\tMon 23 Nov 2026, 20:00",
        "tomorrow morning\tTue 24 Nov 2026, 09:00",
        "tomorrow evening\tTue 24 Nov 2026, 20:00",
    ]
    assert shells.fish(place, "promisectl list --tag ") == [f"{_TAG}\t1 promise", "work\t1 promise"]
    assert [line.partition("\t")[0] for line in shells.fish(place, "promisectl export -o a")] == [
        "a file"
    ]
    assert [
        line.partition("\t")[0] for line in shells.fish(place, "promisectl export --output=a")
    ] == ["--output=a file"]
    program.ok("--ledger", str(place / "x y.db"), "make", "Play the bass", "--to", "ann", "--asked")
    for ledger in ("~/x\\ y.db", '"$HOME/x y.db"', f"'{place}/x y.db'"):
        assert shells.fish(place, f"promisectl --ledger {ledger} accept ") == [
            "1\tPlay the bass (Ann, no date)"
        ]
    assert not pwned.exists()


# As the wheel brings them


ALIASES = {
    "bash": """\
. ~/.local/share/bash-completion/completions/promisectl
complete -o nosort -F _promisectl pr
""",
    "zsh": "compdef pr=promisectl",
    "fish": "complete -c pr --wraps promisectl",
}


@pytest.fixture
def installed(program: Program) -> Program:
    """A home as pipx leaves it, with two promises."""
    shells.install(program.home)
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Review the contract", "--to", "dana", "--by", "wed", "--agreed")
    return program


def _lines(name: str) -> str:
    """How that shell finds what is installed."""
    if name == "bash" and not Path(shells.BASH_COMPLETION).exists():
        tool("the package bash-completion")
    return shells.INSTALLED[name]


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_the_files_of_the_wheel_complete(installed: Program, name: str) -> None:
    with shells.shell(name, installed.home, load=_lines(name)) as shell:
        shell.shows("promisectl bump \t\t", "2  Review the contract", "1  Send the Q3 numbers")


@pytest.mark.parametrize("alias", ["alias pr=promisectl", 'pr() { promisectl "$@"; }'])
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_they_complete_after_a_short_name(installed: Program, name: str, alias: str) -> None:
    page = (Path(guide.__file__).parent / "completion.md").read_text(encoding="utf-8")
    assert ALIASES[name] in page
    load = "; ".join([_lines(name), alias, *ALIASES[name].splitlines()])
    if name == "zsh":  # where an alias is not what it stands for
        load += "; setopt complete_aliases"
    with shells.shell(name, installed.home, load=load) as shell:
        shell.shows("pr bump \t\t", "2  Review the contract", "1  Send the Q3 numbers")


def test_fish_finds_the_file_of_the_wheel(installed: Program) -> None:
    page = (Path(guide.__file__).parent / "completion.md").read_text(encoding="utf-8")
    assert ALIASES["fish"] in page
    expected = shells.fish(installed.home, "promisectl bump ")
    assert [line.partition("\t")[0] for line in expected] == ["2", "1"]
    (installed.home / "promisectl.fish").unlink()
    assert shells.fish(installed.home, "promisectl bump ", load="true") == expected
    for alias in ("alias pr promisectl", "function pr; promisectl $argv; end"):
        load = f"{alias}; {ALIASES['fish']}"
        assert shells.fish(installed.home, "pr bump ", load=load) == expected
