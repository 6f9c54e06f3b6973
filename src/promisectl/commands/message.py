"""The command `message`: the words to send to the other side."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments
from promisectl.commands.shared import output as output_views
from promisectl.domain import constants
from promisectl.domain.talk import read_talk
from promisectl.rendering import message as rendering
from promisectl.rendering.message import Wording
from promisectl.storage import queries
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row


def message(
    env: Env,
    ids: Sequence[str] = (),
    *,
    with_: str | None = None,
    whole: bool = False,
    with_risk: bool = False,
    no_reason: bool = False,
    format_: str | None = None,
    output: str = "-",
    force: bool = False,
) -> None:
    """Print what I last said on some promises as a message, or where I stand with a person.

    `ids` are promises with one person, `with_` is a person. Raises MissingArgument, Contradiction,
    SeveralReaders, NobodyToWriteTo, NotAPerson, NoPromise, LinkTooLong and NeedsIcalendar.
    """
    form = arguments.check_choice("--format", format_, constants.MESSAGE_FORMATS) or "text"
    ensure_subject(ids, with_)
    if form == "ics":
        from promisectl.records import as_ics

        as_ics.ensure_icalendar()
    with output_views.open_view(env) as db:
        if with_ is None:
            rows = load_named_rows(env, db, ids)
            handle, name = rows[0]["person"], rows[0]["person_name"]
        else:
            handle, name = find_reader(env, with_)
            rows = load_open_rows(env, db, handle)
            print_unsaid_ids(env, rows)
        if form == "ics":
            known = [row for row in rows if with_ is None or not is_unheard(row)]
            text = encode_their_tasks(env, db, handle, {row["id"] for row in known})
        else:
            wording = build_wording(env, name)
            wording = wording._replace(whole=whole, risk=with_risk, reasons=not no_reason)
            text = encode_message(env, db, rows, wording, form, is_statement=with_ is not None)
    if output == "-":
        env.write_records([text])
        return
    from promisectl.commands.shared import output_files  # saves 0.1 starts of Python

    output_files.resolve_output_target(env, "-o", output, force=force).write(env, [text])


def ensure_subject(ids: Sequence[str], with_: str | None) -> None:
    """Refuse a message about nothing, and one about IDs and a person at once.

    Raises MissingArgument and Contradiction.
    """
    if not ids and with_ is None:
        raise errors.MissingArgument(
            "an ID, or --with and a person", "promisectl message", "promisectl message 4"
        )
    if ids and with_ is not None:
        raise errors.Contradiction(
            "The IDs already say whom the message is to.", "Leave out --with, or the IDs."
        )


def load_named_rows(env: Env, db: sqlite3.Connection, ids: Sequence[str]) -> list[Row]:
    """Return the promises with these IDs, which are all with one person.

    Raises BadNumber, NoPromise, NobodyToWriteTo and SeveralReaders.
    """
    numbers = arguments.parse_promise_numbers(ids)
    rows = [output_views.find_promise_row(env, db, number) for number in numbers]
    numbers_by_name: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row["state"] == "void" or row["direction"] == "self":
            raise errors.NobodyToWriteTo(row["id"], row["state"])
        numbers_by_name.setdefault((row["person_name"], row["person"]), []).append(row["id"])
    if len(numbers_by_name) > 1:
        names = [name for name, _ in numbers_by_name]
        raise errors.SeveralReaders(names, [*numbers_by_name.values()])
    return rows


def find_reader(env: Env, name: str) -> tuple[str, str]:
    """Return the handle and the name of the person whom a name means.

    Raises NoPerson, AmbiguousPerson, and NotAPerson for myself.
    """
    from promisectl.commands.shared import counterparty

    person = counterparty.find_counterparty(env, name)
    if person is None:
        raise errors.NotAPerson(name)
    return person.handle, person.name


def load_open_rows(env: Env, db: sqlite3.Connection, handle: str) -> list[Row]:
    """Return what is open with a person, and what I broke without telling them."""
    query = Query(output_views.build_clock(env), handle)
    open_rows = queries.fetch_promise_rows(db, query._replace(open=True))
    return [*open_rows, *queries.fetch_promise_rows(db, query._replace(untold=True))]


def is_unheard(row: Row) -> bool:
    """Whether the other side does not know of the terms of a promise."""
    return row["state"] == "proposed" and bool(row["unsaid"] == constants.UNSAID_TERMS)


def print_unsaid_ids(env: Env, rows: Sequence[Row]) -> None:
    """Print on which promises something is unsaid, which a statement leaves out."""
    ids = [str(row["id"]) for row in rows if row["unsaid"]]
    if ids:
        env.print_hint(
            f"Left out, as it is not said yet: promisectl message {','.join(sorted(ids, key=int))}"
        )


def build_wording(env: Env, name: str) -> Wording:
    """Return the words of the config for a message to a person of that name."""
    own = dict(env.config.message)
    changes: dict[str, Any] = {
        field: own.pop(field) for field in ("date", "weekdays", "months") if field in own
    }
    wording = Wording(name, env.zone, **changes)
    words = {key: text for key, text in own.items() if isinstance(text, str)}
    return wording._replace(words=words) if words else wording


def encode_message(
    env: Env,
    db: sqlite3.Connection,
    rows: Sequence[Row],
    wording: Wording,
    form: str,
    *,
    is_statement: bool,
) -> str:
    """Return a message about promises in a form: text, md or mailto.

    Raises LinkTooLong, and NobodyToWriteTo where nothing was said that they have to hear.
    """
    talks = [
        (row, read_talk(queries.fetch_talk_rows(db, row["id"]), row["direction"])) for row in rows
    ]
    if is_statement:
        from promisectl.rendering import statement

        letter = statement.build_statement(talks, wording, env.here)
    else:
        for row, talk in talks:
            if not talk.mine and not talk.heard:
                raise errors.NobodyToWriteTo(row["id"], row["state"], never_said=True)
        letter = rendering.build_message(talks, wording)
    if form == "text":
        return rendering.format_text(letter)
    from promisectl.rendering import message_formats  # saves 0.02 starts of Python, as above

    if form == "md":
        return message_formats.format_markdown(letter)
    text = rendering.format_text(letter)
    is_about_one = len(rows) == 1 and not is_statement
    subject = rows[0]["outcome"] if is_about_one else wording.get_words("subject")
    link = message_formats.format_mailto(subject, text)
    if len(link) > constants.MAX_MAILTO_CHARACTERS:
        command = f"{format_text_command(env.words)} | wl-copy"
        raise errors.LinkTooLong(len(link), constants.MAX_MAILTO_CHARACTERS, command)
    return f"{link}\n"


def format_text_command(words: Sequence[str]) -> str:
    """Return the command line that was typed, but for the text in place of a link."""
    import shlex

    index = next(index for index, word in enumerate(words) if word.startswith("--format"))
    rest = words[index + (1 if "=" in words[index] else 2) :]
    return shlex.join(["promisectl", *words[:index], *rest])


def encode_their_tasks(
    env: Env, db: sqlite3.Connection, handle: str, numbers: Collection[int]
) -> str:
    """Return a calendar with a task for each of these promises, from the side of the reader."""
    from promisectl.records import as_ics, fields
    from promisectl.storage import calendar

    query = Query(output_views.build_clock(env), handle, sort="id")
    rows = map(fields.check_uid, calendar.iter_calendar_promises(db, query))
    theirs = [row for row in rows if row["id"] in numbers]
    return as_ics.encode_their_calendar(theirs, env.config.me or "")
