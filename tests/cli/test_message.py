"""message: the words to send. Every act as it is told, what is never in it, and every form and language of it."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from markdown_it import MarkdownIt

from promisectl import guide
from promisectl.commands import message
from promisectl.config import file
from promisectl.domain.constants import MAX_MAILTO_CHARACTERS, MESSAGE_FORMATS
from promisectl.rendering.message import ACT_WORDS, DEFAULT_WORDS, Wording
from tests.cli.messages import OWE, OWED, STORIES
from tests.cli.talks import PEOPLE, Talks
from tests.cli.test_config import configure
from tests.conftest import Program
from tests.storage.test_random_walks import world

MAX_OWN_CHARACTERS = 72


def _tell(program: Program, *lines: str) -> None:
    for line in lines:
        program.ok(*shlex.split(line))


# Every act


@pytest.mark.parametrize("story", STORIES)
def test_every_act_has_its_words(story: str, program: Program) -> None:
    lines, text = STORIES[story]
    _tell(program, *lines)
    assert program("message", "1") == (text, "", 0)


def test_the_stories_have_every_word_of_an_act() -> None:
    told = "\n".join(text for _, text in STORIES.values()).casefold()
    words = [
        *(DEFAULT_WORDS[kind] for kind in ACT_WORDS),
        *(text for key, text in DEFAULT_WORDS.items() if key.endswith("_end") and key != "statement_end"),
        *(text for key, text in DEFAULT_WORDS.items() if key.startswith("heard_")),
        *(DEFAULT_WORDS[f"{who}_{done}"] for who in ("i", "you") for done in ("asked", "offered", "proposed")),
    ]  # fmt: skip
    assert [text for text in words if text.casefold() not in told] == []


def test_our_own_lines_are_short() -> None:
    greeting = DEFAULT_WORDS["greeting"].replace("{name}", "Bartholomew")
    lines = [f"{greeting} {words.beginning}" for words in ACT_WORDS.values()]
    lines += DEFAULT_WORDS.values()
    assert [line for line in lines if len(line) > MAX_OWN_CHARACTERS] == []


def test_several_promises_are_one_message_with_the_warnings_first(program: Program) -> None:
    _tell(
        program,
        f"{OWED} --reply-by wed",
        "make 'Paint the door' --from dana --by sat --reply-by thu",
        "make 'Send the report' --to dana --by fri --agreed",
        "bump 3 'the vendor is late'",
    )
    assert program.ok("message", "1-3") == (
        "Hi Dana, an early warning: this is at risk.\n\n"
        "  Send the report\n  by Fri 27 Nov 2026\n  at risk: the vendor is late\n\n"
        "Can we talk about what to do?\n\n"
        "Could you promise me this?\n\n"
        "  Fix the brake\n  by Fri 27 Nov 2026\n  done when: it holds\n  what for: the tour\n"
        "  Please let me know by Wed 25 Nov 2026.\n\n"
        "  Paint the door\n  by Sat 28 Nov 2026\n  Please let me know by Thu 26 Nov 2026.\n\n"
        "Yes, no, or other terms: each is a good answer.\n"
    )


def test_an_undone_act_was_not_said(program: Program) -> None:
    _tell(program, f"{OWE} --agreed", "bump 1 'the vendor is late'")
    before = program.ok("message", "1")
    _tell(program, "renege 1 --reason 'it never came'", "undo")
    assert program.ok("message", "1") == before
    _tell(program, "redo")
    assert "it never came" in program.ok("message", "1")


def test_a_correction_was_always_so(program: Program) -> None:
    _tell(program, f"{OWE} --asked", "negotiate 1 --by mon", "correct 1 --what 'Send the numbers'")
    told = program.ok("message", "1")
    assert "  Send the numbers\n  by Mon 30 Nov 2026 (you asked for: Fri 27 Nov 2026)\n" in told
    assert "Send the report" not in told


def test_an_act_that_was_recorded_later_has_its_own_moment(program: Program) -> None:
    _tell(program, f"{OWED} --agreed")
    program.ok("bump", "1", "no parts", "--theirs", today="2026-11-25T10:00")
    words = ("bump", "1", "do you have parts?", "--on", "2026-11-24")
    program.ok(*words, today="2026-11-25T11:00")
    assert "You warned me" in program.ok("message", "1", today="2026-11-25T12:00")


def test_a_time_and_a_zone_are_named_where_the_writer_is_elsewhere(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tell(program, "make 'Call the bank' --to dana --by 'fri 17:00' --reply-by 'wed 9:00'")
    assert "  by Fri 27 Nov 2026, 17:00\n" in program.ok("message", "1")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    told = program.ok("message", "1")
    assert "  by Fri 27 Nov 2026, 17:00 Europe/Berlin\n" in told
    assert "know by Wed 25 Nov 2026, 09:00 Europe/Berlin.\n" in told


# What is in it, and what never is


def test_what_it_displaces_is_told_without_its_id(program: Program) -> None:
    _tell(program, "make 'Walk' --to lee --agreed", "make 'Run' --to dana --no-to '#1' --agreed")
    told = program.ok("message", "2", "--with-risk")
    assert "  put off for it: Walk\n" in told
    _tell(program, "correct 2 --no-to '2 hours of sleep'")
    assert "  put off for it: 2 hours of sleep\n" in program.ok("message", "2", "--with-risk")


def test_the_risk_is_there_only_where_it_is_asked_for(program: Program) -> None:
    _tell(program, f"{OWE} --agreed --risk illness --no-to 'the gym' --tag board")
    assert {"illness", "gym", "board\n"} & set(program.ok("message", "1").split()) == set()
    assert "  what could go wrong: illness\n  put off for it: the gym\n" in program.ok(
        "message", "1", "--with-risk"
    )
    told = program.ok("message", "--with", "dana", "--with-risk")
    assert "2026\n  what could go wrong: illness\n  put off for it: the gym\n" in told


@pytest.mark.parametrize("story", STORIES)
def test_without_reasons_none_is_there_and_all_else_is(story: str, program: Program) -> None:
    lines, text = STORIES[story]
    _tell(program, *lines)
    without = [line for line in text.splitlines() if not re.match("  (reason|at risk): ", line)]
    assert program.ok("message", "1", "--no-reason").splitlines() == without


@pytest.mark.parametrize("story", ["counter owe", "change owed", "warning", "no owe"])
def test_the_whole_has_all_terms(story: str, program: Program) -> None:
    _tell(program, *STORIES[story][0])
    told = program.ok("message", "1", "--whole")
    assert re.search("^  done when: ", told, flags=re.MULTILINE)
    assert re.search("^  what for: ", told, flags=re.MULTILINE)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_nothing_is_in_a_message_that_is_for_me_alone(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    talks = Talks(tmp_path_factory.mktemp("talks") / "ledger.db", seed, 25)
    secrets = {
        text for kind in ("risk", "no_to", "tag", "note") for text in talks.texts.get(kind, ())
    }
    everything = set[str]().union(*talks.outcomes.values())
    told = 0
    for number, outcomes in talks.outcomes.items():
        person = PEOPLE[number % 2]
        others = secrets | everything - outcomes
        texts = [*_list_messages(talks, [str(number)], None)]
        told += len(texts)
        for text in texts:
            assert [secret for secret in others if secret in text] == []
            assert re.search(r"#|\bforgot\b", text) is None
            assert not any(other in text.casefold() for other in PEOPLE if other != person)
    for person in PEOPLE:
        theirs = [own for number, own in talks.outcomes.items() if PEOPLE[number % 2] == person]
        others = secrets | everything - set[str]().union(*theirs)
        for text in _list_messages(talks, [], person):
            assert [secret for secret in others if secret in text] == []
            assert "#" not in text
    assert told > 0 or seed


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_nothing_is_in_a_statement_that_they_do_not_know_of(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    talks = Talks(tmp_path_factory.mktemp("talks") / "ledger.db", seed, 5)
    drafts = set[str]()
    for number in talks.outcomes:
        drafts |= _list_drafts(talks.rows(number)[1])
    for person in PEOPLE:
        for text in _list_messages(talks, [], person, ("text", "md", "mailto")):
            assert [draft for draft in drafts if draft in text] == []


def _list_drafts(rows: list[dict[str, Any]]) -> set[str]:
    """The texts that are only in my newest acts, which are unsaid."""
    said, drafts = set[str](), set[str]()
    for row in sorted(rows, key=lambda row: (row["at"], row["number"])):
        texts = {row[name] for name in ("outcome", "done_when", "why", "text") if row[name]}
        if row["side"] != "bookkeeper" and not row["unsaid"]:
            said, drafts = said | drafts, set()
        if row["unsaid"]:
            drafts |= texts - said
        else:
            said |= texts
    return drafts - said


def _list_messages(
    talks: Talks, ids: list[str], person: str | None, forms: Sequence[str] = MESSAGE_FORMATS
) -> Iterator[str]:
    """The message in every form and with every option but the one for the risk."""
    from promisectl import errors

    for form in forms:
        for options in ({}, {"whole": True}, {"no_reason": True}):
            env = world(talks.path, talks.moment)
            try:
                message.message(env, ids, with_=person, format_=form, **options)
            except (errors.NobodyToWriteTo, errors.NoPerson):  # undone
                continue
            text = env.stdout().getvalue()  # type: ignore[attr-defined]
            assert text
            yield unquote(text).replace("\r\n ", "")


# Where we stand


STATEMENT = """\
Hi Dana, this is where we stand on Mon 23 Nov 2026:

I owe you
- Send the Q3 numbers, by Fri 27 Nov 2026 (at risk: the vendor slipped)
You owe me
- Approve the budget, by Mon 30 Nov 2026
Not agreed yet
- Review the contract, by Thu 26 Nov 2026: my offer, your answer
- Send the Q3 numbers, by Tue 1 Dec 2026 (we agreed on: Fri 27 Nov 2026): my change, your answer
- Fix the brake, by Sat 28 Nov 2026: my request, your answer
- Lend the ladder: your request, my answer
- Water the plants: your offer, my answer
Done, waiting for your word
- Update the address list, reported on Fri 20 Nov 2026
Done, waiting for my word
- Paint the door, reported on Mon 23 Nov 2026
I can't keep
- Bring the cake, by Fri 27 Nov 2026

Did I miss anything?
"""


def test_a_statement_has_all_that_is_open_both_ways(program: Program) -> None:
    program.ok("make", "Update the address list", "--to", "dana", "--agreed", today="2026-11-19")
    program.ok("complete", "1", today="2026-11-20")
    _tell(
        program,
        "make 'Send the Q3 numbers' --to dana --by fri --agreed --tag board --risk illness",
        "bump 2 'the vendor slipped'",
        "negotiate 2 --by '1 dec' --reason late",
        "make 'Approve the budget' --from dana --by mon --agreed",
        "make 'Review the contract' --to dana --by wed --asked",
        "negotiate 4 --by thu",
        "make 'Lend the ladder' --to dana --asked",
        "make 'Fix the brake' --from dana --by sat",
        "make 'Water the plants' --from dana --offered",
        "make 'Paint the door' --from dana --agreed",
        "complete 8 --reported",
        "make 'Bring the cake' --to dana --by fri --agreed",
        "renege 9 --reason ill --not-told",
        "make 'Sweep the yard' --to dana --agreed",
        "renege 10 --reason ill",
        "make 'Buy the tickets' --from lee --agreed",
        "make 'Feed the cat' --to me",
    )
    assert program("message", "--with", "dana") == (STATEMENT, "", 0)
    assert program.ok("message", "--with", "Dan", "--no-reason") == STATEMENT.replace(
        "at risk: the vendor slipped", "at risk"
    )


def test_a_statement_has_nothing_that_they_do_not_know_of(program: Program) -> None:
    _tell(
        program,
        "make 'Lend the drill' --to dana --by fri --unsaid",
        "make 'Fix the brake' --from dana --by fri",
        "negotiate 2 --mine --by mon --unsaid",
        "make 'Send the report' --to dana --by fri --agreed",
        "negotiate 3 --by mon --reason secret --unsaid",
        "bump 3 secret --unsaid",
        "make 'Review the contract' --to dana --by fri --asked",
        "negotiate 4 --by sun --unsaid",
        "make 'Sweep the yard' --to dana --by sat --agreed",
    )
    result = program("message", "--with", "dana")
    assert result.stdout == (
        "Hi Dana, this is where we stand on Mon 23 Nov 2026:\n\n"
        "I owe you\n"
        "- Send the report, by Fri 27 Nov 2026\n"
        "- Sweep the yard, by Sat 28 Nov 2026\n"
        "Not agreed yet\n"
        "- Review the contract, by Fri 27 Nov 2026: your request, my answer\n"
        "- Fix the brake, by Fri 27 Nov 2026: my request, your answer\n\n"
        "Did I miss anything?\n"
    )
    assert result.stderr == ("Left out, as it is not said yet: promisectl message 1,2,3,4\n")
    calendar = program.ok("message", "--with", "dana", "--format", "ics")
    assert calendar.count("BEGIN:VTODO") == 2
    assert "Lend" not in calendar
    _tell(program, "told 1-4")
    result = program("message", "--with", "dana")
    assert (result.stdout.count("Mon 30 Nov"), result.stderr) == (2, "")


def test_where_nothing_is_open_it_says_so(program: Program) -> None:
    _tell(program, f"{OWE} --agreed", "complete 1 --confirmed")
    assert program.ok("message", "--with", "dana") == (
        "Hi Dana, this is where we stand on Mon 23 Nov 2026:\n\n"
        "Nothing is open between us.\n\nDid I miss anything?\n"
    )


# What is refused


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "message needs an ID, or --with and a person."),
        (["1", "--with", "dana"], 2, "The IDs already say whom the message is to."),
        (["1", "2"], 2, "A message goes to one person, and these are with Dana and Lee."),
        (["1", "--format", "html"], 2, "--format can't be “html”."),
        (["x"], 2, "“x” is not the ID of a promise."),
        (["9"], 3, "There is no promise #9"),
        (["--with", "zoe"], 3, "Nobody in the ledger is called “zoe”."),
        (["--with", "me"], 3, "“me” is you, not another person."),
        (["3"], 4, "#3 is a promise to yourself, so there is nobody to write to."),
        (["4"], 4, "#4 is void, so nobody needs to hear of it."),
        (["1", "3"], 4, "#3 is a promise to yourself"),
    ],
)
def test_what_cannot_be_a_message_is_refused(
    program: Program, words: list[str], code: int, sentence: str
) -> None:
    _tell(
        program,
        OWE,
        "make 'Fix the brake' --from lee",
        "make 'Feed the cat' --to me",
        "make 'Typed twice' --to dana",
        "void 4 --reason twice",
    )
    result = program("message", *words)
    assert (result.stdout, result.code) == ("", code)
    assert result.stderr.startswith(f"promisectl: {sentence}")


def test_without_a_ledger_there_is_no_promise(program: Program) -> None:
    assert program("message", "1").code == 3
    assert [*program.home.iterdir()] == []


# Other forms


HOSTILE = "a\nb\r\nc\u2028d \x1b[31m \u202e*bold* <b> & {name} #1 %0A\t."


def test_a_text_is_as_it_was_typed_and_keeps_its_place(program: Program) -> None:
    program.ok("make", "--to", "dana", "--why", "x\ny", "--", HOSTILE)
    told = program.ok("message", "1")
    assert (
        "\n\n  a\n    b\n    c\n    d \x1b[31m \u202e*bold* <b> & {name} #1 %0A\t.\n  what" in told
    )
    assert "\n  what for: x\n    y\n\n" in told
    shown = program.ok("message", "1", width=80)
    assert "\n    d \\x1b[31m \\u202e*bold* <b> & {name} #1 %0A\t.\n" in shown
    listed = program.ok("message", "--with", "dana")
    assert "\n- a\n    b\n    c\n    d " in listed


def test_markdown_shows_what_was_typed(program: Program) -> None:
    program.ok("make", "--to", "dana", "--by", "fri", "--", "Write *up* the <b>minutes</b>")
    told = program.ok("message", "1", "--format", "md")
    assert told.startswith("Hi Dana, here is what I can promise you:\n\n- Write \\*up\\* the ")
    html = MarkdownIt().render(told)
    assert "<li>Write *up* the &lt;b&gt;minutes&lt;/b&gt;<br />\nby Fri 27 Nov 2026</li>" in html
    assert "**I can't keep" not in program.ok("message", "--with", "dana", "--format", "md")


def test_a_link_opens_the_same_text(program: Program) -> None:
    program.ok(
        "make", "--to", "dana", "--why", "a & b? 100%", "--", "Zürich:\nBcc: eve@example.org"
    )
    text = program.ok("message", "1")
    link = program.ok("message", "1", "--format", "mailto")
    assert link.isascii()
    assert re.fullmatch(r"mailto:\?subject=[\w%.~-]+&body=[\w%.~-]+\n", link)
    fields = parse_qs(urlsplit(link.strip()).query, strict_parsing=True)
    assert fields["subject"] == ["Zürich: Bcc: eve@example.org"]
    assert fields["body"][0].replace("\r\n", "\n") == text.rstrip("\n")
    assert "\n" not in fields["body"][0].replace("\r\n", "")
    program.ok("make", "--to", "dana", "Second thing")
    assert "subject=Our%20promises&" in program.ok("message", "1-2", "--format", "mailto")


def test_a_link_that_is_too_long_is_refused_with_the_way_out(program: Program) -> None:
    program.ok("make", "--to", "dana", "--why", "x" * MAX_MAILTO_CHARACTERS, "Send the report")
    result = program("message", "--format", "mailto", "1", "--whole")
    assert (result.stdout, result.code) == ("", 2)
    assert (
        "mail programs take 1,900. Pipe its text instead: promisectl message 1 --whole"
        in result.stderr
    )
    again = program("message", "1", "--format=mailto")
    assert "instead: promisectl message 1 | " in again.stderr


def test_the_longest_link_is_taken(program: Program) -> None:
    program.ok("make", "--to", "dana", "--why", "y", "Send the report")
    spare = MAX_MAILTO_CHARACTERS - len(program.ok("message", "1", "--format", "mailto").strip())
    program.ok("correct", "1", "--why", "y" * (spare + 1))
    assert len(program.ok("message", "1", "--format", "mailto").strip()) == MAX_MAILTO_CHARACTERS
    program.ok("correct", "1", "--why", "y" * (spare + 2))
    assert program("message", "1", "--format", "mailto").code == 2


def test_tasks_are_from_their_side_and_hold_nothing_of_mine(program: Program) -> None:
    _tell(
        program,
        f"{OWE} --agreed --tag q3 --risk illness --no-to gym",
        "make 'Fix the brake' --from dana --by 'sat 17:00' --done-when 'it holds'",
        "make 'Another person' --to lee",
        "note 1 'a note'",
    )
    told = program.ok("message", "1", "2", "--format", "ics")
    first, second = Calendar.from_ical(told).walk("VTODO")
    assert "METHOD" not in told
    assert str(first["description"]) == "Promised.\nDone when: she has it\nWhy: the board meets"
    assert [first["categories"].to_ical(), second["categories"].to_ical()] == [b"owed", b"owe"]
    assert "BEGIN:VTIMEZONE" in told
    assert second["due"].dt.isoformat() == "2026-11-28T17:00:00+01:00"
    for secret in ("q3", "illness", "gym", "a note", "dana", "Another", "RELATED", "PERSON"):
        assert secret not in told
    configure(program, 'me = "Ana Lopez"')
    told = program.ok("message", "1", "2", "--format", "ics")
    sentences = [
        str(one["description"]).split("\n")[0] for one in Calendar.from_ical(told).walk("VTODO")
    ]
    assert sentences == [
        "Ana Lopez owes you. Promised.",
        "You would owe Ana Lopez. Not agreed yet.",
    ]
    listed = Calendar.from_ical(program.ok("message", "--with", "dana", "--format", "ics"))
    assert len(listed.walk("VTODO")) == 2


@pytest.mark.parametrize("form", MESSAGE_FORMATS)
def test_a_message_goes_into_a_file(program: Program, form: str) -> None:
    _tell(program, OWE)
    path = program.home / "message.txt"
    words = ("message", "1", "--format", form, "-o", str(path))
    written = program(*words)
    assert (written.stdout, written.stderr) == ("", f"Written: {path}\n")
    assert path.read_bytes().decode() == program.ok("message", "1", "--format", form)
    assert path.stat().st_mode & 0o777 == 0o600
    assert program(*words).code == 2
    assert program(*words, "--force", "-q") == ("", "", 0)


# In other words


def _sets() -> dict[str, str]:
    page = Path(guide.__file__).with_name("talking.md").read_text(encoding="utf-8")
    return dict(
        re.findall(r"^## In (\w+)\n\n```toml\n(.*?)```", page, flags=re.DOTALL | re.MULTILINE)
    )


@pytest.mark.parametrize("language", ["German", "Spanish", "French"])
def test_a_whole_message_can_be_in_another_language(language: str, program: Program) -> None:
    text = _sets()[language]
    words = file.parse_config(text.encode(), "config.toml").message
    shown = {key for key, value in DEFAULT_WORDS.items() if value}
    assert {key for key, value in words.items() if value} == shown | {"date", "weekdays", "months"}
    assert [
        key for key in shown if isinstance(words[key], str) and words[key] == DEFAULT_WORDS[key]
    ] in ([], ["colon"])
    assert [
        key
        for key, value in words.items()
        if isinstance(value, str) and len(value) > MAX_OWN_CHARACTERS
    ] == []
    configure(program, text)
    english = {text for text in DEFAULT_WORDS.values() if len(text) > 1}
    for number, (lines, _) in enumerate(STORIES.values(), 1):
        for line in lines:
            program.ok(*[str(number) if word == "1" else word for word in shlex.split(line)])
        told = program.ok("message", str(number), "--with-risk")
        left = re.sub(r"(?m)^  .*?: .*$", "", told)
        assert [
            one
            for one in english
            if re.search(rf"(?m)(^|\b){re.escape(one)}($|\b)", left) and " " in one
        ] == []
    assert "2026" in program.ok("message", "--with", "dana")


def test_the_words_of_the_config_are_used(program: Program) -> None:
    configure(
        program,
        '[message]\ngreeting = ""\nrequest = "{name}, please:"\nrequest_end = ""\nby = "until"\n'
        'signature = "Ana"\ndate = "{year}-{month}-{day}"\n'
        f"months = {[str(month) for month in range(1, 13)]}",
    )
    _tell(program, "make 'Fix the brake' --from dana --by fri --reply-by wed")
    assert program.ok("message", "1") == (
        "Dana, please:\n\n  Fix the brake\n  until 2026-11-27\n\nPlease let me know by 2026-11-25.\n\nAna\n"
    )
    assert program.ok("message", "--with", "dana").endswith("Did I miss anything?\n\nAna\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("greting = 'x'", "line 2: there is no “greting”; the nearest is greeting"),
        ("request = 3", "line 2: request must be a text"),
        (
            "request = 'for {date}'",
            "line 2: “{date}” is not a placeholder; request can have {name}",
        ),
        ("request = 'a }'", "line 2: “}” is not a placeholder"),
        ("\nrequest = '{'", "line 3: “{” is not a placeholder"),
        (
            "date = '{name}'",
            "line 2: “{name}” is not a placeholder; date can have {weekday}, {day},",
        ),
        ("date = '{day} {month}'", "line 2: date must have a day, a month and a year"),
        ("weekdays = ['a']", "line 2: weekdays must have 7 names, not 1"),
        ("months = 'a'", "line 2: months must be a list of texts"),
    ],
)
def test_wrong_words_are_refused_with_their_line(
    program: Program, text: str, sentence: str
) -> None:
    path = configure(program, f"[message]\n{text}")
    result = program("owe")
    assert result.code == 6
    assert result.stderr.startswith(f"promisectl: {path}: {sentence}")


def test_a_table_of_messages_is_a_table(program: Program) -> None:
    configure(program, "message = 1")
    assert (
        "line 1: message is a table: type [message], and below it greeting" in program("owe").stderr
    )


def test_the_config_shows_the_words_that_are_set(program: Program) -> None:
    configure(
        program, '[message]\ngreeting = "Dear {name},"\nweekdays = ["a","b","c","d","e","f","g"]'
    )
    shown = [line for line in program.ok("config", "show").splitlines() if "message" in line]
    assert shown == [
        "message.greeting\tDear {name},\tline 2",
        "message.weekdays\ta, b, c, d, e, f, g\tline 3",
    ]


def test_a_name_is_not_a_placeholder() -> None:
    assert Wording("{weekday}", "Europe/Berlin").get_words("greeting") == "Hi {weekday},"
    wording = Wording("Dana", "Europe/Berlin", months=["{year}"] * 12)
    assert wording.format_day(("2026-11-27", "Europe/Berlin")) == "Fri 27 {year} 2026"
