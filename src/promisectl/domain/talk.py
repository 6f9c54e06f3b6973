"""What two people said about a promise, read from the rows of its acts.

It follows the lifecycle. A view that only needs the words reads them here: to replay the acts
costs 1 start of Python, for enum, json and hashlib.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    TalkRow = Mapping[str, Any]
    """A live act with its terms, as the query `TALK_OF_PROMISE` returns it."""
    Day = tuple[str, str]
    """A civil day or minute, and the name of its zone."""

_SIDES_BY_DIRECTION = {"owe": "promisor", "owed": "promisee"}
_NEW, _PROPOSED, _ACTIVE, _CHANGING = "new", "proposed", "active", "changing"
_DELIVERED, _CONFIRMED, _CLOSED = "delivered", "confirmed", "closed"
_AUTHOR, _OTHER, _ANYBODY = "author", "other", ""

# What an act is, and the stage after it, by its verb, the stage before it and who acts. While a
# change of agreed terms is proposed, the stage is `changing`.
_STEPS: dict[tuple[str, str, str], tuple[str, str]] = {
    ("request", _NEW, _ANYBODY): ("request", _PROPOSED),
    ("offer", _NEW, _ANYBODY): ("offer", _PROPOSED),
    ("negotiate", _PROPOSED, _AUTHOR): ("changed", _PROPOSED),
    ("negotiate", _PROPOSED, _OTHER): ("counter", _PROPOSED),
    ("accept", _PROPOSED, _ANYBODY): ("yes", _ACTIVE),
    ("decline", _PROPOSED, _ANYBODY): ("no", _CLOSED),
    ("withdraw", _PROPOSED, _ANYBODY): ("withdraw", _CLOSED),
    ("bump", _PROPOSED, _AUTHOR): ("ask_again", _PROPOSED),
    ("bump", _PROPOSED, _OTHER): ("about", _PROPOSED),
    ("answer_by", _PROPOSED, _ANYBODY): ("answer_later", _PROPOSED),
    ("answer_by", _CHANGING, _ANYBODY): ("answer_later", _CHANGING),
    ("accept", _CHANGING, _ANYBODY): ("yes_change", _ACTIVE),
    ("decline", _CHANGING, _ANYBODY): ("no_change", _ACTIVE),
    ("withdraw", _CHANGING, _ANYBODY): ("withdraw_change", _ACTIVE),
    ("accept", _DELIVERED, _ANYBODY): ("confirmed", _CONFIRMED),
    ("complete", _DELIVERED, "promisee"): ("confirmed", _CONFIRMED),
    ("decline", _DELIVERED, _ANYBODY): ("not_done", _ACTIVE),
    ("reopen", _DELIVERED, _ANYBODY): ("reopened", _ACTIVE),
    ("release", _DELIVERED, _ANYBODY): ("release", _CLOSED),
    ("bump", _DELIVERED, "promisor"): ("report_again", _DELIVERED),
    ("bump", _DELIVERED, "promisee"): ("about", _DELIVERED),
    ("reopen", _CONFIRMED, _ANYBODY): ("not_done", _ACTIVE),
}
for _stage in (_ACTIVE, _CHANGING):
    _STEPS |= {
        ("negotiate", _stage, _ANYBODY): ("change", _CHANGING),
        ("complete", _stage, "promisor"): ("reported", _DELIVERED),
        ("complete", _stage, "promisee"): ("confirmed", _CONFIRMED),
        ("renege", _stage, "promisor"): ("broken", _CLOSED),
        ("renege", _stage, "promisee"): ("not_kept", _CLOSED),
        ("release", _stage, _ANYBODY): ("release", _CLOSED),
        ("bump", _stage, "promisor"): ("warning", _stage),
        ("bump", _stage, "promisee"): ("reminder", _stage),
        ("partial", _stage, _ANYBODY): ("partial", _stage),
    }
# What an import tells, by the state that it found: as if the last act had been recorded here.
_IMPORTED_STEPS = {
    "active": ("yes", _OTHER, _ACTIVE),
    "delivered": ("reported", "promisor", _DELIVERED),
    "kept": ("confirmed", "promisee", _CONFIRMED),
    "declined": ("no", _OTHER, _CLOSED),
    "withdrawn": ("withdraw", _AUTHOR, _CLOSED),
    "reneged": ("broken", "promisor", _CLOSED),
    "released": ("release", "promisee", _CLOSED),
}
_OPPOSITE_SIDES = {"promisor": "promisee", "promisee": "promisor"}

_ANSWERING_VERBS = ("accept", "decline", "withdraw", "complete", "renege", "release", "void")
_KINDS_OF_TERMS = ("request", "offer", "changed", "counter", "change")
# What is not worth a word any more once an act of that kind came after it; all, where it is None.
_ENDED_KINDS: dict[str, tuple[str, ...] | None] = {
    "withdraw_change": ("change",),
    "ask_again": _KINDS_OF_TERMS,
    "report_again": ("reported",),
    **dict.fromkeys(("yes", "yes_change", "no", "no_change", "withdraw", "release"), None),
    **dict.fromkeys(("reported", "confirmed", "not_done", "reopened", "broken", "not_kept"), None),
}


class SaidTerms(NamedTuple):
    """Terms as somebody proposed them, with later corrections."""

    outcome: str
    due: Day | None = None
    done_when: str | None = None
    why: str | None = None
    reply_by: Day | None = None


class Utterance(NamedTuple):
    """Something that a side said: what it is, about which terms, and its words.

    `former` are the terms that it is compared with, and `former_label` says which: `agreed`,
    `before`, or who asked for, offered or proposed them, as in `you_asked`. `both` is true where
    the yes of the other side was recorded together with the terms. While it `is_unsaid`, the other
    side does not know of it, or of what it takes back. What was said about several promises of a
    series has all their `dates`, and the `former_dates` that they are compared with.
    """

    kind: str
    is_mine: bool
    terms: SaidTerms
    former: SaidTerms | None = None
    former_label: str = ""
    text: str | None = None
    repair: str | None = None
    both: bool = False
    is_unsaid: bool = False
    dates: tuple[Day, ...] = ()
    former_dates: tuple[Day, ...] = ()


class Talk:
    """A promise as a talk.

    `mine` is what I said since the other side last spoke, without what a later act of mine has
    ended; while something is unsaid, it is that alone. `heard` is what they said last, or what both
    agreed on. `warning` are the words of the last warning about the agreed terms, None without one.
    `proposal` are terms without an answer that both know of, `agreed` those with a yes.
    """

    # A plain class: a named tuple takes 0.015 starts of Python more.
    def __init__(
        self,
        mine: Iterable[Utterance],
        heard: Utterance | None,
        warning: str | None,
        proposal: Utterance | None,
        agreed: SaidTerms | None,
    ) -> None:
        self.mine = tuple(mine)
        self.heard = heard
        self.warning = warning
        self.proposal = proposal
        self.agreed = agreed


def read_talk(rows: Sequence[TalkRow], direction: str) -> Talk:
    """Return the talk in the live acts of a promise, in the order of recording.

    `direction` is `owe` or `owed`. An act that the lifecycle would not allow where it is, as after
    an undo, says nothing.
    """
    reader = _TalkReader(_SIDES_BY_DIRECTION[direction], read_revisions(rows))
    mine: list[Utterance] = []
    heard: Utterance | None = None
    for row in sorted(rows, key=lambda row: (row["at"], row["number"])):
        if row["verb"] == "told":
            mine = [one._replace(is_unsaid=False) for one in _join_terms(mine)]
        for said in reader.read_act(row):
            if said.is_mine and not said.both:
                mine = _add_to_mine(mine, said)
            else:
                heard, mine = said, []
    mine = [*_join_terms(mine)]
    unsaid = mine[max((n for n, one in enumerate(mine, 1) if not one.is_unsaid), default=0) :]
    proposal = reader.find_heard_proposal()
    return Talk(unsaid or mine, heard, reader.warning, proposal, reader.agreed)


def _add_to_mine(mine: Sequence[Utterance], said: Utterance) -> list[Utterance]:
    """Return what I said with one more, and without what that ends.

    To take back what they had not heard says nothing.
    """
    ended = _ENDED_KINDS.get(said.kind, ())
    left = [one for one in mine if ended is not None and one.kind not in ended]
    is_withdrawal = said.kind in ("withdraw", "withdraw_change")
    return left if is_withdrawal and said.is_unsaid else [*left, said]


def _join_terms(mine: Sequence[Utterance]) -> Iterator[Utterance]:
    """Yield what I said, and of several proposals the last, compared with what was before all."""
    proposals = [said for said in mine if said.kind in _KINDS_OF_TERMS]
    for said in mine:
        if said.kind not in _KINDS_OF_TERMS:
            yield said
        elif said is proposals[-1]:
            first = proposals[0]
            if first is said:
                yield said
            elif first.kind in ("request", "offer") and first.is_unsaid:
                yield said._replace(kind=first.kind, former=None, former_label="")
            elif first.kind in ("request", "offer"):
                yield said._replace(former=first.terms)
            else:
                yield said._replace(
                    kind=first.kind, former=first.former, former_label=first.former_label
                )


def read_revisions(rows: Iterable[TalkRow]) -> dict[int, SaidTerms]:
    """Return the terms of each revision after all corrections, as `lifecycle` applies them.

    The side that answers can set another date for its answer.
    """
    revisions: dict[int, SaidTerms] = {}
    unanswered = None
    for row in rows:
        if row["verb"] in _ANSWERING_VERBS:
            unanswered = None
        if row["answer_by"]:
            day = (row["answer_by"], row["answer_zone"])
            revisions[row["revision"]] = revisions[row["revision"]]._replace(reply_by=day)
        if row["outcome"] is None:
            continue
        number = row["revision"]
        terms = SaidTerms(
            row["outcome"],
            (row["due"], row["due_zone"]) if row["due"] else None,
            row["done_when"],
            row["why"],
            (row["reply_by"], row["reply_zone"]) if row["reply_by"] else None,
        )
        if row["verb"] == "correct":
            reply_by = terms.reply_by if number == unanswered else revisions[number].reply_by
            _correct_revisions(revisions, number, terms, throughout=bool(row["throughout"]))
            revisions[number] = revisions[number]._replace(reply_by=reply_by)
        else:
            revisions[number], unanswered = terms, number
    return revisions


def _correct_revisions(
    revisions: dict[int, SaidTerms], number: int, right: SaidTerms, *, throughout: bool
) -> None:
    """Replace the wrong values in that revision, or throughout wherever there is the same one."""
    wrong = revisions[number]
    for other in revisions if throughout else [number]:
        terms = revisions[other]
        changes = {
            name: getattr(right, name)
            for name in ("outcome", "due", "done_when", "why")
            if getattr(terms, name) == getattr(wrong, name)
        }
        revisions[other] = terms._replace(**changes)


class _TalkReader:
    """Reads acts in the order of time, and knows what is proposed and what is agreed by then."""

    def __init__(self, my_side: str, revisions: Mapping[int, SaidTerms]) -> None:
        self._my_side = my_side
        self._revisions = revisions
        self._author = ""
        self._entry: int | None = None
        self._unsaid_warning: str | None = None
        self._heard_proposal: Utterance | None = None
        self.stage = _NEW
        self.warning: str | None = None
        self.proposal: Utterance | None = None
        self.agreed: SaidTerms | None = None

    def read_act(self, row: TalkRow) -> Iterator[Utterance]:
        """Yield what an act says; nothing for a note, a correction, or what is not open.

        An unsaid warning is one from when it is told, if no other act came before.
        """
        if row["side"] in _OPPOSITE_SIDES and not row["unsaid"]:
            if row["verb"] == "told" and self._unsaid_warning:
                self.warning = self._unsaid_warning
            self._unsaid_warning = None
            if not (row["verb"] == "withdraw" and row["side"] == self._my_side):
                self._heard_proposal = self.proposal
        if row["verb"] == "import":
            yield self._read_import(row)
            return
        side = row["side"]
        role = _AUTHOR if side == self._author else _OTHER
        verb = "answer_by" if row["answer_by"] else row["verb"]
        keys = ((verb, self.stage, who) for who in (_ANYBODY, role, side))
        step = next((_STEPS[key] for key in keys if key in _STEPS), None)
        if step:
            yield self._take_step(row, step[0], side, step[1])

    def _read_import(self, row: TalkRow) -> Utterance:
        """Return what an import tells of the promise that it found."""
        self._author = author = row["found_author"]
        found = row["found_state"]
        if found == _PROPOSED:
            kind = "request" if author == "promisee" else "offer"
            return self._take_step(row, kind, author, _PROPOSED)
        kind, who, stage = _IMPORTED_STEPS[found]
        side = {_AUTHOR: author, _OTHER: _OPPOSITE_SIDES[author]}.get(who, who)
        if stage is not _CLOSED or kind in ("broken", "release"):
            self.agreed = self._revisions[row["revision"]]
        return self._take_step(row, kind, side, stage)

    def _take_step(self, row: TalkRow, kind: str, side: str, stage: str) -> Utterance:
        """Move on to the stage after an act, and return what it says."""
        is_mine = side == self._my_side
        is_withdrawal = is_mine and row["verb"] == "withdraw"
        heard = self.find_heard_proposal()
        mine = heard if heard and heard.is_mine else None
        former, label = self._find_former(kind)
        terms = self._find_terms(row, kind)
        if is_withdrawal and mine:
            terms = mine.terms if kind == "withdraw" else terms
            former = mine.terms if kind == "withdraw_change" else former
        both = kind in ("yes", "yes_change") and row["entry"] == self._entry
        both = both or (row["verb"] == "import" and kind == "yes")
        if kind == "answer_later":
            terms = terms._replace(reply_by=(row["answer_by"], row["answer_zone"]))
        said = Utterance(
            kind,
            is_mine,
            terms,
            former,
            label,
            row["text"],
            row["repair"],
            both,
            is_unsaid=bool(row["unsaid"]) or (is_withdrawal and not mine),
        )
        if kind in _KINDS_OF_TERMS:
            self.proposal, self._author, self._entry = said, side, row["entry"]
            self._heard_proposal = heard if said.is_unsaid else said
        if kind in ("yes", "yes_change"):
            self.agreed, self.warning = terms, None
        elif kind == "warning" and said.is_unsaid:
            self._unsaid_warning = row["text"]
        elif kind == "warning":
            self.warning = row["text"]
        self.stage = stage
        return said

    def find_heard_proposal(self) -> Utterance | None:
        """Return the newest proposal that both sides know of and that has no answer yet."""
        return self._heard_proposal if self.stage in (_PROPOSED, _CHANGING) else None

    def _find_terms(self, row: TalkRow, kind: str) -> SaidTerms:
        """Return the terms that an act is about: those it proposes or answers, or the agreed."""
        if kind in _KINDS_OF_TERMS:
            return self._revisions[row["revision"]]
        answers = kind in ("yes", "yes_change")
        if self.proposal and (answers or self.agreed is None):
            return self.proposal.terms
        return self.agreed or self._revisions[row["revision"]]

    def _find_former(self, kind: str) -> tuple[SaidTerms | None, str]:
        """Return the terms with which those of an act are compared, and the label of theirs."""
        if kind in ("change", "yes_change"):
            return self.agreed, "agreed" if kind == "change" else "before"
        if self.proposal and kind in ("changed", "counter", "no_change", "withdraw_change"):
            whose = "i" if self._author == self._my_side else "you"
            done = "asked" if self._author == "promisee" else "offered"
            done = "proposed" if self.stage == _CHANGING else done
            return self.proposal.terms, f"{whose}_{done}"
        return None, ""
