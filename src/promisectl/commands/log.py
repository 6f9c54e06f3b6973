"""The command log: the history, act by act."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, output
from promisectl.commands.shared.filters import find_handle
from promisectl.storage import ledger_file, queries
from promisectl.storage.queries import ActQuery

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from promisectl.domain.promise import Terms
    from promisectl.env import Env
    from promisectl.records.fields import Row


def log(
    env: Env,
    id_: str | None = None,
    *,
    with_: str | None = None,
    since: str | None = None,
    until: str | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> None:
    """Print the acts of the ledger or of one promise, the undone ones included.

    `with_` is a person, `since` and `until` are when the acts happened, `after` is the number of
    the act after which they were recorded, `limit` the number of acts to show. Raises Usage,
    NoPerson, NoPromise and NoAct.
    """
    begin, end = arguments.parse_past_window(env, since, until)
    query = ActQuery(
        None if id_ is None else arguments.parse_promise_number(id_),
        find_handle(env, with_),
        output.encode_moment(begin),
        output.encode_moment(end),
        arguments.check_row_limit(limit),
        arguments.check_act_number(after),
    )
    with output.open_view(env) as db:
        ensure_act_is_recorded(db, query.after)
        if query.promise is not None:
            output.find_promise_row(env, db, query.promise)
        acts: Iterable[Row]
        subjects: dict[int, Row] = {}
        changes: dict[int, tuple[Terms, Terms]] = {}
        if env.form == "table":
            acts = queries.fetch_act_rows(db, query)
            numbers = {act["promise"] for act in acts if act["promise"]}
            changed = {act["promise"] for act in acts if act["act"] in ("negotiate", "correct")}
            subjects = queries.fetch_promise_subjects(db, numbers)
            changes = queries.load_term_changes(db, sorted(changed))
            queries.release_ledger(db)
        else:
            acts = queries.iter_act_rows(db, query)
        output.print_view(
            env,
            acts,
            output.ACT_RECORDS,
            lambda rows: print_log_page(
                env, subjects, changes, rows, is_whole=query.promise is None
            ),
        )


def ensure_act_is_recorded(db: sqlite3.Connection, number: int) -> None:
    """Refuse the number of an act that comes after the newest one. Raises NoAct.

    Who has read it has read another ledger, or this one before a backup was restored: an empty
    answer would hide from them all that is recorded now.
    """
    newest, _ = (number and ledger_file.find_journal_head(db)) or (0, "")
    if number > newest:
        raise errors.NoAct(number, newest)


def print_log_page(
    env: Env,
    subjects: Mapping[int, Row],
    changes: Mapping[int, tuple[Terms, Terms]],
    rows: Sequence[Row],
    *,
    is_whole: bool,
) -> None:
    """Print a table of acts.

    `subjects` says by promise what it is about, `changes` the terms before and after by act. With
    `is_whole`, the acts are of several promises, so each says what it is about.
    """
    if not rows:
        env.print_line("Nothing matches. The whole history: promisectl log")
        return
    from promisectl.rendering import promise

    output.print_renderables(
        env, promise.render_log(rows, subjects, changes, env.here, is_whole=is_whole)
    )
