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

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.wellmade.subject import RuleCase

_SOON_DUE_TIME, _ANSWER_TIME = timedelta(hours=48), timedelta(days=3)
_MIN_OUTCOME_WORDS, _FULL_DAY_PROMISES = 3, 3
_MIN_RATE_PROMISES, _POOR_RATE = 5, 0.8
_SATURDAY_NUMBER = 5


def has_text(text: str | None) -> bool:
    """Whether there is anything in a text but blanks."""
    return bool(text and text.strip())


def _civil_day(due: CivilMoment) -> date:
    return date.fromisoformat(due.civil[:10])


def _local_day(due: CivilMoment, case: RuleCase) -> date:
    """The day on which it is due where I am."""
    return civil.local_time(due.at, case.context.zone).date()


def _format_subject_due(due: CivilMoment, case: RuleCase) -> str:
    return civil.format_civil(due.civil, due.zone, case.context.zone)


def _check_missing_side(case: RuleCase) -> str:
    return "" if case.subject.direction else "To whom, or from whom?"


def _check_missing_due(case: RuleCase) -> str:
    return "" if case.subject.due or case.subject.unread else "By when?"


def _check_unread_date(case: RuleCase) -> str:
    return case.subject.unread or ""


def _check_few_words(case: RuleCase) -> str:
    short = phrases.count_words(case.subject.outcome) < _MIN_OUTCOME_WORDS
    return "Say in a few more words what will be there then." if short else ""


def _check_effort(case: RuleCase) -> str:
    found = phrases.find_effort(
        case.outcome_tokens, case.extra_phrases.effort, case.subject.other or ""
    )
    return f"“{found}” is the work, not its end: what will there be to see?" if found else ""


def _check_hedge(case: RuleCase) -> str:
    found = phrases.find_hedge(case.outcome_tokens, case.extra_phrases.hedges)
    return f"“{found}” leaves a way out: what part of it can be promised without?" if found else ""


def _check_vague_measure(case: RuleCase) -> str:
    """A number in the outcome or in done-when measures what is vague."""
    done_when = phrases.tokenize_unquoted(case.subject.done_when or "")
    if phrases.has_number(case.outcome_tokens) or phrases.has_number(done_when):
        return ""
    found = phrases.find_vague_measure(
        case.outcome_tokens, case.extra_phrases.vague
    ) or phrases.find_vague_measure(done_when, case.extra_phrases.vague)
    return (
        f"“{found}” can be read in two ways: which number or sign will settle it?" if found else ""
    )


def _check_missing_done_when(case: RuleCase) -> str:
    return "" if has_text(case.subject.done_when) else "Done when …?"


def _check_two_outcomes(case: RuleCase) -> str:
    found = phrases.find_second_outcome(case.outcome_tokens)
    return (
        f"“{found}” begins a second promise: made apart, each can be kept by itself."
        if found
        else ""
    )


def _check_due_before_yes(case: RuleCase) -> str:
    """A draft is not said yet, so nobody could have answered."""
    subject, now = case.subject, case.context.now
    if (
        subject.state is not State.PROPOSED
        or not case.is_with_another
        or subject.number is None
        or not subject.due
    ):
        return ""
    if subject.due.at - now > _SOON_DUE_TIME:
        return ""
    is_due = "is" if subject.due.at >= now else "was"
    return f"No Yes yet, and it {is_due} due {_format_subject_due(subject.due, case)}: until there is one, it is no promise."


def _check_missing_why(case: RuleCase) -> str:
    return "" if has_text(case.subject.why) else "What is it good for? Say why."


def _check_missing_risk(case: RuleCase) -> str:
    asked = case.is_accepted_by_me and not has_text(case.subject.risk)
    return "What could get in the way? Name the risk." if asked else ""


def _check_missing_price(case: RuleCase) -> str:
    asked = case.is_accepted_by_me and not has_text(case.subject.no_to)
    return "What has to wait for this? Name the price." if asked else ""


def _check_full_week(case: RuleCase) -> str:
    due, week = case.subject.due, case.context.week
    if not due or not case.is_mine or not case.is_week_overfull:
        return ""
    return f"Week {_local_day(due, case).isocalendar().week} holds {1 + len(week)} of your promises with this one."


def _check_full_day(case: RuleCase) -> str:
    due, day = case.subject.due, case.context.day
    if not due or not case.is_mine or 1 + len(day) < _FULL_DAY_PROMISES:
        return ""
    return f"{civil.format_civil(str(_local_day(due, case))).partition(',')[0]} holds {1 + len(day)} of your promises with this one."


def _check_past_due(case: RuleCase) -> str:
    subject = case.subject
    if not subject.due or not case.is_open or subject.number is not None or subject.backfill:
        return ""
    is_past = subject.due.at < (subject.said_at or case.context.now)
    return (
        f"{_format_subject_due(subject.due, case)} was over when this was said: give a date to come, or add --backfill."
        if is_past
        else ""
    )


def _check_weekend(case: RuleCase) -> str:
    due = case.subject.due
    if not due or not case.is_ahead or _civil_day(due).weekday() < _SATURDAY_NUMBER:
        return ""
    return f"It is due on a {'Saturday' if _civil_day(due).weekday() == _SATURDAY_NUMBER else 'Sunday'}."


def _check_assumed_yes(case: RuleCase) -> str:
    name = case.subject.other or "the other side"
    return (
        f"Has {name} said Yes in so many words? If so, note when."
        if case.subject.assumed and case.is_with_another
        else ""
    )


def _check_duplicate(case: RuleCase) -> str:
    found = [
        f"#{number}"
        for number, outcome in case.context.alike
        if phrases.is_similar_text(case.subject.outcome, outcome)
    ]
    return f"Looks like {', '.join(found)}." if found else ""


def _check_act_of_another(case: RuleCase) -> str:
    found = phrases.find_actor(case.outcome_tokens, case.context.people, case.subject.other or "")
    return (
        f"What {found} does is up to {found}: what is the part that can be promised here?"
        if found
        else ""
    )


def _check_poor_rate(case: RuleCase) -> str:
    """Where a record speaks against this promise, in counts."""
    if case.subject.direction is not Direction.OWE or not case.is_ahead:
        return ""
    ahead, other = case.lead_time, case.subject.other or "this person"
    records = [(case.context.with_other, f"to {other}")]
    if ahead:
        records.append((case.context.with_lead, f"made {ahead.label}"))
    poor = [
        f"{kept} of {of} {which}"
        for (kept, of), which in records
        if of >= _MIN_RATE_PROMISES and statistics.compute_wilson_interval(kept, of)[1] < _POOR_RATE
    ]
    return f"Of your promises, you kept {' and '.join(poor)}." if poor else ""


def _check_missing_reply_by(case: RuleCase) -> str:
    subject = case.subject
    if (
        subject.state is not State.PROPOSED
        or not case.is_with_another
        or subject.reply_by
        or not subject.stale
    ):
        return ""
    day = civil.local_time(case.context.now, case.context.zone).date() + _ANSWER_TIME
    return f"Ask for an answer by {civil.format_civil(str(day)).partition(',')[0]}."


RULE_ROWS: tuple[tuple[str, str, str, str, Callable[[RuleCase], str]], ...] = (
    ("L01", "refuse", "", "a side that is missing", _check_missing_side),
    ("L02", "warn", "explicit", "a due date that is missing", _check_missing_due),
    ("L03", "refuse", "explicit", "a due date that is no date", _check_unread_date),
    ("L04", "warn", "explicit", "an outcome of one or two words", _check_few_words),
    ("L05", "warn", "explicit", "effort in place of an outcome", _check_effort),
    ("L06", "warn", "voluntary", "words that leave a way out", _check_hedge),
    (
        "L07",
        "info",
        "explicit",
        "measures that two people may read differently",
        _check_vague_measure,
    ),
    (
        "L08",
        "info",
        "explicit",
        "a missing sign of being done; a warning far ahead or after two rounds",
        _check_missing_done_when,
    ),
    ("L09", "info", "explicit", "two outcomes in one promise", _check_two_outcomes),
    (
        "L10",
        "warn",
        "active",
        "an offer or a request that is due before anybody said Yes",
        _check_due_before_yes,
    ),
    ("L11", "info", "mission", "a reason that is missing", _check_missing_why),
    ("L12", "warn", "voluntary", "a risk that I have not named", _check_missing_risk),
    ("L13", "info", "voluntary", "a price that I have not named", _check_missing_price),
    (
        "L14",
        "warn",
        "voluntary",
        "a week with more of mine than I usually deliver",
        _check_full_week,
    ),
    ("L15", "info", "", "a day with three or more of mine", _check_full_day),
    ("L16", "refuse", "", "a due date before it was said", _check_past_due),
    ("L17", "info", "", "a due date on a weekend", _check_weekend),
    ("L18", "info", "active", "a Yes that only I have noted", _check_assumed_yes),
    ("L19", "warn", "", "an open promise of nearly the same words", _check_duplicate),
    ("L20", "warn", "voluntary", "an act of somebody who is not part of it", _check_act_of_another),
    ("L21", "info", "", "a record that speaks against it", _check_poor_rate),
    (
        "L22",
        "info",
        "active",
        "a question that nobody answers, without a reply-by date",
        _check_missing_reply_by,
    ),
)
