"""The profiles of programs, shipped ones and those of the config."""

import re

import pytest

from promisectl import guide
from promisectl.records import profiles


def test_every_shipped_profile_can_be_used() -> None:
    names = profiles.list_profile_names()
    assert names == [
        "asana", "google-tasks", "ics", "jira", "taskwarrior", "ticktick", "todo.txt", "todoist", "trello",
    ]  # fmt: skip
    for profile in profiles.load_profiles():
        assert "outcome" in profile.column_fields.values()
        assert profile.key_columns
        assert profile.marks or profile.reads in ("ics", "todo.txt")


def test_every_key_of_a_profile_is_in_the_guide() -> None:
    page = guide.read_guide_page("config").partition("## Files of your program")[2]
    table = page.partition("| key | what it holds |\n")[2].partition("\n\n")[0]
    named = [
        word
        for row in table.splitlines()[1:]
        for word in re.findall(r"`([a-z_]+)`", row.split("|")[1])
    ]
    assert sorted(named) == sorted(profiles.PROFILE_KEYS)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            {"tags": {"A": "(a)(b)"}},
            "an expression in tags has more than one group; the tag is one",
        ),
        ({"tags": {"A": "("}}, "“(” in tags is not a regular expression"),
        ({"part_of": "Parent"}, '“Parent” in part_of is not like "Parent=ID"'),
        ({"level": ""}, "level must be a text"),
        ({"sections": ["TYPE"]}, '“TYPE” in sections is not like "Status=done"'),
        ({"comment": ["TYPE=note"]}, "there is no “comment”; the nearest is comments"),
        ({"map": {"A": "assigned"}}, "“assigned” in map is not a field; the nearest is assignee"),
    ],
)
def test_a_profile_that_is_wrong_says_where(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        profiles.parse_profile("mytool", table)


def test_the_first_kind_that_fits_counts() -> None:
    done_first = profiles.parse_profile("a", {"done": ["S=x"], "cancelled": ["R=y"]})
    cancelled_first = profiles.parse_profile("a", {"cancelled": ["R=y"], "done": ["S=x"]})
    assert [*done_first.closed] == ["done", "cancelled"]
    assert [*cancelled_first.closed] == ["cancelled", "done"]


def test_every_key_with_a_table_of_texts_is_one_that_config_can_set() -> None:
    tables = []
    for key in profiles.PROFILE_KEYS:
        try:
            profiles.parse_profile("mytool", {key: {}})
        except ValueError:
            continue
        tables.append(key)
    assert tuple(tables) == profiles.PROFILE_TABLES
