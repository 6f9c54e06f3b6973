"""A standby for tests: a copy of a server that only answers questions, until it is promoted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from tests.conftest import skip_or_fail
from tests.tools import postgres
from tests.tools.postgres import PostgresServer


class _Standby(PostgresServer):
    """A server that begins with the files of another, and gets nothing more from it."""

    def __init__(self, directory: Path, programs: Path, primary: PostgresServer) -> None:
        super().__init__(directory, programs, {})
        self._primary = primary

    def create(self) -> None:
        """Take the files of the other server as they are now."""
        super().create()
        rmtree(self.data)
        self._run(
            "pg_basebackup",
            "--pgdata",
            str(self.data),
            "--host",
            str(self._primary.directory),
            "--username=owner",
            "--checkpoint=fast",
            "--no-sync",
        )
        self.write_file("standby.signal", "")

    def promote(self) -> None:
        """Let it take moves from now on, as after the end of the other server."""
        self.run_sql("SELECT pg_promote()", database="postgres")


@contextmanager
def start_standby(primary: PostgresServer) -> Iterator[_Standby]:
    """A standby that has all that a server has now, and nothing that comes later."""
    programs = postgres.find_programs()
    if programs is None or not (programs / "pg_basebackup").exists():
        skip_or_fail("pg_basebackup is not on this machine")
    place = Path(mkdtemp(prefix="pg-", dir="/tmp"))
    standby = _Standby(place, programs, primary)
    with postgres.serve(standby):
        yield standby
