"""The 25 rules of a well-made promise, each with its level, quality, topic and test.

A test returns one sentence for a person, or "" where it finds nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil, statistics
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import group_names, phrases

if TYPE_CHECKING:
    from collections.abc import Callable

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.wellmade.subject import RuleCase

_SOON_DUE_TIME, _ANSWER_TIME = timedelta(hours=48), timedelta(days=3)
_MIN_OUTCOME_WORDS, _MIN_FULL_DAY_PROMISES = 3, 3
_MIN_RATE_PROMISES = 5
SERIES_CHECKED_PROMISES, _MIN_BAD_PROMISES = 4, 3
_SATURDAY_NUMBER = 5


def has_text(text: str | None) -> bool:
    """Whether a text has anything but spaces."""
    return bool(text and text.strip())


def _local_day(due: CivilMoment, case: RuleCase) -> date:
    """Return the day of a due date in the zone of the person."""
    return civil.local_time(due.at, case.context.zone).date()


def _today(case: RuleCase) -> date:
    return civil.local_time(case.context.now, case.context.zone).date()


def _format_day(day: date, case: RuleCase) -> str:
    return civil.format_near_civil(str(day), _today(case))


def _format_subject_due(due: CivilMoment, case: RuleCase) -> str:
    """Return a due date in words, with its time if it has one."""
    return civil.format_near_civil(due.civil, _today(case), due.zone, case.context.zone)


def suggest_reply_day(case: RuleCase) -> date:
    """Return the local day by which to ask for an answer: three days from now."""
    return _today(case) + _ANSWER_TIME


def check_missing_side(case: RuleCase) -> str:
    """Ask for the other side where a draft names none."""
    return "" if case.subject.direction else "To whom, or from whom?"


def check_missing_due(case: RuleCase) -> str:
    """Ask for a due date where there is none."""
    return "" if case.subject.due or case.subject.unread else "By when?"


def check_unread_date(case: RuleCase) -> str:
    """Return the sentence of the error where the due date cannot be read."""
    return case.subject.unread or ""


def check_few_words(case: RuleCase) -> str:
    """Ask for more words where the outcome has fewer than three."""
    is_short = phrases.count_words(case.subject.outcome) < _MIN_OUTCOME_WORDS
    return "Describe the result in a few more words." if is_short else ""


def check_effort(case: RuleCase) -> str:
    """Ask for the result where the outcome begins with effort."""
    extras, other = case.extra_phrases.effort, case.subject.other or ""
    effort = phrases.find_effort(case.outcome_tokens, extras, other)
    if not effort:
        return ""
    return f"“{effort}” names an effort, not a result. What will exist when it is done?"


def check_hedge(case: RuleCase) -> str:
    """Ask for the part that can be promised where the outcome has a hedge."""
    hedge = phrases.find_hedge(case.outcome_tokens, case.extra_phrases.hedges)
    return f"What can {case.promisor} promise without “{hedge}”?" if hedge else ""


def check_vague_measure(case: RuleCase) -> str:
    """Ask for a number where the outcome or the done-when is vague and neither has a number."""
    texts = (case.outcome_tokens, phrases.tokenize_unquoted(case.subject.done_when or ""))
    if any(phrases.has_number(tokens) for tokens in texts):
        return ""
    for tokens in texts:
        if vague := phrases.find_vague_measure(tokens, case.extra_phrases.vague):
            return f"“{vague}” is vague: give a number or a test."
    return ""


def check_missing_done_when(case: RuleCase) -> str:
    """Ask how both sides will know that the promise is kept."""
    return "" if has_text(case.subject.done_when) else "How will you both know it is done?"


def check_two_outcomes(case: RuleCase) -> str:
    """Advise to make two promises of an outcome that holds two."""
    second = phrases.find_second_outcome(case.outcome_tokens)
    if not second:
        return ""
    return (
        f"“{second} …” looks like a second promise; "
        "made separately (--part-of), each can be kept by itself."
    )


def check_due_before_yes(case: RuleCase) -> str:
    """Warn that a promise is due within 48 hours and the other side has not agreed.

    A draft is left out: nobody can have answered it.
    """
    subject, now = case.subject, case.context.now
    is_draft = subject.number is None
    if is_draft or subject.state is not State.PROPOSED or not case.is_with_another:
        return ""
    if not subject.due or subject.due.at - now > _SOON_DUE_TIME:
        return ""
    is_due = "is" if subject.due.at >= now else "was"
    return (
        f"Nobody has said yes, so nothing is promised yet. It {is_due} due "
        f"{_format_subject_due(subject.due, case)}."
    )


def check_missing_why(case: RuleCase) -> str:
    """Ask what the promise is for."""
    return "" if has_text(case.subject.why) else "What is it for?"


def check_missing_risk(case: RuleCase) -> str:
    """Ask what could go wrong with a promise that I agreed to."""
    is_missing = case.is_accepted_by_me and not has_text(case.subject.risk)
    return "What could go wrong?" if is_missing else ""


def check_missing_no_to(case: RuleCase) -> str:
    """Ask what a promise that I agreed to displaces."""
    is_missing = case.is_accepted_by_me and not has_text(case.subject.no_to)
    return "What will you put off for this?" if is_missing else ""


def check_full_week(case: RuleCase) -> str:
    """Warn of a week with more of my promises than I usually deliver."""
    due = case.subject.due
    if not due or not case.is_mine or not case.is_week_overfull:
        return ""
    week, count = _local_day(due, case).isocalendar().week, 1 + len(case.context.week)
    more = ", more than usual" if case.context.usual else ""
    return f"With this one, {count} of your promises are due in week {week}{more}."


def check_full_day(case: RuleCase) -> str:
    """Note a day with three or more of my promises."""
    due, count = case.subject.due, 1 + len(case.context.day)
    if not due or not case.is_mine or count < _MIN_FULL_DAY_PROMISES:
        return ""
    day = _format_day(_local_day(due, case), case)
    return f"With this one, {count} of your promises are due on {day}."


def check_past_due(case: RuleCase) -> str:
    """Refuse a draft that is due before it was made, unless it is backfilled."""
    subject = case.subject
    if not subject.due or not case.is_open or subject.number is not None or subject.backfill:
        return ""
    if subject.due.at >= (subject.said_at or case.context.now):
        return ""
    due_words = _format_subject_due(subject.due, case)
    return f"That day has passed: {due_words}. Give a later date, or add --backfill."


def check_weekend(case: RuleCase) -> str:
    """Note a due date on a Saturday or a Sunday."""
    if not case.subject.due or not case.is_ahead:
        return ""
    weekday = date.fromisoformat(case.subject.due.civil[:10]).weekday()
    if weekday < _SATURDAY_NUMBER:
        return ""
    return f"It is due on a {'Saturday' if weekday == _SATURDAY_NUMBER else 'Sunday'}."


def check_assumed_yes(case: RuleCase) -> str:
    """Ask whether the other side really agreed where only I have recorded it."""
    if not case.subject.assumed or not case.is_with_another:
        return ""
    name = case.subject.other or "the other side"
    return f"Did {name} say yes in so many words?"


def check_duplicate(case: RuleCase) -> str:
    """Name the open promises with the same person in nearly the same words."""
    duplicates = [
        f"#{number}"
        for number, outcome in case.context.alike
        if phrases.is_similar_text(case.subject.outcome, outcome)
    ]
    return f"Looks like {', '.join(duplicates)}. Is it the same?" if duplicates else ""


def check_act_of_another(case: RuleCase) -> str:
    """Ask for the promisor's part where the outcome is an act of a third person."""
    name = phrases.find_actor(case.outcome_tokens, case.context.people, case.subject.other or "")
    if not name:
        return ""
    part = "your" if case.promisor == "you" else f"{case.promisor}'s"
    return f"Only {name} can promise that. What is {part} part?"


def check_poor_rate(case: RuleCase) -> str:
    """Name how few promises to this person, or with such a lead time, I kept.

    A rate of five promises or more is poor when its 95 % interval ends below 80 %.
    """
    if case.subject.direction is not Direction.OWE or not case.is_ahead:
        return ""
    lead_time, other = case.lead_time, case.subject.other or "this person"
    recent = "recent " if case.context.is_recent else ""
    records = [(case.context.with_other, f"{recent}promises to {other}")]
    if lead_time:
        records.append((case.context.with_lead, f"promises made {lead_time.label}"))
    poor = [
        f"{kept} of {of} {group}"
        for (kept, of), group in records
        if statistics.is_poor_rate(kept, of, _MIN_RATE_PROMISES)
    ]
    return f"You kept {' and '.join(poor)}." if poor else ""


def check_missing_reply_by(case: RuleCase) -> str:
    """Advise to answer, or to ask for an answer, where there is no news of an offer."""
    subject = case.subject
    if subject.state is not State.PROPOSED or not case.is_with_another:
        return ""
    if subject.reply_by or not subject.stale:
        return ""
    day = _format_day(suggest_reply_day(case), case)
    return f"Answer by {day}." if subject.waits_for_me else f"Ask for an answer by {day}."


def check_poor_series(case: RuleCase) -> str:
    """Warn of a series of which three of the last four that ended were late or broken."""
    bad, count = case.context.series_bad
    if not case.is_open or count < SERIES_CHECKED_PROMISES or bad < _MIN_BAD_PROMISES:
        return ""
    return f"{bad} of the last {count} were late or broken."


def check_group_name(case: RuleCase) -> str:
    """Ask for one person where the other side has the name of several."""
    name, words = case.subject.other or "", case.extra_phrases
    if not case.is_with_another or not group_names.is_group_name(name, words.people, words.groups):
        return ""
    return "Who of them? A promise is one person's."


def check_full_week_of_other(case: RuleCase) -> str:
    """Warn of a week for which one person owes me more than they usually deliver."""
    due, context = case.subject.due, case.context
    if not due or not case.is_theirs or not case.is_their_week_overfull:
        return ""
    is_agreed = case.subject.state is State.ACTIVE
    count, open_count = 1 + len(context.their_week), context.their_open + (not is_agreed)
    return (
        f"With this one, {count} of {case.promisor}'s promises to you are due in week "
        f"{_local_day(due, case).isocalendar().week}"
        f"{f' ({open_count} not agreed yet)' if open_count else ''}"
        f"{', more than usual' if context.their_usual else ''}."
    )


# The ID of a rule, its level, its quality, its topic and its test.
RULE_ROWS: tuple[tuple[str, str, str, str, Callable[[RuleCase], str]], ...] = (
    ("L01", "refuse", "", "a side that is missing", check_missing_side),
    ("L02", "warn", "explicit", "a due date that is missing", check_missing_due),
    ("L03", "refuse", "explicit", "a due date that can't be read", check_unread_date),
    ("L04", "warn", "explicit", "an outcome of one or two words", check_few_words),
    ("L05", "warn", "explicit", "effort instead of an outcome", check_effort),
    ("L06", "warn", "voluntary", "words that leave a way out", check_hedge),
    (
        "L07",
        "info",
        "explicit",
        "measures that two people may read differently",
        check_vague_measure,
    ),
    (
        "L08",
        "info",
        "explicit",
        "a done-when that is missing; a warning far ahead or after two rounds",
        check_missing_done_when,
    ),
    ("L09", "info", "explicit", "two outcomes in one promise", check_two_outcomes),
    (
        "L10",
        "warn",
        "active",
        "an offer or a request that is due before anybody said yes",
        check_due_before_yes,
    ),
    ("L11", "info", "mission", "a reason that is missing", check_missing_why),
    ("L12", "warn", "voluntary", "a risk that is missing", check_missing_risk),
    ("L13", "info", "voluntary", "what it displaces, if that is missing", check_missing_no_to),
    (
        "L14",
        "warn",
        "voluntary",
        "a week with more of mine than I usually complete",
        check_full_week,
    ),
    ("L15", "info", "", "a day with three or more of mine", check_full_day),
    ("L16", "refuse", "", "a due date that has passed", check_past_due),
    ("L17", "info", "", "a due date on a weekend", check_weekend),
    ("L18", "info", "active", "a yes that only I have recorded", check_assumed_yes),
    ("L19", "warn", "", "an open promise in nearly the same words", check_duplicate),
    ("L20", "warn", "voluntary", "an act of a third person", check_act_of_another),
    ("L21", "info", "", "a poor record of mine with such promises", check_poor_rate),
    (
        "L22",
        "info",
        "active",
        "no answer for a week, and no reply-by date",
        check_missing_reply_by,
    ),
    (
        "L23",
        "warn",
        "voluntary",
        "a series of which three of the last four were late or broken",
        check_poor_series,
    ),
    ("L25", "warn", "voluntary", "a name that means several people", check_group_name),
    (
        "L26",
        "warn",
        "voluntary",
        "a week with more of one person's than they usually complete for me",
        check_full_week_of_other,
    ),
)
