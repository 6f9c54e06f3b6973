"""Who is meant: handles, names, aliases, near misses, two that turn out to be one."""

import io
import json
import os
import select
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.commands import lists, make, undo
from promisectl.commands import people as commands
from promisectl.domain import people, person_acts
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.person_acts import PersonAct, PersonVerb
from promisectl.env import Env

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def known(*names: str) -> list[Person]:
    """People as they are met for the first time."""
    return [Person(number, *people.parse_newcomer(name)) for number, name in enumerate(names, 1)]


# People as the acts leave them


@st.composite
def acts_about_people(draw: st.DrawFn) -> list[PersonAct]:
    """Acts as no commands say them: names that others have, merges in circles, undone and redone."""
    acts: list[PersonAct] = []
    names = st.sampled_from(["dana", "dana-2", "lee", "kim"])
    for number in range(1, draw(st.integers(1, 12))):
        met = sorted({act.person for act in acts})
        verb = draw(st.sampled_from(PersonVerb)) if met else PersonVerb.MEET
        person = len(met) + 1 if verb is PersonVerb.MEET else draw(st.sampled_from(met))
        is_undo = verb in (PersonVerb.UNDO, PersonVerb.REDO)
        acts.append(
            PersonAct(
                verb,
                person,
                NOW,
                NOW,
                number,
                number,
                handle=draw(names),
                name="Dana",
                into=draw(st.sampled_from(met)) if verb is PersonVerb.MERGE else None,
                target=draw(_entries_to_undo(acts)) if is_undo else None,
            )
        )
    return acts


def _entries_to_undo(acts: list[PersonAct]) -> st.SearchStrategy[int]:
    entries = [act.entry for act in acts if act.verb is not PersonVerb.MEET]
    return st.sampled_from(entries or [0])


def _list_acts_after_a_merge(verb: PersonVerb) -> list[PersonAct]:
    """Return acts about two people called Dana: a merge, and one more act about who was merged."""
    meet, merge = PersonVerb.MEET, PersonVerb.MERGE
    return [
        PersonAct(meet, 1, NOW, NOW, 1, 1, handle="dana", name="Dana"),
        PersonAct(meet, 2, NOW, NOW, 2, 2, handle="dana", name="Dana"),
        PersonAct(merge, 2, NOW, NOW, 3, 3, into=1),
        PersonAct(verb, 2, NOW, NOW, 4, 4, handle="dan", name="Dan", into=1),
    ]


@example(_list_acts_after_a_merge(PersonVerb.MERGE))
@example(_list_acts_after_a_merge(PersonVerb.RENAME))
@example(_list_acts_after_a_merge(PersonVerb.ALIAS))
@given(acts_about_people())
def test_no_name_is_given_twice_whatever_the_acts_say(acts: list[PersonAct]) -> None:
    everybody = person_acts.replay_person_acts(acts).values()
    unmerged = [person for person in everybody if person.merged_into is None]
    names = [name for person in unmerged for name in (person.handle, *person.aliases)]
    assert len(names) == len(set(names))
    assert all(not person.aliases for person in everybody if person.merged_into is not None)
    there = {person.id for person in unmerged}
    assert {person.merged_into for person in everybody} - {None} <= there
    assert len(everybody) == len([act for act in acts if act.verb is PersonVerb.MEET])


def test_whoever_had_a_name_first_keeps_it() -> None:
    met = [
        PersonAct(PersonVerb.MEET, number, NOW, NOW, number, number, handle="dana", name="Dana")
        for number in (1, 2, 3)
    ]
    assert [person.handle for person in person_acts.replay_person_acts(met).values()] == [
        "dana",
        "dana-2",
        "dana-3",
    ]
    assert person_acts.list_handle_clashes(met) == [("dana", "dana-2"), ("dana", "dana-3")]


# Names as they are typed


@pytest.mark.parametrize(
    ("typed", "handle", "name"),
    [
        ("dana", "dana", "Dana"),
        ("Dana", "dana", "Dana"),
        ("DANA", "dana", "DANA"),
        ("Dana Kim", "dana-kim", "Dana Kim"),
        ("dana kim", "dana-kim", "Dana Kim"),
        ("  dana \t kim ", "dana-kim", "Dana Kim"),
        ("van der Berg", "van-der-berg", "van der Berg"),
        ("Øystein Å", "øystein-å", "Øystein Å"),
        ("李雷", "李雷", "李雷"),
        ("Zoe\u0308", "zoë", "Zoë"),
        ("zoe\u0308", "zoë", "Zoë"),
        ("dana@example.org", "dana@example.org", "dana@example.org"),
        ("o'brien", "o'brien", "O'Brien"),
        ("team-7", "team-7", "Team-7"),
        ("7", "7", "7"),
        ("x" * 100, "x" * 100, "X" + "x" * 99),
    ],
)
def test_a_name_becomes_a_handle_and_is_shown_as_it_was_typed(
    typed: str, handle: str, name: str
) -> None:
    assert people.parse_newcomer(typed) == Newcomer(handle, name)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "\t\n",
        "x" * 101,
        "-",
        "...",
        "🚲",
        "-dana",
        "?dana",
        "?7",
        "da\x1bna",
        "da\x00na",
        "da\u202ena",
        "da\u200bna",
    ],
)
def test_what_cannot_be_a_name_is_refused(typed: str) -> None:
    with pytest.raises(errors.BadName) as refused:
        people.parse_newcomer(typed)
    assert refused.value.exit_code == 2


@given(st.text(max_size=30))
@settings(derandomize=True, database=None)
def test_any_text_is_a_name_or_is_refused(typed: str) -> None:
    try:
        newcomer = people.parse_newcomer(typed)
    except errors.BadName:
        return
    assert newcomer.handle == newcomer.handle.strip()
    assert len(newcomer.handle.split()) == 1
    assert newcomer.handle.isprintable()
    everybody = known("somebody else entirely", typed)
    assert people.find_exact_person(typed, everybody) is everybody[1]
    assert people.find_exact_person(newcomer.handle, everybody) is everybody[1]
    assert people.find_person(newcomer.handle, everybody) is everybody[1]


# Who a word means


DANA = Person(1, "dana-kim", "Dana Kim", ("dk",))
DANIEL = Person(2, "daniel", "Daniel Ott")
LEE = Person(3, "lee", "Lee", ("leopold",))
GONE = Person(4, "quentin", "Quentin", known=False)
FORMER = Person(5, "lee-two", "Lee", merged_into=3)
EVERYBODY = (DANA, DANIEL, LEE, GONE, FORMER)


@pytest.mark.parametrize(
    ("word", "person"),
    [
        ("dana-kim", DANA),
        ("Dana-Kim", DANA),
        ("dana kim", DANA),
        (" DANA  KIM ", DANA),
        ("dk", DANA),
        ("DK", DANA),
        ("daniel ott", DANIEL),
        ("lee", LEE),
        ("quentin", GONE),
        ("dana", None),
        ("lee-two", None),
        ("nobody", None),
        ("", None),
    ],
)
def test_an_exact_word(word: str, person: Person | None) -> None:
    assert people.find_exact_person(word, EVERYBODY) == person


@pytest.mark.parametrize(
    ("word", "person"),
    [
        ("dana", DANA),
        ("dan", None),
        ("dani", DANIEL),
        ("Daniel O", DANIEL),
        ("le", LEE),
        ("leop", LEE),
        ("d", None),
        ("dk", DANA),
        ("quentin", GONE),
    ],
)
def test_the_beginning_of_a_name_is_enough_when_it_is_one_persons(
    word: str, person: Person | None
) -> None:
    if person:
        assert people.find_person(word, EVERYBODY) == person
        return
    with pytest.raises(
        errors.AmbiguousPerson, match=r"can be dana-kim or daniel\. Type more"
    ) as refused:
        people.find_person(word, EVERYBODY)
    assert (refused.value.exit_code, refused.value.code) == (3, "ambiguous")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("dena-kim", "Did you mean dana-kim?"),
        ("daniell", "Did you mean daniel?"),
        ("leo-two", "Did you mean"),
        ("quen", "See: promisectl people"),
        ("zzz", "See: promisectl people"),
    ],
)
def test_nobody_of_that_name_and_who_may_be_meant(word: str, hint: str) -> None:
    everybody = [*EVERYBODY, Person(6, "leo-too", "Leo Too")]
    with pytest.raises(errors.NoPerson) as refused:
        people.find_person(word, everybody)
    assert hint in str(refused.value)
    assert refused.value.exit_code == 3


def test_two_of_the_same_display_name_are_told_apart_by_handle() -> None:
    twins = (Person(1, "dana-a", "Dana"), Person(2, "dana-b", "Dana"))
    with pytest.raises(errors.AmbiguousPerson, match="dana-a or dana-b"):
        people.find_exact_person("Dana", twins)
    assert people.find_exact_person("dana-b", twins) == twins[1]


# Near misses


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("dena", "dana"),
        ("danna", "dana"),
        ("dnaa", "dana"),
        ("dan", "dana"),
        ("Dana K", "Dana Kim"),
        ("dana", "Dana Kim"),
        ("Dana Ott", "Dana Kim"),
        ("dana-ott", "Dana Kim"),
        ("Dana Kim", "dana"),
        ("jürgen", "jurgen"),
        ("Zoe", "Zoë"),
        ("JOSE", "josé"),
        ("jürgem", "Jurgen"),
        ("Micheal", "michael"),
    ],
)
def test_a_near_miss(new: str, old: str) -> None:
    assert [
        person.name for person in people.list_near_people(new, known("wolfgang", old, "philippa"))
    ] == [people.parse_newcomer(old).name]


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("dana", "lee"),
        ("dana", "daniel"),
        ("Kim Dana", "Dana Kim"),
        ("michelle", "michael"),
        ("abcdef", "xbxdex"),
        # another first letter
        ("rob", "bob"),
        ("hanna", "anna"),
        ("adna", "dana"),
        ("ronald", "donald"),
        # fewer than four letters
        ("lea", "lee"),
        ("dna", "dana"),
        ("zoey", "zoe"),
        # two letters
        ("danaxy", "dana"),
        ("denna", "dana"),
    ],
)
def test_far_enough_apart(new: str, old: str) -> None:
    assert people.list_near_people(new, known(old)) == []


def test_an_alias_is_near_too_and_who_is_gone_is_not() -> None:
    assert people.list_near_people("leopolt", EVERYBODY) == [LEE]
    assert people.list_near_people("quentim", EVERYBODY) == []
    assert people.list_near_people("lee-tvo", (FORMER,)) == []


def _list_slips(name: str) -> set[str]:
    """What one slip after the first letter makes of a name, of the letters a to d."""
    places = range(1, len(name) + 1)
    return {
        *(name[:i] + name[i + 1 :] for i in places),
        *(name[:i] + letter + name[i:] for i in places for letter in "abcd"),
        *(name[:i] + letter + name[i + 1 :] for i in places for letter in "abcd"),
        *(name[:i] + name[i : i + 2][::-1] + name[i + 2 :] for i in places),
    }


@given(st.text("abcd", min_size=4, max_size=7), st.text("abcd", min_size=4, max_size=7))
@settings(derandomize=True, database=None, max_examples=300, deadline=None)
def test_one_slip_is_near_and_two_are_not(new: str, old: str) -> None:
    for slip in _list_slips(old):
        assert len(slip) < 4 or people.is_near_handle(slip, old)
    assert people.is_near_handle(new, old) is (new in _list_slips(old) and new[0] == old[0])


# fmt: off
FIRST_NAMES = [
    "James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "David",
    "Elizabeth", "William", "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Sarah",
    "Charles", "Karen", "Christopher", "Lisa", "Daniel", "Nancy", "Matthew", "Betty", "Anthony",
    "Sandra", "Mark", "Margaret", "Donald", "Ashley", "Steven", "Kimberly", "Andrew", "Emily",
    "Paul", "Donna", "Joshua", "Michelle", "Kenneth", "Carol", "Kevin", "Amanda", "Brian",
    "Melissa", "Timothy", "Deborah", "Ronald", "Stephanie", "George", "Rebecca", "Jason", "Laura",
    "Edward", "Sharon", "Jeffrey", "Cynthia", "Ryan", "Dorothy", "Jacob", "Amy", "Nicholas",
    "Kathleen", "Gary", "Angela", "Eric", "Shirley", "Jonathan", "Anna",
]
# fmt: on
"""The 35 most common names of men and of women in the United States, one after the other."""


def test_of_seventy_common_first_names_hardly_any_is_stopped() -> None:
    assert len(set(FIRST_NAMES)) == 70
    stopped = {}
    for number, name in enumerate(FIRST_NAMES, 1):
        there = known(*FIRST_NAMES[: number - 1])
        if near := people.list_near_people(name, there):
            stopped[name] = [person.name for person in near]
    assert stopped == {"Mark": ["Mary"]}


# What was recorded about people


def told(*acts: tuple[PersonVerb, int, dict[str, Any]]) -> dict[int, Person]:
    """The people that these acts add up to, each act a command of its own."""
    return person_acts.replay_person_acts(
        PersonAct(verb, person, NOW, NOW, number, number, **said)
        for number, (verb, person, said) in enumerate(acts, 1)
    )


MEET_DANA = (PersonVerb.MEET, 1, {"handle": "dana", "name": "Dana"})
MEET_LEE = (PersonVerb.MEET, 2, {"handle": "lee", "name": "Lee"})
MEET_KIM = (PersonVerb.MEET, 3, {"handle": "kim", "name": "Kim"})
RENAME = (PersonVerb.RENAME, 1, {"handle": "dana-kim", "name": "Dana Kim"})


def test_a_former_handle_stays_as_an_alias() -> None:
    assert told(MEET_DANA, RENAME)[1] == Person(1, "dana-kim", "Dana Kim", ("dana",))


def test_renaming_back_swaps_handle_and_alias() -> None:
    back = (PersonVerb.RENAME, 1, {"handle": "dana", "name": "Dana"})
    assert told(MEET_DANA, RENAME, back)[1] == Person(1, "dana", "Dana", ("dana-kim",))


def test_another_display_name_is_no_other_handle() -> None:
    shown = (PersonVerb.RENAME, 1, {"handle": "dana", "name": "Dana K."})
    assert told(MEET_DANA, shown)[1] == Person(1, "dana", "Dana K.")


def test_who_is_merged_gives_all_names_away() -> None:
    alias = (PersonVerb.ALIAS, 1, {"handle": "dk"})
    merged = told(MEET_DANA, MEET_LEE, alias, (PersonVerb.MERGE, 1, {"into": 2}))
    assert merged[1].merged_into == 2
    assert merged[1].aliases == ()
    assert (merged[2].handle, set(merged[2].aliases)) == ("lee", {"dana", "dk"})


def test_a_merge_of_the_merged_leads_to_the_last() -> None:
    merged = told(
        MEET_DANA,
        MEET_LEE,
        MEET_KIM,
        (PersonVerb.MERGE, 1, {"into": 2}),
        (PersonVerb.MERGE, 2, {"into": 3}),
    )
    assert [merged[number].merged_into for number in (1, 2, 3)] == [3, 3, None]
    assert set(merged[3].aliases) == {"dana", "lee"}


@pytest.mark.parametrize(
    "verb",
    [RENAME, (PersonVerb.ALIAS, 1, {"handle": "dk"}), (PersonVerb.MERGE, 1, {"into": 2})],
    ids=lambda act: act[0].value,
)
def test_what_was_undone_was_never_said_and_redone_it_was(
    verb: tuple[PersonVerb, int, dict[str, Any]],
) -> None:
    before = told(MEET_DANA, MEET_LEE)
    after = told(MEET_DANA, MEET_LEE, verb)
    assert after != before
    undo, redo = ((kind, 1, {"target": 3}) for kind in (PersonVerb.UNDO, PersonVerb.REDO))
    assert told(MEET_DANA, MEET_LEE, verb, undo) == before
    assert told(MEET_DANA, MEET_LEE, verb, undo, redo) == after


# Through the commands


class Ledger:
    """A ledger in a new place, and what was last said by it."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.path = place / "ledger.db"
        self.out, self.err = io.StringIO(), io.StringIO()

    def env(self, form: str | None = None) -> Env:
        self.out, self.err = io.StringIO(), io.StringIO()
        environ = {
            "TZ": "Europe/Berlin",
            "XDG_CONFIG_HOME": str(self._place / "none"),
            "XDG_STATE_HOME": str(self._place / "none"),
        }
        return Env(
            environ,
            (io.StringIO(), self.out, self.err),
            ledger=str(self.path),
            today="2026-11-23T10:00",
            form=form,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(query).fetchall()

    def listed(self, **asked: Any) -> list[dict[str, Any]]:
        lists.list_(self.env("json"), **asked)
        found: list[dict[str, Any]] = json.loads(self.out.getvalue())
        return found

    def who(self, **asked: Any) -> dict[int, str]:
        """The handle of the other side of every promise listed."""
        return {row["id"]: row["person"] for row in self.listed(sort="made", **asked)}

    @contextmanager
    def refused(self, problem: type[errors.Problem], match: str | None = None) -> Iterator[None]:
        """The move inside is refused in these words, and no byte changes."""
        before = self.path.read_bytes()
        with pytest.raises(problem, match=match):
            yield
        assert self.path.read_bytes() == before


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger in which Dana Kim and Lee are known: I owe Dana #1, and Lee owes me #2."""
    made = Ledger(tmp_path)
    make.make(made.env(), "Send the numbers", to=["Dana Kim"])
    make.make(made.env(), "Fix the brake", from_=["lee"])
    return made


def test_a_newcomer_is_announced_once(ledger: Ledger) -> None:
    make.make(ledger.env(), "X", to=["Philippa"])
    assert "New person: Philippa (philippa)." in ledger.err.getvalue()
    make.make(ledger.env(), "Y", from_=["philippa"])
    assert "New person" not in ledger.err.getvalue()
    assert ledger.rows("SELECT handle, name FROM person WHERE id = 3") == [("philippa", "Philippa")]
    assert ledger.who() == {1: "dana-kim", 2: "lee", 3: "philippa", 4: "philippa"}


@pytest.mark.parametrize("word", ["dana-kim", "Dana Kim", "DANA KIM", " dana  kim"])
def test_a_known_name_is_no_newcomer(ledger: Ledger, word: str) -> None:
    make.make(ledger.env(), "X", to=[word])
    assert ledger.who()[3] == "dana-kim"
    assert ledger.rows("SELECT count(*) FROM person") == [(2,)]


@pytest.mark.parametrize(
    ("word", "handle"),
    [
        ("Dana Ott", "dana-kim"),
        ("dena-kim", "dana-kim"),
        ("lee-ann", "lee"),
    ],
)
def test_a_near_miss_is_refused_where_nobody_can_be_asked(
    ledger: Ledger, word: str, handle: str
) -> None:
    with ledger.refused(errors.NearMiss, f"is new, but looks like {handle}.*--new"):
        make.make(ledger.env(), "X", to=[word])
    with ledger.refused(errors.NearMiss, handle):
        make.make(ledger.env(), "X", to=["philippa", word])
    make.make(ledger.env(), "X", to=[word], new=True)
    assert ledger.who()[3] == people.parse_newcomer(word).handle


@pytest.mark.parametrize(
    ("word", "handle", "shown"),
    [("dana", "dana-kim", "Dana Kim"), ("DANA K", "dana-kim", "Dana Kim"), ("le", "lee", "Lee")],
)
def test_the_beginning_of_one_name_is_enough_and_echoed(
    ledger: Ledger, word: str, handle: str, shown: str
) -> None:
    make.make(ledger.env(), "X", to=[word])
    assert f"“{word}” is {shown} ({handle}).\n" in ledger.err.getvalue()
    assert ledger.who()[3] == handle
    make.make(ledger.env(), "X", to=[word], new=True)
    assert ledger.who()[4] == people.parse_newcomer(word).handle
    # Now that somebody has that name, it is theirs alone.
    make.make(ledger.env(), "X", to=[word])
    assert " is " not in ledger.err.getvalue()
    assert ledger.who()[5] == people.parse_newcomer(word).handle


def test_a_name_given_in_the_same_command_is_not_shortened(ledger: Ledger) -> None:
    with ledger.refused(errors.NearMiss, "“phil” is new, but looks like philippa"):
        make.make(ledger.env(), "X", to=["philippa", "phil"])
    make.make(ledger.env(), "X", to=["phil", "philippa"], new=True)
    assert [*ledger.who().values()][2:] == ["phil", "philippa"]


def test_several_people_get_a_promise_each_and_one_undo_takes_all_back(ledger: Ledger) -> None:
    make.make(ledger.env(), "X", to=["philippa", "Lee", "wolfgang", "me"])
    assert ledger.who() == {
        1: "dana-kim",
        2: "lee",
        3: "philippa",
        4: "lee",
        5: "wolfgang",
        6: "me",
    }
    undo.undo(ledger.env())
    assert ledger.who() == {1: "dana-kim", 2: "lee"}
    assert ledger.rows("SELECT id, state FROM promise WHERE id > 2") == [
        (3, "void"),
        (4, "void"),
        (5, "void"),
        (6, "void"),
    ]


def test_who_is_known_from_void_promises_alone_is_not_in_the_way(ledger: Ledger) -> None:
    make.make(ledger.env(), "X", to=["philippa"])
    undo.undo(ledger.env())
    make.make(ledger.env(), "X", to=["philippe"])
    assert ledger.who() == {1: "dana-kim", 2: "lee", 4: "philippe"}
    # The same name as before is still the same person.
    make.make(ledger.env(), "Y", to=["philippa"], new=True)
    assert [name for (name,) in ledger.rows("SELECT handle FROM person ORDER BY id")] == [
        "dana-kim",
        "lee",
        "philippa",
        "philippe",
    ]


# Me


@pytest.mark.parametrize("word", ["me", "ME", " me", "me ", "Me\t"])
@pytest.mark.parametrize("option", ["to", "from_"])
def test_me_is_me_however_it_is_typed(ledger: Ledger, word: str, option: str) -> None:
    make.make(ledger.env(), "Run", **{option: [word]})  # type: ignore[arg-type]
    assert ledger.rows("SELECT direction, person, state FROM promise WHERE id = 3") == [
        ("self", None, "active")
    ]
    assert ledger.rows("SELECT count(*) FROM person") == [(2,)]


@pytest.mark.parametrize("word", ["me", "Me", " me "])
def test_nobody_else_can_be_called_me(ledger: Ledger, word: str) -> None:
    with ledger.refused(errors.Usage):
        commands.rename(ledger.env(), "lee", word)
    with ledger.refused(errors.Usage):
        commands.alias(ledger.env(), "lee", word)


# Rename, alias, merge


def test_a_new_handle_keeps_the_old_one_as_an_alias_and_history_follows(ledger: Ledger) -> None:
    commands.rename(ledger.env(), "lee", "leopold")
    assert all(name in ledger.out.getvalue() for name in ("lee", "leopold", "Leopold"))
    assert ledger.who() == {1: "dana-kim", 2: "leopold"}
    for word in ("lee", "leopold", "Leopold", "leo"):
        assert ledger.who(with_=word) == {2: "leopold"}
    make.make(ledger.env(), "X", to=["lee"])
    assert ledger.who()[3] == "leopold"
    with ledger.refused(errors.NameTaken, "already means leopold"):
        commands.rename(ledger.env(), "dana-kim", "lee")
    undo.undo(ledger.env())
    undo.undo(ledger.env())
    assert "Undone: person rename." in ledger.out.getvalue()
    assert ledger.who() == {1: "dana-kim", 2: "lee"}
    assert ledger.rows("SELECT handle, name FROM person WHERE id = 2") == [("lee", "Lee")]
    assert ledger.rows("SELECT * FROM alias") == []
    undo.redo(ledger.env())
    assert ledger.rows("SELECT handle, name FROM person WHERE id = 2") == [("leopold", "Leopold")]
    assert ledger.rows("SELECT alias, person FROM alias") == [("lee", 2)]


def test_a_name_that_was_chosen_stays_with_another_handle(ledger: Ledger) -> None:
    commands.rename(ledger.env(), "lee", "lee", display="Lee Öz")
    commands.rename(ledger.env(), "lee", "loz")
    assert ledger.rows("SELECT handle, name FROM person WHERE id = 2") == [("loz", "Lee Öz")]
    commands.rename(ledger.env(), "loz", "lee")
    assert ledger.rows("SELECT handle, name FROM person WHERE id = 2") == [("lee", "Lee Öz")]
    assert ledger.rows("SELECT alias, person FROM alias") == [("loz", 2)]


def test_renaming_that_changes_nothing_is_refused(ledger: Ledger) -> None:
    for new, display in (("lee", None), ("Lee", None), ("lee", "Lee")):
        with ledger.refused(errors.SameName, "lee already has that name"):
            commands.rename(ledger.env(), "lee", new, display=display)


def test_a_handle_and_an_alias_belong_to_one_person(ledger: Ledger) -> None:
    commands.alias(ledger.env(), "lee", "Leopold")
    assert ledger.who(with_="leopold") == {2: "lee"}
    for taken in ("leopold", "lee", "LEE"):
        with ledger.refused(errors.NameTaken, "already means"):
            commands.alias(ledger.env(), "dana-kim", taken)
    for same in ("dana kim", "dana-kim"):
        with ledger.refused(errors.SameName, "dana-kim already has that name"):
            commands.alias(ledger.env(), "dana-kim", same)
    with ledger.refused(errors.NameTaken):
        commands.rename(ledger.env(), "dana-kim", "leopold")
    with ledger.refused(errors.BadName):
        commands.alias(ledger.env(), "lee", "?2")
    with ledger.refused(errors.BadName):
        commands.rename(ledger.env(), "lee", " ")
    undo.undo(ledger.env())
    with pytest.raises(errors.NoPerson):
        ledger.who(with_="leopold")
    commands.alias(ledger.env(), "dana-kim", "leopold")
    assert ledger.who(with_="leopold") == {1: "dana-kim"}


def test_an_alias_can_become_the_handle(ledger: Ledger) -> None:
    commands.alias(ledger.env(), "lee", "leopold")
    commands.rename(ledger.env(), "lee", "leopold")
    assert ledger.rows("SELECT alias, person FROM alias") == [("lee", 2)]
    assert ledger.who() == {1: "dana-kim", 2: "leopold"}


def test_two_that_are_one_share_everything_and_can_be_parted(ledger: Ledger) -> None:
    make.make(ledger.env(), "X", to=["philippa"])
    commands.alias(ledger.env(), "philippa", "pip")
    before = (
        ledger.rows("SELECT * FROM person"),
        ledger.rows("SELECT * FROM alias"),
        ledger.listed(),
    )
    commands.merge(ledger.env(), "philippa", "lee")
    assert "into Lee (lee)" in ledger.out.getvalue()
    assert ledger.who() == {1: "dana-kim", 2: "lee", 3: "lee"}
    for word in ("lee", "philippa", "pip", "phil"):
        assert ledger.who(with_=word) == {2: "lee", 3: "lee"}
    make.make(ledger.env(), "Y", to=["pip"])
    assert ledger.who()[4] == "lee"
    with ledger.refused(errors.SamePerson, "already mean lee"):
        commands.merge(ledger.env(), "philippa", "lee")
    undo.undo(ledger.env())
    undo.undo(ledger.env())
    after = ledger.rows("SELECT * FROM person"), ledger.rows("SELECT * FROM alias"), ledger.listed()
    assert after == before
    undo.redo(ledger.env())
    undo.redo(ledger.env())
    assert ledger.who() == {1: "dana-kim", 2: "lee", 3: "lee", 4: "lee"}


def test_merging_goes_on_from_the_merged(ledger: Ledger) -> None:
    make.make(ledger.env(), "X", to=["philippa"])
    commands.merge(ledger.env(), "philippa", "lee")
    commands.merge(ledger.env(), "lee", "dana-kim")
    assert ledger.who() == {1: "dana-kim", 2: "dana-kim", 3: "dana-kim"}
    assert {alias for (alias,) in ledger.rows("SELECT alias FROM alias")} == {"philippa", "lee"}
    undo.undo(ledger.env())
    assert ledger.who() == {1: "dana-kim", 2: "lee", 3: "lee"}


def test_one_may_take_the_handle_of_whom_they_turned_out_to_be(ledger: Ledger) -> None:
    commands.merge(ledger.env(), "lee", "dana-kim")
    commands.rename(ledger.env(), "dana-kim", "lee")
    assert ledger.who() == {1: "lee", 2: "lee"}
    for word in ("lee", "dana-kim"):
        assert ledger.who(with_=word) == {1: "lee", 2: "lee"}
    undo.undo(ledger.env())
    undo.undo(ledger.env())
    assert ledger.who() == {1: "dana-kim", 2: "lee"}


def test_figures_of_the_merged_are_one(ledger: Ledger) -> None:
    make.make(ledger.env(), "X", to=["philippa"], agreed=True, by="in 2 days")
    commands.merge(ledger.env(), "philippa", "lee")
    commands.people(ledger.env("json"))
    figures = {
        row["person"]: (row["owe"], row["owed"]) for row in json.loads(ledger.out.getvalue())
    }
    assert figures == {"dana-kim": (0, 0), "lee": (1, 0)}


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("d", None),
        ("dana", None),
        ("nobody", errors.NoPerson),
        ("", errors.NoPerson),
        ("quentin", errors.NoPerson),
    ],
)
def test_a_person_is_shown_by_any_beginning(
    ledger: Ledger, word: str, problem: type[errors.Problem] | None
) -> None:
    if problem:
        with ledger.refused(problem):
            commands.show(ledger.env("json"), word)
        return
    commands.show(ledger.env("json"), word)
    assert [row["id"] for row in json.loads(ledger.out.getvalue())] == [1]


def test_an_ambiguous_beginning_lists_the_candidates(ledger: Ledger) -> None:
    make.make(ledger.env(), "X", to=["daniel"], new=True)
    uses: tuple[Callable[[], None], ...] = (
        lambda: commands.show(ledger.env(), "dan"),
        lambda: commands.rename(ledger.env(), "dan", "x"),
        lambda: commands.merge(ledger.env(), "dan", "lee"),
        lambda: lists.list_(ledger.env(), with_="dan"),
    )
    for use in uses:
        with ledger.refused(errors.AmbiguousPerson, "dana-kim or daniel"):
            use()
    with ledger.refused(errors.NearMiss, "dana-kim or daniel"):
        make.make(ledger.env(), "X", to=["dan"])


def test_what_was_recorded_about_a_person_is_chained_and_kept(ledger: Ledger) -> None:
    commands.rename(ledger.env(), "lee", "leo")
    undo.undo(ledger.env())
    assert ledger.rows(
        "SELECT verb, person, side, by FROM act WHERE person IS NOT NULL ORDER BY number"
    ) == [
        ("meet", 1, "bookkeeper", "me"),
        ("meet", 2, "bookkeeper", "me"),
        ("rename", 2, "bookkeeper", "me"),
        ("undo", 2, "bookkeeper", "me"),
    ]


# At a terminal a near miss is a question


class Terminal:
    """Both ends of a terminal: what is typed into it, and an Env that finds a person there."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._here, there = os.openpty()
        self._streams = [
            os.fdopen(os.dup(there), mode, encoding="utf-8") for mode in ("r", "w", "w")
        ]
        os.close(there)

    def env(self, answer: str, **more_: Any) -> Env:
        os.write(self._here, f"{answer}\n".encode())
        none = str(self._ledger.path.parent / "none")
        environ = {"TZ": "Europe/Berlin", "XDG_CONFIG_HOME": none, "XDG_STATE_HOME": none}
        one, two, three = self._streams
        return Env(
            environ,
            (one, two, three),
            ledger=str(self._ledger.path),
            today="2026-11-23T10:00",
            **more_,
        )

    def screen(self) -> str:
        for stream in self._streams[1:]:
            stream.flush()
        shown = b""
        while select.select([self._here], [], [], 0.2)[0]:  # it comes in pieces
            shown += os.read(self._here, 65536)
        return shown.decode()

    def close(self) -> None:
        for stream in self._streams:
            stream.close()
        os.close(self._here)


@pytest.fixture
def terminal(ledger: Ledger) -> Iterator[Terminal]:
    made = Terminal(ledger)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("answer", "handle"),
    [
        ("yes", "dana-kim"),
        ("Y", "dana-kim"),
        ("no", "dena-kim"),
        ("\nwhat\nn", "dena-kim"),
    ],
)
def test_a_near_miss_is_asked_about_at_a_terminal(
    ledger: Ledger, terminal: Terminal, answer: str, handle: str
) -> None:
    make.make(terminal.env(answer), "X", to=["Dena Kim"])
    assert "“Dena Kim” is new. Did you mean dana-kim? yes / no › " in terminal.screen()
    assert ledger.who()[3] == handle


@pytest.mark.parametrize(
    ("answer", "handle"),
    [("dana-kim", "dana-kim"), ("dani", "daniel"), ("new", "dan"), ("dan\n\nn", "dan")],
)
def test_which_of_several_is_meant_is_asked(
    ledger: Ledger, terminal: Terminal, answer: str, handle: str
) -> None:
    make.make(ledger.env(), "X", to=["daniel"], new=True)
    make.make(terminal.env(answer), "X", to=["dan"])
    assert "“dan” can be dana-kim, daniel or new. Who is it? › " in terminal.screen()
    assert ledger.who()[4] == handle


@pytest.mark.parametrize(
    ("answer", "handle"),
    [
        ("renée", "renée"),
        ("renee", "renée"),
        ("RENEE", "renée"),
        ("rene", "rene"),
        ("re\nn", "renne"),
    ],
)
def test_the_answer_needs_no_marks(
    ledger: Ledger, terminal: Terminal, answer: str, handle: str
) -> None:
    for name in ("rene", "renée"):
        make.make(ledger.env(), "X", to=[name], new=True)
    make.make(terminal.env(answer), "X", to=["renne"])
    assert "“renne” can be rene, renée or new. Who is it? › " in terminal.screen()
    assert ledger.who()[5] == handle


def test_a_name_of_several_is_asked_about_and_taken_apart(
    ledger: Ledger, terminal: Terminal
) -> None:
    make.make(terminal.env("yes"), "X", to=["Philippa and Lee"])
    assert "Is “Philippa and Lee” several people? yes / no › " in terminal.screen()
    assert ledger.who() == {1: "dana-kim", 2: "lee", 3: "philippa", 4: "lee"}
    make.make(terminal.env("no"), "X", to=["Smith, John"])
    assert ledger.who()[5] == "smith,-john"
    said = "A promise is between two people, and “Platform Team” are more. Name each of them: --to dana"
    with ledger.refused(errors.GroupName, said):
        make.make(terminal.env("y"), "X", to=["Platform Team"])
    make.make(terminal.env("", form="json"), "X", from_=["Platform Team"])
    make.make(terminal.env(""), "X", from_=["platform team"])
    assert ledger.who()[7] == "platform-team"


@pytest.mark.parametrize(
    "silence",
    [{"no_input": True}, {"quiet": True}, {"form": "json"}],
    ids=["no-input", "quiet", "json"],
)
def test_who_does_not_want_to_be_asked_is_not(
    ledger: Ledger, terminal: Terminal, silence: dict[str, Any]
) -> None:
    with ledger.refused(errors.NearMiss):
        make.make(terminal.env("new", **silence), "X", to=["Dena Kim"])
