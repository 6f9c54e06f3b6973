"""Promises on stdin for make: one JSON object, an array of objects, or JSON Lines."""

from __future__ import annotations

from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import counterparty
from promisectl.domain import people
from promisectl.records.json_reader import BadJson, JsonReader
from promisectl.system.text import can_be_stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from promisectl.env import Env

_TEXT_KEYS = (
    "outcome",
    "by",
    "done_when",
    "why",
    "reply_by",
    "risk",
    "no_to",
    "said",
    "person",
    "direction",
    "due_zone",
    "every",
    "until",
)
_LIST_KEYS = ("to", "from", "tag", "except")  # a text, or an array of texts
_FLAG_KEYS = ("asked", "offered", "agreed", "backfill", "beside", "new", "unsaid")
_ID_KEYS = ("replaces", "part_of")
_COUNT_KEYS = ("times",)
# The fields of the promise record that have another name than the option of make.
_OPTION_BY_FIELD = {"due": "by", "tags": "tag"}
_VALUE_FAULTS = {
    "duplicate": "“{}” is there twice",
    "constant": "{} is not JSON",
    "digits": "a number in it is too long",
}
_SIDE_BY_DIRECTION = {"owe": "to", "owed": "from", "self": "to"}
JSON_PROMISE_KEYS = (
    *_TEXT_KEYS,
    *_LIST_KEYS,
    *_FLAG_KEYS,
    *_ID_KEYS,
    *_COUNT_KEYS,
    *_OPTION_BY_FIELD,
)


def read_json_promises(env: Env) -> list[dict[str, Any]]:
    """Return the arguments of `make` for every promise on stdin, with the `place` of each.

    Raises BadInput, with the line, where stdin is not JSON or not a promise.
    """
    text = decode_stdin(env.read_stdin())
    try:
        values = JsonReader([text]).iter_all_values()
        promises = [parse_json_promise(env, f"line {line}", value) for line, value in values]
    except BadJson as error:
        if error.kind in _VALUE_FAULTS:
            fault = _VALUE_FAULTS[error.kind].format(error.detail)
            raise errors.BadInput(fault, f"line {error.first_line}") from None
        fault = error.detail[:1].lower() + error.detail[1:].removesuffix(" at")
        place = f"line {error.line}, column {error.column}"
        raise errors.BadInput(f"this is not JSON ({fault})", place) from None
    if not promises:
        raise errors.BadInput("There is no promise on stdin")
    return promises


def decode_stdin(raw: bytes) -> str:
    """Return the text of stdin. Raises BadInput with the line that is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise errors.BadInput("this is not UTF-8", f"line {line}") from None


@contextmanager
def blame_input(place: str) -> Iterator[None]:
    """Raise BadInput for what is wrong with a promise itself, whenever and wherever it is made.

    What depends on the clock, the config or the ledger keeps its own error; each gets the place.
    """
    try:
        with errors.add_place_to_errors(place):
            yield
    except (errors.DatePassed, errors.DateAhead, errors.MyNameTaken):
        raise
    except errors.Usage as problem:
        problem.place = ""
        raise errors.BadInput(problem.clause, place, problem.advice) from problem


# Promises


def parse_json_promise(env: Env, place: str, value: Any) -> dict[str, Any]:
    """Return the arguments of `make` for one JSON value. Raises BadInput with `place`.

    The value is an object. Its keys are the options of make or the fields of the promise record;
    null means that a key is left out. A due zone other than the local one comes after the date.
    """
    try:
        check_json_keys(value)
        with errors.add_place_to_errors(place):
            typed = resolve_json_sides(env, rename_json_keys(value))
        if "outcome" not in typed:
            raise ValueError("there is no “outcome”")  # noqa: TRY301
    except ValueError as error:
        raise errors.BadInput(str(error), place) from None
    zone = typed.pop("due_zone", env.zone)
    if zone != env.zone and typed.get("by"):
        typed["by"] = f"{typed['by']} {zone}"
    for name in ("from", "except"):  # words of Python
        if name in typed:
            typed[f"{name}_"] = typed.pop(name)
    return typed | {"place": place}


def check_json_keys(value: Any) -> None:
    """Refuse what is not an object with known keys and values of their types.

    Raises ValueError.
    """
    if not isinstance(value, dict):
        message = 'a promise is an object, such as {"outcome": "…", "to": "dana"}'
        raise ValueError(message)  # noqa: TRY004
    for key, item in value.items():
        if key not in JSON_PROMISE_KEYS:
            from difflib import get_close_matches

            nearest = get_close_matches(key, JSON_PROMISE_KEYS, 1, 0)[0]
            raise ValueError(f"there is no “{key}”; the nearest is “{nearest}”")
        expected = describe_wrong_type(_OPTION_BY_FIELD.get(key) or key, item)
        if item is not None and expected:
            raise ValueError(f"“{key}” must be {expected}")


def describe_wrong_type(name: str, value: Any) -> str:
    """Return what the value of an option has to be; empty if it is that already."""
    if name in _FLAG_KEYS:
        return "" if isinstance(value, bool) else "true or false"
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if name in _COUNT_KEYS:
        return "" if is_number else "a number"
    if name in _ID_KEYS and is_number:
        return ""
    texts = value if name in _LIST_KEYS and isinstance(value, list) else [value]
    if all(isinstance(text, str) and can_be_stored(text) for text in texts):
        return ""
    if name in _ID_KEYS:
        return "the ID of a promise"
    return "text, or an array of texts" if name in _LIST_KEYS else "text"


def rename_json_keys(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are not null by the names of the options, as they would be typed.

    A text for a list becomes a list, and a number becomes a text. Raises ValueError for two keys
    of one option.
    """
    typed: dict[str, Any] = {}
    for key, item in value.items():
        name = _OPTION_BY_FIELD.get(key) or key
        if item is None:
            continue
        if name in typed:
            raise ValueError(f"two keys mean “{name}”; give one of them")
        typed[name] = item
        if name in _LIST_KEYS and isinstance(item, str):
            typed[name] = [item]
        elif name in _ID_KEYS:
            typed[name] = str(item)
    return typed


def resolve_json_sides(env: Env, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with `to` or `from` in place of `person` and `direction`.

    Both are fields of the promise record. Raises ValueError if they contradict each other or
    the other keys, and MyNameTaken.
    """
    sides = dict(typed)
    person, direction = sides.pop("person", None), sides.pop("direction", None)
    if person is None and direction is None:
        return sides
    if "to" in sides or "from" in sides:
        raise ValueError("“person” and “direction” mean the same as “to” or “from”; give one kind")
    if direction not in _SIDE_BY_DIRECTION:
        raise ValueError(f"“direction” must be one of {', '.join(_SIDE_BY_DIRECTION)}")
    is_me = counterparty.is_ledger_owner(env, "me" if person is None else person)
    if direction == "self" and not is_me:
        raise ValueError("“direction” is self, so “person” must be me")
    if person is None and direction != "self":
        raise ValueError("“direction” needs a “person” too")
    if direction != "self" and is_me:
        config = "" if people.is_me(person) else " (`me` in the config)"
        raise ValueError(f"“{person}” is you{config}, so “direction” must be self")
    return {**sides, _SIDE_BY_DIRECTION[direction]: [person or "me"]}
