"""The commands that answer the findings of the rules, ready to be pasted."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from promisectl.domain.wellmade.subject import RuleCase


def _answer_due_before_yes(case: RuleCase) -> str:
    return "accept {}" if case.subject.waits_for_me else "bump {} “…”"


def _answer_hedge(case: RuleCase) -> str:
    is_answer = case.subject.state is State.PROPOSED and case.subject.waits_for_me
    return "negotiate {} --what “…”" if is_answer else "correct {} --what “…”"


def _answer_weekend(case: RuleCase) -> str:
    if case.subject.state is State.ACTIVE:
        return "negotiate {} --by “…” --reason “…”"
    return "negotiate {} --by “…”" if case.subject.waits_for_me else "negotiate {} --mine --by “…”"


def _answer_missing_reply_by(case: RuleCase) -> str:
    if case.subject.waits_for_me:
        return "accept {}"
    return f"negotiate {{}} --mine --reply-by {rules.suggest_reply_day(case)}"


_ANSWERS: dict[str, str | Callable[[RuleCase], str]] = {
    "L02": "correct {} --by “…”",
    "L04": "correct {} --what “…”",
    "L05": "correct {} --what “…”",
    "L06": _answer_hedge,
    "L07": "correct {} --done-when “…”",
    "L08": "correct {} --done-when “…”",
    "L09": "correct {} --what “…”",
    "L10": _answer_due_before_yes,
    "L11": "correct {} --why “…”",
    "L12": "correct {} --risk “…”",
    "L13": "correct {} --no-to “…”",
    "L14": "week",
    "L15": "week",
    "L17": _answer_weekend,
    "L18": "note {} “…”",
    "L19": "void {} --reason “…”",
    "L20": "correct {} --what “…”",
    "L21": "stats",
    "L22": _answer_missing_reply_by,
    "L23": "negotiate {} --by “…” --reason “…”",
    "L25": "correct {} --with “…”",
    "L26": "week",
}
"""The command for each rule, with `{}` for the ID of the promise."""


_LABELS = {
    "L14": "See the week:",
    "L15": "See the week:",
    "L17": "To move it:",
    "L18": "If so:",
    "L19": "If so:",
    "L21": "See your record:",
    "L26": "See the week:",
}
"""What a command is for, where the sentence before it does not say so."""


_ANSWERS_FOR_ONE = ("--risk", "--no-to", "--with")
"""The options of what is answered for each promise of a series by itself."""
_COMMANDS_WITH_REST = ("accept", "bump", "correct", "negotiate", "note", "void")


def build_label(rule: str, case: RuleCase) -> str:
    """Return what the command that answers a finding is for; empty where the sentence says it."""
    if rule == "L23":
        is_owed = case.subject.direction is Direction.OWED
        return "Talk it over, or release it:" if is_owed else "Talk it over:"
    if rule != "L10":
        return _LABELS.get(rule, "")
    return "Say yes:" if case.subject.waits_for_me else f"Remind {case.subject.other or 'them'}:"


def build_answer(rule: str, case: RuleCase) -> str:
    """Return the command that answers a finding; empty for a draft, and where there is none.

    In a series, it is for all that are left, where that is possible.
    """
    number = case.subject.number
    answer = _ANSWERS.get(rule, "")
    if number is None or not answer:
        return ""
    command = answer if isinstance(answer, str) else answer(case)
    words = command.split()
    is_for_rest = words[0] in _COMMANDS_WITH_REST and not {*words} & {*_ANSWERS_FOR_ONE}
    rest = " --rest" if case.subject.series and is_for_rest else ""
    return f"promisectl {command.format(f'{number}{rest}')}"
