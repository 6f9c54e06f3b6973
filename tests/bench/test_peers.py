"""The comparison fills, asks and looks at what comes out; how long anything takes is no matter here."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from tests.bench import peers, timed, tools
from tests.conftest import tool

ITEMS = 20


def test_every_act_of_every_tool_that_is_here_has_its_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tool("sqlite3")
    page, kept = tmp_path / "page.md", tmp_path / "peers.json"
    page.write_text("# Page\n\n## Beside others\n\nold\n\n## Next\n", encoding="utf-8")
    words = [
        "--sizes",
        str(ITEMS),
        "--runs",
        "1",
        "--peers",
        "promisectl",
        "sqlite3",
        "--cache",
        str(tmp_path),
        "--json",
        str(kept),
    ]
    assert peers.main([*words, "--write", str(page)]) == 0
    told = capsys.readouterr().out
    assert page.read_text(encoding="utf-8") == f"# Page\n\n## Beside others\n\n{told}\n## Next\n"
    cases = [peers.Case(**case) for case in json.loads(kept.read_text(encoding="utf-8"))["cases"]]
    assert sorted((case.tool, case.act, case.size, case.said) for case in cases) == sorted(
        (name, act, ITEMS, "") for name in ("promisectl", "sqlite3") for act in peers.ACTS
    )
    assert all(case.ratio and case.seconds and case.kibibytes and case.runs for case in cases)
    assert told.count("| **promisectl** |") == told.count("| sqlite3 |") == len(peers.ACTS)


class Forgetful(tools.Sqlite):
    """A tool that lists less than there is."""

    name = "forgetful"

    def list(self) -> tuple[object, ...]:
        return self._file, f"{tools._OPENED} limit 1"

    def finish(self, nth: int) -> timed.Asked:
        return self.ask(self._file, f"update nowhere set ended = {nth}")


def test_a_tool_that_does_less_is_said_to_fail_and_one_that_cannot_be_had_is_named(
    tmp_path: Path,
) -> None:
    tool("sqlite3")

    class Nowhere(tools.Sqlite):
        name, debian, command = "nowhere", "", "promisectl-nowhere"

    *_, measured = peers.measure((Forgetful, Nowhere), [ITEMS], 1, tmp_path)
    assert {case.act: case.said for case in measured.cases} == {
        "list": "fails",
        "export": "",
        "add": "fails",
        "finish": "fails",
    }
    assert measured.missing == {"nowhere": "promisectl-nowhere is not there"}
    told = peers.tables(measured)
    assert "| forgetful | fails | – |" in told
    assert "nowhere is missing here: promisectl-nowhere is not there." in told


def test_what_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    asleep = (
        "import os, time; print(os.getpid(), file=open('pid', 'w'), flush=True); time.sleep(60)"
    )
    with pytest.raises(timed.Over):
        timed.run(timed.Asked((sys.executable, "-c", asleep)), dict(os.environ), tmp_path, 1)
    process = int((tmp_path / "pid").read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while (state := _state(process)) not in {"", "Z"}:
        assert time.monotonic() < deadline, state
        time.sleep(0.01)


def _state(process: int) -> str:
    """What the kernel says a process does; nothing where it is gone."""
    try:
        return (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        )
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_an_error_is_told_by_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(timed.Failed, match="no such luck"):
        timed.run(
            timed.Asked((sys.executable, "-c", "raise SystemExit('no such luck')")),
            dict(os.environ),
            tmp_path,
            30,
        )


def test_the_memory_is_that_of_the_process_and_not_of_the_one_that_measures(tmp_path: Path) -> None:
    def needs(megabytes: int) -> float:
        code = f"held = b'x' * {megabytes} * 1_000_000"
        return (
            timed.run(
                timed.Asked((sys.executable, "-c", code)), dict(os.environ), tmp_path, 30
            ).kibibytes
            * 1.024
            / 1000
        )

    ours = b"x" * 200_000_000
    assert needs(0) < 60
    assert 100 < needs(100) < 160
    assert len(ours) == 200_000_000
