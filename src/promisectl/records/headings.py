"""The headings of a file: which field of ours each column means, and how its cells join."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import spelling
from promisectl.records import fields
from promisectl.records.cells import join_tag_words, shorten_quoted_value, split_tags

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

TAG_FIELD = "tag"
"""The field of a column whose whole cell is one tag, such as the name of a list."""
ASSIGNEE_FIELD = "assignee"
"""The field of a column with the person who is to do it; nobody where it is empty."""
ASSIGNEES_FIELD = "assignees"
"""The field of a column with several such people, between commas or semicolons."""
_STANDING_FIELDS = {TAG_FIELD: "tags", ASSIGNEE_FIELD: "person", ASSIGNEES_FIELD: "person"}
IMPORT_FIELDS = (*fields.IMPORT_RECORD_FIELDS, *_STANDING_FIELDS)
"""The fields that a column can have, or be mapped to."""
OTHER_COLUMNS = "*"
"""Where a name of a column is expected: all that are not named."""
JOINED_TEXT_FIELDS = ("done_when", "why", "reason", "repair", "risk", "no_to")
NAMELESS_FIELD = "?"  # of a column without a heading, as a table has for its row numbers
_JOINED_FIELDS = ("", NAMELESS_FIELD, "tags", TAG_FIELD, *JOINED_TEXT_FIELDS)
_MAX_NAMED_COLUMNS = 8  # in one error
_MIN_COLUMN_SIMILARITY = 0.8  # a ratio of difflib; below it a column means something else


def tidy_heading(heading: str) -> str:
    """Return a heading with single spaces, and without invisible characters."""
    return " ".join(spelling.replace_spaces(heading).split())


def fold_heading(heading: str) -> str:
    """Return a heading in the spelling of the fields: lower case, with `_` for spaces and `-`."""
    return spelling.fold_for_search(heading).replace(" ", "_").replace("-", "_") or NAMELESS_FIELD


def list_record_fields(resolved: Iterable[str]) -> list[str]:
    """Return the fields that a record gets from columns of these fields."""
    return [_STANDING_FIELDS.get(field, field) for field in resolved if field]


def resolve_headings(
    headings: Sequence[str],
    names: Mapping[str, str],
    usual_names: Mapping[str, str],
    used: Iterable[str] = (),
) -> list[str]:
    """Return the field of every column of a file, empty for those to leave out.

    `names` has the fields of columns by their names, in any spelling, and `usual_names` those of
    columns that `names` lacks, and no other column of it is to be: of these, several can have the
    same field. With OTHER_COLUMNS in one of them, all others are left out. A column that is `used`
    for something else need not be a field. Raises BadRecord.
    """
    tidy = [tidy_heading(heading) for heading in headings]
    mapped = _match_mapped_names(tidy, names)
    usual = _match_mapped_names([name for name in tidy if name not in mapped], usual_names)
    for heading, field in usual.items():
        if field in names.values() and field not in _JOINED_FIELDS:
            usual[heading] = ""
    mapped = {**usual, **mapped}
    if OTHER_COLUMNS in names or OTHER_COLUMNS in usual_names:
        resolved = [mapped.get(heading, "") for heading in tidy]
    else:
        resolved = [mapped.get(heading, fold_heading(heading)) for heading in tidy]
        is_used = {find_heading(name, tidy) for name in used}
        known = (*IMPORT_FIELDS, NAMELESS_FIELD)
        for position, (name, field) in enumerate(zip(tidy, resolved, strict=True)):
            if name in is_used and field not in known:
                resolved[position] = ""
        pairs = [*zip(tidy, resolved, strict=True)]
        unknown = [
            name for name, field in pairs if name not in mapped and field not in ("", *known)
        ]
        if unknown:
            has_fields = any(field in IMPORT_FIELDS for name, field in pairs if name not in mapped)
            raise errors.BadRecord(_format_unknown_columns(unknown, with_star=not has_fields))
    own = ["" if heading in usual else field for heading, field in zip(tidy, resolved, strict=True)]
    for index, field in enumerate(own):
        if field not in _JOINED_FIELDS and field in own[:index]:
            raise errors.BadRecord(f"the column {field} is there twice")
    return resolved


def order_columns(headings: Sequence[str], names: Collection[str]) -> list[int]:
    """Return the positions of the columns, those that `names` has in its order and at the end."""
    tidy = [*map(tidy_heading, headings)]
    ranks = {find_heading(name, tidy): rank for rank, name in enumerate(names)}
    return sorted(range(len(tidy)), key=lambda position: ranks.get(tidy[position], -1))


def check_named_headings(headings: Iterable[str], names: Iterable[str], option: str) -> None:
    """Raise BadRecord where a file lacks a column that an option names."""
    tidy = [tidy_heading(heading) for heading in headings]
    for name in names:
        if find_heading(name, tidy) is None:
            raise errors.BadRecord(
                f"there is no column “{shorten_quoted_value(name)}”, which {option} names"
            )


def is_heading(
    cells: Sequence[str], needed: Collection[str], outcome_names: Collection[str]
) -> bool:
    """Whether a row can be the heading: it has all needed columns, and one for the outcome.

    Without `outcome_names`, it needs none for the outcome.
    """
    tidy = [*map(tidy_heading, cells)]
    has_all = all(find_heading(name, tidy) is not None for name in needed)
    return has_all and (
        not outcome_names or any(find_heading(name, tidy) is not None for name in outcome_names)
    )


def find_heading(name: str, headings: Sequence[str]) -> str | None:
    """Return the one of the tidy headings that a name means, in any spelling; None for none."""
    found = spelling.select_closest_spellings(tidy_heading(name), headings)
    return next(iter(found), None)


def check_outcome_field(
    resolved: Collection[str], defaults: Collection[str], headings: Iterable[str]
) -> None:
    """Raise BadRecord where neither a column nor a default has the outcome."""
    if "outcome" in resolved or "outcome" in defaults:
        return
    if find_heading("outcome", [*headings]):
        raise errors.BadRecord(
            "--map '*=' leaves out the column outcome; add --map outcome=outcome"
        )
    raise errors.BadRecord(
        "there is no column outcome; add one (what is promised), map another to it "
        "(--map …=outcome), or set it for all (--set outcome=…)"
    )


def _match_mapped_names(headings: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the field for every heading that `names` has, in whichever spelling."""
    mapped: dict[str, str] = {}
    for name, field in names.items():
        if name == OTHER_COLUMNS:
            continue
        for heading in set(spelling.select_closest_spellings(tidy_heading(name), headings)):
            if heading in mapped:
                quoted = shorten_quoted_value(heading)
                raise errors.BadRecord(f"--map has the column “{quoted}” twice")
            mapped[heading] = field
    return mapped


def join_cells(resolved: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return the cells of a record by their fields; an empty cell is None.

    Several cells of one field are joined if they are texts or tags, else the first one counts.
    Raises BadRecord for a text without a heading; a number there is that of the row.
    """
    joined: dict[str, Any] = {}
    for field, cell in zip(resolved, cells, strict=True):
        value = None if cell == "" else cell
        if not field:
            continue
        if field == NAMELESS_FIELD:
            _check_nameless_cell(value)
        elif field == TAG_FIELD:
            if value is not None:
                names = value if isinstance(value, list) else [value]
                tags = [join_tag_words(str(name)) for name in names]
                joined["tags"] = join_values("tags", joined.get("tags"), tags)
        elif joined.get(field) is None:
            joined[field] = value
        elif value is not None and field in _JOINED_FIELDS:
            joined[field] = join_values(field, joined[field], value)
    return joined


def _check_nameless_cell(value: Any) -> None:
    if value is not None and not str(value).strip().isdigit():
        raise errors.BadRecord(
            f"“{shorten_quoted_value(value)}” is in a column without a name; "
            "map it to a field (--map =why), or leave it out (--map =)"
        )


def join_values(field: str, one: Any, other: Any) -> Any:
    """Return two values of tags, or of a text, as one; a value of another kind stays alone."""
    if field != "tags" and isinstance(one, str) and isinstance(other, str):
        return f"{one}\n{other}"
    lists = [split_tags(value) if isinstance(value, str) else value or [] for value in (one, other)]
    return [*lists[0], *lists[1]] if all(isinstance(value, list) for value in lists) else one


def _format_unknown_columns(unknown: Sequence[str], *, with_star: bool) -> str:
    """Return what is wrong with columns, and what to type; `with_star`: a star helps as well."""
    from difflib import get_close_matches
    from shlex import quote

    column = shorten_quoted_value(unknown[0])
    matches = get_close_matches(fold_heading(column), IMPORT_FIELDS, 1, _MIN_COLUMN_SIMILARITY)
    field = matches[0] if matches else "outcome"
    named = ", ".join(f"“{shorten_quoted_value(name)}”" for name in unknown[:_MAX_NAMED_COLUMNS])
    if len(unknown) > _MAX_NAMED_COLUMNS:
        named += f" and {len(unknown) - _MAX_NAMED_COLUMNS} more"
    subject = (
        f"the columns {named} are not fields"
        if len(unknown) > 1
        else f"the column {named} is not a field"
    )
    mapping, omission = quote(f"{column}={field}"), quote(f"{column}=")
    others = "; all others: --map '*='" if with_star else ""
    return (
        f"{subject}; map each to a field (--map {mapping}; see promisectl guide records), "
        f"or leave it out (--map {omission}{others})"
    )
