"""The config: every key does what it says, what nobody knows is refused with its line, and programs never notice."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from promisectl import errors
from promisectl.config import Config, file, keys
from promisectl.rendering.columns import COLUMNS
from tests.conftest import Program


def configure(program: Program, text: str) -> Path:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# What is refused


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('\nme_ = "Ana"', "line 2: there is no “me_”; the nearest is me"),
        ("[tables]", "line 1: there is no “tables”; the nearest is table"),
        ("[table]\ncolumn = []", "line 2: there is no “column”; the nearest is columns"),
        ("ignore = []", "line 1: ignore is in the wrong place; move it below [check]"),
        (
            '[table]\nsort = "due"\nme = "Ana"',
            "line 3: me is in the wrong place; move it above the first [table]",
        ),
        ("me = 3", 'line 1: me must be your name, as in "Ana Lopez"'),
        ('me = " "', 'line 1: me must be your name, as in "Ana Lopez"'),
        (
            'zone = "Berlin"',
            'line 1: “Berlin” is not a known time zone; zone is a name such as "Europe/Berlin"',
        ),
        (
            "zone = 1",
            'line 1: this is not a known time zone; zone is a name such as "Europe/Berlin"',
        ),
        ("date_order = []", "line 1: date_order must be one of dmy, mdy, ymd"),
        (
            'week_start = "sunday"',
            "line 1: week_start must be one of mon, tue, wed, thu, fri, sat, sun",
        ),
        (
            "window = 0",
            'line 1: window must be a number of days, 1 to 36500, as in 90 or "90 days"',
        ),
        ("window = true", "line 1: window must be a number of days"),
        ("window = 1.5", "line 1: window must be a number of days"),
        ('window = "3 weeks"', "line 1: window must be a number of days"),
        ('color = "red"', "line 1: color must be one of auto, always, never"),
        ("pager = true", 'line 1: pager must be a command, as in "less -FIRX", or false for none'),
        ('pager = ""', "line 1: pager must be a command"),
        ("table = 1", "line 1: table is a table: type [table]"),
        ("alias = 1", "line 1: alias is a table: type [alias]"),
        (
            '[table]\ncolumns = ["id", "who"]',
            "line 2: there is no column “who”, only id, person, outcome,",
        ),
        ('[table]\ncolumns = ["id", "due", "id"]', "line 2: the column id is there twice"),
        ("[table]\ncolumns = []", "line 2: columns is empty; leave it out for the usual ones"),
        ('[table]\nsort = "id"', "line 2: sort must be one of due, made, person, state"),
        (
            '[check]\nvague = [\n  "a",\n]\nhedges = [\n\n 1]',
            "line 5: hedges must be a list of texts",
        ),
        (
            'me = """\nAna\ncolor = "red"\n"""\ncolor = "red"',
            "line 5: color must be one of auto, always, never",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(
    program: Program, text: str, sentence: str
) -> None:
    path = configure(program, text)
    for words in (
        ["make", "Send the numbers", "--to", "dana"],
        ["owe"],
        ["config", "show"],
        ["nosuch"],
    ):
        result = program(*words)
        assert result.stderr.startswith(f"promisectl: {path}: {sentence}"), result
        assert (result.stdout, result.code) == ("", 6)
    assert not program.ledger.exists()


def test_a_config_that_is_no_file_is_refused(program: Program) -> None:
    path = configure(program, "")
    path.unlink()
    path.mkdir()
    assert (
        program("owe").stderr
        == f"promisectl: {path}: is a directory. Nothing was done. Move it elsewhere.\n"
    )


def test_whatever_helps_to_put_it_right_works_with_a_broken_config(program: Program) -> None:
    path = configure(program, "me = ")
    assert program.ok("config", "path") == f"{path}\n"
    assert program.ok("path").splitlines()[1] == f"config: {path}"
    assert program.ok("guide", "dates").startswith("# Dates")
    assert program.ok("--version").startswith("promisectl ")
    assert program.ok("owe", "--help").startswith("Usage: promisectl owe")
    assert f"Aliasesareleftout.{path}:itisnotTOML" in "".join(program.ok("--help").split())
    assert "Aliases are left out." in program.ok("--help", width=80)


@given(st.binary(max_size=60))
def test_whatever_stands_there_is_read_or_refused(written: bytes) -> None:
    try:
        said = file.parse_config(written, "config.toml")
    except errors.BadConfig as problem:
        said = str(problem)
    assert said.startswith("config.toml: ") if isinstance(said, str) else isinstance(said, Config)


@given(
    st.sampled_from([key for key in keys.CONFIG_KEYS if "." not in key]),
    st.integers(0, 5),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_line_is_counted_as_an_editor_does(key: str, before: int, newline: str) -> None:
    text = newline.join(["# a line"] * before + [f"{key} = ["] + ["[]", "]", ""])
    with pytest.raises(
        errors.BadConfig,
        match=rf"^config.toml: line {before + 1}: ({key} must be|this is not a known time zone)",
    ):
        file.parse_config(text.encode(), "config.toml")


def test_a_byte_order_mark_is_none_of_the_config(program: Program) -> None:
    configure(program, '\ufeffme = "Ana Lopez"')
    assert "you promise yourself" in program.ok("make", "Send the numbers", "--to", "Ana Lopez")


# What is said


@pytest.mark.parametrize("name", ["Ana Lopez", "ana lopez", "ana-lopez", " ANA  LOPEZ ", "me"])
def test_my_name_means_me(program: Program, name: str) -> None:
    configure(program, 'me = "Ana Lopez"')
    assert "you promise yourself" in program.ok(
        "make", "Send the numbers", "--to", name, "--by", "fri"
    )
    assert program.ok("owe", "--with", name).startswith("1\tme\t")
    assert program("make", "Send the numbers", "--to", "dana", "--from", name).stderr.startswith(
        "promisectl: With --to, you are the other side. Leave out --from me."
    )
    assert program("check", "--draft", "Send the numbers", "--to", name, "--json").code == 0
    assert program("stats", "--with", name).stderr.startswith(
        "promisectl: stats does not count promises to yourself."
    )


def test_a_first_name_alone_is_somebody_else(program: Program) -> None:
    assert "Ana Lopez" in program.ok("make", "Send the numbers", "--to", "ana lopez")
    configure(program, 'me = "Ana Lopez"')
    assert "you offer Ana" in program.ok("make", "Send the numbers", "--to", "ana", "--new")


def test_the_zone_is_that_of_the_environment_then_of_the_config(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, 'zone = "Asia/Tokyo"')
    made = json.loads(
        program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri", "--json")
    )
    assert made["due_zone"] == "Europe/Berlin"
    monkeypatch.delenv("TZ")
    made = json.loads(
        program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri", "--json")
    )
    assert (made["due_zone"], made["due_at"]) == ("Asia/Tokyo", "2026-11-27T14:59:59Z")


@pytest.mark.parametrize(
    ("day", "end"),
    [("mon", "Sun 29 Nov"), ("tue", "Mon 23 Nov"), ("sat", "Fri 27 Nov"), ("sun", "Sat 28 Nov")],
)
def test_a_week_ends_before_it_begins_anew(program: Program, day: str, end: str) -> None:
    configure(program, f'week_start = "{day}"')
    assert f"by {end}." in program.ok("make", "Send the numbers", "--to", "dana", "--by", "eow")


def test_weeks_begin_where_i_say_on_a_terminal_and_on_monday_in_records(program: Program) -> None:
    for day in ("thu", "fri", "sat", "sun", "mon"):
        program.ok("make", f"Send the numbers {day}", "--to", "dana", "--by", day, "--agreed")
    before = {form: program.ok("week", f"--{form}") for form in ("json", "csv", "plain")}
    assert "Week 48, 23 Nov to 29 Nov" in program.ok("week", width=80)
    configure(program, 'week_start = "sun"')
    page = program.ok("week", width=80).splitlines()
    assert [line.strip() for line in page if line.startswith("Week")] == [
        "Week of 22 Nov to 28 Nov",
        "Week of 29 Nov to 5 Dec",
    ]
    assert not any(line.startswith("Sun 22") for line in page)
    assert {form: program.ok("week", f"--{form}") for form in ("json", "csv", "plain")} == before


def test_a_week_on_a_terminal_is_too_full_by_its_own_days(program: Program) -> None:
    for number in range(7):
        day = "sun" if number < 4 else "sat"
        program.ok("make", f"Send the numbers {number}", "--to", "dana", "--by", day, "--agreed")
    assert "Over-full: you owe 7" in program.ok("week", width=80)
    configure(program, 'week_start = "sun"')
    assert "Over-full: you owe 7" not in program.ok("week", width=80)


def test_the_window_of_the_figures(program: Program) -> None:
    program.ok(
        "make",
        "Send the numbers",
        "--to",
        "dana",
        "--by",
        "fri",
        "--agreed",
        "-q",
        today="2026-07-01",
    )
    program.ok("complete", "1", "--confirmed", today="2026-07-02")
    kept = {"count": 0, "of": 0}
    for window, since, count in (
        ("", "2026-08-24", 0),
        ("window = 200", "2026-05-06", 1),
        ('window = "1 day"', "2026-11-21", 0),
    ):
        configure(program, window)
        figures = json.loads(program.ok("stats", "--json"))
        assert figures["since"].startswith(since) or figures["since"] > since, figures["since"]
        assert figures["owe"]["kept"].items() >= (kept | {"count": count, "of": count}).items()
    assert json.loads(program.ok("stats", "--all", "--json"))["owe"]["kept"]["count"] == 1
    assert (
        json.loads(program.ok("stats", "--since", "1 jun", "--json"))["owe"]["kept"]["count"] == 1
    )


@pytest.mark.parametrize(
    ("option", "variables", "config", "coloured"),
    [
        (None, {}, "always", True),
        (None, {"TERM": "dumb"}, "always", True),
        (None, {}, "never", False),
        (None, {}, "auto", True),
        (None, {"TERM": "dumb"}, "auto", False),
        (None, {"NO_COLOR": "1"}, "always", False),
        (None, {"FORCE_COLOR": "1"}, "never", True),
        (None, {"CLICOLOR_FORCE": "1"}, "never", True),
        (None, {"CLICOLOR": "0"}, "always", False),
        (None, {"CLICOLOR": "1"}, "auto", True),
        (None, {"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, "never", True),
        ("always", {"CLICOLOR": "0"}, "never", True),
        ("always", {"NO_COLOR": "1"}, "never", True),
        ("never", {"FORCE_COLOR": "1"}, "always", False),
        ("auto", {}, "never", True),
        ("auto", {"TERM": "dumb"}, "always", False),
        ("auto", {"NO_COLOR": "1"}, "always", False),
    ],
)
def test_colour_is_an_options_then_the_environments_then_the_configs(
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    option: str | None,
    variables: dict[str, str],
    config: str,
    coloured: bool,
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed")
    monkeypatch.delenv("NO_COLOR")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    configure(program, f'color = "{config}"')
    words = ["owe", *(["--color", option] if option else [])]
    assert ("\x1b[" in program.ok(*words, width=80)) is coloured
    assert "\x1b[" not in program.ok("owe", *words[1:])
    for no_color in (["owe", "--no-color"], ["--no-color", "owe"], ["--no-color", *words]):
        assert "\x1b[" not in program.ok(*no_color, width=80)


@pytest.mark.parametrize(
    ("config", "variable", "options", "is_plain"),
    [
        ("", None, [], False),
        ("", "1", [], True),
        ("", "0", [], False),
        ("", "", [], False),
        ('form = "plain"', None, [], True),
        ('form = "auto"', None, [], False),
        ('form = "plain"', "0", [], False),
        ('form = "auto"', "1", [], True),
        ('form = "plain"', "1", ["--table"], False),
    ],
)
def test_who_wants_plain_lines_gets_them_at_a_terminal(
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    config: str,
    variable: str | None,
    options: list[str],
    is_plain: bool,
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed", "--by", "fri")
    configure(program, config)
    if variable is not None:
        monkeypatch.setenv("PROMISECTL_PLAIN", variable)
    for view in ("owe", "list", "week", "stats", "people", "show 1", "log", "config show"):
        words = view.split()
        plain = program.ok(*words, "--plain")
        assert (program.ok(*words, *options, width=80) == plain) is is_plain, view
    assert program("make", "Call", "--to", "dana", width=80).stdout.startswith("#2 proposed: ")


@pytest.mark.parametrize(
    ("text", "pager"),
    [("", None), ('pager = "less -FIRX"', "less -FIRX"), ("pager = false", False)],
)
def test_the_pager(text: str, pager: str | bool | None) -> None:
    assert file.parse_config(text.encode(), "").pager == pager


# Tables


def _filled(program: Program) -> None:
    program.ok(
        "make",
        "Send the Q3 numbers",
        "--to",
        "lee",
        "--by",
        "fri",
        "--agreed",
        "--tag",
        "q3",
        "--done-when",
        "the board has it",
    )
    program.ok(
        "make",
        "Review the contract",
        "--to",
        "dana kim",
        "--by",
        "+9d",
        "--agreed",
        "--risk",
        "the kids are ill",
        "--tag",
        "law",
    )
    program.ok("make", "Fix the brake", "--from", "ivo", "--why", "winter comes")
    program.ok("negotiate", "2", "--by", "+12d", "--reason", "more to read")


def test_columns_and_order_are_those_of_the_config_on_a_terminal(program: Program) -> None:
    _filled(program)
    configure(
        program, '[table]\ncolumns = ["due", "id", "outcome", "tags", "state"]\nsort = "person"'
    )
    assert [line.rstrip() for line in program.ok("owe", width=80).splitlines()] == [
        "Agreed",
        "By          #  What                                                 Tags  State",
        "Wed 2 Dec   2  Review the contract                                  law   active",
        "Fri 27 Nov  1  Send the Q3 numbers                                  q3    active",
    ]
    by_due = program.ok("owe", "--sort", "due", width=80).splitlines()
    assert [line[12] for line in by_due[2:]] == ["1", "2"]
    assert program.ok("list", width=80).splitlines()[0].split() == [
        "By",
        "#",
        "What",
        "Tags",
        "State",
    ]


def test_records_never_depend_on_the_config(program: Program) -> None:
    _filled(program)
    forms = [
        [view, *form]
        for view in ("owe", "owed", "list")
        for form in ([], ["--json"], ["--jsonl"], ["--csv"], ["--plain"])
    ]
    before = [program.ok(*words) for words in forms]
    at_a_terminal = [program.ok(*words, width=80) for words in forms if words[1:]]
    configure(program, '[table]\ncolumns = ["id", "tags"]\nsort = "person"')
    assert [program.ok(*words) for words in forms] == before
    assert [program.ok(*words, width=80) for words in forms if words[1:]] == at_a_terminal


def test_without_columns_the_table_stays_as_it_is(program: Program) -> None:
    _filled(program)
    before = [
        program.ok(view, width=width)
        for view in ("owe", "owed", "list", "moves")
        for width in (40, 80)
    ]
    configure(program, '[table]\nsort = "due"')
    assert [
        program.ok(view, width=width)
        for view in ("owe", "owed", "list", "moves")
        for width in (40, 80)
    ] == before


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_every_column_is_there_in_every_width_and_nothing_is_cut(
    program: Program, width: int
) -> None:
    _filled(program)
    program.ok("decline", "3", "--reason", "no time")
    for columns in (
        [*COLUMNS],
        [*reversed(COLUMNS)],
        ["id", "due", "state"],
        ["tags"],
        ["outcome"],
        ["id"],
        ["why", "risk", "person"],
    ):
        configure(program, f"[table]\ncolumns = {json.dumps(columns)}")
        out = program.ok("list", "--all", width=width)
        assert all(cell_len(line) <= width for line in out.splitlines())
        squeezed = "".join(out.split())
        for column, text in {
            "outcome": "Send the Q3 numbers",
            "person": "to Lee",
            "tags": "q3",
            "due": "27 Nov",
            "risk": "the kids are ill",
            "why": "winter comes",
            "done_when": "the board has it",
            "reason": "no time",
        }.items():
            if column in columns and (len(columns) < 5 or column != "person"):
                assert (
                    set(text.split()) <= set(out.replace(",", " ").split())
                    or text.replace(" ", "") in squeezed
                ), (column, columns, out)


def test_a_table_that_does_not_fit_becomes_a_list(program: Program) -> None:
    _filled(program)
    configure(
        program,
        '[table]\ncolumns = ["id", "person", "outcome", "due", "standing", "tags", "done_when"]',
    )
    assert [
        line.rstrip() for line in program.ok("owe", "--with", "lee", width=40).splitlines()
    ] == [
        "Agreed",
        "#  Who  What                  By",
        "1  Lee  Send the Q3 numbers   Fri 27 Nov",
        "        done when: the board  in 4 days",
        "        has it                tags: q3",
    ]
    program.ok("person", "rename", "lee", "maximilian-oberhuber", "--name", "Maximilian Oberhuber")
    assert [
        line.rstrip() for line in program.ok("owe", "--with", "lee", width=40).splitlines()
    ] == [
        "Agreed",
        "#  Who",
        "1  Maximilian Oberhuber",
        "   Send the Q3 numbers",
        "   Fri 27 Nov, in 4 days, tags: q3",
        "   done when: the board has it",
    ]


def test_my_name_is_nobody_elses(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana")
    configure(program, 'me = "Dana"\n')
    result = program("make", "Pay back", "--to", "dana")
    assert (
        result.code,
        "is you (`me` in the config), but also a person in your ledger" in result.stderr,
    ) == (
        2,
        True,
    )


def test_a_broken_config_does_not_silence_a_prompt(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana", "--asked")
    configure(program, "colr = 1\n")
    assert program("status") == ("1 to answer\n", "", 0)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ('date_oder = "dmy"', "line 1: there is no “date_oder”; the nearest is date_order"),
        ('# hello\ndate_order = "dym"', "line 2: date_order must be one of dmy, mdy, ymd"),
        ("date_order = ", "it is not TOML (Invalid value"),
        ("\udcff", "line 1 is not UTF-8"),
        (f"x = {'[' * 9_999}{']' * 9_999}", "its brackets are nested too deeply"),
        (f"x = {'{a=' * 9_999}1{'}' * 9_999}", "its brackets are nested too deeply"),
        (f"zone = {'7' * 9_999}", "a number in it is too long"),
        (f"[alias]\nlate = {'[' * 90}{']' * 90}", "line 2: late must begin with a command"),
        (f"{'a.' * 999}b = 1", "line 1: there is no “a”"),
        ("zone = 2026-13-45", "it is not TOML ("),
    ],
)
def test_a_config_that_cannot_be_used_is_refused(
    program: Program, config: str, sentence: str
) -> None:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_bytes(config.encode(errors="surrogateescape"))
    result = program("make", "x y z", "--to", "dana", "--by", "fri")
    assert result.code == 6
    assert result.stderr.startswith(f"promisectl: {path}: {sentence}")
    assert not program.ledger.exists()


def test_the_config_says_the_order_of_dates(program: Program) -> None:
    assert program("make", "x y z", "--to", "dana", "--by", "11/12/2027").code == 2
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True)
    for order, day in (("dmy", "Fri 11 Dec"), ("mdy", "Thu 12 Nov")):
        path.write_text(f'date_order = "{order}"\n')
        assert f"by {day}." in program.ok(
            "make", "x y z", "--to", "dana", "--by", "11/12/2026", "--backfill"
        )


def test_the_zone_is_the_one_that_is_set(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.ok("make", "x y z", "--to", "dana", "--by", "fri 17:00")
    monkeypatch.setenv("TZ", "America/New_York")
    [record] = json.loads(program.ok("list", "--json"))
    assert (record["due"], record["due_zone"], record["due_at"]) == (
        "2026-11-27T17:00",
        "Europe/Berlin",
        "2026-11-27T16:00:00Z",
    )
    assert "Fri 27 Nov 17:00" in program.ok("list", width=200)
    assert "Europe/Berlin" in program.ok("list", width=200)
    monkeypatch.setenv("TZ", "No/Where")
    assert program("list") == (
        "",
        "promisectl: TZ is “No/Where”, which is not a known time zone. Set it to one such as Europe/Berlin, or unset it.\n",
        2,
    )
    for zone in ("/usr/share/zoneinfo/Asia/Tokyo", ":Asia/Tokyo", "posix/Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        assert "Asia/Tokyo" in program.ok("make", "x y z", "--to", "dana", "--by", "fri", "--json")
    monkeypatch.delenv("TZ")
    assert program("list").code == 0


def test_a_config_that_is_a_link_to_nothing_is_trouble(program: Program) -> None:
    """What it says about zones and dates would be missing without a word."""
    path = configure(program, "")
    path.unlink()
    path.symlink_to("/nowhere/dotfiles/config.toml")
    for words in (["make", "Send it", "--to", "dana"], ["owe"], ["config", "show"]):
        done = program(*words)
        assert (done.stdout, done.code) == ("", 6)
        assert "it is a link to /nowhere/dotfiles/config.toml, which does not exist" in done.stderr
    assert "which does not exist" in program("doctor").stdout
    assert not program.ledger.exists()
