"""The history, of promises and of people."""

import json

import pytest

from tests.cli.lists import strip_lines
from tests.conftest import Program


def test_the_log_tells_of_people_too(week: Program) -> None:
    week.ok("person", "rename", "lee", "leo")
    week.ok("undo")
    assert strip_lines(week.ok("log", "--limit", "2", width=80)) == (
        "When              #  What\n"
        "Mon 23 Nov 10:00     You renamed a person: leo (undone)\n"
        "Mon 23 Nov 10:00     You undid: person rename\n"
    )
    assert week.ok("redo") == "Redone: person rename.\n"
    assert [act["act"] for act in json.loads(week.ok("log", "6", "--json"))] == [
        "offer",
        "accept",
        "renege",
    ]
    assert week("log", "9").code == 3


def _filled(program: Program) -> None:
    """Two promises of two people, acts of three days, and a person who was renamed."""
    program.ok("make", "Send it", "--to", "dana", "--by", "fri", "--agreed", today="2026-11-16")
    program.ok("make", "Fix it", "--from", "lee", "--by", "fri", today="2026-11-17")
    program.ok("negotiate", "1", "--by", "sat", "--reason", "rain", today="2026-11-18")
    program.ok("make", "Water them", "--to", "me", today="2026-11-18")
    program.ok("person", "rename", "lee", "leo", today="2026-11-18")


def test_a_whole_log_says_what_each_act_is_about(program: Program) -> None:
    _filled(program)
    program.ok("accept", "2", today="2026-11-19")
    program.ok("bump", "2", "soon?", today="2026-11-19")
    program.ok("complete", "2", today="2026-11-20")
    program.ok("complete", "1", "--confirmed", today="2026-11-20")
    told = [line[22:] for line in program.ok("log", width=120).splitlines()[1:]]
    assert told == [
        "You offered “Send it” by Fri 20 Nov · to Dana",
        "Dana accepted · “Send it”",
        "You asked for “Fix it” by Fri 20 Nov · from Leo",
        "You proposed (rev 2): by Sat 21 Nov (was Fri 20 Nov) · reason: rain · to Dana: “Send it”",
        "You promised yourself “Water them”",
        "You renamed a person: leo",
        "Leo accepted · “Fix it”",
        "You reminded Leo: soon? · “Fix it”",
        "You confirmed it · from Leo: “Fix it”",
        "Dana confirmed it · “Send it”",
    ]
    assert "·" not in program.ok("log", "2", width=100)


def _acts(program: Program, *words: str) -> list[tuple[int | None, str]]:
    return [(act["promise"], act["act"]) for act in json.loads(program.ok("log", "--json", *words))]


def test_the_log_of_a_person_has_their_promises_and_what_became_of_their_name(
    program: Program,
) -> None:
    _filled(program)
    assert _acts(program, "--with", "dana") == [
        (1, "offer"), (1, "accept"), (1, "negotiate"),
    ]  # fmt: skip
    assert _acts(program, "--with", "lee") == [(2, "request"), (None, "rename")]
    assert _acts(program, "--with", "me") == [(3, "offer")]
    assert _acts(program, "--with", "dana", "--limit", "1") == [(1, "negotiate")]
    assert _acts(program, "1", "--with", "leo") == []
    program.ok("person", "merge", "leo", "dana")
    assert sorted(_acts(program, "--with", "dana"), key=str) == [
        (1, "accept"), (1, "negotiate"), (1, "offer"), (2, "request"), (None, "merge"), (None, "rename"),
    ]  # fmt: skip
    assert program("log", "--with", "nobody").code == 3


def test_the_log_of_some_days_has_both_of_the_bounds(program: Program) -> None:
    _filled(program)
    assert _acts(program, "--since", "2026-11-18") == [
        (1, "negotiate"), (3, "offer"), (None, "rename"),
    ]  # fmt: skip
    assert _acts(program, "--until", "2026-11-16") == [(1, "offer"), (1, "accept")]
    assert _acts(program, "--since", "17 nov", "--until", "17 nov") == [(2, "request")]
    assert program("log", "--since", "18 nov", "--until", "17 nov").code == 2
    assert program("log", "--since", "tomorrow").code == 2
    page = program.ok("log", "--with", "dana", "--since", "18 nov", width=80)
    assert "You proposed (rev 2): by Sat 21 Nov (was Fri 20 Nov)" in page
    assert page.count("#1") == 1
    nothing = program.ok("log", "1", "--with", "leo", width=80)
    assert nothing == "Nothing matches. The whole history: promisectl log\n"


def test_every_line_of_the_log_is_there_with_and_without_a_filter(week: Program) -> None:
    everything = week.ok("log", width=80)
    assert week.ok("log", "--since", "1 jan 2020", "--until", "today", width=80) == everything
    assert week.ok("log", "--table") == everything


_FILTERS = ((), ("1",), ("--with", "dana"), ("--since", "18 nov"), ("--limit", "2"))
_FORMS = ("--json", "--jsonl", "--csv", "--plain")


@pytest.mark.parametrize("words", _FILTERS, ids=" ".join)
def test_the_log_after_an_act_is_the_rest_of_the_log(
    program: Program, words: tuple[str, ...]
) -> None:
    _filled(program)
    whole = json.loads(program.ok("log", "--json", *words))
    newest = json.loads(program.ok("log", "--json"))[-1]["id"]
    for number in range(newest + 1):
        rest = json.loads(program.ok("log", "--after", str(number), "--json", *words))
        assert rest == [act for act in whole if act["id"] > number]


@pytest.mark.parametrize("form", _FORMS)
def test_a_poller_that_has_everything_gets_nothing(program: Program, form: str) -> None:
    _filled(program)
    newest = json.loads(program.ok("log", "--json"))[-1]["id"]
    none = program.ok("log", "--after", str(newest), form)
    assert none == {"--json": "[]\n", "--csv": none.split("\r\n")[0] + "\r\n"}.get(form, "")
    program.ok("note", "1", "more")
    assert program.ok("log", "--after", str(newest), form).count("more") == 1


def test_a_poller_that_knows_a_later_act_hears_that_the_ledger_is_another(
    program: Program,
) -> None:
    assert program.ok("log", "--after", "0", "--jsonl") == ""
    assert program("log", "--after", "1", "--jsonl").code == 3
    program.ok("make", "Send it", "--to", "dana")
    backup = str(program.home / "kept.db")
    program.ok("backup", backup)
    program.ok("note", "1", "more")
    last = json.loads(program.ok("log", "--json"))[-1]["id"]
    assert program.ok("log", "--after", str(last), "--jsonl") == ""
    program.ok("restore", backup, "--yes")
    refused = program("log", "--after", str(last), "--jsonl")
    assert (refused.code, refused.stdout) == (3, "")
    error = json.loads(refused.stderr)["error"]
    assert error["code"] == "not-found"
    assert error["message"] == (
        f"There is no act {last}; the newest is act {last - 1}. Was a backup restored, or is it "
        "another ledger? Read it from the beginning: promisectl log --after 0"
    )
    assert program("log", "--after", str(1 << 80)).code == 3
    for word in ("-1", "x"):
        assert program("log", "--after", word).code == 2
