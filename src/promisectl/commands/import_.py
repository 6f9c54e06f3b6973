"""The command `import`: promises from a file of this or another program, or a whole journal.

Everything is imported in one transaction, or nothing is.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import import_profile, import_sides, import_source
from promisectl.commands.import_dry_run import print_dry_run
from promisectl.commands.import_journal import import_journal
from promisectl.commands.import_promises import import_promises
from promisectl.commands.import_source import ImportSource
from promisectl.commands.shared import arguments
from promisectl.records import conditions, fields, headings, reader
from promisectl.records.imported_rows import ImportRules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.env import Env
    from promisectl.records.conditions import RowCondition


def import_(
    env: Env,
    file: str,
    *,
    format_: str | None = None,
    from_format: str | None = None,
    map_: Sequence[str] = (),
    set_: Sequence[str] = (),
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    id_: Sequence[str] = (),
    all_: bool = False,
    dry_run: bool = False,
    raw: bool = False,
    new: bool = False,
) -> int:
    """Import promises or a journal from a file or from stdin, and return the exit code.

    It is 6 when a dry run refuses a record, else 0. Raises BadImport for a file that can't be
    imported, and NoSides for one that does not say whose its promises are.
    """
    arguments.check_choice("--format", format_, reader.IMPORT_FORMATS)
    if not file:
        raise errors.NoFileNamed
    with import_source.open_import_file(env, file) as stream:
        name = "stdin" if file == "-" else file
        rules = ImportRules(
            parse_column_map(map_),
            parse_set_fields(set_),
            raw,
            parse_row_conditions("--only", only),
            parse_row_conditions("--skip", skip),
            id_,
            all_,
            me=env.config.me,
            zone=env.zone,
        )
        source = ImportSource(name, stream, format_, rules)
        head = import_source.read_source_head(source)
        if head is not None:
            import_journal(env, source, head, dry_run=dry_run)
            return 0
        source = import_profile.choose_profile(env, source, from_format)
        source, answers = import_sides.settle_sides(env, source, new=new)
        if dry_run:
            return print_dry_run(env, source, answers, new=new)
        import_promises(env, source, new=new)
    return 0


def parse_row_conditions(option: str, texts: Sequence[str]) -> tuple[RowCondition, ...]:
    """Return conditions on rows from texts such as `Status=done`. Raises Contradiction."""
    parsed = [*map(conditions.parse_condition, texts)]
    for text, condition in zip(texts, parsed, strict=True):
        if condition is None:
            raise errors.Contradiction(
                f"{option} “{text}” does not name a column and a value.",
                f"Type it like this: {option} Status=done",
            )
    return tuple(condition for condition in parsed if condition)


def parse_column_map(pairs: Sequence[str]) -> dict[str, str]:
    """Return our field for each of their columns, from words such as `Task=outcome`.

    The field is empty for a column to leave out. Raises Usage.
    """
    column_fields: dict[str, str] = {}
    for pair in pairs:
        column, separator, field = pair.rpartition("=")
        if not separator:
            raise errors.Contradiction(
                f"--map “{pair}” does not map a column to a field.",
                "Type it like this: --map Task=outcome",
            )
        if column in column_fields:
            raise errors.Contradiction(
                f"--map has the column “{column}” twice.", "Keep one of them."
            )
        if column == headings.OTHER_COLUMNS and field:
            raise errors.Contradiction(
                f"--map “{pair}”: * can only leave columns out.",
                "Type it like this: --map '*='",
            )
        column_fields[column] = (
            _check_import_field("--map", field, headings.IMPORT_FIELDS) if field else ""
        )
    return column_fields


def parse_set_fields(pairs: Sequence[str]) -> dict[str, str]:
    """Return the values that all records share by field, from words such as `direction=owe`.

    Raises Usage.
    """
    parts = [pair.partition("=") for pair in pairs]
    for field, _, value in parts:
        if not value:
            raise errors.Contradiction(
                f"--set “{field}” has no value.", "Type it like this: --set direction=owe"
            )
    known = fields.IMPORT_RECORD_FIELDS
    return {_check_import_field("--set", field, known): value for field, _, value in parts}


def _check_import_field(option: str, word: str, known: Sequence[str]) -> str:
    """Return the known field that a word names, in any spelling. Raises UnknownColumn."""
    field = headings.fold_heading(word)
    if field not in known:
        raise errors.UnknownColumn(option, word, known)
    return field
