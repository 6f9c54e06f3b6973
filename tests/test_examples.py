"""The README, the guide and the transcripts print what the program prints, and name what the program has."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from promisectl import config, errors, guide
from promisectl.cli.app import build_app
from promisectl.cli.registry import DECLARATIONS
from promisectl.commands import check, doctor_report, make_json, moves, review, status
from promisectl.commands import config as settings
from promisectl.commands.shared import output
from promisectl.config import keys
from promisectl.domain import civil, dates, events, statistics
from promisectl.domain.findings import IntegrityResult
from promisectl.domain.promise import State
from promisectl.domain.wellmade import check as wellmade
from promisectl.domain.wellmade.subject import Subject
from promisectl.records import fields, profiles
from promisectl.records import statistics as statistics_records
from promisectl.rendering.columns import COLUMNS
from promisectl.rendering.waiting import WAITING_GROUPS
from promisectl.storage.statistics import PEOPLE_SORT_NAMES
from tests.conftest import Program, tool
from tests.domain import test_outcomes
from tests.tools import replay
from tests.tools.postgres import PostgresServer

ROOT = Path(__file__).parent.parent
PAGES = {topic: Path(guide.__file__).with_name(f"{topic}.md") for topic in guide.TOPICS}
TRANSCRIPTS = sorted((ROOT / "tests" / "transcripts").glob("*.md"))
REPLAYED = [ROOT / "README.md", *PAGES.values(), *TRANSCRIPTS]
ABOUT_PLACES = [
    *(PAGES[topic] for topic in ("backups", "doctor", "machines")),
    *(file for file in TRANSCRIPTS if file.stem in ("36-backup-and-restore", "37-doctor")),
]
"""What is about the place of the ledger from beginning to end; elsewhere the word `file` marks such a block."""
GUIDE = "\n".join(page.read_text(encoding="utf-8") for page in PAGES.values())
README = (ROOT / "README.md").read_text(encoding="utf-8")
build_app(["--help"])  # registers every command
COMMANDS = {" ".join(filter(None, (one.group, one.name))): one for one in DECLARATIONS}
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize("compiled", ["1", "0"], ids=["by the tables", "by Typer"])
@pytest.mark.parametrize("file", REPLAYED, ids=lambda file: file.name)
def test_every_transcript_is_what_the_terminal_shows(file: Path, compiled: str) -> None:
    written = file.read_text(encoding="utf-8")
    assert "\n```console" in written
    for name in ("jq", "sqlite3"):
        if re.search(rf"^[$>] .*\b{name}\b", written, re.MULTILINE):
            tool(name)
    played = replay.replayed(written, forks=replay.may_fork(file), PROMISECTL_COMPILED=compiled)
    if played != written:
        pytest.fail(
            f"{replay.differences(written, played)}\n\nIf that is as it should be: python -m tests.tools.replay --write {file}",
            pytrace=False,
        )


@pytest.mark.parametrize(
    "file", [file for file in REPLAYED if file not in ABOUT_PLACES], ids=lambda file: file.name
)
def test_every_transcript_is_the_same_with_a_ledger_on_a_server(
    file: Path, postgres_server: PostgresServer
) -> None:
    written = file.read_text(encoding="utf-8")
    played = replay.replayed(written, forks=replay.may_fork(file), server=postgres_server)
    if played != written:
        pytest.fail(replay.differences(written, played), pytrace=False)


def test_every_page_of_the_guide_is_in_its_list_and_the_other_way_round() -> None:
    assert {file.stem for file in Path(guide.__file__).parent.glob("*.md")} == set(guide.TOPICS)
    table = README.partition("\n| group | pages |\n")[2].partition("\n\n")[0]
    assert re.findall(r"`([^`]+)`", table) == [*guide.TOPICS]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 170


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md"])
def test_every_link_to_a_file_leads_somewhere(file: str) -> None:
    page = ROOT / file
    linked = re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", page.read_text(encoding="utf-8"))
    assert linked
    assert [path for path in linked if not (page.parent / path).exists()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_guide(command: str) -> None:
    assert re.search(rf"\bpromisectl {command}\b", GUIDE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_a_help_text(command: str) -> None:
    assert COMMANDS[command].prototype.__doc__
    assert [name for name, text in _options(command).items() if not text] == []


def test_the_guide_speaks_of_no_command_and_no_option_that_is_not_there() -> None:
    groups = {command.split()[0] for command in COMMANDS}
    mentioned = set(
        re.findall(r"(?<!inject )promisectl ([a-z][a-z-]*)", "\n".join(_code(GUIDE + README)))
    )
    aliases = set(
        re.findall(r"^> (\w+) = ", PAGES["aliases"].read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    no_command = {"mak", "frobnicate"}  # the page of errors shows what is said to them
    programs = set(re.findall(r"promisectl-([a-z]+) <<", PAGES["hooks"].read_text("utf-8")))
    assert mentioned - groups == aliases | no_command | programs
    known = {option for command in COMMANDS for option in _options(command)} | {
        "--version",
        "--help",
        "--bye",
        "--server",  # of the proofs
    }
    said = {
        option for line in _code(GUIDE) for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)
    }
    assert said - known == set()


def _code(text: str) -> list[str]:
    """What is set as code: the commands that are replayed, and what stands between backticks in the prose."""
    prose, played = (
        re.sub(r"```.*?```", "", text, flags=re.DOTALL),
        re.findall(r"^[$>] +(.*)", text, flags=re.MULTILINE),
    )
    return [*re.findall(r"`([^`]+)`", prose), *played]


def _options(command: str) -> dict[str, str | None]:
    """The options of a command, its short ones left out, each with its help text."""
    from typer.core import TyperOption
    from typer.main import get_command

    found = get_command(build_app(["--help"]))
    for word in command.split():
        found = found.commands[word]
    options = [option for option in found.params if isinstance(option, TyperOption)]
    return {
        name: option.help for option in options for name in option.opts if name.startswith("--")
    }


# The tables of the guide


def _rows(topic: str, heading: str, nth: int = 0) -> list[list[str]]:
    """The rows of the `nth` table with that heading on a page of the guide, cell by cell."""
    table = (
        PAGES[topic].read_text(encoding="utf-8").split(f"| {heading} |\n")[nth + 1].split("\n\n")[0]
    )
    return [row.strip("| ").split(" | ") for row in table.split("\n")[1:]]


def _first(topic: str, heading: str, nth: int = 0) -> list[str]:
    """All that is named in the first column."""
    return [name for row in _rows(topic, heading, nth) for name in re.findall(r"`([^`]+)`", row[0])]


def test_the_states_are_those_of_the_lifecycle() -> None:
    assert _first("lifecycle", "state | what it means | over?") == [state.value for state in State]


def test_the_fields_are_those_of_the_records() -> None:
    assert _first("records", "field | what it holds") == [*fields.PROMISE_FIELDS]
    assert _first("records", "field | what it holds", 1) == [*fields.ACT_FIELDS]
    lines = {row[0]: tuple(row[1].split(", ")) for row in _rows("records", "view | columns")}
    assert lines == {
        "`owe` `owed` `list`, `person show`": output.PROMISE_RECORDS.lines,
        "`moves`": moves.WAITING_RECORDS.lines,
        "`log`": fields.ACT_LINE_FIELDS,
        "`people`": fields.PERSON_FIELDS,
        "`week`": fields.DAY_FIELDS,
        "`stats`": statistics_records.STATISTIC_FIELDS,
        "`check`": check._FINDING_COLUMNS,
        "`review`": review._REVIEW_RECORDS.lines,
        "`show`": lines["`show`"],
        "`config show`": settings.SETTING_FIELDS,
        "`doctor`": doctor_report.DOCTOR_COLUMNS,
    }


def test_the_fields_of_the_other_records_are_theirs() -> None:
    heading = "field | what it holds"
    assert _first("records", heading, 2) == [*fields.PERSON_FIELDS]
    assert _first("records", heading, 3) == [*fields.DAY_FIELDS]
    of_stats = statistics_records.build_statistics_record(
        {}, as_of=None, since=None, until=None, person=None
    )
    assert _first("records", heading, 4) == [*of_stats, "owe", "owed"]
    assert _first("records", heading, 5) == [*statistics.DirectionStatistics._fields]
    draft = Subject("Send the numbers")
    record = check.build_check_record(
        check.CheckResult(draft, None, wellmade.list_marks(draft), [])
    )
    assert _first("records", heading, 6) == [*record]
    assert re.findall(r"`([^`]+)`", _rows("records", heading, 6)[3][1]) == [*record["marks"]]
    assert _first("records", heading, 7) == [
        *review._REVIEW_RECORDS.csv[len(fields.PROMISE_FIELDS) :]
    ]
    assert _first("records", heading, 8) == ["waiting", *status.STATUS_FIELDS]


def test_the_fields_of_an_import_are_its_own(program: Program) -> None:
    record = json.loads(program.ok("import", "-", "--json", piped="outcome\n"))
    assert _first("records", "field | what it holds", 13) == [*record]


def test_the_fields_of_the_digest_are_its_own(program: Program) -> None:
    heading = "field | what it holds"
    program.ok("make", "Send the numbers", "--to", "dana")
    record = json.loads(program.ok("digest", "--json"))
    assert _first("records", heading, 9) == [*record]
    assert _first("records", heading, 10) == [*record["happened"][0]]
    kinds, *_ = _rows("records", heading, 10)
    assert re.findall(r"`([^`]+)`", kinds[1]) == [*events.EVENT_KINDS]
    assert re.findall(r"`([^`]+)`", _rows("records", heading, 9)[3][1])[1:] == [
        group.kind for group in WAITING_GROUPS
    ]


def test_the_fields_of_the_doctor_are_its_own(program: Program) -> None:
    heading = "field | what it holds"
    program.ok("make", "Send the numbers", "--to", "dana")
    record = json.loads(program.ok("doctor", "--json"))
    assert _first("records", heading, 11) == [*record]
    assert _first("records", heading, 12) == [*record["checks"][0]]
    assert re.findall(r"`([^`]+)`", _rows("records", heading, 11)[-1][1]) == [*record["versions"]]
    names = [one["check"] for one in record["checks"]]
    assert [
        name for name in _first("doctor", "check | `ok` when | what helps") if name != "expect"
    ] == [name for name in names if "-" not in name]
    assert _first("doctor", "result | meaning") == [result.value for result in IntegrityResult]


def test_the_words_of_the_status_are_in_the_guide() -> None:
    assert _first("scripting", "it says | what waits") == [
        group.summary for group in WAITING_GROUPS
    ]


def test_the_keys_are_those_that_make_takes() -> None:
    assert sorted(_first("records", "key | what it takes")) == sorted(make_json.JSON_PROMISE_KEYS)


def test_every_figure_is_explained() -> None:
    page = PAGES["trust"].read_text(encoding="utf-8")
    assert [
        row[1]
        for row in _rows(
            "trust", "`--detail` says | in JSON | what happened | it counts on the day"
        )
    ] == [f"`{name}`" for name in statistics.OUTCOME_CLASSES]
    assert [
        name
        for name in statistics.DirectionStatistics._fields
        if f"`{name}`" not in page and name != "classes"
    ] == []
    assert {name for name in PEOPLE_SORT_NAMES if f"`--sort {name}`" in page} == {
        *PEOPLE_SORT_NAMES
    } - {"name"}


def test_every_rule_is_in_the_guide_with_its_level_under_its_quality() -> None:
    page = PAGES["well-made"].read_text(encoding="utf-8")
    sections = {part.partition("\n")[0]: part for part in page.split("\n### ")[1:]}
    found = {
        name: (level, "" if title == "Around it" else title.lower())
        for title, part in sections.items()
        for name, level in re.findall(r"^\*\*(L\d\d)\*\* \((\w+)\): ", part, flags=re.MULTILINE)
    }
    assert found == {rule.id: (rule.level.value, rule.quality) for rule in wellmade.RULES.values()}
    marks = wellmade.list_marks(Subject("Send the numbers"))
    assert [row[0] for row in _rows("well-made", "mark | present when")] == [
        name for name, _ in marks
    ]


def test_the_guide_says_how_well_the_rules_do_today() -> None:
    rows = _rows(
        "well-made", "which findings | right, of all findings | found, of all bad outcomes"
    )
    today = [
        [f"{one.precision:.2f}", f"{one.recall:.2f}".lstrip("0")]
        for one in test_outcomes.table()[-2:]
    ]
    assert rows[-2:] == [["warnings, now", *today[0]], ["with hints, now", *today[1]]]


def test_every_word_of_the_config_is_in_the_guide() -> None:
    assert _first("well-made", "key | what it holds") == [*config.CheckConfig._fields]
    sample = tomllib.loads(
        PAGES["config"].read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    )
    names = tuple("imports" if name == "import" else name for name in sample)
    assert [names, *(tuple(sample[table]) for table in ("date", "check", "table"))] == [
        config.Config._fields,
        civil.DayHours._fields,
        config.CheckConfig._fields,
        config.TableConfig._fields,
    ]
    assert [*keys.CONFIG_KEYS] == [*_keys(sample)]
    assert _first("config", "column | what it shows") == [*COLUMNS]
    in_table = [
        key
        for row in _rows("config", "key | what it holds")
        for key in re.findall(r"`(\w+)`", row[0])
    ]
    assert sorted(in_table) == sorted(profiles.PROFILE_KEYS)


def _keys(sample: dict[str, Any]) -> Iterator[str]:
    """Every key, with its table before it; words of messages, aliases and profiles are left out."""
    for name, value in sample.items():
        if name not in ("message", "alias", "import"):
            yield from (f"{name}.{key}" for key in value) if isinstance(value, dict) else (name,)


def test_the_flags_and_views_are_those_of_the_ledger() -> None:
    views = (ROOT / "src" / "promisectl" / "storage" / "views.sql").read_text(encoding="utf-8")
    assert _first("records", "flag | means") == re.findall(r"' ([a-z-]+)', ''\)", views)
    assert {*_first("files", "view | holds")} == {*re.findall(r"CREATE VIEW (\w+)", views)}


def test_the_exit_codes_are_those_of_the_errors() -> None:
    family = [errors.Problem]
    for one in family:
        family += one.__subclasses__()
    by_hand = {0, 1, 10, 130}
    assert {int(row[0]) for row in _rows("exit-codes", "code | what happened")} == {
        one.exit_code for one in family
    } | by_hand
    page = PAGES["exit-codes"].read_text(encoding="utf-8")
    assert [one.code for one in family if f"`{one.code}`" not in page] == []


def test_every_past_date_of_the_guide_means_what_it_says() -> None:
    for written, meaning in _rows("dates", "written | on Mon 23 Nov 2026, 10:00, it means"):
        for text in re.findall(r"`([^`]+)`", written):
            when = dates.parse_date(text, NOW, BERLIN, past=True)
            assert (
                civil.format_civil(when.civil, when.zone, BERLIN).replace(", end of day", "")
                == meaning
            ), text


# The harness


def test_a_transcript_that_is_not_true_is_found_and_put_right() -> None:
    block = "```console {}\n$ {}\n{}\n```\n"
    told = block.format("new", "promisectl owe --plain 2> /dev/null; exit 3", "1\tdana")
    true = block.format("new", "promisectl owe --plain 2> /dev/null; exit 3", "[exit 3]")
    assert replay.replayed(told) == true
    assert "-1\tdana\n+[exit 3]" in replay.differences(told, true)
    assert replay.replayed(true) == true


def test_a_transcript_has_a_terminal_of_its_width_a_home_and_a_moment() -> None:
    text = (
        "```console 40 2026-12-01T08:00\n$ stty size; pwd; echo $PROMISECTL_TODAY\n50 40\n~\n2026-12-01T08:00\n"
        "$ echo one \\\n>   two; echo kept > file\none two\n\n$ test -t 0 && test -t 1 && test -t 2\n```\n\n"
        "```console\n$ cat file; echo $PROMISECTL_TODAY\nkept\n2026-11-23T10:00\n```\n\n```console new\n$ ls\n```\n\n```sh\n$ false\n```\n"
    )
    assert replay.replayed(text) == text


def test_everybody_in_a_transcript_has_a_home_of_their_own() -> None:
    block = "```console {}\n$ {}\n{}```\n\n"
    text = (
        block.format("lee", "touch lee", "")
        + block.format("kim 60 2026-12-01T08:00", "touch kim; ls; stty size", "kim\n50 60\n")
        + block.format("", "ls", "")
        + block.format("lee 2026-12-02", "ls; echo $PROMISECTL_TODAY", "lee\n2026-12-02\n")
        + block.format("kim new", "ls", "")
        + block.format("lee", "ls", "lee\n")
    )
    assert replay.replayed(text) == text


def test_python_is_run_in_order_and_what_it_prints_is_put_right() -> None:
    block = "```python run\n{}\n```\n"
    told = block.format("a = 6\nprint(a)") + "\n```text\n5\n```\n\n" + block.format("a += 1")
    true = told.replace("5", "6")
    assert replay.replayed(told) == true
    more = block.format("print(a)\nprint(1 / 0)") + "\nThe end."
    played = replay.replayed(true + more)
    assert played.startswith(true + block.format("print(a)\nprint(1 / 0)") + "\n```text\n7\n")
    assert played.endswith("ZeroDivisionError: division by zero\n[exit 1]\n```\n\nThe end.")
    assert replay.replayed(block.format("a = 1") + "\n```text\n1\n```") == (
        block.format("a = 1") + "\n```text\n(it prints nothing)\n```"
    )


def test_each_block_of_the_page_about_python_is_run_but_for_that_of_pandas() -> None:
    page = PAGES["python"].read_text(encoding="utf-8")
    assert page.count("```python\n") == 1
    assert page.count("```python run\n") == page.count("```text\n") > 5
