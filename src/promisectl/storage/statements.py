"""What a move reads and writes, as SQLModel statements by name. Compiled ahead to SQL text; nothing imports this at run time."""

from sqlalchemy import Executable, exists, literal_column, text
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, bindparam, col, func, insert, select, update

from promisectl.storage.tables import ActRow, Alias, Entry, Person, PromiseRow


def _columns(table: type[SQLModel], *, without: tuple[str, ...] = ()) -> dict[str, object]:
    return {name: bindparam(name) for name in table.model_fields if name not in without}


_ACT = (ActRow.number, ActRow.entry, ActRow.verb, ActRow.side, ActRow.at, ActRow.recorded_at, ActRow.body)
_LIVE = (col(Entry.undone_by).is_(None), text("command NOT IN ('undo', 'redo')"))

_OTHER = aliased(ActRow)
_WHOLE = aliased(Person)
_KNOWN = exists().where(col(PromiseRow.person) == col(Person.id), text("promise.state <> 'void'")).label("known")

STATEMENTS: dict[str, Executable] = {
    "ACTS_OF_PROMISE": select(*_ACT).where(col(ActRow.promise) == bindparam("promise")).order_by(col(ActRow.number)),
    "ACTS_OF_PEOPLE": select(*_ACT, ActRow.person).where(col(ActRow.person).is_not(None)).order_by(col(ActRow.number)),
    "ACTS_OF_ALL": select(*_ACT, ActRow.promise).where(col(ActRow.promise).is_not(None)).order_by(col(ActRow.promise), col(ActRow.number)),
    "ADD_ACT": insert(ActRow).values(**_columns(ActRow)),
    "LAST_ACT": select(ActRow.number, ActRow.hash).order_by(col(ActRow.number).desc()),
    "ADD_ENTRY": insert(Entry).values(command=bindparam("command"), recorded_at=bindparam("recorded_at")),
    "ENTRY": select(Entry.id, Entry.command).where(col(Entry.id) == bindparam("id")),
    "MARK_ENTRY": update(Entry).where(col(Entry.id) == bindparam("entry_id")).values(undone_by=bindparam("undone_by")),
    "NEWEST_LIVE_ENTRY": select(Entry.id, Entry.command).where(*_LIVE).order_by(col(Entry.id).desc()),
    "NEWEST_LIVE_ENTRY_OF_PROMISE": select(Entry.id, Entry.command)
    .join(ActRow, col(ActRow.entry) == col(Entry.id))
    .where(col(ActRow.promise) == bindparam("promise"), *_LIVE)
    .order_by(col(Entry.id).desc())
    ,
    "LATER_ON_SAME": select(Entry.id, Entry.command, ActRow.promise)
    .join(ActRow, col(ActRow.entry) == col(Entry.id))
    .where(
        col(ActRow.promise).in_(select(_OTHER.promise).where(_OTHER.entry == bindparam("entry"))),
        col(Entry.id) > bindparam("entry"),
        *_LIVE,
    )
    .order_by(col(Entry.id)),
    "NEWEST_ENTRIES": select(Entry.id, Entry.command).order_by(col(Entry.id).desc()),
    "UNDONE_BY": select(Entry.id, Entry.command).where(col(Entry.undone_by) == bindparam("entry")),
    "TOUCHED_BY": select(ActRow.promise, ActRow.person, ActRow.verb).where(col(ActRow.entry) == bindparam("entry")).distinct(),
    "ADD_PROMISE": insert(PromiseRow).values(**_columns(PromiseRow, without=("id",))),
    "PUT_PROMISE": insert(PromiseRow).values(**_columns(PromiseRow)),
    "REFRESH_PROMISE": update(PromiseRow)
    .where(col(PromiseRow.id) == bindparam("id"))
    .values(**_columns(PromiseRow, without=("id", "uid", "direction", "person", "replaces"))),
    "FIND_PROMISE": select(PromiseRow.uid).where(col(PromiseRow.id) == bindparam("id")),
    "PEOPLE": select(Person.id, Person.handle, Person.name, Person.merged_into, _KNOWN).order_by(col(Person.id)),
    "ALIASES": select(Alias.alias, Alias.person).order_by(col(Alias.alias)),
    "NAME_OF": select(_WHOLE.name)
    .join(Person, func.coalesce(Person.merged_into, Person.id) == _WHOLE.id)
    .where(col(Person.id) == bindparam("person")),
    "NAMES": select(PromiseRow.id, _WHOLE.name.label("person_name"))
    .join(Person, col(Person.id) == col(PromiseRow.person))
    .join(_WHOLE, func.coalesce(Person.merged_into, Person.id) == _WHOLE.id),
    "ADD_PERSON": insert(Person).values(handle=bindparam("handle"), name=bindparam("name")),
    "PUT_PERSON": insert(Person).values({**_columns(Person, without=("id",)), "id": bindparam("person")}),
    "FREE_HANDLES": update(Person).values(handle=func.printf(literal_column("'?%d'"), Person.id)),
    "REFRESH_PERSON": update(Person).where(col(Person.id) == bindparam("person")).values(**_columns(Person, without=("id",))),
    "ADD_ALIAS": insert(Alias).values(**_columns(Alias)),
    "DROP_ALIASES": Alias.__table__.delete(),  # type: ignore[attr-defined]
}
