"""Moments as other programs write them, at every door that takes a date or a moment."""

import json
from itertools import product

import pytest

from tests.conftest import Program

DAY = {"past": "2026-11-20", "ahead": "2026-12-05"}
CLOCKS = {
    "T16:00:00Z": "16:00",
    "T16:00:00.000Z": "16:00",
    "T16:00:00.123456Z": "16:00",
    "T16:00:00,5Z": "16:00",
    "T16:00Z": "16:00",
    "T17:00:00+0100": "16:00",
    "T17:00:00+01": "16:00",
    "T17:00:00.0+01:00": "16:00",
    " 17:00:00 +0100": "16:00",
    "T11:00-05": "16:00",
    "T17:00": "16:00",
    "T17:00:00.000": "16:00",
    "": None,
}


def list_forms(day: str) -> dict[str, str | None]:
    """What other programs write, each with the UTC time that it means, None for the whole day."""
    extended = {day + clock: utc for clock, utc in CLOCKS.items()}
    short = day.replace("-", "")
    basic = {
        f"{short}T160000Z": "16:00",
        f"{short}T1600Z": "16:00",
        f"{short}T170000+0100": "16:00",
        f"{short}T170000": "16:00",
        f"{short}": None,
    }
    spaces = {day + "\u202f17:00": "16:00", day + "\u00a0": None}
    return extended | basic | spaces


def record_promise(program: Program, **fields: object) -> dict[str, str]:
    promise = {"outcome": "Call", "direction": "owe", "person": "dana"} | fields
    program.ok("import", "-", piped=json.dumps(promise))
    made: dict[str, str] = json.loads(program.ok("show", "1", "--json"))[0]
    return made


def read(program: Program, field: str) -> str:
    program.ok("show", "1", "--json")
    return str(json.loads(program.ok("show", "1", "--json"))[0][field])


def give_due(program: Program, door: str, text: str) -> str:
    """The instant of the due date that is given by one door."""
    promise = {"outcome": "Call", "to": "dana"}
    match door:
        case "--by":
            program.ok("make", "Call", "--to", "dana", "--by", text)
        case "--reply-by":
            program.ok("make", "Call", "--to", "dana", "--reply-by", text)
            return read(program, "reply_at")
        case "negotiate":
            program.ok("make", "Call", "--to", "dana", "--agreed")
            program.ok("negotiate", "1", "--by", text, "--reason", "late")
            program.ok("accept", "1")
        case "correct":
            program.ok("make", "Call", "--to", "dana", "--agreed")
            program.ok("correct", "1", "--by", text)
        case "make --json by" | "make --json due":
            key = door.rpartition(" ")[2]
            program.ok("make", "--json", "-", piped=json.dumps(promise | {key: text}))
        case "import json":
            record_promise(program, due=text)
        case "import csv":
            csv = f'outcome,direction,person,due\nCall,owe,dana,"{text}"\n'
            program.ok("import", "-", piped=csv)
        case "import reply_by":
            record_promise(program, reply_by=text, state="proposed")
            return read(program, "reply_at")
    return read(program, "due_at")


@pytest.mark.parametrize(
    ("door", "form"),
    [
        *product(
            [
                *(
                    "--by",
                    "--reply-by",
                    "negotiate",
                    "correct",
                    "make --json by",
                    "make --json due",
                ),
                *("import json", "import csv", "import reply_by"),
            ],
            list_forms(DAY["ahead"]).items(),
        )
    ],
    ids=str,
)
def test_a_date_to_come(program: Program, door: str, form: tuple[str, str | None]) -> None:
    text, utc = form
    assert (
        give_due(program, door, text) == f"{DAY['ahead']}T{utc or '22:59'}:{'00' if utc else '59'}Z"
    )


def give_moment(program: Program, door: str, text: str) -> str:
    """The moment that is given by one door, in the field of the record that has it."""
    early = "2026-11-10T09:00:00Z"
    moments = {"made_at": early, "accepted_at": early, "delivered_at": early, "closed_at": early}
    field = door
    match door:
        case "--said":
            program.ok("make", "Call", "--to", "dana", "--said", text)
            field = "made_at"
        case "make --json said":
            promise = {"outcome": "Call", "to": "dana", "said": text}
            program.ok("make", "--json", "-", piped=json.dumps(promise))
            field = "made_at"
        case "--on":
            record_promise(program, made_at=early)
            program.ok("complete", "1", "--on", text)
            field = "delivered_at"
        case "--told":
            record_promise(program, made_at=early)
            program.ok("renege", "1", "--reason", "no", "--on", "11 nov", "--told", text)
            field = "told_at"
        case "made_at":
            record_promise(program, made_at=text)
        case "told_at":
            broken = {"made_at": early, "accepted_at": early, "closed_at": early, "told_at": text}
            record_promise(program, state="reneged", **broken)
        case _:
            record_promise(program, state="kept", **(moments | dict.fromkeys(FROM[door], text)))
    return read(program, field)


FROM = {
    "accepted_at": ("accepted_at", "delivered_at", "closed_at"),
    "delivered_at": ("delivered_at", "closed_at"),
    "closed_at": ("closed_at",),
}


@pytest.mark.parametrize(
    ("door", "form"),
    [
        *product(
            ["--said", "--on", "--told", "make --json said", "made_at", "told_at", *FROM],
            list_forms(DAY["past"]).items(),
        )
    ],
    ids=str,
)
def test_a_moment_that_was(program: Program, door: str, form: tuple[str, str | None]) -> None:
    text, utc = form
    assert give_moment(program, door, text) == f"{DAY['past']}T{utc or '11:00'}:00Z"


@pytest.mark.parametrize(
    "text", ["2026-11-20T16:00:07Z", "20261120T160007.9Z", "2026-11-20 17:00:07"]
)
@pytest.mark.parametrize("door", ["--said", "--on", "--told", "make --json said", "made_at"])
def test_what_has_happened_has_its_second(program: Program, door: str, text: str) -> None:
    assert give_moment(program, door, text) == "2026-11-20T16:00:07Z"


@pytest.mark.parametrize("form", list_forms("2026-11-27").items(), ids=str)
def test_the_moment_of_a_run(program: Program, form: tuple[str, str | None]) -> None:
    text, utc = form
    made = program.ok("--today", text, "make", "Call", "--to", "dana", "--json")
    assert json.loads(made)["made_at"] == f"2026-11-27T{utc or '11:00'}:00Z"


@pytest.mark.parametrize("option", ["--due-before", "--due-after", "--as-of"])
@pytest.mark.parametrize("text", list_forms("2026-11-20"))
def test_every_filter_reads_them(program: Program, option: str, text: str) -> None:
    assert program("list", option, text).code == 0


@pytest.mark.parametrize(
    "text",
    ["20261305", "2026-12-05T25:00Z", "20261205T9999Z", "2026-12-05T16:00+99", "11/12", "2026120"],
)
def test_what_is_none_is_refused(program: Program, text: str) -> None:
    assert program("make", "Call", "--to", "dana", "--by", text).code == 2
    record = {"outcome": "Call", "direction": "owe", "person": "dana", "due": text}
    assert program("import", "-", piped=json.dumps(record)).code == 6
    assert program("make", "--json", "-", piped=json.dumps(record)).code == 6
    assert not program.ledger.exists()


def test_an_ambiguous_date_in_a_file_names_the_config(program: Program) -> None:
    refused = program("import", "-", piped="outcome,person,direction,due\nCall,dana,owe,11/12\n")
    assert (refused.code, "promisectl config set date_order dmy" in refused.stderr) == (6, True)
