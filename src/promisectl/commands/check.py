"""Whether promises are well made: check."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, check_context, counterparty, output
from promisectl.commands.shared.check_context import CheckContextLoader, CheckTarget
from promisectl.domain import people
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import check as wellmade
from promisectl.domain.wellmade.subject import Subject
from promisectl.records import as_csv, as_json, as_lines
from promisectl.storage import queries
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from typing import Any

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.wellmade.check import RuleFinding
    from promisectl.env import Env
    from promisectl.records.fields import Row

_FINDING_COLUMNS = ("id", "rule", "level", "quality", "says", "person", "outcome")


class CheckResult(NamedTuple):
    """A promise or a draft, the handle of the other side, its six marks, and what the rules have to say."""

    subject: Subject
    person: str | None
    marks: list[tuple[str, bool | None]]
    findings: list[RuleFinding]


def check(
    env: Env,
    ids: Sequence[str] = (),
    *,
    draft: str | None = None,
    to: str | None = None,
    from_: str | None = None,
    by: str | None = None,
    done_when: str | None = None,
    why: str | None = None,
    agreed: bool = False,
    risk: str | None = None,
    no_to: str | None = None,
    backfill: bool = False,
    ignore: Sequence[str] = (),
) -> None:
    """Hold a promise, all that are open, or a draft against the rules of well-made promises; they advise, and nothing is written."""
    given = {
        "to": to,
        "from": from_,
        "by": by,
        "done_when": done_when,
        "why": why,
        "agreed": agreed,
        "risk": risk,
        "no_to": no_to,
    }
    _check_draft_options(ids, draft, {**given, "backfill": backfill}, ignore)
    numbers = arguments.parse_promise_numbers(ids)
    with output.open_view(env) as db:
        if draft is None:
            targets = [
                check_context.load_check_target(db, row)
                for row in _fetch_rows_to_check(env, db, numbers)
            ]
        else:
            terms = {"done_when": done_when, "why": why, "risk": risk, "no_to": no_to}
            targets = [
                _build_draft_target(
                    env, draft, to, from_, by, terms, agreed=agreed, backfill=backfill
                )
            ]
        surround = CheckContextLoader(env, db)
        checked = [_check_target(surround, target, ignore) for target in targets]
    _print_check_results(env, checked, named=bool(numbers or draft))


def _build_draft_target(
    env: Env,
    outcome: str,
    to: str | None,
    from_: str | None,
    by: str | None,
    terms: Mapping[str, str | None],
    *,
    agreed: bool,
    backfill: bool,
) -> CheckTarget:
    name, handle, direction = _resolve_draft_side(env, to, from_)
    due, unread = _parse_draft_due(env, by)
    state = State.ACTIVE if agreed or direction is Direction.SELF else State.PROPOSED
    texts: dict[str, Any] = {
        key: arguments.check_text(key.replace("_", "-"), text) for key, text in terms.items()
    }
    subject = Subject(
        arguments.check_outcome(outcome),
        direction,
        state,
        env.now,
        other=name,
        due=due,
        unread=unread,
        assumed=agreed,
    )
    return CheckTarget(subject._replace(**texts, backfill=backfill), handle)


def _check_draft_options(
    ids: Sequence[str], draft: str | None, given: Mapping[str, Any], ignore: Sequence[str]
) -> None:
    if ids and draft is not None:
        raise errors.Contradiction("Give numbers of promises, or a draft, not both.")
    words = [
        f"--{name.replace('_', '-')}" for name, value in given.items() if value not in (None, False)
    ]
    if words and draft is None:
        describe = "describes" if len(words) == 1 else "describe"
        first = (
            words[0]
            if given[words[0].removeprefix("--").replace("-", "_")] is True
            else f"{words[0]} …"
        )
        raise errors.Contradiction(
            f"{' and '.join(words)} {describe} a draft. Give it: check --draft “…” {first}"
        )
    for rule in ignore:
        arguments.check_choice("--ignore", rule.upper(), tuple(wellmade.RULES))


def _resolve_draft_side(
    env: Env, to: str | None, from_: str | None
) -> tuple[str | None, str | None, Direction | None]:
    """Name and handle of the other side, and the direction; None where no side is named, no handle for somebody new."""
    counterparty.ensure_one_side(env, [to] if to else [], [from_] if from_ else [])
    word = to or from_
    if not word:
        return None, None, None
    if counterparty.is_ledger_owner(env, word):
        return None, None, Direction.SELF
    person = people.find_exact_person(word, counterparty.load_known_people(env))
    name = person.name if person else people.parse_newcomer(word).name
    return name, person.handle if person else None, Direction.OWE if to else Direction.OWED


def _parse_draft_due(env: Env, by: str | None) -> tuple[CivilMoment | None, str | None]:
    """The due date of a draft, or why it can't be read."""
    try:
        return arguments.parse_due_date(env, "--by", by, said=env.now, backfill=True), None
    except (errors.UnreadableDate, errors.AmbiguousDate) as problem:
        return None, str(problem)


def _fetch_rows_to_check(env: Env, db: sqlite3.Connection, numbers: Sequence[int]) -> list[Row]:
    """The records of the promises named, else of all that are open."""
    if not numbers:
        return queries.fetch_promise_rows(
            db, Query(output.build_clock(env), open=True, states=UNDELIVERED_STATES)
        )
    return [output.find_promise_row(env, db, number) for number in numbers]


def _check_target(
    surround: CheckContextLoader, target: CheckTarget, ignore: Sequence[str]
) -> CheckResult:
    around = surround.add_kept_counts(target, surround.load_context(target))
    marks = wellmade.list_marks(target.subject, surround.words)
    return CheckResult(
        target.subject, target.person, marks, surround.check_target(target, around, ignore)
    )


def _print_check_results(env: Env, checked: Sequence[CheckResult], *, named: bool) -> None:
    if env.form == "table":
        from promisectl.rendering import check as drawing

        output.print_renderables(
            env,
            drawing.render_check(
                [(one.subject, one.marks, one.findings) for one in checked], named=named
            ),
        )
    elif env.is_json:
        records = map(_build_check_record, checked)
        env.write_records(
            as_json.iter_json_array(records)
            if env.form == "json"
            else as_json.iter_json_lines(records)
        )
    else:
        lines = [
            {**_build_subject_record(one), **_build_finding_record(finding)}
            for one in checked
            for finding in one.findings
        ]
        iter_lines = as_csv.iter_csv_lines if env.form == "csv" else as_lines.iter_tab_lines
        env.write_records(iter_lines(lines, _FINDING_COLUMNS))


def _build_finding_record(finding: RuleFinding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "quality": finding.quality,
        "says": finding.full_sentence,
    }


def _build_subject_record(one: CheckResult) -> dict[str, Any]:
    person = people.ME_HANDLE if one.subject.direction is Direction.SELF else one.person
    return {"id": one.subject.number, "person": person, "outcome": one.subject.outcome}


def _build_check_record(one: CheckResult) -> dict[str, Any]:
    return {
        **_build_subject_record(one),
        "marks": dict(one.marks),
        "findings": [_build_finding_record(finding) for finding in one.findings],
    }
