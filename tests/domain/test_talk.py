"""What was said is read from the acts as the lifecycle reads them, whatever was recorded, undone and corrected."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promisectl.domain.civil import CivilMoment
from promisectl.domain.constants import AGREED_STATES, CLOSED_STATES
from promisectl.domain.promise import Direction, Promise, State, Terms
from promisectl.domain.talk import SaidTerms, Talk, read_revisions, read_talk
from promisectl.storage import ledger, queries
from tests.cli.talks import Talks
from tests.conftest import Program

STEPS = 30


def _said(terms: Terms) -> SaidTerms:
    def pair(when: CivilMoment | None) -> tuple[str, str] | None:
        return (when.civil, when.zone) if when else None

    return SaidTerms(
        terms.outcome, pair(terms.due), terms.done_when, terms.why, pair(terms.reply_by)
    )


def _compare(promise: Promise, talk: Talk) -> None:
    """A talk is what the lifecycle makes of the same acts."""
    offered, in_force = promise.offered_revision, promise.in_force
    assert talk.agreed == (in_force and _said(in_force.terms))
    if promise.are_terms_unsaid:
        known = [_said(one.terms) for one in promise.revisions if one is not offered]
        assert talk.proposal is None or talk.proposal.terms in known
    elif offered is None or talk.proposal is None:
        assert (talk.proposal, offered) == (None, None)
    else:
        assert talk.proposal.terms == _said(offered.terms)
        assert talk.proposal.is_mine is promise.direction.is_my_side(offered.author)
    if promise.state is State.ACTIVE:
        assert (talk.warning is None) is (promise.bumped_at is None)
    ends = {
        State.DECLINED: "no",
        State.WITHDRAWN: "withdraw",
        State.RELEASED: "release",
        State.KEPT: "confirmed",
    }
    last = talk.mine[-1] if talk.mine else talk.heard
    if last is None:  # they never heard of it
        assert promise.state is State.WITHDRAWN
        return
    if promise.state in ends:
        assert last.kind == ends[promise.state]
    if promise.state is State.RENEGED:
        assert last.kind == ("not_kept" if promise.silent else "broken")
    if promise.state is State.DELIVERED:
        kinds = ("reported", "report_again", "about")
        assert {one.kind for one in (*talk.mine, talk.heard) if one} & set(kinds)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_a_talk_is_what_the_lifecycle_makes_of_the_same_acts(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    talks = Talks(tmp_path_factory.mktemp("talks") / "ledger.db", seed, STEPS)
    with ledger.open_snapshot(talks.path) as db:
        for number in talks.outcomes:
            promise = queries.load_promise(db, number)
            if promise.state is State.VOID:
                continue  # there is no message about it
            direction, rows = talks.rows(number)
            revisions = {one.number: _said(one.terms) for one in promise.revisions}
            found = read_revisions(rows)
            assert {number: found[number] for number in revisions} == revisions
            _compare(promise, read_talk(rows, direction))


def test_such_ledgers_come_to_every_state(tmp_path: Path) -> None:
    states: set[State] = set()
    for seed in range(16):
        talks = Talks(tmp_path / f"{seed}.db", seed, STEPS)
        with ledger.open_snapshot(talks.path) as db:
            states |= {queries.load_promise(db, number).state for number in talks.outcomes}
    assert states >= {*State} - {State.VOID}


@pytest.mark.parametrize(
    ("state", "direction", "kind", "is_mine"),
    [
        ("proposed", "owed", "request", True),
        ("proposed", "owe", "offer", True),
        ("active", "owe", "yes", True),
        ("delivered", "owe", "reported", True),
        ("delivered", "owed", "reported", False),
        ("kept", "owe", "confirmed", False),
        ("kept", "owed", "confirmed", True),
        ("declined", "owed", "no", False),
        ("withdrawn", "owed", "withdraw", True),
        ("reneged", "owe", "broken", True),
        ("released", "owed", "release", True),
    ],
)
def test_an_import_tells_what_it_found(
    program: Program, state: str, direction: str, kind: str, is_mine: bool
) -> None:
    moments = {"accepted_at": AGREED_STATES, "closed_at": CLOSED_STATES}
    moments["delivered_at"] = ("delivered", "kept")
    columns = {"outcome": "Pay the caterer", "direction": direction, "person": "dana"}
    columns |= {"state": state, "made_at": "2026-11-02T09:00:00Z"}
    columns |= {name: "2026-11-03T09:00:00Z" for name, states in moments.items() if state in states}
    table = f"{','.join(columns)}\n{','.join(columns.values())}\n"
    program.ok("import", "-", "--format", "csv", piped=table)
    with ledger.open_snapshot(str(program.ledger)) as db:
        talk = read_talk(queries.fetch_talk_rows(db, 1), direction)
    [said] = talk.mine or [talk.heard]
    assert said
    assert (said.kind, said.terms.outcome) == (kind, "Pay the caterer")
    assert said.both or said.is_mine is is_mine
    assert (talk.agreed is None) is (state in ("proposed", "declined", "withdrawn"))


def test_an_imported_change_is_proposed_by_its_author(program: Program) -> None:
    program.ok("make", "Pay the caterer", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("negotiate", "1", "--by", "mon", "--reason", "late", "--theirs")
    records = program.ok("export", "--format", "jsonl")
    other = str(program.home / "other.db")
    program.ok("--ledger", other, "import", "-", "--format", "jsonl", piped=records)
    with ledger.open_snapshot(other) as db:
        talk = read_talk(queries.fetch_talk_rows(db, 1), Direction.OWE.value)
    assert talk.heard
    assert talk.proposal
    assert talk.agreed
    assert (talk.heard.kind, talk.proposal.is_mine) == ("change", False)
    assert (talk.agreed.due, talk.proposal.terms.due) == (
        ("2026-11-27", "Europe/Berlin"),
        ("2026-11-30", "Europe/Berlin"),
    )
