"""What makes a promise well made: 22 rules that can be tested without guessing. They advise; three refuse what can't be carried out.

The five qualities are those of Sull & Spinosa, “Promise-Based Management” (HBR 2007): public, active, voluntary, explicit, mission-based.
Rules about what lies ahead speak of open promises only. A rule that stays silent proves nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import phrases, rules
from promisectl.domain.wellmade.subject import Around, Case, Subject, Words, listed

if TYPE_CHECKING:
    from collections.abc import Collection


class Level(StrEnum):
    """How much a finding weighs."""

    REFUSE = "refuse"
    WARN = "warn"
    INFO = "info"


class Rule(NamedTuple):
    """One rule: which quality it guards (none where that is empty), and what it looks for."""

    id: str
    level: Level
    quality: str
    about: str


class Finding(NamedTuple):
    """What a rule has to say about a promise: one sentence for a person, and the other promises it is about."""

    rule: str
    level: Level
    quality: str
    says: str
    others: tuple[tuple[int, str], ...] = ()

    @property
    def whole(self) -> str:
        """The sentence with the other promises named, five at the most."""
        return f"{self.says.removesuffix('.')}: {listed(self.others, _NAMED)}." if self.others else self.says


_FAR, _ROUNDS = timedelta(days=7), 2
_NAMED = 5
RULES = {name: Rule(name, Level(level), quality, about) for name, level, quality, about, _ in rules.TABLE}
"""All rules by their names, in order."""
_TESTS = {name: test for name, *_, test in rules.TABLE}
_ACCEPTED = {State.ACTIVE, State.DELIVERED, State.KEPT, State.RENEGED, State.RELEASED}


def check(subject: Subject, around: Around, *, ignore: Collection[str] = (), words: Words = Words()) -> list[Finding]:  # noqa: B008  (it is immutable)
    """What the rules have to say about a promise, in their order, without those to ignore."""
    case = Case(subject, around, words, phrases.unquoted(subject.outcome))
    silent = {name.upper() for name in ignore}
    said = [(rule, _TESTS[name](case)) for name, rule in RULES.items() if name not in silent]
    others = {"L14": tuple(around.week), "L15": tuple(around.day)}
    return [Finding(rule.id, _level(rule, case), rule.quality, says, others.get(rule.id, ())) for rule, says in said if says]


def marks(subject: Subject, words: Words = Words()) -> list[tuple[str, bool | None]]:  # noqa: B008  (it is immutable)
    """The six marks of a well-made promise and whether this one has them; None for the risk where I promise nothing to somebody else."""
    what = {"L04", "L05", "L06"}
    findings = check(subject, Around(datetime.fromtimestamp(0, UTC), "UTC"), ignore=RULES.keys() - what, words=words)
    return [
        ("who", subject.direction is not None),
        ("what", not findings),
        ("by when", subject.due is not None),
        ("done when", rules.is_said(subject.done_when)),
        ("accepted", subject.state in _ACCEPTED),
        ("risk", None if subject.direction in {Direction.OWED, Direction.SELF} else rules.is_said(subject.risk)),
    ]


def _level(rule: Rule, case: Case) -> Level:
    """A promise that is far away, or was negotiated twice, needs its measure more than others."""
    due = case.subject.due
    far = due is not None and due.at - case.around.now > _FAR
    return Level.WARN if rule.id == "L08" and (far or case.subject.rounds >= _ROUNDS) else rule.level
