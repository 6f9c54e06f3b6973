"""Generates the JSON Schema of all records and of what the commands answer.

The types of promises, acts and people are those of `promisectl.models`; what a field holds is said
on the guide's page about records.
"""

import builtins
import functools
import json
import re
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import or_
from pathlib import Path
from typing import Any, get_args, get_origin
from uuid import UUID

from promisectl import guide, models
from promisectl.cli.app import select_declarations
from promisectl.cli.registry import MOVE_OPTIONS, Declaration
from promisectl.commands import config, review, status
from promisectl.domain import constants, events, statistics
from promisectl.domain.findings import IntegrityResult, Remedy
from promisectl.domain.promise import Cause, Status
from promisectl.domain.wellmade.check import RuleLevel, list_marks
from promisectl.domain.wellmade.subject import Subject
from promisectl.generate.error_table import list_printed_errors
from promisectl.records import fields
from promisectl.rendering.waiting import WAITING_GROUPS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCHEMA_ID = "urn:promisectl:records"
_FORMS = ("json", "jsonl")

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_INTEGER: Schema = {"type": "integer"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_BOOLEAN: Schema = {"type": "boolean"}
_NULL: Schema = {"type": "null"}
_ANYTHING: Schema = {}
_HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_VALUES: dict[str, Schema] = {
    "instant": {
        "description": "A moment in UTC.",
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
    },
    "civil": {
        "description": "A day, or a minute in a zone that is not part of it.",
        "type": "string",
        "pattern": r"^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$",
    },
}
_PLAIN_TYPES: dict[Any, Schema] = {
    str: _TEXT,
    int: _INTEGER,
    bool: _BOOLEAN,
    types.NoneType: _NULL,
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"$ref": "#/$defs/instant"},
    models.Civil: {"$ref": "#/$defs/civil"},
    models.Offer: {"$ref": "#/$defs/offer"},
}


# Parts of a schema


def refer_to(name: str) -> Schema:
    """Return the schema that is defined under a name."""
    return {"$ref": f"#/$defs/{name}"}


def build_choice(words: Iterable[str | None]) -> Schema:
    """Return the schema of one of some words."""
    return {"enum": [None if word is None else str(word) for word in words]}


def build_array(items: Schema) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items}


def allow_null(schema: Schema) -> Schema:
    """Return the schema of a value that may be missing."""
    return {"anyOf": [schema, _NULL]}


def build_object(properties: Mapping[str, Schema], optional: Iterable[str] = ()) -> Schema:
    """Return the schema of an object that has all these fields, but for the optional ones.

    A later version can add fields, so it may have others as well.
    """
    required = [name for name in properties if name not in optional]
    about = read_field_descriptions().get(tuple(properties), {})
    described = {
        name: {"description": about[name], **schema} if name in about else schema
        for name, schema in properties.items()
    }
    return {"type": "object", "properties": described, "required": required}


def build_counts(names: Iterable[str] | None = None) -> Schema:
    """Return the schema of an object of counts, with these names or any."""
    if names is None:
        return {"type": "object", "additionalProperties": _COUNT}
    return build_object(dict.fromkeys(names, _COUNT))


def read_field_descriptions() -> dict[tuple[str, ...], dict[str, str]]:
    """Return what the guide says of each field, by the fields of its table."""
    page = Path(guide.__file__).with_name("records.md").read_text(encoding="utf-8")
    tables = re.findall(r"\| field \| what it holds \|\n\|---\|---\|\n((?:\|.*\n)+)", page)
    found = [
        {
            name: about
            for names, about in re.findall(r"^\| (.*?) \| (.*) \|$", table, re.MULTILINE)
            for name in re.findall(r"`(.+?)`", names)
        }
        for table in tables
    ]
    return {tuple(table): table for table in found}


# Records


def convert_annotation(annotation: Any) -> Schema:
    """Return the schema of the JSON of a field of `promisectl.models`. Raises TypeError."""
    if annotation in _PLAIN_TYPES:
        return _PLAIN_TYPES[annotation]
    arguments = get_args(annotation)
    match get_origin(annotation):
        case typing.Literal:
            return build_choice(arguments)
        case builtins.tuple:
            return build_array(convert_annotation(arguments[0]))
        case types.UnionType | typing.Union:
            return convert_union(arguments)
    message = f"no JSON Schema is known for {annotation}"
    raise TypeError(message)


def convert_union(arguments: tuple[Any, ...]) -> Schema:
    """Return the schema of a type of which a value may be missing."""
    kinds = tuple(one for one in arguments if one is not types.NoneType)
    schema = convert_annotation(kinds[0] if len(kinds) == 1 else functools.reduce(or_, kinds))
    if schema.keys() == {"type"}:
        return {"type": [schema["type"], "null"]}
    return {"enum": [*schema["enum"], None]} if "enum" in schema else allow_null(schema)


def convert_model(model: type[models.LedgerRecord], names: Iterable[str]) -> dict[str, Schema]:
    """Return the schema of each field of a record, in the order of its names."""
    return {name: convert_annotation(model.model_fields[name].annotation) for name in names}


def build_records() -> dict[str, Schema]:
    """Return the schema of each kind of record, by its name."""
    return {
        **_VALUES,
        **_build_promises(),
        "act": build_object(convert_model(models.Act, fields.ACT_FIELDS)),
        "person": build_object(convert_model(models.Person, fields.PERSON_FIELDS)),
        "day": build_object(_list_day_fields()),
        **build_figure_schemas(),
        **build_digest_schema(),
        **build_answers_about_promises(),
        **build_answers_about_files(),
        "error": build_error_schema(),
    }


def _build_promises() -> dict[str, Schema]:
    """Return the schemas of the promise record, of those with more fields, and of terms."""
    names = models.Offer.model_fields
    offer = convert_model(models.Offer, names)
    promise = build_object(convert_model(models.Promise, fields.PROMISE_FIELDS))["properties"]
    promise |= {"offer": allow_null(refer_to("offer"))}
    terms = {
        "revision": offer["revision"],
        "author": offer["author"],
        "status": build_choice(Status),
        "outcome": offer["outcome"],
        "due": offer["due"],
        "due_zone": convert_annotation(models.Promise.model_fields["due_zone"].annotation),
        **{name: offer[name] for name in ("done_when", "why", "reply_by")},
    }
    moves = build_array(_TEXT)
    reasons = dict.fromkeys(group.review for group in review.REVIEW_GROUPS)
    waiting = {"waiting": build_choice(group.kind for group in WAITING_GROUPS)}
    reviewed = {"review": build_choice(reasons), "moves": moves}
    whole = {
        "terms": build_array(refer_to("terms")),
        "acts": build_array(refer_to("act")),
        "moves": moves,
    }
    return {
        "promise": build_object(promise),
        "offer": build_object(offer),
        "columns": {"type": "object", "properties": promise, "minProperties": 1},
        "waiting-promise": build_object(promise | waiting),
        "reviewed-promise": build_object(promise | reviewed),
        "whole-promise": build_object(promise | whole),
        "terms": build_object(terms),
    }


def _list_day_fields() -> dict[str, Schema]:
    types_ = (
        {"type": ["string", "null"], "format": "date"},
        {"type": ["string", "null"], "pattern": r"^\d{4}-W\d\d$"},
        _COUNT,
        _COUNT,
        {"enum": [0, 1]},
        build_array(_INTEGER),
        build_array(_INTEGER),
        build_choice(("day", "earlier", "no date")),
    )
    return dict(zip(fields.DAY_FIELDS, types_, strict=True))


def build_figure_schemas() -> dict[str, Schema]:
    """Return the schemas of `stats` and of its figures."""
    kinds: dict[str, Schema] = {
        "classes": build_counts(statistics.OUTCOME_CLASSES),
        "causes": {**build_counts(), "propertyNames": build_choice(Cause)},
        "requests": build_counts(statistics.REQUEST_OUTCOMES),
        "always_yes": build_counts(),
        "untold": _COUNT,
        "kept_before": allow_null(refer_to("rate")),
        **dict.fromkeys(("slip_days", "lead_days", "late_credit"), allow_null(_NUMBER)),
    }
    figures = {
        name: kinds.get(name, refer_to("rate")) for name in statistics.DirectionStatistics._fields
    }
    return {
        "rate": build_object(
            {
                "count": _COUNT,
                "of": _COUNT,
                **dict.fromkeys(("rate", "low", "high"), allow_null(_NUMBER)),
            }
        ),
        "figures": build_object(figures),
        "statistics": build_object(
            {
                "as_of": refer_to("instant"),
                "since": allow_null(refer_to("instant")),
                "until": refer_to("instant"),
                "person": allow_null(_TEXT),
                **_refer_to_both_figures(),
            }
        ),
    }


def _refer_to_both_figures() -> dict[str, Schema]:
    return {name: refer_to("figures") for name in constants.STATISTICS_DIRECTIONS}


def build_digest_schema() -> dict[str, Schema]:
    """Return the schemas of `digest`, and of what it lists."""
    return {
        "digest": build_object(
            {
                "as_of": refer_to("instant"),
                "since": refer_to("instant"),
                "until": refer_to("instant"),
                "waiting": build_array(refer_to("waiting-promise")),
                "late_with_others": build_array(refer_to("promise")),
                "due": build_array(refer_to("promise")),
                "happened": build_array(refer_to("event")),
                "figures": build_object(_refer_to_both_figures()),
            }
        ),
        "event": build_object(
            {
                "kind": build_choice(events.EVENT_KINDS),
                "at": refer_to("instant"),
                "recorded_at": refer_to("instant"),
                "by": build_choice(("me", "them")),
                "text": allow_null(_TEXT),
                "promise": refer_to("promise"),
            }
        ),
    }


def build_answers_about_promises() -> dict[str, Schema]:
    """Return the schemas of `status`, of `check` and of what an import does."""
    marks = [name for name, _ in list_marks(Subject(""))]
    return {
        "status": build_object(dict.fromkeys(("waiting", *status.STATUS_FIELDS), _COUNT)),
        "check": build_object(
            {
                "id": allow_null(_INTEGER),
                "person": allow_null(_TEXT),
                "outcome": _TEXT,
                "marks": build_object({name: {"type": ["boolean", "null"]} for name in marks}),
                "findings": build_array(refer_to("finding")),
            }
        ),
        "finding": build_object(
            {
                "rule": {"type": "string", "pattern": r"^L\d\d$"},
                "level": build_choice(RuleLevel),
                "quality": _TEXT,
                "says": _TEXT,
            }
        ),
        "import": build_object(
            {
                "imported": _COUNT,
                "skipped": _COUNT,
                "people": build_array(_TEXT),
                "ids": build_array(_INTEGER),
                **dict.fromkeys(("differing", "done", "cancelled", "left_out", "empty"), _COUNT),
            }
        ),
        "import-step": build_object(
            {
                "line": _COUNT,
                "does": build_choice(("make", "skip", "omit", "refuse")),
                "id": allow_null(_INTEGER),
                "person": allow_null(_TEXT),
                "outcome": allow_null(_TEXT),
                "why": allow_null(_TEXT),
            }
        ),
    }


def build_answers_about_files() -> dict[str, Schema]:
    """Return the schemas of `path`, `backup`, `restore`, `doctor` and `config show`."""
    extent = {"path": _TEXT, "promises": _COUNT, "acts": _COUNT, "head": allow_null(_HASH)}
    maybe_text, maybe_count = allow_null(_TEXT), allow_null(_COUNT)
    return {
        "path": build_object(
            {"ledger": _TEXT, "config": maybe_text, "backups": _TEXT, "server": maybe_text}
        ),
        "backup": build_object(extent),
        "restored": build_object(
            {**extent, "from": _TEXT, "before": maybe_text, "repairs": build_array(_TEXT)}
        ),
        "setting": build_object(
            dict(zip(config.SETTING_FIELDS, (_TEXT, _ANYTHING, _TEXT), strict=True))
        ),
        "doctor": build_object(
            {
                "healthy": _BOOLEAN,
                "checks": build_array(refer_to("doctor-check")),
                "advice": maybe_text,
                "done": build_array(_TEXT),
                "promises": maybe_count,
                "acts": maybe_count,
                "head": allow_null(_HASH),
                "step": maybe_count,
                "newest_step": _COUNT,
                "ledger": _TEXT,
                "server": maybe_text,
                "config": _TEXT,
                "backups": _TEXT,
                "newest_backup": maybe_text,
                "newest_backup_at": allow_null(refer_to("instant")),
                "zone": _TEXT,
                "versions": build_object(
                    dict.fromkeys(("promisectl", "Python", "SQLite", "platform"), _TEXT)
                ),
            }
        ),
        "doctor-check": build_object(
            {
                "check": _TEXT,
                "result": build_choice(IntegrityResult),
                "says": _TEXT,
                "details": build_array(_TEXT),
                "cure": build_choice([*filter(None, Remedy), None]),
            }
        ),
    }


def build_error_schema() -> Schema:
    """Return the schema of an error, with all codes and ids that are printed."""
    known = list_printed_errors()
    error = build_object(
        {
            "code": build_choice(sorted({one.code for one in known})),
            "id": build_choice(one.id for one in known),
            "message": _TEXT,
            "exit": {"enum": sorted({one.exit_code for one in known})},
            "moves": build_array(_TEXT),
            "commands": build_array(_TEXT),
        },
        optional=("moves", "commands"),
    )
    return build_object({"error": error})


# Answers

_RECORDS_OF_LISTS = {
    "moves": "waiting-promise",
    "owe": "promise",
    "owed": "promise",
    "list": "promise",
    "show": "whole-promise",
    "log": "act",
    "week": "day",
    "check": "check",
    "review": "reviewed-promise",
    "people": "person",
    "person show": "promise",
    "config show": "setting",
}
"""The record of each view that prints many: an array of it, or with --jsonl one on a line."""
_OBJECTS = {
    "status": refer_to("status"),
    "digest": refer_to("digest"),
    "stats": refer_to("statistics"),
    "import": {"anyOf": [refer_to("import"), build_array(refer_to("import-step"))]},
    "path": refer_to("path"),
    "backup": refer_to("backup"),
    "restore": refer_to("restored"),
    "doctor": refer_to("doctor"),
}
"""The answer of each other command that prints JSON."""
_EXPORTED: Schema = {"anyOf": [refer_to("promise"), refer_to("act"), refer_to("columns")]}
_IMPORT_LINE: Schema = {"anyOf": [refer_to("import"), refer_to("import-step")]}
_MOVE_ANSWER: Schema = {"anyOf": [refer_to("promise"), {"type": "array", "maxItems": 0}]}


def build_answers() -> dict[str, Schema]:
    """Return the schema of each answer, as `list.json`, by command and form.

    An answer with several lines has the schema of each of its lines. Raises KeyError for a command
    that is not known here.
    """
    answers = {"export.json": build_array(_EXPORTED), "export.jsonl": _EXPORTED}
    for declaration in select_declarations(["--help"]):
        for form in _FORMS:
            if form in declaration.answer_options:
                answers[name_answer(declaration, form)] = _build_answer(declaration, form)
    return answers


def name_answer(declaration: Declaration, form: str) -> str:
    """Return the name of the answer of a command in a form: `person-show.json`."""
    words = filter(None, (declaration.group, declaration.name))
    return f"{'-'.join(words)}.{form}"


def _build_answer(declaration: Declaration, form: str) -> Schema:
    if declaration.answer_options is MOVE_OPTIONS:
        return _MOVE_ANSWER
    command = " ".join(filter(None, (declaration.group, declaration.name)))
    if command == "import" and form == "jsonl":
        return _IMPORT_LINE
    if command not in _RECORDS_OF_LISTS:
        return _OBJECTS[command]
    record = refer_to(_RECORDS_OF_LISTS[command])
    return build_array(record) if form == "json" else record


def generate_records_schema() -> str:
    """Return the JSON Schema as text."""
    answers = build_answers()
    schema = {
        "$schema": _DIALECT,
        "$id": _SCHEMA_ID,
        "title": "The records of promisectl",
        "description": (
            "What a command answers is defined under its name, such as list.json or "
            "person-show.jsonl: for one line where it can have several. A record may get more "
            "fields, at its end."
        ),
        "anyOf": [refer_to(name) for name in ("error", *answers)],
        "$defs": build_records() | answers,
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
