"""What an import did, as its answer says it."""

from __future__ import annotations

from types import MappingProxyType

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output
from promisectl.records import imported_rows
from promisectl.records.imported_rows import CANCELLED, DONE
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.commands.import_source import ImportSource
    from promisectl.domain.people import Person
    from promisectl.env import Env

_MAX_NAMED_PEOPLE = 8
_MAX_NAMED_DIFFERENCES = 8


class ImportResult(NamedTuple):
    """What an import did: the IDs of the new promises, how many records it skipped, new people.

    `differing` are the skipped records whose promise is not as they say, each as its ID and fields.
    `omitted` has how many rows are not records, by the reason.
    """

    promise_numbers: Sequence[int]
    skipped: int
    new_people: Sequence[Person]
    differing: Sequence[tuple[int, Sequence[str]]] = ()
    omitted: Mapping[str, int] = MappingProxyType({})


def print_import_result(env: Env, source: ImportSource, result: ImportResult) -> None:
    """Print what an import of promises did, with hints at what can follow."""
    count = formats.format_count(len(result.promise_numbers), "promise")
    sentence = f"Imported {count} from {source.name}."
    if result.skipped:
        sentence += f" {result.skipped} already imported, skipped.{format_differences(result)}"
    if result.omitted:
        sentence += f" Not imported: {imported_rows.format_omissions(result.omitted)}."
    print_import_answer(env, result, sentence)
    if env.is_json and result.differing:
        env.print_warning(format_differences(result).strip())
    if result.new_people:
        people = [f"{person.name} ({person.handle})" for person in result.new_people]
        names = ", ".join(people[:_MAX_NAMED_PEOPLE])
        new = "New person" if len(people) == 1 else "New people"
        unnamed = len(people) - _MAX_NAMED_PEOPLE
        more = f" and {unnamed} more. See: promisectl people" if unnamed > 0 else "."
        env.print_hint(f"{new}: {names}{more}")
    if result.omitted.get(DONE) or result.omitted.get(CANCELLED):
        env.print_hint("For those that are done or cancelled as well, add --all.")
    if result.promise_numbers:
        env.print_hint("Not what you meant? promisectl undo")


def format_differences(result: ImportResult) -> str:
    """Return which of the skipped records differ here, and in what, as a sentence, or ""."""
    differing = result.differing
    if not differing:
        return ""
    named = [f"#{number} ({', '.join(fields)})" for number, fields in differing]
    unnamed = len(named) - _MAX_NAMED_DIFFERENCES
    more = f" and {unnamed} more" if unnamed > 0 else ""
    verb = "differs" if len(named) == 1 else "differ"
    return f" {len(named)} {verb} here: {', '.join(named[:_MAX_NAMED_DIFFERENCES])}{more}."


def print_import_answer(env: Env, result: ImportResult, sentence: str) -> None:
    """Print a sentence about an import; as JSON, its counts and the IDs."""
    omitted = {name: result.omitted.get(name, 0) for name in imported_rows.OMISSIONS}
    record = {
        "imported": len(result.promise_numbers),
        "skipped": result.skipped,
        "people": [person.handle for person in result.new_people],
        "ids": result.promise_numbers,
        "differing": len(result.differing),
        **{reason.replace(" ", "_"): count for reason, count in omitted.items()},
    }
    output.print_result(env, records=[record], ids=result.promise_numbers, lines=[sentence])
