"""Which rows acts may have changed, and how these get from a server into a copy, and back.

A row travels as a JSON array of its columns. The statements are compiled ahead to SQL text
(`python -m promisectl.generate`); no command imports this.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ClauseElement,
    ColumnElement,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from promisectl.storage import tables

TABLES = SQLModel.metadata.sorted_tables
"""The tables of a ledger in the order in which rows travel: after those that they refer to.

In another order, SQLite would look for the rows that refer to each one, without an index.
"""
ALL_PEOPLE = "all people"
"""What comes from a server before all rows where those of all people may have changed."""
LINK_TABLES = ("part", "series")
"""The tables whose rows of a promise are deleted when its links change."""
_INSERTED_TABLES = ("act", "once", *LINK_TABLES)
"""The tables whose rows are never changed, so that one that is there already is a fault.

To change a row that is there takes a right to UPDATE the table, also where none is there.
"""

_ACT_TABLE, _PERSON_TABLE, _ALIAS_TABLE, _ENTRY_TABLE, _ONCE_TABLE, _PROMISE_TABLE = (
    SQLModel.metadata.tables[name]
    for name in ("act", "person", "alias", "entry", "once", "promise")
)
_head = tables.HEAD_TABLE
_IS_NEW_ACT = _ACT_TABLE.c.number > bindparam("since", type_=BigInteger)
_CHANGES_PEOPLE = exists().where(
    and_(_IS_NEW_ACT, _ACT_TABLE.c.person.is_not(None), text("verb <> 'meet'"))
)


def _select_of_new_acts(name: str) -> Any:
    """Select the numbers that the new acts have in a column."""
    return select(_ACT_TABLE.c[name]).where(_IS_NEW_ACT, _ACT_TABLE.c[name].is_not(None))


_PROMISES_OF_NEW_ACTS = _select_of_new_acts("promise")
_PEOPLE_OF_NEW_ACTS = _select_of_new_acts("person")

CHANGED: dict[str, ColumnElement[bool]] = {
    "entry": _ENTRY_TABLE.c.id.in_(_select_of_new_acts("entry")),
    "person": or_(_PERSON_TABLE.c.id.in_(_PEOPLE_OF_NEW_ACTS), _CHANGES_PEOPLE),
    "alias": or_(_ALIAS_TABLE.c.person.in_(_PEOPLE_OF_NEW_ACTS), _CHANGES_PEOPLE),
    "once": _ONCE_TABLE.c.entry.in_(_select_of_new_acts("entry")),
    "promise": _PROMISE_TABLE.c.id.in_(_PROMISES_OF_NEW_ACTS),
    "act": _IS_NEW_ACT,
    **{
        name: SQLModel.metadata.tables[name].c.promise.in_(_PROMISES_OF_NEW_ACTS)
        for name in LINK_TABLES
    },
}
"""The rows of each table that the acts after `:since` may have changed.

An act about people other than a first meeting may change the rows of all. What an undo or a redo
does to earlier entries follows from the acts themselves (`MARK_ENTRY_UNDONE`).
"""


def _get_key(table: Table) -> Any:
    """Return the column by which the rows of a table are in order."""
    return next(iter(table.primary_key.columns))


def _select_changed(table: Table, build_array: Any) -> Any:
    return select(build_array(*table.columns)).where(CHANGED[table.name])


def select_changed_in_copy() -> dict[str, ClauseElement]:
    """Return a statement for each table: its changed rows as JSON, in order."""
    return {
        table.name: _select_changed(table, func.json_array).order_by(_get_key(table))
        for table in TABLES
    }


def select_changed_on_server() -> ClauseElement:
    """Return the statement with the changed rows of all tables, each with its table, in order."""
    columns = ("place", "key", "row")
    people: Any = select(
        literal_column("0").label(columns[0]),
        literal_column("0").label(columns[1]),
        literal_column("'[]'").label(columns[2]),
    ).where(_CHANGES_PEOPLE)
    selects = [
        select(
            literal_column(str(place)).label(columns[0]),
            (
                _get_key(table)
                if isinstance(_get_key(table).type, type(_ACT_TABLE.c.number.type))
                else literal_column("0")
            ).label(columns[1]),
            cast(func.json_build_array(*table.columns), Text).label(columns[2]),
        ).where(CHANGED[table.name])
        for place, table in enumerate(TABLES, start=1)
    ]
    together = union_all(people, *selects).subquery("changed")
    return select(together.c.place, together.c.row).order_by(together.c.place, together.c.key)


def select_all_in_copy() -> dict[str, ClauseElement]:
    """Return a statement for each table with all its rows, in order."""
    return {table.name: select(*table.columns).order_by(_get_key(table)) for table in TABLES}


def select_all_on_server() -> dict[str, ClauseElement]:
    """Return a statement for each table with all its rows as JSON, in order."""
    return {
        table.name: select(cast(func.json_build_array(*table.columns), Text)).order_by(
            _get_key(table)
        )
        for table in TABLES
    }


def _replace_on_conflict(table: Table, statement: Any) -> Any:
    """Return an INSERT of a table that changes the rows that are there already, if it may."""
    if table.name in _INSERTED_TABLES:
        return statement
    key = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.columns if column.name not in key]
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: statement.excluded[name] for name in others}
    )


def put_into_copy() -> dict[str, ClauseElement]:
    """Return the statement for each table that writes a row into a copy."""
    return {
        table.name: _replace_on_conflict(
            table,
            sqlite.insert(table).values(
                {column.name: bindparam(column.name) for column in table.columns}
            ),
        )
        for table in TABLES
    }


def put_onto_server() -> dict[str, ClauseElement]:
    """Return the statement for each table that writes rows, a JSON array, onto the server."""
    rows = text(
        "jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY AS given (cells, place)"
    )
    statements: dict[str, ClauseElement] = {}
    for table in TABLES:
        values: list[ColumnElement[Any]] = [
            literal_column(
                f"(given.cells ->> {place})::bigint"
                if isinstance(column.type, type(_ACT_TABLE.c.number.type))
                else f"given.cells ->> {place}"
            )
            for place, column in enumerate(table.columns)
        ]
        given = select(*values).select_from(rows).order_by(text("given.place"))
        names = [column.name for column in table.columns]
        inserted = postgresql.insert(table).from_select(names, given)
        statements[table.name] = _replace_on_conflict(table, inserted)
    return statements


_SERVER_MOMENT = func.to_char(
    func.timezone(text("'UTC'"), func.clock_timestamp()), text('\'YYYY-MM-DD"T"HH24:MI:SS"Z"\'')
)
_HEAD = select(
    _head.c.number,
    _head.c.hash,
    _head.c.step,
    select(_ACT_TABLE.c.hash)
    .where(_ACT_TABLE.c.number == bindparam("mine", type_=BigInteger))
    .scalar_subquery()
    .label("at_mine"),
    _SERVER_MOMENT.label("moment"),
    select(text("CAST(relnamespace::regnamespace AS text)"))
    .select_from(text("pg_class"))
    .where(text("oid = head.tableoid"))
    .scalar_subquery()
    .label("schema"),
    func.quote_ident(func.current_schema()).label("first_schema"),
    func.txid_current_if_assigned().label("transaction"),
)

SERVER_STATEMENTS: dict[str, ClauseElement] = {
    "HEAD": _HEAD,
    "LOCK_HEAD": select(text("1")).select_from(_head).with_for_update(),
    "TRANSACTION_STATUS": select(
        func.txid_status(bindparam("transaction", type_=BigInteger)).label("status")
    ),
    "HASHES": select(_ACT_TABLE.c.number, _ACT_TABLE.c.hash).where(
        _ACT_TABLE.c.number.in_([bindparam("first"), bindparam("second")])
    ),
    "FIRST_HEAD": insert(_head).values(
        one=text("true"), number=text("0"), hash=text("''"), step=bindparam("step")
    ),
    # One divided by none ends a transaction whose head something else keeps where it was.
    "MOVE_HEAD": select(
        literal_column("1 / count(*)").label("moved_heads"),
    ).select_from(
        update(_head)
        .where(_head.c.number == bindparam("before"), _head.c.hash == bindparam("hash_before"))
        .values(number=bindparam("last"), hash=bindparam("hash_of_last"))
        .returning(_head.c.one)
        .cte("moved")
    ),
    "SET_STEP": update(_head).values(step=bindparam("step")),
    "FREE_HANDLES": update(_PERSON_TABLE).values(
        handle=literal_column("'?'").concat(cast(_PERSON_TABLE.c.id, Text))
    ),
    "DROP_ALIASES": delete(_ALIAS_TABLE),
    "MARK_ENTRY_UNDONE": update(_ENTRY_TABLE)
    .where(_ENTRY_TABLE.c.id == bindparam("entry_id"))
    .values(undone_by=bindparam("undone_by", type_=BigInteger)),
}
"""The other statements that the server runs."""

COPY_STATEMENTS: dict[str, ClauseElement] = {
    "CHAIN_SINCE": select(
        _ACT_TABLE,
        _ENTRY_TABLE.c.command,
        func.coalesce(_PROMISE_TABLE.c.uid, _ACT_TABLE.c.person).label("about"),
    )
    .select_from(
        _ACT_TABLE.outerjoin(_ENTRY_TABLE, _ENTRY_TABLE.c.id == _ACT_TABLE.c.entry).outerjoin(
            _PROMISE_TABLE, _PROMISE_TABLE.c.id == _ACT_TABLE.c.promise
        )
    )
    .where(_IS_NEW_ACT)
    .order_by(_ACT_TABLE.c.number),
    "CHANGES_OF_PEOPLE": select(_CHANGES_PEOPLE),
    "UNDO_MARKS_SINCE": select(
        func.json_extract(_ACT_TABLE.c.body, text("'$.target'")).label("entry_id"),
        case((_ACT_TABLE.c.verb == literal_column("'undo'"), _ACT_TABLE.c.entry)).label(
            "undone_by"
        ),
    )
    .where(_IS_NEW_ACT, text("verb IN ('undo', 'redo')"))
    .order_by(_ACT_TABLE.c.number),
}
"""What a copy is asked about acts that were written into it."""


def delete_changed_links() -> dict[str, ClauseElement]:
    """Return the statement for each table of links that deletes those of the promises of acts."""
    return {
        name: delete(SQLModel.metadata.tables[name]).where(CHANGED[name]) for name in LINK_TABLES
    }
