"""The address of a ledger: what is refused in it, and what it says without asking a server."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl import errors
from promisectl.storage import ledger
from promisectl.storage.remote import address as addresses
from promisectl.storage.remote import encryption
from tests.conftest import Program, library

SECRET = "s3cr3t-Wort"
WITH_A_PASSWORD = [
    f"postgresql://ana:{SECRET}@server/db",
    f"postgres://ana:{SECRET}@server/db",
    f"POSTGRESQL://ana:{SECRET}@server/db",
    f"postgresql://:{SECRET}@server/db",
    f"postgresql://ana:{SECRET}@server,other:5433/db",
    f"postgresql://ana:{SECRET}@[::1]:5432/db",
    f"postgresql://ana%3A:{SECRET}@server/db",
    f"postgresql://ana:{SECRET}?x@server/db",
    f"postgresql://ana:{SECRET}/x@server/db",
    f"postgresql://ana:{SECRET}#x@server/db",
    f"postgresql://ana:x@{SECRET}@server/db",
    f"postgresql://server/db?password={SECRET}",
    f"postgresql://server/db?PASSWORD={SECRET}",
    f"postgresql://server/db?%70assword={SECRET}",
    f"postgresql://server/db?%70%61%73%73word={SECRET}",
    f"postgresql://server/db?user=ana&password={SECRET}",
    f"postgresql://server/db?sslpassword={SECRET}",
    f"postgresql://server/db?pasword=&passwort={SECRET}",
    f"postgres://ana:1/{SECRET}@server/db",
    f"postgresql://server/db?passwd={SECRET}",
    f"postgresql://server/db?pwd={SECRET}",
    f"postgresql://server/db?scram_client_key={SECRET}",
    f"postgresql://server/db?oauth_client_secret={SECRET}",
    f"postgresql://server/db?options=x?password={SECRET}",
    f"postgresql://server?password={SECRET}",
    f"postgresql://?password={SECRET}",
    f"postgresql:///?service=x&password={SECRET}",
    f"postgresql://server/db?application_name=x;password={SECRET}",
    f"postgresql://server/db?options=-c%20a%3Db%20password%3D{SECRET}",
    f"postgresql://server/db password = {SECRET}",
    f"Postgresql://server/db,password:{SECRET}",
    f"mysql://server/db?pwd+{SECRET}",
]


@pytest.mark.parametrize("name", WITH_A_PASSWORD)
def test_a_password_in_an_address_is_refused_and_not_shown(program: Program, name: str) -> None:
    for words in (["owe"], ["make", "Run", "--to", "me"], ["path"], ["doctor"], ["status"]):
        result = program("--ledger", name, *words)
        assert result.code == 2, (words, result)
        assert "Leave the password out of the address" in result.stderr
        assert SECRET not in result.stdout + result.stderr


def name_ledger(
    program: Program, monkeypatch: pytest.MonkeyPatch, way: str, name: str
) -> tuple[str, ...]:
    """Name a ledger by the option, whose words are returned, by the environment or in the config; the home is the directory then."""
    monkeypatch.chdir(program.home)
    if way == "environment":
        monkeypatch.setenv("PROMISECTL_LEDGER", name)
    if way == "config":
        config = program.home / "config" / "promisectl" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f'ledger = "{name}"\n')
    return ("--ledger", name) if way == "option" else ()


@pytest.mark.parametrize("way", ["option", "environment", "config"])
@pytest.mark.parametrize(
    "name",
    [WITH_A_PASSWORD[0], WITH_A_PASSWORD[11], f"sslpassword={SECRET} host=h", f"host=a://{SECRET}"],
)
def test_it_is_refused_wherever_it_comes_from(
    program: Program, monkeypatch: pytest.MonkeyPatch, way: str, name: str
) -> None:
    before = name_ledger(program, monkeypatch, way, name)
    for words in (
        ["owe"],
        ["owe", "--json"],
        ["make", "Run", "--to", "me"],
        ["undo"],
        ["status"],
        ["path"],
        ["path", "--json"],
        ["doctor"],
        ["backup", "x.db"],
        ["restore", "x.db"],
        ["export", "--journal"],
        ["import", "x.csv"],
        ["config", "show"],
        ["config", "show", "--json"],
        ["config", "get", "ledger"],
        ["person", "list"],
        ["check", "1"],
        ["version"],
    ):
        result = program(*before, *words)
        assert SECRET not in result.stdout + result.stderr, words


def test_a_password_is_not_taken_by_the_setting(program: Program) -> None:
    result = program("config", "set", "ledger", WITH_A_PASSWORD[0])
    assert result.code == 2
    assert SECRET not in result.stdout + result.stderr
    assert not any(SECRET in path.read_text() for path in program.home.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "name",
    [
        "postgresql://ana@server/db",
        "postgresql://ana@server:5432/db",
        "postgresql://server:5432/db",
        "postgresql://[::1]:5432/db",
        "postgresql://[2001:db8::1]/db",
        "postgresql://one:1,two:2/db",
        "postgresql:///db?host=/var/run/postgresql",
        "postgresql://server:5432/db?application_name=me@home:1",
        "postgresql:///?service=promises",
        "postgresql://server/db?passfile=/home/ana/.pgpass",
        "postgresql://ana%3Ax@server/db",
        "postgresql://passman@compass:5432/passport",
        "postgresql://passman@compass/passport?application_name=secret&passfile=/home/ana/pass",
        "postgresql://server/db?sslkey=/home/ana/my_key&sslcert=/home/ana/pass.crt",
    ],
)
def test_an_address_without_one_is_not_refused(name: str) -> None:
    assert addresses.check_address(name) == name


@pytest.mark.parametrize("name", ["mysql://x/y", "http://x", "://", "file:///tmp/x.db", "a://b"])
def test_the_address_of_something_else_is_refused(program: Program, name: str) -> None:
    result = program("--ledger", name, "owe")
    assert result.code == 2
    assert "is not the address of a ledger" in result.stderr
    with pytest.raises(errors.NotAnAddress):
        addresses.check_address(name)


NOT_URLS = {
    "service=promises": "postgresql:///?service=promises",
    "service = promises": "postgresql:///?service=promises",
    "host=db.example.org dbname=promises": "postgresql:///?host=db.example.org&dbname=promises",
    "HOST=db.example.org Port='5433'": "postgresql:///?host=db.example.org&port=5433",
    "dbname='two words' user=ana": "postgresql://host/database",
    "sslcert=client.crt": "postgresql://host/database",
    "sslrootcert = root.crt host=server": "postgresql://host/database",
    "target_session_attrs=read-write": "postgresql://host/database",
    "host=server dbname=promises and more": "postgresql://host/database",
    "postgresql:/laptop@host/db": "postgresql://laptop@host/db",
    "postgresql:promises": "postgresql:///promises",
    "postgres:host/db": "postgresql://host/db",
    "PostgreSQL://ana@host/db": "postgresql://ana@host/db",
    "POSTGRES:///db": "postgresql:///db",
    "Postgresql://host:5433/db?user=ana": "postgresql://host/database",
    " postgresql://host/db": "postgresql://host/db",
}
"""What is meant as an address and is none, with the address that it means."""


@pytest.mark.parametrize("way", ["option", "environment", "config", "config set"])
@pytest.mark.parametrize(("name", "address"), NOT_URLS.items())
def test_what_is_meant_as_an_address_is_not_taken_for_a_path(
    program: Program, monkeypatch: pytest.MonkeyPatch, way: str, name: str, address: str
) -> None:
    before = name_ledger(program, monkeypatch, way, name)
    files = {path for path in program.home.rglob("*") if path.is_file()}
    commands: Sequence[list[str]] = (["owe"], ["make", "Run", "--to", "me"])
    if way == "config set":
        commands = (["config", "set", "ledger", name],)
    for words in commands:
        result = program(*before, *words)
        assert (result.stdout, result.code) == ("", 6 if way == "config" else 2), result
        assert "is not the address of a ledger: an address begins with" in result.stderr
        assert f"postgresql://, as in {address}" in result.stderr
    assert {path for path in program.home.rglob("*") if path.is_file()} == files


@pytest.mark.parametrize(
    "name",
    [
        f"host=server password={SECRET}",
        f"service=x passwort = '{SECRET}'",
        f"postgresql:ana:{SECRET}@server/db",
        f"postgresql:/ana:{SECRET}@server/db",
        f"PostgreSQL:/ana:{SECRET}@server/db",
        f"postgresql:/server/db?password={SECRET}",
        f"password={SECRET}",
        f"password={SECRET} dbname=postgresql://server/db",
        f"host=server password={SECRET}://b",
        f"host=server,password={SECRET}",
        f"host=server;password={SECRET}",
        f"host=server user=ana pass {SECRET}",
        f"options='-c a=b password={SECRET}'",
        f"sslpassword={SECRET} host=server",
        f"scram_client_key={SECRET}",
        f"host=server %70assword={SECRET}",
    ],
)
def test_a_password_in_it_is_refused_as_in_an_address(program: Program, name: str) -> None:
    result = program("--ledger", name, "owe")
    assert result.code == 2
    assert "Leave the password out of the address" in result.stderr
    assert SECRET not in result.stderr


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"host=x pasword={SECRET}", "host=…"),
        (f"host=server user=ana:{SECRET}", "host=…"),
        (f"host = 'server' '{SECRET}'", "host=…"),
        (f"host=a://{SECRET}", "host=…"),
        (f"user={SECRET}://b", "user=…"),
        (f"PostgreSQL://h/d?pasword={SECRET}", "PostgreSQL://…"),
        (f"postgresql:h/d {SECRET}", "postgresql:…"),
        (f"x={SECRET}://b", "…://…"),
        (f"x {SECRET}://b", "…://…"),
        (f"mysql://server/{SECRET}", "mysql://…"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_little_is_shown_of_what_is_not_understood(
    program: Program, name: str, shown: str, more: list[str]
) -> None:
    result = program("--ledger", name, "owe", *more)
    assert result.code == 2
    assert f"{shown} is not the address of a ledger: " in result.stderr
    assert SECRET not in result.stdout + result.stderr


@given(
    start=st.sampled_from(["host=h", "Service = x", "postgresql:h/d", "POSTGRES://h/d", "my://h"]),
    before=st.text(st.sampled_from(" ,;:=&?@/'\"\\%x\t"), max_size=4),
    word=st.sampled_from(["password", "sslpassword", "PASS", "Pwd", "my_secret", "x_key"]),
    after=st.text(st.sampled_from(" ,;:=&?@/'\"\\%x\t"), max_size=4),
    end=st.text(st.sampled_from(" ,;:=&?@/'x"), max_size=4),
)
def test_a_secret_is_not_shown_whatever_is_around_it(
    start: str, before: str, word: str, after: str, end: str
) -> None:
    name = f"{start}{before}{word}{after}{SECRET}{end}"
    assert ledger.is_on_server(name)
    with pytest.raises(errors.PasswordInAddress) as caught:
        addresses.check_address(name)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Postgresql://h/d", "as in postgresql://h/d. See: promisectl guide machines"),
        (
            "host=h dbname=d",
            "as in postgresql:///?host=h&dbname=d. For a file, type ./ before its name.",
        ),
    ],
)
def test_it_is_said_once_how_an_address_begins(program: Program, name: str, sentence: str) -> None:
    said = " ".join(program("--ledger", name, "owe").stderr.split())
    assert said.count("postgresql://") == 2
    assert said.endswith(f"an address begins with postgresql://, {sentence}")


@pytest.mark.parametrize(
    "name",
    ["./service=promises", "{home}/host=a", "./postgresql:promises", "a=b.db", "hosts.db", "host"],
)
def test_a_path_may_look_like_one(
    program: Program, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(program.home)
    path = name.format(home=program.home)
    program.ok("--ledger", path, "make", "Run", "--to", "me")
    assert (program.home / path).is_file()
    assert "Run" in program.ok("--ledger", path, "owe")


def test_a_hostile_scheme_is_shown_escaped(program: Program) -> None:
    result = program("--ledger", "\x1b[2Jevil://x", "owe")
    assert result.code == 2
    assert "\x1b" not in result.stderr


# What it says


def parse_by_the_driver(address: str) -> dict[str, str]:
    extensions = library("psycopg2.extensions")
    return dict(extensions.parse_dsn(address))


TEXT = st.text(
    st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=("Cs",)), max_size=8
)
HOST = st.sampled_from(["", "server", "127.0.0.1", "[::1]", "[2001:db8::1]", "%2Ftmp%2Fx", "a.b"])
PLACE = st.tuples(HOST, st.sampled_from(["", "5432", "1"])).map(
    lambda place: f"{place[0]}:{place[1]}" if place[1] else place[0]
)
PARAMETER = st.tuples(
    st.sampled_from(["host", "port", "user", "dbname", "options", "sslmode", "service"]),
    TEXT.filter(bool).map(lambda text: quote(text, safe="+/,@:'\"")),
)


@given(
    user=TEXT.map(lambda text: quote(text, safe="+")),
    places=st.lists(PLACE, max_size=3),
    database=TEXT.map(lambda text: quote(text, safe="+@,")),
    parameters=st.lists(PARAMETER, max_size=3),
)
def test_an_address_means_what_it_means_to_the_driver(
    user: str, places: list[str], database: str, parameters: list[tuple[str, str]]
) -> None:
    query = "&".join(f"{key}={value}" for key, value in parameters)
    name = (
        "postgresql://"
        + (f"{user}@" if user else "")
        + ",".join(places)
        + (f"/{database}" if database else "")
        + (f"?{query}" if query else "")
    )
    assert addresses.check_address(name) == name
    found = {key: value for key, value in addresses.parse_settings(name).items() if value}
    expected = {key: value for key, value in parse_by_the_driver(name).items() if value.strip(",")}
    assert {key: value for key, value in found.items() if value.strip(",")} == expected


@pytest.mark.parametrize(
    ("name", "environ", "expected"),
    [
        ("postgresql://", {}, {}),
        ("postgresql://", {"PGHOST": "h", "PGPORT": "1"}, {"host": "h", "port": "1"}),
        ("postgresql://a", {"PGHOST": "h", "PGUSER": "u"}, {"host": "a", "user": "u"}),
        ("postgresql://", {"PGSERVICE": "one"}, {"service": "one", "host": "of-one", "port": "7"}),
        (
            "postgresql:///db?service=one",
            {"PGHOST": "h"},
            {"service": "one", "host": "of-one", "port": "7", "dbname": "db"},
        ),
        (
            "postgresql://a:1/?service=two",
            {},
            {"service": "two", "host": "a", "port": "1", "dbname": "d=e"},
        ),
    ],
)
def test_services_and_variables_are_looked_up_as_the_driver_does(
    tmp_path: Path, name: str, environ: dict[str, str], expected: dict[str, str]
) -> None:
    file = tmp_path / "services"
    file.write_text(
        "# host=no\n[one]\nhost=of-one\nport=7\nport=8\n\n[two]\n  dbname=d=e\n#user=x\n"
    )
    found = addresses.resolve_settings(name, {"PGSERVICEFILE": str(file), **environ})
    assert found == expected


def test_a_service_file_in_the_current_directory_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver does not read it either; with it, a strange directory could switch off encryption."""
    (tmp_path / "pg_service.conf").write_text("[one]\nsslmode=disable\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.raises(errors.NotAnAddress):
        addresses.resolve_settings("postgresql:///?service=one", {})


def test_the_service_file_of_the_system_is_read(tmp_path: Path) -> None:
    (tmp_path / "pg_service.conf").write_text("[one]\nhost=far\n")
    environ = {"PGSYSCONFDIR": str(tmp_path), "PGSERVICEFILE": str(tmp_path / "none")}
    assert addresses.resolve_settings("postgresql:///?service=one", environ)["host"] == "far"


def test_a_service_that_no_file_has_is_refused(program: Program) -> None:
    result = program("--ledger", "postgresql:///?service=nowhere", "owe")
    assert result.code == 2
    assert "no file has a service nowhere" in result.stderr


def test_the_value_of_a_misspelled_setting_is_not_shown(program: Program) -> None:
    library("psycopg2")
    result = program("--ledger", f"postgresql://server/db?pasword={SECRET}", "owe")
    assert result.code == 2
    assert "pasword" in result.stderr
    assert SECRET not in result.stderr


@pytest.mark.parametrize("query", [f"pasword:{SECRET}", f"user=ana&pasword {SECRET}"])
def test_a_setting_without_a_value_is_not_shown(program: Program, query: str) -> None:
    """libpq would show it."""
    result = program("--ledger", f"postgresql://server/db?{query}", "owe")
    assert result.code == 2
    assert "postgresql://server/db is not the address of a ledger: " in result.stderr
    assert SECRET not in result.stderr


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("postgresql://a/x", "postgres://a:5432/x", True),
        ("postgresql://a/x", "postgresql://ana@a/x?sslmode=require", True),
        ("postgresql://a/x", "postgresql://a/y", False),
        ("postgresql://a/x", "postgresql://b/x", False),
        ("postgresql://a/x", "postgresql://a:1/x", False),
        ("postgresql://a/x", "postgresql://a/x?options=-csearch_path%3Dana", False),
        (
            "postgresql://a/x?options=-csearch_path%3Dana",
            "postgresql://a/x?options=-c%20search_path%3Dana",
            True,
        ),
        (
            "postgresql://a/x?options=-csearch_path%3Dana",
            "postgresql://a/x?options=--search_path%3Dana",
            True,
        ),
        *(
            (
                "postgresql://a/x?options=-csearch_path%3Dana",
                f"postgresql://a/x?options={option}%3Dana",
                True,
            )
            for option in ("--search-path", "-csearch-path", "-c%20search-path", "--Search_Path")
        ),
        (
            "postgresql://a/x?options=-csearch_path%3Dana",
            "postgresql://a/x?options=-csearch_path%3Dbea",
            False,
        ),
        (
            "postgresql://a/x?options=--search-path%3Da-b",
            "postgresql://a/x?options=--search-path%3Da_b",
            False,
        ),
        ("postgresql:///?service=one", "postgresql:///?service=two", False),
        ("postgresql:///?service=one", "postgresql://h/one", True),
    ],
)
def test_a_copy_belongs_to_a_host_a_port_a_database_and_a_schema(
    tmp_path: Path, one: str, other: str, same: bool
) -> None:
    file = tmp_path / "services"
    file.write_text("[one]\nhost=h\ndbname=one\n[two]\nhost=h\ndbname=two\n")
    environ = {"PGSERVICEFILE": str(file)}
    paths = [addresses.find_copy_path(name, environ, "/copies") for name in (one, other)]
    assert (paths[0] == paths[1]) is same
    for path in paths:
        assert os.path.dirname(path) == "/copies"
        assert len(os.path.basename(path)) == len("0123456789abcdef.db")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, True),
        ({"host": "/var/run/postgresql"}, True),
        ({"host": "@abstract"}, True),
        ({"host": "localhost,127.0.0.1,::1"}, True),
        ({"host": "localhost,server"}, False),
        ({"host": "server"}, False),
        ({"host": "127.0.0.1.example.org"}, False),
        ({"host": "127.example"}, False),
        ({"host": "localhost.example.org"}, False),
        ({"host": "localhost", "hostaddr": "192.0.2.1"}, False),
        ({"host": "server", "hostaddr": "127.0.0.2"}, True),
        ({"host": "192.0.2.2,192.0.2.2", "hostaddr": ","}, False),
        ({"host": "127.0.0.9,192.0.2.2", "hostaddr": "127.0.0.9,"}, False),
        ({"host": "127.0.0.9,192.0.2.2", "hostaddr": ",192.0.2.2"}, False),
        ({"host": "192.0.2.2,localhost", "hostaddr": "127.0.0.9,"}, True),
        ({"host": "server,server", "hostaddr": "127.0.0.2,::1"}, True),
        ({"host": ",", "hostaddr": ",127.0.0.1"}, True),
        ({"host": "localhost", "hostaddr": ""}, True),
        ({"hostaddr": "127.0.0.1,"}, True),
        ({"host": "localhost,localhost", "hostaddr": "127.0.0.1"}, False),
        ({"host": "localhost", "hostaddr": "127.0.0.1,127.0.0.1"}, False),
    ],
)
def test_what_is_on_this_machine(settings: dict[str, str], expected: bool) -> None:
    assert addresses.is_on_this_machine(settings) is expected


@pytest.mark.parametrize(
    "name",
    [
        "postgresql://owner@192.0.2.2,192.0.2.2:5544/promises?hostaddr=,",
        "postgresql://owner@127.0.0.9,192.0.2.2/promises?port=1,5544&hostaddr=127.0.0.9,",
    ],
)
def test_an_empty_place_among_the_numbers_is_that_of_the_name(name: str) -> None:
    settings = addresses.resolve_settings(name, {})
    assert not addresses.is_on_this_machine(settings)
    assert encryption.choose_encryption(settings, {}).settings["sslmode"] == "verify-full"


# The driver


def test_without_the_driver_a_command_says_how_to_get_it(program: Program) -> None:
    code = (
        "import sys\n"
        "sys.modules['psycopg2'] = None\n"
        "sys.argv = ['promisectl', *sys.argv[1:]]\n"
        "from promisectl.__main__ import main\n"
        "main()\n"
    )
    for words in (["owe"], ["make", "Run", "--to", "me"], ["doctor"]):
        command = [sys.executable, "-c", code, "--ledger", "postgresql:///none", *words]
        done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
        assert done.returncode == 5, done
        told = done.stdout if words == ["doctor"] else done.stderr
        assert "A ledger on a server needs a driver." in told
        assert "pip install psycopg2-binary" in told
        assert "Traceback" not in done.stderr
    assert not (program.home / "data").exists()


def test_passwords_reach_the_driver_by_the_environment_alone(
    machine: Callable[[str], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that trusts everybody asks for none; a command that is given one shows it nowhere."""
    home = machine("home")
    monkeypatch.setenv("PGPASSWORD", SECRET)
    for words in (
        ["make", "Run", "--to", "me"],
        ["owe"],
        ["path"],
        ["doctor"],
        ["export", "--journal"],
        ["accept", "9"],
    ):
        result = home(*words)
        assert SECRET not in result.stdout + result.stderr
    assert not any(
        SECRET.encode() in path.read_bytes() for path in home.home.rglob("*") if path.is_file()
    )


def test_the_number_of_a_host_changes_no_copy() -> None:
    named = "postgresql://ana@db.example.org/promises"
    paths = [
        addresses.find_copy_path(name, {}, "copies")
        for name in (named, f"{named}?hostaddr=192.0.2.7", f"{named}?hostaddr=192.0.2.8")
    ]
    assert len({*paths}) == 1


@pytest.mark.parametrize(
    ("options", "schema", "may"),
    [
        ("", "public", True),
        ("-cstatement_timeout=1", "public", True),
        ("-csearch_path=band", "band", True),
        ("-csearch_path=band", "public", False),
        ("-c search_path=BAND,public", "public", True),
        ("--search-path=band -csearch_path=choir", "band", False),
        ("-csearch_path=band,\\ choir", "public", True),
        ('-csearch_path="Ana-Lopez"', '"Ana-Lopez"', True),
        ('-csearch_path="Ana-Lopez"', "public", False),
        ('-csearch_path="a,b",c', '"a,b"', True),
        ('-csearch_path="a""b"', "public", True),
        ('-csearch_path="$user",public', "ana", True),
        (f"-csearch_path={'b' * 64}", "b" * 63, True),
        (f"-csearch_path={'b' * 63}", "public", False),
    ],
)
def test_a_search_path_without_effect_is_known(options: str, schema: str, *, may: bool) -> None:
    """Where nobody can know, the schema may be right."""
    assert addresses.may_find_schema({"options": options}, schema) is may
