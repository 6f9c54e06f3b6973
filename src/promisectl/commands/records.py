"""Records and help: export, path, guide, demo."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain

from promisectl import errors
from promisectl import guide as pages
from promisectl.commands import arguments, viewing
from promisectl.env import Env
from promisectl.records import as_csv
from promisectl.storage import ledger, reading

_NEWLINES = {"crlf": "\r\n", "lf": "\n"}


def export(
    env: Env,
    *,
    acts: bool = False,
    format_: str = "csv",
    output: str = "-",
    force: bool = False,
    raw: bool = False,
    bom: bool = False,
    newline: str = "crlf",
) -> None:
    """Every promise, or every act, as CSV: to stdout, or into a file that appears whole."""
    arguments.choice("--format", format_, ("csv",))
    arguments.choice("--newline", newline, tuple(_NEWLINES))
    kind = viewing.ACTS if acts else viewing.PROMISES
    with viewing.opened(env) as db:
        rows: Iterable[viewing.Row] = ()
        if db:
            rows = reading.acts(db) if acts else reading.promises(db, viewing.clock(env), sort="id")
        lines = as_csv.lines(rows, kind.csv, newline=_NEWLINES[newline], raw=raw)
        pieces = chain(["\ufeff"] if bom else [], lines)
        if output == "-":
            env.write_records(pieces)
        else:
            _into_file(env, output, pieces, force=force)


def _into_file(env: Env, path: str, pieces: Iterable[str], *, force: bool) -> None:
    """Write beside `path` and rename: the file is there whole or not at all, readable by me alone."""
    if os.path.lexists(path) and ledger.same(path, env.ledger):
        raise errors.OntoTheLedger(path)
    if os.path.lexists(path) and (os.path.islink(path) or not os.path.isfile(path)):
        raise errors.CannotWrite(path, "it is no ordinary file")
    if os.path.lexists(path) and not force:
        raise errors.FileExists(path)
    temporary = f"{path}.{os.urandom(6).hex()}.new"
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise errors.CannotWrite(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    env.hint(f"Written: {path}")


def path(env: Env) -> None:
    """Where the ledger is, alone on the first line, and where the config is."""
    env.say(env.ledger, whole=True)
    env.say(f"config: {env.config_file}", whole=True)
    if not ledger.exists(env.ledger):
        env.hint("Neither has to exist: the ledger is founded by the first promise, the config is yours to write.")


def guide(env: Env, topic: str | None = None) -> None:
    """A page of the guide, or the list of pages."""
    text = pages.page(topic) if topic else pages.contents()
    if env.form == "table":
        from promisectl.rendering import tables

        viewing.draw(env, tables.markdown(text))
    else:
        env.write([text])


_TOUR = (
    (
        "You promise Dana something, and she has said Yes already.",
        "make",
        "Send the Q3 numbers",
        "--to",
        "dana",
        "--by",
        "in 4 days",
        "--agreed",
    ),
    (
        "Lee asks you for something: nothing is promised before you answer.",
        "make",
        "Lend the drill",
        "--to",
        "lee",
        "--by",
        "in 2 days",
        "--asked",
    ),
    ("You counter with a day that you can keep.", "negotiate", "2", "--by", "in 6 days"),
    ("Lee says Yes to that.", "accept", "2", "--risk", "my brother has it", "--no-to", "drilling on Saturday"),
    ("You ask somebody yourself.", "make", "Fix the bike brake", "--from", "kim", "--by", "in 5 days"),
    ("What do you owe, and what is owed to you?", "owe"),
    ("", "owed"),
    ("Trouble ahead: you give word early.", "bump", "2", "my brother is abroad, I will know on Thursday"),
    ("The numbers are sent, and Dana confirms them.", "complete", "1"),
    ("", "accept", "1"),
    (
        "The drill can't be had: you break that promise, and say so.",
        "renege",
        "2",
        "--reason",
        "my brother keeps it",
        "--cause",
        "dependency",
    ),
    ("What waits for you now?", "moves"),
    ("All of it, kept and broken.", "list", "--all"),
    ("And who kept how much of what was promised.", "people"),
)


def demo(env: Env) -> int:
    """Play a short tour in a ledger that is thrown away: each command, then what it prints."""
    import shlex
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory(prefix="promisectl-demo-") as place:
        environ = {**env.environ, "XDG_CONFIG_HOME": place, "PROMISECTL_NO_INPUT": "1", "PAGER": ""}
        for why, *words in _TOUR:
            if why:
                env.say("")
                env.say(f"# {why}")
            env.say(f"$ promisectl {shlex.join(words)}", whole=True)
            env.flush()
            command = [sys.executable, "-m", "promisectl", "--ledger", os.path.join(place, "ledger.db"), *words]
            code = subprocess.run(command, check=False, env=environ).returncode  # noqa: S603 (our own program, our own words)
            if code:
                return code
    env.say("")
    env.say("That ledger is gone again. Yours begins with: promisectl make “…” --to somebody")
    return 0
