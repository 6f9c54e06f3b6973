"""What I do as the bookkeeper of my ledger: note, tag, untag, correct, void."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.acts import record_new_terms, record_plain_move
from promisectl.commands.shared import arguments, recorder
from promisectl.domain.promise import Act, Side, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.env import Env


def note(env: Env, id_: str, text: str, *, on: str | None = None) -> None:
    """Keep a note beside a promise; nothing else changes."""
    said, at = arguments.check_text("text", text), arguments.parse_event_moment(env, "--on", on)
    recorder.record_move(
        env, "note", [id_], lambda _: Act(Verb.NOTE, Side.BOOKKEEPER, at, env.now, text=said)
    )


def tag(env: Env, id_: str, tags: Sequence[str]) -> None:
    """Words to find a promise by."""
    _record_tags(env, Verb.TAG, id_, tags)


def untag(env: Env, id_: str, tags: Sequence[str]) -> None:
    """Take tags away."""
    _record_tags(env, Verb.UNTAG, id_, tags)


def _record_tags(env: Env, verb: Verb, id_: str, tags: Sequence[str]) -> None:
    named = " ".join(arguments.parse_tags(tags))
    recorder.record_move(
        env, verb.value, [id_], lambda _: Act(verb, Side.BOOKKEEPER, env.now, env.now, text=named)
    )


def correct(
    env: Env,
    id_: str,
    *,
    what: str | None = None,
    by: str | None = None,
    done_when: str | None = None,
    why: str | None = None,
    backfill: bool = False,
) -> None:
    """Put a typo in the terms right; this is no negotiation and not counted as one."""
    words = {"outcome": what, "due": by, "done_when": done_when, "why": why}
    arguments.check_words_before_lock(env, words)
    record_new_terms(
        env,
        Verb.CORRECT,
        id_,
        lambda terms, at: arguments.replace_terms_fields(env, terms, at, words, backfill=backfill),
    )


def void(env: Env, id_: str, *, reason: str | None = None) -> None:
    """A promise that was entered by mistake leaves every count."""
    record_plain_move(env, Verb.VOID, [id_], reason=reason)
