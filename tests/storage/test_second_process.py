"""The second process that checks a large ledger: what is found is the same with it and without it, and it never outlives the first."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from promisectl.storage.integrity import checks
from tests.bench import ledgers
from tests.storage.test_integrity import changed

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="a second process has no processor",
)

SIZE = 4_500
"""So many promises are large enough for a second process."""

_CHECK = """
import sys
from promisectl.storage.integrity import checks, second_process

path, is_killed = sys.argv[1], sys.argv[2] == "killed"
count = (lambda *_: sys.exit(3)) if is_killed else checks.count_matching_promises
with second_process.open_second_process(path, count) as second, checks.open_for_checks(path) as db:
    findings = list(checks.check_integrity(db, second=second))
    print(second.first_promise)
    print(repr(findings))
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A large ledger with nothing wrong."""
    return ledgers.made(SIZE, str(tmp_path_factory.mktemp("large") / "ledger.db"))


@pytest.fixture
def path(sound: str, tmp_path: Path) -> str:
    """A copy of it."""
    return shutil.copy(sound, str(tmp_path / "ledger.db"))


def found_alone(path: str) -> str:
    """What one process finds."""
    with checks.open_for_checks(path) as db:
        return repr(list(checks.check_integrity(db)))


def found_with_help(path: str, *, state: str = "well") -> str:
    """What two processes find."""
    words = [sys.executable, "-c", _CHECK, path, state]
    first, findings = subprocess.check_output(words, text=True).splitlines()
    assert 1 < int(first) < SIZE
    return findings


@pytest.mark.parametrize(
    "script",
    [
        "SELECT 1",
        "UPDATE promise SET outcome = 'Send the figures' WHERE id = 4400",
        "UPDATE promise SET outcome = CAST(X'FF' AS TEXT) WHERE id IN (7, 4401)",
        "DELETE FROM promise WHERE id IN (4400, 4499); UPDATE promise SET id = 9000 WHERE id = 4500",
        "UPDATE act SET body = iif(promise = 4401, '{}', replace(body, 'number', 'figure')) WHERE promise IN (3, 4400, 4401)",
    ],
)
def test_both_processes_find_what_one_finds(path: str, script: str) -> None:
    changed(path, script)
    assert found_with_help(path) == found_alone(path)


def test_a_second_process_that_fails_changes_nothing(path: str) -> None:
    assert found_with_help(path, state="killed") == found_alone(path)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_a_second_process_that_is_gone_at_once_changes_nothing(path: str) -> None:
    gone = """
    pid = int(open(f"/proc/self/task/{os.getpid()}/children").read())
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    findings"""
    code = "import os, signal\n" + _CHECK.replace("\n    findings", gone)
    words = [sys.executable, "-c", code, path, "well"]
    first, findings = subprocess.check_output(words, text=True).splitlines()
    assert (first, findings) == ("None", found_alone(path))


def test_a_number_of_another_type_is_damage(path: str) -> None:
    changed(
        path,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'act';"
        "PRAGMA writable_schema = RESET;"
        "PRAGMA ignore_check_constraints = ON;"
        "UPDATE act SET promise = 'x' WHERE number = 1;"
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'act'",
    )
    words = [sys.executable, "-c", _CHECK, path, "well"]
    first, findings = subprocess.check_output(words, text=True).splitlines()
    assert first == "None"
    assert "wrong" in findings
    assert findings == found_alone(path)


def test_a_system_that_allows_no_second_process_is_no_fault(path: str) -> None:
    code = """
import resource, sys
from promisectl.storage.integrity import checks, second_process

limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
with second_process.open_second_process(sys.argv[1], checks.count_matching_promises) as second:
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    print(second)
"""
    assert subprocess.check_output([sys.executable, "-c", code, path], text=True) == "None\n"


def test_the_damage_above_is_damage(path: str) -> None:
    assert "wrong" not in found_alone(path)
    changed(path, "UPDATE promise SET outcome = 'Send the figures' WHERE id = 4400")
    assert "#4400: outcome is" in found_with_help(path)


@contextmanager
def asked(path: str) -> Iterator[subprocess.Popen[str]]:
    """A doctor at work, in a process group of its own."""
    words = [sys.executable, "-m", "promisectl", "--ledger", path, "doctor"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        yield process


def list_children(process: int) -> list[int]:
    """The processes that a process has begun."""
    return [
        int(number)
        for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def wait_for_second(process: subprocess.Popen[str]) -> int:
    """The number of the second process, as soon as there is one."""
    while process.poll() is None:
        if begun := list_children(process.pid):
            return begun[0]
    raise AssertionError("there was no second process")


def is_gone(number: int) -> bool:
    """Whether a process ends within some seconds."""
    for _ in range(500):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_second_process_ends_with_the_first(path: str, stop: signal.Signals) -> None:
    with asked(path) as process:
        second = wait_for_second(process)
        process.send_signal(stop)
        said, _ = process.communicate()
        assert process.returncode == (130 if stop is signal.SIGINT else -stop)
    assert is_gone(second)
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_a_ctrl_c_at_the_terminal_says_nothing(path: str) -> None:
    with asked(path) as process:
        second = wait_for_second(process)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate()
        assert (process.returncode, said) == (130, "")
    assert is_gone(second)


def test_a_command_that_waits_to_write_keeps_only_the_second_process_out(path: str) -> None:
    """SQLite lets nobody begin to read when somebody wants to write, who has to wait for those that read already."""
    code = _CHECK.replace("    findings", "    print('reading', flush=True); input()\n    findings")
    words = [sys.executable, "-c", code, path, "well"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "reading\n"
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE sqlite_sequence SET seq = seq")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                db.execute("COMMIT")
            said, _ = process.communicate("\n")
            assert process.returncode == 0
            db.execute("ROLLBACK")
    assert said.splitlines()[1] == found_alone(path)
