"""Whose the promises of a file are, where it does not say so: asked once for all of them."""

from __future__ import annotations

import shlex

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import import_source
from promisectl.commands.shared import counterparty, prompts
from promisectl.domain import people
from promisectl.domain.near_names import NearNameIndex
from promisectl.records import reader
from promisectl.records.imported_rows import UnreadableLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.commands.import_source import ImportSource
    from promisectl.env import Env

_MAX_NAMED_ASSIGNEES = 8
_PERSON_QUESTIONS = {"owe": "Who do you owe {} to?", "owed": "Who owes {} to you?"}
_ABOUT_PERSON = "A name, such as Dana or “Max Ott”. TAB completes those that you know."


class _FileSides(NamedTuple):
    """What a file says about sides: how many promises lack them, and who is to do them.

    `nameless_count` are those without the other side either.
    """

    sideless_count: int = 0
    nameless_count: int = 0
    assignees: Sequence[str] = ()


def settle_sides(
    env: Env, source: ImportSource, *, new: bool
) -> tuple[ImportSource, Sequence[str]]:
    """Return the source with what it lacks about sides, and the options that say the same.

    A person is asked. Raises NoSides where nobody can be asked whose the promises are.
    """
    sides = read_file_sides(source)
    if sides.assignees and not source.rules.me:
        me = resolve_own_name(env, sides.assignees)
        if me:
            source = source._replace(rules=source.rules._replace(me=me))
            sides = read_file_sides(source)
    if not sides.sideless_count:
        return source, ()
    if not env.may_ask:
        raise errors.NoSides(source.name, sides.sideless_count, sides.nameless_count)
    fields = ask_sides(env, sides, new=new)
    known = source.rules.fixed_fields
    source = source._replace(rules=source.rules._replace(fixed_fields={**known, **fields}))
    return source, [word for field in fields.items() for word in ("--set", "=".join(field))]


def read_file_sides(source: ImportSource) -> _FileSides:
    """Return what a file lacks about sides; nothing for one with a column of directions.

    Raises BadImport where a file that lacks them can't be read to its end.
    """
    sideless = nameless = 0
    assignees: dict[str, str] = {}
    try:
        lines = import_source.iter_source_lines(source)
        form = import_source.find_source_format(source)
        for row in reader.iter_imported_rows(lines, form, source.rules):
            if row.omitted:
                continue
            for name in row.assignees or ():
                if not people.is_me(name):
                    assignees.setdefault(people.fold_name(name), name)
            if not row.cells.get("direction"):
                sideless += 1
                nameless += not (row.cells.get("person") or row.cells.get("person_name"))
            elif row.assignees is None:
                return _FileSides()
    except UnreadableLine as error:
        if not sideless:
            return _FileSides()  # the import tells what can't be read, with all other problems
        raise errors.BadImport(source.name, error.line, error.problem) from error
    return _FileSides(sideless, nameless, [*assignees.values()])


def resolve_own_name(env: Env, assignees: Sequence[str]) -> str:
    """Return which of the assignees the owner of the ledger is; empty for none.

    Where nobody can be asked, a hint says how the config knows it.
    """
    named = ", ".join(assignees[:_MAX_NAMED_ASSIGNEES])
    if len(assignees) > _MAX_NAMED_ASSIGNEES:
        named += f" and {len(assignees) - _MAX_NAMED_ASSIGNEES} more"
    command = "promisectl config set me"
    if not env.may_ask:
        one = shlex.quote(named) if len(assignees) == 1 else "“…”"
        who = named if len(assignees) == 1 else f"one of them ({named})"
        env.print_hint(f"If you are {who}: {command} {one}")
        return ""
    question = f"Which of them are you: {named}? (Enter for none)"
    meanings = {"The name of one": "what is assigned to that name is yours"}
    name = prompts.ask_choice(env, question, assignees, enter="", meanings=meanings)
    if name:
        env.print_hint(f"To be known next time: {command} {shlex.quote(name)}")
    return name


def ask_sides(env: Env, sides: _FileSides, *, new: bool) -> dict[str, str]:
    """Ask whose the promises of a file are, and return the fields that they all get."""
    count, is_one = sides.sideless_count, sides.sideless_count == 1
    question = "Whose is this promise" if is_one else f"Whose are these {count:,} promises"
    them = "it" if is_one else "them"
    meanings = {
        "self": f"you promise {them} to yourself",
        "owe": f"you owe {them} to somebody",
        "owed": f"somebody owes {them} to you",
    }
    direction = prompts.ask_choice(
        env, f"{question}: self, owe or owed?", tuple(meanings), meanings=meanings
    )
    fields = {"direction": direction}
    if direction != "self" and sides.nameless_count:
        fields["person"] = ask_other_side(env, _PERSON_QUESTIONS[direction].format(them), new=new)
    return fields


def ask_other_side(env: Env, question: str, *, new: bool) -> str:
    """Ask for the other side of all promises, until the import can take the name."""
    known = counterparty.load_known_people(env)
    while True:
        typed = env.ask_question(
            question,
            about=[_ABOUT_PERSON],
            list_words=lambda: (person.handle for person in known),
        )
        if not typed:
            env.refuse_empty_answer()
            continue
        try:
            people.parse_newcomer(typed, env.config.me)
            person = people.find_exact_person(typed, known)
        except errors.Problem as problem:
            env.print_warning(str(problem))
            continue
        near = () if person or new else NearNameIndex(known).list_near_people(typed)
        if not near:
            return typed
        handles = " or ".join(other.handle for other in near)
        env.print_warning(
            f"“{typed}” looks like {handles}. Type that, or leave and add --new if it is "
            "somebody else."
        )
