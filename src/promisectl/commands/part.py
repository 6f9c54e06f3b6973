"""The command part: it makes promises parts of a bigger one, or of none."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, parts, recorder
from promisectl.domain.promise import Act, Side, Verb

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from promisectl.domain.promise import Promise
    from promisectl.env import Env
    from promisectl.storage.journal import Journal


def part(env: Env, ids: Sequence[str], *, of: str | None = None, alone: bool = False) -> None:
    """Make promises parts of the promise `of`, or with `alone` of none; nothing else changes.

    Raises MissingArgument, Contradiction, and what `parts.check_link` raises.
    """
    arguments.ensure_at_most_one(of=of, alone=alone)
    if of is None and not alone:
        raise errors.MissingArgument("--of", "promisectl part", "promisectl part 6 --of 5")
    number = None if of is None else arguments.parse_promise_number(of)

    def begin_links(db: sqlite3.Connection, journal: Journal) -> Callable[[Promise], Act]:
        def build_act(promise: Promise) -> Act:
            act = Act(Verb.PART, Side.BOOKKEEPER, env.now, env.now)
            if number is None:
                return act
            bigger = recorder.load_seen_promise(env, journal, number)
            parts.check_link(db, bigger, promise.id)
            return act._replace(text=str(number), bigger=bigger.opening.uid)

        return build_act

    recorder.record_move_inside(env, "part", ids, begin_links)
