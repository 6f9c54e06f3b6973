"""What makes a promise well made: 22 rules that can be tested without guessing. They advise; three refuse what can't be carried out.

The five qualities are those of Sull & Spinosa, “Promise-Based Management” (HBR 2007): public, active, voluntary, explicit, mission-based.
Rules about what lies ahead speak of open promises only. A rule that stays silent proves nothing.
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
    """How much a finding weighs."""

    REFUSE = "refuse"
    WARN = "warn"
    INFO = "info"


class Rule(NamedTuple):
    """One rule: which quality it guards (none where that is empty), and what it looks for."""

    id: str
    level: RuleLevel
    quality: str
    about: str


class RuleFinding(NamedTuple):
    """What a rule has to say about a promise: one sentence for a person, and the other promises it is about."""

    rule: str
    level: RuleLevel
    quality: str
    says: str
    others: tuple[tuple[int, str], ...] = ()

    @property
    def full_sentence(self) -> str:
        """The sentence with the other promises named, five at the most."""
        return (
            f"{self.says.removesuffix('.')}: {format_promise_list(self.others, _MAX_NAMED_PROMISES)}."
            if self.others
            else self.says
        )


_FAR_AHEAD, _MANY_ROUNDS = timedelta(days=7), 2
_MAX_NAMED_PROMISES = 5
RULES = {
    name: Rule(name, RuleLevel(level), quality, about)
    for name, level, quality, about, _ in rules.RULE_ROWS
}
"""All rules by their names, in order."""
_RULE_TESTS = {name: test for name, *_, test in rules.RULE_ROWS}


def check_promise(
    subject: Subject,
    around: CheckContext,
    *,
    ignore: Collection[str] = (),
    words: ExtraPhrases = ExtraPhrases(),  # noqa: B008  (it is immutable)
) -> list[RuleFinding]:
    """What the rules have to say about a promise, in their order, without those to ignore."""
    case = RuleCase(subject, around, words, phrases.tokenize_unquoted(subject.outcome))
    silent = {name.upper() for name in ignore}
    said = [(rule, _RULE_TESTS[name](case)) for name, rule in RULES.items() if name not in silent]
    others = {"L14": tuple(around.week), "L15": tuple(around.day)}
    return [
        RuleFinding(
            rule.id, _resolve_level(rule, case), rule.quality, says, others.get(rule.id, ())
        )
        for rule, says in said
        if says
    ]


def list_marks(
    subject: Subject,
    words: ExtraPhrases = ExtraPhrases(),  # noqa: B008  (it is immutable)
) -> list[tuple[str, bool | None]]:
    """The six marks of a well-made promise and whether this one has them; None for the risk where I promise nothing to somebody else."""
    what = {"L04", "L05", "L06"}
    findings = check_promise(
        subject,
        CheckContext(datetime.fromtimestamp(0, UTC), "UTC"),
        ignore=RULES.keys() - what,
        words=words,
    )
    return [
        ("who", subject.direction is not None),
        ("what", not findings),
        ("by when", subject.due is not None),
        ("done when", rules.has_text(subject.done_when)),
        ("accepted", subject.state in AGREED_STATES),
        (
            "risk",
            None
            if subject.direction in {Direction.OWED, Direction.SELF}
            else rules.has_text(subject.risk),
        ),
    ]


def _resolve_level(rule: Rule, case: RuleCase) -> RuleLevel:
    """A promise that is far away, or was negotiated twice, needs its measure more than others."""
    due = case.subject.due
    far = due is not None and due.at - case.context.now > _FAR_AHEAD
    return (
        RuleLevel.WARN
        if rule.id == "L08" and (far or case.subject.rounds >= _MANY_ROUNDS)
        else rule.level
    )
