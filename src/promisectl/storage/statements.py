"""The statements that read and write the ledger, by name, over its tables and views.

All queries except the lists of promises are in `queries.sql`.

They are compiled ahead to SQL text (`python -m promisectl.generate`); no command imports this.
"""

from typing import Any

from sqlalchemy import (
    ClauseElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    null,
    select,
    text,
    update,
)
from sqlmodel import SQLModel

from promisectl.storage import tables

_person, _alias, _entry, _act, _promise, _once, _series, _part = (
    SQLModel.metadata.tables[name]
    for name in ("person", "alias", "entry", "act", "promise", "once", "series", "part")
)
_other_act, _merged_person = _act.alias(), _person.alias()
_bigger_promise = _promise.alias()


def _bind_columns(table: Table, *, without: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        column.name: bindparam(column.name)
        for column in table.columns
        if column.name not in without
    }


_ACT_COLUMNS = [
    _act.c[name] for name in ("number", "entry", "verb", "side", "at", "recorded_at", "body")
]
# With the number itself, SQLite would read all acts in order, not the index of the few it needs.
_ACT_NUMBER_WITHOUT_INDEX = text("+act.number")
_LIVE_ENTRY_CONDITIONS = (_entry.c.undone_by.is_(None), text("command NOT IN ('undo', 'redo')"))
_IS_KNOWN_PERSON = (
    exists()
    .where(_promise.c.person == _person.c.id, text("promise.state <> 'void'"))
    .label("known")
)
_MERGED_PERSON_CONDITION = func.coalesce(_person.c.merged_into, _person.c.id) == _merged_person.c.id
_PROMISE_SUBJECTS = (
    select(
        _promise.c.id,
        _merged_person.c.name.label("person_name"),
        _promise.c.direction,
        _promise.c.outcome,
    )
    .join(_person, _person.c.id == _promise.c.person)
    .join(_merged_person, _MERGED_PERSON_CONDITION)
)
_IS_LAST_ACT_OF_ENTRY = (
    _act.c.number
    == select(func.max(_other_act.c.number))
    .where(_other_act.c.entry == _once.c.entry)
    .scalar_subquery()
)

_HEAD_OF_ANSWER = (
    select(_act.c.hash)
    .where(_act.c.entry == _once.c.entry)
    .order_by(_act.c.number.desc())
    .scalar_subquery()
    .label("head")
)

_UPDATE_PROMISE = update(_promise).where(_promise.c.id == bindparam("id"))
# `replaces` points to the same table: with it among them, SQLite would write to every index.
_FIXED_PROMISE_COLUMNS = ("uid", "direction", "person", "replaces")
_INDEXED_STATE_COLUMNS = ("state", "move", "due_at", "delivered_at")

_PROMISES_WITH_LINKS = select(
    _promise,
    *(column for column in _series.c if column.name != "promise"),
    _bigger_promise.c.uid.label("part_of"),
).select_from(
    _promise.outerjoin(_series, _series.c.promise == _promise.c.id)
    .outerjoin(_part, _part.c.promise == _promise.c.id)
    .outerjoin(_bigger_promise, _bigger_promise.c.id == _part.c.bigger)
)
"""Promises as `codec.encode_promise_row` encodes them: with their series and bigger promise."""

_PROMISE_ORDER = (
    f"""CASE :sort
      WHEN 'due' THEN NOT {tables.OPEN_CONDITION}
      WHEN 'made' THEN made_at
      WHEN 'person' THEN name_key(person)
      WHEN 'state' THEN instr(
        'proposed active delivered kept declined withdrawn reneged released void', state
      )
    END""",
    """CASE :sort
      WHEN 'due' THEN NOT coalesce(state = 'active' AND due_at < :now, 0)
      WHEN 'person' THEN person
    END""",
    "iif(:sort IN ('due', 'person', 'state'), due_at IS NULL, 0)",
    "iif(:sort IN ('due', 'person', 'state'), due_at, NULL)",
    "id",
)
_PROMISE_FILTERS = (
    "(:person IS NULL OR person = :person)",
    "(:overdue IS NULL OR state = 'active' AND due_at < :now)",
    "(:due_before IS NULL OR due_at < :due_before)",
    "(:due_by IS NULL OR due_at <= :due_by)",
    "(:due_after IS NULL OR due_at > :due_after)",
    r"(:tag IS NULL OR ' ' || tags || ' ' LIKE :tag ESCAPE '\')",
    "(:part_of IS NULL OR part_of = :part_of)",
    "(:not_void IS NULL OR state <> 'void')",
    "(:states IS NULL OR instr(:states, ' ' || state || ' '))",
    "(:directions IS NULL OR instr(:directions, ' ' || direction || ' '))",
    r"""(:search IS NULL OR outcome LIKE :search ESCAPE '\' OR done_when LIKE :search ESCAPE '\'
      OR why LIKE :search ESCAPE '\' OR risk LIKE :search ESCAPE '\'
      OR no_to LIKE :search ESCAPE '\' OR reason LIKE :search ESCAPE '\')""",
)
"""The filters of promises; a parameter of NULL does not filter."""


def _select_promises(among: str, *, sorted_: bool = True) -> Select[Any]:
    """Select promises by a condition and the filters, ordered by `:sort`, at most `:limit`."""
    return (
        select(text("*"))
        .select_from(text("promises"))
        .where(text(among), *map(text, _PROMISE_FILTERS))
        .order_by(*map(text, _PROMISE_ORDER if sorted_ else ("id",)))
        .suffix_with(text("LIMIT :limit"))
    )


def _select_waiting(among: str) -> Select[Any]:
    """Select the promises that wait for me, by due date."""
    overdue_first = "NOT coalesce(state = 'active' AND due_at < :now, 0)"
    order = (overdue_first, "due_at IS NULL", "due_at", "id")
    moves = select(text("*")).select_from(text("moves"))
    return moves.where(text(among)).order_by(*map(text, order))


def _count_waiting(among: str) -> Select[Any]:
    """Count the promises that wait for me, by the kinds of the view `moves`."""
    return (
        select(text("waiting, count(*)"))
        .select_from(text("moves"))
        .where(text(among))
        .group_by(text("waiting"))
    )


# Each condition begins with the columns of its index. Where no index helps, `id > 0` makes SQLite
# read the table in its own order: otherwise it would follow some index and jump between rows,
# although the result has to be sorted anyway.
_AMONG_OPEN = f"direction IN ('owe', 'owed', 'self') AND {tables.OPEN_CONDITION}"
_AMONG_UNTOLD = "id > 0 AND state = 'reneged' AND move = 'me'"
_AMONG_THEIRS = "id IN (SELECT id FROM theirs)"
_AMONG_PARTS = "id IN (SELECT promise FROM part WHERE bigger = :part_of)"
_AMONG_TOGETHER = "id IN (SELECT id FROM together)"
_AMONG_ALL = "id > 0"

STATEMENTS: dict[str, ClauseElement] = {
    # Lists
    "OPEN_PROMISES": _select_promises(_AMONG_OPEN),
    "UNTOLD_PROMISES": _select_promises(_AMONG_UNTOLD),
    "PROMISES_OF_PERSON": _select_promises(_AMONG_THEIRS),
    "PARTS_OF_PROMISE_SORTED": _select_promises(_AMONG_PARTS),
    "PROMISES_TOGETHER_SORTED": _select_promises(_AMONG_TOGETHER),
    "ALL_PROMISES_SORTED": _select_promises(_AMONG_ALL),
    "ALL_PROMISES_BY_ID": _select_promises(_AMONG_ALL, sorted_=False),
    "WAITING_OPEN": _select_waiting(_AMONG_OPEN),
    "WAITING_UNTOLD": _select_waiting(_AMONG_UNTOLD),
    "COUNT_WAITING_OPEN": _count_waiting(_AMONG_OPEN),
    "COUNT_WAITING_UNTOLD": _count_waiting(_AMONG_UNTOLD),
    # Acts
    "ACTS_OF_PROMISE": select(*_ACT_COLUMNS)
    .where(_act.c.promise == bindparam("promise"))
    .order_by(_act.c.number),
    "ACTS_OF_PEOPLE": select(*_ACT_COLUMNS, _act.c.promise, _act.c.person)
    .where(_act.c.person.is_not(None))
    .order_by(_ACT_NUMBER_WITHOUT_INDEX),
    "ACTS_OF_ALL": select(_act)
    .where(_act.c.promise.is_not(None))
    .order_by(_act.c.promise, _act.c.number),
    "ADD_ACT": insert(_act).values(**_bind_columns(_act)),
    "JOURNAL_EXTENT": select(func.count(_act.c.entry.distinct()), func.count()).select_from(_act),
    "JOURNAL_ROWS": select(
        _entry.c.command,
        _entry.c.recorded_at.label("recorded_at_of_entry"),
        *(column for column in _once.c if column.name != "entry"),
        *_act.c,
    )
    .select_from(
        _act.join(_entry, _entry.c.id == _act.c.entry).outerjoin(
            _once, and_(_once.c.entry == _act.c.entry, _IS_LAST_ACT_OF_ENTRY)
        )
    )
    .order_by(_act.c.number),
    "LAST_ACT": select(_act.c.number, _act.c.hash, _act.c.recorded_at, _act.c.entry)
    .order_by(_act.c.number.desc())
    .suffix_with("LIMIT 1"),
    "ANY_ACT_OF_ENTRY": select(_act.c.number, _act.c.verb, _act.c.body)
    .where(_act.c.entry == bindparam("entry"))
    .suffix_with("LIMIT 1"),
    "MET_PEOPLE": select(_act.c.person).distinct().where(_act.c.person.is_not(None)),
    "HIGHEST_PROMISE_OF_ACTS": select(text("coalesce(max(promise), 0)")).select_from(_act),
    "HIGHEST_PERSON_OF_ACTS": select(text("coalesce(max(person), 0)"))
    .select_from(_act)
    .where(_act.c.person.is_not(None)),
    "HASH_OF_ACT": select(_act.c.hash).where(_act.c.number == bindparam("number")),
    # Examination
    "ACTS_WITH_ENTRIES": select(
        _act, _entry.c.command, _entry.c.recorded_at.label("recorded_at_of_entry")
    )
    .select_from(_act.outerjoin(_entry, _entry.c.id == _act.c.entry))
    .order_by(_act.c.number),
    "ROW_OF_PROMISE": _PROMISES_WITH_LINKS.where(_promise.c.id == bindparam("id")),
    "PROMISES_BETWEEN": _PROMISES_WITH_LINKS.where(
        _promise.c.id.between(bindparam("first"), bindparam("last"))
    ).order_by(_promise.c.id),
    "ACTS_OF_PROMISES_BETWEEN": select(*_ACT_COLUMNS, _act.c.promise)
    .where(_act.c.promise.between(bindparam("first"), bindparam("last")))
    .order_by(_act.c.promise, _act.c.number),
    "ALL_PEOPLE": select(_person).order_by(_person.c.id),
    "ALL_ENTRIES": select(
        _entry, exists().where(_act.c.entry == _entry.c.id).label("said")
    ).order_by(_entry.c.id),
    "ALL_ANSWERS": select(_once, _HEAD_OF_ANSWER).order_by(_once.c.entry, _once.c.key),
    "DELETE_PROMISES": delete(_promise),
    "DELETE_PEOPLE": delete(_person),
    "CLEAR_UNDONE_BY": update(_entry).values(undone_by=null()),
    "UNDO_AND_REDO_ACTS": select(_act.c.entry, _act.c.verb, _act.c.body)
    .where(text("verb IN ('undo', 'redo')"))
    .order_by(_act.c.number),
    "REBUILD_ENTRY_DATES": update(_entry).values(
        recorded_at=select(func.min(_act.c.recorded_at))
        .where(_act.c.entry == _entry.c.id)
        .scalar_subquery()
    ),
    "LEDGER_COUNTS": select(
        select(func.count()).select_from(_promise).scalar_subquery().label("promises"),
        select(func.count()).select_from(_act).scalar_subquery().label("acts"),
    ),
    # Entries
    "ENTRIES": select(_entry.c.id, _entry.c.command, _entry.c.recorded_at),
    "ADD_ENTRY_WITH_ID": insert(_entry).values(**_bind_columns(_entry, without=("undone_by",))),
    "MARK_ENTRY_UNDONE": update(_entry)
    .where(_entry.c.id == bindparam("entry_id"))
    .values(undone_by=bindparam("undone_by")),
    "LATER_ENTRY_ON_SAME": select(_entry.c.id, _entry.c.command, _act.c.promise)
    .join(_act, _act.c.entry == _entry.c.id)
    .where(
        _act.c.promise.in_(
            select(_other_act.c.promise).where(_other_act.c.entry == bindparam("entry"))
        ),
        _entry.c.id > bindparam("entry"),
        *_LIVE_ENTRY_CONDITIONS,
    )
    .order_by(_entry.c.id)
    .suffix_with("LIMIT 1"),
    "NEWEST_ENTRIES": select(_entry.c.id, _entry.c.command, _entry.c.undone_by).order_by(
        _entry.c.id.desc()
    ),
    "NEWEST_ENTRIES_OF_PROMISE": select(_entry.c.id, _entry.c.command, _entry.c.undone_by)
    .where(
        _entry.c.id.in_(select(_act.c.entry).where(_act.c.promise == bindparam("promise"))),
    )
    .order_by(_entry.c.id.desc()),
    "ENTRY_BY_ID": select(_entry.c.id, _entry.c.command, _entry.c.undone_by).where(
        _entry.c.id == bindparam("id")
    ),
    "TOUCHED_BY_ENTRY": select(_act.c.promise, _act.c.person)
    .where(_act.c.entry == bindparam("entry"), text("verb <> 'meet'"))
    .distinct(),
    "FIRST_ANSWER": select(_once, _HEAD_OF_ANSWER, _entry.c.undone_by)
    .outerjoin(_entry, _entry.c.id == _once.c.entry)
    .where(_once.c.key == bindparam("key")),
    "ADD_ANSWER": insert(_once).values(**_bind_columns(_once)),
    "PROMISES_TOUCHED_SINCE": select(_act.c.promise)
    .join(_entry, _entry.c.id == _act.c.entry)
    .where(
        _entry.c.recorded_at >= bindparam("begin"),
        _entry.c.undone_by.is_(None),
        _act.c.promise.is_not(None),
    )
    .distinct()
    .order_by(_act.c.promise),
    # Promises
    "ADD_PROMISE_WITH_ID": insert(_promise).values(**_bind_columns(_promise)),
    "UPDATE_PROMISE": _UPDATE_PROMISE.values(**_bind_columns(_promise, without=("id",))),
    # Without the columns that no move changes, so their indexes stay untouched.
    "UPDATE_PROMISE_STATE": _UPDATE_PROMISE.values(
        **_bind_columns(_promise, without=("id", *_FIXED_PROMISE_COLUMNS))
    ),
    # Without the columns of any index: indexes are most of the cost of a row.
    "UPDATE_PROMISE_TEXTS": _UPDATE_PROMISE.values(
        **_bind_columns(_promise, without=("id", *_FIXED_PROMISE_COLUMNS, *_INDEXED_STATE_COLUMNS))
    ),
    # Links between promises
    "ADD_SERIES": insert(_series).values(**_bind_columns(_series)),
    "DELETE_SERIES": delete(_series).where(_series.c.promise == bindparam("promise")),
    "ADD_PART": insert(_part).from_select(
        ("promise", "bigger"),
        select(bindparam("promise"), _promise.c.id).where(_promise.c.uid == bindparam("part_of")),
    ),
    "ADD_KEPT_PARTS": insert(_part).from_select(
        ("promise", "bigger"),
        select(text("kept_part.promise"), _promise.c.id)
        .select_from(text("temp.kept_part"))
        .join(_promise, _promise.c.uid == text("kept_part.part_of")),
    ),
    "BIGGER_OF_PART": select(_part.c.bigger).where(_part.c.promise == bindparam("promise")),
    "PARTS_OF_BIGGER": select(_part.c.promise)
    .where(_part.c.bigger == bindparam("bigger"))
    .order_by(_part.c.promise),
    "LINKED_PROMISES": select(_part.c.promise, _part.c.bigger),
    "DELETE_PART": delete(_part).where(_part.c.promise == bindparam("promise")),
    "DELETE_ALL_SERIES": delete(_series),
    "DELETE_ALL_PARTS": delete(_part),
    "PROMISE_SUBJECT": _PROMISE_SUBJECTS.where(_promise.c.id == bindparam("promise")),
    "COUNT_OVERDUE_OWED": select(func.count())
    .select_from(_promise)
    .where(
        text(f"direction = 'owed' AND state = 'active' AND {tables.OPEN_CONDITION}"),
        _promise.c.due_at < bindparam("now"),
    ),
    "COUNT_DELIVERED": select(func.count())
    .select_from(_promise)
    .where(
        _promise.c.delivered_at >= bindparam("begin"),
        _promise.c.delivered_at < bindparam("end"),
        text("direction IN ('owe', 'self') AND state IN ('delivered', 'kept')"),
    ),
    # People
    "PEOPLE": select(
        _person.c.id, _person.c.handle, _person.c.name, _person.c.merged_into, _IS_KNOWN_PERSON
    ).order_by(_person.c.id),
    "ALIASES": select(_alias.c.alias, _alias.c.person).order_by(_alias.c.alias),
    "PERSON_NAME": select(_merged_person.c.name)
    .join(_person, _MERGED_PERSON_CONDITION)
    .where(_person.c.id == bindparam("person")),
    "ADD_PERSON_WITH_ID": insert(_person).values(
        {**_bind_columns(_person, without=("id",)), "id": bindparam("person")}
    ),
    # Updated, not deleted and added again: then SQLite would check every promise of a person.
    "UPDATE_PERSON": update(_person)
    .where(_person.c.id == bindparam("person"))
    .values(**_bind_columns(_person, without=("id",))),
    "CLEAR_HANDLES": update(_person).values(
        handle=func.printf(literal_column("'?%d'"), _person.c.id)
    ),
    "ADD_ALIAS": insert(_alias).values(**_bind_columns(_alias)),
    "DELETE_ALIASES": delete(_alias),
}
