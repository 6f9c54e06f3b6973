"""Parts of a bigger promise: how they are linked, what is refused, and what is said about them."""

import json
from typing import Any

import pytest

from tests.conftest import Program, library, remembered

_TUESDAY = "2026-11-24T09:00"


@pytest.fixture
@remembered
def page(program: Program) -> Program:
    """I owe Ingrid a page; Kim and Lee were asked for parts of it, and Kim said yes."""
    program.ok("make", "Have the page live", "--to", "ingrid", "--by", "thu", "--agreed")
    program.ok("make", "Send the copy", "--from", "kim", "--by", "tue", "--part-of", "1")
    program.ok("make", "Sign off the prices", "--from", "lee", "--by", "wed", "--part-of", "#1")
    program.ok("accept", "2")
    return program


def read_record(program: Program, number: int, **more: Any) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", str(number), "--json", **more))
    return dict(record)


def read_links(program: Program) -> dict[int, int | None]:
    """The bigger promise of each promise, by ID."""
    records = json.loads(program.ok("list", "--all", "--json"))
    return {record["id"]: record["part_of"] for record in records}


# Links


def test_a_link_is_in_both_records(page: Program) -> None:
    assert read_links(page) == {1: None, 2: 1, 3: 1}
    assert read_record(page, 1)["parts"] == [2, 3]
    page.ok("part", "2", "3", "--alone")
    assert read_links(page) == {1: None, 2: None, 3: None}
    assert (
        page.ok("part", "2-3", "--of", "1") == "#2 active: “Send the copy” is a part of #1 now.\n"
        "#3 proposed: “Sign off the prices” is a part of #1 now.\n"
    )
    page.ok("undo")
    assert read_links(page) == {1: None, 2: None, 3: None}
    page.ok("redo")
    assert read_links(page) == {1: None, 2: 1, 3: 1}
    history = page.ok("log", "2", width=100)
    assert "You made it a part of #1" in history
    assert "You made it stand alone" in history


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("part", "1", "--of", "2"),
            2,
            "ring of parts: #1 → #2 → #1. Take one of them out first: promisectl part 2 --alone",
        ),
        (
            ("part", "1", "--of", "1"),
            2,
            "#1 can't be a part of itself. Give another promise: promisectl part 1 --of “…”",
        ),
        (("part", "2", "--of", "1"), 2, "#2 is already a part of #1. See: promisectl show 2"),
        (("part", "1", "--alone"), 2, "#1 is not a part of anything. See: promisectl show 1"),
        (("part", "2", "--of", "9"), 3, "There is no promise #9; the newest is #4."),
        (("part", "9", "--of", "1"), 3, "There is no promise #9; the newest is #4."),
        (
            ("part", "2", "--of", "4"),
            4,
            "#4 is kept, so it gets no new parts. What is open: promisectl list",
        ),
        (
            ("make", "Do it", "--from", "kim", "--part-of", "4"),
            4,
            "#4 is kept, so it gets no new parts. What is open: promisectl list",
        ),
        (("make", "Do it", "--from", "kim", "--part-of", "9"), 3, "There is no promise #9"),
        (("make", "Do it", "--from", "kim", "--part-of", "x"), 2, "“x” is not the ID"),
        (("part", "2", "--of", "3", "--alone"), 2, "--of and --alone can't be combined."),
        (("part", "2"), 2, "part needs --of. For example: promisectl part 6 --of 5"),
        (("list", "--part-of", "9"), 3, "There is no promise #9"),
        (("list", "--asked-with", "9"), 3, "There is no promise #9"),
        # All of them or none:
        (("part", "3", "4", "1", "--of", "2"), 2, "ring of parts: #1 → #2 → #1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_refused_link_writes_nothing(
    page: Program, words: tuple[str, ...], code: int, said: str
) -> None:
    page.ok("make", "Run", "--to", "me")
    page.ok("complete", "4")
    before = page.ledger.read_bytes()
    result = page(*words)
    assert (result.code, page.ledger.read_bytes()) == (code, before)
    assert said in result.stderr


def test_a_chain_has_eight_promises_at_most(program: Program) -> None:
    program.ok("make", "1", "--to", "me")
    for number in range(1, 8):
        program.ok("make", "It", "--to", "me", "--part-of", str(number))
    before = program.ledger.read_bytes()
    assert program("make", "It", "--to", "me", "--part-of", "8").code == 2
    assert program.ledger.read_bytes() == before
    program.ok("make", "It", "--to", "me")
    assert program("part", "1", "--of", "9").code == 2, "with all that is below it"
    assert program("part", "9", "--of", "8").code == 2
    assert program("part", "8", "--of", "9").code == 0
    assert program("part", "9", "--of", "7").code == 2, "its part would be the ninth"
    assert program("part", "9", "--of", "6").code == 0


def test_an_undo_brings_no_ring_back(page: Program) -> None:
    page.ok("part", "2", "--alone")
    page.ok("part", "1", "--of", "2")
    before = page.ledger.read_bytes()
    result = page("undo", "--promise", "2")
    assert "ring of parts: #2 → #1 → #2" in result.stderr
    assert (result.code, page.ledger.read_bytes()) == (2, before)


def test_who_replaces_a_part_is_a_part(page: Program) -> None:
    page.ok("withdraw", "3")
    page.ok("make", "Sign off the prices", "--replaces", "3", "--by", "wed")
    page.ok("make", "Sign off the prices", "--replaces", "3", "--part-of", "")
    page.ok("part", "2", "--alone")
    page.ok("make", "Send the copy", "--replaces", "2", "--beside", "--part-of", "4")
    assert read_links(page) == {1: None, 2: None, 3: 1, 4: 1, 5: None, 6: 4}
    page.ok("release", "1")
    page.ok("make", "Sign off the prices", "--replaces", "3")
    assert read_links(page)[7] is None, "what is over gets no new parts"


def test_without_the_bigger_promise_its_parts_stay(page: Program) -> None:
    page.ok("void", "1", "--reason", "twice")
    assert "\nwas part of  #1 (void)\n" in page.ok("show", "2", width=100)
    page.ok("undo")
    assert "\npart of   #1 to Ingrid: “Have the page live”\n" in page.ok("show", "2", width=100)


@pytest.mark.parametrize("page_form", ["json", "lines", "jot"])
def test_parts_are_read_from_stdin(page: Program, page_form: str) -> None:
    if page_form == "json":
        promises = [{"outcome": f"Do {one}", "to": "me", "part_of": one} for one in (1, "#2")]
        page.ok("make", "--json", "-", piped=json.dumps(promises))
    else:
        lines = ["to me: Do 1 | part of: 1", "to me: Do 2 | part of #2 | fri"]
        if page_form == "jot":
            page.ok("jot", *lines)
        else:
            page.ok("make", "-", piped="\n".join(lines))
    assert read_links(page) == {1: None, 2: 1, 3: 1, 4: 1, 5: 2}


def test_as_of_then_the_link_and_the_problem_are_as_they_were(page: Program) -> None:
    page.ok("bump", "2", "ill", "--theirs", today="2026-11-23T12:00")
    page.ok("part", "2", "--alone", today="2026-11-23T15:00")

    def look(moment: str) -> tuple[list[int], bool]:
        words = ("list", "--json", "--as-of", f"2026-11-23T{moment}")
        records = json.loads(page.ok(*words, today="2026-11-23T16:00"))
        [record] = [record for record in records if record["id"] == 1]
        return record["parts"], "affected" in record["flags"]

    assert look("11:00") == ([2, 3], False)
    assert look("13:00") == ([2, 3], True)
    assert look("15:30") == ([3], False)


# What is said


def test_a_problem_is_said_at_once_and_waits(page: Program) -> None:
    result = page("bump", "2", "the translator is ill", "--theirs", today=_TUESDAY)
    assert result.stderr.startswith(
        "#1 “Have the page live” is affected; you owe it to Ingrid by Thu 26 Nov:\n"
        "promisectl bump 1 “…” · promisectl negotiate 1 --by “…” --reason “…”\n"
    )
    assert page.ok("status", today=_TUESDAY) == "1 affected · 1 to talk about · 1 unanswered\n"
    note = "#2 from Kim: at risk; #3 from Lee: not agreed yet"
    for words in (("moves",), ("owe",), ("digest",), ("review",)):
        assert note in " ".join(page.ok(*words, today=_TUESDAY, width=120).split())
    assert read_record(page, 1, today=_TUESDAY)["flags"] == ["due-soon", "affected"]
    waiting = json.loads(page.ok("moves", "--json", today=_TUESDAY))
    assert [(one["id"], one["waiting"]) for one in waiting] == [
        (1, "affected"),
        (2, "warned"),
        (3, "unanswered"),
    ]
    page.ok("note", "1", "Kim will make it", today="2026-11-24T10:00")
    assert "affected" not in page.ok("moves", today="2026-11-24T10:30")


def test_a_problem_of_mine_affects_what_i_owe_to_somebody_else(program: Program) -> None:
    program.ok("make", "Have the page live", "--to", "me", "--by", "thu")
    program.ok("make", "Send the copy", "--to", "kim", "--by", "tue", "--agreed", "--part-of", "1")
    result = program("bump", "2", "I am ill")
    assert "#1 “Have the page live” is affected; you owe it to yourself by Thu 26" in result.stderr
    assert "bump 1" not in result.stderr
    assert "#2 to Kim: at risk" in program.ok("moves", width=100)


def test_of_what_others_owe_the_problem_is_to_be_talked_about(program: Program) -> None:
    program.ok("make", "Organise the party", "--from", "ingrid", "--by", "sat", "--agreed")
    for name in ("kim", "lee", "ann", "bob"):
        words = ("make", "Bring a salad", "--from", name, "--by", "fri", "--agreed")
        program.ok(*words, "--part-of", "1")
    for number in (2, 3, 4, 5):
        program.ok("bump", str(number), "no lettuce", "--theirs")
    line = "Kim's #2 at risk; Lee's #3 at risk; Ann's #4 at risk and 1 more (promisectl show 1)"
    assert f"parts: {line}" in program.ok("owed", width=200)
    assert f"\nparts     {line}\n" in program.ok("show", "1", width=200)
    assert "affected" not in program.ok("moves")


def test_the_end_of_a_bigger_promise_names_its_open_parts(page: Program) -> None:
    def end(*words: str) -> list[str]:
        lines = page(*words).stderr.splitlines()
        page.ok("undo")
        return lines[:2]

    both = "2 parts are open: #2 from Kim, #3 from Lee."
    ways = "No longer needed? promisectl release 2 · promisectl withdraw 3"
    assert end("release", "1") == [both, ways]
    assert end("renege", "1", "--reason", "ill") == [both, ways]
    assert end("void", "1", "--reason", "twice") == [both, ways]
    assert end("complete", "1")[0] == both
    assert ways not in end("complete", "1")
    page.ok("complete", "2")
    assert end("complete", "1")[0] == "1 part is open: #3 from Lee."
    page.ok("withdraw", "3")
    assert "open" not in page("complete", "1").stderr


def test_a_yes_shows_what_was_asked_for_it(program: Program) -> None:
    program.ok("make", "Have the page live", "--to", "ingrid", "--asked", "--by", "thu")
    for name in ("kim", "lee"):
        program.ok("make", "Send it", "--from", name, "--part-of", "1", "--by", "tue")
    result = program("accept", "1", answers="\n\nno\n\n", width=100)
    assert "#1 has 2 parts asked for, none promised yet." in result.stderr
    program.ok("undo")
    program.ok("accept", "2")
    result = program("accept", "1", answers="\n\nyes\n", width=100)
    assert "#1 has 2 parts asked for, 1 promised yet." in result.stderr


def test_no_message_names_the_link(page: Program) -> None:
    page.ok("make", "Have the shop open", "--to", "ingrid", "--agreed", "--by", "sat")
    page.ok("part", "1", "--of", "4")
    for words in (("1",), ("2",), ("--with", "ingrid"), ("1", "--format", "ics")):
        said = page.ok("message", *words)
        assert "part" not in said
        assert "RELATED" not in said


# Asked together


def test_what_was_asked_of_several_is_found_together(program: Program) -> None:
    words = ("make", "Bring a salad", "--from", "kim", "--from", "lee", "--from", "dana")
    program.ok(*words, "--by", "sat")
    program.ok("make", "Bring a salad", "--from", "ann")
    program.ok("accept", "1", "2")
    program.ok("decline", "3", "--reason", "away")
    program.ok("correct", "2", "--what", "Bring a green salad")
    for number in "123":
        found = program.ok("list", "--asked-with", number, "--plain").splitlines()
        assert [line.split("\t")[0] for line in found] == ["1", "2", "3"]
    assert program.ok("owed", "--asked-with", "1", "--state", "declined", "--plain")[0] == "3"
    assert program.ok("list", "--asked-with", "4", "--plain").splitlines()[0][0] == "4"
    shown = program.ok("show", "2", width=100).split("\n\n")
    assert [one for one in shown if one.startswith("Asked together")] == [
        "Asked together\n#  Who   Standing   Reason\n1  Kim   in 5 days\n3  Dana  declined   away"
    ]
    assert "Asked together" not in program.ok("show", "4", width=100)


# Files


def test_a_file_links_its_records_wherever_they_are(program: Program) -> None:
    rows = ("id,direction,person,outcome,part_of", "5,owed,kim,Copy,9", "7,owed,lee,Prices,9")
    text = "\n".join((*rows, "9,owe,ingrid,Page,", "10,owe,ingrid,More,9"))
    program.ok("import", "-", "--format", "csv", piped=text)
    assert read_links(program) == {5: 9, 7: 9, 9: None, 10: 9}
    program.ok("undo")
    assert read_links(program) == {}
    program.ok("make", "Something", "--to", "me")
    program.ok("import", "-", "--format", "csv", piped=text)
    assert sorted(read_links(program).values(), key=bool) == [None, None, 9, 9, 9]
    exported = program.ok("export")
    assert "already imported" in program.ok("import", "-", "--format", "csv", piped=exported)


@pytest.mark.parametrize(
    ("links", "line", "why"),
    [
        ({2: 9}, 3, "#9 is not in this file; add it, or leave this empty"),
        ({1: 1}, 2, "that would be a ring of parts: #1 → #1"),
        ({1: 2, 2: 3, 3: 1}, 2, "that would be a ring of parts: #1 → #2 → #3 → #1"),
        ({n: n + 1 for n in range(1, 9)}, 2, "more than 8 promises would be a chain of parts"),
    ],
)
def test_a_link_that_is_not_possible_is_refused_by_its_line(
    program: Program, links: dict[int, int], line: int, why: str
) -> None:
    rows = [f"{number},owe,dana,It,{links.get(number, '')}" for number in range(1, 9)]
    rows.append("" if 9 not in links.values() or len(links) < 8 else "9,owe,dana,It,")
    text = "\n".join(("id,direction,person,outcome,part_of", *filter(None, rows)))
    result = program("import", "-", "--format", "csv", piped=text)
    assert f"line {line}, column part_of: {why}" in result.stderr
    assert result.code == 6
    assert not program.ledger.exists()


def read_relations(page: Program) -> dict[str, dict[str, str]]:
    """What each task of the calendar is related to, by the kind of the relation."""
    calendar = library("icalendar").Calendar.from_ical(
        page.ok("export", "--format", "ics", "-o", "-")
    )
    found: dict[str, dict[str, str]] = {}
    for task in calendar.walk("VTODO"):
        related = task.get("related-to", [])
        related = related if isinstance(related, list) else [related]
        found[str(task["uid"])] = {one.params["RELTYPE"]: str(one) for one in related}
    return found


def test_a_calendar_has_a_part_below_the_bigger_promise(page: Program) -> None:
    page.ok("withdraw", "3")
    page.ok("make", "Sign off the prices", "--replaces", "3", "--by", "wed")
    uids = {number: read_record(page, number)["uid"] for number in (1, 2, 3, 4)}
    assert read_relations(page) == {
        uids[1]: {},
        uids[2]: {"PARENT": uids[1]},
        uids[3]: {"PARENT": uids[1]},
        uids[4]: {"PARENT": uids[1], "SIBLING": uids[3]},
    }


@pytest.mark.parametrize(
    "words", [["renege", "1", "--reason", "ill"], ["release", "1"], ["void", "1", "--reason", "x"]]
)
def test_a_calendar_hides_no_part_below_what_was_broken_or_called_off(
    page: Program, words: list[str]
) -> None:
    page.ok(*words)
    assert not any("PARENT" in related for related in read_relations(page).values())


def test_what_was_replaced_is_neither_a_problem_nor_counted(program: Program) -> None:
    program.ok("make", "Launch the page", "--to", "ingrid", "--by", "22 dec", "--agreed")
    program.ok("make", "Sign it off", "--from", "dana", "--by", "11 dec", "--part-of", "1")
    program.ok("withdraw", "2", today="2026-11-25")
    moved = program("moves", today="2026-11-25T12:00", width=100).stdout
    assert "#2 from Dana: withdrawn" in moved
    program.ok(
        "make", "Sign it off", "--from", "nadia", "--replaces", "2", "--agreed",
        today="2026-11-25",
    )  # fmt: skip
    assert "Affected" not in program("moves", today="2026-11-25T12:00", width=100).stdout
    assert "\nParts: 0 of 1 kept\n" in program.ok("show", "1", width=100, today="2026-11-25T12:00")
