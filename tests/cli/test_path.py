"""Where the ledger is."""

import json

import pytest

from tests.conftest import Program


def test_the_ledger_path_is_the_first_line(program: Program) -> None:
    result = program("path")
    home = program.home
    assert (
        result.stdout
        == f"{program.ledger}\nconfig: {home}/config/promisectl/config.toml\nbackups: {home}/state/promisectl/backups\n"
    )
    assert result.stderr.startswith("None of it has to exist")
    program.ok("make", "x y z", "--to", "dana")
    assert program("path").stderr == ""


def test_the_paths_are_one_record(program: Program) -> None:
    home = program.home
    assert json.loads(program.ok("path", "--json")) == {
        "ledger": str(program.ledger),
        "config": f"{home}/config/promisectl/config.toml",
        "backups": f"{home}/state/promisectl/backups",
        "server": None,
    }


def test_without_a_home_there_is_no_config(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "")
    monkeypatch.setenv("PROMISECTL_LEDGER", str(program.home / "ours.db"))
    assert json.loads(program.ok("path", "--json"))["config"] is None
