"""The recipes of `guide scripting`, taken from the page and run where they belong: in real shells, in tmux, as cron runs them."""

import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from typing import Any

import pexpect
import pytest

from promisectl import guide
from tests.conftest import Program, tool
from tests.tools import replay

PAGE = guide.read_guide_page("scripting")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
LINE = "1 overdue · 1 to answer"
NOTHING = {"PROMISECTL_LEDGER": "/nowhere/ledger.db"}


def _only(language: str) -> str:
    [block] = [text for name, text in BLOCKS if name == language]
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
    tried = {"bash": 1, "zsh": 1, "fish": 1, "toml": 1, "tmux": 1, "crontab": 1, "sh": 5}
    assert {
        language: [name for name, _ in BLOCKS].count(language)
        for language in {name for name, _ in BLOCKS}
    } == tried


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
        "Dana waits for #1\nLee waits for #2\n",
        "",
        0,
    )


@pytest.mark.usefixtures("scripts")
def test_whether_anything_waits() -> None:
    script = _script("--exit-code")
    assert _run(script).stdout == "Something waits. Look with: promisectl\n"
    assert _run(script, **NOTHING).stdout == "Nothing waits.\n"
    trouble = _run(script, PROMISECTL_LEDGER="/etc/passwd")
    assert (trouble.stdout, trouble.stderr) == (
        "",
        "The ledger is in trouble. Look with: promisectl\n",
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


def test_the_mail(scripts: Program) -> None:
    post, script = scripts.home / "post", _script("mail -s")
    post.mkdir()
    (post / "mail").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$LC_ALL" "$@" > {post}/to\ncat > {post}/text\n'
    )
    (post / "mail").chmod(0o755)
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
