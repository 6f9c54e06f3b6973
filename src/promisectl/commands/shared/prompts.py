"""Questions to a person at a terminal, each asked again until its answer can be used.

Enter is the answer that changes least. `?` explains the answers, and TAB completes them where they
are dates, people or fixed words.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments
from promisectl.domain import lifecycle, people
from promisectl.domain.promise import Verb
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Promise, Terms
    from promisectl.env import Env

_ABOUT_TEXT = "Your own words, on one line."
_ABOUT_DUE_DATE = "A day or a time ahead, such as fri, 28 nov or “tomorrow 17:00”."
_ABOUT_PAST_MOMENT = "A day or a time in the past, such as today, mon or “yesterday 17:00”."


def ask_text(env: Env, name: str, question: str) -> str | None:
    """Ask for a text, and return it as typed; None for Enter. `name` is what errors call it."""
    while True:
        typed = env.ask_question(question, about=[_ABOUT_TEXT]) or None
        try:
            if typed and name == "outcome":
                return arguments.check_outcome(typed)
            return arguments.check_text(name, typed)
        except errors.Usage as problem:
            env.print_warning(str(problem))


def ask_required_text(env: Env, name: str, question: str) -> str:
    """Ask for a text until one is typed, and return it."""
    while True:
        text = ask_text(env, name, question)
        if text:
            return text
        env.refuse_empty_answer()


def ask_due_date(env: Env, question: str) -> CivilMoment | None:
    """Ask for a date in the future, and return it; None for Enter."""
    while True:
        words = env.ask_question(
            question, about=[_ABOUT_DUE_DATE], list_words=lambda: arguments.list_date_words(env)
        )
        try:
            return arguments.parse_due_date(env, "--by", words, said=env.now)
        except errors.Usage as problem:
            env.print_warning(str(problem))


def ask_new_terms(env: Env, terms: Terms, *, by: str, what: str) -> Terms:
    """Ask for another date and outcome, and return the changed terms; Enter keeps each.

    `by` and `what` are the two questions. The changed terms have no date for the answer.
    """
    due = terms.due
    date = formats.format_civil_moment(due, env.here) if due else "no date"
    when = ask_due_date(env, f"{by} (Enter keeps {date})")
    outcome = ask_text(env, "outcome", f"{what} (Enter keeps “{terms.outcome}”)")
    return terms.content._replace(due=when or due, outcome=outcome or terms.outcome)


def ask_told_time(
    env: Env,
    option: str,
    question: str,
    promises: Sequence[Promise],
    verb: Verb = Verb.TOLD,
    *,
    but: Collection[str] = (),
) -> str | None:
    """Ask when the other side was told, and return it in the words typed.

    That was not too early for any of the promises. Enter is None. A word in `but` is also an
    answer, in any case, and so is its beginning where that is not a date. `option` is what errors
    call it, `verb` the move. Raises ClockAhead.
    """
    about = " ".join([_ABOUT_PAST_MOMENT, *(f"Or: {word}." for word in but)])
    while True:
        typed = env.ask_question(
            question,
            about=[about],
            list_words=lambda: (*but, *arguments.list_date_words(env, past=True)),
        )
        words = typed or None
        if words and words.casefold() in but:
            return words.casefold()
        try:
            for promise in promises:
                after = lifecycle.find_earliest_telling(promise, verb)
                told_at = arguments.parse_event_moment(env, option, words, after=after)
                with arguments.show_local_times(env):
                    lifecycle.check_told_time(promise, told_at, verb)
        except errors.ClockAhead:
            raise
        except errors.Usage as problem:
            meant = match_choices(typed, but)
            if len(meant) == 1:
                return meant[0]
            if meant:
                env.print_warning(_format_ambiguous_answer(typed, meant))
                continue
            env.print_warning(str(problem))
            if but:
                env.print_warning(f"Other answers: {', '.join(but)}.")
        else:
            return words


def ask_choice(
    env: Env,
    question: str,
    choices: Sequence[str],
    *,
    enter: str | None = None,
    meanings: Mapping[str, str] | None = None,
) -> str:
    """Ask for one of the choices, by its name or an unambiguous beginning, and return it.

    `enter` is the answer that Enter means; without it, Enter asks again. `meanings` is what `?`
    prints about the choices.
    """
    words = list(filter(None, choices))
    about = [f"{word}: {meaning}." for word, meaning in (meanings or {}).items()]
    about.append("The first letters of a word are enough.")
    while True:
        typed = env.ask_question(question, about=about, list_words=lambda: words).casefold()
        if not typed and enter is not None:
            return enter
        if not typed:
            env.refuse_empty_answer()
            continue
        matches = match_choices(typed, words)
        if len(matches) == 1:
            return matches[0]
        if matches:
            env.print_warning(_format_ambiguous_answer(typed, matches))
        else:
            env.print_warning(f"“{typed}” is not an answer. Type ? to see what you can answer.")


def match_choices(typed: str, choices: Iterable[str]) -> list[str]:
    """Return the choice that an answer is, else those that it begins.

    Case does not matter, and neither do marks where no choice has them as typed.
    """
    words = list(choices)
    for fold in (people.fold_name, people.plain_name):
        wanted = fold(typed)
        folded = [(word, fold(word)) for word in words]
        matches = [word for word, text in folded if text == wanted] or [
            word for word, text in folded if text.startswith(wanted)
        ]
        if matches:
            return matches
    return []


def _format_ambiguous_answer(typed: str, matches: Sequence[str]) -> str:
    return f"“{typed}” can mean {' or '.join(matches)}."
