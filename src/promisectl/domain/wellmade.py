"""What makes a promise well made: 22 rules that can be tested without guessing. They advise; three refuse what can't be carried out.

The five qualities are those of Sull & Spinosa, “Promise-Based Management” (HBR 2007): public, active, voluntary, explicit, mission-based.
Rules about what lies ahead speak of open promises only. A rule that stays silent proves nothing.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from promisectl.domain import civil, trust, wording
from promisectl.domain.civil import When
from promisectl.domain.promise import Direction, State


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
        return f"{self.says.removesuffix('.')}: {_listed(self.others)}." if self.others else self.says


class Words(NamedTuple):
    """Words and phrases that a person adds to the lists."""

    effort: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()


class Subject(NamedTuple):
    """What is checked: a promise of the ledger, or a draft of one.

    A draft has no `number`; it is proposed, or active when it is agreed, and one that names no side has no `direction`. `other` is the
    display name of the other side. `unread` is the sentence that says why a date could not be read. `rounds` counts how often terms
    were put anew. `assumed`: said to be agreed, while nothing is known of what the other side said. `said_at` is aware UTC.
    """

    outcome: str
    direction: Direction | None = None
    state: State = State.PROPOSED
    said_at: datetime | None = None
    number: int | None = None
    other: str | None = None
    due: When | None = None
    unread: str | None = None
    done_when: str | None = None
    why: str | None = None
    reply_by: When | None = None
    risk: str | None = None
    no_to: str | None = None
    rounds: int = 0
    assumed: bool = False
    stale: bool = False
    backfill: bool = False


class Around(NamedTuple):
    """What stands around it in the ledger, without itself; promises are given as number and outcome.

    `week`: what else I owe, due in the same ISO week, and of that `day`: due on the same day. `usual` is my median of promises
    delivered in a week. `alike`: what else is open with the same person. `people`: names and handles of everybody else.
    `with_other` and `with_lead`: how many I kept, and of how many, that I promised this person, or with such a lead time.
    """

    now: datetime
    zone: str
    week: Sequence[tuple[int, str]] = ()
    usual: float = 0.0
    day: Sequence[tuple[int, str]] = ()
    alike: Sequence[tuple[int, str]] = ()
    people: Sequence[str] = ()
    with_other: tuple[int, int] = (0, 0)
    with_lead: tuple[int, int] = (0, 0)


class Lead(NamedTuple):
    """A range of lead times in whole seconds, both ends included: it `says` “within 2 days”."""

    says: str
    least: int
    most: int | None


class _Case(NamedTuple):
    subject: Subject
    around: Around
    words: Words
    said: wording.Said  # the outcome without its quotations

    @property
    def is_open(self) -> bool:
        return self.subject.state in {State.PROPOSED, State.ACTIVE}

    @property
    def is_mine(self) -> bool:
        return self.is_open and self.subject.direction in {Direction.OWE, Direction.SELF}

    @property
    def is_with_another(self) -> bool:
        return self.is_open and self.subject.direction is not Direction.SELF

    @property
    def is_accepted_by_me(self) -> bool:
        return self.subject.state is State.ACTIVE and self.subject.direction is Direction.OWE


_DAY = 86_400
_LEADS = (
    Lead("within 2 days", 0, 2 * _DAY),
    Lead("within 7 days", 2 * _DAY + 1, 7 * _DAY),
    Lead("within 30 days", 7 * _DAY + 1, 30 * _DAY),
    Lead("in more than 30 days", 30 * _DAY + 1, None),
)
_SOON, _FAR, _ANSWER = timedelta(hours=48), timedelta(days=7), timedelta(days=3)
_ROUNDS = 2
_FEW_WORDS, _FULL_DAY, _FULL_WEEK = 3, 3, 5
_NAMED = 5
_ENOUGH, _UNSURE = 5, 0.8
_SATURDAY = 5
_ACCEPTED = {State.ACTIVE, State.DELIVERED, State.KEPT, State.RENEGED, State.RELEASED}


def check(subject: Subject, around: Around, *, ignore: Collection[str] = (), words: Words = Words()) -> list[Finding]:  # noqa: B008  (it is immutable)
    """What the rules have to say about a promise, in their order, without those to ignore."""
    case = _Case(subject, around, words, wording.unquoted(subject.outcome))
    silent = {name.upper() for name in ignore}
    said = [(rule, _TESTS[rule.id](case)) for rule in RULES.values() if rule.id not in silent]
    others = {"L14": tuple(around.week), "L15": tuple(around.day)}
    return [Finding(rule.id, _level(rule, case), rule.quality, says, others.get(rule.id, ())) for rule, says in said if says]


def marks(subject: Subject) -> list[tuple[str, bool]]:
    """The six marks of a well-made promise and whether this one has them. A risk is asked for only where I promise somebody else."""
    what = {"L04", "L05", "L06"}
    findings = check(subject, Around(datetime.fromtimestamp(0, UTC), "UTC"), ignore=RULES.keys() - what)
    return [
        ("who", subject.direction is not None),
        ("what", not findings),
        ("by when", subject.due is not None),
        ("done when", _is_said(subject.done_when)),
        ("accepted", subject.state in _ACCEPTED),
        ("risk", _is_said(subject.risk) or subject.direction is not Direction.OWE),
    ]


def overfull(count: int, usual: float) -> bool:
    """Whether so many promises in a week are more than usually get done in one; fewer than five never are."""
    return count >= max(_FULL_WEEK, 1 + usual)


def lead(subject: Subject) -> Lead | None:
    """How long before its due date a promise was made, as a range; None where either is unknown."""
    if subject.due is None or subject.said_at is None:
        return None
    seconds = (subject.due.at - subject.said_at) // timedelta(seconds=1)
    return next(one for one in _LEADS if one.most is None or seconds <= one.most)


def _is_said(text: str | None) -> bool:
    return bool(text and text.strip())


def _level(rule: Rule, case: _Case) -> Level:
    """A promise that is far away, or was negotiated twice, needs its measure more than others."""
    due = case.subject.due
    far = due is not None and due.at - case.around.now > _FAR
    return Level.WARN if rule.id == "L08" and (far or case.subject.rounds >= _ROUNDS) else rule.level


def _civil_day(due: When) -> date:
    return date.fromisoformat(due.civil[:10])


def _shown(due: When, case: _Case) -> str:
    return civil.show(due.civil, due.zone, case.around.zone)


def _listed(promises: Sequence[tuple[int, str]]) -> str:
    named = ", ".join(f"#{number} “{outcome}”" for number, outcome in promises[:_NAMED])
    return f"{named} and {len(promises) - _NAMED} more" if len(promises) > _NAMED else named


def _no_side(case: _Case) -> str:
    return "" if case.subject.direction else "To whom, or from whom?"


def _no_due(case: _Case) -> str:
    return "" if case.subject.due or case.subject.unread else "By when?"


def _unread_date(case: _Case) -> str:
    return case.subject.unread or ""


def _few_words(case: _Case) -> str:
    short = wording.telling(case.subject.outcome) < _FEW_WORDS
    return "Say in a few more words what will be there then." if short else ""


def _effort(case: _Case) -> str:
    found = wording.effort(case.said, case.words.effort, case.subject.other or "")
    return f"“{found}” is the work, not its end: what will there be to see?" if found else ""


def _hedge(case: _Case) -> str:
    found = wording.hedge(case.said, case.words.hedges)
    return f"“{found}” leaves a way out: what part of it can be promised without?" if found else ""


def _vague(case: _Case) -> str:
    """A number in done-when measures what is vague in the outcome."""
    done_when = wording.unquoted(case.subject.done_when or "")
    outcome = "" if wording.has_number(done_when) else wording.vague(case.said, case.words.vague)
    found = outcome or wording.vague(done_when, case.words.vague)
    return f"“{found}” can be read in two ways: which number or sign will settle it?" if found else ""


def _no_done_when(case: _Case) -> str:
    return "" if _is_said(case.subject.done_when) else "Done when …?"


def _two_outcomes(case: _Case) -> str:
    found = wording.second(case.said)
    return f"“{found}” begins a second promise: made apart, each can be kept by itself." if found else ""


def _not_accepted(case: _Case) -> str:
    """A draft is not said yet, so nobody could have answered."""
    subject, now = case.subject, case.around.now
    if subject.state is not State.PROPOSED or not case.is_with_another or subject.number is None or not subject.due:
        return ""
    if subject.due.at - now > _SOON:
        return ""
    is_due = "is" if subject.due.at >= now else "was"
    return f"No Yes yet, and it {is_due} due {_shown(subject.due, case)}: until there is one, it is no promise."


def _no_why(case: _Case) -> str:
    return "" if _is_said(case.subject.why) else "What is it good for? Say why."


def _no_risk(case: _Case) -> str:
    asked = case.is_accepted_by_me and not _is_said(case.subject.risk)
    return "What could get in the way? Name the risk." if asked else ""


def _no_price(case: _Case) -> str:
    asked = case.is_accepted_by_me and not _is_said(case.subject.no_to)
    return "What has to wait for this? Name the price." if asked else ""


def _full_week(case: _Case) -> str:
    due, around = case.subject.due, case.around
    count = 1 + len(around.week)
    if not due or not case.is_mine or not overfull(count, around.usual):
        return ""
    return f"Week {_civil_day(due).isocalendar().week} holds {count} of your promises with this one."


def _full_day(case: _Case) -> str:
    due, day = case.subject.due, case.around.day
    if not due or not case.is_mine or 1 + len(day) < _FULL_DAY:
        return ""
    return f"{civil.show(due.civil).partition(',')[0]} holds {1 + len(day)} of your promises with this one."


def _past_due(case: _Case) -> str:
    subject = case.subject
    if not subject.due or not case.is_open or subject.number is not None or subject.backfill:
        return ""
    is_past = subject.due.at < (subject.said_at or case.around.now)
    return f"{_shown(subject.due, case)} was over when this was said: give a date to come, or add --backfill." if is_past else ""


def _weekend(case: _Case) -> str:
    due = case.subject.due
    if not due or not case.is_open or _civil_day(due).weekday() < _SATURDAY:
        return ""
    return f"It is due on a {'Saturday' if _civil_day(due).weekday() == _SATURDAY else 'Sunday'}."


def _assumed(case: _Case) -> str:
    name = case.subject.other or "the other side"
    return f"Has {name} said Yes in so many words? If so, note when." if case.subject.assumed and case.is_with_another else ""


def _double(case: _Case) -> str:
    found = [f"#{number}" for number, outcome in case.around.alike if wording.are_alike(case.subject.outcome, outcome)]
    return f"Looks like {', '.join(found)}." if found else ""


def _act_of_another(case: _Case) -> str:
    found = wording.actor(wording.tokens(case.subject.outcome), case.around.people, case.subject.other or "")
    return f"What {found} does is up to {found}: what is the part that can be promised here?" if found else ""


def _record(case: _Case) -> str:
    """Where a record speaks against this promise, in counts."""
    if case.subject.direction is not Direction.OWE or not case.is_open:
        return ""
    ahead, other = lead(case.subject), case.subject.other or "this person"
    records = [(case.around.with_other, f"to {other}")]
    if ahead:
        records.append((case.around.with_lead, f"due {ahead.says}"))
    poor = [f"{kept} of {of} {which}" for (kept, of), which in records if of >= _ENOUGH and trust.wilson(kept, of)[1] < _UNSURE]
    return f"Of your promises, you kept {' and '.join(poor)}." if poor else ""


def _no_reply_by(case: _Case) -> str:
    subject = case.subject
    if subject.state is not State.PROPOSED or not case.is_with_another or subject.reply_by or not subject.stale:
        return ""
    day = civil.local(case.around.now, case.around.zone).date() + _ANSWER
    return f"Ask for an answer by {civil.show(str(day)).partition(',')[0]}."


_TABLE: tuple[tuple[str, Level, str, str, Callable[[_Case], str]], ...] = (
    ("L01", Level.REFUSE, "", "a side that is missing", _no_side),
    ("L02", Level.WARN, "explicit", "a due date that is missing", _no_due),
    ("L03", Level.REFUSE, "explicit", "a due date that is no date", _unread_date),
    ("L04", Level.WARN, "explicit", "an outcome of one or two words", _few_words),
    ("L05", Level.WARN, "explicit", "effort in place of an outcome", _effort),
    ("L06", Level.WARN, "voluntary", "words that leave a way out", _hedge),
    ("L07", Level.INFO, "explicit", "measures that two people may read differently", _vague),
    ("L08", Level.INFO, "explicit", "a missing sign of being done; a warning far ahead or after two rounds", _no_done_when),
    ("L09", Level.INFO, "explicit", "two outcomes in one promise", _two_outcomes),
    ("L10", Level.WARN, "active", "an offer or a request that is due before anybody said Yes", _not_accepted),
    ("L11", Level.INFO, "mission", "a reason that is missing", _no_why),
    ("L12", Level.WARN, "voluntary", "a risk that I have not named", _no_risk),
    ("L13", Level.INFO, "voluntary", "a price that I have not named", _no_price),
    ("L14", Level.WARN, "voluntary", "a week with more of mine than I usually deliver", _full_week),
    ("L15", Level.INFO, "", "a day with three or more of mine", _full_day),
    ("L16", Level.REFUSE, "", "a due date before it was said", _past_due),
    ("L17", Level.INFO, "", "a due date on a weekend", _weekend),
    ("L18", Level.INFO, "active", "a Yes that only I have noted", _assumed),
    ("L19", Level.WARN, "", "an open promise of nearly the same words", _double),
    ("L20", Level.WARN, "voluntary", "an act of somebody who is not part of it", _act_of_another),
    ("L21", Level.INFO, "", "a record that speaks against it", _record),
    ("L22", Level.INFO, "active", "a question that nobody answers, without a reply-by date", _no_reply_by),
)
RULES: dict[str, Rule] = {row[0]: Rule(*row[:4]) for row in _TABLE}
"""All rules by their names, in order."""
_TESTS = {row[0]: row[4] for row in _TABLE}
