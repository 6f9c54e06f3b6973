"""Promises that come in on stdin as JSON: one object, an array of them, or one after the other as in JSON Lines."""

from __future__ import annotations

import json
from bisect import bisect

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain.people import is_me
from promisectl.system.text import can_be_stored

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Any, NoReturn

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
_SIDE_BY_DIRECTION = {"owe": "to", "owed": "from", "self": "to"}
JSON_PROMISE_KEYS = (*_TEXT_KEYS, *_LIST_KEYS, *_FLAG_KEYS, *_NUMBER_KEYS, *_OPTION_BY_FIELD)


def read_json_promises(env: Env) -> list[dict[str, Any]]:
    """The arguments of `make` for every promise, in its order, each with its `place`. Raises BadInput, with the line."""
    raw = env.read_stdin()
    try:
        text = _JsonText(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise errors.BadInput("this is no UTF-8", f"line {line}") from None
    found = [
        _parse_json_promise(env, f"line {text.find_line_number(place)}", value)
        for place, value in text.iter_values()
    ]
    if not found:
        raise errors.BadInput("There is no promise in what came in on stdin")
    return found


class _JsonText:
    """A text with JSON in it, and its lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [place for place, sign in enumerate(text) if sign == "\n"]
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_build_object_of_unique_keys, parse_constant=_refuse_json_constant
        )

    def find_line_number(self, place: int) -> int:
        """The number of the line that a place is in."""
        return bisect(self._ends, place - 1) + 1

    def iter_values(self) -> Generator[tuple[int, Any], None, None]:
        """Every value with its place; those of an array each by itself. Raises BadInput."""
        place = self._skip_blanks(0)
        while place < len(self._text):
            place = self._skip_blanks(
                (
                    yield from (
                        self._iter_array_values
                        if self._text[place] == "["
                        else self._iter_single_value
                    )(place)
                )
            )

    def _iter_array_values(self, place: int) -> Generator[tuple[int, Any], None, int]:
        place = self._skip_blanks(place + 1)
        while not self._text.startswith("]", place):
            place = self._skip_blanks((yield from self._iter_single_value(place)))
            if self._text.startswith("]", place):
                break
            if not self._text.startswith(",", place):
                self._raise_bad_json(place, "expecting , or ]")
            place = self._skip_blanks(place + 1)
            if self._text.startswith("]", place):
                self._raise_bad_json(place, "expecting value")
        return place + 1

    def _iter_single_value(self, place: int) -> Generator[tuple[int, Any], None, int]:
        try:
            value, end = self._decoder.raw_decode(self._text, place)
        except json.JSONDecodeError as error:
            self._raise_bad_json(
                error.pos, error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
            )
        except RecursionError:
            self._raise_bad_json(place, "nested too deeply")
        except ValueError as error:
            raise errors.BadInput(str(error), f"line {self.find_line_number(place)}") from None
        yield place, value
        return end

    def _skip_blanks(self, place: int) -> int:
        """The first place from there on that is not blank."""
        while place < len(self._text) and self._text[place] in " \t\r\n":
            place += 1
        return place

    def _raise_bad_json(self, place: int, why: str) -> NoReturn:
        line = self.find_line_number(place)
        column = place - (self._ends[line - 2] if line > 1 else -1)
        raise errors.BadInput(f"this is no JSON ({why})", f"line {line}, column {column}") from None


def _build_object_of_unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"“{next(key for key in keys if keys.count(key) > 1)}” is there twice")
    return found


def _refuse_json_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


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
