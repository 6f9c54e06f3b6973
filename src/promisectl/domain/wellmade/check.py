"""The check of how well a promise is made, by 25 rules: most advise, three refuse.

The five qualities are those of Sull & Spinosa, “Promise-Based Management” (HBR 2007): public,
active, voluntary, explicit, mission-based. Rules about the future apply to open promises only.
A promise without findings is not proved to be well made.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import AGREED_STATES
from promisectl.domain.promise import Direction
from promisectl.domain.wellmade import answers, phrases, rules
from promisectl.domain.wellmade.subject import (
    CheckContext,
    ExtraPhrases,
    RuleCase,
    Subject,
    format_promise_list,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class RuleLevel(StrEnum):
    """How serious a finding is."""

    REFUSE = "refuse"
    WARN = "warn"
    INFO = "info"


class Rule(NamedTuple):
    """One rule: its quality, empty where it guards none of the five, and what it looks for."""

    id: str
    level: RuleLevel
    quality: str
    about: str


class RuleFinding(NamedTuple):
    """What a rule found about a promise.

    `says` is one sentence for a person, `others` the ID and outcome of the other promises it is
    about, `answer` the command that answers it, if any, and `label` what that is for, where `says`
    leaves it open. `about` are the IDs of the promises of a series that it is about, where those
    are not all of it.
    """

    rule: str
    level: RuleLevel
    quality: str
    says: str
    others: tuple[tuple[int, str], ...] = ()
    answer: str = ""
    label: str = ""
    about: str = ""

    @property
    def full_sentence(self) -> str:
        """The sentence with up to five of the other promises."""
        about = f"#{self.about}: " if self.about else ""
        if not self.others:
            return f"{about}{self.says}"
        promises = format_promise_list(self.others, _MAX_NAMED_PROMISES)
        return f"{about}{self.says.removesuffix('.')}: {promises}."

    def format_with_answer(self, sentence: str) -> str:
        """Return the sentence, and after it the command that answers the finding, if any."""
        return f"{sentence} {self.labeled_answer}".rstrip()

    @property
    def labeled_answer(self) -> str:
        """The command that answers the finding, after its label; empty without one."""
        return f"{self.label} {self.answer}".strip() if self.answer else ""


FIRST_RULES_AFTER_MOVE = ("L19", "L14", "L15", "L26", "L21", "L02")
"""The rules that come first in the one line after a move, whatever their level."""
RULES_ONCE_IN_SERIES = {"L08", "L11", "L12", "L13", "L17", "L18", "L23"}
"""The rules that speak of a series only once: about the first promise that is left."""
_RULES_FOR_LATER = frozenset(("L04", "L08", "L12"))  # silent after a move about the next day
_FAR_AHEAD_TIME, _MANY_ROUNDS = timedelta(days=7), 2
_MAX_NAMED_PROMISES = 5
RULES = {
    name: Rule(name, RuleLevel(level), quality, about)
    for name, level, quality, about, _ in rules.RULE_ROWS
}
"""All rules by their IDs, in order."""
_RULE_TESTS = {name: test for name, *_, test in rules.RULE_ROWS}


def check_promise(
    subject: Subject,
    context: CheckContext,
    *,
    ignore: Collection[str] = (),
    words: ExtraPhrases = ExtraPhrases(),  # noqa: B008  (it is immutable)
) -> list[RuleFinding]:
    """Return the findings about a promise in the order of the rules.

    `ignore` holds the IDs of rules to leave out, `words` a person's own phrases.
    """
    case = RuleCase(subject, context, words, phrases.tokenize_unquoted(subject.outcome))
    ignored = {name.upper() for name in ignore}
    others = {
        "L14": tuple(context.week),
        "L15": tuple(context.day),
        "L26": tuple(context.their_week),
    }
    if context.is_later:
        ignored |= RULES_ONCE_IN_SERIES
    findings = []
    for name, rule in RULES.items():
        if name not in ignored and (sentence := _RULE_TESTS[name](case)):
            level = resolve_level(rule, case)
            findings.append(
                RuleFinding(
                    name,
                    level,
                    rule.quality,
                    sentence,
                    others.get(name, ()),
                    answers.build_answer(name, case),
                    answers.build_label(name, case),
                )
            )
    return findings


def sort_findings_after_move(
    subject: Subject, context: CheckContext, findings: Sequence[RuleFinding]
) -> list[RuleFinding]:
    """Return the findings that may be shown after a move, the most useful ones first.

    Among the others, only warnings are shown. What has to be quick may be rough: of a promise that
    is due within a day, neither more words nor a done-when nor a risk is asked for.
    """
    case = RuleCase(subject, context, ExtraPhrases(), phrases.Tokens((), ()))
    by_rule = {finding.rule: finding for finding in findings}
    first = [by_rule.pop(rule) for rule in FIRST_RULES_AFTER_MOVE if rule in by_rule]
    silent = _RULES_FOR_LATER if case.is_due_within_a_day else frozenset[str]()
    others = [
        finding
        for rule, finding in by_rule.items()
        if finding.level is RuleLevel.WARN and rule not in silent
    ]
    return [*first, *others]


def list_marks(
    subject: Subject,
    words: ExtraPhrases = ExtraPhrases(),  # noqa: B008  (it is immutable)
) -> list[tuple[str, bool | None]]:
    """Return the six marks of a well-made promise and whether this one has each.

    The risk is None in a promise to myself or by another person.
    """
    context = CheckContext(datetime.fromtimestamp(0, UTC), "UTC")
    outcome_rules = {"L04", "L05", "L06"}
    findings = check_promise(subject, context, ignore=RULES.keys() - outcome_rules, words=words)
    has_risk = None
    if subject.direction not in {Direction.OWED, Direction.SELF}:
        has_risk = rules.has_text(subject.risk)
    return [
        ("who", subject.direction is not None),
        ("what", not findings),
        ("by when", subject.due is not None),
        ("done when", rules.has_text(subject.done_when)),
        ("accepted", subject.state in AGREED_STATES),
        ("risk", has_risk),
    ]


def resolve_level(rule: Rule, case: RuleCase) -> RuleLevel:
    """Return the level of a rule for a promise.

    A missing done-when (L08) is a warning when the promise is due in more than 7 days, or its
    terms were changed twice.
    """
    due = case.subject.due
    is_far = due is not None and due.at - case.context.now > _FAR_AHEAD_TIME
    if rule.id == "L08" and (is_far or case.subject.rounds >= _MANY_ROUNDS):
        return RuleLevel.WARN
    return rule.level
