"""Whether promises are well made: check."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, check_context, counterparty, output
from promisectl.commands.shared.check_context import Surroundings, Target
from promisectl.domain import people
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import check as wellmade
from promisectl.domain.wellmade.subject import Subject
from promisectl.records import as_csv, as_json, as_lines
from promisectl.storage import ledger, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from typing import Any

    from promisectl.commands.shared.output import Row
    from promisectl.domain.civil import When
    from promisectl.domain.wellmade.check import Finding
    from promisectl.env import Env

_OPEN = ("proposed", "active")
_LINE = ("id", "rule", "level", "quality", "says", "person", "outcome")


class Checked(NamedTuple):
    """A promise or a draft, the handle of the other side, its six marks, and what the rules have to say."""

    subject: Subject
    person: str | None
    marks: list[tuple[str, bool | None]]
    findings: list[Finding]


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
    given = {"to": to, "from": from_, "by": by, "done_when": done_when, "why": why, "agreed": agreed, "risk": risk, "no_to": no_to}
    _check_words(ids, draft, {**given, "backfill": backfill}, ignore)
    numbers = arguments.ids(ids)
    with output.opened(env) as found:
        db = found or ledger.in_memory()
        if draft is None:
            targets = [check_context.stored(db, row) for row in _rows(env, db, numbers)]
        else:
            terms = {"done_when": done_when, "why": why, "risk": risk, "no_to": no_to}
            targets = [_draft(env, draft, to, from_, by, terms, agreed=agreed, backfill=backfill)]
        surround = Surroundings(env, db)
        checked = [_checked(surround, target, ignore) for target in targets]
    _answer(env, checked, named=bool(numbers or draft))


def _draft(
    env: Env,
    outcome: str,
    to: str | None,
    from_: str | None,
    by: str | None,
    terms: Mapping[str, str | None],
    *,
    agreed: bool,
    backfill: bool,
) -> Target:
    name, handle, direction = _side(env, to, from_)
    due, unread = _date(env, by)
    state = State.ACTIVE if agreed or direction is Direction.SELF else State.PROPOSED
    texts: dict[str, Any] = {key: arguments.text(key.replace("_", "-"), text) for key, text in terms.items()}
    subject = Subject(arguments.outcome(outcome), direction, state, env.now, other=name, due=due, unread=unread, assumed=agreed)
    return Target(subject._replace(**texts, backfill=backfill), handle)


def _check_words(ids: Sequence[str], draft: str | None, given: Mapping[str, Any], ignore: Sequence[str]) -> None:
    if ids and draft is not None:
        raise errors.Contradiction("Give numbers of promises, or a draft, not both.")
    words = [f"--{name.replace('_', '-')}" for name, value in given.items() if value not in (None, False)]
    if words and draft is None:
        describe = "describes" if len(words) == 1 else "describe"
        first = words[0] if given[words[0].removeprefix("--").replace("-", "_")] is True else f"{words[0]} …"
        raise errors.Contradiction(f"{' and '.join(words)} {describe} a draft. Give it: check --draft “…” {first}")
    for rule in ignore:
        arguments.choice("--ignore", rule.upper(), tuple(wellmade.RULES))


def _side(env: Env, to: str | None, from_: str | None) -> tuple[str | None, str | None, Direction | None]:
    """Name and handle of the other side, and the direction; None where no side is named, no handle for somebody new."""
    counterparty.check_sides(env, [to] if to else [], [from_] if from_ else [])
    word = to or from_
    if not word:
        return None, None, None
    if counterparty.is_me(env, word):
        return None, None, Direction.SELF
    person = people.exact(word, counterparty.everybody(env))
    name = person.name if person else people.newcomer(word).name
    return name, person.handle if person else None, Direction.OWE if to else Direction.OWED


def _date(env: Env, by: str | None) -> tuple[When | None, str | None]:
    """The due date of a draft, or why it can't be read."""
    try:
        return arguments.due(env, "--by", by, said=env.now, backfill=True), None
    except (errors.UnreadableDate, errors.AmbiguousDate) as problem:
        return None, str(problem)


def _rows(env: Env, db: sqlite3.Connection, numbers: Sequence[int]) -> list[Row]:
    """The records of the promises named, else of all that are open."""
    if not numbers:
        return queries.found(db, output.clock(env), open=True, states=_OPEN)
    return [output.row(env, db, number) for number in numbers]


def _checked(surround: Surroundings, target: Target, ignore: Sequence[str]) -> Checked:
    around = surround.with_record(target, surround.around(target))
    marks = wellmade.marks(target.subject, surround.words)
    return Checked(target.subject, target.person, marks, surround.findings(target, around, ignore))


def _answer(env: Env, checked: Sequence[Checked], *, named: bool) -> None:
    if env.form == "table":
        from promisectl.rendering import check as drawing

        output.draw(env, drawing.page([(one.subject, one.marks, one.findings) for one in checked], named=named))
    elif env.as_json:
        records = map(_record, checked)
        env.write_records(as_json.array(records) if env.form == "json" else as_json.lines(records))
    else:
        lines = [{**_about(one), **_said(finding)} for one in checked for finding in one.findings]
        env.write_records((as_csv if env.form == "csv" else as_lines).lines(lines, _LINE))


def _said(finding: Finding) -> dict[str, Any]:
    return {"rule": finding.rule, "level": finding.level, "quality": finding.quality, "says": finding.whole}


def _about(one: Checked) -> dict[str, Any]:
    person = people.ME if one.subject.direction is Direction.SELF else one.person
    return {"id": one.subject.number, "person": person, "outcome": one.subject.outcome}


def _record(one: Checked) -> dict[str, Any]:
    return {**_about(one), "marks": dict(one.marks), "findings": [_said(finding) for finding in one.findings]}
