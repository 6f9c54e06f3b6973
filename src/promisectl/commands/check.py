"""The command `check`: how well promises are made."""

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
    from collections.abc import Sequence
    from typing import Any

    from promisectl.domain.wellmade.check import RuleFinding
    from promisectl.env import Env
    from promisectl.records.fields import Row

_FINDING_COLUMNS = ("id", "rule", "level", "quality", "says", "person", "outcome")


class CheckResult(NamedTuple):
    """A promise or a draft, the handle of the other side, its six marks, and the findings.

    A mark is None when it does not apply.
    """

    subject: Subject
    person: str | None
    marks: list[tuple[str, bool | None]]
    findings: list[RuleFinding]


class PromiseDraft(NamedTuple):
    """The options that describe a promise which is not made yet, as they were typed."""

    outcome: str | None
    to: str | None
    from_: str | None
    by: str | None
    done_when: str | None
    why: str | None
    agreed: bool
    risk: str | None
    no_to: str | None
    backfill: bool

    def ensure_outcome(self) -> None:
        """Raise Contradiction when there are options that describe a draft but no draft."""
        typed = {
            f"--{name.strip('_').replace('_', '-')}": value
            for name, value in self._asdict().items()
            if name != "outcome" and value not in (None, False)
        }
        if self.outcome is not None or not typed:
            return
        need = "needs" if len(typed) == 1 else "need"
        first, value = next(iter(typed.items()))
        example = first if value is True else f"{first} “…”"
        raise errors.Contradiction(
            f"{' and '.join(typed)} {need} a draft.",
            f"Add it: promisectl check --draft “…” {example}",
        )

    def build_target(self, env: Env, outcome: str) -> CheckTarget:
        """Return what the rules check. Raises Usage for words that `make` would refuse."""
        name, handle, direction = resolve_draft_side(env, self.to, self.from_)
        due, unread_due = None, None
        try:
            due = arguments.resolve_due_date(
                env, "--by", self.by, said=env.now, backfill=self.backfill
            )
        except (errors.UnreadableDate, errors.AmbiguousDate) as problem:
            unread_due = str(problem)
        is_active = self.agreed or direction is Direction.SELF
        texts: dict[str, Any] = {
            name: arguments.check_text(name.replace("_", "-"), getattr(self, name))
            for name in ("done_when", "why", "risk", "no_to")
        }
        subject = Subject(
            arguments.check_outcome(outcome),
            direction,
            State.ACTIVE if is_active else State.PROPOSED,
            env.now,
            other=name,
            due=due,
            unread=unread_due,
            assumed=self.agreed,
        )
        return CheckTarget(subject._replace(**texts, backfill=self.backfill), handle)


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
    """Check some promises, all open ones, or a draft by the rules of well-made promises.

    The rules only advise; nothing is recorded.
    """
    if ids and draft is not None:
        raise errors.Contradiction("Give IDs of promises or --draft, not both.")
    described = PromiseDraft(draft, to, from_, by, done_when, why, agreed, risk, no_to, backfill)
    described.ensure_outcome()
    for rule in ignore:
        arguments.check_choice("--ignore", rule.upper(), tuple(wellmade.RULES))
    numbers = arguments.parse_promise_numbers(ids)
    with output.open_view(env) as db:
        if draft is None:
            rows = fetch_rows_to_check(env, db, numbers)
            targets = [check_context.load_check_target(db, row) for row in rows]
        else:
            targets = [described.build_target(env, draft)]
        loader = CheckContextLoader(env, db)
        results = [check_one_target(loader, target, ignore) for target in targets]
    print_check_results(env, results, named=bool(numbers or draft))


def resolve_draft_side(
    env: Env, to: str | None, from_: str | None
) -> tuple[str | None, str | None, Direction | None]:
    """Return name and handle of the other side, and the direction.

    All are None when no side is named; the handle is None for a new person and for oneself.
    """
    counterparty.ensure_one_side(env, [to] if to else [], [from_] if from_ else [])
    word = to or from_
    if not word:
        return None, None, None
    if counterparty.is_ledger_owner(env, word):
        return None, None, Direction.SELF
    known = counterparty.load_known_people(env)
    person = people.find_exact_person(word, known) or counterparty.find_person_by_part(word, known)
    name = person.name if person else people.parse_newcomer(word).name
    return name, person.handle if person else None, Direction.OWE if to else Direction.OWED


def fetch_rows_to_check(env: Env, db: sqlite3.Connection, numbers: Sequence[int]) -> list[Row]:
    """Return the rows of the promises with these numbers, or of all open ones without a number.

    Open ones that are delivered are left out. Raises NoPromise.
    """
    if numbers:
        return [output.find_promise_row(env, db, number) for number in numbers]
    query = Query(output.build_clock(env), open=True, states=UNDELIVERED_STATES)
    return queries.fetch_promise_rows(db, query)


def check_one_target(
    loader: CheckContextLoader, target: CheckTarget, ignore: Sequence[str]
) -> CheckResult:
    """Return the marks and the findings for a promise or a draft, without the ignored rules."""
    context = loader.add_kept_counts(target, loader.load_context(target))
    marks = wellmade.list_marks(target.subject, loader.words)
    findings = loader.check_target(target, context, ignore)
    return CheckResult(target.subject, target.person, marks, findings)


def print_check_results(env: Env, results: Sequence[CheckResult], *, named: bool) -> None:
    """Print the results as a page, one JSON object a promise, or one line a finding.

    `named`: the person has named what to check, so that a promise without findings shows too.
    """
    if env.form == "table":
        from promisectl.rendering import check as check_page

        parts = [(result.subject, result.marks, result.findings) for result in results]
        output.print_renderables(env, check_page.render_check(parts, named=named))
    elif env.is_json:
        records = map(build_check_record, results)
        encode = as_json.iter_json_array if env.form == "json" else as_json.iter_json_lines
        env.write_records(encode(records))
    else:
        lines = [
            {**_build_subject_record(result), **_build_finding_record(finding)}
            for result in results
            for finding in result.findings
        ]
        iter_lines = as_csv.iter_csv_lines if env.form == "csv" else as_lines.iter_tab_lines
        env.write_records(iter_lines(lines, _FINDING_COLUMNS))


def build_check_record(result: CheckResult) -> dict[str, Any]:
    """Return the result for one promise as a JSON object."""
    return {
        **_build_subject_record(result),
        "marks": dict(result.marks),
        "findings": [_build_finding_record(finding) for finding in result.findings],
    }


def _build_finding_record(finding: RuleFinding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "quality": finding.quality,
        "says": finding.full_sentence,
    }


def _build_subject_record(result: CheckResult) -> dict[str, Any]:
    is_mine = result.subject.direction is Direction.SELF
    return {
        "id": result.subject.number,
        "person": people.ME_HANDLE if is_mine else result.person,
        "outcome": result.subject.outcome,
    }
