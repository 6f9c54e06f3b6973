"""What a move needs and did not get is asked for at a terminal, and refused elsewhere."""

from __future__ import annotations

from itertools import islice

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, output, prompts
from promisectl.domain import lifecycle
from promisectl.domain.promise import Direction, Verb
from promisectl.rendering import completion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.env import Env

_MAX_LISTED_CHOICES = 9
_ABOUT_IDS = "The ID of a promise, which is at the beginning of its line, such as 3 or #3."


def ask_ids(env: Env, command: str, *, many: bool) -> Any:
    """List what a move is open for, the first due first, and return the IDs that are typed.

    With `many` they are a list, else one word. Raises MissingArgument where nobody can be asked,
    and NothingOpen if the move is open for nothing.
    """
    if not env.may_ask:
        raise_missing_argument(command, "an ID")
    _print_open_promises(env, command)
    while True:
        question = "Which ones? Type the IDs" if many else "Which one?"
        typed = env.ask_question(question, about=[_ABOUT_IDS]).split()
        try:
            numbers = arguments.parse_promise_numbers(typed)
        except errors.Usage as problem:
            env.print_warning(str(problem))
            continue
        if many and numbers:
            return typed
        if len(numbers) == 1:
            return typed[0]
        if not numbers:
            env.refuse_empty_answer()


def _print_open_promises(env: Env, command: str) -> None:
    """Print at most nine promises for which a move is open, and how many more there are."""
    from promisectl.storage import completion as stored_completion

    with output.open_view(env) as db:
        clock = output.build_clock(env)
        rows = stored_completion.iter_completion_promises(db, clock, command)
        listed = list(islice(rows, _MAX_LISTED_CHOICES))
        more = sum(1 for _ in rows)
    if not listed:
        raise errors.NothingOpen(command)
    width = max(len(str(row["id"])) for row in listed)
    for row in listed:
        env.seen_uids[row["id"]] = row["uid"]
        about = completion.format_promise_completion(row, env.here, env.width)
        env.print_warning(f"{row['id']:>{width}}  {about}", whole=True)
    if more:
        env.print_warning(f"and {more} more: promisectl list")


def raise_missing_argument(command: str, needed: str) -> None:
    """Refuse a command without one of its arguments. Raises MissingArgument."""
    raise errors.MissingArgument(needed, f"promisectl {command}", "")


def ask_missing_text(
    env: Env, verb: Verb, ids: Sequence[str], typed: str | None, question: str
) -> str | None:
    """Return the text of a move, which is asked for if it is missing and the move is open.

    Raises MissingArgument where nobody can be asked.
    """
    if typed is not None:
        return typed
    if not env.may_ask:
        raise_missing_argument(verb.value, "a text")
    return prompts.ask_required_text(env, "text", question) if is_needed(env, verb, ids) else None


def ask_tags(env: Env, verb: Verb) -> list[str]:
    """Ask for the tags of a move. Raises MissingArgument where nobody can be asked."""
    if not env.may_ask:
        raise_missing_argument(verb.value, "a tag")
    return prompts.ask_required_text(env, "tag", "Which tags?").split()


def ask_reason(env: Env, verb: Verb, ids: Sequence[str], *, always: bool = False) -> str | None:
    """Ask for the reason of a move that needs one; None if it does not, or nobody can be asked.

    With `always`, a reason that is not needed is also asked for, and Enter skips it.
    """
    if not env.may_ask:
        return None
    if is_needed(env, verb, ids):
        return prompts.ask_required_text(env, "reason", "Why?")
    return prompts.ask_text(env, "reason", "Why? (Enter to skip)") if always else None


def is_needed(env: Env, verb: Verb, ids: Sequence[str]) -> bool:
    """Whether a move needs a reason or a text, and is open for all these promises."""
    transitions = []
    for number in arguments.parse_promise_numbers(ids):
        promise, _ = output.load_promise_and_name(env, number)
        speaker = lifecycle.infer_speaker(promise, verb)
        transitions.append(lifecycle.find_transition(promise, verb, speaker))
    return all(transitions) and any(
        row and {"reason", "text"} & {*row.needs} for row in transitions
    )


def ask_notice_options(env: Env, ids: Sequence[str]) -> dict[str, Any]:
    """Ask when the other side was told of a break, and return it as options of `renege`.

    Nothing is asked about a promise to myself, nor if the move will be refused.
    """
    numbers = arguments.parse_promise_numbers(ids)
    loaded = [output.load_promise_and_name(env, number) for number in numbers]
    promises = [promise for promise, _ in loaded]
    directions = {promise.direction for promise in promises}
    if (
        len(directions) > 1
        or directions == {Direction.SELF}
        or not is_needed(env, Verb.RENEGE, ids)
    ):
        return {}
    names = dict.fromkeys(name for _, name in loaded)
    name, was = " and ".join(names), "was" if len(names) == 1 else "were"
    question, never = f"When {was} {name} told: now, a date, or not yet?", "not yet"
    never_options = {"not_told": True}
    if directions == {Direction.OWED}:
        question, never = f"When did {name} tell you: now, a date, or never?", "never"
        never_options = {"silent": True}
    told = None
    while told is None:
        told = prompts.ask_told_time(
            env, "--told", question, promises, Verb.RENEGE, but=("now", never)
        )
        if told is None:
            env.refuse_empty_answer()
    if told == never:
        return never_options
    return {} if told == "now" else {"told": told}
