"""The recipes of the guide, taken from its pages and run where they belong: in real shells, in tmux, as cron runs them."""

import configparser
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pexpect
import pytest

from promisectl import guide
from promisectl.config import keys
from tests.conftest import Program, library, tool
from tests.tools import replay


def _list_blocks(topic: str) -> list[tuple[str, str]]:
    """The blocks of a page, each with its language."""
    page = guide.read_guide_page(topic)
    return re.findall(r"^```(\w+)\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


BLOCKS = _list_blocks("scripting")
RECIPES = _list_blocks("recipes")
COMING_FROM = _list_blocks("coming-from")
LINE = "1 overdue · 1 to answer"
NOTHING = {"PROMISECTL_LEDGER": "/nowhere/ledger.db"}


def _only(language: str) -> str:
    [block] = [text for name, text in BLOCKS if name == language]
    return block


def _with(mark: str, blocks: list[tuple[str, str]]) -> str:
    """The only block that holds a text."""
    [block] = [text for _, text in blocks if mark in text]
    return block


@pytest.fixture
def scripts(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A ledger in which two promises wait, and `promisectl` among the programs of a home."""
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Review the contract", "--to", "lee", "--asked")
    monkeypatch.setenv("PROMISECTL_TODAY", "2026-11-28T09:00")
    monkeypatch.setenv("HOME", str(program.home))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv(
        "PATH", os.pathsep.join([replay._programs(program.home), os.environ["PATH"]])
    )
    return program


def test_no_recipe_is_left_untried() -> None:
    tried = {"bash": 1, "zsh": 1, "fish": 1, "toml": 1, "tmux": 1, "crontab": 1, "sh": 6}
    assert _count_languages(BLOCKS) == tried
    assert _count_languages(RECIPES) == {"sh": 6, "crontab": 1, "bash": 2, "toml": 2, "ini": 2}
    assert _count_languages(COMING_FROM) == {"sh": 2}


def _count_languages(blocks: list[tuple[str, str]]) -> dict[str, int]:
    languages = [name for name, _ in blocks]
    return {language: languages.count(language) for language in languages}


# Prompts


def _prompted(words: list[str], expected: str, more: Mapping[str, str] | None = None) -> Any:
    """What an interactive shell shows up to the first prompt, and after a command that fails."""
    child = pexpect.spawn(
        words[0],
        words[1:],
        env={**os.environ, "TERM": "dumb", **(more or {})},
        encoding="utf-8",
        timeout=30,
        dimensions=(30, 120),
    )
    try:
        child.expect_exact(expected)
        before = child.before
        child.sendline("false")
        child.expect_exact(expected)
        child.sendline("echo code $?")
        child.expect_exact("code 1\r\n")
        child.expect_exact(expected)
        return before
    finally:
        child.close(force=True)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, f"[{LINE}] here$ "),
        (NOTHING, "here$ "),
        ({"PROMISECTL_LEDGER": "/etc/passwd"}, "here$ "),
    ],
)
def test_the_prompt_of_bash(scripts: Program, more: dict[str, str], expected: str) -> None:
    rc = scripts.home / "bashrc"
    rc.write_text(f"PS1='here$ '\n{_only('bash')}")
    assert (
        _prompted([tool("bash"), "--noprofile", "--rcfile", str(rc), "-i"], expected, more).strip()
        == ""
    )


@pytest.mark.parametrize(("more", "expected"), [({}, f"[{LINE}] here# "), (NOTHING, "here# ")])
def test_the_prompt_of_zsh(scripts: Program, more: dict[str, str], expected: str) -> None:
    (scripts.home / ".zshrc").write_text(f"unsetopt zle prompt_sp\nPROMPT='here# '\n{_only('zsh')}")
    assert "[" not in _prompted(
        [tool("zsh"), "-d", "-i"], expected, {"ZDOTDIR": str(scripts.home), **more}
    )


def test_the_prompt_of_zsh_takes_the_text_as_it_is(scripts: Program) -> None:
    fake = scripts.home / "fake"
    fake.mkdir()
    (fake / "promisectl").write_text("#!/bin/sh\necho '%n $(echo pwned) `echo pwned`'\n")
    (fake / "promisectl").chmod(0o755)
    (scripts.home / ".zshrc").write_text(
        f"setopt prompt_subst\nunsetopt zle prompt_sp\nPROMPT='here# '\n{_only('zsh')}"
    )
    more = {"ZDOTDIR": str(scripts.home), "PATH": os.pathsep.join([str(fake), os.environ["PATH"]])}
    _prompted([tool("zsh"), "-d", "-i"], "[%n $(echo pwned) `echo pwned`] here# ", more)


def test_the_prompt_of_fish(scripts: Program) -> None:
    config = scripts.home / "config" / "fish" / "config.fish"
    config.parent.mkdir(parents=True)
    config.write_text(_only("fish"))
    fish = tool("fish")
    show = "fish_right_prompt; echo; set -gx PROMISECTL_LEDGER /etc/passwd; fish_right_prompt; echo; set promises_next 0; fish_right_prompt"
    done = subprocess.run([fish, "-c", show], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{LINE}\n{LINE}\n", "")
    child = pexpect.spawn(
        fish,
        ["-i"],
        env={**os.environ, "TERM": "xterm"},
        encoding="utf-8",
        timeout=30,
        dimensions=(30, 120),
    )
    try:
        child.expect_exact(LINE)
    finally:
        child.close(force=True)


@pytest.mark.usefixtures("scripts")
def test_the_module_of_starship_is_toml_whose_command_runs() -> None:
    module = tomllib.loads(_only("toml"))["custom"]["promisectl"]
    assert (module["when"], module["format"]) == (True, "([$output]($style) )")
    done = subprocess.run(
        [*module["shell"], "-c", module["command"]], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"{LINE}\n", "")


def test_the_bar_of_tmux(scripts: Program) -> None:
    tmux = [tool("tmux"), "-S", str(scripts.home / "socket"), "-f", str(scripts.home / "tmux.conf")]
    (scripts.home / "tmux.conf").write_text(_only("tmux"))
    subprocess.run([*tmux, "new-session", "-d", "-x", "120", "-y", "10", "sleep 120"], check=True)
    try:
        child = pexpect.spawn(
            tmux[0],
            [*tmux[1:], "attach"],
            env={**os.environ, "TERM": "xterm"},
            encoding="utf-8",
            timeout=60,
            dimensions=(10, 120),
        )
        child.expect_exact(LINE)
        child.close(force=True)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


# Scripts and mails


def _run(script: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-eu", "-c", script, "sh", *words],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def _script(mark: str) -> str:
    [block] = [text for name, text in BLOCKS if name == "sh" and mark in text]
    return block


@pytest.mark.usefixtures("scripts")
def test_the_loop() -> None:
    tool("jq")
    done = _run(_script("while read"))
    assert (done.stdout, done.stderr, done.returncode) == (
        "Dana is waiting for #1\nLee is waiting for #2\n",
        "",
        0,
    )


@pytest.mark.usefixtures("scripts")
def test_whether_anything_waits() -> None:
    script = _script("--exit-code")
    assert _run(script).stdout == "Something is waiting. See: promisectl\n"
    assert _run(script, **NOTHING).stdout == "Nothing is waiting.\n"
    trouble = _run(script, PROMISECTL_LEDGER="/etc/passwd")
    assert (trouble.stdout, trouble.stderr) == (
        "",
        "Something is wrong. See: promisectl\n",
    )


@pytest.mark.usefixtures("scripts")
def test_a_repeat_with_the_same_key_says_the_same() -> None:
    script = _script("--once")
    first, second = _run(script), _run(script)
    assert (first.stdout, first.returncode) == ("3\n", 0)
    assert (second.stdout, second.returncode) == ("3\n", 0)


@pytest.mark.usefixtures("scripts")
def test_the_bar_that_reads_json() -> None:
    tool("jq")
    assert _run(_script("jq -c")).stdout == '{"text":"2","class":"critical"}\n'
    assert _run(_script("jq -c"), **NOTHING).stdout == '{"text":"0","class":""}\n'


def _post(scripts: Program) -> Path:
    """A directory with a program `mail` that keeps what it is given."""
    post = scripts.home / "post"
    post.mkdir()
    (post / "mail").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$LC_ALL" "$@" > {post}/to\ncat > {post}/text\n'
    )
    (post / "mail").chmod(0o755)
    return post


def test_the_tables_and_the_picture(scripts: Program) -> None:
    post = _post(scripts)
    script = f"cd {post}\n{_script('week --table')}"
    done = _run(script, PATH=os.pathsep.join([str(post), os.environ["PATH"]]))
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert (post / "text").read_text() == scripts.ok("week", "--table")
    assert (post / "stats.svg").read_text() == scripts.ok("stats", "--svg", "-")


def test_the_mail(scripts: Program) -> None:
    script, post = _script('mail -s "Promises"'), _post(scripts)
    path = os.pathsep.join([str(post), os.environ["PATH"]])
    assert _run(script, PATH=path, **NOTHING).returncode == 0
    assert _run(script, PATH=path, PROMISECTL_LEDGER="/etc/passwd").returncode == 5
    assert not (post / "to").exists()
    sent = _run(script, "--since", "yesterday", PATH=path)
    assert (sent.stdout, sent.stderr, sent.returncode) == ("", "", 0)
    assert (post / "to").read_text() == "C.UTF-8\n-s\nPromises\nyou@example.org\n"
    assert (post / "text").read_text() == scripts.ok("digest", "--since", "yesterday")
    assert (
        "Overdue: complete, negotiate or renege\n #1  to Dana: Send the Q3 numbers\n"
        in (post / "text").read_text()
    )


@pytest.mark.usefixtures("scripts")
def test_the_lines_of_the_crontab() -> None:
    """As cron runs them: with sh, and of the environment only what it gives, but for the clock and where this ledger is."""
    settings = dict(re.findall(r'^(\w+)="?(.*?)"?$', _only("crontab"), flags=re.MULTILINE))
    jobs = [line.split(maxsplit=5) for line in _only("crontab").splitlines() if line[0].isdigit()]
    assert settings["MAILTO"] == "you@example.org"
    assert [job[4] for job in jobs] == ["1", "2-5"]
    programs = os.environ["PATH"].split(os.pathsep)[0]
    given = ("PROMISECTL_TODAY", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TZ")
    env = {
        **settings,
        "PATH": settings["PATH"].replace("/home/you/.local/bin", programs),
        **{name: os.environ[name] for name in given},
    }
    env |= {"HOME": os.environ["HOME"], "SHELL": "/bin/sh", "LOGNAME": "you"}
    for *_, command in jobs:
        assert "%" not in command
        done = subprocess.run(["/bin/sh", "-c", command], env=env, capture_output=True, check=True)
        assert done.stderr == b""
        assert "\n #1  to Dana: Send the Q3 numbers\n" in done.stdout.decode()
        assert (
            subprocess.run(
                ["/bin/sh", "-c", command], env={**env, **NOTHING}, capture_output=True, check=True
            ).stdout
            == b""
        )


# The page of recipes


@pytest.mark.usefixtures("scripts")
def test_a_promise_for_each_of_thirteen_weeks(program: Program) -> None:
    done = _run(_with("--every week", RECIPES))
    assert done.returncode == 0
    listed = json.loads(program.ok("owe", "--with", "kim", "--json"))
    assert [one["due"] for one in listed][::4] == [
        "2026-12-04",
        "2027-01-01",
        "2027-01-29",
        "2027-02-26",
    ]


@pytest.mark.usefixtures("scripts")
def test_a_promise_every_monday_from_cron(program: Program) -> None:
    path, line = _with("--once", RECIPES).splitlines()
    assert path.startswith("PATH=/")
    *when, command = line.split(maxsplit=5)
    assert when == ["0", "8", "*", "*", "1"]
    assert re.search(r"(?<!\\)%", command) is None  # to cron it is the end of the line
    for _ in range(2):
        done = _run(command.replace("\\%", "%"))
        assert (done.stdout, done.returncode) == ("", 0)
    assert len(json.loads(program.ok("owe", "--with", "kim", "--json"))) == 1


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_an_id_is_picked_with_fzf(program: Program, shell: str) -> None:
    tool("fzf")
    script = f'{_with("fzf", RECIPES)}\npick "$1"'
    words = [tool(shell), "-c", script, shell]
    env = {**os.environ, "FZF_DEFAULT_OPTS": "--filter=Review"}
    shown = subprocess.run([*words, "show"], env=env, capture_output=True, text=True, check=True)
    assert "outcome\tReview the contract\n" in shown.stdout
    subprocess.run([*words, "accept"], env=env, capture_output=True, check=True)
    assert json.loads(program.ok("show", "2", "--json"))[0]["state"] == "active"
    env["FZF_DEFAULT_OPTS"] = "--filter=nothing-like-it"
    none = subprocess.run([*words, "show"], env=env, capture_output=True, text=True, check=False)
    assert (none.stdout, none.stderr, none.returncode) == ("", "", 1)


def test_the_settings_of_the_recipes_are_keys_of_the_config() -> None:
    aliases = tomllib.loads(_with("make -y", RECIPES))["alias"]
    assert aliases == {"p": "make -y -t", "g": "make -y -f", "done": "complete -y"}
    settings = tomllib.loads(_with("hints", RECIPES))
    if missing := [name for name in settings if name not in keys.CONFIG_KEYS]:
        pytest.skip(f"the config has no {', '.join(missing)} yet")


def test_lines_are_picked_from_notes(scripts: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scripts.home)
    (scripts.home / "notes").mkdir()
    text = "# Monday\n- to dana: Send the minutes | agreed\nto be or not\n- from lee: Call | fri\n"
    (scripts.home / "notes" / "monday.md").write_text(text)
    done = _run(_with("notes/*.md", RECIPES))
    assert done.returncode == 0, done.stderr
    made = json.loads(scripts.ok("list", "--sort", "made", "--json"))[-2:]
    assert {one["outcome"] for one in made} == {"Send the minutes", "Call"}


def test_the_reminder_on_the_desktop(scripts: Program) -> None:
    script = _with("notify-send", RECIPES)
    place = scripts.home / ".local" / "bin"
    place.mkdir(parents=True)
    (place / "notify-send").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {scripts.home}/shown\n')
    (place / "notify-send").chmod(0o755)
    quiet = _run(script, **NOTHING)
    assert (quiet.stdout, quiet.stderr, quiet.returncode) == ("", "", 0)
    assert not (scripts.home / "shown").exists()
    assert _run(script).returncode == 0
    assert (scripts.home / "shown").read_text() == f"Promises\n{LINE}\n"


def test_the_units_of_the_reminder_are_a_service_and_its_timer() -> None:
    units = []
    for _, text in [one for one in RECIPES if one[0] == "ini"]:
        unit = configparser.ConfigParser(interpolation=None)
        unit.optionxform = str
        unit.read_string(text)
        units.append(unit)
    service, timer = units
    assert dict(service["Service"]) == {
        "Type": "oneshot",
        "ExecStart": "%h/.local/bin/promise-reminder",
    }
    assert dict(timer["Timer"]) == {"OnCalendar": "*-*-* 09:00", "Persistent": "true"}
    assert dict(timer["Install"]) == {"WantedBy": "timers.target"}
    assert "promise-reminder.timer" in _with("systemctl", RECIPES)
    if analyze := shutil.which("systemd-analyze"):
        words = [analyze, "calendar", timer["Timer"]["OnCalendar"]]
        subprocess.run(words, capture_output=True, check=True)


def test_the_other_machine_reads_a_backup(scripts: Program) -> None:
    (scripts.home / "shared").mkdir()
    for _ in range(2):
        made = _run(_with("backup", RECIPES))
        assert (made.stdout, made.stderr, made.returncode) == ("", "", 0)
    copy = scripts.home / "shared" / "promises.db"
    before = copy.read_bytes()
    seen = _run(_with("shared/promises.db owe", RECIPES), **NOTHING)
    assert seen.stdout.startswith("1\tdana\tSend the Q3 numbers\t")
    assert copy.read_bytes() == before
    assert [file.name for file in copy.parent.iterdir()] == ["promises.db"]


# The page for users of other programs


def test_the_tasks_of_taskwarrior(scripts: Program) -> None:
    place = scripts.home / "fake"
    place.mkdir()
    tasks = [
        {"id": 1, "description": "Call Ana", "due": "20261126T230000Z", "tags": ["work"]},
        {"id": 2, "description": "Buy milk"},
    ]
    for number, task in enumerate(tasks, 1):
        task |= {
            "entry": "20261120T080000Z",
            "status": "pending",
            "uuid": f"{number}e59d315-629f-4ca7-920d-bae98886e92c",
        }
    (place / "task").write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(tasks)}\nEND\n")
    (place / "task").chmod(0o755)
    path = os.pathsep.join([str(place), os.environ["PATH"]])
    for _ in range(2):
        done = _run(_with("task export", COMING_FROM), PATH=path)
        assert done.returncode == 0, done.stderr
    mine = json.loads(scripts.ok("list", "--with", "me", "--json"))
    assert [(one["outcome"], one["due"], one["tags"]) for one in mine] == [
        ("Call Ana", "2026-11-27", ["work"]),
        ("Buy milk", None, []),
    ]


def test_the_files_of_todoman(scripts: Program) -> None:
    library("icalendar")
    place = scripts.home / ".local" / "share" / "calendars" / "home"
    place.mkdir(parents=True)
    for name in ("a", "b"):
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:io.barrera.todoman", "BEGIN:VTODO", f"UID:{name}",
            f"SUMMARY:Task {name}", "DUE;VALUE=DATE:20261127", "END:VTODO", "END:VCALENDAR",
        ]  # fmt: skip
        (place / f"{name}.ics").write_text("".join(f"{line}\r\n" for line in lines))
    for _ in range(2):
        done = _run(_with("calendars/home", COMING_FROM))
        assert done.returncode == 0, done.stderr
    mine = json.loads(scripts.ok("list", "--with", "me", "--json"))
    assert [(one["outcome"], one["due"]) for one in mine] == [
        ("Task a", "2026-11-27"),
        ("Task b", "2026-11-27"),
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_ssh_passes_the_words_on(tmp_path: Path, shell: str) -> None:
    far = tmp_path / "ssh"
    far.write_text('#!/bin/sh\nshift 2\nexec sh -c "$*"\n')
    near = tmp_path / "promisectl"
    near.write_text('#!/bin/sh\nprintf "<%s>" "$#" "$@"\n')
    for path in (far, near):
        path.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for words in ([], ["make", "Lee's bike; $HOME", "--to", "dana"]):
        script = f'{_with("ssh", RECIPES)}\npromisectl "$@"'
        done = subprocess.run(
            [tool(shell), "-c", script, shell, *words],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "".join(f"<{word}>" for word in [str(len(words)), *words])


# Several machines


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_words_go_through_ssh_as_they_are_with_the_zone(scripts: Program, shell: str) -> None:
    ssh = scripts.home / "bin" / "ssh"
    ssh.parent.mkdir(exist_ok=True)
    ssh.write_text('#!/bin/sh\n[ "$1" = home ] && shift && exec sh -c "$*"\n')  # as sshd does it
    ssh.chmod(0o755)
    path = os.pathsep.join([str(ssh.parent), os.environ["PATH"]])
    outcome = 'It\'s $HOME; a "quote" & *'
    environ = {**os.environ, "PATH": path, "WHAT": outcome, "TZ": "Asia/Tokyo"}
    recipe = _with("p() {", _list_blocks("machines"))

    def run(words: str) -> str:
        done = subprocess.run(
            [tool(shell), "-c", f"{recipe}\n{words}"],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stderr, done.returncode) == ("", 0)
        return done.stdout

    assert run('p make "$WHAT" --to me -q') == "3\n"
    assert json.loads(run("p show 3 --json"))[0]["outcome"] == outcome
    assert "zone\tAsia/Tokyo\tTZ\n" in run("p config show")
    assert run("p") == run("p moves")
