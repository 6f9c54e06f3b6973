"""All that can go wrong for a person, each with the sentence it is told in, a name for programs and an exit code.

A sentence says what is wrong and what to do next. Raised anywhere, caught once, at the edge.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar


class Problem(Exception):
    """The family: `str(problem)` is the sentence, `code` its name for programs, `exit_code` what the shell sees, `moves` the open verbs."""

    code = "usage"
    exit_code = 2
    moves: tuple[str, ...] = ()


class Usage(Problem):
    """The words of the command cannot be carried out as typed (exit 2)."""


class NotFound(Problem):
    """There is no such promise, person or topic (exit 3)."""

    code = "not-found"
    exit_code = 3


class Ambiguous(Problem):
    """A name could mean more than one, or looks too much like a known one (exit 3)."""

    code = "ambiguous"
    exit_code = 3


class IllegalMove(Problem):
    """The move is not open now (exit 4)."""

    code = "illegal-move"
    exit_code = 4


class LedgerTrouble(Problem):
    """The ledger cannot be read or written (exit 5)."""

    code = "ledger"
    exit_code = 5


class BadData(Problem):
    """The config, or a file to be imported, holds something that cannot be used (exit 6)."""

    code = "data"
    exit_code = 6


class BadRecord(BadData):
    """Something in a record of a file to be imported that cannot be used; told with its place as BadImport."""

    def __init__(self, what: str, column: str | None = None) -> None:
        self.what = what
        self.column = column
        super().__init__(what)


class BadImport(BadData):
    """A file that can't be imported, told by the place of what is wrong in it first, and how many records are refused besides."""

    def __init__(self, source: str, line: int, problem: BadRecord, more: int = 0) -> None:
        column = f", column {problem.column}" if problem.column else ""
        others = f" Nor can {more} more record{'s' if more > 1 else ''} be used: add --dry-run to see all." if more else ""
        super().__init__(f"{source}, line {line}{column}: {problem.what}. Nothing was imported.{others}")


# Dates


class UnreadableDate(Usage):
    """A text given where a date belongs is outside the grammar of dates."""

    def __init__(self, text: str, examples: tuple[str, str, str], why: str = "") -> None:
        one, two, three = examples
        reason = f" ({why})" if why else ""
        super().__init__(f"“{text}” is not a date that can be read{reason}. Try {one}, {two} or {three}.")


class AmbiguousDate(Usage):
    """A date that has several readings; all of them are named."""

    def __init__(self, text: str, readings: tuple[str, ...]) -> None:
        write = "Write the one that was meant" if len(readings) > 1 else "Write it like that"
        super().__init__(f"“{text}” can mean {' or '.join(readings)}. {write}.")


class DatePassed(Usage):
    """A due date that was over before the promise was said."""

    def __init__(self, option: str, shown: str) -> None:
        super().__init__(f"{option} {shown} has passed. Give a date to come, or add --backfill to record an old promise.")


class DateAhead(Usage):
    """Something is said to have happened at a moment that is still to come."""

    def __init__(self, option: str, shown: str) -> None:
        super().__init__(f"{option} {shown} is still to come.")


class TooEarly(Usage):
    """A move dated before the newest one it builds on."""

    def __init__(self, number: int, earliest: datetime, shown: str = "") -> None:
        self.number = number
        self.earliest = earliest
        moment = shown or f"{earliest:%Y-%m-%d %H:%M} UTC"
        super().__init__(f"#{number} has stood as it is since {moment}, so this can't be dated before. See: log {number}.")


class UnknownZone(Usage):
    """TZ names no zone, so that no date could be told."""

    def __init__(self, name: str) -> None:
        super().__init__(f"TZ is “{name}”, which is no time zone that is known here. Set it to one such as Europe/Berlin, or unset it.")


# Words of a command


class MissingWord(Usage):
    """A move that needs a reason, a text or a moment came without it."""

    _ASKS: ClassVar = {
        "reason": "needs a reason: add --reason “…”",
        "text": "needs a text",
        "told_at": "needs the moment they were told",
        "outcome": "needs an outcome",
    }

    def __init__(self, verb: str, need: str) -> None:
        super().__init__(f"{verb} {self._ASKS[need]}.")


class NothingChanged(Usage):
    """A negotiation or correction that leaves every term as it was."""

    def __init__(self, number: int, verb: str) -> None:
        super().__init__(
            f"That would leave the terms of #{number} as they are. Change one: {verb} {number} --by, --what, --done-when or --why."
        )


class TagsUnchanged(Usage):
    """Tags that are there already, or were never there."""

    def __init__(self, number: int, tags: Sequence[str], *, added: bool) -> None:
        named = " and ".join(f"“{tag}”" for tag in tags)
        if added:
            has = f"the tag{'s' if len(tags) > 1 else ''} {named} already"
        else:
            has = f"neither {named.replace(' and ', ' nor ')} among its tags" if len(tags) > 1 else f"no tag {named}"
        super().__init__(f"#{number} has {has}. See: show {number}.")


class KeyTaken(Usage):
    """A key that was given with `--once` to another command."""

    def __init__(self, key: str, request: str, asked: str) -> None:
        before, now = (text.rpartition(" (")[0] for text in (request, asked))
        other = f"“{before}” with other words" if before == now else f"“{before}”"
        super().__init__(f"The key “{key}” was given to another command: {other}. Give --once a key of its own.")


class CannotRead(Usage):
    """A file that was to be imported."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} can't be read: {why}.")


class NotEmpty(Usage):
    """A journal was to be imported where something is recorded already."""

    def __init__(self, path: str) -> None:
        super().__init__(f"A journal is a whole ledger, and {path} has promises already. Import it into another one: --ledger PATH.")


class NoSide(Usage):
    """A promise was to be made without saying to whom or from whom."""

    def __init__(self) -> None:
        super().__init__("To whom, or from whom? make “…” --to dana (you owe Dana), or make “…” --from lee (Lee owes you).")


class MeOnBothSides(Usage):
    """One side was named that goes without saying: my own."""

    def __init__(self, option: str, others: str) -> None:
        super().__init__(f"Leave out {option} me: with {others} alone you are the other side.")


class NeitherSideMe(Usage):
    """A promise between two others."""

    def __init__(self, promisor: str, promisee: str) -> None:
        super().__init__(
            f"One side of a promise here is always you, so {promisor} can't promise {promisee} something in your ledger. "
            f"If you owe it: make “…” --to {promisee}. If you are owed it: make “…” --from {promisor}."
        )


class Contradiction(Usage):
    """Two options that exclude each other, or one that does not fit the promise."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class BadChoice(Usage):
    """A word that is not among the known ones."""

    def __init__(self, option: str, word: str, choices: Sequence[str]) -> None:
        super().__init__(f"{option} does not know “{word}”. Choose from {', '.join(choices)}.")


class BadCount(Usage):
    """A number of rows or weeks that there can't be."""

    def __init__(self, option: str, count: int, least: int, most: int | None = None) -> None:
        range_ = f"{least} or more" if most is None else f"{least} to {most}"
        super().__init__(f"{option} {count} can't be done: give {range_}.")


class BadNumber(Usage):
    """Something that is not the number of a promise."""

    def __init__(self, word: str) -> None:
        super().__init__(f"“{word}” is not the number of a promise. The numbers are in the first column of: list.")


class TextTooLong(Usage):
    """A text beyond the limit; it is refused, never cut."""

    def __init__(self, name: str, length: int, limit: int) -> None:
        super().__init__(
            f"The {name} has {length:,} characters, and {limit:,} are the most. Shorten it and try again; nothing was recorded."
        )


class EmptyText(Usage):
    """A text that has to say something is blank."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The {name} is empty. Say it in words.")


class NotUnicode(Usage):
    """Bytes on the command line that are not text in this terminal's encoding."""

    def __init__(self) -> None:
        super().__init__("The command line holds bytes that are no readable text here. Type them as UTF-8, or set a UTF-8 locale.")


class BadName(Usage):
    """A name that cannot serve as a person's handle."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"“{name}” can't be the name of a person: {why}.")


class TermsChanged(IllegalMove):
    """An answer to terms that were others by the time it was given."""

    def __init__(self, number: int) -> None:
        super().__init__(f"The terms of #{number} have changed while you looked at them, so nothing was recorded. See: show {number}.")


class StaleRevision(IllegalMove):
    """An answer to terms that are not on the table. `status` is what became of them; empty when there never were such terms."""

    def __init__(self, number: int, asked: int, status: str, now: int) -> None:
        what = {
            "": f"#{number} has no revision {asked}",
            "in-force": f"Revision {asked} of #{number} is in force already",
            "superseded": f"Revision {asked} of #{number} is dead, revision {asked + 1} took its place",
        }.get(status, f"Revision {asked} of #{number} was {status}")
        answer = "" if f"revision {now} " in what else f"; revision {now} is to be answered"
        super().__init__(f"{what}{answer}. See: show {number}, then accept {number} --rev {now}.")


class Unreadable(Usage):
    """A command line that is not well formed."""

    def __init__(self, message: str, command: str) -> None:
        sentence = message.rstrip(".") + ("" if message.endswith("?") else ".")
        super().__init__(f"{sentence} See: {command} --help")


# Moves


class NotOpen(IllegalMove):
    """A move that the lifecycle does not allow now."""

    _WHY: ClassVar = {
        ("proposed", "renege"): "is not accepted yet, so there is nothing to break",
        ("proposed", "complete"): "is not accepted yet, so there is nothing to complete",
        ("proposed", "release"): "is not accepted yet, so there is nothing to release anybody from",
        ("proposed", "reopen"): "is not accepted yet, so there is nothing to reopen",
        ("active", "accept"): "is agreed, and no new terms are on the table to accept",
        ("active", "decline"): "is agreed, and no new terms are on the table to decline",
        ("active", "withdraw"): "is agreed, and no new terms are on the table to withdraw",
        ("active", "reopen"): "is open as it is",
        ("delivered", "complete"): "is reported as done already",
        ("delivered", "negotiate"): "is reported as done, so its terms can't be changed any more",
        ("delivered", "renege"): "is reported as done, so it can't be broken unless it is reopened",
        ("reneged", "told"): "is broken, and there is nobody left to tell",
    }
    _BESIDE = ("bump", "note", "correct", "void", "tag", "untag")
    _ENDED = ("kept", "declined", "withdrawn", "reneged", "released")

    def __init__(self, number: int, state: str, verb: str, moves: Sequence[str]) -> None:
        self.moves = tuple(moves)
        typed = "complete --partial" if verb == "partial" else verb
        why = self._WHY.get((state, verb), f"is {state}, so {typed} is not open")
        named = [move for move in moves if move not in self._BESIDE] or moves
        open_now = f"Open now: {', '.join(f'{move} {number}' for move in named)}." if named else "No move is open any more."
        anew = f" To promise it anew: make “…” --replaces {number}." if state in self._ENDED else ""
        super().__init__(f"#{number} {why}. {open_now}{anew}")


class AlreadyReported(IllegalMove):
    """The promisor reports a delivery twice."""

    def __init__(self, number: int, day: str, moves: Sequence[str]) -> None:
        self.moves = tuple(moves)
        super().__init__(f"#{number} was already reported as done on {day}. When they confirm: accept {number}.")


class NothingToUndo(IllegalMove):
    """There is no command left to take back."""

    def __init__(self, where: str = "") -> None:
        super().__init__(f"There is nothing to undo{where}. What was recorded: log.")


class NothingToRedo(IllegalMove):
    """No undo is the newest thing that was recorded."""

    def __init__(self) -> None:
        super().__init__("There is nothing to redo: the newest thing recorded is not an undo. What was recorded: log.")


class BuiltUpon(IllegalMove):
    """A command cannot be taken back because a later one builds on it."""

    def __init__(self, number: int, command: str, later: str) -> None:
        super().__init__(f"The newest command of #{number}, {command}, can't be undone alone: {later} came after it. Undo that first.")


# Finding


class NoPromise(NotFound):
    """No promise has that number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no promise #{number}. The numbers are in the first column of: list --all.")


class NoPerson(NotFound):
    """Nobody in the ledger has that name."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        hint = f"Did you mean {' or '.join(near)}?" if near else "Who is in the ledger: people."
        super().__init__(f"There is nobody called “{name}” in the ledger. {hint}")


class AmbiguousPerson(Ambiguous):
    """The beginning of a name that several people share."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(f"“{name}” can be {' or '.join(candidates)}. Write more of the name.")


class NearMiss(Ambiguous):
    """A new name that looks like a known one."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        super().__init__(f"“{name}” is new, but looks like {' or '.join(near)}. Write that handle, or add --new if this is somebody else.")


class NameTaken(Usage):
    """A handle or alias that belongs to somebody already."""

    def __init__(self, name: str, owner: str) -> None:
        super().__init__(f"“{name}” already means {owner}. Choose another, or if the two are one person: person merge.")


class NobodyYet(NotFound):
    """A person is to be changed where there is no ledger yet."""

    def __init__(self) -> None:
        super().__init__("There is nobody in the ledger yet. A person enters it with a first promise: make “…” --to dana.")


class SameName(Usage):
    """A renaming that changes nothing."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"{handle} has that name already.")


class SamePerson(Usage):
    """A merge of one person with themself."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"Both names mean {handle} already.")


class NoTopic(NotFound):
    """The guide has no such page."""

    def __init__(self, topic: str, topics: Sequence[str]) -> None:
        super().__init__(f"The guide has no page “{topic}”. There are {', '.join(topics)}.")


# The ledger file


class NotALedger(LedgerTrouble):
    """The file in the ledger's place is something else, or nothing at all."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path} {what}. It was left as it is; move it away, or name another ledger with --ledger.")


class NewerLedger(LedgerTrouble):
    """A ledger written by a later version of the program."""

    def __init__(self, path: str, step: int, known: int) -> None:
        super().__init__(
            f"{path} was written by a newer promisectl (schema step {step}; this one knows {known}). "
            "It was left as it is; update promisectl."
        )


class Busy(LedgerTrouble):
    """Another command held the ledger for too long."""

    def __init__(self, path: str, seconds: int) -> None:
        super().__init__(f"{path} was locked by another command for {seconds} seconds. Nothing was recorded; try again.")


class Unusable(LedgerTrouble):
    """SQLite or the operating system refused."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} can't be used: {why}. Nothing was recorded; see where it is with: path.")


class Unconfirmed(Problem):
    """The first move of a new ledger is recorded, but the disk did not confirm the file's name (exit 7)."""

    code = "ledger"
    exit_code = 7

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"The move was recorded in {path}, but the disk did not confirm it ({why}). See it with: log.")


class AnswerLost(Problem):
    """The move was recorded, but its answer could not be written out (exit 7)."""

    code = "ledger"
    exit_code = 7

    def __init__(self, why: str) -> None:
        super().__init__(f"The move was recorded, but its answer could not be written out ({why}). See it with: log.")


class ReaderGone(Problem):
    """Whoever read the answer has closed the pipe; nothing needs to be said (exit 141, as a shell counts SIGPIPE)."""

    exit_code = 141


class Unheard(LedgerTrouble):
    """Stdout took no more of a view's answer."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The answer can't be written out: {why}.")


class CannotWrite(LedgerTrouble):
    """An output file that could not be written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} can't be written: {why}.")


class FileExists(Usage):
    """An output file that is there already."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is there already. Add --force to replace it, or choose another name.")


class OntoTheLedger(Usage):
    """An export that would overwrite the ledger itself."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is the ledger itself. Choose another file.")


class BadConfig(BadData):
    """Something in the config file that cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}. Nothing was done.")
