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
    _check_edit_options(
        correct=correct, negotiate=negotiate, reason=reason, mine=mine, theirs=theirs
    )
    said = arguments.check_text("reason", reason)
    promise, name = output.load_promise_and_name(env, arguments.parse_promise_number(id_))
    wanted = (
        Verb.CORRECT if correct else Verb.NEGOTIATE if negotiate or said or mine or theirs else None
    )
    verb = wanted or _resolve_edit_verb(env, promise, name)
    if verb is None:
        _print_nothing_changed(env, promise)
        return
    side = acts.resolve_acting_side(promise, verb, mine=mine, theirs=theirs)
    needs_reason = _is_reason_needed(promise, verb, side) and not said
    if needs_reason and not env.may_ask:
        raise errors.MissingWord(verb, "reason")
    seen = lifecycle.find_base_revision(promise, verb)
    written = terms_form.format_terms_form(
        seen.terms, env.zone, terms_form.describe_form(promise, name, verb, side)
    )
    with editor.open_edit_file(env, written, ".txt") as path:
        new = editor.edit_until_usable(
            env, path, lambda text: _parse_edited_terms(env, text, seen.terms, backfill=backfill)
        )
        if new == seen.terms:
            _print_nothing_changed(env, promise)
            return
        if needs_reason:
            said = prompts.ask_required_text(env, "reason", "Why?")
        acts.record_new_terms(
            env,
            verb,
            id_,
            lambda _terms, _at: new,
            reason=said,
            mine=mine,
            theirs=theirs,
            seen=seen,
        )


def _check_edit_options(*, correct: bool, **of_new_terms: object) -> None:
    arguments.ensure_at_most_one(mine=of_new_terms["mine"], theirs=of_new_terms["theirs"])
    for option, value in of_new_terms.items():
        arguments.ensure_at_most_one(
            correct=correct, **{option: value is not None and value is not False}
        )


def _resolve_edit_verb(env: Env, promise: Promise, name: str) -> Verb | None:
    """Which of the two moves is meant: the one that is open, else the answer of whoever sits there, None for neither.

    Raises NotOpen when neither is open, and WhichMove where nobody can be asked.
    """
    open_now = [
        verb
        for verb in lifecycle.list_open_verbs(promise)
        if verb in (Verb.CORRECT, Verb.NEGOTIATE)
    ]
    if not open_now:
        raise errors.NotOpen(promise.id, promise.state, "edit", lifecycle.list_open_verbs(promise))
    if len(open_now) == 1:
        return open_now[0]
    if not env.may_ask:
        raise errors.EditKindMissing(promise.id)
    terms = messages.describe_move(promise, Verb.NEGOTIATE, name)
    question = (
        f"Put a typo right, or offer new terms? [correct, negotiate ({terms}), Enter for neither]"
    )
    word = prompts.ask_choice(env, question, (Verb.CORRECT, Verb.NEGOTIATE), enter="")
    return Verb(word) if word else None


def _is_reason_needed(promise: Promise, verb: Verb, side: Side) -> bool:
    """Whether the move needs a reason. Raises NotOpen when it will be refused anyway, before anything is typed."""
    row = lifecycle.find_transition(promise, verb, side)
    if row is None:
        raise errors.NotOpen(promise.id, promise.state, verb, lifecycle.list_open_verbs(promise))
    return "reason" in row.needs


def _parse_edited_terms(env: Env, text: str, terms: Terms, *, backfill: bool) -> Terms:
    """The terms with what was changed in the sheet, each line read by itself so that a problem names it."""
    new = terms
    for line, field, words in terms_form.parse_terms_form(text, terms, env.zone):
        with errors.add_place_to_errors(f"Line {line}"):
            new = arguments.replace_terms_fields(
                env, new, env.now, {field: words}, backfill=backfill
            )
    return new


def _print_nothing_changed(env: Env, promise: Promise) -> None:
    if not (env.quiet or env.is_json):
        env.print_line(f"Nothing was changed: the terms of #{promise.id} stay as they are.")
