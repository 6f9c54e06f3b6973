"""Nothing leans on POSIX: by what the sources import and call, and in real processes from which it has been taken away."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import promisectl
from promisectl.storage import connection
from tests.cli.terminal import ended, terminal
from tests.conftest import Program

HOUSE = Path(promisectl.__file__).parent
SOURCES = sorted(HOUSE.rglob("*.py"))

# What Windows does not have, as the documentation of Python 3.11 says of each.
MODULES = (
    "fcntl",
    "termios",
    "pty",
    "tty",
    "pwd",
    "grp",
    "resource",
    "readline",
    "curses",
    "syslog",
    "posix",
    "spwd",
    "nis",
    "crypt",
)
LACKING = {
    "os": """chown chroot fchdir fchmod fchown fork forkpty fdatasync fpathconf fstatvfs getegid geteuid getgid getgroups getpgid getpgrp
        getpriority getresuid getuid getloadavg initgroups killpg lchown lockf mkfifo mknod nice openpty pathconf pipe2 posix_fadvise
        posix_fallocate posix_spawn posix_spawnp pread preadv pwrite pwritev readv sched_yield sendfile setegid seteuid setgid setpgid
        setpriority setsid setuid statvfs sync sysconf tcgetpgrp tcsetpgrp ttyname uname wait wait3 wait4 waitid writev WIFEXITED
        WEXITSTATUS O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NOCTTY O_NONBLOCK O_SYNC O_DSYNC O_ASYNC""",
    "signal": """SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGUSR1 SIGUSR2 SIGWINCH alarm
        pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending sigwait sigtimedwait""",
    "time": "tzset clock_settime pthread_getcpuclockid",
    "socket": "AF_UNIX socketpair",
}
LACKED = {name: tuple(names.split()) for name, names in LACKING.items()}


def _used(tree: ast.AST) -> set[str]:
    """The modules that are imported anywhere in a source, and the names that are taken from modules, as `os.fork`."""
    used = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            used |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used.add(f"{node.value.id}.{node.attr}")
    return used


ABSENT = {*MODULES, *(f"{module}.{name}" for module, names in LACKED.items() for name in names)}


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(HOUSE)))
def test_no_source_uses_what_windows_lacks(file: Path) -> None:
    assert _used(ast.parse(file.read_text(encoding="utf-8"))) & ABSENT == set()


@pytest.mark.parametrize(
    "source",
    [
        "import fcntl",
        "def f():\n    from os import fork",
        "import os\nif os.getuid():\n    pass",
        "signal.SIGPIPE",
    ],
)
def test_the_check_sees_what_it_looks_for(source: str) -> None:
    assert _used(ast.parse(source)) & ABSENT


# In processes that lack it. The standard library comes in whole before: on Windows it would know what to do without.

PRELUDE = f"""
import ast, bisect, calendar, codecs, collections, contextlib, csv, dataclasses, difflib, email.message, enum, functools, getpass, hashlib
import importlib.metadata, importlib.resources, inspect, io, itertools, json, logging, os, pathlib, platform, random, re, secrets, shlex
import shutil, signal, socket, sqlite3, string, subprocess, sys, tempfile, textwrap, threading, time, tomllib, typing, unicodedata, uuid
import webbrowser, zoneinfo

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {MODULES!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
for name in {MODULES!r}:
    sys.modules.pop(name, None)
for module, names in {LACKED!r}.items():
    for name in names:
        if hasattr(sys.modules[module], name):
            delattr(sys.modules[module], name)
"""

LIFE = (
    ["make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed"],
    ["make", "Review the contract ✓", "--to", "dana", "--asked", "--by", "28 nov"],
    ["show", "1"],
    ["complete", "1"],
    ["undo"],
    ["moves", "--exit-code"],
    ["list", "--json"],
    ["stats"],
    ["week"],
    ["check"],
    ["accept", "9"],
    ["accept", "dana"],
    ["acept"],
    ["make", "x", "--to", "dana", "--by", "tonight"],
    ["export"],
    ["export", "-o", "all.csv"],
    ["person", "rename", "dana", "dk"],
    ["guide", "start"],
    ["path"],
    ["--help"],
    ["make", "--help"],
    ["--version"],
)


# Every command in a process of its own, forked from one that lacks what is to be lacking.
LIVE = f"""
import json, os, signal, sys, tempfile
fork, wait, code = os.fork, os.waitpid, os.waitstatus_to_exitcode
{{prelude}}
import typer.main, promisectl.cli.app, promisectl.cli.main
lived = []
for words in {LIFE!r}:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = fork()
        if not pid:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.argv[1:] = words
            from promisectl.__main__ import main
            main()
        ended = code(wait(pid, 0)[1])
        lived.append([*(file.seek(0) or file.read().decode() for file in (out, err)), ended])
print(json.dumps(lived))
"""


def _lived(home: Path, prelude: str) -> list[tuple[str, str, int]]:
    """A whole life of a ledger in a home of its own: what every command prints and how it ends."""
    home.mkdir()
    environ = {
        **os.environ,
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }
    code = LIVE.replace("{prelude}", prelude)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [
        (_plain(out, home), _plain(err, home), code) for out, err, code in json.loads(done.stdout)
    ]


def _plain(said: str, home: Path) -> str:
    """What differs from ledger to ledger put aside."""
    return re.sub(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID", said.replace(str(home), "HOME")
    )


def test_a_life_without_posix_is_the_same_life(program: Program) -> None:
    lived = _lived(program.home / "without", PRELUDE)
    assert [code for _, _, code in lived] == [
        0,
        0,
        0,
        0,
        0,
        10,
        0,
        0,
        0,
        0,
        3,
        2,
        2,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ]
    assert lived == _lived(program.home / "with", "")


def test_what_was_taken_away_is_away() -> None:
    for gone in (
        "import fcntl",
        "import termios",
        "import os; os.fork",
        "import signal; signal.SIGPIPE",
        "from os import getuid",
    ):
        done = subprocess.run(
            [sys.executable, "-c", f"{PRELUDE}\n{gone}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "Error" in done.stderr


# Consoles that know few signs


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp850", "ascii", "latin-1"])
@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["show", "1"],
        ["check"],
        ["stats"],
        ["week"],
        ["guide", "lifecycle"],
        ["make", "--help"],
        ["accept", "dana"],
    ],
)
def test_a_console_that_lacks_signs_shows_their_numbers(
    program: Program, monkeypatch: pytest.MonkeyPatch, encoding: str, words: list[str]
) -> None:
    program.ok("make", "Tee für 東京 – ✓ “jetzt”", "--to", "dana", "--agreed", "--by", "fri")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    monkeypatch.setenv("PAGER", "")
    with terminal(*words, columns=100) as child:
        code = ended(child)
        assert "Traceback" not in str(child.before)
        assert code == (2 if words[0] == "accept" else 0)
    assert words[0] not in ("list", "show") or r"\u6771\u4eac" in str(child.before)


def test_a_question_can_be_put_where_its_sign_is_lacking(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "Review the contract", "--to", "dana", "--by", "fri", "--asked")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with terminal("accept", "1") as child:
        for answer in ("", "", "y"):
            child.expect(r"\\u203a ")
            child.send(f"{answer}\n")
        assert ended(child) == 0


# Paths


@pytest.mark.parametrize(
    ("path", "windows", "uri"),
    [
        ("/home/me/my ledger.db", False, "file:///home/me/my ledger.db?mode=ro"),
        ("/a/100%/b?c#d", False, "file:///a/100%25/b%3fc%23d?mode=ro"),
        ("//two/slashes.db", False, "file:////two/slashes.db?mode=ro"),
        ("here.db", False, "file:here.db?mode=ro"),
        ("/a\\b.db", False, "file:///a\\b.db?mode=ro"),
        ("C:\\Users\\me\\ledger.db", True, "file:///C:/Users/me/ledger.db?mode=ro"),
        ("c:/Users/50%/#1?.db", True, "file:///c:/Users/50%25/%231%3f.db?mode=ro"),
        ("\\\\server\\share\\ledger.db", True, "file:////server/share/ledger.db?mode=ro"),
        ("here\\ledger.db", True, "file:here/ledger.db?mode=ro"),
    ],
)
def test_a_path_becomes_the_uri_that_sqlite_reads(path: str, windows: bool, uri: str) -> None:
    assert connection.build_sqlite_uri(path, "ro", windows=windows) == uri


@pytest.mark.parametrize(
    "name",
    [
        "plain.db",
        "a b.db",
        "100%.db",
        "50%25.db",
        "what?.db",
        "#1.db",
        "back\\slash.db",
        "ü✓.db",
        "a&b=c;d.db",
    ],
)
def test_a_ledger_of_any_name_is_founded_and_found_under_it(program: Program, name: str) -> None:
    for slashes in ("", "/"):
        path = f"{slashes}{program.home}/{name}{'2' if slashes else ''}"
        assert program.ok("--ledger", path, "make", "x y z", "--to", "me", "-q") == "1\n"
        assert program.ok("--ledger", path, "list", "--plain").startswith("1\t")
        assert os.path.exists(path)
