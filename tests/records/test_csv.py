"""CSV: RFC 4180 as Python's own reader understands it, nothing live in a spreadsheet, nothing lost."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.records import as_csv, fields
from tests.conftest import Program

TRIGGERS = "=+-@\t\r\n＝＋－＠"
hostile = st.text(
    st.one_of(
        st.sampled_from(TRIGGERS + "' \u00a0\u3000\",;"), st.characters(exclude_categories=["Cs"])
    )
)


@given(hostile)
def test_a_cell_is_armed_and_comes_back(cell: str) -> None:
    armed = as_csv.escape_formula(cell)
    assert as_csv.unescape_formula(armed) == cell
    assert not armed.lstrip().startswith(tuple(TRIGGERS))
    assert armed in (cell, f"'{cell}")


@given(st.lists(st.tuples(hostile, hostile), max_size=5), st.sampled_from(["\r\n", "\n"]))
def test_rows_come_back_through_the_reader(rows: list[tuple[str, str]], newline: str) -> None:
    records = [{"a": first, "b": second} for first, second in rows]
    text = "".join(as_csv.iter_csv_lines(records, ("a", "b"), newline=newline))
    header, *read = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header == ["a", "b"]
    assert [tuple(map(as_csv.unescape_formula, row)) for row in read] == rows


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("-1 day", "'-1 day"),
        ("  @x", "'  @x"),
        ("'=x", "''=x"),
        ("'tis", "'tis"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_what_looks_like_a_formula_is_quoted(cell: str, shown: str) -> None:
    assert as_csv.escape_formula(cell) == shown


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_export_holds_the_record_in_its_order(program: Program) -> None:
    program.ok(
        "make",
        "=HYPERLINK(1)",
        "--to",
        "dana",
        "--by",
        "fri",
        "--agreed",
        "--tag",
        "work",
        "--tag",
        "q3",
        "--why",
        'a, "b"\nc',
    )
    program.ok("complete", "1", "--confirmed")
    text = program.ok("export")
    assert text.splitlines()[0] == ",".join(fields.PROMISE_FIELDS)
    assert text.endswith("\r\n")
    [row] = _read(text)
    assert row["uid"]
    del row["uid"]
    assert row == {
        "id": "1", "direction": "owe", "state": "kept", "person": "dana", "person_name": "Dana", "move": "", "author": "",
        "outcome": "'=HYPERLINK(1)", "due": "2026-11-27", "due_zone": "Europe/Berlin", "due_at": "2026-11-27T22:59:59Z",
        "done_when": "", "why": 'a, "b"\nc', "reply_by": "", "revision": "1", "revisions": "1", "renegotiated": "0",
        "first_due": "2026-11-27", "made_at": "2026-11-23T09:00:00Z", "accepted_at": "2026-11-23T09:00:00Z",
        "delivered_at": "2026-11-23T09:00:00Z", "closed_at": "2026-11-23T09:00:00Z", "lateness_seconds": "-395999", "notice": "",
        "told_at": "", "reason": "", "cause": "", "repair": "", "risk": "", "no_to": "", "replaces": "", "tags": "work q3", "flags": "",
        "reply_at": "", "contact_at": "2026-11-23T09:00:00Z", "word_at": "", "first_due_at": "2026-11-27T22:59:59Z",
            "series": "", "place": "", "of": "", "part_of": "", "parts": "",
    }  # fmt: skip
    assert _read(program.ok("export", "--raw"))[0]["outcome"] == "=HYPERLINK(1)"
    assert program.ok("list", "--all", "--csv") == text


def test_export_of_acts(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    program.ok("renege", "1", "--reason", "vendor bankrupt", "--cause", "external")
    program.ok("undo")
    text = program.ok("export", "--acts")
    assert text.splitlines()[0] == ",".join(fields.ACT_FIELDS)
    rows = _read(text)
    assert [
        (row["id"], row["entry"], row["act"], row["side"], row["by"], row["undone_by"])
        for row in rows
    ] == [
        ("2", "1", "offer", "promisor", "me", ""),
        ("3", "1", "accept", "promisee", "them", ""),
        ("4", "2", "renege", "promisor", "me", "3"),
        ("5", "3", "undo", "bookkeeper", "me", ""),
    ]
    assert (rows[2]["text"], rows[2]["cause"], rows[2]["told_at"]) == (
        "vendor bankrupt",
        "external",
        "2026-11-23T09:00:00Z",
    )
    assert program.ok("log", "--csv") == text


def test_a_file_appears_whole_and_is_mine_alone(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana")
    target = program.home / "out.csv"
    assert program("export", "-o", str(target)) == ("", f"Written: {target}\n", 0)
    assert target.read_bytes().decode() == program.ok("export")
    assert target.stat().st_mode & 0o777 == 0o600
    refused = program("export", "-o", str(target))
    assert (refused.stderr, refused.code) == (
        f"promisectl: {target} already exists. Add --force to replace it, or choose another name.\n",
        2,
    )
    program.ok("export", "-o", str(target), "--force", "--bom", "--newline", "lf")
    assert target.read_bytes().startswith(b"\xef\xbb\xbfid,uid,")
    assert b"\r" not in target.read_bytes()
    onto = program("export", "-o", str(program.ledger), "--force")
    assert (onto.stderr, onto.code) == (
        f"promisectl: {program.ledger} is the ledger itself. Choose another file.\n",
        2,
    )
    nowhere = program("export", "-o", str(program.home / "no" / "where.csv"))
    assert nowhere.code == 5
    assert sorted(path.name for path in program.home.iterdir()) == ["data", "out.csv"]


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(str.strip)


@given(texts)
def test_lines_and_json_hold_any_text_on_one_line(text: str) -> None:
    from promisectl.records import as_json, as_lines

    [line] = as_lines.iter_tab_lines([{"x": text}], ("x",))
    assert line.count("\n") == 1
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in line[:-1])
    assert len(line.splitlines()) == 1
    one = as_json.encode_json({"x": text})
    assert json.loads(one) == {"x": text}
    assert len(one.splitlines()) == 1
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in one)
