"""The terms of a promise in an editor: what was changed there is a typo put right, or new terms."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import acts
from promisectl.commands.shared import arguments, editor, output, prompts
from promisectl.domain import lifecycle
from promisectl.domain.promise import Promise, Side, Terms, Verb
from promisectl.rendering import messages, terms_form

if TYPE_CHECKING:
    from promisectl.env import Env


def edit(
    env: Env,
    id_: str,
    *,
    correct: bool = False,
    negotiate: bool = False,
    reason: str | None = None,
    mine: bool = False,
    theirs: bool = False,
    backfill: bool = False,
) -> None:
    """Open the terms of a promise in the editor, and say what was changed there as a correction or as new terms."""
    _check_options(correct=correct, negotiate=negotiate, reason=reason, mine=mine, theirs=theirs)
    said = arguments.text("reason", reason)
    promise, name = output.promise(env, arguments.number(id_))
    wanted = Verb.CORRECT if correct else Verb.NEGOTIATE if negotiate or said or mine or theirs else None
    verb = wanted or _which(env, promise, name)
    if verb is None:
        _say_unchanged(env, promise)
        return
    side = acts.speaking(promise, verb, mine=mine, theirs=theirs)
    needs_reason = _needs_reason(promise, verb, side) and not said
    if needs_reason and not env.may_ask:
        raise errors.MissingWord(verb, "reason")
    seen = lifecycle.base(promise, verb)
    written = terms_form.written(seen.terms, env.zone, terms_form.about(promise, name, verb, side))
    with editor.sheet(env, written, ".txt") as path:
        new = editor.edited(env, path, lambda text: _changed(env, text, seen.terms, backfill=backfill))
        if new == seen.terms:
            _say_unchanged(env, promise)
            return
        if needs_reason:
            said = prompts.needed(env, "reason", "Why?")
        acts.reword(env, verb, id_, lambda _terms, _at: new, reason=said, mine=mine, theirs=theirs, seen=seen)


def _check_options(*, correct: bool, **of_new_terms: object) -> None:
    arguments.at_most_one(mine=of_new_terms["mine"], theirs=of_new_terms["theirs"])
    for option, value in of_new_terms.items():
        arguments.at_most_one(correct=correct, **{option: value is not None and value is not False})


def _which(env: Env, promise: Promise, name: str) -> Verb | None:
    """Which of the two moves is meant: the one that is open, else the answer of whoever sits there, None for neither.

    Raises NotOpen when neither is open, and WhichMove where nobody can be asked.
    """
    open_now = [verb for verb in lifecycle.open_verbs(promise) if verb in (Verb.CORRECT, Verb.NEGOTIATE)]
    if not open_now:
        raise errors.NotOpen(promise.id, promise.state, "edit", lifecycle.open_verbs(promise))
    if len(open_now) == 1:
        return open_now[0]
    if not env.may_ask:
        raise errors.WhichMove(promise.id)
    terms = messages.gloss(promise, Verb.NEGOTIATE, name)
    question = f"Put a typo right, or offer new terms? [correct, negotiate ({terms}), Enter for neither]"
    word = prompts.choice(env, question, (Verb.CORRECT, Verb.NEGOTIATE), enter="")
    return Verb(word) if word else None


def _needs_reason(promise: Promise, verb: Verb, side: Side) -> bool:
    """Whether the move needs a reason. Raises NotOpen when it will be refused anyway, before anything is typed."""
    row = lifecycle.find(promise, verb, side)
    if row is None:
        raise errors.NotOpen(promise.id, promise.state, verb, lifecycle.open_verbs(promise))
    return "reason" in row.needs


def _changed(env: Env, text: str, terms: Terms, *, backfill: bool) -> Terms:
    """The terms with what was changed in the sheet, each line read by itself so that a problem names it."""
    new = terms
    for line, field, words in terms_form.changed(text, terms, env.zone):
        with errors.at(f"Line {line}"):
            new = arguments.changed(env, new, env.now, {field: words}, backfill=backfill)
    return new


def _say_unchanged(env: Env, promise: Promise) -> None:
    if not (env.quiet or env.as_json):
        env.say(f"Nothing was changed: the terms of #{promise.id} stay as they are.")
