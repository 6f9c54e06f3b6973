"""Where the ledger is."""

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
