"""Commands that ask and then record, where nothing can be recorded: they refuse before the first question."""

import shlex
from collections.abc import Callable

import pytest

from promisectl.env import PROMPT_SIGN
from tests.conftest import Program
from tests.tools.postgres import PostgresServer

COMMANDS = (
    "make",
    "make --to dana",
    "make 'Send the draft' --to dana --by fri",
    "make 'Send the draft' --to dana --by fri --agreed",
    "make 'Send the draft' --to danna",
    "make 'Send the draft' --to dana --by 3/4",
    "make 'Send the Q3 numbers' --to dana --replaces 1",
    "jot",
    "jot -",
    "jot 'to dana: Send the draft, by 3/4'",
    "accept",
    "accept 2",
    "accept 3",
    "decline",
    "decline 2",
    "negotiate",
    "negotiate 1",
    "negotiate 1 --by mon",
    "complete",
    "complete 1",
    "renege",
    "renege 1",
    "withdraw",
    "withdraw 3",
    "release",
    "release 4",
    "reopen",
    "bump",
    "bump 1",
    "told",
    "note",
    "note 1",
    "tag",
    "tag 1",
    "untag",
    "untag 1",
    "part --of 1",
    "correct",
    "correct 1 --by 3/4",
    "void",
    "void 1",
    "edit",
    "edit 1",
    "import sides.csv",
    "import dates.csv",
    "review",
)
STORY = """
make 'Send the Q3 numbers' --to dana --by fri --agreed --tag work
make 'Review the contract' --to dana --by wed --asked
make 'Water the plants' --to lee
make 'Fix the bike brake' --from lee --agreed
"""


@pytest.fixture
def asked(machine: Callable[[str], Program], monkeypatch: pytest.MonkeyPatch) -> Program:
    """A machine with an up-to-date copy, and with an editor that leaves a trace."""
    home = machine("home")
    for line in STORY.strip().splitlines():
        home.ok(*shlex.split(line))
    monkeypatch.chdir(home.home)
    monkeypatch.setenv("EDITOR", "touch opened; false")
    (home.home / "sides.csv").write_text("outcome,due\nPaint the door,2026-11-27\n")
    (home.home / "dates.csv").write_text(
        "outcome,direction,person,due\nPaint the door,owe,dana,3/4/2027\n"
    )
    return home


@pytest.mark.parametrize("way", ["option", "environment", "server"])
def test_what_can_record_nothing_asks_nothing(
    asked: Program, postgres_server: PostgresServer, database: str, way: str
) -> None:
    before = ["--offline"] if way == "option" else []
    if way == "environment":
        asked.environ["PROMISECTL_OFFLINE"] = "1"
    if way == "server":
        closing = f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false'
        postgres_server.run_sql(closing, database="postgres")
    why = "Can't reach postgresql://" if way == "server" else "Moves need the server."
    for line in COMMANDS:
        result = asked(*before, *shlex.split(line), answers="x\n" * 9, width=80)
        said = " ".join(result.stderr.split())
        assert (result.stdout, result.code) == ("", 5), (line, result)
        assert why in said, (line, said)
        assert "Nothing was recorded." in said, (line, said)
        assert PROMPT_SIGN not in result.stderr, (line, said)
        assert not (asked.home / "opened").exists(), line


def test_a_review_of_a_copy_is_refused_like_a_move(asked: Program) -> None:
    before = asked.copy.read_bytes()
    result = asked("--ledger", str(asked.copy), "review", answers="decline\n\n" * 9, width=80)
    assert (result.stdout, result.code) == ("", 2)
    assert "is only for reading" in " ".join(result.stderr.split())
    assert asked.copy.read_bytes() == before
    assert "Review the contract" in asked.ok("--ledger", str(asked.copy), "review")


def test_a_review_goes_on_after_a_move(asked: Program) -> None:
    done = asked.ok("review", answers="decline\n\n" + "skip\n" * 3, width=80)
    assert "Reviewed 4 of 4: 1 changed, 3 skipped." in done


def test_a_review_ends_where_the_server_is_gone_after_a_move(
    asked: Program, postgres_server: PostgresServer, database: str
) -> None:
    """It asks for no text, and for no choice of the next promise."""
    postgres_server.run_sql(
        "CREATE FUNCTION shut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN "
        f"ALTER DATABASE {database} CONNECTION LIMIT 0; RETURN NEW; END'",
        "CREATE TRIGGER shut AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION shut()",
        "CREATE ROLE asker LOGIN",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO asker",
        database=database,
    )
    asked.environ["PROMISECTL_LEDGER"] = postgres_server.address(database, user="asker")
    result = asked("review", answers="decline\n\nbump\nskip\nskip\nskip\n", width=80)
    summary = "Reviewed 2 of 4: 1 changed, 1 skipped. The rest: promisectl review\n"
    assert (result.stdout.endswith(summary), result.code) == (True, 5), result
    assert "What do you tell them?" not in result.stderr
    assert result.stderr.count("Can't reach postgresql://") == 2
