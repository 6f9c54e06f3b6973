"""What keeps others from reading the connection to a server on another machine, and from answering in its place.

The server of these tests is on this machine; its address `0.0.0.0` is one of which promisectl does not know that, and its name is in
the certificate alone. The wheel's server has no OpenSSL, so any other one that is here is taken.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from promisectl import guide
from promisectl.storage.remote import encryption
from tests.conftest import Program, Result, library, skip_or_fail, tool
from tests.tools import postgres
from tests.tools.postgres import PostgresServer

NAME = "db.example.org"
PASSWORD = "Correct-Horse-7"
WAYS_OUT = ("certificate that this machine trusts", "sslrootcert=FILE", "ssh tunnel")
SYSTEM_PROGRAMS = Path("/usr/lib/postgresql")
WHO_MAY = """
local   all all trust
hostssl all carol all cert
host    all hanna all scram-sha-256
host    all plain all password
host    all owner all trust
"""
VIEW, MOVE = ["owe"], ["make", "Run", "--to", "me"]


# The servers


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class FarServer(NamedTuple):
    """A server that is taken for one on another machine."""

    server: PostgresServer
    port: str
    certificates: Path
    """The directory of `server.crt`, which is trusted, `stranger.crt`, which has the same name, and those of a client."""

    def address(self, *settings: str, name: str = NAME, user: str = "owner") -> str:
        query = "&".join((f"hostaddr=0.0.0.0&port={self.port}", *settings))
        return f"postgresql://{user}@{name}/postgres?{query}"

    def trusting(self, *settings: str, name: str = NAME, user: str = "owner") -> str:
        """The address with the certificate of the server."""
        root = f"sslrootcert={self.certificates / 'server.crt'}"
        return self.address(root, *settings, name=name, user=user)


@contextmanager
def start_far_server(programs: Path) -> Iterator[tuple[PostgresServer, str]]:
    port = free_port()
    settings = {"listen_addresses": "127.0.0.1", "port": port}
    with postgres.start_server(programs=programs, **settings) as server:
        yield server, port


def make_certificates(directory: Path) -> None:
    """Make the server's certificate as the guide does, one of a stranger, and that of a client."""
    page = Path(guide.__file__).with_name("machines.md").read_text(encoding="utf-8")
    command = re.search(r"```sh\n(openssl req.*?)```", page, re.DOTALL)[1]
    assert NAME in command
    openssl = tool("openssl")

    def run(line: str) -> None:
        words = [openssl, *shlex.split(line.replace("\\\n", ""))[1:]]
        subprocess.run(words, cwd=directory, check=True, capture_output=True)

    run(command)
    run(command.replace("server.", "stranger."))
    run("openssl req -new -newkey rsa:2048 -nodes -subj /CN=carol -out carol.csr -keyout carol.key")
    sign = "openssl x509 -req -in carol.csr -days 3650 -set_serial 7"
    run(f"{sign} -out carol.crt -CA server.crt -CAkey server.key")
    run(f"{sign} -out by-stranger.crt -CA stranger.crt -CAkey stranger.key")
    run(f"{sign} -out by-carol.crt -signkey carol.key")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarServer]:
    """A server with the certificate that the guide makes."""
    library("psycopg2")
    others = [path.parent for path in sorted(SYSTEM_PROGRAMS.glob("*/bin/postgres"), reverse=True)]
    for programs in filter(None, (postgres.find_programs(), *others)):
        with start_far_server(programs) as (server, port):
            if server.run_sql("SHOW ssl_library", database="postgres") == [("",)]:
                continue
            certificates = tmp_path_factory.mktemp("certificates")
            make_certificates(certificates)
            for name in ("server.crt", "server.key"):
                server.write_file(name, (certificates / name).read_text())
            server.write_file("pg_hba.conf", WHO_MAY)
            server.run_sql(
                *(f"CREATE ROLE {role} SUPERUSER LOGIN" for role in ("carol", "hanna", "plain")),
                f"ALTER ROLE hanna PASSWORD '{PASSWORD}'",
                f"ALTER ROLE plain PASSWORD '{PASSWORD}'",
                "ALTER SYSTEM SET ssl = on",
                "ALTER SYSTEM SET ssl_ca_file = 'server.crt'",
                database="postgres",
            )
            server.stop()
            server.start()
            yield FarServer(server, port, certificates)
            return
    why = "no PostgreSQL server on this machine has OpenSSL"
    # The wheel's server alone has none; with any other one, these tests have to run.
    (skip_or_fail if others or postgres.is_named() else pytest.skip)(why)


@pytest.fixture
def far(tls: FarServer) -> Iterator[FarServer]:
    """That server with an empty database."""
    yield tls
    tls.server.run_sql("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", database="postgres")


@pytest.fixture(scope="module")
def open_server() -> Iterator[tuple[PostgresServer, str]]:
    """A server without TLS, and its address."""
    programs = postgres.find_programs()
    if programs is None:
        skip_or_fail("there is no PostgreSQL server on this machine")
    library("psycopg2")
    with start_far_server(programs) as (server, port):
        yield server, f"postgresql://owner@0.0.0.0:{port}/postgres"


def said(result: Result) -> str:
    """What a command printed on stderr, without line breaks."""
    return " ".join(result.stderr.split())


def run_all(program: Program, address: str) -> None:
    """Run a move and a view, which have to succeed."""
    assert program("--ledger", address, *MOVE).code == 0
    assert "Run" in program.ok("--ledger", address, *VIEW)


def connection_of(program: Program, address: str) -> list[str]:
    """The result of the doctor's check of the connection, and what it says but of the clocks."""
    found = program("--ledger", address, "doctor").stdout.splitlines()
    line = next(line for line in found if line.startswith("connection\t"))
    return line.replace("; the clocks agree", "").split("\t")[1:]


def refuse_all(program: Program, address: str, *sentences: str) -> None:
    """Check that views and moves are refused before anything is recorded, in these words."""
    for words in (VIEW, MOVE):
        result = program("--ledger", address, *words)
        assert (result.stdout, result.code) == ("", 5), result
        for sentence in sentences:
            assert sentence in said(result), said(result)
    assert not list(program.home.rglob("*.db"))


# Certificates


@pytest.mark.parametrize("place", ["address", "environment", "service", "home"])
def test_a_certificate_that_is_named(
    machine: Callable[[str], Program], far: FarServer, place: str
) -> None:
    home, root = machine("home"), str(far.certificates / "server.crt")
    address = far.address()
    if place == "address":
        address = far.trusting()
    elif place == "environment":
        home.environ["PGSSLROOTCERT"] = root
    elif place == "service":
        (home.home / ".pg_service.conf").write_text(f"[far]\nsslrootcert={root}\n")
        address = far.address("service=far")
    else:
        (home.home / ".postgresql").mkdir()
        shutil.copy(root, home.home / ".postgresql" / "root.crt")
    run_all(home, address)
    assert connection_of(home, address) == ["ok", "encrypted"]


@pytest.mark.parametrize("mode", ["", "sslmode=verify-ca", "sslmode=verify-full"])
def test_a_certificate_that_the_machine_trusts(
    machine: Callable[[str], Program], far: FarServer, mode: str
) -> None:
    home = machine("home")
    home.environ["SSL_CERT_FILE"] = str(far.certificates / "server.crt")
    run_all(home, far.address(*filter(None, [mode])))


@pytest.mark.parametrize("mode", ["", "sslmode=verify-full"])
def test_a_certificate_for_another_name_is_refused(
    machine: Callable[[str], Program], far: FarServer, mode: str
) -> None:
    address = far.trusting(*filter(None, [mode]), name="other.example.org")
    sentence = f'server certificate for "{NAME}" does not match host name "other.example.org"'
    refuse_all(machine("home"), address, "is not safe", sentence, "Nothing was sent.", *WAYS_OUT)


@pytest.mark.parametrize("trusted", ["", "stranger.crt"])
def test_a_certificate_that_nobody_trusts_is_refused(
    machine: Callable[[str], Program], far: FarServer, trusted: str
) -> None:
    settings = [f"sslrootcert={far.certificates / trusted}"] if trusted else []
    sentence = "is not safe: certificate verify failed. Nothing was sent."
    refuse_all(machine("home"), far.address(*settings), sentence, *WAYS_OUT)


def test_a_named_file_that_is_missing_is_refused(
    machine: Callable[[str], Program], far: FarServer
) -> None:
    address = far.address("sslrootcert=/none/root.crt")
    refuse_all(machine("home"), address, '"/none/root.crt" does not exist', "Nothing was sent.")


# Other modes


NOTHING_CHECKED = "nobody checks that it is the right server"
NAME_NOT_CHECKED = "the name of the server is not checked"


@pytest.mark.parametrize(
    ("mode", "note"),
    [
        ("require", NOTHING_CHECKED),
        ("prefer", NOTHING_CHECKED),
        ("allow", NOTHING_CHECKED),
        ("verify-ca", NAME_NOT_CHECKED),
    ],
)
def test_encryption_without_a_whole_check_is_a_note(
    machine: Callable[[str], Program], far: FarServer, mode: str, note: str
) -> None:
    build = far.trusting if mode == "verify-ca" else far.address
    home, address = machine("home"), build(f"sslmode={mode}", name="other.example.org")
    run_all(home, address)
    assert connection_of(home, address) == ["note", f"encrypted; sslmode={mode}: {note}"]


@pytest.mark.parametrize("mode", ["require", "prefer", "allow"])
@pytest.mark.parametrize("place", ["address", "environment", "home"])
def test_a_certificate_that_is_there_is_checked_in_every_mode(
    machine: Callable[[str], Program], far: FarServer, mode: str, place: str
) -> None:
    """As libpq does; the note says what is left unchecked."""
    address = far.address(f"sslmode={mode}", name="other.example.org")
    right, wrong = machine("right"), machine("wrong")
    for home, name in ((right, "server.crt"), (wrong, "stranger.crt")):
        root = str(far.certificates / name)
        if place == "environment":
            home.environ["PGSSLROOTCERT"] = root
        elif place == "home":
            (home.home / ".postgresql").mkdir()
            shutil.copy(root, home.home / ".postgresql" / "root.crt")
        whole = f"{address}&sslrootcert={root}" if place == "address" else address
        if home is wrong:
            refuse_all(home, whole, "is not safe: certificate verify failed. Nothing was sent.")
        else:
            run_all(home, whole)
            note = f"encrypted; sslmode={mode}: {NAME_NOT_CHECKED}"
            assert connection_of(home, whole) == ["note", note]


def test_a_named_file_that_is_missing_checks_nothing_where_nothing_has_to_be(
    machine: Callable[[str], Program], far: FarServer
) -> None:
    home, address = machine("home"), far.address("sslmode=require", "sslrootcert=/none/root.crt")
    (home.home / ".postgresql").mkdir()
    shutil.copy(far.certificates / "stranger.crt", home.home / ".postgresql" / "root.crt")
    run_all(home, address)
    assert connection_of(home, address) == [
        "note",
        f"encrypted; sslmode=require: {NOTHING_CHECKED}",
    ]


def test_no_encryption_is_a_note(machine: Callable[[str], Program], far: FarServer) -> None:
    home, address = machine("home"), far.address("sslmode=disable")
    run_all(home, address)
    note = "it is not encrypted, so that others can read and change what is sent"
    assert connection_of(home, address) == ["note", f"to another machine; {note}"]


def test_a_server_without_tls_is_refused(
    machine: Callable[[str], Program], open_server: tuple[PostgresServer, str]
) -> None:
    home, (_, address) = machine("home"), open_server
    modes = ("require", "prefer", "allow", "verify-ca", "verify-full")
    for more in ("", *(f"?sslmode={mode}" for mode in modes)):
        refuse_all(home, address + more, "is not safe", "Nothing was sent.", *WAYS_OUT)


def test_a_server_without_tls_is_accepted_where_that_is_chosen(
    machine: Callable[[str], Program],
    open_server: tuple[PostgresServer, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, (_, address) = machine("home"), open_server
    home.ok("--ledger", f"{address}?sslmode=disable", "make", "Run", "--to", "me")
    services = home.home / "services"
    services.write_text("[far]\nsslmode=disable\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    assert "Run" in home.ok("--ledger", f"{address}?service=far", "owe")
    monkeypatch.setenv("PGSSLMODE", "disable")
    assert "Run" in home.ok("--ledger", address, "owe")
    assert "Run" in home.ok("--ledger", address.replace("0.0.0.0", "127.0.0.1"), "owe")


# Who connects


def write_passwords(program: Program, password: str) -> None:
    passwords = program.home / ".pgpass"
    passwords.write_text(f"*:*:*:*:{password}\n")
    passwords.chmod(0o600)


def check_for_leaks(program: Program, *results: Result) -> None:
    """The password is in no output, and in no file but its own."""
    assert not [one for one in results if PASSWORD in one.stdout + one.stderr]
    files = [path for path in program.home.rglob("*") if path.is_file()]
    assert [path.name for path in files if PASSWORD.encode() in path.read_bytes()] == [".pgpass"]


@pytest.mark.parametrize("user", ["hanna", "plain"])
@pytest.mark.parametrize("more", [[], ["channel_binding=require"]])
def test_a_password_goes_over_tls_and_nowhere_else(
    machine: Callable[[str], Program], far: FarServer, user: str, more: list[str]
) -> None:
    home, address = machine("home"), far.trusting(*more, user=user)
    write_passwords(home, PASSWORD)
    if more and user == "plain":  # no password that is sent as it is can be bound to the channel
        refuse_all(home, address, "is not safe: channel binding required")
        return
    commands = (MOVE, VIEW, ["path"], ["doctor"], ["config", "show"], ["export", "--journal"])
    results = [home("--ledger", address, *words) for words in commands]
    assert [one.code for one in results] == [0] * len(commands)
    unsafe = [
        home("--ledger", one, *VIEW)
        for one in (far.address(user=user), far.trusting(user=user, name="other.example.org"))
    ]
    assert [one.code for one in unsafe] == [5, 5]
    check_for_leaks(home, *results, *unsafe)


def test_a_wrong_password_is_refused_and_the_copy_is_named(
    machine: Callable[[str], Program], far: FarServer
) -> None:
    home, address = machine("home"), far.trusting(user="hanna")
    write_passwords(home, PASSWORD)
    home.ok("--ledger", address, *MOVE)
    write_passwords(home, f"{PASSWORD}, but another")
    hint = "Views show this machine's copy with --offline."
    view, move = (home("--ledger", address, *words) for words in (VIEW, MOVE))
    assert (view.stdout, view.code, move.stdout, move.code) == ("", 5, "", 5)
    assert f'does not let hanna in (password authentication failed for user "hanna"). {hint}' in (
        said(view)
    )
    assert said(view).endswith("Check the password in ~/.pgpass; see: promisectl guide machines")
    assert hint not in move.stderr
    result = home("--offline", "--ledger", address, *VIEW)
    assert "Run" in result.stdout
    assert (said(result)[:5], result.code) == ("As of", 0)
    check_for_leaks(home, view, move, result)
    (home.home / ".pgpass").unlink()
    result = home("--ledger", address, *VIEW)
    assert result.code == 5
    assert "(fe_sendauth: no password supplied)" in said(result)
    assert "Put the password in ~/.pgpass (mode 0600)" in said(result)


def test_a_bad_certificate_is_refused_and_the_copy_is_named(
    machine: Callable[[str], Program], far: FarServer
) -> None:
    home, address = machine("home"), far.address("service=far")
    service = home.home / ".pg_service.conf"
    service.write_text(f"[far]\nsslrootcert={far.certificates / 'server.crt'}\n")
    home.ok("--ledger", address, *MOVE)
    service.write_text(f"[far]\nsslrootcert={far.certificates / 'stranger.crt'}\n")
    result = home("--ledger", address, *VIEW)
    assert (result.stdout, result.code) == ("", 5)
    assert said(result).endswith("ssh tunnel. Views show this machine's copy with --offline.")
    assert "Run" in home.ok("--offline", "--ledger", address, *VIEW)


def test_a_certificate_in_place_of_a_password(
    machine: Callable[[str], Program], far: FarServer
) -> None:
    home = machine("home")
    key = home.home / "carol.key"
    key.write_bytes((far.certificates / "carol.key").read_bytes())
    key.chmod(0o600)

    def address(name: str, user: str = "carol") -> str:
        certificate = f"sslcert={far.certificates / name}"
        return far.trusting(certificate, f"sslkey={key}", user=user)

    without = far.trusting(user="carol")
    advice = "Check the certificate of this machine (sslcert, sslkey); see: promisectl guide"
    refuse_all(home, without, "does not let carol in", "valid client certificate", advice)
    for name, why in (("by-stranger.crt", "decrypt error"), ("by-carol.crt", "unknown ca")):
        refuse_all(home, address(name), "does not let carol in", f"alert {why}", advice)
    refuse_all(home, address("missing.crt"), "does not let carol in", advice)
    key.chmod(0o644)
    refuse_all(home, address("carol.crt"), "has group or world access", advice)
    key.chmod(0o600)
    run_all(home, address("carol.crt"))


# Python's own ssl


TWO_COMMANDS = """
import sys
if sys.argv.pop(1) == "before":
    import ssl
before = "ssl" in sys.modules
from promisectl.cli.main import run_command_line
first = run_command_line(sys.argv[1:])
assert ("ssl" in sys.modules) == before
import ssl
ssl.create_default_context()
sys.exit(first or run_command_line(sys.argv[1:]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_driver_does_without_ssl_of_python(
    machine: Callable[[str], Program], far: FarServer, when: str
) -> None:
    home, address = machine("home"), far.trusting(user="hanna")
    write_passwords(home, PASSWORD)
    done = subprocess.run(
        [sys.executable, "-c", TWO_COMMANDS, when, "--ledger", address, *MOVE],
        env={**os.environ, **home.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, re.findall(r"#\d", done.stdout)) == (0, ["#1", "#2"]), done
    assert PASSWORD not in done.stdout + done.stderr


# A server that is not what it seems


class PretendedServer:
    """What answers each connection with the same bytes, and keeps all that it is sent."""

    def __init__(self, *answers: bytes) -> None:
        self.received = b""
        self._answers = answers
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                for answer in self._answers:
                    received = connection.recv(4096)
                    self.received += received
                    if not received:
                        break
                    connection.sendall(answer)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


TLS, NO_TLS = b"S", b"N"
SEND_THE_PASSWORD = b"R\x00\x00\x00\x08\x00\x00\x00\x03"


@contextmanager
def pretend(*answers: bytes) -> Iterator[PretendedServer]:
    library("psycopg2")
    server = PretendedServer(*answers)
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize("mode", ["", "require", "prefer", "allow", "verify-ca", "verify-full"])
@pytest.mark.parametrize(
    "answers", [(NO_TLS, SEND_THE_PASSWORD, b""), (SEND_THE_PASSWORD, b"")], ids=["no", "at once"]
)
def test_nothing_is_sent_to_who_does_not_encrypt(
    machine: Callable[[str], Program], mode: str, answers: tuple[bytes, ...]
) -> None:
    home = machine("home")
    write_passwords(home, PASSWORD)
    with pretend(*answers) as server:
        more = f"?sslmode={mode}" if mode else ""
        result = home("--ledger", f"postgresql://hanna@0.0.0.0:{server.port}/x{more}", *MOVE)
    assert (result.stdout, result.code) == ("", 5)
    assert server.received
    assert PASSWORD.encode() not in server.received
    assert b"hanna" not in server.received


def refusal(severity: str, sentence: str, encoding: str = "utf-8") -> bytes:
    """The message by which a server lets nobody in, in its own language."""
    fields = [
        b"S" + severity.encode(encoding),
        b"VFATAL",
        b"C28P01",
        b"M" + sentence.encode(encoding),
    ]
    body = b"\0".join([*fields, b"", b""])
    return b"E" + (len(body) + 4).to_bytes(4) + body


@pytest.mark.parametrize(
    ("severity", "sentence", "encoding"),
    [
        ("FATAL", "Passwort-Authentifizierung für Benutzer »hanna« fehlgeschlagen", "utf-8"),
        ("FATALT", 'lösenordsautentisering misslyckades för användare "hanna"', "utf-8"),
        ("ВАЖНО", "пользователь hanna не прошёл проверку подлинности (по паролю)", "utf-8"),
        ("致命错误", '用户 "hanna" Password 认证失败', "utf-8"),
        ("FATAL", "Passwort-Authentifizierung für Benutzer »hanna« fehlgeschlagen", "latin-1"),
    ],
)
def test_a_refusal_in_another_language_is_none_the_less_one(
    machine: Callable[[str], Program], severity: str, sentence: str, encoding: str
) -> None:
    home = machine("home")
    with pretend(NO_TLS, refusal(severity, sentence, encoding)) as server:
        address = f"postgresql://hanna@127.0.0.1:{server.port}/x"
        shown = sentence.encode(encoding).decode("utf-8", "replace")
        refuse_all(
            home, address, f"does not let hanna in ({shown}). See: promisectl guide machines"
        )


@pytest.mark.parametrize(
    "sentence",
    ["the database system is starting up", "sorry, too many clients already"],
)
def test_a_server_that_lets_nobody_in_for_now_is_not_reached(
    machine: Callable[[str], Program], sentence: str
) -> None:
    home = machine("home")
    with pretend(NO_TLS, refusal("FATAL", sentence)) as server:
        address = f"postgresql://hanna@127.0.0.1:{server.port}/x"
        refuse_all(home, address, f"({sentence})", "Run the command again when the server answers.")


@pytest.mark.parametrize("answers", [(TLS,), (TLS, b""), (refusal("FATAL", "fork failed"),)])
def test_a_server_that_gives_up_before_it_encrypts_is_not_reached(
    machine: Callable[[str], Program], answers: tuple[bytes, ...]
) -> None:
    with pretend(*answers) as server:
        address = f"postgresql://hanna@0.0.0.0:{server.port}/x"
        refuse_all(machine("home"), address, "Run the command again when the server answers.")


# Kerberos


@pytest.mark.parametrize(
    ("host", "settings", "environ", "expected"),
    [
        ("db", {}, {}, "disable"),
        ("db", {"gssencmode": "prefer"}, {}, "disable"),
        ("db", {}, {"PGGSSENCMODE": "require"}, None),
        ("db", {"gssencmode": "require"}, {}, None),
        ("localhost", {}, {}, None),
    ],
)
def test_kerberos_is_not_taken_for_tls_unless_it_is_required(
    host: str, settings: dict[str, str], environ: dict[str, str], expected: str | None
) -> None:
    chosen = encryption.choose_encryption({"host": host} | settings, environ)
    assert chosen.settings.get("gssencmode") == expected
    assert chosen.is_by_kerberos == ("require" in (*settings.values(), *environ.values()))


def test_kerberos_that_is_required_and_not_there_is_refused(
    machine: Callable[[str], Program], far: FarServer
) -> None:
    address = far.trusting("gssencmode=require")
    refuse_all(machine("home"), address, "is not safe: GSSAPI encryption required", *WAYS_OUT)
