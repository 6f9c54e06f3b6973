"""The command edit: the terms of a promise in an editor, as a correction or as a proposal."""

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
    unsaid: bool = False,
) -> None:
    """Open the terms of a promise in the editor, and record a correction or a proposal.

    `reason`, `mine`, `theirs` and `unsaid` belong to a proposal; an unsaid one is mine. Nothing is
    recorded if nothing was changed.
    """
    new_terms = {"negotiate": negotiate, "reason": reason, "unsaid": unsaid}
    check_edit_options(correct=correct, mine=mine, theirs=theirs, **new_terms)
    reason = arguments.check_text("reason", reason)
    promise, name = output.load_promise_and_name(env, arguments.parse_promise_number(id_))
    has_new_terms = mine or theirs or any(new_terms.values())
    chosen = Verb.CORRECT if correct else Verb.NEGOTIATE if has_new_terms else None
    verb = chosen or resolve_edit_verb(env, promise, name)
    if verb is None:
        _print_nothing_changed(env, promise)
        return
    whose = acts.parse_speaker(mine=mine or unsaid, theirs=theirs)
    if verb is Verb.NEGOTIATE and whose is None and env.may_ask:
        whose = acts.ask_whose_terms(env, promise)
    speech = acts.TermsSpeech(whose=whose, unsaid=unsaid)
    side = acts.resolve_speaking_side(env, promise, verb, speech)
    needs_reason = is_reason_needed(promise, verb, side) and not reason
    if needs_reason and not env.may_ask:
        raise errors.MissingWord(verb, "reason")
    seen = lifecycle.find_base_revision(promise, verb)
    description = terms_form.describe_form(promise, name, verb, side)
    terms = lifecycle.copy_base_terms(seen, verb)
    form = terms_form.format_terms_form(terms, env.zone, description)
    with editor.open_edit_file(env, form, ".txt") as path:
        new = editor.edit_until_usable(
            env, path, lambda text: parse_edited_terms(env, text, terms, backfill=backfill)
        )
        if new == terms:
            _print_nothing_changed(env, promise)
            return
        if needs_reason:
            reason = prompts.ask_required_text(env, "reason", "Why?")
        speech = speech._replace(reason=reason, seen=seen)
        acts.record_new_terms(env, verb, [id_], lambda *_: new, speech)


def check_edit_options(*, correct: bool, mine: bool, theirs: bool, **others: object) -> None:
    """Refuse options that exclude each other: those of a proposal, and `correct`.

    What is unsaid is not theirs. An empty text is an option that was given. Raises Contradiction.
    """
    arguments.ensure_at_most_one(mine=mine, theirs=theirs)
    acts.check_unsaid_options(unsaid=bool(others["unsaid"]), theirs=theirs)
    for option, value in {**others, "mine": mine, "theirs": theirs}.items():
        is_given = value is not None and value is not False
        arguments.ensure_at_most_one(correct=correct, **{option: is_given})


def resolve_edit_verb(env: Env, promise: Promise, name: str) -> Verb | None:
    """Return CORRECT or NEGOTIATE: the only open one, or the person's answer; None for neither.

    Raises NotOpen if neither is open, and EditKindMissing if both are and nobody can be asked.
    """
    verbs = lifecycle.list_open_verbs(promise)
    edit_verbs = [verb for verb in verbs if verb in (Verb.CORRECT, Verb.NEGOTIATE)]
    if not edit_verbs:
        moves = lifecycle.list_open_commands(promise)
        raise errors.NotOpen(promise.id, promise.state, "edit", moves)
    if len(edit_verbs) == 1:
        return edit_verbs[0]
    if not env.may_ask:
        raise errors.EditKindMissing(promise.id)
    terms = messages.describe_move(promise, Verb.NEGOTIATE, name)
    question = f"Correct a typo, or negotiate ({terms})? (Enter for neither)"
    meanings = {
        Verb.CORRECT.value: "the terms were written down wrong",
        Verb.NEGOTIATE.value: f"the terms change: {terms}",
    }
    word = prompts.ask_choice(env, question, tuple(meanings), enter="", meanings=meanings)
    return Verb(word) if word else None


def is_reason_needed(promise: Promise, verb: Verb, side: Side) -> bool:
    """Whether a move needs a reason. Raises NotOpen if it will be refused anyway."""
    transition = lifecycle.find_transition(promise, verb, side)
    if transition is None:
        raise errors.NotOpen(promise.id, promise.state, verb, lifecycle.list_open_commands(promise))
    return "reason" in transition.needs


def parse_edited_terms(env: Env, text: str, terms: Terms, *, backfill: bool) -> Terms:
    """Return `terms` with what was changed in the form. Raises Usage that names the line."""
    new = terms
    for line, field, words in terms_form.parse_terms_form(text, terms, env.zone):
        with errors.add_place_to_errors(f"Line {line}"):
            new = arguments.replace_terms_fields(
                env, new, env.now, {field: words}, backfill=backfill
            )
    return new


def _print_nothing_changed(env: Env, promise: Promise) -> None:
    sentence = f"Nothing was changed in #{promise.id}."
    output.print_result(env, lines=[sentence])
