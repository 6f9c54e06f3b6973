"""The summary for a mail: what it tells and what it leaves out, as plain text, as Markdown and as records."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from promisectl.domain import events
from promisectl.rendering import digest
from promisectl.rendering.digest import DigestItem, DigestSection
from promisectl.system import text as escaping
from promisectl.system.text import count_cells
from tests.conftest import Program

SUNDAY, SATURDAY = "2026-11-22T18:00", "2026-11-21T10:00"


def _happened(program: Program, *words: str) -> list[tuple[str, str, int]]:
    record = json.loads(program.ok("digest", "--json", *words))
    return [(one["kind"], one["by"], one["promise"]["id"]) for one in record["happened"]]


def _ids(program: Program, name: str, *words: str, today: str | None = None) -> list[int]:
    return [
        one["id"] for one in json.loads(program.ok("digest", "--json", *words, today=today))[name]
    ]


# Nothing to say


@pytest.mark.parametrize("words", [[], ["--format", "md"], ["--since", "yesterday"]])
def test_where_there_is_nothing_to_say_nothing_is_printed(
    program: Program, words: list[str]
) -> None:
    assert program("digest", *words) == ("", "", 0)
    assert list(program.home.iterdir()) == []
    program.ok(
        "make",
        "Something far away",
        "--to",
        "dana",
        "--by",
        "in 2 months",
        "--agreed",
        today="2026-11-01",
    )
    assert program("digest", *words) == ("", "", 0)
    assert program("digest", *words, width=80) == ("", "", 0)


def test_as_records_there_is_always_an_object(program: Program) -> None:
    record = json.loads(program.ok("digest", "--json"))
    assert (record["as_of"], record["since"], record["until"]) == (
        "2026-11-23T09:00:00Z",
        "2026-11-15T23:00:00Z",
        "2026-11-30T22:59:59Z",
    )
    assert [record[name] for name in ("waiting", "late_with_others", "due", "happened")] == [
        [],
        [],
        [],
        [],
    ]
    assert record["figures"]["owe"]["kept"] == {
        "count": 0,
        "of": 0,
        "rate": None,
        "low": None,
        "high": None,
    }


def test_figures_alone_are_no_news(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana", "--by", "18 nov", "--agreed", today="2026-11-10")
    program.ok("renege", "1", "--reason", "forgot", today="2026-11-14")
    assert (
        json.loads(program.ok("digest", "--json", "--since", "2026-11-14T12:00"))["figures"]["owe"][
            "kept"
        ]["of"]
        == 1
    )
    assert program.ok("digest", "--since", "2026-11-15") == ""


# What is open


def test_what_is_open_is_named_once(program: Program) -> None:
    program.ok(
        "make", "Mine, overdue", "--to", "dana", "--by", "20 nov", "--agreed", today="2026-11-10"
    )
    program.ok(
        "make", "Theirs, overdue", "--from", "lee", "--by", "20 nov", "--agreed", today="2026-11-10"
    )
    program.ok("make", "Mine, today", "--to", "dana", "--by", "today", "--agreed")
    program.ok("make", "Theirs, today", "--from", "lee", "--by", "today", "--agreed")
    program.ok("make", "Seven days", "--to", "me", "--by", "in 7 days")
    program.ok("make", "Eight days", "--to", "dana", "--by", "in 8 days", "--agreed")
    program.ok("make", "No date", "--to", "dana", "--agreed")
    program.ok("make", "Asked, for tomorrow", "--to", "dana", "--by", "tomorrow", "--asked")
    program.ok(
        "make",
        "Theirs, with new terms for me to answer",
        "--from",
        "lee",
        "--by",
        "wed",
        "--agreed",
    )
    program.ok("negotiate", "9", "--theirs", "--by", "thu", "--reason", "rain")
    assert _ids(program, "waiting") == [1, 3, 8, 9]
    assert _ids(program, "late_with_others") == [2]
    assert _ids(program, "due") == [4, 5]
    record = json.loads(program.ok("digest", "--json"))
    assert [(one["waiting"], one["id"]) for one in record["waiting"]] == [
        ("overdue", 1),
        ("today", 3),
        ("answer", 8),
        ("answer", 9),
    ]
    assert record["waiting"] == json.loads(program.ok("moves", "--json"))


def test_what_waits_is_what_moves_shows(program: Program) -> None:
    program.ok("make", "A break", "--to", "dana", "--agreed")
    program.ok("renege", "1", "--reason", "ill", "--not-told")
    program.ok("make", "A delivery", "--from", "lee", "--agreed")
    program.ok("complete", "2", "--reported")
    program.ok("make", "A request", "--to", "dana", "--asked")
    titles = re.findall(r"^[A-Z].*:.*$", program.ok("digest"), flags=re.MULTILINE)
    assert titles == re.findall(r"^[A-Z].*:.*$", program.ok("moves", width=80), flags=re.MULTILINE)
    assert len(titles) == 3


def test_the_days_are_those_of_the_local_zone(program: Program) -> None:
    program.ok(
        "make",
        "At the end of the seventh day",
        "--to",
        "dana",
        "--by",
        "2026-11-30T23:59",
        "--agreed",
    )
    program.ok("make", "A minute later", "--to", "dana", "--by", "2026-12-01T00:00", "--agreed")
    assert _ids(program, "due") == [1]
    assert "Due by Mon 30 Nov\n" in program.ok("digest")
    assert _ids(program, "due", today="2026-11-24T00:00") == [1, 2]


def test_the_ends_of_time(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    program.ok("make", "The very last", "--to", "dana", "--by", "9999-12-30", "--agreed")
    assert _ids(program, "due", today="9999-12-29T12:00") == [1]


# What happened


def test_every_kind_of_thing_that_happens_is_told_by_whom(program: Program) -> None:
    program.ok("make", "Kept", "--to", "dana", "--agreed")
    program.ok("complete", "1", "--confirmed")
    program.ok("make", "Reported", "--to", "dana", "--agreed")
    program.ok("complete", "2")
    program.ok("make", "Broken in silence", "--from", "lee", "--agreed")
    program.ok("renege", "3", "--silent", "--reason", "never came")
    program.ok("make", "New terms", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("negotiate", "4", "--by", "sat", "--reason", "ill")
    program.ok("accept", "4")
    program.ok("make", "A No", "--to", "dana", "--asked")
    program.ok("decline", "5")
    program.ok("make", "Let off", "--to", "dana", "--agreed")
    program.ok("release", "6")
    program.ok("make", "Taken back", "--from", "lee")
    program.ok("withdraw", "7")
    program.ok("make", "Not done yet", "--from", "lee", "--agreed")
    program.ok("complete", "8", "--reported")
    program.ok("decline", "8", "--reason", "the light is missing")
    program.ok("make", "Asked of Lee", "--from", "lee")
    program.ok("make", "To myself", "--to", "me", "--by", "fri")
    program.ok("negotiate", "10", "--by", "sat", "--reason", "rain")
    assert _happened(program) == [
        ("agreed", "them", 1), ("kept", "them", 1),
        ("agreed", "them", 2), ("delivered", "me", 2),
        ("agreed", "them", 3), ("broken", "me", 3),
        ("agreed", "them", 4), ("word", "me", 4), ("renegotiated", "them", 4),
        ("declined", "me", 5),
        ("agreed", "them", 6), ("ended", "them", 6),
        ("ended", "me", 7),
        ("agreed", "them", 8), ("reopened", "me", 8),
        ("made", "me", 9),
        ("agreed", "me", 10), ("renegotiated", "me", 10),
    ]  # fmt: skip
    assert {kind for kind, _, _ in _happened(program)} == set(events.EVENT_KINDS)


def test_the_page_has_each_promise_once_with_what_happened_last(program: Program) -> None:
    program.ok("make", "Sign the budgte", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("correct", "1", "--what", "Sign the budget")
    program.ok("make", "Fix the brake", "--from", "lee", "--by", "sat", "--agreed")
    program.ok("bump", "1", "slow")
    program.ok("complete", "1", "--confirmed")
    program.ok("negotiate", "2", "--by", "sun", "--agreed")
    program.ok("make", "Look for a venue", "--from", "kim")
    assert [number for _, _, number in _happened(program)] == [1, 2, 1, 1, 2, 3]
    since = program.ok("digest", "--format", "md").split("## Since Mon 16 Nov\n\n")[1]
    assert re.findall(r"\*\*#(\d)\*\*.*\n *([^“\n]*)", since) == [
        ("1", "Kept, on time: Dana confirmed "),
        ("2", "Active: Lee accepted the change: "),
        ("3", "Proposed: you ask Kim for "),
    ]
    assert "budgte" not in since


def test_talk_that_makes_no_difference_is_left_out(program: Program) -> None:
    program.ok(
        "make", "Fix the brake", "--from", "lee", "--by", "sat", "--agreed", today="2026-11-01"
    )
    for words in (
        ["bump", "1", "How is it?"],
        ["note", "1", "the red bike"],
        ["correct", "1", "--what", "Fix the brakes"],
    ):
        program.ok(*words)
    program.ok("negotiate", "1", "--by", "sun", "--reason", "earlier is hard")
    program.ok("withdraw", "1")
    assert _happened(program) == []


def test_word_counts_when_the_promisor_gives_it(program: Program) -> None:
    program.ok("make", "Mine", "--to", "dana", "--by", "sat", "--agreed", today="2026-11-01")
    program.ok("make", "Theirs", "--from", "lee", "--by", "sat", "--agreed", today="2026-11-01")
    program.ok("bump", "1", "slow")
    program.ok("bump", "2", "slow too", "--theirs")
    assert _happened(program) == [("word", "me", 1), ("word", "them", 2)]


def test_what_was_undone_or_voided_is_left_out(program: Program) -> None:
    program.ok("make", "Undone", "--to", "dana", "--agreed")
    program.ok("undo")
    program.ok("make", "Voided", "--to", "dana", "--agreed")
    program.ok("void", "2", "--reason", "twice")
    program.ok("make", "Kept", "--to", "dana", "--agreed")
    program.ok("complete", "3", "--confirmed")
    program.ok("undo")
    assert _happened(program) == [("agreed", "them", 3)]
    program.ok("redo")
    assert _happened(program) == [("agreed", "them", 3), ("kept", "them", 3)]


def test_what_has_gone_on_since_is_told_as_it_ended(program: Program) -> None:
    program.ok("make", "Confirmed", "--to", "dana", "--agreed", today=SATURDAY)
    program.ok("complete", "1", today=SUNDAY)
    program.ok("accept", "1")
    program.ok("make", "Kept and reopened", "--from", "lee", "--agreed", today=SATURDAY)
    program.ok("complete", "2", today=SUNDAY)
    program.ok("reopen", "2", "--reason", "it broke again")
    assert _happened(program, "--since", "yesterday") == [
        ("kept", "them", 1),
        ("reopened", "me", 2),
    ]


def test_what_just_came_and_waits_for_me_is_told_once(program: Program) -> None:
    program.ok("make", "A request", "--to", "dana", "--asked")
    program.ok("make", "A delivery", "--from", "lee", "--agreed", today=SATURDAY)
    program.ok("complete", "2", "--reported")
    assert _ids(program, "waiting") == [1, 2]
    assert _happened(program) == [("agreed", "them", 2)]


def test_since_looks_at_when_it_was_written_down(program: Program) -> None:
    program.ok("make", "Said on Friday", "--to", "dana", "--agreed", "--said", "fri")
    program.ok("make", "Written down on Saturday", "--to", "lee", "--agreed", today=SATURDAY)
    assert _happened(program, "--since", "yesterday") == [("agreed", "them", 1)]
    assert _happened(program, "--since", "sat") == [("agreed", "them", 1), ("agreed", "them", 2)]
    assert "Since Sun 22 Nov\n #1  Fri 20 Nov, to Dana\n" in program.ok(
        "digest", "--since", "yesterday"
    )


def test_by_itself_it_looks_back_seven_days(program: Program) -> None:
    program.ok("make", "Sunday night", "--to", "dana", "--agreed", today="2026-11-15T23:59")
    program.ok("make", "Monday morning", "--to", "dana", "--agreed", today="2026-11-16T00:00")
    assert _happened(program) == [("agreed", "them", 2)]


def test_the_figures_are_those_of_stats(program: Program) -> None:
    program.ok("make", "Kept", "--to", "dana", "--by", "fri", "--agreed", today="2026-11-17")
    program.ok("complete", "1", "--confirmed", today="2026-11-18")
    program.ok("make", "Broken", "--from", "lee", "--by", "fri", "--agreed", today="2026-11-17")
    program.ok("renege", "2", "--reason", "ill", today="2026-11-18")
    record, stats = (
        json.loads(program.ok(*words, "--since", "16 nov"))
        for words in (("digest", "--json"), ("stats", "--json"))
    )
    assert record["figures"] == {"owe": stats["owe"], "owed": stats["owed"]}
    assert (
        "\n\n You kept 1 of 1 · on time 1 of 1 · terms changed 0 of 1.\n They kept 0 of 1"
        in program.ok("digest")
    )


# Plain


def test_the_plain_form_is_the_first(program: Program) -> None:
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    plain = program.ok("digest")
    assert program.ok("digest", "--format", "plain") == plain
    assert plain == (
        "Promises, Mon 23 Nov 2026\n\n"
        "To answer: accept, negotiate or decline\n #1  to Dana: Send the Q3 numbers\n     Fri 27 Nov, your answer\n"
    )
    assert program.ok("digest", width=200) == plain


def test_texts_are_shown_as_they_were_typed_and_steer_nothing(program: Program) -> None:
    program.ok("make", "[b]*x*[/b]\x1b[31m\nnew line", "--to", "dana", "--asked")
    assert "to Dana: [b]*x*[/b]\\x1b[31m\\nnew line\n" in program.ok("digest")
    assert r"to Dana: \[b]\*x\*\[/b]\\x1b\[31m new line" + "\\\n" in program.ok(
        "digest", "--format", "md"
    )


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "html"],
        ["--format", "md", "--json"],
        ["--since", "tomorrow"],
        ["--since", "soon"],
    ],
)
def test_what_makes_no_sense_is_refused(program: Program, words: list[str]) -> None:
    done = program("digest", *words)
    assert (done.stdout, done.code) == ("", 2)


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=120)


@given(
    st.lists(st.tuples(st.integers(1, 10_000), _TEXTS, _TEXTS), max_size=4),
    _TEXTS,
    st.integers(40, 72),
)
def test_no_plain_line_is_wider_than_asked_but_for_one_long_word(
    items: list[tuple[int, str, str]], closing: str, width: int
) -> None:
    section = DigestSection("Overdue", [DigestItem(*item) for item in items], [closing])
    lines = "".join(digest.iter_digest_text("Promises", [section], width)).split("\n")
    for line in lines[:-1]:
        assert count_cells(line) <= width or " " not in re.sub(r"^ +(#\d+  )?", "", line)
    texts = [
        "Promises",
        "Overdue",
        *(f"#{number}{head}{said}" for number, head, said in items),
        closing,
    ]
    assert _solid("".join(lines)) == _solid("".join(map(escaping.escape_text, texts)))


# Markdown

_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _typed(text: str) -> str:
    """What is to be seen of a text: line breaks and tabs as blanks, what steers as an escape."""
    line = re.sub(r" *(?:\r\n|\r|\n) *", " ", text.replace("\t", " "))
    return escaping.escape_text(line).strip()


def _read(markdown: str) -> list[tuple[str, str]]:
    """The blocks of a Markdown text, each with what is to be seen in it; an inline sign of any kind is shown by its name."""
    return [
        (
            token.type,
            "".join(
                child.content if child.type == "text" else f"<{child.type}>"
                for child in token.children or ()
            ),
        )
        for token in _READER.parse(markdown)
    ]


def _solid(text: str) -> str:
    """A text without its blanks, of which Markdown leaves out some at the ends of lines."""
    return re.sub(r"\s+", "", text)


_SIGNS = st.text(st.sampled_from("\\`*_{}[]()<>#+-.!|~&;:=$'\"/ 0123456789abwh\t\n"), max_size=30)


@given(st.one_of(_SIGNS, _TEXTS))
@example("# x")
@example("1. x")
@example("12) x")
@example("- [ ] x")
@example("    four blanks")
@example("---")
@example("===")
@example("[a]: /b")
@example("[^1] ![x](y) <b>&amp;</b> <https://x.y>")
@example("a | b\n--|--")
@example("~~~ ``` ~~x~~")
@example("ends with \\")
def test_a_text_in_markdown_is_seen_as_it_was_typed(text: str) -> None:
    shown = escaping.escape_markdown(text)
    expected = _typed(text)
    assert "\n" not in shown
    alone = [("paragraph_open", ""), ("inline", expected), ("paragraph_close", "")] if shown else []
    assert [(kind, seen.strip()) for kind, seen in _read(shown)] == alone
    [below] = [seen for kind, seen in _read(f"Before\n{shown}x") if kind == "inline"]
    assert _solid(below) == _solid(f"Before<softbreak>{expected}x")
    [item] = [
        seen for kind, seen in _read(f"- **#1** to Dana: {shown}\\\n  {shown}x") if kind == "inline"
    ]
    assert _solid(item) == _solid(
        f"<strong_open>#1<strong_close> to Dana: {expected}<hardbreak>{expected}x"
    )


@given(
    st.lists(
        st.sampled_from(["http", "https", "://", "www", "WWW", ".", "x.org", " ", "_", "ftp"]),
        max_size=8,
    ).map("".join)
)
def test_no_link_makes_itself(text: str) -> None:
    shown = escaping.escape_markdown(text)
    assert not re.search(r"(?<!\\)://|www\.", shown, flags=re.IGNORECASE)
    assert re.sub(r"\\(.)", r"\1", shown) == text.strip()


def test_the_digest_in_markdown_has_its_headings_and_items_alone(program: Program) -> None:
    program.ok("make", "# *Send* <b>it</b>", "--to", "Ann-*Marie*", "--asked", "--new")
    program.ok("make", "1. Fix | the brake", "--from", "lee", "--agreed")
    read = _read(program.ok("digest", "--format", "md"))
    assert [seen for kind, seen in read if kind == "inline"] == [
        "Promises, Mon 23 Nov 2026",
        "To answer: accept, negotiate or decline",
        "<strong_open>#1<strong_close> to Ann-*Marie*: # *Send* <b>it</b><hardbreak>no date, your answer",
        "Since Mon 16 Nov",
        "<strong_open>#2<strong_close> Mon 23 Nov, from Lee<hardbreak>Active: Lee accepted your request “1. Fix | the brake”.",
    ]
    assert [kind for kind, _ in read if kind.endswith("_open")].count("list_item_open") == 2


def test_a_digest_of_one_person_has_nothing_of_others(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana", "--by", "20 nov", "--agreed", today="2026-11-10")
    program.ok("make", "Review it", "--to", "lee", "--by", "wed", "--asked")
    program.ok("make", "Fix it", "--from", "dana", "--by", "wed", "--agreed")
    program.ok("make", "Water them", "--to", "me", "--by", "wed")
    for name, ids in (("dana", {1, 3}), ("lee", {2}), ("me", {4})):
        record = json.loads(program.ok("digest", "--with", name, "--json"))
        parts = ("waiting", "late_with_others", "due")
        promises = [one for part in parts for one in record[part]]
        promises += [event["promise"] for event in record["happened"]]
        assert {one["id"] for one in promises} == ids
    assert program.ok("digest", "--with", "da").startswith("Promises with Dana, Mon 23 Nov 2026\n")
    assert program.ok("digest", "--with", "me").startswith("Promises to yourself, Mon 23 Nov")
    assert program.ok("digest", "--with", "lee", "--format", "md").startswith("# Promises with Lee")
    assert program("digest", "--with", "nobody").code == 3
    program.ok("complete", "3", "--confirmed")
    figures = json.loads(program.ok("digest", "--with", "lee", "--json"))["figures"]
    assert figures["owed"]["kept"]["of"] == 0


def test_a_request_is_told_with_its_newest_terms(program: Program) -> None:
    program.ok("make", "Repair the shelf", "--to", "max", "--by", "thu", "--asked")
    program.ok("negotiate", "1", "--mine", "--by", "sat")
    page = " ".join(program.ok("digest").split())
    assert "Proposed: you made Max a counter-offer (rev 2)" in page
    assert "by Sat 28 Nov" in page
