"""The manual: a page for each command, fresh, whole, and nothing in it that man, groff or mandoc would stumble over."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.core import TyperOption
from typer.main import get_command

from promisectl import errors, guide
from promisectl.cli.app import build_app
from promisectl.generate import manual
from tests.conftest import tool

if not Path(manual.__file__).is_relative_to(Path(__file__).parent.parent / "src"):
    pytest.skip("the wheel has its pages elsewhere", allow_module_level=True)
FILES = sorted(manual.MANUAL_DIRECTORY.glob("*"))
SOURCES = {file.name: file.read_text(encoding="ascii") for file in FILES}
ROOT = get_command(build_app(["--help"]))
COMMANDS = {name: command for name, command in ROOT.commands.items() if not command.hidden}


def test_the_pages_are_fresh() -> None:
    assert manual.generate_manual_pages() == SOURCES, "run: python -m promisectl.generate"


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert set(SOURCES) == {"promisectl.1", *(f"promisectl-{name}.1" for name in COMMANDS)}


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_option_and_argument_of_a_command_is_on_its_page(name: str) -> None:
    command = COMMANDS[name] if name else ROOT
    text = _shown(
        manual.MANUAL_DIRECTORY / (f"promisectl-{name}.1" if name else "promisectl.1"), width=200
    )
    below = list(getattr(command, "commands", {}).values()) if name else []
    for param in [param for one in [command, *below] for param in one.params if not param.hidden]:
        names = (
            param.opts
            if isinstance(param, TyperOption)
            else [(param.metavar or param.name.upper()).strip("[]")]
        )
        assert [
            one
            for one in names
            if not re.search(rf"^ +(-\w, )?{re.escape(one)}(,| |$)", text, flags=re.MULTILINE)
        ] == []
        assert " ".join(param.help.split()) in " ".join(text.split())


def test_each_page_is_named_in_the_index_and_says_what_the_help_says() -> None:
    index = _shown(manual.MANUAL_DIRECTORY / "promisectl.1", width=200)
    for name, command in COMMANDS.items():
        summary = " ".join(command.help.split("\n\n")[0].split())
        assert f"promisectl-{name}(1)\n              {summary}\n" in index
        assert (
            f"promisectl-{name} - {summary[0].lower()}{summary[1:].removesuffix('.')}\n"
            in _shown(manual.MANUAL_DIRECTORY / f"promisectl-{name}.1", width=200)
        )


def test_the_page_of_the_program_has_the_tables_of_the_guide() -> None:
    page = _shown(manual.MANUAL_DIRECTORY / "promisectl.1", width=400)
    family = [errors.Problem]
    for one in family:
        family += one.__subclasses__()
    exits = re.findall(
        r"^ +(\d+) ",
        page.partition("EXIT STATUS")[2].partition("ENVIRONMENT")[0],
        flags=re.MULTILINE,
    )
    assert {*exits} >= {str(one.exit_code) for one in family}
    files = Path(guide.__file__).with_name("files.md").read_text(encoding="utf-8")
    for variable in re.findall(
        r"`([A-Z_]+)`", files.partition("| variable |")[2].partition("\n\n")[0]
    ):
        assert re.search(rf"^ +(\w+, )?{variable}\b", page, flags=re.MULTILINE)
    for topic, about in guide.TOPICS.items():
        assert f"promisectl guide {topic}\n              {about}\n" in page


def test_a_table_of_the_guide_that_is_gone_is_missed() -> None:
    with pytest.raises(LookupError, match="files has no table “weather”"):
        manual.read_guide_table("files", "weather")


@pytest.mark.parametrize("device", ["utf8", "ascii", "ps"])
def test_groff_has_nothing_to_say(device: str) -> None:
    groff = tool("groff")
    for file in FILES:
        done = subprocess.run(
            [groff, "-ww", "-man", "-z", f"-T{device}", str(file)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert (done.stdout, done.stderr) == ("", ""), file.name


def test_mandoc_has_nothing_to_say() -> None:
    words = [tool("mandoc"), "-T", "lint", "-W", "warning", *map(str, FILES)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    said = [
        line for line in done.stdout.splitlines() if "date in the future" not in line
    ]  # by a clock that is behind
    assert (said, done.stderr) == ([], "")


@pytest.mark.parametrize("width", [40, 80])
def test_no_page_is_wider_than_the_terminal_but_for_examples_and_paths(width: int) -> None:
    for file in FILES:
        title, *lines = _shown(file, width=width).rstrip("\n").split("\n")[:-1]
        prose = (
            "\n".join(lines).replace("\nEXAMPLES\n", "\nEXIT STATUS\n", 1).split("\nEXIT STATUS\n")
        )
        assert title.startswith(file.stem.upper())
        assert [
            line
            for line in (prose[0] + prose[-1]).split("\n")
            if len(line) > width and "/" not in line
        ] == [], file.name


AWKWARD = [
    ".TH is no title here",
    "'quoted' from the first sign",
    r"a back\slash, \fBnot bold\fP and \n too",
    'a "quoted" word, -q, --quiet and 2026-11-27',
    "^ ~ ` / // $HOME/.config ~/.local/share",
    "“curly” › · … → ÷ é ü",
    "[OPTION]… [ID…] 100% a|b {c} <d> #e; !f",
]


def test_every_sign_is_printed_as_it_is() -> None:
    source = "\n".join(
        [".TH A 1 2026-11-23", ".EX", *map(manual._escape_roff_line, AWKWARD), ".EE", ""]
    )
    for words in ([tool("groff"), "-Tutf8", "-P-cbou", "-ww", "-man"], [tool("mandoc"), "-Tutf8"]):
        done = subprocess.run(
            words, input=source, capture_output=True, text=True, check=True, encoding="utf-8"
        )
        shown = [line.strip() for line in re.sub(".\b", "", done.stdout).splitlines()]
        assert [line for line in AWKWARD if line not in shown] == []
        assert done.stderr == ""


def test_the_day_of_a_page_is_that_of_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = tmp_path / "CHANGELOG.md"
    monkeypatch.setattr(manual, "_CHANGELOG_FILE", changes)
    monkeypatch.setattr(manual, "__version__", "1.2.0")
    changes.write_text("## [Unreleased]\n\n## [1.1.0] - 2027-01-04\n")
    with pytest.raises(LookupError, match="has no date for"):
        manual.find_release_date()
    changes.write_text("## [1.2.0] - 2027-03-01\n\n## [1.1.0] - 2027-01-04\n")
    assert manual.find_release_date() == "2027-03-01"


def _shown(file: Path, *, width: int) -> str:
    """A page as it is read."""
    words = [tool("mandoc"), "-Tutf8", f"-Owidth={width}", str(file)]
    return re.sub(
        ".\b", "", subprocess.run(words, capture_output=True, check=True, encoding="utf-8").stdout
    )


def test_a_page_reads_like_this() -> None:
    assert _shown(manual.MANUAL_DIRECTORY / "promisectl-guide.1", width=80) == GUIDE
    person = _shown(manual.MANUAL_DIRECTORY / "promisectl-person.1", width=80)
    assert person[: person.index("   promisectl person alias\n")] == PERSON


GUIDE = """\
PROMISECTL-GUIDE(1)                                          PROMISECTL-GUIDE(1)

NAME
       promisectl-guide - read the guide, page by page

SYNOPSIS
       promisectl guide [OPTION]… [TOPIC]

DESCRIPTION
       Read the guide, page by page.

OPTIONS
       TOPIC  A page; without it, the list of pages.

       --schema
              With records: print their JSON Schema.

   Output
       --no-pager
              Do not use a pager.

   Global options
       --ledger PATH
              Use this ledger file or address (PROMISECTL_LEDGER).

       --config PATH
              Use this config file (PROMISECTL_CONFIG).

       --today DATE
              Act as if it were this day or time (PROMISECTL_TODAY).

       --color WHEN
              Use colors: auto, always or never.

       --no-color
              The same as --color never.

       --no-input
              Ask no questions (PROMISECTL_NO_INPUT).

       --offline
              Don't connect to a server (PROMISECTL_OFFLINE).

       -h, --help
              Show this help.

EXAMPLES
       promisectl guide
       promisectl guide start
       promisectl guide records --schema > records.schema.json

EXIT STATUS
       0      success

       Other exit codes: see promisectl(1).

ENVIRONMENT
       For all commands: see promisectl(1).

FILES
       The ledger and the config: see promisectl(1).

SEE ALSO
       promisectl(1), promisectl-demo(1), promisectl-help(1),
       promisectl-completion(1), promisectl-path(1), promisectl-version(1),
       promisectl-config(1)

       promisectl guide start, promisectl guide recipes, promisectl guide
       coming-from, promisectl guide dates, promisectl guide series, promisectl
       guide people, promisectl guide spreadsheets, promisectl guide talking,
       promisectl guide scripting, promisectl guide hooks, promisectl guide
       python, promisectl guide aliases, promisectl guide config, promisectl
       guide accessibility, promisectl guide backups, promisectl guide machines,
       promisectl guide lifecycle, promisectl guide well-made, promisectl guide
       trust, promisectl guide records, promisectl guide files, promisectl guide
       exit-codes, promisectl guide errors, promisectl guide doctor, promisectl
       guide guarantees, promisectl guide speed

promisectl 0.1.0                   2026-11-28                PROMISECTL-GUIDE(1)
"""
PERSON = """\
PROMISECTL-PERSON(1)                                        PROMISECTL-PERSON(1)

NAME
       promisectl-person - one person: show, rename, alias, merge

SYNOPSIS
       promisectl person show [OPTION]… PERSON
       promisectl person rename [OPTION]… PERSON NEW
       promisectl person alias [OPTION]… PERSON ALIAS
       promisectl person unalias [OPTION]… PERSON ALIAS
       promisectl person merge [OPTION]… PERSON INTO

DESCRIPTION
       One person: show, rename, alias, merge.

COMMANDS
   promisectl person show
       Your promises with a person, and how they were kept.

       PERSON A handle, an alias or a name; its beginning is enough.

       --json Print JSON.

       --jsonl
              Print one JSON object per line.

       --csv  Print CSV.

       --plain
              Print tab-separated lines, as in a pipe.

       --table
              Print the tables that a terminal shows, also in a pipe.

       --svg FILE
              Save these tables as a picture (- is stdout).

       --no-pager
              Do not use a pager.

   promisectl person rename
       Change a handle; the old one stays as an alias.

       PERSON A handle, an alias or a name; its beginning is enough.

       NEW    The new handle, or the full name.

       --name DISPLAY
              The name to show.

       -q, --quiet
              Print only data, no hints.

"""
