"""The check of how well a promise is made, by 22 rules: most advise, three refuse.

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
from promisectl.domain.wellmade import phrases, rules
from promisectl.domain.wellmade.subject import (
    CheckContext,
    ExtraPhrases,
    RuleCase,
    Subject,
    format_promise_list,
)

if TYPE_CHECKING:
    from collections.abc import Collection


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
    about.
    """

    rule: str
    level: RuleLevel
    quality: str
    says: str
    others: tuple[tuple[int, str], ...] = ()

    @property
    def full_sentence(self) -> str:
        """The sentence with up to five of the other promises."""
        if not self.others:
            return self.says
        promises = format_promise_list(self.others, _MAX_NAMED_PROMISES)
        return f"{self.says.removesuffix('.')}: {promises}."


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
    others = {"L14": tuple(context.week), "L15": tuple(context.day)}
    findings = []
    for name, rule in RULES.items():
        if name not in ignored and (sentence := _RULE_TESTS[name](case)):
            level = resolve_level(rule, case)
            findings.append(RuleFinding(name, level, rule.quality, sentence, others.get(name, ())))
    return findings


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
