"""Random ledgers in which every text is there once, so that it is clear where one comes from.

What is typed wrong is refused, as the program refuses it; what is right is recorded, undone and done again.
"""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from promisectl import errors
from promisectl.commands import undo
from promisectl.storage import queries
from tests.storage.test_random_walks import START, perform, world

PEOPLE = ("dana", "lee")
MOVES = (
    *("accept", "accept", "decline", "complete", "complete", "renege", "withdraw", "release"),
    *("negotiate", "negotiate", "reopen", "bump", "bump", "told", "note", "tag", "correct"),
)


class Talks:
    """A ledger at `path`, all its texts by what they are, and the moment after the last command."""

    def __init__(self, path: Path, seed: int, steps: int) -> None:
        self.path = str(path)
        self.moment = START
        self.texts: dict[str, set[str]] = {}
        self.outcomes: dict[int, set[str]] = {}
        self._random = Random(seed)
        for _ in range(3):
            self._make()
        for _ in range(steps):
            self._step()

    def _text(self, kind: str) -> str:
        number = sum(map(len, self.texts.values()))
        text = f"{kind}q{number}z"
        self.texts.setdefault(kind, set()).add(text)
        return text

    def _maybe(self, kind: str, often: float = 0.5) -> str | None:
        return self._text(kind) if self._random.random() < often else None

    def _pick(self, *options: Any) -> Any:
        return self._random.choice(options)

    def _give(self, name: str, ids: list[int], words: dict[str, Any]) -> None:
        self.moment += timedelta(hours=self._random.randrange(1, 9))
        try:
            perform(self.path, self.moment, name, ids, words)
        except errors.Problem:
            return

    def _make(self) -> None:
        number = len(self.outcomes) + 1
        outcome = self._text("outcome")
        self.outcomes[number] = {outcome}
        words: dict[str, Any] = {
            "outcome": outcome,
            "by": self._pick("in 9 days", "in 20 days 17:00", None),
            "done_when": self._maybe("done_when"),
            "why": self._maybe("why"),
            "tag": [self._text("tag")],
        }
        agreed = self._pick(True, False)
        if not agreed:
            words["reply_by"] = self._pick("in 2 days", None)
        way = self._pick("to", "from_")
        words[way] = [PEOPLE[number % 2]]
        words["asked" if way == "to" else "offered"] = self._pick(True, False)
        words["agreed"] = agreed
        words["unsaid"] = not (agreed or words.get("asked") or words.get("offered")) and self._pick(
            True, False
        )
        if way == "to" and (agreed or not words["asked"]):
            words |= {"risk": self._text("risk"), "no_to": self._text("no_to")}
        perform(self.path, self.moment, "make", [], words)

    def _step(self) -> None:
        if self._random.random() < 0.1:
            self.moment += timedelta(hours=1)
            try:
                self._pick(undo.undo, undo.redo)(world(self.path, self.moment))
            except errors.Problem:
                return
            return
        number, name = self._pick(*self.outcomes), self._pick(*MOVES)
        words: dict[str, Any] = {
            "accept": lambda: {"risk": self._maybe("risk", 0.2), "note": self._maybe("note")},
            "decline": lambda: {"reason": self._maybe("reason", 0.8)},
            "complete": lambda: self._pick(
                {"note": self._maybe("note")},
                {"partial": self._text("partial")},
                {"reported": True},
            ),
            "renege": lambda: {
                "reason": self._text("reason"),
                "cause": self._pick("forgot", None),
                "repair": self._maybe("repair"),
                **self._pick({}, {"not_told": True}, {"silent": True}),
            },
            "withdraw": lambda: {"reason": self._maybe("reason")},
            "release": lambda: {"reason": self._maybe("reason")},
            "negotiate": lambda: {
                "what": self._outcome_of(number),
                "by": self._pick("in 12 days", "in 15 days", ""),
                "done_when": self._maybe("done_when"),
                "why": self._maybe("why"),
                "reason": self._text("reason"),
                self._pick("mine", "theirs", "agreed", "unsaid"): True,
            },
            "reopen": lambda: {"reason": self._text("reason")},
            "bump": lambda: {
                "text": self._text("bump"),
                **self._pick(
                    {},
                    {"theirs": True},
                    {"unsaid": True},
                    {"answer_by": "in 5 days"},
                    {"answer_by": "in 4 days", "theirs": True},
                ),
            },
            "told": dict,
            "note": lambda: {"text": self._text("note")},
            "tag": lambda: {"tags": [self._text("tag")]},
            "correct": lambda: self._pick(
                {"what": self._outcome_of(number, 1)},
                {"why": self._text("why"), "rev": 1},
                {"by": "in 11 days"},
            ),
        }[name]()
        self._give(name, [number], words)

    def _outcome_of(self, number: int, often: float = 0.4) -> str | None:
        text = self._maybe("outcome", often)
        if text:
            self.outcomes[number].add(text)
        return text

    def rows(self, number: int) -> tuple[str, list[dict[str, Any]]]:
        """The direction of a promise, and its acts as a message reads them."""
        with closing(sqlite3.connect(self.path)) as db:
            db.row_factory = sqlite3.Row
            direction = db.execute("SELECT direction FROM promise WHERE id = ?", (number,))
            rows = [dict(row) for row in queries.fetch_talk_rows(db, number)]
            return direction.fetchone()[0], rows
