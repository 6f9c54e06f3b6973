"""The revisions of a promise as records."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from promisectl.domain.promise import Promise, Revision


def list_revision_records(promise: Promise) -> list[dict[str, Any]]:
    """Return every revision in order, as build_revision_record does."""
    return [build_revision_record(promise, revision) for revision in promise.revisions]


def build_revision_record(promise: Promise, revision: Revision) -> dict[str, Any]:
    """Return a revision as a JSON object: number, author (`me` or `them`), status and terms."""
    terms = revision.terms
    return {
        "revision": revision.number,
        "author": promise.direction.name_speaker(revision.author),
        "status": revision.status.value,
        "outcome": terms.outcome,
        "due": terms.due.civil if terms.due else None,
        "due_zone": terms.due.zone if terms.due else None,
        "done_when": terms.done_when,
        "why": terms.why,
        "reply_by": terms.reply_by.civil if terms.reply_by else None,
    }
