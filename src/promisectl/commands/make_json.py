"""Promises that come in on stdin as JSON: one object, an array of them, or one after the other as in JSON Lines."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain.people import is_me
from promisectl.records.json_reader import BadJson, JsonReader
from promisectl.system.text import can_be_stored

if TYPE_CHECKING:
    from collections.abc import Mapping
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
)
_LIST_KEYS = ("to", "from", "tag")  # a text, or an array of texts
_FLAG_KEYS = ("asked", "offered", "agreed", "backfill", "new")
_NUMBER_KEYS = ("replaces",)
_OPTION_BY_FIELD: dict[str, str] = {
    "due": "by",
    "tags": "tag",
}  # the fields of the promise record that are called otherwise
_VALUE_FAULTS = {
    "duplicate": "“{}” is there twice",
    "constant": "{} is no JSON",
    "digits": "a number in it is too long",
}
_SIDE_BY_DIRECTION = {"owe": "to", "owed": "from", "self": "to"}
JSON_PROMISE_KEYS = (*_TEXT_KEYS, *_LIST_KEYS, *_FLAG_KEYS, *_NUMBER_KEYS, *_OPTION_BY_FIELD)


def read_json_promises(env: Env) -> list[dict[str, Any]]:
    """The arguments of `make` for every promise, with its `place`. Raises BadInput, with the line."""
    raw = env.read_stdin()
    try:
        values = JsonReader([raw.decode("utf-8-sig")]).iter_all_values()
        found = [_parse_json_promise(env, f"line {line}", value) for line, value in values]
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise errors.BadInput("this is no UTF-8", f"line {line}") from None
    except BadJson as error:
        raise _build_input_error(error) from None
    if not found:
        raise errors.BadInput("There is no promise in what came in on stdin")
    return found


def _build_input_error(error: BadJson) -> errors.BadInput:
    if error.kind in _VALUE_FAULTS:
        what = _VALUE_FAULTS[error.kind].format(error.detail)
        return errors.BadInput(what, f"line {error.first_line}")
    what = error.detail[:1].lower() + error.detail[1:].removesuffix(" at")
    return errors.BadInput(f"this is no JSON ({what})", f"line {error.line}, column {error.column}")


# Promises


def _parse_json_promise(env: Env, place: str, value: Any) -> dict[str, Any]:
    """What an object says that is wanted: keys are the options of make, or fields of the promise record; null is nothing said."""
    try:
        said = _resolve_json_sides(_resolve_key_names(_check_json_keys(value)))
        if "outcome" not in said:
            raise ValueError("there is no “outcome”")  # noqa: TRY301
        _append_due_zone(env, said)
    except ValueError as error:
        raise errors.BadInput(str(error), place) from None
    return {"from_" if key == "from" else key: one for key, one in said.items()} | {"place": place}


def _check_json_keys(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError('a promise is an object, such as {"outcome": "…", "to": "dana"}')  # noqa: TRY004
    for key, one in value.items():
        if key not in JSON_PROMISE_KEYS:
            raise ValueError(f"there is no “{key}”; the nearest is “{_find_nearest_key(key)}”")
        name = _OPTION_BY_FIELD.get(key) or key
        if one is not None and not _has_expected_type(name, one):
            raise ValueError(f"“{key}” is {_format_expected_type(name)}")
    return {key: one for key, one in value.items() if one is not None}


def _has_expected_type(key: str, value: Any) -> bool:
    if key in _FLAG_KEYS:
        return isinstance(value, bool)
    if key in _NUMBER_KEYS and isinstance(value, int):
        return not isinstance(value, bool)
    texts = value if key in _LIST_KEYS and isinstance(value, list) else [value]
    return all(isinstance(one, str) and can_be_stored(one) for one in texts)


def _format_expected_type(key: str) -> str:
    if key in _FLAG_KEYS:
        return "true or false"
    return (
        "the number of a promise"
        if key in _NUMBER_KEYS
        else "a text, or an array of texts"
        if key in _LIST_KEYS
        else "a text"
    )


def _resolve_key_names(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the names of the options, lists as lists, numbers as they are typed."""
    named: dict[str, Any] = {}
    for key, one in said.items():
        name = _OPTION_BY_FIELD.get(key) or key
        if name in named:
            raise ValueError(f"two keys mean “{name}”: give one of them")
        named[name] = (
            [one]
            if name in _LIST_KEYS and isinstance(one, str)
            else str(one)
            if name in _NUMBER_KEYS
            else one
        )
    return named


def _resolve_json_sides(said: dict[str, Any]) -> dict[str, Any]:
    """A person and a direction, as in the promise record, become the side that they mean."""
    person, direction = said.pop("person", None), said.pop("direction", None)
    if person is None and direction is None:
        return said
    if "to" in said or "from" in said:
        raise ValueError(
            "“person” and “direction” stand for “to” or “from”: give the ones or the other"
        )
    if direction not in _SIDE_BY_DIRECTION:
        raise ValueError(f"“direction” is one of {', '.join(_SIDE_BY_DIRECTION)}")
    if direction == "self" and not is_me(person or "me"):
        raise ValueError("“direction” is self, so the “person” is me")
    if person is None and direction != "self":
        raise ValueError("“direction” needs a “person” beside it")
    return {**said, _SIDE_BY_DIRECTION[direction]: [person or "me"]}


def _append_due_zone(env: Env, said: dict[str, Any]) -> None:
    """The zone of a date, as in the promise record, goes behind the date where it is another than here."""
    zone = said.pop("due_zone", env.zone)
    if zone != env.zone and said.get("by"):
        said["by"] = f"{said['by']} {zone}"


def _find_nearest_key(key: str) -> str:
    from difflib import get_close_matches

    return get_close_matches(key, JSON_PROMISE_KEYS, 1, 0)[0]
