"""A correction says that a value was always another one: whatever was copied from it is right as well."""

import json
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, note, settings
from hypothesis import strategies as st

from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Direction, Opening, Side, Terms, Verb
from promisectl.storage import codec
from tests.conftest import LONG, Program, remembered

TYPO, RIGHT = {}, {}
for field, typo, right in (
    ("--what", "Send the rpeort", "Send the report"),
    ("--by", "2026-12-07", "2026-12-17"),
    ("--done-when", "she has read thiz", "she has read this"),
    ("--why", "for the baord", "for the board"),
):
    TYPO[field], RIGHT[field] = typo, right
KEYS = {"--what": "outcome", "--by": "due", "--done-when": "done_when", "--why": "why"}
FIELDS = tuple(KEYS)


def days(*numbers: int) -> list[str]:
    return [f"2026-11-{number:02}T09:00" for number in numbers]


def said(program: Program, *commands: tuple[str, ...]) -> list[str]:
    """What the program answers to commands, one a day from the 1st of November on."""
    return [
        program.ok(*words, today=today, width=300)
        for today, words in zip(days(*range(1, 1 + len(commands))), commands, strict=True)
    ]


def shown(program: Program, number: int = 1, **more: Any) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", str(number), "--json", **more))
    return dict(record)


def figures(program: Program) -> list[Any]:
    owe = json.loads(program.ok("stats", "--all", "--json", today="2026-11-20T09:00"))["owe"]
    return [
        owe["slip_days"],
        owe["notice"]["count"],
        owe["notice"]["of"],
        owe["on_time_first"]["count"],
    ]


MADE = ("make", "Send the report now", "--to", "dana", "--by", "2026-11-07", "--agreed")
ANNEX = ("negotiate", "1", "--what", "Send the report and annex", "--reason", "she asked")


def test_the_date_that_was_copied_is_right_from_the_beginning(program: Program) -> None:
    *_, answer, _ = said(
        program,
        MADE,
        ANNEX,
        ("accept", "1"),
        ("correct", "1", "--by", "2026-11-17"),
        ("complete", "1", "--confirmed"),
    )
    assert answer == (
        "#1 active: you corrected the terms (rev 2) of “Send the report and annex”: by Tue 17 Nov (was Sat 7 Nov). Also in rev 1.\n"
    )
    assert shown(program)["first_due"] == "2026-11-17"
    assert figures(program) == [0, 0, 0, 1]


def test_the_new_terms_on_the_table_are_right_as_well(program: Program) -> None:
    *_, answer, agreed, _ = said(
        program,
        MADE,
        ANNEX,
        ("correct", "1", "--by", "2026-11-17"),
        ("accept", "1"),
        ("complete", "1", "--confirmed"),
    )
    assert answer.endswith("(was Sat 7 Nov). Also in the proposed change.\n")
    assert "by Tue 17 Nov" in agreed
    assert figures(program) == [0, 0, 0, 1]


def test_one_revision_alone(program: Program) -> None:
    said(program, MADE, ANNEX, ("correct", "1", "--rev", "2", "--what", "Send report and annex"))
    record = shown(program)
    assert (record["outcome"], record["offer"]["outcome"]) == (
        "Send the report now",
        "Send report and annex",
    )
    program.ok("correct", "1", "--rev", "1", "--by", "2026-12-17")
    record = shown(program)
    assert (record["due"], record["offer"]["due"]) == ("2026-12-17", "2026-11-07")
    assert [act["revision"] for act in record["acts"] if act["act"] == "correct"] == [2, 1]


@pytest.mark.parametrize("number", ["0", "3", "-1", "99999999999999999999"])
def test_a_revision_that_is_not_there(program: Program, number: str) -> None:
    said(program, MADE, ANNEX)
    before = program.ledger.read_bytes()
    result = program("correct", "1", f"--rev={number}", "--what", "Send it")
    assert (result.code, result.stdout) == (4, "")
    assert f"#1 has no revision {number}, only 1, 2." in result.stderr
    assert program.ledger.read_bytes() == before


@pytest.mark.parametrize("whose", ["--mine", "--theirs"])
@pytest.mark.parametrize("rev", [[], ["--rev", "1"], ["--rev", "2"]])
def test_what_leaves_nothing_to_negotiate_is_refused(
    program: Program, whose: str, rev: list[str]
) -> None:
    said(program, MADE, ("negotiate", "1", "--by", "2026-11-17", "--reason", "x", whose))
    before = program.ledger.read_bytes()
    by = "2026-11-07" if rev == ["--rev", "2"] else "2026-11-17"
    result = program("correct", "1", *rev, "--by", by, today="2026-11-03T09:00")
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr == (
        "promisectl: With that, the proposed change of #1 (rev 2) would change nothing. "
        "Withdraw it first: promisectl withdraw 1\n"
    )
    assert program.ledger.read_bytes() == before
    program.ok("withdraw", "1")
    program.ok("correct", "1", *rev, "--by", by, "--backfill")


def test_a_correction_of_nothing_is_refused(program: Program) -> None:
    said(program, MADE, ANNEX)
    for words in (["--by", "2026-11-07"], ["--rev", "2", "--what", "Send the report and annex"]):
        result = program("correct", "1", *words, today="2026-11-03T09:00")
        assert (result.code, "as they are" in result.stderr) == (2, True)


def test_the_first_due_date_of_an_import_is_right_as_well(program: Program) -> None:
    (program.home / "file.csv").write_text(
        "direction,person,outcome,due,first_due,revision,revisions,renegotiated,made_at\n"
        "owe,dana,Send Q3 numbers,2026-12-07,2026-12-07,2,2,1,2026-11-01\n"
    )
    program.ok("import", str(program.home / "file.csv"))
    answer = program.ok("correct", "1", "--by", "2026-12-17")
    assert answer.endswith(" Also in the first due date.\n")
    assert shown(program)["first_due"] == "2026-12-17"
    program.ok("undo")
    program.ok("correct", "1", "--rev", "2", "--by", "2026-12-18")
    assert shown(program)["first_due"] == "2026-12-07"


def test_new_terms_that_were_imported_are_right_as_well(program: Program) -> None:
    record = {
        "direction": "owed", "person": "dana", "outcome": "Send Q3 nmbers", "due": "2026-12-07", "state": "active", "author": "them",
        "revision": 1, "revisions": 2, "offer": {"outcome": "Send Q3 nmbers", "due": "2026-12-09"},
    }  # fmt: skip
    (program.home / "file.json").write_text(json.dumps([record]))
    program.ok("import", str(program.home / "file.json"))
    program.ok("correct", "1", "--what", "Send Q3 numbers")
    assert shown(program)["offer"]["outcome"] == "Send Q3 numbers"


def test_an_editor_corrects_the_same(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    said(program, MADE, ANNEX)
    monkeypatch.setenv("EDITOR", "sed -i s/2026-11-07/2026-11-17/")
    assert "Also in the proposed change" in program.ok(
        "edit", "1", "--correct", today="2026-11-03T09:00"
    )
    assert shown(program)["offer"]["due"] == "2026-11-17"


def test_an_undo_takes_it_back_everywhere(program: Program) -> None:
    said(program, MADE, ANNEX)
    before = shown(program)
    program.ok("correct", "1", "--by", "2026-12-17")
    after = shown(program)
    program.ok("undo")
    assert {**shown(program), "acts": before["acts"]} == before
    program.ok("redo")
    assert {**shown(program), "acts": after["acts"]} == after
    assert program("doctor").code == 0


def test_what_an_earlier_version_recorded_stays_what_it_was() -> None:
    """Its corrections named a revision, and put that one right alone."""
    due = [
        codec.decode_civil_moment(
            {"civil": f"2026-11-{day}", "zone": "UTC", "at": f"2026-11-{day}T23:59:59Z"}
        )
        for day in ("07", "17")
    ]
    at = due[0].at
    terms = Terms("Send the report now", due[0])
    opening = Opening("uid", Direction.OWE, 1)
    changed = terms._replace(outcome="Send the report and annex")
    acts = [
        Act(Verb.OFFER, Side.PROMISOR, at, at, terms=terms, opening=opening),
        Act(Verb.ACCEPT, Side.PROMISEE, at, at),
        Act(Verb.NEGOTIATE, Side.PROMISOR, at, at, terms=changed, text="she asked"),
        Act(Verb.CORRECT, Side.BOOKKEEPER, at, at, terms=terms._replace(due=due[1]), revision=1),
    ]
    promise = lifecycle.replay_acts(1, [act._replace(entry=n) for n, act in enumerate(acts, 1)])
    assert [revision.terms.due for revision in promise.revisions] == [due[1], due[0]]


def test_it_counts_from_its_own_moment_on(program: Program) -> None:
    said(program, MADE, ANNEX, ("note", "1", "x"), ("correct", "1", "--by", "2026-11-17"))
    for day, due in (("2026-11-03", "2026-11-07"), ("2026-11-04", "2026-11-17")):
        [record] = json.loads(
            program.ok("list", "--json", "--as-of", day, today="2026-11-05T09:00")
        )
        assert (record["due"], record["offer"]["due"]) == (due, due)


# A ledger that never had the typo


STEPS = st.lists(
    st.tuples(st.sampled_from(("other", "same", "answer", "answer", "bump", "note")), st.integers(0, 11)),
    max_size=7,
)  # fmt: skip
ANSWERS = (("accept", "1"), ("decline", "1"), ("withdraw", "1"))
ENDS: tuple[tuple[str, ...], ...] = (
    (),
    ("complete", "1", "--confirmed"),
    ("complete", "1"),
    ("renege", "1", "--reason", "ill"),
    ("release", "1"),
    ("withdraw", "1"),
)
BEGINNINGS = (
    ("--to", "dana", "--agreed"),
    ("--from", "dana", "--agreed"),
    ("--to", "dana"),
    ("--to", "dana", "--asked"),
    ("--from", "dana"),
    ("--to", "me"),
)
NUMBERS = count()


def spell(name: str, kind: int, index: int, field: str) -> tuple[str, ...]:
    """One step in words."""
    if name == "answer":
        return ANSWERS[kind % 3]
    if name in ("bump", "note"):
        return (name, "1", f"text {index}", *(["--theirs"] * (name == "bump" and kind % 3 == 0)))
    other = FIELDS[(FIELDS.index(field) + 1 + kind % 3) % 4] if name == "other" else field
    value = f"2027-01-{index + 1:02}" if other == "--by" else f"text number {index}"
    whose = ("--mine", "--theirs")[kind // 6]
    return ("negotiate", "1", other, value, "--reason", "so it is", whose)


def comes_to(program: Program, path: Path) -> list[Any]:
    """All that is known of the promise, and the figures, as of some moments; without its acts."""
    found: list[Any] = []
    for today in ("2026-12-01T09:00", "2026-12-10T09:00", "2026-12-20T09:00"):
        words = ["--json", "--ledger", str(path)]
        [record] = json.loads(program.ok("show", "1", *words, today=today))
        kept = {name: value for name, value in record.items() if name not in ("uid", "acts")}
        stats = json.loads(program.ok("stats", "--all", *words, today=today))
        people = json.loads(program.ok("people", *words, today=today))
        waiting = json.loads(program.ok("moves", *words, today=today))
        found.append([kept, stats, people, [row["id"] for row in waiting]])
    return found


@settings(
    max_examples=1_000 if LONG else 40,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    field=st.sampled_from(FIELDS),
    beginning=st.sampled_from(BEGINNINGS),
    before=STEPS,
    after=STEPS,
    end=st.sampled_from(ENDS),
)
@example("--by", BEGINNINGS[0], [("other", 0), ("answer", 0)], [], ENDS[1])
@example("--by", BEGINNINGS[1], [("other", 7)], [("answer", 0), ("same", 1)], ENDS[2])
@example("--what", BEGINNINGS[3], [("other", 0), ("other", 8)], [("answer", 0)], ENDS[3])
def test_it_is_as_if_there_had_been_no_typo(
    program: Program,
    field: str,
    beginning: tuple[str, ...],
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
    end: tuple[str, ...],
) -> None:
    wrong, right = (program.home / f"{next(NUMBERS)}.db" for _ in range(2))
    steps = [spell(*step, index, field) for index, step in enumerate([*before, *after])]
    now = iter(days(*range(2, 30)))

    def say(path: Path, values: dict[str, str], words: tuple[str, ...], today: str) -> int:
        if words[0] == "make":
            terms = [item for name in FIELDS[1:] for item in (name, values[name])]
            words = ("make", values["--what"], *terms, *words[1:])
        return program(*words, "--ledger", str(path), today=today).code

    def say_both(words: tuple[str, ...]) -> None:
        today = next(now)
        typed = {**RIGHT, field: TYPO[field]}
        codes = [say(wrong, typed, words, today), say(right, RIGHT, words, today)]
        note(f"{today} {' '.join(words)} {codes[0]}")
        assert codes[0] == codes[1]

    say_both(("make", *beginning))
    for words in steps[: len(before)]:
        say_both(words)
    [record] = json.loads(program.ok("show", "1", "--json", "--ledger", str(wrong)))
    assume(record[KEYS[field]] == TYPO[field])
    assert say(wrong, {}, ("correct", "1", field, RIGHT[field]), next(now)) == 0
    for words in (*steps[len(before) :], end):
        if words:
            say_both(words)
    assert comes_to(program, wrong) == comes_to(program, right)
    assert program("doctor", "-q", "--ledger", str(wrong)).code == 0


def test_the_act_says_enough_to_be_told_again(program: Program) -> None:
    said(program, MADE, ANNEX, ("correct", "1", "--by", "2026-11-17"))
    journal = program.ok("export", "--format", "jsonl", "--journal")
    (program.home / "journal.jsonl").write_text(journal)
    other = str(program.home / "other.db")
    program.ok("import", str(program.home / "journal.jsonl"), "--ledger", other)
    assert program.ok("show", "1", "--json", "--ledger", other) == program.ok("show", "1", "--json")
    with closing(sqlite3.connect(program.ledger)) as db:
        [(body,)] = db.execute("SELECT body FROM act WHERE verb = 'correct'").fetchall()
    assert (json.loads(body)["throughout"], json.loads(body)["revision"]) == (True, 1)


# A risk, and what it displaces


EYES = {"risk": "sick kids", "no_to": "gym on Thursday"}
OPTIONS = {"risk": "--risk", "no_to": "--no-to"}
ASKED = ("make", "Send the report", "--to", "dana", "--by", "2026-11-27", "--asked")


def _eyes(names: Any) -> list[str]:
    return [word for name in names for word in (OPTIONS[name], EYES[name])]


def _rows(program: Program) -> list[dict[str, Any]]:
    """The rows of the promises as they are stored, but for their UUIDs."""
    with closing(sqlite3.connect(program.ledger)) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute("SELECT * FROM promise ORDER BY id")]
    return [{name: value for name, value in row.items() if name != "uid"} for row in rows]


@pytest.mark.parametrize("names", [("risk",), ("no_to",), ("risk", "no_to")])
def test_named_later_or_with_the_yes_it_is_the_same_promise(
    program: Program, names: tuple[str, ...]
) -> None:
    program.ok(*ASKED)
    program.ok(*ASKED)
    program.ok("accept", "1", *_eyes(names))
    program.ok("accept", "2")
    program.ok("correct", "2", *_eyes(names))
    one, other = ({**row, "id": 0} for row in _rows(program))
    assert one == other
    rules = [
        finding["rule"] for finding in json.loads(program.ok("check", "2", "--json"))[0]["findings"]
    ]
    assert {"L12", "L13"} & {*rules} == {"L12", "L13"} - {
        {"risk": "L12", "no_to": "L13"}[name] for name in names
    }
    assert program.ok("doctor", "--json")


def test_what_could_go_wrong_is_said_where_the_promise_is_read(program: Program) -> None:
    program.ok(*ASKED)
    program.ok("accept", "1")
    assert program.ok("correct", "1", "--risk", "sick kids", width=200) == (
        "#1 active: you corrected “Send the report”. What could go wrong: “sick kids”.\n"
    )
    assert program.ok("correct", "1", *_eyes(OPTIONS), width=200) == (
        "#1 active: you corrected “Send the report”. What it displaces: “gym on Thursday”.\n"
    )
    assert program.ok("correct", "1", "--risk", "flu", "--what", "Send a report", width=200) == (
        "#1 active: you corrected the terms: “Send a report” (was “Send the report”)."
        " What could go wrong: “flu” (was “sick kids”).\n"
    )
    [record] = json.loads(program.ok("show", "1", "--json"))
    assert (record["risk"], record["no_to"]) == ("flu", "gym on Thursday")
    assert [(act["act"], act["risk"], act["no_to"]) for act in record["acts"][2:]] == [
        ("correct", "sick kids", None),
        ("correct", "sick kids", "gym on Thursday"),
        ("correct", "flu", None),
    ]
    page = program.ok("show", "1", width=200)
    assert "flu" in page
    log = program.ok("log", "1", width=200).splitlines()
    assert "could go wrong: sick kids · displaces: gym on Thursday" in log[4]
    assert "rev" not in log[4]
    answer = program("bump", "1", "slow", width=200)
    assert "You foresaw: “flu”" in answer.stderr


def test_the_terms_and_their_revisions_are_left_alone(program: Program) -> None:
    program.ok(*MADE, "--backfill")
    program.ok(*ANNEX)
    before = shown(program)
    program.ok("correct", "1", *_eyes(OPTIONS))
    after = shown(program)
    assert after["terms"] == before["terms"]
    assert after["move"] == before["move"]
    assert after["contact_at"] == before["contact_at"]
    assert {name for name in after if after[name] != before[name]} <= {
        "risk",
        "no_to",
        "acts",
        "flags",
    }


def test_it_is_undone_like_any_other(program: Program) -> None:
    program.ok(*ASKED)
    program.ok("accept", "1", "--risk", "no toner")
    before = _rows(program)
    program.ok("correct", "1", *_eyes(OPTIONS))
    after = _rows(program)
    program.ok("undo")
    assert _rows(program) == before
    program.ok("redo")
    assert _rows(program) == after
    assert after[0]["risk"] == "sick kids"


def test_the_ledger_can_be_rebuilt_and_carried_elsewhere(program: Program) -> None:
    program.ok(*ASKED)
    program.ok("correct", "1", *_eyes(OPTIONS))
    program.ok("correct", "1", "--risk", "flu", "--by", "2026-11-28")
    rows = _rows(program)
    program.ok("doctor", "--rebuild")
    assert _rows(program) == rows
    journal = program.home / "journal.jsonl"
    program.ok("export", "--journal", "-o", str(journal))
    program.ledger.unlink()
    program.ok("import", str(journal))
    assert _rows(program) == rows
    assert program("doctor").code == 0


@pytest.mark.parametrize(
    ("made", "words", "code"),
    [
        (("--from", "dana", "--agreed"), ("--risk", "flu"), 2),  # theirs, so not mine to say
        (("--from", "dana"), ("--no-to", "gym"), 2),
        (("--to", "dana"), ("--risk", " "), 2),
        (("--to", "dana"), ("--risk", "x" * 10_001), 2),
        (("--to", "dana"), ("--risk", "flu", "--rev", "1"), 2),
        (("--to", "dana", "--risk", "flu"), ("--risk", "flu"), 2),
        (("--to", "dana", "--risk", "flu"), ("--risk", "flu", "--what", "Send the report"), 2),
    ],
)
def test_what_can_not_be_corrected_so_is_refused(
    program: Program, made: tuple[str, ...], words: tuple[str, ...], code: int
) -> None:
    program.ok("make", "Send the report", *made)
    before = program.ledger.read_bytes()
    assert program("correct", "1", *words).code == code
    assert program.ledger.read_bytes() == before


def test_a_risk_of_a_promise_to_myself_and_of_one_not_agreed_yet(program: Program) -> None:
    program.ok("make", "Walk ten times", "--to", "me")
    program.ok(*ASKED)
    for number in ("1", "2"):
        program.ok("correct", number, "--risk", "rain")
        assert shown(program, int(number))["risk"] == "rain"


def test_of_a_past_moment_it_was_not_named_yet(program: Program) -> None:
    program.ok(*ASKED, today="2026-11-23T09:00")
    program.ok("correct", "1", "--risk", "flu", today="2026-11-24T09:00")
    as_of = ("list", "--json", "--all", "--as-of")
    assert json.loads(program.ok(*as_of, "2026-11-23", today="2026-11-25T09:00"))[0]["risk"] is None
    assert (
        json.loads(program.ok(*as_of, "2026-11-24", today="2026-11-25T09:00"))[0]["risk"] == "flu"
    )


# The wrong person


@pytest.fixture
@remembered
def with_dana(program: Program) -> Program:
    """#1 that I owe Dana, agreed, and #2 that Lee owes me, not agreed yet."""
    program.ok("make", "Send the report", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Fix the brake", "--from", "lee")
    return program


def who(program: Program, *words: str) -> dict[int, str]:
    """The other side of every promise listed."""
    rows = json.loads(program.ok("list", "--all", *words, "--json"))
    return {row["id"]: row["person"] for row in rows}


def test_the_right_person_stands_wherever_the_wrong_one_did(with_dana: Program) -> None:
    program = with_dana
    result = program("correct", "1", "--with", "kim", width=200)
    assert (
        result.stdout == "#1 active: you corrected “Send the report”. It is with Kim (was Dana).\n"
    )
    assert result.stderr.startswith("New person: Kim (kim).\n")
    assert who(program) == {1: "kim", 2: "lee"}
    assert who(program, "--with", "kim") == {1: "kim"}
    assert program("owe", "--with", "dana").stdout == ""
    assert [row["person"] for row in json.loads(program.ok("people", "--json"))] == ["kim", "lee"]
    assert json.loads(program.ok("show", "1", "--json"))[0]["person_name"] == "Kim"
    assert "Kim" in program.ok("export", "--format", "ics")
    program.ok("complete", "1", "--confirmed")
    people = {row["person"]: row for row in json.loads(program.ok("people", "--json"))}
    assert (people["kim"]["kept_by_me"], people["kim"]["kept_by_me_of"]) == (1, 1)


def test_the_history_says_with_whom(with_dana: Program) -> None:
    program = with_dana
    program.ok("correct", "1", "--with", "lee", "--by", "sat")
    acts = json.loads(program.ok("log", "--json"))
    assert [act["person"] for act in acts if act["act"] == "correct"] == ["lee"]
    assert {act["person"] for act in acts if act["act"] != "correct"} == {None}
    assert "· with: lee" in program.ok("log", width=120)
    assert "· with: lee" in program.ok("show", "1", width=120)
    assert program.ok("export", "--acts").splitlines()[-1].endswith(",lee,,0")
    program.ok("person", "rename", "lee", "leopold")
    assert [act["person"] for act in json.loads(program.ok("log", "--json"))][3] == "leopold"


def test_it_is_one_act_with_the_terms_and_undone_like_any(with_dana: Program) -> None:
    program = with_dana
    before = _rows(program)
    line = program.ok("correct", "2", "--with", "kim", "--what", "Fix the brakes", width=200)
    assert line == (
        "#2 proposed: you corrected the terms: “Fix the brakes” (was “Fix the brake”)."
        " It is with Kim (was Lee).\n"
    )
    program.ok("undo")
    assert _rows(program) == before
    program.ok("redo")
    assert who(program) == {1: "dana", 2: "kim"}
    program.ok("doctor")


def test_of_a_past_moment_it_was_with_the_wrong_one(with_dana: Program) -> None:
    program = with_dana
    program.ok("correct", "1", "--with", "kim", "--today", "2026-11-25")
    assert who(program, "--today", "2026-11-26", "--as-of", "2026-11-24") == {1: "dana", 2: "lee"}
    assert who(program, "--today", "2026-11-26") == {1: "kim", 2: "lee"}


def test_a_ledger_with_it_is_rebuilt_and_carried_elsewhere(with_dana: Program) -> None:
    program = with_dana
    program.ok("correct", "1", "--with", "kim")
    program.ok("correct", "2", "--with", "dana")
    rows = _rows(program)
    journal = program.home / "journal.jsonl"
    program.ok("export", "--journal", "-o", str(journal))
    program.ok("import", str(journal), "--ledger", str(program.home / "other.db"))
    assert json.loads(
        program.ok("list", "--all", "--json", "--ledger", str(program.home / "other.db"))
    ) == json.loads(program.ok("list", "--all", "--json"))
    with closing(sqlite3.connect(program.ledger)) as db, db:
        db.execute("UPDATE promise SET person = 1 WHERE id = 1")
    assert "#1: person is 1 instead of 3" in program("doctor", width=200).stdout
    program.ok("doctor", "--rebuild")
    assert _rows(program) == rows


def test_who_was_merged_is_the_same_person(with_dana: Program) -> None:
    program = with_dana
    program.ok("person", "merge", "dana", "lee")
    refused = program("correct", "1", "--with", "lee")
    assert (refused.code, refused.stderr) == (2, "promisectl: #1 is with Lee already.\n")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("1", "--with", "dana"), 2, "#1 is with Dana already."),
        (("1", "--with", "me"), 2, "A promise to yourself can't become one with somebody else"),
        (("3", "--with", "dana"), 2, "A promise to yourself can't become one with somebody else"),
        (("1", "--with", "dnaa"), 3, "“dnaa” is new, but looks like dana."),
        (("1", "--with", "lee", "--rev", "1"), 2, "--rev and --with can't be combined."),
        (("1", "--new", "--by", "sat"), 2, "--new goes with --with"),
        (("1", "--with", ""), 2, "can't be the name of a person: it is empty"),
        (("9", "--with", "dana"), 3, "There is no promise #9"),
    ],
)
def test_what_is_not_a_correction_of_the_person_is_refused(
    with_dana: Program, words: tuple[str, ...], code: int, sentence: str
) -> None:
    with_dana.ok("make", "Water the plants", "--to", "me")
    before = with_dana.ledger.read_bytes()
    refused = with_dana("correct", *words, width=200)
    assert (refused.code, sentence in refused.stderr) == (code, True)
    assert with_dana.ledger.read_bytes() == before


def test_a_name_of_several_is_asked_about(with_dana: Program) -> None:
    before = with_dana.ledger.read_bytes()
    question = "Is “kim and bob” several people? yes / no › "
    result = with_dana("correct", "1", "--with", "kim and bob", answers="yes\n", width=200)
    assert result.code == 2
    assert result.stderr == (
        f"{question}promisectl: A promise is between two people, and “kim and bob” are more. "
        "Name one of them: promisectl correct 1 --with kim\n"
    )
    team = with_dana("correct", "1", "--with", "Platform Team", answers="yes\n", width=200)
    assert team.stderr.endswith("Name one of them: promisectl correct 1 --with “…”\n")
    assert with_dana.ledger.read_bytes() == before
    result = with_dana("correct", "1", "--with", "Smith, John", answers="no\n", width=200)
    assert "It is with Smith, John (was Dana)." in result.stdout
    assert with_dana("correct", "1", "--with", "Smith, J", answers="").stderr.count("›") == 0


def test_off_a_terminal_a_name_of_several_is_one_name(with_dana: Program) -> None:
    result = with_dana("correct", "1", "--with", "kim and bob")
    hint = "Is “kim and bob” several people? Name one of them: promisectl correct 1 --with kim\n"
    assert result.stderr.startswith(hint)
    assert "It is with Kim And Bob (was Dana)." in result.stdout
    assert "several" not in with_dana("correct", "1", "--with", "a & b", "--new").stderr


def test_the_beginning_of_a_name_is_enough_and_a_new_one_needs_new(with_dana: Program) -> None:
    assert "It is with Lee (was Dana)." in with_dana.ok("correct", "1", "--with", "le")
    with_dana.ok("make", "Sing", "--from", "Zoë")
    assert "It is with Zoë (was Lee)." in with_dana.ok("correct", "1", "--with", "ZOE")
    with_dana.ok("correct", "1", "--with", "dan", "--new")
    assert who(with_dana)[1] == "dan"
