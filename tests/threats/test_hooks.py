"""The hook after a move hears of every act, and can neither forbid, spoil nor hold up anything, whoever has written it."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from promisectl import guide
from promisectl.commands.shared import hooks
from promisectl.env import Env, RecordedActs
from tests.conftest import Program, tool

PROMISECTL = f"{sys.executable} -m promisectl"
MOVED = "The move is recorded, but the hook "


def put_hook(program: Program, *lines: str, mode: int = 0o700) -> Path:
    """Write a hook whose shell appends what it hears to the file `told`, then runs the lines."""
    hook = program.home / "config" / "promisectl" / "hooks" / "after-move"
    hook.parent.mkdir(parents=True, exist_ok=True)
    told = program.home / "told"
    hook.write_text("\n".join(["#!/bin/sh", f"cat >> {told}", *lines, ""]), encoding="utf-8")
    hook.chmod(mode)
    return hook


def read_told(program: Program) -> list[str]:
    told = program.home / "told"
    return told.read_text(encoding="utf-8").splitlines() if told.exists() else []


# What it hears

_LINES = "to dana: Send it | fri | agreed\nto lee: Water the plants | sat | agreed\n"
RECORDING = (
    ("make", "Send it", "--to", "dana", "--to", "lee", "--by", "fri", "--agreed"),
    ("jot", "to dana: Water the plants | fri", "from lee: Fix it | #home"),
    ("make", "-"),
    ("import", "more.csv"),
    ("complete", "1", "2", "--confirmed"),
    ("edit", "3", "--correct"),
    ("tag", "3", "work"),
    ("person", "rename", "dana", "dk"),
    ("person", "merge", "dk", "lee"),
    ("undo",),
    ("redo",),
)


def test_the_hook_hears_what_the_log_shows_of_each_command(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_hook(program)
    monkeypatch.setenv("EDITOR", "sed -i.before s/plants/cat/")
    (program.home / "more.csv").write_text(
        "outcome,person,direction\nLend the drill,kim,owe\nCall,kim,owed\n", encoding="utf-8"
    )
    heard, newest = 0, 0
    monkeypatch.chdir(program.home)
    for words in RECORDING:
        program.ok(*words, piped=_LINES if words[-1] == "-" else "")
        told = read_told(program)[heard:]
        assert told == program.ok("log", "--after", str(newest), "--jsonl").splitlines(), words
        assert told, words
        heard, newest = heard + len(told), json.loads(told[-1])["id"]


def test_a_whole_journal_and_a_review_are_heard_of_at_once(program: Program) -> None:
    for name in ("Send it", "Water them"):
        program.ok("make", name, "--to", "dana", "--asked", "--by", "fri")
    journal = str(program.home / "journal.jsonl")
    program.ok("export", "--format", "jsonl", "--journal", "--output", journal)
    put_hook(program, "echo end >> $0.runs")
    runs = program.home / "config" / "promisectl" / "hooks" / "after-move.runs"
    program("review", width=80, answers="decline\n\ndecline\n\n")
    assert [json.loads(line)["act"] for line in read_told(program)] == ["decline", "decline"]
    assert runs.read_text() == "end\n"
    (program.home / "told").unlink()
    program.ok("--ledger", str(program.home / "another.db"), "import", journal)
    assert [json.loads(line)["promise"] for line in read_told(program)] == [1, 2]


def test_where_nothing_is_recorded_no_hook_runs(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana", "--by", "fri", "--once", "k")
    backup = str(program.home / "kept.db")
    program.ok("backup", backup)
    put_hook(program)
    (program.home / "more.jsonl").write_text(program.ok("export", "--format", "jsonl", "--all"))
    for words, code in (
        (("owe",), 0),
        (("accept", "9"), 3),
        (("complete", "1"), 4),
        (("make", "Send it", "--to", "dana", "--by", "fri", "--once", "k"), 0),
        (("import", str(program.home / "more.jsonl"), "--dry-run"), 0),
        (("import", str(program.home / "more.jsonl")), 0),
        (("doctor", "--fix"), 0),
        (("restore", backup, "--yes"), 0),
        (("demo",), 0),
    ):
        assert program(*words).code == code, words
    assert not (program.home / "told").exists()


def test_its_environment_says_which_ledger_and_that_it_is_a_hook(program: Program) -> None:
    put_hook(program, 'echo "$PROMISECTL_HOOK $PROMISECTL_LEDGER $PROMISECTL_TODAY"')
    ledger = str(program.home / "another.db")
    made = program("--ledger", ledger, "--today", "2026-12-01", "make", "Send it", "--to", "dana")
    assert made.stderr.endswith(f"after-move: after-move {ledger} 2026-12-01\n")


# What it can't do

NOISE = ["echo loud", "echo loud >&2", "printf '\\033[31mred\\007\\n'"]


@pytest.mark.parametrize("form", [(), ("-q",), ("--json",)], ids=str)
def test_what_it_prints_spoils_no_data(program: Program, form: tuple[str, ...]) -> None:
    program.ok("make", "Send it", "--to", "dana", "--asked")
    quiet = program("note", "1", "more", *form)
    put_hook(program, *NOISE)
    loud = program("note", "1", "more", *form)
    assert (loud.stdout, loud.code) == (quiet.stdout, 0)
    noise = ["after-move: loud", "after-move: loud", "after-move: \\x1b[31mred\\x07"]
    assert loud.stderr.splitlines() == [*quiet.stderr.splitlines(), *noise]


ENDS = {
    "exit 3": "failed with exit code 3",
    "kill -9 $$": "was ended by signal 9",
    "nonsense-program": "failed with exit code 127",
}


@pytest.mark.parametrize("line", ENDS)
def test_its_failure_is_a_warning(program: Program, line: str) -> None:
    hook = put_hook(program, line)
    made = program("make", "Send it", "--to", "dana", "-q")
    assert (made.stdout, made.code) == ("1\n", 0)
    assert made.stderr.splitlines()[-1] == f"{MOVED}{ENDS[line]}: {hook}"
    assert program.ok("list", "--plain").startswith("1\t")


class _Trap(NamedTuple):
    """Somebody's way to a hook that must not run, and what is said of it."""

    set_up: Callable[[Path], object]
    warning: str


def _replace(hook: Path, make: Callable[[Path], object]) -> None:
    hook.rename(hook.with_name("real"))
    make(hook)


def _link_through_open_directory(hook: Path) -> None:
    public = hook.parent / "public"
    public.mkdir()
    (public / "link").symlink_to(hook.with_name("real"))
    public.chmod(0o777)
    _replace(hook, lambda path: path.symlink_to(public / "link"))


def _link_in_a_circle(hook: Path) -> None:
    hook.with_name("other").symlink_to(hook)
    _replace(hook, lambda path: path.symlink_to(path.with_name("other")))


def _link_to_open_file(hook: Path) -> None:
    hook.chmod(0o722)
    _replace(hook, lambda path: path.symlink_to("real"))


def _first_line(line: str) -> Callable[[Path], object]:
    return lambda hook: hook.write_text(hook.read_text().replace("#!/bin/sh", line))


NOT_RUN = "did not run. Can't run {hook}: "
TRAPS = {
    "a group can write to it": _Trap(
        lambda hook: hook.chmod(0o720),
        f"{NOT_RUN}others can write to it. Fix it: chmod go-w {{hook}}",
    ),
    "others can write to it": _Trap(
        lambda hook: hook.chmod(0o702),
        f"{NOT_RUN}others can write to it. Fix it: chmod go-w {{hook}}",
    ),
    "others can write to its directory": _Trap(
        lambda hook: hook.parent.chmod(0o777),
        f"{NOT_RUN}others can write to {{hooks}}. Fix it: chmod go-w {{hooks}}",
    ),
    "a group can write to a directory above": _Trap(
        lambda hook: hook.parent.parent.parent.chmod(0o770),
        f"{NOT_RUN}others can write to {{config}}. Fix it: chmod go-w {{config}}",
    ),
    "it is not executable": _Trap(
        lambda hook: hook.chmod(0o600), f"{NOT_RUN}it is not executable. Fix it: chmod +x {{hook}}"
    ),
    "it is a directory": _Trap(
        lambda hook: _replace(hook, lambda path: path.mkdir(0o700)), f"{NOT_RUN}it is not a file."
    ),
    "it is a pipe": _Trap(
        lambda hook: _replace(hook, lambda path: os.mkfifo(path, 0o700)),
        f"{NOT_RUN}it is not a file.",
    ),
    "its link leads nowhere": _Trap(
        lambda hook: _replace(hook, lambda path: path.symlink_to("nowhere")),
        f"{NOT_RUN}what it links to is missing.",
    ),
    "its links go in a circle": _Trap(_link_in_a_circle, f"{NOT_RUN}its links go in a circle."),
    "what it links to can be written": _Trap(
        _link_to_open_file,
        f"{NOT_RUN}others can write to {{hooks}}/real. Fix it: chmod go-w {{hooks}}/real",
    ),
    "a link on the way can be replaced": _Trap(
        _link_through_open_directory,
        f"{NOT_RUN}others can write to {{hooks}}/public. Fix it: chmod go-w {{hooks}}/public",
    ),
    "its interpreter is missing": _Trap(
        _first_line("#!/nowhere/sh"),
        "can't be started: the program that its first line names is missing: {hook}",
    ),
    "it names no interpreter": _Trap(
        _first_line("# just lines"),
        "can't be started: its first line has to name a program, as #!/bin/sh does: {hook}",
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_what_others_may_have_put_there_is_not_run(program: Program, name: str) -> None:
    hook = put_hook(program)
    trap = TRAPS[name]
    trap.set_up(hook)
    made = program("make", "Send it", "--to", "dana", "-q")
    warning = trap.warning.format(hook=hook, hooks=hook.parent, config=hook.parents[2])
    assert (made.stdout, made.code) == ("1\n", 0)
    assert made.stderr.splitlines() == [MOVED + warning]
    assert read_told(program) == []


root_only = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away"
)


@root_only
@pytest.mark.parametrize("what", ["it", "hooks", "link"])
def test_what_belongs_to_another_is_not_run_by_root(program: Program, what: str) -> None:
    hook = put_hook(program)
    place = hook if what == "it" else hook.parent
    if what == "link":
        hook.rename(hook.with_name("real"))
        hook.symlink_to("real")
        place = hook
    os.chown(place, 12345, 12345, follow_symlinks=False)
    made = program("make", "Send it", "--to", "dana", "-q")
    named = place if what == "hooks" else "it"
    assert made.stderr == f"{MOVED}did not run. Can't run {hook}: {named} belongs to another user\n".replace("user\n", "user.\n")  # fmt: skip
    assert (made.code, read_told(program)) == (0, [])


def test_links_and_shared_directories_of_the_user_are_fine(program: Program) -> None:
    """As with dotfiles in a repository, and a home below a directory like /tmp."""
    hook = put_hook(program)
    shared = program.home / "shared"
    (shared / "dots").mkdir(parents=True, mode=0o700)
    shared.chmod(0o1777)
    hook.rename(shared / "dots" / "hook")
    (shared / "link").symlink_to("dots/../dots/./hook")
    hook.symlink_to(shared / "link")
    assert program("make", "Send it", "--to", "dana", "-q").stderr == ""
    assert len(read_told(program)) == 1


# Time


def _is_running(pid: int) -> bool:
    """Whether a process is there and not just waiting to be noticed as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("line", ["sleep 60 &", "trap '' TERM", "yes &"])
def test_a_hook_that_hangs_is_stopped_with_all_that_it_has_started(
    program: Program, line: str
) -> None:
    tool("yes")
    hook = put_hook(program, line, "echo $! >> $0.pids", "echo $$ >> $0.pids", "while :; do sleep 1; done")  # fmt: skip
    begun = time.monotonic()
    made = program("make", "Send it", "--to", "dana", "-q")
    assert 4.9 < time.monotonic() - begun < 10
    assert (made.stdout, made.code) == ("1\n", 0)
    assert made.stderr.endswith(f"{MOVED}did not end within 5 s and was stopped: {hook}\n")
    assert len(made.stderr) < 40_000
    pids = [int(pid) for pid in Path(f"{hook}.pids").read_text().split()]
    deadline = time.monotonic() + 5  # what was killed may need a moment
    while any(map(_is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in pids if _is_running(pid)] == []


def test_what_it_leaves_running_is_not_waited_for(program: Program) -> None:
    hook = put_hook(program, "sleep 60 &", "echo $! > $0.pid", "echo done")
    begun = time.monotonic()
    made = program("make", "Send it", "--to", "dana", "-q")
    assert time.monotonic() - begun < 4
    assert (made.code, made.stderr) == (0, "after-move: done\n")
    pid = int(Path(f"{hook}.pid").read_text())
    assert _is_running(pid)
    os.kill(pid, signal.SIGKILL)


def test_the_reader_of_the_answer_does_not_wait_for_the_hook(program: Program) -> None:
    put_hook(program, "sleep 4")
    command = [sys.executable, "-m", "promisectl", "make", "Send it", "--to", "dana", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        assert process.stdout
        assert process.stdout.read() == b"1\n"
        assert process.poll() is None
    assert process.returncode == 0


@pytest.mark.parametrize("sent", [signal.SIGINT])
def test_ctrl_c_stops_the_hook_and_the_move_stays(program: Program, sent: signal.Signals) -> None:
    hook = put_hook(program, "echo $$ > $0.pid", "sleep 60")
    command = [sys.executable, "-m", "promisectl", "make", "Send it", "--to", "dana", "-q"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, env=dict(os.environ), **pipes)  # type: ignore[call-overload]
    pid = Path(f"{hook}.pid")
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(sent)
    out, err = process.communicate(timeout=30)
    assert (out, process.returncode) == (b"1\n", 0)
    assert err.decode() == f"{MOVED}was stopped with Ctrl-C: {hook}\n"
    assert not _is_running(int(pid.read_text()))
    assert program.ok("list", "--plain").startswith("1\t")


@pytest.mark.parametrize("when", [2, 3])
def test_ctrl_c_before_the_hook_has_begun_leaves_no_traceback(program: Program, when: int) -> None:
    """It comes when the hook is looked at, for the second time or for the third."""
    hook = put_hook(program)
    program.ok("make", "Send it", "--to", "dana")
    looks = f"inject=?newfstatat,?lstat,?stat:signal=INT:when={when}"
    done = subprocess.run(
        [tool("strace"), "-f", "-o", os.devnull, "-P", str(hook), "-e", looks,
         sys.executable, "-m", "promisectl", "note", "1", "more", "-q"],
        env=dict(os.environ), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("1\n", 0)
    assert done.stderr == f"{MOVED}was stopped with Ctrl-C.\n"
    assert len(read_told(program)) == 1


def test_it_does_not_run_for_another_ledger_in_the_place_of_this_one(program: Program) -> None:
    put_hook(program)
    program.ok("make", "Send it", "--to", "dana")
    stderr = io.StringIO()
    env = Env(os.environ, (sys.stdin, sys.stdout, stderr))
    for recorded in (RecordedActs(0, 2, "0" * 64), RecordedActs(8, 9, "0" * 64)):
        env.recorded_acts = (recorded,)
        hooks.run_hook(env)
    assert (
        stderr.getvalue().splitlines()
        == ["The hook did not run, because the ledger has been replaced."] * 2
    )
    assert len(read_told(program)) == 1


# Input and output


def _import_many(program: Program, count: int) -> subprocess.CompletedProcess[str]:
    file = program.home / "many.csv"
    rows = (f"Send the numbers {number},dana,owe" for number in range(count))
    file.write_text("\n".join(["outcome,person,direction", *rows, ""]), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "promisectl", "import", str(file), "-q"],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("line", ["exec cat > /dev/null", "exec 0<&-; sleep 0.3", "sleep 0.3", "exit 0"])  # fmt: skip
def test_a_hook_may_read_as_much_as_it_likes(program: Program, line: str) -> None:
    """Four megabytes, which no pipe holds."""
    hook = put_hook(program)
    hook.write_text(f"#!/bin/sh\n{line}\n")
    done = _import_many(program, 3_000)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_slow_reader_of_many_acts_locks_nobody_out(program: Program) -> None:
    put_hook(program, f"{PROMISECTL} note 1 heard -q")
    hook = program.home / "config" / "promisectl" / "hooks" / "after-move"
    hook.write_text(f"#!/bin/sh\nread line\n{PROMISECTL} note 1 heard -q\ncat >> {program.home}/told\n")  # fmt: skip
    done = _import_many(program, 3_000)
    assert (done.returncode, done.stderr) == (0, "after-move: 1\n")
    assert len(read_told(program)) == 2_999
    assert json.loads(program.ok("log", "--limit", "1", "--jsonl"))["text"] == "heard"


def test_a_hook_that_runs_promisectl_does_not_run_itself(program: Program) -> None:
    hook = put_hook(program, f"{PROMISECTL} note 1 seen -q", "echo run >> $0.runs")
    made = program("make", "Send it", "--to", "dana", "-q")
    assert (made.stdout, made.stderr, made.code) == ("1\n", "after-move: 1\n", 0)
    assert Path(f"{hook}.runs").read_text() == "run\n"
    assert [json.loads(line)["act"] for line in read_told(program)] == ["offer"]
    acts = [json.loads(line)["act"] for line in program.ok("log", "--jsonl").splitlines()]
    assert acts == ["offer", "note"]


@pytest.mark.parametrize(
    "flood", ["yes | head -c 5000000", "yes '' | head -c 5000000", "head -c 5000000 /dev/zero"]
)
def test_a_flood_is_cut_off(program: Program, flood: str) -> None:
    put_hook(program, flood)
    made = program("make", "Send it", "--to", "dana", "-q")
    assert (made.stdout, made.code) == ("1\n", 0)
    assert len(made.stderr) < 40_000
    assert made.stderr.endswith("after-move: (the rest of the output is left out)\n")


def test_a_stdout_that_can_not_be_written_is_said_before_the_hook_runs(program: Program) -> None:
    put_hook(program, "sleep 1", "echo heard")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "promisectl", "make", "Send it", "--to", "dana", "-q"],
            env=dict(os.environ), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 7
    lines = done.stderr.splitlines()
    assert lines[0].startswith("promisectl: The move was recorded, but the result")
    assert lines[-1] == "after-move: heard"
    assert len(read_told(program)) == 1


def test_a_hook_is_looked_for_beside_the_config_and_nowhere_else(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = put_hook(program)
    shutil.copytree(hook.parent, tmp_path / "here" / "hooks")
    shutil.rmtree(hook.parent)
    monkeypatch.chdir(tmp_path / "here")
    program.ok("make", "Send it", "--to", "dana")
    assert read_told(program) == []


def test_the_notice_of_the_guide_comes_for_their_warnings_alone(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool("jq")
    page = Path(guide.__file__).with_name("hooks.md").read_text(encoding="utf-8")
    put_hook(program).write_text(page.split("```sh\n")[1].split("```")[0], encoding="utf-8")
    desktop = program.home / "bin" / "notify-send"
    desktop.parent.mkdir()
    desktop.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {program.home}/shown\n')
    desktop.chmod(0o755)
    monkeypatch.setenv("PATH", f"{desktop.parent}:{os.environ['PATH']}")
    program.ok("make", "Send it", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Fix it", "--from", "lee", "--by", "fri", "--agreed")
    program.ok("bump", "1", "I will be late")
    program.ok("bump", "2", "the brake $(date) is gone", "--theirs")
    shown = (program.home / "shown").read_text(encoding="utf-8")
    assert shown == "Promises|#2: the brake $(date) is gone|"
