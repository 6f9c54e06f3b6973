"""config show, path, edit, set and unset: what holds and who says so; a mistake never breaks what was there."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from promisectl.config import file, keys
from tests.cli.terminal import ended, terminal
from tests.cli.test_config import configure
from tests.conftest import Program


def _path(program: Program) -> Path:
    return program.home / "config" / "promisectl" / "config.toml"


def _editor(
    program: Program, patch: pytest.MonkeyPatch, script: str, variable: str = "EDITOR"
) -> None:
    """An editor that does to its last argument, `$1`, what the script says."""
    editor = program.home / "bin" / f"{variable}.sh"
    editor.parent.mkdir(exist_ok=True)
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o755)
    patch.setenv(variable, str(editor))


@pytest.fixture(autouse=True)
def _no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)


# show and path


def _shown(program: Program, *words: str) -> dict[str, tuple[object, str]]:
    return {
        one["key"]: (one["value"], one["from"])
        for one in json.loads(program.ok(*words, "config", "show", "--json"))
    }


def test_every_key_is_shown_with_its_default(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")
    assert _shown(program) == {
        "me": (None, "default"),
        "ledger": (None, "default"),
        "zone": ("Europe/Berlin", "TZ"),
        "date_order": (None, "default"),
        "week_start": ("mon", "default"),
        "window": (90, "default"),
        "color": ("auto", "default"),
        "form": ("auto", "default"),
        "pager": ("less -FIRX", "default"),
        "hints": ("first-weeks", "default"),
        "questions": ("important", "default"),
        "date.morning": ("09:00", "default"),
        "date.afternoon": ("15:00", "default"),
        "date.evening": ("20:00", "default"),
        "date.cob": ("17:00", "default"),
        "check.ignore": ([], "default"),
        "check.effort": ([], "default"),
        "check.hedges": ([], "default"),
        "check.vague": ([], "default"),
        "check.people": ([], "default"),
        "check.groups": ([], "default"),
        "table.columns": (["id", "person", "outcome", "due", "standing"], "default"),
        "table.sort": ("due", "default"),
    }
    assert [*_shown(program)] == [*keys.CONFIG_KEYS]


def test_every_source_is_named(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    text = '# mine\nzone = "Asia/Tokyo"\nwindow = "180 days"\ncolor = "never"\npager = false\n\n[alias]\nlate = "owe --overdue"\n'
    configure(program, text)
    shown = _shown(program)
    assert shown["window"] == (180, "line 3")
    assert shown["color"] == ("never", "line 4")
    assert shown["pager"] == (False, "line 5")
    assert shown["alias.late"] == ("owe --overdue", "line 8")
    assert shown["zone"] == ("Europe/Berlin", "TZ")
    assert _shown(program, "--color", "always")["color"] == ("always", "--color")
    assert _shown(program, "--color", "auto")["color"] == ("auto", "--color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert _shown(program)["color"] == ("always", "FORCE_COLOR")
    monkeypatch.setenv("NO_COLOR", "1")
    assert _shown(program)["color"] == ("never", "NO_COLOR")
    monkeypatch.delenv("TZ")
    assert _shown(program)["zone"] == ("Asia/Tokyo", "line 2")


def test_the_ledger_is_named_with_its_source(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "postgresql:///?service=promises"
    configure(program, f'me = "Ana"\nledger = "{address}"\n')
    assert _shown(program)["ledger"] == (address, "line 2")
    monkeypatch.setenv("PROMISECTL_LEDGER", str(program.home / "band.db"))
    assert _shown(program)["ledger"] == (str(program.home / "band.db"), "PROMISECTL_LEDGER")
    assert _shown(program, "--ledger", address)["ledger"] == (address, "--ledger")
    assert "Not in effect now: PROMISECTL_LEDGER wins over the config." in (
        program("config", "set", "ledger", "/tmp/other.db").stderr
    )


def test_a_password_in_an_address_is_not_shown(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMISECTL_LEDGER", "postgresql://ana:hunter2@db.example.org/promises")
    for form in ("--json", "--plain"):
        shown = program("config", "show", form)
        assert shown.code == 2
        assert "Leave the password out of the address" in shown.stderr
        assert "hunter2" not in shown.stdout + shown.stderr


def test_it_is_a_table_for_people_and_lines_for_programs(program: Program) -> None:
    configure(
        program,
        'week_start = "sun"\n[check]\nignore = ["L08", "L13"]\n[table]\ncolumns = ["id", "outcome"]',
    )
    lines = dict(line.split("\t", 1) for line in program.ok("config", "show").splitlines())
    assert lines["week_start"] == "sun\tline 1"
    assert lines["check.ignore"] == "L08, L13\tline 3"
    assert lines["me"] == "\tdefault"
    assert next(csv.reader(io.StringIO(program.ok("config", "show", "--csv")))) == [
        "key",
        "value",
        "from",
    ]
    assert json.loads(program.ok("config", "show", "--jsonl").splitlines()[21])["value"] == [
        "id",
        "outcome",
    ]
    table = program.ok("config", "show", width=80).splitlines()
    assert table[0].split() == ["Key", "Value", "From"]
    assert table[5].split() == ["week_start", "sun", "line", "1"]
    assert all(len(line) <= 40 for line in program.ok("config", "show", width=40).splitlines())


def test_the_path_stands_alone(program: Program) -> None:
    assert program("config", "path") == (
        f"{_path(program)}\n",
        "There is no config yet. To make one: promisectl config edit\n",
        0,
    )
    configure(program, "")
    assert program("config", "path") == (f"{_path(program)}\n", "", 0)


def test_an_alias_with_a_point_in_its_name_is_shown(program: Program) -> None:
    configure(program, '[alias]\n"a.b" = "owe"\n')
    assert _shown(program)["alias.a.b"][0] == "owe"


# edit


def test_a_first_config_begins_with_every_key(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _editor(
        program,
        monkeypatch,
        f'cp "$1" {program.home}/seen; echo "[x]" | sed "s/.*//" >> "$1"; sed -i "s/^# window/window/" "$1"',
    )
    assert program("config", "edit") == (f"Written: {_path(program)}\n", "", 0)
    assert (program.home / "seen").read_text() == keys.build_config_template()
    assert _shown(program)["window"][0] == 180
    assert stat.S_IMODE(_path(program).stat().st_mode) == 0o600
    assert stat.S_IMODE(_path(program).parent.stat().st_mode) == 0o700
    assert [one.name for one in _path(program).parent.iterdir()] == ["config.toml"]


def test_the_template_says_nothing_and_every_example_in_it_is_right() -> None:
    assert file.parse_config(keys.build_config_template().encode(), "") == file.parse_config(
        b"", ""
    )
    lines = keys.build_config_template().splitlines()
    said = "\n".join(
        line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in lines
    )
    config = file.parse_config(said.encode(), "")
    assert (config.me, config.window, config.alias) == (
        "Ana Lopez",
        180,
        {"today": "owe --due-before tomorrow"},
    )
    assert [
        key
        for key in keys.CONFIG_KEYS
        if f"\n# {key.rpartition('.')[2]} = " not in keys.build_config_template()
    ] == []


def test_what_was_there_is_edited(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = configure(program, "# mine\nwindow = 30\n")
    path.chmod(0o644)
    _editor(program, monkeypatch, 'sed -i "s/30/60/" "$1"')
    program.ok("config", "edit")
    assert path.read_text() == "# mine\nwindow = 60\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_broken_config_can_be_put_right(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(program, "window = \n")
    assert program("owe").code == 6
    _editor(program, monkeypatch, 'echo "window = 30" > "$1"')
    program.ok("config", "edit")
    assert path.read_text() == "window = 30\n"


def test_nothing_changed_is_nothing_written(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _editor(program, monkeypatch, "true")
    assert program("config", "edit") == ("Nothing was changed.\n", "", 0)
    assert not _path(program).exists()
    path = configure(program, "no toml")
    assert program("config", "edit") == ("Nothing was changed.\n", "", 0)
    assert path.read_text() == "no toml"


def test_a_mistake_leaves_the_config_as_it_was(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(program, "window = 30\n")
    _editor(program, monkeypatch, 'echo "windows = 60" >> "$1"')
    result = program("config", "edit")
    said, kept = result.stderr.split(" What you typed is kept: ")
    assert (result.stdout, result.code) == ("", 6)
    assert (
        said
        == f"promisectl: {path}: line 2: there is no “windows”; the nearest is window. Nothing was done."
    )
    assert Path(kept.strip()).read_text() == "window = 30\nwindows = 60\n"
    assert path.read_text() == "window = 30\n"
    assert program("config", "edit", "--no-input", answers="y\n").code == 6
    assert [one.name for one in path.parent.iterdir()] == ["config.toml"]


def test_a_mistake_may_be_edited_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = configure(program, "window = 30\n")
    _editor(
        program,
        monkeypatch,
        'if grep -q windows "$1"; then sed -i "s/windows/window/; 1d" "$1"; else echo "windows = 60" >> "$1"; fi',
    )
    result = program("config", "edit", answers="\n")
    assert "line 2: there is no “windows”" in result.stderr
    assert "Edit again?" in result.stderr
    assert (result.stdout, result.code) == (f"Written: {path}\n", 0)
    assert path.read_text() == "window = 60\n"


@pytest.mark.parametrize(("answers", "code"), [("no\n", 6), ("n\n", 6), ("", 130)])
def test_a_mistake_may_be_left(
    program: Program, monkeypatch: pytest.MonkeyPatch, answers: str, code: int
) -> None:
    path = configure(program, "window = 30\n")
    _editor(program, monkeypatch, 'echo "windows = 60" >> "$1"')
    assert program("config", "edit", answers=answers).code == code
    assert path.read_text() == "window = 30\n"


@pytest.mark.parametrize(
    ("editor", "sentence"),
    [
        ("false", "The editor (false) ended with exit code 1, so nothing was changed."),
        (
            "no-such-editor -w",
            "The editor (no-such-editor) can't be started (No such file or directory), so",
        ),
        ("ed 'x", "The editor (ed 'x) can't be started (no closing quotation), so"),
    ],
)
def test_an_editor_that_fails_changes_nothing(
    program: Program, monkeypatch: pytest.MonkeyPatch, editor: str, sentence: str
) -> None:
    path = configure(program, "window = 30\n")
    monkeypatch.setenv("EDITOR", editor)
    result = program("config", "edit")
    assert (result.stdout, result.code) == ("", 2)
    assert result.stderr.startswith(f"promisectl: {sentence}")
    assert path.read_text() == "window = 30\n"


def test_what_a_failing_editor_has_saved_is_not_taken(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(program, "window = 30\n")
    _editor(program, monkeypatch, 'echo "window = 60" > "$1"; exit 1')
    assert program("config", "edit").code == 2
    assert path.read_text() == "window = 30\n"


def test_an_editor_that_takes_the_file_away_changes_nothing(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(program, "window = 30\n")
    _editor(program, monkeypatch, 'rm "$1"')
    result = program("config", "edit")
    assert (result.code, "left a file that can't be read" in result.stderr) == (2, True)
    assert path.read_text() == "window = 30\n"


def test_without_any_editor_it_is_said(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.home))
    result = program("config", "edit")
    assert result == (
        "",
        "promisectl: No editor is set, and there is no terminal to show one. Set one: EDITOR=nano\n",
        2,
    )


def test_visual_comes_first_and_may_have_options(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _editor(program, monkeypatch, 'echo "window = 1" > "$1"', "EDITOR")
    _editor(
        program, monkeypatch, 'test "$1 $2" = "-w two words" && echo "window = 2" > "$3"', "VISUAL"
    )
    monkeypatch.setenv("VISUAL", f"{os.environ['VISUAL']} -w 'two words'")
    program.ok("config", "edit")
    assert _path(program).read_text() == "window = 2\n"


def test_a_link_is_followed(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    _editor(program, monkeypatch, 'echo "window = 60" > "$1"')
    kept = program.home / "dotfiles" / "promisectl.toml"
    kept.parent.mkdir()
    kept.write_text("window = 30\n")
    _path(program).parent.mkdir(parents=True)
    _path(program).symlink_to(kept)
    program.ok("config", "edit")
    assert _path(program).readlink() == kept
    assert kept.read_text() == "window = 60\n"
    kept.unlink()
    program.ok("config", "edit")
    assert (_path(program).readlink(), kept.read_text()) == (kept, "window = 60\n")


def test_a_place_that_cannot_be_written_is_told(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _editor(program, monkeypatch, 'echo "window = 60" > "$1"')
    (program.home / "config").write_text("in the way")
    result = program("config", "edit")
    assert (result.code, "Can't write" in result.stderr) == (5, True)


def test_an_editor_reads_what_is_piped_to_it_without_a_terminal(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(program, "window = 30\n")
    _editor(program, monkeypatch, 'read -r days; echo "window = $days" > "$1"')
    command = [sys.executable, "-m", "promisectl", "config", "edit"]
    done = subprocess.run(command, input="60\n", capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (f"Written: {path}\n", "", 0)
    assert path.read_text() == "window = 60\n"


def test_at_a_terminal_the_editor_has_it_and_ctrl_c_is_its_own(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(program, "window = 30\n")
    _editor(
        program,
        monkeypatch,
        'trap \'echo heard\' INT; echo ready; until read -r days && test "$days"; do :; done; echo "window = $days" > "$1"',
    )
    with terminal("config", "edit") as child:
        child.expect("ready")
        child.sendintr()
        child.expect("heard")
        child.sendline("60")
        child.expect("Written")
        assert ended(child) == 0
    assert path.read_text() == "window = 60\n"


@pytest.mark.parametrize(
    ("own", "configured", "general", "shown", "source"),
    [
        (None, "", None, "less -FIRX", "default"),
        (None, "", "more -s", "more -s", "PAGER"),
        (None, "", "", "false", "PAGER"),
        (None, 'pager = "most"\n', "more -s", "most", "line 1"),
        (None, "pager = false\n", "more -s", "false", "line 1"),
        ("nl", 'pager = "most"\n', "more -s", "nl", "PROMISECTL_PAGER"),
        ("", 'pager = "most"\n', "more -s", "false", "PROMISECTL_PAGER"),
    ],
)
def test_the_pager_in_effect_is_shown(
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    own: str | None,
    configured: str,
    general: str | None,
    shown: str,
    source: str,
) -> None:
    configure(program, configured)
    for name, value in (("PROMISECTL_PAGER", own), ("PAGER", general)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert f"pager\t{shown}\t{source}\n" in program.ok("config", "show")


# set and unset

WRITTEN = """\
# mine
me = "Ana"  # my name

[table]
# as I like it
sort = "person"
"""


@pytest.mark.parametrize(
    ("words", "says", "after"),
    [
        (["me", "Ana", "Lopez"], 'me = "Ana Lopez"', WRITTEN.replace('"Ana"', '"Ana Lopez"')),
        (["window", "180"], "window = 180", WRITTEN.replace("\n\n", "\nwindow = 180\n\n")),
        (["pager", "false"], "pager = false", WRITTEN.replace("\n\n", "\npager = false\n\n")),
        (
            ["pager", "less -S"],
            'pager = "less -S"',
            WRITTEN.replace("\n\n", '\npager = "less -S"\n\n'),
        ),
        (["table.sort", "made"], 'table.sort = "made"', WRITTEN.replace("person", "made")),
        (
            ["table.columns", "id", "due"],
            'table.columns = ["id", "due"]',
            WRITTEN + 'columns = ["id", "due"]\n',
        ),
        (
            ["check.ignore", "L13"],
            'check.ignore = ["L13"]',
            WRITTEN + '\n[check]\nignore = ["L13"]\n',
        ),
        (
            ["message.greeting", "Dear {name},"],
            'message.greeting = "Dear {name},"',
            WRITTEN + '\n[message]\ngreeting = "Dear {name},"\n',
        ),
        (
            ["alias.late", "owe --overdue"],
            'alias.late = "owe --overdue"',
            WRITTEN + '\n[alias]\nlate = "owe --overdue"\n',
        ),
    ],
)
def test_a_setting_is_written_and_the_rest_stays(
    program: Program, words: list[str], says: str, after: str
) -> None:
    path = configure(program, WRITTEN)
    assert program.ok("config", "set", *words) == f"{says}\n"
    assert path.read_text() == after
    key = words[0]
    assert _shown(program)[key][1].startswith("line ")
    gone = program.ok("config", "unset", key)
    assert gone == f"{key} is no longer in the config.\n"
    assert _shown(program).get(key, (None, "default"))[1] == "default"
    assert "# as I like it" in path.read_text()
    again = program.ok("config", "unset", key)
    assert again == f"{key} is not in the config. Nothing was changed.\n"


@pytest.mark.parametrize("key", [key for key in keys.CONFIG_KEYS if key != "zone"])
def test_every_key_can_be_set_to_its_example(
    program: Program, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """What the template shows as TOML, typed as words."""
    monkeypatch.delenv("NO_COLOR")
    value = tomllib.loads(keys.CONFIG_KEYS[key].example)[key.rpartition(".")[2]]
    words = value if isinstance(value, list) else [str(value)]
    program.ok("config", "set", key, *words)
    assert _shown(program)[key][1].startswith("line ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["sort", "person"], "There is no setting “sort”. Did you mean table.sort?"),
        (["me_", "Ana"], "There is no setting “me_”. Did you mean me?"),
        (["alias.", "owe"], "There is no setting “alias.”. All settings: promisectl config show"),
        (["zzz", "1"], "There is no setting “zzz”. All settings: promisectl config show"),
        (["message.hello", "Hi"], "There is no setting “message.hello”. "),
        (
            ["window", "soon"],
            'window must be a number of days, 1 to 36500, as in 90 or "90 days". Nothing was changed.',
        ),
        (
            ["message.weekdays", "Mo", "Di"],
            "weekdays must have 7 names, not 2. Nothing was changed.",
        ),
        (
            ["message.greeting", "Hi {who}"],
            "“{who}” is not a placeholder; greeting can have {name}.",
        ),
    ],
)
def test_a_wrong_setting_changes_nothing(program: Program, words: list[str], says: str) -> None:
    path = configure(program, WRITTEN)
    refused = program("config", "set", *words)
    assert refused.stderr.startswith(f"promisectl: {says}")
    assert (refused.stdout, refused.code) == ("", 2)
    assert path.read_text() == WRITTEN


def test_a_config_that_cannot_be_used_is_not_written_over(program: Program) -> None:
    path = configure(program, "windows = 3\n")
    refused = program("config", "set", "window", "30")
    assert refused.code == 6
    assert path.read_text() == "windows = 3\n"


def test_a_new_config_is_mine_alone_and_a_link_stays_one(program: Program) -> None:
    program.ok("config", "set", "window", "30")
    path = _path(program)
    assert path.read_text() == "window = 30\n"
    assert path.stat().st_mode & 0o777 == 0o600
    kept = program.home / "dotfiles.toml"
    path.rename(kept)
    path.symlink_to(kept)
    program.ok("config", "set", "window", "60")
    assert path.is_symlink()
    assert kept.read_text() == "window = 60\n"


def test_what_wins_over_the_config_is_said(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    written = program("config", "set", "color", "always")
    assert (written.stdout, written.stderr) == (
        'color = "always"\n',
        "Not in effect now: NO_COLOR wins over the config.\n",
    )


# Another file


def test_a_named_config_takes_the_place_of_the_usual_one(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, 'window = 30\n[alias]\nlate = "owe --overdue"\n')
    other, third = program.home / "other.toml", program.home / "third.toml"
    other.write_text('window = 60\n[alias]\nlate = "status"\n')
    third.write_text("window = 90\n")
    assert _shown(program)["window"] == (30, "line 1")
    monkeypatch.setenv("PROMISECTL_CONFIG", str(third))
    assert _shown(program)["window"] == (90, "line 1")
    assert _shown(program, "--config", str(other))["window"] == (60, "line 1")
    assert program.ok("--config", str(other), "config", "path") == f"{other}\n"
    assert program.ok("--config", str(other), "late") == program.ok("status")
    assert program.ok(f"--config={other}", "late") == program.ok("status")
    assert json.loads(program.ok("path", "--json", "--config", str(other)))["config"] == str(other)
    program.ok("config", "set", "window", "61", "--config", str(other))
    assert other.read_text().startswith("window = 61\n")
    monkeypatch.setenv("PROMISECTL_CONFIG", "/dev/null")
    assert _shown(program)["window"] == (90, "default")


@pytest.mark.parametrize("named", ["option", "variable"])
def test_a_named_config_has_to_be_there(
    program: Program, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    path = program.home / "my config.toml"
    if named == "variable":
        monkeypatch.setenv("PROMISECTL_CONFIG", str(path))
        words, edit = [], "promisectl config edit"
    else:
        words, edit = ["--config", str(path)], f"promisectl config edit --config '{path}'"
    refused = program(*words, "owe")
    assert (refused.stderr, refused.code) == (
        f"promisectl: {path}: no such file or directory. Nothing was done. Create it: {edit}\n",
        6,
    )
    program.ok(*words, "config", "set", "window", "30")
    program.ok(*words, "owe")


@pytest.mark.parametrize("named", ["$CONFIG/c.toml", "https://c.toml", "", "~no-such-user/c.toml"])
def test_a_path_that_is_none_is_refused(program: Program, named: str) -> None:
    refused = program("--config", named, "owe")
    assert refused.code == 2
    assert refused.stderr.startswith("promisectl: Can't use the path")
    program.ok("--help")
