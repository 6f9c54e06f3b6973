"""Tags: words to find a promise by, given and taken away."""

import json

import pytest

from tests.conftest import Program, remembered


@pytest.fixture
@remembered
def tagged(program: Program) -> Program:
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--agreed", "--tag", "work")
    return program


def tags(program: Program) -> list[str]:
    found: list[str] = json.loads(program.ok("list", "--all", "--json"))[0]["tags"]
    return found


def test_tags_come_to_the_end_and_each_is_there_once(tagged: Program) -> None:
    assert (
        tagged.ok("tag", "1", "#urgent", "q3", "work", "q3")
        == "#1 active: “Send the Q3 numbers” is tagged #work #urgent #q3.\n"
    )
    assert tags(tagged) == ["work", "urgent", "q3"]
    assert (
        tagged.ok("untag", "1", "work", "q3")
        == "#1 active: “Send the Q3 numbers” is tagged #urgent.\n"
    )
    assert (
        tagged.ok("untag", "1", "#urgent") == "#1 active: “Send the Q3 numbers” has no tags now.\n"
    )
    assert tags(tagged) == []


def test_a_tag_finds_the_promise_from_then_on(tagged: Program) -> None:
    assert tagged.ok("list", "--tag", "urgent") == ""
    tagged.ok("tag", "1", "urgent")
    assert tagged.ok("list", "--tag", "urgent").startswith("1\t")
    tagged.ok("untag", "1", "urgent")
    assert tagged.ok("list", "--tag", "urgent") == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("tag", "1", "work"), "#1 already has the tag “work”. See: promisectl show 1"),
        (("tag", "1", "work", "#work"), "#1 already has the tag “work”. See: promisectl show 1"),
        (("untag", "1", "play"), "#1 has no tag “play”. See: promisectl show 1"),
        (
            ("untag", "1", "play", "rest"),
            "#1 has no tag “play” or “rest”. See: promisectl show 1",
        ),
        (
            ("tag", "1", "two words"),
            "A tag is one word, and “two words” is not. Give each tag separately.",
        ),
        (("tag", "1", "x" * 101), "The tag has 101 characters; 100 are allowed."),
        (("tag", "1", "#"), "The tag is empty."),
    ],
)
def test_what_changes_nothing_or_is_no_word_is_refused(
    tagged: Program, words: tuple[str, ...], sentence: str
) -> None:
    before = tagged.ledger.read_bytes()
    refused = tagged(*words)
    assert (refused.code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"promisectl: {sentence[:-1]}")
    assert tagged.ledger.read_bytes() == before


def test_a_void_promise_has_no_tags_to_change(tagged: Program) -> None:
    tagged.ok("void", "1", "--reason", "twice")
    assert tagged("tag", "1", "x").code == tagged("untag", "1", "work").code == 4
    assert tagged("tag", "9", "x").code == 3


def test_nobody_heard_it_so_nothing_of_the_talk_changes(tagged: Program) -> None:
    before = json.loads(tagged.ok("list", "--json"))[0]
    tagged.ok("tag", "1", "x", today="2026-11-25T10:00")
    after = json.loads(tagged.ok("list", "--json"))[0]
    assert after == {**before, "tags": ["work", "x"]}


def test_undo_and_as_of_know_the_tags_that_were(tagged: Program) -> None:
    tagged.ok("tag", "1", "x", today="2026-11-25T10:00")
    tagged.ok("untag", "1", "work", today="2026-11-26T10:00")

    def then(moment: str) -> list[str]:
        found: list[str] = json.loads(
            tagged.ok("list", "--json", "--as-of", moment, today="2026-11-27T10:00")
        )[0]["tags"]
        return found

    assert [then("2026-11-24"), then("2026-11-25"), then("2026-11-26")] == [
        ["work"],
        ["work", "x"],
        ["x"],
    ]
    tagged.ok("undo")
    assert tags(tagged) == ["work", "x"]
    tagged.ok("undo")
    assert tags(tagged) == ["work"]
    tagged.ok("redo")
    assert tags(tagged) == ["work", "x"]


def test_the_log_and_the_page_say_so(tagged: Program) -> None:
    tagged.ok("tag", "1", "x", "y")
    assert tagged.ok("log", "1").splitlines()[-1].split("\t")[3:6] == ["tag", "me", "x y"]
    assert "You tagged it: x y" in tagged.ok("show", "1", width=80)


def test_signs_of_other_programs_are_no_part_of_a_tag(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana", "--tag", "+work")
    program.ok("tag", "1", "home,", "#now")
    assert json.loads(program.ok("show", "1", "--jsonl"))["tags"] == ["work", "home", "now"]
