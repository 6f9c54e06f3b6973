"""The zone of the machine: found though it has no name, and none kept that means another place elsewhere."""

import json
import os
import shutil
import subprocess
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest

from promisectl import errors
from promisectl.domain import civil
from promisectl.records import vtimezone
from promisectl.system import timezone, zone_files
from tests.conftest import Program

DATABASE = next((Path(one) for one in TZPATH if Path(one, "Asia", "Tokyo").exists()), None)
ZONES = (
    "UTC",
    "Asia/Tokyo",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "Pacific/Chatham",
    "Africa/Casablanca",
)
needs_database = pytest.mark.skipif(DATABASE is None, reason="the system has no zone database")


def copy_zone(name: str, target: Path) -> Path:
    assert DATABASE
    shutil.copyfile(DATABASE / name, target)
    return target


@needs_database
@pytest.mark.parametrize("name", ZONES)
def test_a_copy_of_a_zone_has_its_name(tmp_path: Path, name: str) -> None:
    copy = copy_zone(name, tmp_path / "localtime")
    assert timezone.find_machine_zone(str(copy), str(tmp_path / "none")) == name


@needs_database
@pytest.mark.parametrize("name", ZONES)
def test_a_copy_from_another_year_is_the_zone_whose_clocks_show_the_same(
    tmp_path: Path, name: str
) -> None:
    """Another version of the format stands for another version of the database."""
    copy = copy_zone(name, tmp_path / "localtime")
    copy.write_bytes(copy.read_bytes().replace(b"TZif2", b"TZif3"))
    assert zone_files.find_equal_zone(str(copy)) == ""
    found = timezone.find_machine_zone(str(copy), str(tmp_path / "none"))
    with (DATABASE or tmp_path).joinpath(name).open("rb") as file:
        zone = ZoneInfo.from_file(file)
    assert zone_files._list_offsets(ZoneInfo(found), range(2000, 2038)) == zone_files._list_offsets(
        zone, range(2000, 2038)
    )


@needs_database
def test_every_zone_of_the_tables_is_found_by_its_copy(tmp_path: Path) -> None:
    """Or another one of the same content, which is the same zone."""
    for name in sorted(available_timezones())[::12]:
        if not (DATABASE or tmp_path).joinpath(name).exists() or not civil.is_zone(name):
            continue
        copy = copy_zone(name, tmp_path / "localtime")
        found = timezone.find_machine_zone(str(copy), str(tmp_path / "none"))
        assert found, name
        assert zone_files._list_offsets(ZoneInfo(found), range(2023, 2038)) == (
            zone_files._list_offsets(ZoneInfo(name), range(2023, 2038))
        )


@needs_database
def test_the_name_that_is_written_down_is_taken_where_it_fits(tmp_path: Path) -> None:
    copy, written = copy_zone("Europe/Berlin", tmp_path / "localtime"), tmp_path / "timezone"
    written.write_text("Europe/Copenhagen\n")
    shutil.copyfile((DATABASE or tmp_path) / "Europe" / "Copenhagen", copy)
    assert timezone.find_machine_zone(str(copy), str(written)) == "Europe/Copenhagen"
    written.write_text("Etc/UTC\n")  # of the image, while the file is the host's
    copy_zone("Asia/Tokyo", copy)
    assert timezone.find_machine_zone(str(copy), str(written)) == "Asia/Tokyo"


@needs_database
def test_a_link_is_read_and_no_file(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to((DATABASE or tmp_path) / "Asia" / "Tokyo")
    code = (
        "import sys\nfrom promisectl.system import timezone\n"
        f"print(timezone.find_machine_zone({str(link)!r}, ''), 'promisectl.system.zone_files' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Asia/Tokyo False\n"


def test_without_a_file_the_machine_is_set_to_utc(tmp_path: Path) -> None:
    none = str(tmp_path / "none")
    assert timezone.find_machine_zone(none, none) == "UTC"
    (tmp_path / "timezone").write_text("Asia/Tokyo\n")
    assert timezone.find_machine_zone(none, str(tmp_path / "timezone")) == "Asia/Tokyo"


@pytest.mark.parametrize("content", [b"", b"TZif", b"no zone at all", b"TZif2" + bytes(100)])
def test_a_file_that_is_no_zone_is_not_known(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "localtime").write_bytes(content)
    assert timezone.find_machine_zone(str(tmp_path / "localtime"), "") == ""


@needs_database
def test_a_zone_that_nobody_knows_is_told_and_utc_is_taken(tmp_path: Path) -> None:
    """The file that TZ names here stands for /etc/localtime."""
    file = tmp_path / "localtime"
    copy_zone("Asia/Kathmandu", file)
    file.write_bytes(
        file.read_bytes()
        .replace(b"<+0545>-5:45", b"<+0517>-5:17")
        .replace(b"\x50\xdc", b"\x4a\x4c")
    )
    code = (
        "import sys\nfrom promisectl.system import timezone\nfind = timezone.find_machine_zone\n"
        f"timezone.find_machine_zone = lambda *_: find({str(file)!r}, '')\n"
        "from promisectl.__main__ import main\nmain()\n"
    )
    environ = {"HOME": str(tmp_path), "PROMISECTL_TODAY": "2026-11-23T10:00"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *words]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    done = run("make", "Send it", "--to", "dana", "--by", "fri")
    assert done.returncode == 0
    assert done.stderr.startswith(
        "The time zone of this machine is not known, so UTC is taken. Set TZ, or zone in the config: "
    )
    assert run("owe", "--json").stderr == ""
    assert json.loads(run("owe", "--json").stdout)[0]["due_zone"] == "UTC"


# Names that mean another zone on every machine

NAMELESS = ("localtime", "Factory", "posixrules")


@pytest.mark.parametrize("name", [*NAMELESS, "posix/Europe/Berlin", "right/Europe/Berlin"])
def test_a_name_without_a_place_is_kept_nowhere(
    program: Program, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not civil.is_zone(name)
    monkeypatch.setenv("TZ", name)
    made = program.ok("make", "Send it", "--to", "dana", "--by", "fri", "--json")
    assert json.loads(made)["due_zone"] not in NAMELESS
    assert civil.is_zone(json.loads(made)["due_zone"])
    assert [
        row for row in program.ok("config", "show").splitlines() if "zone\t" + name in row
    ] == []
    row = {
        "outcome": "Mow",
        "person": "dana",
        "direction": "owe",
        "due": "2026-12-05",
        "due_zone": name,
    }
    (program.home / "one.jsonl").write_text(json.dumps(row), "utf-8")
    done = program("import", str(program.home / "one.jsonl"))
    assert (done.stdout, done.code) == ("", 6)
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'zone = "{name}"\n', "utf-8")
    assert program("owe").code == 6


@pytest.mark.parametrize("name", NAMELESS)
def test_such_a_name_in_tz_means_what_the_machine_is_set_to(
    program: Program, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ")
    usual = program.ok("config", "show")
    monkeypatch.setenv("TZ", name)
    assert program.ok("config", "show") == usual


# In a container, where /etc/localtime is a file

needs_namespace = pytest.mark.skipif(
    not shutil.which("unshare")
    or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode
    != 0,
    reason="no mount namespace can be made here",
)


@needs_database
@needs_namespace
@pytest.mark.parametrize("name", ["Asia/Kathmandu", "America/Sao_Paulo", "no zone"])
def test_the_zone_of_a_machine_whose_localtime_is_a_file(tmp_path: Path, name: str) -> None:
    """The real /etc/localtime, in a mount namespace of its own; /etc/timezone says UTC, as images do."""
    etc = tmp_path / "etc"
    etc.mkdir()
    for entry in ("passwd", "group", "nsswitch.conf", "ld.so.cache"):
        if Path("/etc", entry).exists():
            shutil.copyfile(Path("/etc", entry), etc / entry)
    (etc / "timezone").write_text("Etc/UTC\n")
    if name == "no zone":
        (etc / "localtime").write_bytes(b"TZif2" + bytes(100))
    else:
        copy_zone(name, etc / "localtime")
    command = f"mount --bind {etc} /etc && exec {sys.executable} -m promisectl"
    world = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PROMISECTL_TODAY": "2026-11-23"}

    def run(words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", f"{command} {words}"],
            env=world,
            capture_output=True,
            text=True,
            check=False,
        )

    done = run("make 'Send it' --to dana --by 2026-11-27 --json")
    assert done.returncode == 0, done.stderr
    if name == "no zone":
        assert json.loads(done.stdout)["due_zone"] == "UTC"
        told = run("make Mow --to dana").stderr
        assert told.startswith("The time zone of this machine is not known, so UTC is taken.")
    else:
        assert json.loads(done.stdout)["due_zone"] == name
        assert f"zone\t{name}\t" in run("config show").stdout
        assert "not known" not in run("make Mow --to dana").stderr


# Machines without a database of zones, or with a smaller one

COMMANDS = (
    "make Thing --to dana --by fri",
    "owe",
    "week",
    "show 1",
    "doctor",
    "doctor --fix",
    "backup",
    "status",
    "digest",
    "stats",
    "export --format ics",
    "message 1 --format ics",
    "undo",
    "check",
    "config show",
)


@pytest.fixture
def zones(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Takes a directory as the only database of zones, in this process alone."""

    def take(directory: Path) -> None:
        monkeypatch.setitem(sys.modules, "tzdata", None)  # can't be imported
        for name in [name for name in sys.modules if name.startswith("tzdata.")]:
            monkeypatch.delitem(sys.modules, name)
        zoneinfo.reset_tzpath([str(directory)])
        forget()

    def forget() -> None:
        ZoneInfo.clear_cache()
        civil.find_instant_bounds.cache_clear()
        vtimezone.encode_timezone.cache_clear()

    yield take
    zoneinfo.reset_tzpath()
    forget()


@pytest.mark.parametrize("configured", [False, True], ids=["", "configured"])
@pytest.mark.parametrize("tz", ["", "UTC", "Europe/Berlin", ":/etc/localtime"])
@pytest.mark.parametrize("line", COMMANDS)
def test_without_a_database_of_zones_one_sentence_says_so(
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    zones: Callable[[Path], None],
    line: str,
    tz: str,
    configured: bool,
) -> None:
    program.ok("make", "Send it", "--to", "dana", "--by", "fri 17:00")
    if configured:
        config = program.home / "config" / "promisectl" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text('zone = "Europe/Berlin"\n', "utf-8")
    before = program.ledger.read_bytes()
    zones(program.home / "none")
    monkeypatch.setenv("TZ", tz)
    assert program(*line.split()) == ("", f"promisectl: {errors.NoZoneDatabase()}\n", 5)
    assert program.ledger.read_bytes() == before
    assert program("--version").code == 0


@needs_database
def test_a_zone_of_the_ledger_that_this_machine_does_not_have_stops_no_view(
    program: Program, zones: Callable[[Path], None]
) -> None:
    """Debian keeps old names such as US/Eastern in a package of its own."""
    for text, by in (("Sing", "fri 17:00 US/Eastern"), ("Dance", "sat")):
        program.ok("make", text, "--to", "dana", "--agreed", "--by", by)
    smaller = program.home / "zones"
    for name in ("UTC", "Europe/Berlin"):
        (smaller / name).parent.mkdir(parents=True, exist_ok=True)
        copy_zone(name, smaller / name)
    views = [
        line.split()
        for line in COMMANDS
        if not line.startswith(("make", "undo", "backup", "config"))
    ]
    for view in views:
        assert program(*view).code == 0, view
    zones(smaller)
    assert not civil.is_zone("US/Eastern")
    for view in views:
        assert program(*view).code == 0, view
    tasks = program.ok("export", "--format", "ics")
    assert "DUE:20261127T220000Z" in tasks
    assert "US/Eastern" not in tasks
    assert program("bump", "1", "The hall is closed").code == 0
    assert program("negotiate", "1", "--by", "sun", "-y", "--reason", "ill").code == 0
    program.ok("undo")
    assert program("accept", "1").code == 4
    assert program("complete", "1", "--confirmed").code == 0
