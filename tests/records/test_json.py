"""Records as JSON are what the library makes of them, with controls escaped that a terminal would obey."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.records import as_json
from promisectl.system.text import escape_text

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    PLAIN,
    lambda below: st.lists(below) | st.tuples(below) | st.dictionaries(st.text(), below),
    max_leaves=8,
)


@given(value=VALUES)
def test_a_value_is_read_as_it_was(value: object) -> None:
    assert json.loads(as_json.encode_json(value)) == json.loads(json.dumps(value))


@given(text=st.text(st.characters(exclude_categories=("Cc", "Cf", "Zl", "Zp"))))
def test_what_steers_nothing_is_written_as_the_library_writes_it(text: str) -> None:
    assert as_json.encode_json({text: [text, 1, 2.5]}) == json.dumps(
        {text: [text, 1, 2.5]}, ensure_ascii=False
    )


@given(value=VALUES)
def test_many_are_written_as_one_is(value: object) -> None:
    records = [value] * 3
    assert "".join(as_json.iter_json_lines(records)) == (as_json.encode_json(value) + "\n") * len(
        records
    )
    assert json.loads("".join(as_json.iter_json_array(records))) == json.loads(json.dumps(records))


@given(text=st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    line = as_json.encode_json(text)
    assert escape_text(line) == line


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", object()])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no JSON can be made of a"):
        as_json.encode_json([value])
