"""What check answers: one, several, all that are open, or a draft, in every form; and that nothing is ever written."""

import csv
import io
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from promisectl.domain.wellmade.check import RULES
from tests.conftest import Program, remembered

NOTHING = "Nothing is open. To check a draft: promisectl check --draft “…” --to dana\n"
MARKS = ["who", "what", "by when", "done when", "accepted", "risk"]
GOOD = [
    "--by",
    "2026-11-26",
    "--done-when",
    "12 figures are in her inbox",
    "--why",
    "the board meets",
]
EYES = ["--risk", "I am ill", "--no-to", "the gym"]


def _check(program: Program, *words: str, today: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(program.ok("check", *words, "--json", today=today))
    return found


def _rules(program: Program, *words: str, today: str | None = None) -> list[str]:
    """The rules that speak about the one thing that is checked."""
    [record] = _check(program, *words, today=today)
    return [finding["rule"] for finding in record["findings"]]


def _says(program: Program, rule: str, *words: str, today: str | None = None) -> str:
    [record] = _check(program, *words, today=today)
    [finding] = [finding for finding in record["findings"] if finding["rule"] == rule]
    return str(finding["says"])


def _draft(program: Program, outcome: str, *more: str) -> list[str]:
    return _rules(program, "--draft", outcome, *more)


@pytest.fixture
@remembered
def some(program: Program) -> Program:
    """One that is well made, one that is not, one that is owed to me, and one that is closed."""
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--agreed", *GOOD, *EYES)
    program.ok("note", "1", "she said Yes on the phone")
    program.ok("make", "Help", "--to", "lee")
    program.ok("make", "Fix the bike brake", "--from", "kim", "--by", "sat", "--agreed")
    program.ok("make", "Try it", "--to", "dana")
    program.ok("withdraw", "4")
    return program


# Which promises


def test_all_that_are_open_are_checked_and_the_fine_ones_only_counted(some: Program) -> None:
    page = some.ok("check", width=80)
    heads = [line for line in page.splitlines() if line.startswith("#")]
    assert heads == ["#3 active · from Kim", "#2 proposed · to Lee"]
    assert page.splitlines()[-1] == "Nothing found in 1 more promise."
    assert [record["id"] for record in _check(some)] == [1, 3, 2]


def test_one_that_is_named_is_told_whole(some: Program) -> None:
    assert _seen(some.ok("check", "1", width=80)) == (
        "#1 active · to Dana\nSend the Q3 numbers\n  ✓ who, what, by when, done when, accepted, risk\n  Nothing found.\n"
    )
    page = _seen(some.ok("check", "2", width=80))
    assert page.startswith(
        "#2 proposed · to Lee\nHelp\n  ✓ who  – missing: what, by when, done when, accepted, risk\n"
    )
    found = [line.split()[:2] for line in page.splitlines()[3:] if "  L" in line]
    assert found == [
        ["warn", "L02"], ["warn", "L04"], ["warn", "L05"], ["info", "L08"], ["info", "L11"],
    ]  # fmt: skip


def test_of_all_of_them_what_is_less_than_a_warning_is_only_counted(some: Program) -> None:
    page = _seen(some.ok("check", width=80))
    assert page.startswith(
        "#3 active · from Kim\nFix the bike brake\n  ✓ who, what, by when, accepted  – missing: done when\n  info       4 hints: promisectl check 3\n\n#2"
    )
    assert page.endswith(
        "\n  info       2 more hints: promisectl check 2\n\nNothing found in 1 more promise.\n"
    )
    assert page.count("info") == 2
    assert [[one["rule"] for one in record["findings"] if one["level"] == "info"] for record in _check(some)] == [
        [], ["L08", "L11", "L17", "L18"], ["L08", "L11"],
    ]  # fmt: skip
    assert "How will you" not in page


def test_a_single_hint_is_one(program: Program) -> None:
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--agreed", *GOOD, *EYES)
    assert _rules(program, "1") == ["L18"]
    assert "\n  info       1 hint: promisectl check 1\n" in _seen(program.ok("check", width=80))


def test_the_risk_is_no_mark_of_what_i_do_not_promise_to_others(some: Program) -> None:
    some.ok("make", "Walk ten times", "--to", "me", "--by", "sat")
    assert {record["id"]: record["marks"]["risk"] for record in _check(some)} == {
        1: True,
        2: False,
        3: None,
        5: None,
    }
    for number in ("3", "5"):
        page = _seen(some.ok("check", number, width=80))
        assert "\n  ✓ who, what, by when, accepted  – missing: done when\n" in page


def test_several_in_the_order_given_and_each_once(some: Program) -> None:
    assert [record["id"] for record in _check(some, "3", "#1", "3")] == [3, 1]


def test_closed_ones_may_be_checked_by_number(some: Program) -> None:
    assert [record["id"] for record in _check(some, "4")] == [4]
    some.ok("void", "4", "--reason", "twice")
    assert "#4 void · to Dana" in some.ok("check", "4", width=80)


@pytest.mark.parametrize("words", [["9"], ["1", "9"]])
def test_a_number_that_is_not_there_is_said(some: Program, words: list[str]) -> None:
    assert some("check", *words) == (
        "",
        "promisectl: There is no promise #9; the newest is #4. All IDs: promisectl list --all\n",
        3,
    )
    assert json.loads(some("check", *words, "--json").stderr)["error"]["code"] == "not-found"


def test_a_number_that_is_none_is_said(some: Program) -> None:
    assert some("check", "x").code == 2


def test_without_a_ledger(program: Program) -> None:
    assert program("check", width=100) == (NOTHING, "", 0)
    assert program("check") == ("", "", 0)
    assert program("check", "--json") == ("[]\n", "", 0)
    assert program("check", "--jsonl") == ("", "", 0)
    assert program("check", "--csv") == ("id,rule,level,quality,says,person,outcome\r\n", "", 0)
    assert program("check", "1").code == 3
    assert _draft(program, "Send the Q3 numbers", "--to", "dana", *GOOD) == []
    assert list(program.home.iterdir()) == []


def test_with_nothing_but_void_ones(program: Program) -> None:
    program.ok("make", "Help", "--to", "dana")
    program.ok("void", "1", "--reason", "twice")
    assert program("check", width=100) == (NOTHING, "", 0)
    assert _check(program) == []


def test_findings_are_no_failure_and_nothing_is_written(some: Program) -> None:
    before = some.ledger.read_bytes()
    for words in (
        ["check"], ["check", "2"], ["check", "--draft", "Help", "--by", "soon"], ["check", "--draft", "Help", "--to", "new", "--agreed"],
        ["check", "--draft", "x", "1"], ["check", "9"],
    ):  # fmt: skip
        for more in ({}, {"width": 80}):
            some(*words, **more)  # type: ignore[arg-type]
    assert some.ledger.read_bytes() == before
    assert [path.name for path in some.ledger.parent.iterdir()] == ["ledger.db"]


# Drafts


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        (["--draft", "Send the Q3 numbers", "--to", "dana", *GOOD], []),
        (["--draft", "Send the Q3 numbers", *GOOD], ["L01"]),
        (["--draft", "Send the Q3 numbers", "--from", "lee", *GOOD], []),
        (["--draft", "Send the Q3 numbers", "--to", "me", *GOOD], []),
        (["--draft", "Send the Q3 numbers", "--from", "ME", *GOOD], []),
        (
            ["--draft", "Send the Q3 numbers", "--to", "dana", "--agreed", *GOOD],
            ["L12", "L13", "L18"],
        ),
        (["--draft", "Send the Q3 numbers", "--to", "dana", "--agreed", *GOOD, *EYES], ["L18"]),
        (["--draft", "Send the Q3 numbers", "--from", "lee", "--agreed", *GOOD], ["L18"]),
        (["--draft", "Send the Q3 numbers", "--to", "me", "--agreed", *GOOD], []),
        (["--draft", "Send the Q3 numbers", "--to", "dana"], ["L02", "L08", "L11"]),
        (["--draft", "Send the Q3 numbers", "--to", "dana", "--by", ""], ["L02", "L08", "L11"]),
        (["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "soon"], ["L03", "L08", "L11"]),
        (
            ["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "11/12"],
            ["L03", "L08", "L11"],
        ),
        (
            ["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "31 feb"],
            ["L03", "L08", "L11"],
        ),
        (
            ["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "yesterday"],
            ["L08", "L11", "L16"],
        ),
        (
            ["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "yesterday", "--backfill"],
            ["L08", "L11"],
        ),
        (
            ["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "today 09:59"],
            ["L08", "L11", "L16"],
        ),
        (["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "today"], ["L08", "L11"]),
        (["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "2027-03-01"], ["L08", "L11"]),
        (["--draft", "Send the Q3 numbers", "--to", "dana", "--by", "9999-12-31"], ["L08", "L11"]),
        (["--draft", "Help", "--to", "dana", *GOOD], ["L04", "L05"]),
    ],
)
def test_a_draft_in_every_shape(program: Program, words: list[str], rules: list[str]) -> None:
    assert _rules(program, *words) == rules
    assert list(program.home.iterdir()) == []


def test_a_draft_has_no_number_and_names_whom_it_knows(some: Program) -> None:
    [record] = _check(some, "--draft", "Send the Q4 numbers", "--to", "Dana")
    assert (record["id"], record["person"], record["outcome"]) == (
        None,
        "dana",
        "Send the Q4 numbers",
    )
    [record] = _check(some, "--draft", "Send the Q4 numbers", "--to", "somebody new")
    assert record["person"] is None
    assert "Draft · to Somebody New\n" in some.ok(
        "check", "--draft", "x y z", "--to", "somebody new", width=80
    )
    assert "Draft · from Kim\n" in some.ok("check", "--draft", "x y z", "--from", "kim", width=80)
    assert "Draft · to yourself\n" in some.ok("check", "--draft", "x y z", "--to", "me", width=80)
    assert "Draft · to nobody\n" in some.ok("check", "--draft", "x y z", width=80)


def test_a_near_name_is_not_asked_about(some: Program) -> None:
    result = some("check", "--draft", "Send the Q4 numbers", "--to", "dnaa", answers="", width=80)
    assert (result.stderr, result.code) == ("", 0)
    assert result.stdout.startswith("Draft · to Dnaa\n")


def test_a_far_date_weighs_a_missing_measure_more(program: Program) -> None:
    for day, level in (("2026-11-29", "info"), ("2026-12-01", "warn")):
        [record] = _check(program, "--draft", "Send the Q3 numbers", "--to", "dana", "--by", day)
        assert [finding["level"] for finding in record["findings"] if finding["rule"] == "L08"] == [
            level
        ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["1", "--draft", "x y z"], "Give IDs of promises or --draft, not both."),
        (["--to", "dana"], "Add it: promisectl check --draft “…” --to “…”"),
        (["--by", "fri"], "Add it: promisectl check --draft “…” --by “…”"),
        (["1", "--from", "dana"], "Add it: promisectl check --draft “…” --from “…”"),
        (["--done-when", "x"], "Add it: promisectl check --draft “…” --done-when “…”"),
        (["--why", "x"], "Add it: promisectl check --draft “…” --why “…”"),
        (["--no-to", "x"], "Add it: promisectl check --draft “…” --no-to “…”"),
        (["--risk", "x", "--agreed"], "--agreed and --risk need a draft."),
        (["--backfill"], "Add it: promisectl check --draft “…” --backfill"),
        (["--draft", ""], "The outcome is empty. Type at least one word."),
        (["--draft", " \t"], "The outcome is empty. Type at least one word."),
        (["--draft", "x" * 1_001], "The outcome has 1,001 characters"),
        (["--draft", "x y z", "--why", " "], "The why is empty. Type at least one word."),
        (["--draft", "x y z", "--to", "dana", "--from", "lee"], "so lee can't promise dana something"),
        (["--draft", "x y z", "--to", "dana", "--from", "me"], "Leave out --from me"),
        (["--draft", "x y z", "--to", "?"], "“?” can't be the name of a person"),
        (["--ignore", "L99"], "--ignore can't be “L99”. Choose from L01, L02,"),
        (["--ignore", ""], "--ignore can't be “”."),
        (["--json", "--csv"], "--json and --csv can't be combined."),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(
    some: Program, words: list[str], sentence: str
) -> None:
    result = some("check", *words)
    assert sentence in (
        json.loads(result.stderr)["error"]["message"] if "--json" in words else result.stderr
    )
    assert (result.stdout, result.code) == ("", 2)


def test_one_option_describes_and_two_describe(some: Program) -> None:
    assert (
        some("check", "--by", "fri").stderr
        == "promisectl: --by needs a draft. Add it: promisectl check --draft “…” --by “…”\n"
    )
    assert (
        some("check", "--backfill").stderr
        == "promisectl: --backfill needs a draft. Add it: promisectl check --draft “…” --backfill\n"
    )


# Forms


def test_the_forms_agree(some: Program) -> None:
    for words in (
        [],
        ["2"],
        ["3", "2"],
        ["--draft", "Help\twith\nit", "--to", "lee", "--by", "sat"],
    ):
        records = _check(some, *words)
        assert [
            json.loads(line) for line in some.ok("check", *words, "--jsonl").splitlines()
        ] == records
        for record in records:
            assert list(record) == ["id", "person", "outcome", "marks", "findings"]
            assert list(record["marks"]) == MARKS
        flat = [
            [
                str(record["id"] or ""),
                one["rule"],
                one["level"],
                one["quality"],
                one["says"],
                record["person"] or "",
                record["outcome"],
            ]
            for record in records
            for one in record["findings"]
        ]
        header, *rows = csv.reader(io.StringIO(some.ok("check", *words, "--csv"), newline=""))
        assert header == ["id", "rule", "level", "quality", "says", "person", "outcome"]
        assert rows == flat
        lines = some.ok("check", *words, "--plain")
        assert lines == some.ok("check", *words)
        escaped = [[cell.replace("\t", "\\t").replace("\n", "\\n") for cell in row] for row in flat]
        assert [line.split("\t") for line in lines.splitlines()] == escaped


@pytest.mark.parametrize("width", [40, 80])
def test_a_page_fits_and_steers_nothing(program: Program, width: int) -> None:
    from rich.cells import cell_len

    for outcome in (
        "Try \x1b[31mred\x1b[0m and \u202eback",
        "東京で会議の資料を用意して部長に渡す " * 3,
        "x" * 200,
        "[bold]help[/]",
    ):
        program.ok(
            "make", outcome, "--to", "dana", "--to", "東京の部長さん長い名前の人です", "--new"
        )
    for words in (
        [],
        ["1", "2", "3"],
        ["--draft", "Try \x1b[31mred", "--to", "名" * 60, "--by", "soon"],
    ):
        page = program.ok("check", *words, width=width)
        assert "\x1b" not in page
        assert "\u202e" not in page
        assert max(map(cell_len, page.splitlines())) <= width


# Rules to leave out


def test_rules_can_be_left_out_in_any_case(program: Program) -> None:
    words = ["--draft", "Help", "--to", "lee", "--by", "sat"]
    assert _rules(program, *words) == ["L04", "L05", "L08", "L11", "L17"]
    assert _rules(program, *words, "--ignore", "L11", "--ignore", "l08") == ["L04", "L05", "L17"]
    everything = [word for rule in RULES for word in ("--ignore", rule)]
    assert _rules(program, *words, *everything) == []


def test_marks_stay_what_they_are_when_rules_are_left_out(program: Program) -> None:
    [record] = _check(
        program, "--draft", "Help", "--to", "lee", "--ignore", "L04", "--ignore", "L05"
    )
    assert record["marks"]["what"] is False


def _configure(program: Program, text: str) -> Path:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_config_leaves_rules_out_too(program: Program) -> None:
    _configure(program, '[check]\nignore = ["L08", "L17"]\n')
    assert _draft(program, "Help", "--to", "lee", "--by", "sat", "--ignore", "L11") == [
        "L04",
        "L05",
    ]


@pytest.mark.parametrize(
    ("key", "outcome", "rule"),
    [
        ("effort", "Noodle on the contract draft", "L05"),
        ("hedges", "Send the numbers inshallah", "L06"),
        ("hedges", "Send the numbers Deo Volente", "L06"),
        ("vague", "Send a heap of numbers", "L07"),
    ],
)
def test_the_config_adds_words(program: Program, key: str, outcome: str, rule: str) -> None:
    assert rule not in _draft(program, outcome, "--to", "dana")
    _configure(program, f'[check]\n{key} = ["noodle on", "inshallah", "deo volente", "heap"]\n')
    assert rule in _draft(program, outcome, "--to", "dana")
    assert "L05" in _draft(program, "Help with the contract draft", "--to", "dana")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[check]\nignor = ["L08"]', "line 2: there is no “ignor”; the nearest is ignore"),
        ('[checks]\nignore = ["L08"]', "line 1: there is no “checks”; the nearest is check"),
        ("[check]\nhedge = []", "line 2: there is no “hedge”; the nearest is hedges"),
        ('check = "L08"', 'line 1: check is a table: type [check], and below it ignore = ["L08"]'),
        ('[check]\n\nignore = "L08"', "line 3: ignore must be a list of texts"),
        ("[check]\nvague = [1]", "line 2: vague must be a list of texts"),
        ('[check]\neffort = ["a", " "]', "line 2: effort must be a list of texts"),
        ("[check]\nhedges = 3", "line 2: hedges must be a list of texts"),
        ('[check]\nignore = ["L08", "L99"]', "line 2: there is no rule “L99”, only L01, L02, L03"),
        ('[check]\ngroups = "us"', "line 2: groups must be a list of texts"),
        ("[check]\npeople = [[]]", "line 2: people must be a list of texts"),
        ('date_order = "dmy"\n[check]\nignore = [', "it is not TOML ("),
    ],
)
def test_a_config_that_cannot_be_used_is_refused(
    program: Program, text: str, sentence: str
) -> None:
    path = _configure(program, text)
    for words in (
        ["check"],
        ["check", "--draft", "Help", "--to", "lee"],
        ["make", "Help", "--to", "lee"],
    ):
        result = program(*words)
        assert result.stderr.startswith(f"promisectl: {path}: {sentence}")
        assert (result.stdout, result.code) == ("", 6)
    assert json.loads(program("check", "--json").stderr)["error"]["code"] == "data"
    assert not program.ledger.exists()


@pytest.mark.parametrize("rule", ["l08", "L08"])
def test_a_rule_in_the_config_may_be_written_in_any_case(program: Program, rule: str) -> None:
    _configure(program, f'[check]\nignore = ["{rule}"]\n')
    assert "L08" not in _draft(program, "Help", "--to", "lee")


def test_an_empty_table_says_nothing(program: Program) -> None:
    _configure(program, "[check]\n")
    assert "L05" in _draft(program, "Help", "--to", "lee")


# Rules about what stands around a promise


def _well(program: Program, outcome: str, *more: str, today: str | None = None) -> None:
    """Something of mine that is agreed on and needs no other advice."""
    program.ok("make", outcome, "--to", "dana", "--agreed", "-q", *more, today=today)


NAMES = (
    "Send the invoice",
    "Paint the fence",
    "Bake two cakes",
    "Print the flyers",
    "Book the hall",
    "Feed the cats",
)


def test_a_week_is_full_at_five(program: Program) -> None:
    for name, day in zip(NAMES[:4], ("tue", "tue", "wed", "sun"), strict=True):
        _well(program, name, "--by", day)
    assert "L14" not in _rules(program, "1")
    assert "L14" in _draft(program, NAMES[4], "--to", "lee", "--by", "fri")
    assert "L14" not in _draft(program, NAMES[4], "--to", "lee", "--by", "2026-11-30")
    assert "L14" not in _draft(program, NAMES[4], "--from", "lee", "--by", "fri")
    program.ok("make", NAMES[4], "--to", "me", "--by", "fri")
    for number in map(str, range(1, 6)):
        says = _says(program, "L14", number)
        assert f"#{number} " not in says
        assert says.count("#") == 4
    assert _says(program, "L14", "5").endswith(
        "#1 “Send the invoice”, #2 “Paint the fence”, #3 “Bake two cakes”, #4 “Print the flyers”."
    )
    program.ok("complete", "5")
    assert "L14" not in _rules(program, "1")


def test_what_is_not_agreed_fills_no_week(program: Program) -> None:
    for name in NAMES[:5]:
        program.ok("make", name, "--to", "dana", "--by", "fri", "-q")
    assert "L14" not in _rules(program, "5")


def test_who_usually_delivers_more_may_have_more(program: Program) -> None:
    for week in range(1, 9):
        day = f"2026-{10 if week > 3 else 11:02}-{(30 - 7 * (week - 4)) if week > 3 else (23 - 7 * week + 2):02}"
        for number in range(6):
            program.ok(
                "make", f"Thing {week} {number}", "--to", "lee", "--said", day, "--agreed", "-q"
            )
            program.ok("complete", str((week - 1) * 6 + number + 1), "--on", day, "-q")
    for name in NAMES:
        _well(program, name, "--by", "fri")
    assert "L14" not in _rules(program, "49")
    assert "L14" in _draft(program, "Water the lawn", "--to", "lee", "--by", "fri")


def test_three_on_a_day(program: Program) -> None:
    _well(program, NAMES[0], "--by", "fri")
    _well(program, NAMES[1], "--by", "fri 09:00")
    assert "L15" not in _rules(program, "1")
    assert "L15" in _draft(program, NAMES[2], "--to", "me", "--by", "fri 23:00")
    assert "L15" not in _draft(program, NAMES[2], "--to", "me", "--by", "sat")
    _well(program, NAMES[2], "--by", "fri 23:00")
    assert _says(program, "L15", "3").endswith("#2 “Paint the fence”, #1 “Send the invoice”.")


def test_a_day_is_a_day_here(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES[:2]:
        _well(program, name, "--by", "fri 23:30")
    _well(program, NAMES[2], "--by", "sat 00:30")
    assert "L15" not in _rules(program, "1")
    monkeypatch.setenv("TZ", "America/New_York")
    assert "L15" in _rules(program, "1")


def test_a_twin_is_named(program: Program) -> None:
    program.ok("make", "Send the Q3 numbers to the board", "--to", "dana", "--by", "fri")
    program.ok("make", "Send the Q3 numbers to the board!", "--to", "lee", "--by", "fri")
    assert "L19" not in _rules(program, "1")
    assert _says(
        program, "L19", "--draft", "send the q3 numbers TO the board", "--to", "dana"
    ).startswith("Looks like #1.")
    assert "L19" not in _draft(program, "send the q3 numbers TO the board", "--to", "kim")
    program.ok("make", "Send Q3 numbers to the board", "--to", "dana", "--by", "fri")
    assert _says(program, "L19", "3").startswith("Looks like #1.")
    assert _says(program, "L19", "1").startswith("Looks like #3.")
    program.ok("withdraw", "1")
    assert "L19" not in _rules(program, "3")


@pytest.mark.parametrize(
    ("outcome", "speaks"),
    [
        ("Lee sends the contract back", True),
        ("lee will send the contract back", True),
        ("Kim Berger signs the contract", True),
        ("Send the contract to Lee", False),
        ("Dana signs the contract here", False),
    ],
)
def test_an_act_of_somebody_else(program: Program, outcome: str, speaks: bool) -> None:
    assert "L20" not in _draft(program, "Lee sends the contract back", "--to", "dana")
    program.ok("make", NAMES[0], "--to", "lee")
    program.ok("make", NAMES[0], "--to", "Kim Berger")
    assert ("L20" in _draft(program, outcome, "--to", "dana")) is speaks


def test_a_record_that_speaks_against_it(program: Program) -> None:
    for number in range(6):
        _well(
            program,
            f"Thing number {number}",
            "--by",
            "tomorrow",
            "--said",
            "2026-11-02",
            "--backfill",
        )
        program.ok("renege", str(number + 1), "--reason", "late", "--not-told", "-q")
    says = _says(program, "L21", "--draft", NAMES[0], "--to", "dana", "--by", "tomorrow")
    assert "0 of 6" in says
    assert "to Dana" in says
    assert "L21" in _draft(program, NAMES[0], "--to", "lee", "--by", "tomorrow")
    assert "L21" not in _draft(program, NAMES[0], "--to", "lee", "--by", "2026-12-20")
    assert "L21" not in _draft(program, NAMES[0], "--from", "dana", "--by", "tomorrow")
    _well(program, NAMES[0], "--by", "tomorrow")
    assert "L21" in _rules(program, "7")


def test_four_are_not_enough_to_tell(program: Program) -> None:
    for number in range(4):
        _well(program, f"Thing number {number}")
        program.ok("renege", str(number + 1), "--reason", "late", "-q")
    assert "L21" not in _draft(program, NAMES[0], "--to", "dana", "--by", "tomorrow")
    _well(program, NAMES[1])
    program.ok("renege", "5", "--reason", "late", "-q")
    assert "L21" in _draft(program, NAMES[0], "--to", "dana", "--by", "tomorrow")


def test_a_question_that_nobody_answers(program: Program) -> None:
    program.ok("make", NAMES[0], "--from", "lee", "--by", "2026-12-20")
    assert "L22" not in _rules(program, "1")
    assert "Thu 3 Dec." in _says(program, "L22", "1", today="2026-11-30T10:00")
    program.ok("negotiate", "1", "--mine", "--reply-by", "2026-12-10")
    assert "L22" not in _rules(program, "1", today="2026-12-01T10:00")


def test_a_yes_that_only_i_have_noted(program: Program) -> None:
    program.ok("make", NAMES[0], "--from", "lee", "--agreed")
    assert "L18" in _rules(program, "1")
    program.ok("note", "1", "he said so on Monday")
    assert "L18" not in _rules(program, "1")
    program.ok("undo")
    assert "L18" in _rules(program, "1")
    program.ok("bump", "1", "on my way", "--theirs")
    assert "L18" not in _rules(program, "1")
    program.ok("make", NAMES[1], "--from", "lee")
    program.ok("accept", "2")
    assert "L18" not in _rules(program, "2")


def test_due_before_anybody_said_yes(program: Program) -> None:
    program.ok("make", NAMES[0], "--to", "dana", "--by", "thu 10:00")
    assert "L10" not in _rules(program, "1", today="2026-11-24T09:59")
    assert "is due Thu 26 Nov" in _says(program, "L10", "1", today="2026-11-24T10:00")
    assert "was due Thu 26 Nov" in _says(program, "L10", "1", today="2026-11-27T10:00")
    assert "L10" not in _draft(program, NAMES[1], "--to", "dana", "--by", "tomorrow")
    program.ok("accept", "1", today="2026-11-24T10:00")
    assert "L10" not in _rules(program, "1", today="2026-11-24T10:00")


def test_two_rounds_weigh_a_missing_measure_more(program: Program) -> None:
    program.ok("make", NAMES[0], "--to", "dana", "--by", "thu")
    levels = []
    for day in ("fri", "thu"):
        program.ok("negotiate", "1", "--mine", "--by", day)
        [record] = _check(program, "1")
        levels += [finding["level"] for finding in record["findings"] if finding["rule"] == "L08"]
    assert levels == ["info", "warn"]


def test_new_terms_on_the_table_are_what_is_checked(program: Program) -> None:
    _well(program, NAMES[0], "--by", "thu")
    program.ok("negotiate", "1", "--what", "Help", "--reason", "too much")
    [record] = _check(program, "1")
    assert record["outcome"] == "Help"
    assert "L05" in [finding["rule"] for finding in record["findings"]]


def _seen(out: str) -> str:
    return "".join(line.rstrip() + "\n" for line in out.splitlines())


# What answers a finding


ANSWERED = {
    "L02": ("make", "Send the Q3 numbers", "--to", "dana"),
    "L04": ("make", "Numbers", "--to", "dana"),
    "L05": ("make", "Help with the move", "--to", "dana"),
    "L06": ("make", "Maybe send the numbers", "--to", "dana"),
    "L07": ("make", "Send several good numbers", "--to", "dana"),
    "L08": ("make", "Send the Q3 numbers", "--to", "dana"),
    "L09": ("make", "Clean the hall and send the bill", "--to", "dana"),
    "L10": ("make", "Send the Q3 numbers", "--to", "dana", "--by", "tue", "--asked"),
    "L11": ("make", "Send the Q3 numbers", "--to", "dana"),
    "L12": ("make", "Send the Q3 numbers", "--to", "dana", "--agreed"),
    "L13": ("make", "Send the Q3 numbers", "--to", "dana", "--agreed"),
    "L17": ("make", "Send the Q3 numbers", "--to", "dana", "--by", "sat"),
    "L18": ("make", "Send the Q3 numbers", "--to", "dana", "--agreed"),
    "L22": ("make", "Send the Q3 numbers", "--to", "dana", "--said", "2026-11-10"),
    "L25": ("make", "Send the Q3 numbers", "--from", "platform team"),
}


@pytest.mark.parametrize("rule", ANSWERED)
def test_what_a_finding_says_to_type_answers_it(program: Program, rule: str) -> None:
    program.ok(*ANSWERED[rule])
    page = " ".join(program.ok("check", "1", width=200).split())
    shown = page[page.index(rule) :].partition("promisectl ")[2]
    command = shown.partition(" warn ")[0].partition(" info ")[0]
    words = "2026-11-27" if "--by" in command else "all 3 of them are there"
    words = "dana" if "--with" in command else words
    assert program(*shlex.split(command.replace("“…”", f"'{words}'"))).code == 0
    assert rule not in _rules(program, "1")


def test_an_answer_stays_on_one_line(program: Program) -> None:
    program.ok("make", "Help", "--to", "dana", "--agreed")
    for width in (200, 80, 60):
        page = program.ok("check", "1", width=width)
        for command in ("--by", "--what", "--done-when", "--risk", "--no-to"):
            assert f"promisectl correct 1 {command} “…”" in page


def test_the_answer_is_not_part_of_a_record(some: Program) -> None:
    for record in _check(some):
        for finding in record["findings"]:
            assert [*finding] == ["rule", "level", "quality", "says"]
            assert "promisectl" not in finding["says"]
