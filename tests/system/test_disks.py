"""Other disks than one's own: FAT and exFAT as they are mounted, and the flush of macOS."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import Program, tool

IMAGE_MIB = 16


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def mount_disk(kind: str, place: Path) -> Iterator[Path]:
    """Yield the directory of an empty disk in an image; skip where none can be mounted.

    Through FUSE, as this needs no module of the kernel for that file system.
    """
    found = [shutil.which(name) for name in DISKS[kind]]
    if not all(found) or not os.access("/dev/fuse", os.W_OK):
        pytest.skip(f"no {kind} disk can be mounted here")
    make, mount = map(str, found)
    image, point = place / f"{kind}.img", place / kind
    point.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE_MIB << 20)
    assert run(make, str(image)).returncode == 0
    device = str(image)
    if kind == "exfat":
        device = run("losetup", "--find", "--show", str(image)).stdout.strip()
    options = ["-o", "rw+"] if kind == "fat" else []
    try:
        if not device or run(mount, *options, device, str(point)).returncode:
            pytest.skip(f"no {kind} disk can be mounted here")
        yield point
    finally:
        run("umount", str(point))
        if kind == "exfat" and device:
            run("losetup", "--detach", device)


DISKS = {"fat": ("mkfs.vfat", "fusefat"), "exfat": ("mkfs.exfat", "mount.exfat-fuse")}


@pytest.mark.parametrize("kind", DISKS)
def test_a_ledger_lives_on_a_disk_without_hard_links(program: Program, kind: str) -> None:
    with mount_disk(kind, program.home) as disk:
        (disk / "one").touch()
        with pytest.raises(OSError, match="not permitted"):
            os.link(disk / "one", disk / "two")
        (disk / "one").unlink()
        ledger = ("--ledger", str(disk / "ledger.db"))
        done = program(*ledger, "make", "Send it", "--to", "dana", "--by", "fri", "--agreed")
        assert (done.code, done.stderr.splitlines()[0]) == (0, f"New ledger: {disk}/ledger.db")
        program.ok(*ledger, "complete", "1")
        program.ok(*ledger, "backup", str(disk / "copy.db"))
        program.ok(*ledger, "export", "-o", str(disk / "out.csv"))
        assert program(*ledger, "export", "-o", str(disk / "out.csv")).code == 2
        program.ok(*ledger, "make", "Mow", "--to", "me", "-q")
        program.ok(*ledger, "restore", str(disk / "copy.db"), "--yes")
        assert program.ok(*ledger, "list").count("\n") == 1
        program.ok(*ledger, "undo")
        for options in ((), ("--fix",)):
            found = json.loads(program.ok(*ledger, "doctor", *options, "--json"))
            assert "wrong" not in {finding["result"] for finding in found["checks"]}
        assert sorted(os.listdir(disk)) == ["copy.db", "ledger.db", "out.csv"]


MAC = """
import fcntl, sys
from promisectl.__main__ import main
import promisectl.system.files, platform, zoneinfo
fcntl.F_FULLFSYNC = {command}
sys.platform = "darwin"
main()
"""
FLUSHES = {"51": ("fcntl", "fsync"), "fcntl.F_GETFD": ("fcntl",)}
"""The number of macOS, which Linux refuses as some file systems do; and one that succeeds."""


@pytest.mark.skipif(sys.platform != "linux", reason="strace traces system calls of Linux")
@pytest.mark.parametrize(("command", "calls"), FLUSHES.items())
def test_on_macos_a_file_is_flushed_out_of_the_drive_or_else_as_elsewhere(
    program: Program, command: str, calls: tuple[str, ...]
) -> None:
    program.ok("make", "Send it", "--to", "dana")
    log, out = program.home / "calls", program.home / "out.csv"
    trace = [tool("strace"), "-f", "-y", "-o", str(log), "-e", "trace=fcntl,fsync"]
    done = subprocess.run(
        [*trace, sys.executable, "-c", MAC.format(command=command), "export", "-o", str(out)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, out.exists()) == (0, True), done.stderr
    lines = [line for line in log.read_text().splitlines() if ".new" in line or "F_SETFD" in line]
    flushed = [
        found[1]
        for line in lines
        if (found := re.search(r"\b(fcntl|fsync)\(\d+<[^>]*out\.csv\.[^>]*\.new>", line))
    ]
    assert tuple(flushed[-len(calls) :]) == calls
    if command == "51":
        assert any("= -1 EINVAL" in line for line in lines)
    with suppress(FileNotFoundError):
        log.unlink()
