"""The check of the content of all acts: a command could have recorded each at its time.

The chain of hashes shows that nobody changed the acts since; but anybody can make a chain. This
check makes sure that a journal or a backup from elsewhere holds only acts of this program.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import groupby

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import constants, lifecycle, person_acts
from promisectl.domain.person_acts import PersonVerb
from promisectl.domain.promise import Side, Verb
from promisectl.storage import codec
from promisectl.storage.integrity import act_content
from promisectl.storage.integrity.act_content import ImpossibleAct
from promisectl.storage.integrity.chain import format_act_subject

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from typing import Any

    from promisectl.domain.people import Person
    from promisectl.domain.person_acts import PersonAct
    from promisectl.domain.promise import Act, Promise

_UNDO_VERBS = (Verb.UNDO, Verb.REDO)
_PERSON_UNDO_VERBS = (PersonVerb.UNDO, PersonVerb.REDO)


class HistoryCheck:
    """The check of the content of all acts in a ledger whose chain is intact.

    `strict`: due dates match the zones of this machine, and people have the numbers and the names
    that they got one after the other. Without it, what your own ledger may hold after the zones
    have changed, or after a repair, is accepted.

    The methods are called in the order of this class, and their iterators are read to the end. They
    raise ImpossibleAct.
    """

    def __init__(self, db: sqlite3.Connection, *, strict: bool) -> None:
        self._db = db
        self._strict = strict
        self._met: dict[int, int] = {}  # the act by which each person was met

    def check_people(self) -> None:
        """Check the acts about people, each against those before it."""
        timeline = _PeopleTimeline(strict=self._strict)
        for row in self._db.execute(sql.HISTORY_OF_PEOPLE):
            with blame_act(row):
                act_content.check_command(row["command"], row["verb"], about_person=True)
                if (row["by"], row["side"]) != ("me", Side.BOOKKEEPER):
                    raise ImpossibleAct("it is about a person, but not the bookkeeper's")
                act = codec.decode_written_person_act(row)
                if act is None:
                    raise ImpossibleAct("no command records this")
                act_content.check_person_content(act)
                timeline.add_act(act)
                self._met.setdefault(act.person, act.number)

    def iter_promises(self) -> Iterator[tuple[int, Promise]]:
        """Check the acts of every promise, and return the promise as they leave it."""
        rows = self._db.execute(sql.HISTORY_OF_PROMISES)
        for number, group in groupby(rows, key=lambda row: int(row["promise"])):
            timeline = _PromiseTimeline(number, strict=self._strict)
            for row in group:
                with blame_act(row):
                    act_content.check_command(row["command"], row["verb"], about_person=False)
                    act = timeline.add_row(row)
                    self._check_links(act)
            if timeline.promise:
                yield number, timeline.promise

    def _check_links(self, act: Act) -> None:
        """Refuse a promise with a person, or linked to a promise, that was not there yet."""
        opening = act.opening
        person = opening.person if opening else act.person
        if person is not None:
            met = self._met.get(person)
            if met is None or met > act.number:
                raise ImpossibleAct("its person was not in the ledger yet")
        if opening and opening.replaces is not None:
            replaced = {"promise": opening.replaces}
            first = self._db.execute(sql.FIRST_ACT_OF_PROMISE, replaced).fetchone()[0]
            if first is None or first >= act.number:
                raise ImpossibleAct("the promise it replaces was not in the ledger yet")
        bigger = opening.part_of if opening else act.bigger
        if act.verb is Verb.PART:
            row = bigger and self._db.execute(sql.PROMISE_OF_UID, {"uid": bigger}).fetchone()
            if (str(row["id"]) if row else None) != act.text:
                raise ImpossibleAct("it names another bigger promise than it means")
        if bigger is not None:
            first = self._db.execute(sql.FIRST_ACT_OF_UID, {"uid": bigger}).fetchone()[0]
            if first is None or first >= act.number:
                raise ImpossibleAct("the promise it is a part of was not in the ledger yet")

    def check_part_chains(self) -> None:
        """Check that no promise is in a ring of parts, or in too long a chain of them."""
        row = self._db.execute(sql.TOO_DEEP_PART).fetchone()
        if row is not None:
            raise ImpossibleAct(f"#{row['promise']} is in a ring of parts, or in too long a chain")

    def check_undone(self) -> None:
        """Check that every undo and redo was open when it was recorded."""
        undone: dict[int, int] = {}
        for row in self._db.execute(sql.UNDO_AND_REDO_ENTRIES):
            with blame_act(row):
                entry, target = row["entry"], codec.decode_undo_target(row)
                self._check_target(entry, target, row)
                if row["verb"] == Verb.UNDO:
                    later = self._list_entries_between(target, entry)
                    if target in undone or not undone.keys() >= later:
                        raise ImpossibleAct("it undoes what could not be undone then")
                    undone[target] = entry
                else:
                    if undone.get(target) != max(undone.values(), default=0):
                        raise ImpossibleAct("it redoes what was not undone last")
                    if self._list_entries_between(undone.pop(target), entry, anywhere=True):
                        raise ImpossibleAct("it redoes what could no longer be redone")

    def _check_target(self, entry: int, target: int, row: Mapping[str, Any]) -> None:
        """Refuse an undo or redo of no command, or of one about other promises than it names."""
        command = None
        if type(target) is int and target < entry:
            command = self._db.execute(sql.COMMAND_OF_ENTRY, {"entry": target}).fetchone()
        if not command or command[0] in _UNDO_VERBS:
            raise ImpossibleAct("it undoes or redoes a command that is missing")
        named, about = set(), set()
        for act in self._db.execute(sql.HISTORY_OF_ENTRY, {"entry": entry}):
            named.add((codec.decode_undo_target(act), act["verb"], act["text"]))
            about.add((act["promise"], act["person"]))
        if named != {(target, row["verb"], command[0])}:
            raise ImpossibleAct("it undoes or redoes another command than it names")
        touched = self._db.execute(sql.TOUCHED_BY_ENTRY, {"entry": target})
        if about != {(other["promise"], other["person"]) for other in touched}:
            raise ImpossibleAct("it undoes or redoes a command about something else")

    def _list_entries_between(self, target: int, entry: int, *, anywhere: bool = False) -> set[int]:
        """Return the commands between two, without undo and redo, that bear on the first.

        They do where they are about one of its promises, where it is about people alone, and
        `anywhere` in any case.
        """
        words = {"entry": entry, "target": target, "anywhere": anywhere}
        return {row["id"] for row in self._db.execute(sql.ENTRIES_BETWEEN, words)}

    def check_answers(self) -> None:
        """Check the answers that are kept for `--once`, as they are printed again."""
        for row in self._db.execute(sql.ALL_ANSWERS):
            key, request = row["key"], row["request"]
            if not key.strip() or len(key) > constants.MAX_KEY_CHARACTERS or not request.strip():
                raise ImpossibleAct("its key of --once is not valid")
            answers = codec.decode_answer(row["answer"])
            numbers = {
                other["promise"]
                for other in self._db.execute(sql.HISTORY_OF_ENTRY, {"entry": row["entry"]})
            }
            if not isinstance(answers, list) or not all(
                _is_answer(answer, numbers) for answer in answers
            ):
                raise ImpossibleAct(f"its answer for the key “{key[:40]}” is not valid")


def check_history(db: sqlite3.Connection) -> None:
    """Check the content of all acts in a ledger whose chain is intact. Raises ImpossibleAct."""
    check = HistoryCheck(db, strict=False)
    check.check_people()
    for _ in check.iter_promises():
        pass
    check.check_part_chains()
    check.check_undone()
    check.check_answers()


def _is_answer(answer: object, numbers: set[int | None]) -> bool:
    """Whether a value is an answer about one of the promises: line, number and record."""
    if not isinstance(answer, list) or len(answer) != 3:  # noqa: PLR2004 (its parts)
        return False
    line, number, record = answer
    if not isinstance(line, str) or (type(number) not in (int, type(None))):
        return False
    is_about_people = number is None and record is None
    return is_about_people or (
        number in numbers
        and (record is None or (isinstance(record, dict) and record.get("id") == number))
    )


class _PromiseTimeline:
    """One promise, act by act."""

    def __init__(self, number: int, *, strict: bool) -> None:
        self._number = number
        self._strict = strict
        self._acts: list[Act] = []
        self.promise: Promise | None = None
        self._has_begun = False  # not while the command that made it is undone

    def add_row(self, row: Mapping[str, Any]) -> Act:
        """Carry out the act in a row of the journal, and return it. Raises ImpossibleAct."""
        act = codec.decode_written_act(row)
        if act is None:
            raise ImpossibleAct("no command records this")
        is_undo = act.verb in _UNDO_VERBS
        self._acts.append(act)
        if is_undo:
            self.promise = lifecycle.replay_acts(self._number, self._acts)
            undone = lifecycle.find_undone_entries(self._acts)
            self._has_begun = any(
                other.verb not in _UNDO_VERBS and other.entry not in undone for other in self._acts
            )
        else:
            self._apply(act)
        opening = self._acts[0].opening
        if self.promise is None or opening is None:
            raise ImpossibleAct("it does not begin a promise")
        act_content.check_act(act, opening.direction, strict=self._strict)
        if row["by"] != self.promise.direction.name_speaker(act.side):
            raise ImpossibleAct("it is by the wrong side")
        if is_undo and act.side is not Side.BOOKKEEPER:
            raise ImpossibleAct("it is an undo or a redo, but not the bookkeeper's")
        return act

    def _apply(self, act: Act) -> None:
        """Carry out an act that is not an undo; an import may begin again what was undone."""
        first = self._acts[0]
        if len(self._acts) > 1 and act.opening and first.opening:
            is_again = not self._has_begun and act.verb is Verb.IMPORT
            if not is_again or act.opening.uid != first.opening.uid:
                raise ImpossibleAct("it makes a promise that already exists")
        promise = self.promise if self._has_begun else None
        applied = lifecycle.apply_recorded_act(promise, act, self._number)
        if (applied.act.revision, type(applied.act.revision)) != (act.revision, type(act.revision)):
            raise ImpossibleAct("its revision is wrong")
        self.promise = applied.promise
        self._has_begun = True


class _PeopleTimeline:
    """All people, act by act; `strict` as in HistoryCheck."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._acts: list[PersonAct] = []
        self._replay = person_acts.PeopleReplay()
        self._owners: dict[str, int] = {}

    @property
    def _people(self) -> Mapping[int, Person]:
        return self._replay.people

    def add_act(self, act: PersonAct) -> None:
        """Carry out an act about a person. Raises ImpossibleAct, and KeyError for a stranger."""
        if act.verb in _PERSON_UNDO_VERBS:
            if act.person not in self._people:
                raise ImpossibleAct("its person was not in the ledger yet")
            self._acts.append(act)
            self._replay = person_acts.PeopleReplay(self._acts)
            self._owners = {}
            changed = list(self._people)
        else:
            self._check_act(act)
            self._acts.append(act)
            self._replay.apply_act(act)
            changed = [number for number in (act.person, act.into) if number is not None]
            if act.verb is PersonVerb.UNALIAS:
                del self._owners[act.handle or ""]
        for person in (self._people[number] for number in changed):
            if person.merged_into is None:
                self._owners |= dict.fromkeys((person.handle, *person.aliases), person.id)

    def _check_act(self, act: PersonAct) -> None:
        person = self._people.get(act.person)
        owner = self._owners.get(act.handle or "")
        if act.verb is PersonVerb.MEET:
            is_next = act.person == max(self._people, default=0) + 1
            if self._strict and not is_next:
                raise ImpossibleAct("it adds a person with a number that was not next")
            if self._strict and owner is not None:
                raise ImpossibleAct(f"it adds {act.handle}, which is somebody else's name")
            return
        if person is None or person.merged_into is not None:
            raise ImpossibleAct("its person was not in the ledger yet, or was merged")
        if act.verb is PersonVerb.MERGE:
            self._check_merge(act)
        elif act.verb in (PersonVerb.RENAME, PersonVerb.ALIAS):
            if owner not in (None, person.id):
                raise ImpossibleAct(f"it gives the name {act.handle}, which is somebody else's")
            if owner == person.id and act.verb is PersonVerb.ALIAS:
                raise ImpossibleAct(f"it gives the name {act.handle}, which they already have")
        elif act.verb is PersonVerb.UNALIAS and act.handle not in person.aliases:
            raise ImpossibleAct(f"it removes {act.handle}, which is not their alias")

    def _check_merge(self, act: PersonAct) -> None:
        other = self._people.get(act.into or 0)
        if other is None or other.merged_into is not None or other.id == act.person:
            raise ImpossibleAct("it merges a person with nobody")
        if act.handle != other.handle:
            raise ImpossibleAct("it merges a person with somebody else than it names")


@contextmanager
def blame_act(row: Mapping[str, Any]) -> Iterator[None]:
    """Name the act of a row in what is raised inside. Raises ImpossibleAct, BadRecord as it is."""
    try:
        yield
    except errors.BadRecord:
        raise
    except ImpossibleAct as refusal:
        reason = str(refusal)
    except codec.DECODING_ERRORS as error:
        reason = "no command records this"
        if isinstance(error, errors.Problem) and not isinstance(error, errors.LedgerError):
            reason = error.clause
    else:
        return
    refused = ImpossibleAct(f"act {row['number']}{format_act_subject(row)}: {reason}")
    refused.number = row["number"]
    raise refused
