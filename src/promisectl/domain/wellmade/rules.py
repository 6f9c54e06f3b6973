"""The 22 rules of a well-made promise: each with its level, its quality, what it looks for, and its test.

A test gives one sentence for a person where it has something to say, and nothing otherwise. One that stays silent proves nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil, statistics
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import phrases

if TYPE_CHECKING:
    from collections.abc import Callable

    from promisectl.domain.civil import When
    from promisectl.domain.wellmade.subject import Case

_SOON, _ANSWER = timedelta(hours=48), timedelta(days=3)
_FEW_WORDS, _FULL_DAY = 3, 3
_ENOUGH, _UNSURE = 5, 0.8
_SATURDAY = 5


def is_said(text: str | None) -> bool:
    """Whether there is anything in a text but blanks."""
    return bool(text and text.strip())


def _civil_day(due: When) -> date:
    return date.fromisoformat(due.civil[:10])


def _local_day(due: When, case: Case) -> date:
    """The day on which it is due where I am."""
    return civil.local(due.at, case.around.zone).date()


def _shown(due: When, case: Case) -> str:
    return civil.show(due.civil, due.zone, case.around.zone)


def _no_side(case: Case) -> str:
    return "" if case.subject.direction else "To whom, or from whom?"


def _no_due(case: Case) -> str:
    return "" if case.subject.due or case.subject.unread else "By when?"


def _unread_date(case: Case) -> str:
    return case.subject.unread or ""


def _few_words(case: Case) -> str:
    short = phrases.length(case.subject.outcome) < _FEW_WORDS
    return "Say in a few more words what will be there then." if short else ""


def _effort(case: Case) -> str:
    found = phrases.effort(case.said, case.words.effort, case.subject.other or "")
    return f"“{found}” is the work, not its end: what will there be to see?" if found else ""


def _hedge(case: Case) -> str:
    found = phrases.hedge(case.said, case.words.hedges)
    return f"“{found}” leaves a way out: what part of it can be promised without?" if found else ""


def _vague(case: Case) -> str:
    """A number in the outcome or in done-when measures what is vague."""
    done_when = phrases.unquoted(case.subject.done_when or "")
    if phrases.has_number(case.said) or phrases.has_number(done_when):
        return ""
    found = phrases.vague(case.said, case.words.vague) or phrases.vague(done_when, case.words.vague)
    return f"“{found}” can be read in two ways: which number or sign will settle it?" if found else ""


def _no_done_when(case: Case) -> str:
    return "" if is_said(case.subject.done_when) else "Done when …?"


def _two_outcomes(case: Case) -> str:
    found = phrases.second(case.said)
    return f"“{found}” begins a second promise: made apart, each can be kept by itself." if found else ""


def _not_accepted(case: Case) -> str:
    """A draft is not said yet, so nobody could have answered."""
    subject, now = case.subject, case.around.now
    if subject.state is not State.PROPOSED or not case.is_with_another or subject.number is None or not subject.due:
        return ""
    if subject.due.at - now > _SOON:
        return ""
    is_due = "is" if subject.due.at >= now else "was"
    return f"No Yes yet, and it {is_due} due {_shown(subject.due, case)}: until there is one, it is no promise."


def _no_why(case: Case) -> str:
    return "" if is_said(case.subject.why) else "What is it good for? Say why."


def _no_risk(case: Case) -> str:
    asked = case.is_accepted_by_me and not is_said(case.subject.risk)
    return "What could get in the way? Name the risk." if asked else ""


def _no_price(case: Case) -> str:
    asked = case.is_accepted_by_me and not is_said(case.subject.no_to)
    return "What has to wait for this? Name the price." if asked else ""


def _full_week(case: Case) -> str:
    due, week = case.subject.due, case.around.week
    if not due or not case.is_mine or not case.is_week_overfull:
        return ""
    return f"Week {_local_day(due, case).isocalendar().week} holds {1 + len(week)} of your promises with this one."


def _full_day(case: Case) -> str:
    due, day = case.subject.due, case.around.day
    if not due or not case.is_mine or 1 + len(day) < _FULL_DAY:
        return ""
    return f"{civil.show(str(_local_day(due, case))).partition(',')[0]} holds {1 + len(day)} of your promises with this one."


def _past_due(case: Case) -> str:
    subject = case.subject
    if not subject.due or not case.is_open or subject.number is not None or subject.backfill:
        return ""
    is_past = subject.due.at < (subject.said_at or case.around.now)
    return f"{_shown(subject.due, case)} was over when this was said: give a date to come, or add --backfill." if is_past else ""


def _weekend(case: Case) -> str:
    due = case.subject.due
    if not due or not case.is_ahead or _civil_day(due).weekday() < _SATURDAY:
        return ""
    return f"It is due on a {'Saturday' if _civil_day(due).weekday() == _SATURDAY else 'Sunday'}."


def _assumed(case: Case) -> str:
    name = case.subject.other or "the other side"
    return f"Has {name} said Yes in so many words? If so, note when." if case.subject.assumed and case.is_with_another else ""


def _double(case: Case) -> str:
    found = [f"#{number}" for number, outcome in case.around.alike if phrases.are_alike(case.subject.outcome, outcome)]
    return f"Looks like {', '.join(found)}." if found else ""


def _act_of_another(case: Case) -> str:
    found = phrases.actor(case.said, case.around.people, case.subject.other or "")
    return f"What {found} does is up to {found}: what is the part that can be promised here?" if found else ""


def _record(case: Case) -> str:
    """Where a record speaks against this promise, in counts."""
    if case.subject.direction is not Direction.OWE or not case.is_ahead:
        return ""
    ahead, other = case.lead, case.subject.other or "this person"
    records = [(case.around.with_other, f"to {other}")]
    if ahead:
        records.append((case.around.with_lead, f"made {ahead.says}"))
    poor = [f"{kept} of {of} {which}" for (kept, of), which in records if of >= _ENOUGH and statistics.wilson(kept, of)[1] < _UNSURE]
    return f"Of your promises, you kept {' and '.join(poor)}." if poor else ""


def _no_reply_by(case: Case) -> str:
    subject = case.subject
    if subject.state is not State.PROPOSED or not case.is_with_another or subject.reply_by or not subject.stale:
        return ""
    day = civil.local(case.around.now, case.around.zone).date() + _ANSWER
    return f"Ask for an answer by {civil.show(str(day)).partition(',')[0]}."


TABLE: tuple[tuple[str, str, str, str, Callable[[Case], str]], ...] = (
    ("L01", "refuse", "", "a side that is missing", _no_side),
    ("L02", "warn", "explicit", "a due date that is missing", _no_due),
    ("L03", "refuse", "explicit", "a due date that is no date", _unread_date),
    ("L04", "warn", "explicit", "an outcome of one or two words", _few_words),
    ("L05", "warn", "explicit", "effort in place of an outcome", _effort),
    ("L06", "warn", "voluntary", "words that leave a way out", _hedge),
    ("L07", "info", "explicit", "measures that two people may read differently", _vague),
    ("L08", "info", "explicit", "a missing sign of being done; a warning far ahead or after two rounds", _no_done_when),
    ("L09", "info", "explicit", "two outcomes in one promise", _two_outcomes),
    ("L10", "warn", "active", "an offer or a request that is due before anybody said Yes", _not_accepted),
    ("L11", "info", "mission", "a reason that is missing", _no_why),
    ("L12", "warn", "voluntary", "a risk that I have not named", _no_risk),
    ("L13", "info", "voluntary", "a price that I have not named", _no_price),
    ("L14", "warn", "voluntary", "a week with more of mine than I usually deliver", _full_week),
    ("L15", "info", "", "a day with three or more of mine", _full_day),
    ("L16", "refuse", "", "a due date before it was said", _past_due),
    ("L17", "info", "", "a due date on a weekend", _weekend),
    ("L18", "info", "active", "a Yes that only I have noted", _assumed),
    ("L19", "warn", "", "an open promise of nearly the same words", _double),
    ("L20", "warn", "voluntary", "an act of somebody who is not part of it", _act_of_another),
    ("L21", "info", "", "a record that speaks against it", _record),
    ("L22", "info", "active", "a question that nobody answers, without a reply-by date", _no_reply_by),
)
