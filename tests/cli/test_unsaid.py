"""What I wrote down and did not say yet: how it is shown, and when its words are offered."""

import json
import shlex

import pytest

from tests.conftest import Program

REQUEST = "make 'Fix the bike' --from lee --by 'fri next week'"
ASKED = "make 'Review the contract' --to lee --by 'fri next week' --asked"
AGREED = "make 'Send Q3 numbers' --to lee --by 'fri next week' --agreed"
CHANGE = "negotiate 1 --by '7 dec' --reason audit --reply-by wed"
REMINDER = "bump 1 'did you see it?' --unsaid"
THURSDAY = "2026-11-26T10:00"

STANDINGS = {
    "a request": ([f"{REQUEST} --reply-by wed --unsaid"], "not said yet", []),
    "a new reply date": (
        [f"{REQUEST} --reply-by mon", "negotiate 1 --mine --reply-by wed --unsaid"],
        "not said yet",
        [],
    ),
    "a counter-offer": (
        [f"{ASKED} --reply-by mon", "negotiate 1 --by '7 dec' --reply-by wed --unsaid"],
        "not said yet",
        [],
    ),
    "a change": (
        [AGREED, f"{CHANGE} --unsaid"],
        "in 8 days change proposed not said yet",
        ["renegotiating"],
    ),
    "a reminder of a request": (
        [f"{REQUEST} --reply-by wed", REMINDER],
        "their answer reply overdue not said yet",
        ["lapsed"],
    ),
    "a word about their request": (
        [f"{ASKED} --reply-by wed", REMINDER],
        "your answer reply overdue not said yet",
        ["lapsed"],
    ),
    "a word about my change": (
        [AGREED, CHANGE.replace("wed", "sat"), REMINDER],
        "in 8 days change proposed not said yet their answer by Sat",
        ["renegotiating"],
    ),
    "a request that was told": (
        [f"{REQUEST} --reply-by wed --unsaid", "told 1"],
        "their answer reply overdue",
        ["lapsed"],
    ),
}


@pytest.mark.parametrize("name", STANDINGS)
def test_nobody_is_late_with_an_answer_to_what_they_did_not_hear(
    program: Program, name: str
) -> None:
    lines, standing, flags = STANDINGS[name]
    for line in lines:
        program.ok(*shlex.split(line))
    [record] = json.loads(program.ok("show", "1", "--json", today=THURSDAY))
    assert [flag for flag in record["flags"] if flag != "unsaid"] == flags
    page = program.ok("show", "1", today=THURSDAY, width=100).splitlines()
    [line] = [line for line in page if line.startswith("standing")]
    assert line.removeprefix("standing").replace(",", "").split() == standing.split()


@pytest.mark.parametrize(
    ("lines", "is_clear"),
    [
        ([f"{REQUEST} --unsaid"], True),
        ([f"{REQUEST} --unsaid", "told 1"], False),
        ([f"{REQUEST} --unsaid", REMINDER], True),
        ([ASKED, "negotiate 1 --by '8 dec' --unsaid"], True),
        ([AGREED, f"{CHANGE} --unsaid"], True),
        ([REQUEST, "negotiate 1 --mine --by '8 dec' --unsaid"], False),
    ],
)
def test_other_terms_than_the_unsaid_ones_are_mine(
    program: Program, lines: list[str], is_clear: bool
) -> None:
    for line in lines:
        program.ok(*shlex.split(line))
    result = program("negotiate", "1", "--by", "9 dec", "--reason", "ill", "--unsaid")
    assert (result.code, " by Wed 9 Dec" in result.stdout) == (0, True)
    program.ok("undo")
    result = program("negotiate", "1", "--by", "9 dec", "--reason", "ill")
    assert result.code == (0 if is_clear else 2), result
    if is_clear:
        [record] = json.loads(program.ok("show", "1", "--json"))
        assert (record["author"], "unsaid" in record["flags"]) == ("me", False)


SEND = "Not said yet? promisectl message 1"


@pytest.mark.parametrize(
    ("lines", "is_offered"),
    [
        ([REQUEST], True),
        ([ASKED.replace(" --asked", "")], True),
        ([f"{REQUEST} --unsaid"], False),
        ([f"{REQUEST} --offered"], False),
        ([f"{REQUEST} --agreed"], False),
        ([f"{REQUEST} --said yesterday"], False),
        ([ASKED], False),
        ([ASKED, "negotiate 1 --by '7 dec'"], True),
        ([ASKED, "negotiate 1 --by '7 dec' --theirs"], False),
        ([AGREED, CHANGE], True),
        ([AGREED, f"{CHANGE} --unsaid"], False),
        ([AGREED, f"{CHANGE} --theirs"], False),
        ([AGREED, CHANGE.replace("--reply-by wed", "--agreed")], False),
        ([REQUEST, REMINDER.replace(" --unsaid", "")], False),
        ([f"{REQUEST} --unsaid", "told 1"], False),
        ([REQUEST, "bump 1 'any news?'", "undo"], False),
        (["make Run --to me"], False),
    ],
)
def test_the_words_of_what_i_propose_are_offered_once(
    program: Program, lines: list[str], is_offered: bool
) -> None:
    for line in lines:
        result = program(*shlex.split(line))
        assert result.code == 0, result
    assert (SEND in result.stderr) is is_offered
    assert "Not said yet?" not in program("moves", width=100).stdout
    configured = program.home / "config" / "promisectl" / "config.toml"
    configured.parent.mkdir(parents=True)
    configured.write_text('hints = "never"\n')
    assert "Not said yet?" not in program("make", "Sing", "--to", "dana").stderr
