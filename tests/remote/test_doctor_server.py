"""The doctor of a ledger on a server: what it finds there, what it repairs, and what it does not touch."""

import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from promisectl import guide
from promisectl.compiled import postgresql, server_checks, sql
from tests.conftest import Program, Result
from tests.records.test_schema import check_answer
from tests.remote.conftest import copy_of
from tests.storage import next_step
from tests.tools import postgres
from tests.tools.postgres import PostgresServer

CONTENT = ["file", "schema", "links", "chain", "promises", "people"]
CONTENT += ["acts", "commands", "keys", "numbers", "clock"]
SERVER = ["server", "same", "guards", "durable", "connection"]
PLACE = ["private", "beside", "disk", "config", "backups"]
RIGHTS = (
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk, bystander",
    "GRANT INSERT ON act, entry, person, alias, once, promise, part, series TO clerk",
    "GRANT UPDATE ON head, entry, person, alias, promise TO clerk",
    "GRANT DELETE ON alias, part, series TO clerk",
)
GUARDS_OFF = "SET session_replication_role = replica"
A_CHECK = "ALTER TABLE act DROP CONSTRAINT side_is_known"


def forget(program: Program) -> None:
    """Makes this a new machine, which has no copy yet."""
    copy_of(program).unlink()


def lines(result: Result) -> dict[str, tuple[str, str]]:
    rows = (line.split("\t") for line in result.stdout.splitlines())
    return {check: (word, what) for check, word, what in rows}


def record(program: Program) -> dict[str, object]:
    return dict(json.loads(program("doctor", "--json").stdout))


# All is well


def test_a_ledger_that_is_well(filled: Program, run_sql: Callable[..., list[object]]) -> None:
    before = run_sql("SELECT * FROM head", "SELECT * FROM head, act ORDER BY act.number")
    result = filled("doctor")
    found = lines(result)
    facts = ["ledger", "address", "zone", "versions", "schema step", "head"]
    assert [*found] == [*CONTENT, *SERVER, *PLACE, *facts]
    notes = {check for check, (word, _) in found.items() if word != "ok"}
    assert notes == {"durable"}  # the servers of tests do not wait for the disk
    assert found["same"][1] == "the server and this machine's copy have the same 16 rows"
    assert found["connection"][1] == "within this machine; the clocks agree"
    assert found["server"][1].endswith(" answers, and you are keeper")
    assert found["ledger"][1] == str(copy_of(filled))
    assert found["address"][1].startswith("postgresql://keeper@/")
    assert result.stderr.startswith("All is well, with 1 note: 2 promises, 7 acts, head ")
    assert result.code == 0
    assert before == run_sql("SELECT * FROM head, act ORDER BY act.number")


def test_the_guide_has_these_checks() -> None:
    page = Path(guide.__file__).with_name("doctor.md").read_text(encoding="utf-8")
    table = page.partition("\n## A ledger on a server\n")[2].partition("\n\nWhen the server")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == SERVER


def test_the_rows_are_those_that_were_counted_by_hand(
    filled: Program, run_sql: Callable[..., list[tuple[int]]]
) -> None:
    counts = [run_sql(f"SELECT count(*) FROM {table}")[0][0] for table in postgresql.TABLES]
    assert sum(counts) == 16
    assert lines(filled("doctor"))["same"][0] == "ok"


def test_the_answer_for_programs_is_as_defined(
    filled: Program, run_sql: Callable[..., object]
) -> None:
    address = filled.ok("path").splitlines()[1].removeprefix("server: ")
    run_sql(A_CHECK)
    answer = filled("doctor", "--json").stdout
    assert check_answer("doctor", "json", answer)
    found = json.loads(answer)
    assert (found["ledger"], found["server"]) == (str(copy_of(filled)), address)
    assert found["advice"] == "To repair it: promisectl doctor --fix"
    assert [one["check"] for one in found["checks"]] == [*CONTENT, *SERVER, *PLACE]


def test_the_server_of_a_file_is_null(program: Program) -> None:
    assert record(program)["server"] is None
    assert json.loads(program.ok("path", "--json"))["server"] is None


def test_the_copy_is_brought_up_to_date_first(filled: Program) -> None:
    copy = copy_of(filled)
    former = copy.read_bytes()
    filled.ok("note", "1", "one more")
    copy.write_bytes(former)
    found = record(filled)
    assert (found["acts"], found["healthy"]) == (8, True)
    forget(filled)
    assert (record(filled)["acts"], copy.exists()) == (8, True)


def test_an_expected_head_is_looked_for(filled: Program) -> None:
    head = str(record(filled)["head"])
    assert filled("doctor", "--expect", head[:12]).code == 0
    other = filled("doctor", "--expect", "0123456789ab")
    assert other.code == 5
    assert "restore" not in other.stderr


@pytest.mark.parametrize("user", ["clerk", "bystander", "owner", "stranger"])
def test_the_rights_of_a_role(
    filled: Program,
    server_with_roles: PostgresServer,
    kept_database: str,
    monkeypatch: pytest.MonkeyPatch,
    user: str,
) -> None:
    server_with_roles.run_sql(*RIGHTS, database=kept_database)
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address(kept_database, user=user))
    result = filled("doctor")
    found = lines(result)
    word, says = found["server"]
    expected = {
        "clerk": ("ok", "you are clerk"),
        "bystander": (
            "note",
            "that role can't record, because it lacks INSERT on entry, INSERT on person, INSERT on alias, 13 more rights",
        ),
        "owner": ("note", "that is a superuser, who may do anything: use a role with fewer rights"),
        "stranger": ("note", "that role can't record, because it lacks SELECT on head, "),
    }[user]
    assert word == expected[0]
    assert expected[1] in says
    assert (found["same"][0], result.code) == (("wrong", 5) if user == "stranger" else ("ok", 0))
    if user == "stranger":
        assert "permission denied for table head" in found["same"][1]
        assert re.fullmatch(r"\d+ of \d+ checks failed: see above\.\n", result.stderr)


def test_a_role_without_a_schema_is_not_told_of_an_earlier_state(
    filled: Program,
    run_sql: Callable[..., object],
    server_with_roles: PostgresServer,
    kept_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_sql(*RIGHTS, "REVOKE USAGE ON SCHEMA public FROM public")
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address(kept_database, user="clerk"))
    for words in (["owe"], ["note", "1", "x"]):
        refused = filled(*words)
        assert (refused.code, "(no schema that you may use)" in refused.stderr) == (5, True)
    assert "no schema that you may use" in lines(filled("doctor"))["same"][1]


def test_a_clerk_can_do_all_that_a_day_brings(
    filled: Program,
    server_with_roles: PostgresServer,
    kept_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server_with_roles.run_sql(*RIGHTS, database=kept_database)
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address(kept_database, user="clerk"))
    filled.ok("make", "Book the room", "--to", "dana", "--by", "sat", "--agreed", "--part-of", "1")
    filled.ok(
        "make", "Water the plants", "--to", "me", "--by", "mon", "--every", "week", "--times", "2"
    )
    filled.ok("make", "Sing", "--to", "leeroy", "--new")
    filled.ok("person", "alias", "dana", "boss")
    filled.ok("person", "unalias", "dana", "boss")
    filled.ok("person", "merge", "leeroy", "lee")
    filled.ok("undo")
    filled.ok("redo")
    assert lines(filled("doctor"))["same"][0] == "ok"


def test_everybody_who_may_create_tables_is_a_note(
    filled: Program, run_sql: Callable[..., object]
) -> None:
    run_sql("GRANT CREATE ON SCHEMA public TO public")
    assert "every role may create tables beside the ledger" in lines(filled("doctor"))["server"][1]


def test_an_encoding_other_than_utf_8_is_wrong(
    filled: Program, server_with_roles: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = "CREATE DATABASE latin OWNER keeper ENCODING LATIN1 TEMPLATE template0"
    server_with_roles.run_sql(create, database="postgres")
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address("latin", user="keeper"))
    word, says = lines(filled("doctor"))["server"]
    assert (word, "texts are stored as LATIN1, not UTF-8" in says) == ("wrong", True)
    for words in (["make", "Run", "--to", "me"], ["owe"]):
        result = filled(*words)
        assert (result.stdout, result.code) == ("", 5)
        assert "stores texts as LATIN1, not as UTF-8. It was left as it is." in result.stderr
    assert (
        server_with_roles.run_sql(
            "SELECT * FROM pg_tables WHERE schemaname = 'public'", database="latin"
        )
        == []
    )
    server_with_roles.drop_database("latin")


def test_a_database_without_a_ledger_is_nothing_bad(
    program: Program,
    server_with_roles: PostgresServer,
    kept_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address(kept_database, user="keeper"))
    result = program("doctor")
    found = lines(result)
    assert found["file"] == ("ok", "this machine has no copy of the ledger yet")
    assert found["same"][1] == "there is no ledger on the server yet; the first promise creates it"
    assert "guards" not in found
    verdict = "All is well, with 1 note: this machine has no copy of the ledger yet.\n"
    assert (result.stderr, result.code) == (verdict, 0)
    assert (
        server_with_roles.run_sql(
            "SELECT * FROM pg_tables WHERE schemaname = 'public'", database=kept_database
        )
        == []
    )
    assert program("doctor", "--fix").stderr.startswith("There was nothing to fix.\n")


# The disk and the way


def test_what_a_power_cut_can_lose_is_a_note(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    with postgres.start_server(**settings) as server:
        monkeypatch.setenv("PROMISECTL_LEDGER", server.address(server.create_database()))
        program.ok("make", "Fix the bike brake", "--from", "lee")
        word, says = lines(program("doctor"))["durable"]
        loses = "is off: a power cut on the server can lose what was acknowledged"
        assert f"fsync {loses}; full_page_writes {loses}; synchronous_commit is off" in says
        assert word == "note"


def test_a_server_that_waits_for_its_disk_is_well(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.start_server(fsync="on") as server:
        monkeypatch.setenv("PROMISECTL_LEDGER", server.address(server.create_database()))
        says = "the server writes to its disk before it answers"
        assert lines(program("doctor"))["durable"] == ("ok", says)


def test_a_table_that_is_not_logged_is_a_note(
    filled: Program, run_sql: Callable[..., object]
) -> None:
    run_sql("ALTER TABLE series SET UNLOGGED")
    word, says = lines(filled("doctor"))["durable"]
    assert word == "note"
    assert says.endswith("; the table series is not logged: a crash of the server empties it")


def test_clocks_that_differ_are_a_note(
    filled: Program,
    server_with_roles: PostgresServer,
    kept_database: str,
    run_sql: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The server's clock is asked by a name that a schema before pg_catalog may take.
    late = "interval '2 days 1 hour'"
    run_sql(
        "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
        f"$$ SELECT pg_catalog.clock_timestamp() + {late} $$"
    )
    address = server_with_roles.address(kept_database, user="keeper")
    path = "options=-csearch_path%3Dpublic%2Cpg_catalog"
    monkeypatch.setenv("PROMISECTL_LEDGER", f"{address}&{path}")
    assert lines(filled("doctor"))["connection"] == (
        "note",
        "within this machine; this machine's clock is 2 days behind the server's, which counts",
    )
    monkeypatch.setenv("PROMISECTL_LEDGER", address)
    assert lines(filled("doctor"))["connection"] == ("ok", "within this machine; the clocks agree")


# What was changed on the server


DIFFERENCES = {
    "a row that was changed": (
        ["UPDATE promise SET outcome = 'Send nothing' WHERE id = 1"],
        "promise: 1 of 2 rows differ (the first is 1)",
    ),
    "rows that were added": (
        ["INSERT INTO person VALUES (8, 'kim', 'Kim'), (9, 'ola', 'Ola')"],
        "person: 2 of 4 rows differ (the first is 8)",
    ),
    "a row that was deleted": (
        ["DELETE FROM once"],
        "once: 1 of 1 rows differ (the first is k)",
    ),
    "a mark that was removed": (
        ["UPDATE entry SET undone_by = NULL"],
        "entry: 1 of 4 rows differ (the first is 3)",
    ),
    "an act that was changed": (
        [GUARDS_OFF, "UPDATE act SET body = replace(body, 'slip', 'slap') WHERE verb = 'bump'"],
        "act: 1 of 7 rows differ (the first is 6)",
    ),
    "an act that was deleted": (
        [GUARDS_OFF, "DELETE FROM act WHERE number = 2"],
        "act: 1 of 7 rows differ (the first is 2)",
    ),
    "rows of several tables": (
        ["UPDATE promise SET why = 'x'", "INSERT INTO alias VALUES ('boss', 1)"],
        "alias: 1 of 1 rows differ (the first is boss); promise: 2 of 2 rows differ (the first is 1)",
    ),
}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_every_row_is_compared(
    filled: Program, run_sql: Callable[..., object], difference: str
) -> None:
    statements, expected = DIFFERENCES[difference]
    run_sql(*statements)
    result = filled("doctor")
    found = lines(result)
    assert found["same"] == ("wrong", f"the server and this machine's copy differ; {expected}")
    assert [check for check, (word, _) in found.items() if word == "wrong"] == ["same"]
    assert result.code == 5
    assert filled("doctor", "--rebuild").code == 2


HISTORIES = {
    "the head alone": (
        ["UPDATE head SET hash = repeat('0', 64)"],
        "has a head that does not match its acts",
    ),
    "a head that is ahead of its acts": (
        ["UPDATE head SET number = 8, hash = repeat('0', 64)"],
        "has a head that does not match its acts",
    ),
    "an earlier state": (
        [
            GUARDS_OFF,
            "UPDATE entry SET undone_by = NULL",
            "DELETE FROM act WHERE number = 7",
            "UPDATE head SET number = 6, hash = (SELECT hash FROM act WHERE number = 6)",
        ],
        "went back to an earlier state (it has 6 acts, this machine has seen 7)",
    ),
    "another ledger": (
        [GUARDS_OFF, "UPDATE act SET hash = reverse(hash)", "UPDATE head SET hash = reverse(hash)"],
        "holds another ledger",
    ),
    "a history that was rewritten": (
        [
            GUARDS_OFF,
            "UPDATE act SET hash = reverse(hash) WHERE number > 4",
            "UPDATE head SET hash = reverse(hash)",
        ],
        "has a history that was rewritten",
    ),
    "an empty database": (
        ["DROP TABLE head, act, alias, once, part, series, promise, entry, person CASCADE"],
        "went back to an earlier state (it has 0 acts, this machine has seen 7)",
    ),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_another_history_is_named_and_nothing_is_changed(
    filled: Program, run_sql: Callable[..., object], history: str
) -> None:
    statements, expected = HISTORIES[history]
    before = copy_of(filled).read_bytes()
    run_sql(*statements)
    result = filled("doctor")
    word, says = lines(result)["same"]
    assert (word, expected in says, result.code) == ("wrong", True, 5)
    assert str(copy_of(filled)) in says
    assert result.stderr.endswith(" failed: see above.\n")
    assert filled("doctor", "--fix").code == 5
    assert copy_of(filled).read_bytes() == before


def test_what_this_machine_has_seen_moves_into_an_empty_database(
    filled: Program,
    server_with_roles: PostgresServer,
    run_sql: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = filled.ok("export", "--journal")
    run_sql("UPDATE promise SET outcome = 'Send nothing' WHERE id = 1")
    sentence, command = filled("doctor").stderr.splitlines()
    assert sentence.endswith(
        "To move into an empty database, export the history in this machine's copy, and import it there:"
    )
    monkeypatch.chdir(filled.home)
    filled.ok(*shlex.split(command.replace("~", str(filled.home)))[1:])
    new = server_with_roles.create_database(owner="keeper")
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address(new, user="keeper"))
    filled.ok("import", "journal.jsonl")
    assert filled.ok("export", "--journal") == journal
    assert filled("doctor").code == 0
    server_with_roles.drop_database(new)


def test_damage_that_the_copy_has_too_needs_a_backup(
    filled: Program, run_sql: Callable[..., object]
) -> None:
    head = record(filled)["head"]
    run_sql("UPDATE promise SET outcome = 'Send nothing' WHERE id = 1")
    forget(filled)
    result = filled("doctor")
    found = lines(result)
    assert (found["same"][0], found["promises"][0]) == ("ok", "wrong")
    assert "export the history in this machine's copy" in result.stderr
    run_sql(GUARDS_OFF, "UPDATE once SET request = 'x'")
    forget(filled)
    result = filled("doctor")
    assert lines(result)["keys"][0] == "wrong"
    assert "export the newest intact backup" in result.stderr
    command = result.stderr.splitlines()[-1].replace("~", str(filled.home))
    ledger = shlex.split(command)[2]
    assert json.loads(filled.ok("--ledger", ledger, "doctor", "--json"))["head"] == head


LOSSES = {
    "a column": ("ALTER TABLE promise DROP COLUMN why", "column promise.why does not exist"),
    "a table": ("DROP TABLE once", 'relation "once" does not exist'),
    "the head": ("DELETE FROM head", "it has no head, which every ledger has"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_the_server_has_lost_is_found(
    filled: Program, run_sql: Callable[..., object], loss: str
) -> None:
    statement, expected = LOSSES[loss]
    run_sql(statement)
    result = filled("doctor")
    word, says = lines(result)["same"]
    assert (word, expected in says, result.code) == ("wrong", True, 5)
    assert "export the history in this machine's copy" in result.stderr


def test_a_ledger_in_a_schema_of_its_own(
    filled: Program,
    run_sql: Callable[..., object],
    kept_address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_sql("CREATE SCHEMA ana AUTHORIZATION keeper")
    monkeypatch.setenv("PROMISECTL_LEDGER", f"{kept_address}&options=-csearch_path%3Dana")
    filled.ok("make", "Sing", "--to", "dana")
    found = lines(filled("doctor"))
    assert [found[check][0] for check in SERVER] == ["ok", "ok", "ok", "note", "ok"]
    run_sql("ALTER TABLE ana.act DISABLE TRIGGER act_is_never_changed")
    assert lines(filled("doctor"))["guards"][0] == "wrong"
    filled.ok("doctor", "--fix")
    assert lines(filled("doctor"))["guards"][0] == "ok"


def test_others_may_record_meanwhile(filled: Program, kept_address: str) -> None:
    home = filled.home / "elsewhere"
    places = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    code = (
        "import sys; from promisectl.cli.main import run_command_line as run;"
        "sys.exit(any(run(['note', '1', f'note {number}']) for number in range(40)))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, **places, "PROMISECTL_LEDGER": kept_address},
        stdout=subprocess.DEVNULL,
    ) as other:
        found = []
        while other.poll() is None:
            found.append(record(filled))
    assert other.returncode == 0
    assert [one["healthy"] for one in found] == [True] * len(found)
    assert len({str(one["acts"]) for one in found}) > 2
    assert record(filled)["acts"] == 47


# The copy


def test_a_damaged_copy_is_made_again(filled: Program) -> None:
    copy = copy_of(filled)
    copy.write_bytes(bytes(20_000))
    told = filled("owe")
    assert (told.code, "move it away, and the next command makes it again" in told.stderr) == (
        5,
        True,
    )
    assert "restore" not in told.stderr
    result = filled("doctor")
    found = lines(result)
    assert (found["file"][0], found["guards"][0], result.code) == ("wrong", "ok", 5)
    assert found["same"] == ("wrong", "not compared, because this machine's copy can't be read")
    former, moved = _read_move(filled, result)
    Path(former).rename(moved)
    assert former == str(copy)
    assert filled("doctor").code == 0


def _read_move(program: Program, result: Result) -> list[str]:
    """The paths in the command that moves the copy away."""
    sentence, command = result.stderr.splitlines()
    assert sentence.endswith("Move this machine's copy away, and the next command makes it again:")
    words = shlex.split(command.replace("~", str(program.home)))
    assert words[0] == "mv"
    return words[1:]


def test_a_copy_that_somebody_changed_is_made_again(filled: Program) -> None:
    with closing(sqlite3.connect(copy_of(filled), isolation_level=None)) as db:
        db.execute("UPDATE promise SET outcome = 'Send nothing' WHERE id = 1")
    result = filled("doctor")
    found = lines(result)
    assert found["promises"][0] == "wrong"
    assert found["same"][1].endswith("promise: 1 of 2 rows differ (the first is 1)")
    former, moved = _read_move(filled, result)
    Path(former).rename(moved)
    assert filled("doctor").code == 0
    assert "Send the Q3 numbers" in filled.ok("owe")


def test_a_text_that_is_not_utf_8_in_the_copy_is_found(filled: Program) -> None:
    with closing(sqlite3.connect(copy_of(filled), isolation_level=None)) as db:
        db.execute("UPDATE promise SET why = CAST(x'ff' AS TEXT) WHERE id = 2")
    found = lines(filled("doctor"))
    assert found["same"][1].endswith("promise: 1 of 2 rows differ (the first is 2)")


def test_the_trigger_of_the_copy_is_repaired(filled: Program) -> None:
    with closing(sqlite3.connect(copy_of(filled), isolation_level=None)) as db:
        db.execute("DROP TRIGGER act_is_the_next")
    assert filled("doctor").stderr.endswith("To repair it:\npromisectl doctor --fix\n")
    assert "The trigger act_is_the_next was rebuilt." in filled("doctor", "--fix").stderr
    assert filled("doctor").code == 0


# Guards

FAULTS = {
    "a trigger that is off": (
        "ALTER TABLE act DISABLE TRIGGER act_is_never_changed",
        "the trigger act_is_never_changed of act is switched off",
    ),
    "a trigger for replicas": (
        "ALTER TABLE act ENABLE REPLICA TRIGGER act_is_never_changed",
        "the trigger act_is_never_changed of act is switched off",
    ),
    "a trigger that is gone": (
        "DROP TRIGGER acts_are_never_emptied ON act",
        "the trigger acts_are_never_emptied of act is missing",
    ),
    "a trigger that is another": (
        (
            "CREATE OR REPLACE TRIGGER act_is_never_deleted BEFORE INSERT ON act FOR EACH ROW "
            "EXECUTE FUNCTION act_is_the_next()"
        ),
        "the trigger act_is_never_deleted of act was changed",
    ),
    "a function that does nothing": (
        (
            "CREATE OR REPLACE FUNCTION act_is_never_changed() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NEW; END $$"
        ),
        "the function act_is_never_changed was changed",
    ),
    "a CHECK that is gone": (A_CHECK, "the CHECK side_is_known of act is missing"),
    "a CHECK that is another": (
        f"{A_CHECK}; ALTER TABLE act ADD CONSTRAINT side_is_known CHECK (side <> '')",
        "the CHECK side_is_known of act was changed",
    ),
    "a CHECK that is not enforced": (
        f"{A_CHECK}; ALTER TABLE act ADD CONSTRAINT side_is_known CHECK (side <> '') NOT ENFORCED",
        "the CHECK side_is_known of act is switched off",
    ),
    "a reference that is gone": (
        "ALTER TABLE act DROP CONSTRAINT act_promise_fkey",
        "the reference act_promise_fkey of act is missing",
    ),
    "references that are not checked": (
        "ALTER TABLE part DISABLE TRIGGER ALL",
        (
            "the reference part_bigger_fkey of part is switched off; "
            "the reference part_promise_fkey of part is switched off"
        ),
    ),
    "a key that is gone": (
        "ALTER TABLE promise DROP CONSTRAINT promise_uid_key",
        "the key promise_uid_key of promise is missing",
    ),
    "an index that is gone": (
        "DROP INDEX person_handle",
        "the index person_handle of person is missing",
    ),
    "an index without its condition": (
        "DROP INDEX entry_live; CREATE INDEX entry_live ON entry (id)",
        "the index entry_live of entry was changed",
    ),
    "a foreign trigger": (
        (
            'CREATE FUNCTION "it\'s"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;'
            ' CREATE TRIGGER "a b" BEFORE INSERT ON once FOR EACH ROW EXECUTE FUNCTION "it\'s"()'
        ),
        "the trigger a b of once is not part of promisectl, and could change what is written",
    ),
    "a foreign rule": (
        "CREATE RULE nothing AS ON DELETE TO alias DO INSTEAD NOTHING",
        "the rule nothing of alias is not part of promisectl, and could change what is written",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_guard_that_is_not_as_it_should_be_is_created_again(
    filled: Program, run_sql: Callable[..., list[object]], fault: str
) -> None:
    before = filled.ok("export", "--journal")
    statements, expected = FAULTS[fault]
    ((version,),) = run_sql("SHOW server_version_num")
    if "NOT ENFORCED" in statements and int(version) < 180_000:
        pytest.skip("it came with PostgreSQL 18")
    run_sql(statements)
    result = filled("doctor")
    found = lines(result)
    wrong = "what guards the rows on the server is not as it should be"
    assert found["guards"] == ("wrong", f"{wrong}; {expected}")
    assert [check for check, (word, _) in found.items() if word == "wrong"] == ["guards"]
    assert (result.stderr.splitlines()[-1], result.code) == ("promisectl doctor --fix", 5)
    mended = filled("doctor", "--fix")
    assert mended.code == 0
    subject = expected.partition(" of ")[0].partition(" was ")[0].removeprefix("the ")
    assert f"The {subject}" in mended.stderr
    assert lines(mended)["guards"][0] == "ok"
    assert filled.ok("export", "--journal") == before
    assert filled("doctor", "--fix").stderr.startswith("There was nothing to fix.\n")


def test_all_guards_at_once(filled: Program, run_sql: Callable[..., list[object]]) -> None:
    drops = {
        "function": "DROP FUNCTION {name} CASCADE",
        "index": "DROP INDEX {name}",
        "trigger": "DROP TRIGGER IF EXISTS {name} ON {table}",
    }
    constraint = "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE"
    for kind, table, name in reversed(server_checks.GUARDS):
        run_sql(drops.get(kind, constraint).format(table=table, name=name))
    (amiss,) = [one for one in record(filled)["checks"] if one["check"] == "guards"]  # type: ignore[attr-defined]
    assert amiss["details"][-1] == f"and {len(server_checks.GUARDS) - 5} more"
    filled.ok("doctor", "--fix")
    result = filled("doctor")
    assert lines(result)["guards"][0] == "ok"
    filled.ok("note", "1", "it goes on")


def test_a_setting_by_which_no_trigger_acts_is_found(
    filled: Program, run_sql: Callable[..., object], kept_database: str
) -> None:
    run_sql(f'ALTER DATABASE "{kept_database}" SET session_replication_role = replica')
    word, says = lines(filled("doctor"))["guards"]
    assert word == "wrong"
    assert says.endswith("session_replication_role is replica, so that no trigger acts")


def test_the_owner_alone_repairs(
    filled: Program,
    server_with_roles: PostgresServer,
    kept_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server_with_roles.run_sql(*RIGHTS, A_CHECK, database=kept_database)
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address(kept_database, user="clerk"))
    refused = filled("doctor", "--fix")
    assert (refused.stdout, refused.code) == ("", 5)
    assert "must be owner of table act" in refused.stderr
    assert lines(filled("doctor"))["guards"][0] == "wrong"


def test_a_guard_is_not_created_over_rows_that_break_it(
    filled: Program, run_sql: Callable[..., object]
) -> None:
    run_sql(
        "ALTER TABLE promise DROP CONSTRAINT state_is_known",
        "UPDATE promise SET state = 'forgotten' WHERE id = 1",
        "ALTER TABLE act DISABLE TRIGGER act_is_never_changed",
    )
    refused = filled("doctor", "--fix")
    assert refused.code == 5
    assert "state_is_known" in refused.stderr
    says = lines(filled("doctor"))["guards"][1]
    assert "act_is_never_changed of act is switched off" in says  # all or nothing


# The way is closed


def test_without_the_server_the_copy_is_checked(
    filled: Program,
    server_with_roles: PostgresServer,
) -> None:
    server_with_roles.stop()
    try:
        result = filled("doctor")
    finally:
        server_with_roles.start()
    found = lines(result)
    assert [check for check in found if check in SERVER] == ["server"]
    assert found["server"][0] == "wrong"
    assert "Can't reach postgresql://keeper@/" in found["server"][1]
    assert found["chain"] == ("ok", "7 acts, all as recorded")
    assert (result.stderr, result.code) == ("1 of 17 checks failed: see above.\n", 5)


def test_offline_the_server_is_not_asked(filled: Program) -> None:
    result = filled("--offline", "doctor")
    found = lines(result)
    assert found["server"] == ("note", "it was not asked, because --offline was given")
    assert [check for check in found if check in SERVER] == ["server"]
    assert result.stderr.startswith("All is well, with 1 note: 2 promises, 7 acts, head ")
    assert result.code == 0
    assert filled("--offline", "doctor", "--fix").stderr.startswith("There was nothing to fix.\n")
    copy_of(filled).write_bytes(bytes(20_000))
    advice = filled("--offline", "doctor").stderr
    assert advice.endswith("When the server answers, run again:\npromisectl doctor\n")


def test_what_keeps_this_machine_out_is_named(
    filled: Program, server_with_roles: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address("nowhere", user="keeper"))
    assert "has no database “nowhere”" in lines(filled("doctor"))["server"][1]
    address = server_with_roles.address("postgres", user="nobody-here")
    monkeypatch.setenv("PROMISECTL_LEDGER", address)
    assert "does not let nobody-here in" in lines(filled("doctor"))["server"][1]


def test_without_the_driver_the_copy_is_checked(
    filled: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "psycopg2", None)
        result = filled("doctor")
    assert lines(result)["server"][1].startswith(
        "A ledger on a server needs a driver. Install it beside"
    )
    assert (lines(result)["chain"][0], result.code) == ("ok", 5)


def test_tables_of_another_program_are_left_alone(
    filled: Program,
    server_with_roles: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = server_with_roles.create_database(owner="keeper")
    server_with_roles.run_sql("CREATE TABLE songs (title text)", database=name, user="keeper")
    monkeypatch.setenv("PROMISECTL_LEDGER", server_with_roles.address(name, user="keeper"))
    assert "has tables of another program (songs)" in lines(filled("doctor"))["same"][1]
    assert filled("doctor", "--fix").code == 5
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert server_with_roles.run_sql(tables, database=name) == [("songs",)]
    server_with_roles.drop_database(name)


def test_a_newer_ledger_is_refused(filled: Program, run_sql: Callable[..., object]) -> None:
    run_sql("UPDATE head SET step = step + 1")
    refused = filled("doctor")
    assert (refused.stdout, refused.code) == ("", 5)
    assert "was written by a newer promisectl" in refused.stderr
    assert "Backups are in" not in refused.stderr


# An earlier schema step


@pytest.mark.parametrize("is_new", [False, True], ids=["a machine with a copy", "a new machine"])
@pytest.mark.parametrize("words", [("doctor",), ("doctor", "--fix"), ("note", "1", "x")])
def test_a_step_from_which_no_upgrade_leads_here(
    filled: Program,
    run_sql: Callable[..., list[tuple[object, ...]]],
    words: tuple[str, ...],
    *,
    is_new: bool,
) -> None:
    """Nothing promises an upgrade that does not exist."""
    run_sql("UPDATE head SET step = 1")
    before = run_sql("SELECT * FROM head")
    if is_new:
        forget(filled)
    result = filled(*words)
    assert result.code == 5, result
    said = result.stdout + result.stderr
    assert f"has schema step 1, and no upgrade leads from it to {sql.SCHEMA_STEP}" in said
    assert "doctor --fix" not in said
    assert "upgraded" not in said
    assert run_sql("SELECT * FROM head") == before


@pytest.fixture
def outdated(filled: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The ledger, and a program that knows a later step, in which the day of a warning is derived again."""
    upgrades = {next_step.STEP: ("CREATE INDEX promise_made ON promise (made_at)",)}
    monkeypatch.setattr(postgresql, "UPGRADES", upgrades)
    with next_step.known():
        yield filled


@pytest.mark.parametrize("is_new", [False, True], ids=["a machine with a copy", "a new machine"])
def test_fix_upgrades_an_earlier_step(
    outdated: Program,
    run_sql: Callable[..., list[tuple[object, ...]]],
    *,
    is_new: bool,
) -> None:
    bumped = "SELECT id, word_at FROM promise ORDER BY id"
    before = run_sql(bumped)
    run_sql("UPDATE promise SET word_at = '2026-11-23T09:00:00Z' WHERE id = 2")
    copy = copy_of(outdated)
    if is_new:
        forget(outdated)
    refused = outdated("note", "1", "x")
    assert (refused.code, "promisectl doctor --fix" in refused.stderr) == (5, True)
    told = outdated("doctor")
    found = lines(told)
    assert f"the ledger has schema step {next_step.STEP - 1}" in found["server"][1]
    assert (found["same"][0], "guards" in found, told.code) == ("note", False, 0)
    mended = outdated("doctor", "--fix")
    assert mended.code == 0, mended
    assert f"upgraded to schema step {next_step.STEP}" in mended.stderr
    assert "A backup was made first: " in mended.stderr
    assert run_sql("SELECT step FROM head") == [(next_step.STEP,)]
    assert run_sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'promise_made'") == [(1,)]
    assert run_sql(bumped) == before
    assert copy.exists()
    outdated.ok("note", "1", "x")
    assert lines(outdated("doctor"))["same"][0] == "ok"
