"""Words need no quotes where one text is expected, and IDs come in lists and ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl import errors
from promisectl.cli.fast_parser import parse_command_line
from promisectl.commands.shared import arguments
from tests.conftest import Program, remembered


@pytest.fixture
@remembered
def filled(program: Program) -> Program:
    for outcome in ("Buy milk", "Buy bread", "Buy eggs"):
        program.ok("make", "-y", "-t", "alex", outcome)
    return program


@pytest.mark.parametrize(
    "line",
    [
        "make Buy milk -t alex -b tomorrow",
        "make -t alex Buy milk -b tomorrow",
        "make -t alex -b tomorrow Buy milk",
        "make -t alex -b tomorrow -- Buy milk",
        "make -talex Buy milk -btomorrow",
    ],
)
def test_words_are_one_text_before_or_after_options(program: Program, line: str) -> None:
    assert "“Buy milk” by Tue 24 Nov" in program.ok(*line.split())


@given(
    words=st.lists(st.text(min_size=1).filter(lambda word: not word.startswith("-")), min_size=1)
)
def test_words_are_joined_by_one_space_and_nothing_else_changes(words: list[str]) -> None:
    call = parse_command_line(["make", *words, "--to", "alex"])
    if call is not None:  # a word that is not Unicode
        assert call[2]["outcome"] == " ".join(words)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bump 1 I will be late", "“I will be late”"),
        ("note 3 asked again", "noted “asked again”"),
        ("note 3 --on today asked again", "noted “asked again”"),
        ("tag 3 home garden", "#home #garden"),
        ("tag 2,3 home", "#2 active: “Buy bread” is tagged #home.\n#3"),
        ("void 2 entered twice", "Reason: “entered twice”"),
        ("correct 1 Buy oat milk", "“Buy oat milk” (was “Buy milk”)"),
        ("correct 1 --what Buy", "“Buy” (was “Buy milk”)"),
    ],
)
def test_every_text_may_come_in_words(filled: Program, line: str, said: str) -> None:
    assert said in filled.ok(*line.split())


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("bump 1 2 sick today", "bump 1,2"),
        ("bump 1 #2 sick today", "bump 1,#2"),
        ("note 3 2 of them are in", "note 3,2"),
        ("tag 1 2 home", "tag 1,2"),
        ("void 1 2", "void 1,2"),
        ("correct 1 2", ""),
    ],
)
def test_an_id_that_became_text_is_noticed(filled: Program, line: str, command: str) -> None:
    word = line.split()[2]
    again = f" · promisectl {command} “…”" if command else ""
    notice = f"“{word}” was taken as text. If it is an ID: promisectl undo{again}\n"
    result = filled(*line.split())
    assert (result.code, result.stderr.startswith(notice)) == (0, True)
    assert "was taken as text" not in filled("--quiet", "undo").stderr


@pytest.mark.parametrize("words", [["4", "days", "late"], ["2 days late"], ["1", "day"], ["2,5"]])
def test_other_numbers_are_text(filled: Program, words: list[str]) -> None:
    assert "was taken as text" not in filled("bump", "1", *words).stderr


def test_a_quoted_text_stays_byte_for_byte(filled: Program) -> None:
    text = "  two  spaces, a\ttab and a\nline "
    filled.ok("note", "1", text)
    assert '"text": "  two  spaces, a\\ttab and a\\nline "' in filled.ok("log", "1", "--json")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "make Buy milk --by fri 17:00 -t alex",
            "“17:00” is apart from the text. If it belongs to --by, use quotes: --by 'fri 17:00'",
        ),
        (
            "make Buy milk -b in 2 days",
            "“2 days” is apart from the text. If it belongs to -b, use quotes: -b 'in 2 days'",
        ),
        (
            "make Buy -y milk -t alex",
            "“milk” is apart from the text. Put the words of the text together",
        ),
        (
            "correct 1 -b fri 17",
            "“17” can be the text or the end of the date. If it belongs to -b, use quotes: -b 'fri 17' · If it is the text, put it before -b.",
        ),
        ("make -t alex --by fri next week", "use quotes: --by 'fri next week'"),
        ("make -yt alex -b tomorrow 9:30", "use quotes: -b 'tomorrow 9:30'"),
        ("make -yt alex -b 28 nov", "use quotes: -b '28 nov'"),
        ("note 1 --on yesterday evening", "use quotes: --on 'yesterday evening'"),
        (
            "negotiate 1 -b fri 17:00 -y",
            "negotiate does not take “17:00”. If it belongs to -b, use quotes: -b 'fri 17:00'",
        ),
        (
            "told 1 --on last mon",
            "“mon” is not the ID of a promise. If it belongs to --on, use quotes: --on 'last mon'",
        ),
        ("owe --due-before next week", "use quotes: --due-before 'next week'"),
        (
            "negotiate 1 -b fri -y Buy bread",
            "negotiate does not take “Buy bread”. If that is the new text: promisectl negotiate 1 -b fri -y --what 'Buy bread'",
        ),
        ("negotiate 1 -y -b fri Buy bread", "promisectl negotiate 1 -y -b fri --what 'Buy bread'"),
        ("complete 1 --on today dana", "“dana” is not the ID of a promise. If that is the note"),
        ("renege 1 --told today ill", "promisectl renege 1 --told today --reason ill"),
        ("undo 1", "undo does not take “1”. For one promise: promisectl undo --promise 1"),
        ("undo #1", "undo does not take “#1”. For one promise: promisectl undo --promise 1"),
        (
            "complete 1 2 --on yesterday evening",
            "“evening” is not the ID of a promise. If it belongs to --on, use quotes: --on 'yesterday evening'",
        ),
        (
            "renege 1 I was ill --not-told",
            "“I was ill” is not the ID of a promise. If that is the reason: promisectl renege 1 --not-told --reason 'I was ill'",
        ),
        (
            "release 1,2 3 sorry",
            "“sorry” is not the ID of a promise. If that is the reason: promisectl release 1,2 3 --reason sorry",
        ),
        ("make Buy milk -to alex", "There is no option -to. Did you mean --to?"),
        ("make -to alex Buy milk", "There is no option -to. Did you mean --to?"),
        ("make -5 pages -t alex", "Put it last, after two dashes: promisectl make … -- -5"),
        (
            "void 1 twice --reason again",
            "“twice” and --reason are the same text. Give one of them;",
        ),
        ("correct 1 A --what B", "“A” and --what are the same text. Give one of them;"),
        ("1-9", "There is no promise #4; the newest is #3."),
        ("complete 3-1", "3-1 ends before it begins. Try 1-3."),
        ("complete 1-2000", "1-2000 is too long: a range has at most 1,000 IDs."),
        ("negotiate 1-2 -b fri -r late", "“1-2” means 2 promises. Give one ID."),
        (
            "decline 1 -r they chose another agency",
            (
                "“chose another agency” is not the ID of a promise. If it belongs to -r, use quotes: "
                "-r 'they chose another agency'"
            ),
        ),
        (
            "complete 1 --partial 500 of 900",
            (
                "“of 900” is not the ID of a promise. If it belongs to --partial, use quotes: "
                "--partial '500 of 900'"
            ),
        ),
        (
            "renege 1 sick all week",
            "“sick all week” is not the ID of a promise. If that is the reason: promisectl renege 1 --reason 'sick all week'",
        ),
        (
            "complete 1,2 -y sent twice",
            "“sent twice” is not the ID of a promise. If that is the note: promisectl complete 1,2 -y --note 'sent twice'",
        ),
        (
            "accept --risk a -q 1 a b --on fri",
            (
                "“a b” is not the ID of a promise. If that is the note: "
                "promisectl accept --risk a -q 1 --on fri --note 'a b'"
            ),
        ),
        (
            "negotiate 1 -b mon -r sick today",
            "negotiate does not take “today”. If it belongs to -r, use quotes: -r 'sick today'",
        ),
        (
            "negotiate 1 mon -r sick",
            (
                "negotiate does not take “mon”. If that is the date: "
                "promisectl negotiate 1 -r sick --by mon"
            ),
        ),
        (
            "negotiate 1 -- mon",
            "negotiate does not take “mon”. See: promisectl negotiate --help",
        ),
        ("undo twice", "undo does not take “twice”. See: promisectl undo --help"),
        (
            "void 1 -r entered twice",
            (
                "“twice” and --reason are the same text. Give one of them; "
                "several words after --reason need quotes."
            ),
        ),
    ],
)
def test_what_is_not_meant_is_refused_in_a_sentence(
    filled: Program, line: str, problem: str
) -> None:
    result = filled(*line.split())
    assert result.stderr.startswith(f"promisectl: {problem}") or problem in result.stderr
    assert result.code in (2, 3)
    assert filled.ok("log").count("\n") == 6


@pytest.mark.parametrize("is_compiled", ["1", "0"])
@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("make 17 -t alex -b today", "17"),
        ("make -t alex -b today -- 17", "17"),
        ("make -t alex -b fri 5 pages of the draft", "5 pages of the draft"),
        ("make -t alex -b fri May the cat stay", "May the cat stay"),
        ("make -b fri -t alex Noon", "Noon"),
        ("note 1 --on today at the shop", "at the shop"),
    ],
)
def test_a_text_that_does_not_end_a_date_is_one(
    filled: Program, line: str, text: str, is_compiled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMISECTL_COMPILED", is_compiled)
    assert f"“{text}”" in filled.ok(*line.split())


@pytest.mark.parametrize("line", ["complete 1 --on today 2", "accept 3 --note fine 1"])
def test_ids_may_follow_the_value_of_an_option(filled: Program, line: str) -> None:
    assert "is not the ID" not in filled(*line.split()).stderr


def test_a_text_may_begin_with_a_dash_after_two(program: Program) -> None:
    assert "“-5 pages”" in program.ok("make", "-t", "alex", "--", "-5", "pages")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("3-5", [3, 4, 5]),
        ("3,4", [3, 4]),
        ("#3", [3]),
        ("#3-#5,1 2, 8", [3, 4, 5, 1, 2, 8]),
        ("5 3-5", [5, 3, 4]),
        ("7-7", [7]),
        ("007", [7]),
    ],
)
def test_ids_come_in_lists_and_ranges(words: str, numbers: list[int]) -> None:
    assert arguments.parse_promise_numbers(words.split()) == numbers


@pytest.mark.parametrize("word", ["", "0", "3-", "-3", "3,,4", ",3", "x", "3-4-5", "٣", "1" * 19])
def test_other_words_are_no_ids(word: str) -> None:
    with pytest.raises(errors.BadNumber):
        arguments.parse_promise_numbers([word])


def test_ids_alone_show_their_promises(filled: Program) -> None:
    for line in ("1", "#1", "1-2", "1,3", "1 3", "--json 1", "1 --json"):
        words = line.split()
        at = 1 if words[0].startswith("--") else 0
        assert filled.ok(*words) == filled.ok(*words[:at], "show", *words[at:])
    assert filled("5x").code == 2


def test_an_alias_of_the_config_takes_what_follows(filled: Program) -> None:
    config = filled.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[alias]\np = "make -y -t"\ndone = "complete -y"\n', encoding="utf-8")
    assert filled.ok("p", "alex", "Buy", "jam", "-b", "fri") == (
        "#4 active: you owe Alex “Buy jam” by Fri 27 Nov.\n"
    )
    assert filled.ok("done", "3").startswith("#3 kept")


def test_a_key_counts_ids_and_not_how_they_are_typed(filled: Program) -> None:
    filled.ok("complete", "1-2", "--once", "k")
    assert "nothing was recorded" in filled("complete", "1", "2", "--once", "k").stderr


# Agreed already


def test_agreed_terms_are_one_command_and_one_undo(filled: Program) -> None:
    assert filled.ok("negotiate", "1", "-b", "fri", "-y") == (
        "#1 active: you and Alex agreed on “Buy milk” by Fri 27 Nov.\n"
    )
    assert '"due": "2026-11-27"' in filled.ok("list", "--json")
    filled.ok("undo")
    assert filled.ok("owe", "--json").count('"due": null') == 3
    assert filled("doctor").code == 0


def test_agreed_terms_may_have_a_reason_and_a_side(filled: Program) -> None:
    filled.ok("make", "Fix the bike", "-f", "lee")
    said = filled.ok("negotiate", "4", "-b", "sat", "-y", "--theirs", "-r", "busy")
    assert said == "#4 active: you and Lee agreed on “Fix the bike” by Sat 28 Nov.\n"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("negotiate 1 -y --reply-by fri -b sat", "--agreed and --reply-by can't be combined."),
        ("negotiate 4 -y -b sat", "A promise to yourself has no other side."),
        ("negotiate 1 -y", "That leaves the terms of #1 as they are. Change --what"),
    ],
)
def test_what_nobody_can_agree_on_is_refused(filled: Program, line: str, problem: str) -> None:
    filled.ok("make", "Rest", "-t", "me")
    result = filled(*line.split())
    assert problem in result.stderr
    assert result.code == 2
