"""The figures of the record, told a second time: plain arithmetic over what `show --json` hands out, sharing nothing with the program.

A list of records goes in, one for each promise, with its `terms` and `acts`. What was said up to a moment is heard again in the order
in which it was said, and what became of each promise is counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import exp, log, sqrt
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Record = dict[str, Any]

CLASSES = ("kt", "kl", "kn", "bn", "bl", "od")
DAY = 86_400
REPLY_ZONE = "Europe/Berlin"  # where dates for answers are typed; a record tells no other
MANY_ANSWERS = 5
KNOTS = (
    (0, 1.0),
    (3_600, 0.999),
    (DAY, 0.99),
    (7 * DAY, 0.9),
    (30 * DAY, 0.5),
    (365 * DAY, 0.1),
    (3_650 * DAY, 0.01),
)
Z = 1.959964


# Arithmetic


def wilson(count: int, of: int) -> tuple[float, float]:
    """Between which rates the true one plausibly lies."""
    share = count / of
    centre = share + Z**2 / (2 * of)
    half = Z * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    whole = 1 + Z**2 / of
    return max(0.0, (centre - half) / whole), min(1.0, (centre + half) / whole)


def credit(late: float) -> float:
    """What a delivery so many seconds late is still worth: the logarithm runs straight from knot to knot, and on after the last."""
    if late <= 0:
        return 1.0
    for (left, high), (right, low) in pairwise(KNOTS):
        if late <= right or right == KNOTS[-1][0]:
            return exp(log(high) + (late - left) / (right - left) * (log(low) - log(high)))
    raise AssertionError(late)


def share(count: int, of: int) -> Record:
    """So many of so many; without any, no rate."""
    low, high = wilson(count, of) if of else (None, None)
    return {"count": count, "of": of, "rate": count / of if of else None, "low": low, "high": high}


def middle(spans: Iterable[timedelta]) -> float | None:
    """The median in days."""
    days = [span.total_seconds() / DAY for span in spans]
    return median(days) if days else None


def mean(values: Iterable[float]) -> float | None:
    """The mean, or None of nothing."""
    found = list(values)
    return sum(found) / len(found) if found else None


def words(text: str) -> set[str]:
    """The words of a text that say something: four letters or digits and more."""
    folded = text.casefold()
    return {
        word
        for word in "".join(sign if sign.isalnum() else " " for sign in folded).split()
        if len(word) >= 4
    }


# Moments


def instant(text: str) -> datetime:
    """A moment of a record."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """A moment as a record has it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def local_day(moment: datetime, zone: str) -> date:
    """The day that a moment falls on somewhere."""
    return moment.astimezone(ZoneInfo(zone)).date()


def first_second(day: date, zone: str) -> datetime:
    """When a day begins somewhere."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def last_second(day: date, zone: str) -> datetime:
    """The last second of a day somewhere."""
    return datetime.combine(day, time(23, 59, 59, fold=1), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def due_of(terms: Record) -> datetime | None:
    """The instant by which a revision is due: a minute is that minute, a day its last second."""
    civil, zone = terms["due"], terms["due_zone"]
    if civil is None:
        return None
    if "T" in civil:
        return datetime.fromisoformat(civil).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return last_second(date.fromisoformat(civil), zone)


# What became of a promise


class Trouble(NamedTuple):
    """When it came, what was due then, and when word of it was first given."""

    at: datetime
    due: datetime | None
    word: datetime | None

    @property
    def noticed(self) -> bool:
        """Whether word was given before it was due."""
        return self.due is not None and self.word is not None and self.word < self.due


class Fate:
    """What became of one promise by a moment, as its acts tell it."""

    def __init__(self, record: Record, moment: datetime) -> None:
        self.moment = moment
        self.state = "not made"
        self.promisor = "me" if record["direction"] == "owe" else "them"
        self.person = record["person"]
        self.dues = {terms["revision"]: due_of(terms) for terms in record["terms"]}
        self.replies = {
            terms["revision"]: due_of({"due": terms["reply_by"], "due_zone": REPLY_ZONE})
            for terms in record["terms"]
        }
        self.authors = {terms["revision"]: terms["author"] for terms in record["terms"]}
        self.statuses = {terms["revision"]: terms["status"] for terms in record["terms"]}
        self.is_request = False
        self.on_table = 0
        self.asked_with = 0
        self.countered = self.risk_at_yes = self.agreed_at_once = False
        self.in_force: int | None = None
        self.agreed: set[int] = set()
        self.first_due: datetime | None = None
        self.accepted_at: datetime | None = None
        self.accepted_by = ""
        self.declined_at: datetime | None = None
        self.declined_by = ""
        self.amended = 0
        self.put_off: list[Trouble] = []
        self.words: list[datetime] = []  # since the due that is in force
        self.delivered_at: datetime | None = None
        self.broken_at: datetime | None = None
        self.told_at: datetime | None = None
        self.silent = False
        self.reason = self.cause = self.risk = ""
        self.unsaid: list[bool] = []  # whether each is a warning, once they know of it
        tellings = []
        for act in sorted(record["acts"], key=lambda act: act["at"]):
            if (
                act["undone_by"] is None
                and act["act"] not in ("undo", "redo")
                and instant(act["at"]) <= moment
            ):
                if act["act"] == "told" and not self.unsaid:
                    tellings.append(act)
                else:
                    self._hear(act)
        # What was told of a break is heard after it, whenever it was told.
        for act in tellings:
            self._hear(act)

    def _hear(self, act: Record) -> None:
        if act["act"] == "told" and self.unsaid:
            if self.state == "active" and self.promisor == "me" and any(self.unsaid):
                self.words.append(instant(act["at"]))
            self.unsaid = []
            return
        self._wait_to_say(act)
        if self.broken_at is None:  # what is named later was not foreseen
            self.risk = act["risk"] or self.risk
        verb = act["act"]
        if verb in ("request", "offer"):
            self.state, self.is_request, self.on_table = "proposed", verb == "request", 1
            self.asked_with = act["entry"]
        elif verb == "void":
            self.state = "void"
        elif self.state == "proposed":
            self._answered(verb, act)
        elif self.state == "active":
            self._under_way(verb, act)
        elif self.state in ("delivered", "kept"):
            self._judged(verb)
        elif self.state == "reneged" and verb == "told":
            self._tell(act["told_at"])

    def _wait_to_say(self, act: Record) -> None:
        if act["unsaid"]:
            is_change = act["act"] == "negotiate" and self.state == "active"
            self.unsaid.append(act["act"] == "bump" or is_change)
        elif act["side"] != "bookkeeper":
            self.unsaid = []

    def _answered(self, verb: str, act: Record) -> None:
        at, by = instant(act["at"]), act["by"]
        if verb in ("accept", "negotiate") and by == self.promisor:
            self.countered |= verb == "negotiate"
            self.risk_at_yes |= bool(act["risk"])
        if verb == "negotiate":
            self.on_table = act["revision"]
        elif verb == "accept":
            self.state, self.accepted_at, self.accepted_by = "active", at, by
            self.agreed_at_once = act["entry"] == self.asked_with
            self.in_force = act["revision"]
            self.agreed.add(act["revision"])
            self.first_due = self.due
        elif verb == "decline":
            self.state, self.declined_at, self.declined_by = "declined", at, by
        elif verb == "withdraw":
            self.state = "withdrawn"

    def _under_way(self, verb: str, act: Record) -> None:
        at, promising = instant(act["at"]), act["by"] == self.promisor
        if verb in ("bump", "negotiate") and promising:
            if not act["unsaid"]:
                self.words.append(at)
        elif verb == "accept":
            self._amend(at, act["revision"])
        elif verb == "complete":
            self.state, self.delivered_at = "delivered" if promising else "kept", at
        elif verb == "release":
            self.state = "released"
        elif verb == "renege":
            self.state, self.broken_at, self.silent = "reneged", at, not promising
            self.reason, self.cause = act["text"] or "", act["cause"] or ""
            self._tell(act["told_at"])

    def _began(self, revision: int) -> int:
        """The revision with which the talk began that this one ended: who put it forward asked for new terms."""
        while revision - 1 not in self.agreed and self.statuses[revision - 1] == "superseded":
            revision -= 1
        return revision

    def _amend(self, at: datetime, revision: int) -> None:
        before, after = self.due, self.dues[revision]
        if (
            self.authors[self._began(revision)] == self.promisor
            and before
            and (after is None or after > before)
        ):
            self.put_off.append(Trouble(at, before, min(self.words, default=None)))
        if after != before:
            self.words = []
        self.in_force = revision
        self.agreed.add(revision)
        self.amended += 1

    def _judged(self, verb: str) -> None:
        if verb == "release":
            self.state = "released"
        elif verb in ("decline", "reopen"):
            self.state, self.delivered_at = "active", None
        elif verb in ("accept", "complete"):
            self.state = "kept"

    def _tell(self, told_at: str | None) -> None:
        if told_at and instant(told_at) <= self.moment:
            self.told_at = instant(told_at)
            self.words.append(self.told_at)

    # What it counts as

    @property
    def answer(self) -> str | None:
        """What the promisor answered to a request, by which time; None if that is still open."""
        if not self.is_request or self.state == "void" or self.agreed_at_once:
            return None
        if self.accepted_at:
            return "negotiated" if self.countered else "as_asked"
        if self.state == "declined" and self.declined_by == self.promisor:
            return "declined"
        waits = self.state == "proposed" and not self.countered
        return "no_answer" if waits and self.answer_due and self.answer_due < self.moment else None

    @property
    def answer_due(self) -> datetime | None:
        """By when a request asks for an answer, at the latest when it is due."""
        return self.replies.get(self.on_table) or self.dues.get(self.on_table)

    @property
    def answered_at(self) -> datetime | None:
        """When it was answered, or was not."""
        return self.accepted_at or self.declined_at or self.answer_due

    @property
    def is_untold(self) -> bool:
        """Whether I broke it, and they don't know."""
        return self.promisor == "me" and self.told_at is None and not self.silent

    @property
    def due(self) -> datetime | None:
        """The due in force."""
        return self.dues[self.in_force] if self.in_force else None

    @property
    def as_what(self) -> str | None:
        """Its class, or None when it does not count."""
        due, at = self.due, self.delivered_at
        if self.state in ("delivered", "kept") and at:
            return "kn" if due is None else "kt" if at <= due else "kl"
        if self.state == "reneged":
            return "bn" if due and self.told_at and self.told_at < due else "bl"
        return "od" if self.state == "active" and due and due < self.moment else None

    @property
    def settled_at(self) -> datetime | None:
        """When that was settled."""
        kind = self.as_what
        return (
            self.delivered_at
            if kind in ("kt", "kl", "kn")
            else self.due
            if kind == "od"
            else self.broken_at
        )

    @property
    def trouble(self) -> Trouble | None:
        """The trouble it ended in, or is in."""
        if self.settled_at is None or self.as_what not in ("kl", "bn", "bl", "od"):
            return None
        return Trouble(self.settled_at, self.due, min(self.words, default=None))

    @property
    def credit(self) -> float:
        """What it is worth when lateness is weighed; only where something was due."""
        assert self.due
        if self.state == "reneged":
            return 0.0
        return credit(((self.delivered_at or self.moment) - self.due).total_seconds())


# Counting


def figures(
    records: Iterable[Record],
    as_of: datetime,
    since: datetime | None,
    until: datetime,
    person: str | None = None,
) -> Record:
    """What `stats --json` says of these promises at a moment, for a window that holds both its ends, with one person or with all."""
    found: Record = {
        "as_of": stamp(as_of),
        "since": since and stamp(since),
        "until": stamp(until),
        "person": person,
    }
    among = [record for record in records if person in (None, record["person"])]
    for direction in ("owe", "owed"):
        fates = [Fate(record, as_of) for record in among if record["direction"] == direction]
        alive = [fate for fate in fates if fate.state != "void"]
        found[direction] = _counted(alive, _Window(since, until)) | _answered(
            [fate for fate in alive if _Window(since, until).has(fate.answered_at)]
        )
        second = timedelta(seconds=1)  # a window holds both its ends
        before = since and [
            fate
            for fate in alive
            if fate.settled_at and since - (until - since) - second <= fate.settled_at < since
        ]
        found[direction]["kept_before"] = (
            None if before is None else share(_count_kept(before), len(before))
        )
    return found


class _Window(NamedTuple):
    since: datetime | None
    until: datetime

    def has(self, moment: datetime | None) -> bool:
        return (
            moment is not None
            and (self.since is None or self.since <= moment)
            and moment <= self.until
        )


def _counted(fates: list[Fate], window: _Window) -> Record:
    settled = [fate for fate in fates if window.has(fate.settled_at)]
    classes = Counter(fate.as_what for fate in settled)
    kept = [fate for fate in settled if fate.as_what in ("kt", "kl", "kn")]
    broken = [fate for fate in settled if fate.as_what in ("bn", "bl")]
    dated = [fate for fate in settled if fate.due]
    return {
        "classes": {name: classes[name] for name in CLASSES},
        "kept": share(len(kept), len(settled)),
        "on_time": share(classes["kt"], len(dated)),
        "on_time_first": share(sum(_as_first_promised(fate) for fate in kept), len(dated)),
        **_renegotiated([fate for fate in fates if window.has(fate.accepted_at)]),
        **_noticed(
            [trouble for fate in fates for trouble in _troubles(fate) if window.has(trouble.at)]
        ),
        "confirmed": share(sum(fate.state == "kept" for fate in kept), len(kept)),
        "said_no": _said_no(fates, window),
        "late_credit": mean(fate.credit for fate in dated),
        "causes": dict(Counter(fate.cause for fate in broken if fate.cause)),
        "foreseen": _foreseen([fate for fate in broken if fate.risk and fate.reason]),
        "untold": sum(fate.is_untold for fate in broken),
    }


def _count_kept(fates: list[Fate]) -> int:
    return sum(fate.as_what in ("kt", "kl", "kn") for fate in fates)


def _answered(asked: list[Fate]) -> Record:
    answers = Counter(fate.answer for fate in asked)
    yeses = [fate for fate in asked if fate.answer in ("as_asked", "negotiated")]
    plainly: dict[str, list[bool]] = {}
    for fate in asked:
        if fate.answer:
            who = "me" if fate.promisor == "me" else fate.person
            is_plain = fate.answer == "as_asked" and not fate.risk_at_yes
            plainly.setdefault(who, []).append(is_plain)
    return {
        "requests": {
            name: answers[name] for name in ("as_asked", "negotiated", "declined", "no_answer")
        },
        "risk_named": share(sum(fate.risk_at_yes for fate in yeses), len(yeses)),
        "always_yes": {
            who: len(said)
            for who, said in plainly.items()
            if len(said) >= MANY_ANSWERS and all(said)
        },
    }


def _as_first_promised(fate: Fate) -> bool:
    return bool(
        fate.due and fate.first_due and fate.delivered_at and fate.delivered_at <= fate.first_due
    )


def _renegotiated(accepted: list[Fate]) -> Record:
    changed = [fate for fate in accepted if fate.amended]
    slips = [fate.due - fate.first_due for fate in changed if fate.due and fate.first_due]
    return {"renegotiated": share(len(changed), len(accepted)), "slip_days": middle(slips)}


def _troubles(fate: Fate) -> Iterator[Trouble]:
    yield from fate.put_off
    if fate.trouble:
        yield fate.trouble


def _noticed(troubles: list[Trouble]) -> Record:
    noticed = [trouble for trouble in troubles if trouble.noticed]
    leads = [trouble.due - trouble.word for trouble in noticed if trouble.due and trouble.word]
    return {"notice": share(len(noticed), len(troubles)), "lead_days": middle(leads)}


def _said_no(fates: list[Fate], window: _Window) -> Record:
    no = sum(fate.declined_by == fate.promisor and window.has(fate.declined_at) for fate in fates)
    yes = sum(fate.accepted_by == fate.promisor and window.has(fate.accepted_at) for fate in fates)
    return share(no, no + yes)


def _foreseen(broken: list[Fate]) -> Record:
    return share(sum(bool(words(fate.risk) & words(fate.reason)) for fate in broken), len(broken))
