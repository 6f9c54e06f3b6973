"""All that can go wrong for a person, each with the sentence it is told in, a name for programs and an exit code.

A sentence says what is wrong and what to do next. Raised anywhere, caught once, at the edge.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

INTERRUPTED = 130  # as a shell counts Ctrl-C


class Problem(Exception):
    """The family: `str(problem)` is the sentence, `code` its name for programs, `exit_code` what the shell sees, `moves` the open verbs."""

    code = "usage"
    exit_code = 2
    moves: tuple[str, ...] = ()
    place = ""

    def stand_at(self, place: str) -> None:
        """Lead the sentence by the place that it is about."""
        if place:
            self.place = place
            self.args = (f"{place}: {self}",)


@contextmanager
def at(place: str) -> Iterator[None]:
    """Around what reads one of many: the sentence of a problem is led by its place, as in “line 3: …”; by nothing where that is empty."""
    try:
        yield
    except Problem as problem:
        problem.stand_at(place)
        raise


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
    """The ledger cannot be read or written (exit 5). `restorable`: a backup could help."""

    code = "ledger"
    exit_code = 5
    restorable = False

    def name_backups(self, directory: str) -> None:
        """Say besides where the backups are."""
        self.args = (f"{self} Backups are in {directory}; one is brought back with: restore FILE.",)


class BadData(Problem):
    """The config, or what is read from a file or from stdin, holds something that cannot be used (exit 6)."""

    code = "data"
    exit_code = 6


class BadRecord(BadData):
    """Something in a record of a file to be imported that cannot be used; told with its place as BadImport."""

    def __init__(self, what: str, column: str | None = None) -> None:
        self.what = what
        self.column = column
        super().__init__(what)


class BadImport(BadData):
    """A file that holds what can't be imported. The first place that is wrong is told, and how many records are refused besides."""

    def __init__(self, source: str, line: int, problem: BadRecord, more: int = 0) -> None:
        column = f", column {problem.column}" if problem.column else ""
        others = f" Nor can {more} more record{'s' if more > 1 else ''} be used: add --dry-run to see all." if more else ""
        super().__init__(f"{source}, line {line}{column}: {problem.what}. Nothing was imported.{others}")


# Dates


class UnreadableDate(Usage):
    """A text given where a date belongs is outside the grammar of dates. `more` is the command that tells the grammar."""

    def __init__(self, text: str, examples: tuple[str, str, str], why: str = "", more: str = "") -> None:
        self._refused = f"“{text}” is not a date that can be read{f' ({why})' if why else ''}."
        self._more = f" See: {more}." if more else ""
        one, two, three = examples
        super().__init__(f"{self._refused} Try {one}, {two} or {three}.{self._more}")

    def meaning(self, forms: Sequence[str]) -> "UnreadableDate":
        """The same, with the `forms` that may have been meant instead of examples, if there are any."""
        if forms:
            self.args = (f"{self._refused} Did you mean {' or '.join(f'“{form}”' for form in forms)}?{self._more}",)
        return self


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


class ClockAhead(Usage):
    """The newest move of a promise was recorded by a clock that was ahead, so that nothing could come after it for long."""

    def __init__(self, number: int, shown: str) -> None:
        super().__init__(
            f"The newest move of #{number} is dated {shown}, which is still to come: the clock was ahead then, or is behind now. "
            f"If it was ahead, take that move back and say it again: undo --promise {number}."
        )


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
    """A file that was to be imported can't be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} can't be read: {why}.")


class NotEmpty(Usage):
    """A journal was to be imported where something is recorded already."""

    def __init__(self, path: str) -> None:
        super().__init__(f"A journal is a whole ledger, and {path} has promises already. Import it into another one: --ledger PATH.")


class NotOnlyMe(Usage):
    """A name that the config says is mine, and that somebody in the ledger bears."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is you by the config, and a person in your ledger. Give `me` in the config your whole name.")


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
    """Something that is not the number of a promise. `instead` says which numbers it may stand for."""

    def __init__(self, word: str, instead: str = "The numbers are in the first column of: list.") -> None:
        self.word = word
        super().__init__(f"“{word}” is not the number of a promise. {instead}")


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


# Terms in an editor


class WhichMove(Usage):
    """Terms were to be edited, and nobody could be asked whether as a typo or as new terms."""

    def __init__(self, number: int) -> None:
        super().__init__(f"A typo, or new terms? Say it with: edit {number} --correct, or edit {number} --negotiate.")


class NoField(Usage):
    """A line among edited terms that is none of their fields."""

    _QUOTED = 40

    def __init__(self, line: str, fields: Sequence[str]) -> None:
        quoted = line if len(line) <= self._QUOTED else f"{line[: self._QUOTED]}…"
        super().__init__(f"“{quoted}” is no field of the terms. They are {', '.join(fields[:-1])} and {fields[-1]}, each with a colon.")


class FieldTwice(Usage):
    """A field that stands among edited terms more than once."""

    def __init__(self, field: str) -> None:
        super().__init__(f"There are two lines of “{field}”. Keep one of them.")


class BadEscape(Usage):
    """A backslash in an edited text, with something behind it that it can't stand before."""

    def __init__(self, escape: str) -> None:
        super().__init__(f"“{escape}” stands for nothing. A backslash itself is written \\\\.")


class NoEditor(Usage):
    """No editor is named, and nobody is at a terminal to whom one could be shown."""

    def __init__(self) -> None:
        super().__init__("No editor is named, and nobody is at a terminal to be shown one. Set EDITOR to one, as in EDITOR=nano.")


class EditorFailed(Usage):
    """The editor could not be started, or ended with an error. Nothing was changed."""

    def __init__(self, editor: str, why: str) -> None:
        super().__init__(f"The editor ({editor}) {why}, so nothing was changed. Which one is started: $VISUAL, else $EDITOR.")


class Unreadable(Usage):
    """A command line that is not well formed."""

    def __init__(self, message: str, command: str) -> None:
        sentence = message.rstrip(".") + ("" if message.endswith("?") else ".")
        super().__init__(f"{sentence} See: {command} --help")


class TooManyWords(Usage):
    """Words behind all that a command takes."""

    def __init__(self, words: Sequence[str], command: str) -> None:
        named = " ".join(words)
        verb = command.removeprefix("promisectl ")
        super().__init__(f"“{named}” is more than {verb} takes. A text of several words stands in quotes. See: {command} --help")


class NoNumber(Usage):
    """Something else where an option takes a number."""

    def __init__(self, option: str, command: str) -> None:
        super().__init__(f"{option} takes a whole number, as in {option} 3. See: {command} --help")


class UnknownCommand(Usage):
    """A word that is no command. `meant` are those that it may mean; none of them is carried out."""

    def __init__(self, word: str, meant: Sequence[str], command: str) -> None:
        did = f" Did you mean {', '.join([*meant[:-2], ' or '.join(meant[-2:])])}?" if meant else ""
        super().__init__(f"“{word}” is no command.{did} See: {command} --help")


class MissingCommand(Usage):
    """A group of commands that was called by itself."""

    def __init__(self, command: str, commands: Sequence[str]) -> None:
        named = ", ".join([*commands[:-2], " or ".join(commands[-2:])])
        super().__init__(f"{command.rpartition(' ')[2]} needs to know what to do: add {named}. See: {command} --help")


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
    """No promise has that number. `newest` is the highest there is, where it is known."""

    def __init__(self, number: int, newest: int = 0) -> None:
        self.number = number
        beyond = f"; the newest is #{newest}" if 0 < newest < number else ""
        super().__init__(f"There is no promise #{number}{beyond}. The numbers are in the first column of: list --all.")


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
        from difflib import get_close_matches

        near = get_close_matches(topic.casefold(), topics, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        super().__init__(f"The guide has no page “{topic}”.{meant} There are {', '.join(topics)}.")


# The ledger file


class NotALedger(LedgerTrouble):
    """The file in the ledger's place is something else, or nothing at all."""

    way_out = "move it away, or name another ledger with --ledger"

    def __init__(self, path: str, what: str) -> None:
        self.what = what
        super().__init__(f"{path} {what}. It was left as it is; {self.way_out}.")


class Damaged(NotALedger):
    """The file in the ledger's place was a ledger, or could have been one, and is whole no more."""

    restorable = True
    way_out = "what helps is told by: doctor"


class NewerLedger(LedgerTrouble):
    """A ledger written by a later version of the program."""

    restorable = True

    def __init__(self, path: str, step: int, known: int) -> None:
        self.what = f"was written by a newer promisectl (schema step {step}; this one knows {known})"
        super().__init__(f"{path} {self.what}. It was left as it is; update promisectl.")


class ForeignJournal(LedgerTrouble):
    """A log of changes lies beside the ledger that can't be its own: SQLite would mix it in."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Beside the ledger lies {path}-wal, which belongs to another state of it and would be mixed in. "
            "Nothing was touched; move that file away, and keep it until doctor finds the ledger whole."
        )


class LogsAhead(LedgerTrouble):
    """Another program has turned the ledger to a mode in which even a look at it would write."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} was turned to WAL mode by another program, and a look at it would write files beside it. The next move "
            f"turns it back, and so does: sqlite3 '{path}' 'PRAGMA journal_mode=DELETE'"
        )


def _typed(path: str) -> str:
    """A path as it is typed in a shell."""
    import shlex

    return shlex.quote(path)


class TwoNames(LedgerTrouble):
    """A ledger with several names: what SQLite needs after a crash goes by the name, so that it would be looked for in vain."""

    def __init__(self, path: str, names: int) -> None:
        super().__init__(
            f"{path} has {names} names (hard links), and commands that use different ones would damage it. It was left as it is; "
            f"remove the others. They are shown by: find / -samefile {_typed(path)}"
        )


class AsRoot(LedgerTrouble):
    """Root in somebody else's directory: what root writes there, its owner could not change any more."""

    def __init__(self, path: str, owner: str) -> None:
        super().__init__(
            f"{path} is in a directory of {owner}'s, and you are root: {owner} could not use what root writes there. "
            f"Nothing was touched; say it as {owner}: sudo -u '{owner}' promisectl …"
        )


class LeadsAway(LedgerTrouble):
    """A link that leads into somebody else's directory."""

    def __init__(self, path: str, real: str, owner: str) -> None:
        super().__init__(
            f"{path} leads by a link to {real}, into a directory of {owner}'s. Nothing was touched; "
            f"if that is what you want, name it as it is: --ledger '{real}'"
        )


class InTheWay(LedgerTrouble):
    """Trouble that comes from without, and may pass: what it is, and the way out."""

    def __init__(self, what: str, way_out: str) -> None:
        self._what, self._way_out = what, way_out
        super().__init__(f"{what} {way_out}")

    def nothing_was(self, done: str) -> None:
        """Say besides what became of the command: nothing was `recorded`, or `restored`."""
        self.args = (f"{self._what} Nothing was {done}. {self._way_out}",)


class NotWhole(LedgerTrouble):
    """What is in a ledger is not what was recorded."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path} is damaged: {what}. What to do is told by: doctor.")


class NotRebuilt(LedgerTrouble):
    """Rows can't be told from acts that are damaged themselves."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"Nothing was rebuilt in {path}: what it would be rebuilt from is damaged ({what}). See: doctor.")


class BadHead(Usage):
    """What --expect was given is no head of a ledger."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}” is no head: that is 64 digits and letters from a to f, or the first 8 at least. See: doctor.")


class HalfDone(LedgerTrouble):
    """A ledger that only a command that writes can bring in order, which looking at it never does."""

    def __init__(self, path: str, why: str) -> None:
        self.why = why
        super().__init__(f"{path} can't be examined as it is: {why}. It is put in order by: doctor --fix.")


class Busy(InTheWay):
    """Another command held the ledger for longer than one wanted to wait."""

    def __init__(self, path: str, seconds: int) -> None:
        held = f"was locked by another command for {seconds} seconds" if seconds else "is locked by another command at this moment"
        super().__init__(f"{path} {held}.", "Try again.")


class Unusable(InTheWay):
    """SQLite or the operating system refused."""

    def __init__(self, path: str, why: str, way_out: str = "See where it is with: path.") -> None:
        super().__init__(f"{path} can't be used: {why}.", way_out)


class Unconfirmed(Problem):
    """What was asked for is done and recorded, but the disk did not confirm it."""

    code = "ledger"
    exit_code = 7

    def __init__(self, path: str, why: str, did: str = "The move was recorded in", look: str = "log") -> None:
        super().__init__(f"{did} {path}, but the disk did not confirm it ({why}). See it with: {look}.")


class Uncertain(Problem):
    """The disk failed while a move was recorded, and can't be asked either whether it was."""

    code = "ledger"
    exit_code = 7

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} failed while the move was being recorded ({why}), and can't be read now, so it may be recorded or not. "
            "When it can be read again, see: log."
        )


class AnswerLost(Problem):
    """What was asked for is done and recorded, but its answer could not be written out."""

    code = "ledger"
    exit_code = 7

    def __init__(self, why: str, did: str = "The move was recorded", look: str = "log") -> None:
        self.why = why
        super().__init__(f"{did}, but its answer could not be written out ({why}). See it with: {look}.")


class ReaderGone(Problem):
    """Whoever read the answer has closed the pipe, so nothing needs to be said. 141 is how a shell counts SIGPIPE."""

    exit_code = 141


class Unheard(LedgerTrouble):
    """Stdout took no more of a view's answer."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The answer can't be written out: {why}.")


class CannotWrite(LedgerTrouble):
    """An output file that could not be written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} can't be written: {why}. Choose another place, or try again.")


class FileExists(Usage):
    """An output file that is there already."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is there already. Add --force to replace it, or choose another name.")


class OntoTheLedger(Usage):
    """An export that would overwrite the ledger itself."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is the ledger itself. Choose another file.")


# Backups


class NothingToBackUp(LedgerTrouble):
    """There is no ledger of which a copy could be made."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no ledger at {path}, so there is nothing to back up. Which one is meant: path, or --ledger.")


class BackupOnStdout(Usage):
    """A backup was asked for on stdout."""

    def __init__(self) -> None:
        super().__init__("A backup is a file: name one, or a directory. As text, the whole ledger goes to stdout with: export --journal.")


class NoFileNamed(Usage):
    """An empty text was given where a file is to be named."""

    def __init__(self) -> None:
        super().__init__("FILE is empty. Name a file; in a script, see that the variable it comes from is set.")


class NoDirectory(LedgerTrouble):
    """A backup is to go into a directory that is not there."""

    def __init__(self, directory: str) -> None:
        super().__init__(
            f"There is no directory {directory}, so nothing was backed up. If it is on another disk, see that it is mounted; "
            f"else make it with: mkdir -p '{directory}'"
        )


class NotReplaced(Usage):
    """A backup would take the place of a file that is no ledger."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is there, and is no ledger, so not even --force replaces it. Choose another name, or take it away first.")


class JournalThere(Usage):
    """Beside the name of a new database lies the journal of another."""

    def __init__(self, journal: str) -> None:
        super().__init__(f"{journal} is there, the journal of another database, which would be mixed with this one. Choose another name.")


class JournalLeft(LedgerTrouble):
    """No ledger is there, but the journal of one that was."""

    def __init__(self, journal: str) -> None:
        super().__init__(
            f"{journal} lies there without its ledger, and would be mixed into a new one. Nothing was recorded; "
            "move it to where that ledger is now, or away."
        )


class NoBackupFirst(LedgerTrouble):
    """What was there could not be backed up before a change."""

    def __init__(self, problem: LedgerTrouble) -> None:
        super().__init__(
            f"What is there is backed up before this, and that failed: {problem} "
            "Nothing was changed; see to that, or name another place with XDG_STATE_HOME."
        )


class OntoItself(Usage):
    """A ledger is to be restored from itself."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is the ledger itself. Name a backup of it; where they are, says: path.")


class NotABackup(LedgerTrouble):
    """The file that a ledger is to be restored from is damaged, or something else."""

    def __init__(self, path: str, what: str, way_out: str = "choose another backup") -> None:
        super().__init__(f"{path} {what}. Nothing was restored; {way_out}.")


class HalfCopied(LedgerTrouble):
    """Beside the file that a ledger is to be restored from lies a journal."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Beside {path} lies a journal: a command was at work when it was copied. "
            f"Have that settled with: --ledger {path} list, then restore it."
        )


class AskedByNobody(Usage):
    """A restore would replace what is there, and nobody could be asked."""

    def __init__(self, path: str) -> None:
        super().__init__(f"To restore replaces all that is in {path}, which is backed up first. If that is meant, add --yes.")


class ChangedMeanwhile(LedgerTrouble):
    """The ledger is not any more what a person was shown before the Yes to a restore."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} has changed meanwhile, so nothing was restored. Say it again to see what is there now.")


class NotRestored(LedgerTrouble):
    """The copying of a backup into the ledger failed. `kept` is where what was there is kept; empty where nothing was."""

    def __init__(self, path: str, why: str, kept: str) -> None:
        safe = f" What was there is in {kept}." if kept else ""
        super().__init__(f"{path} could not be restored: {why}.{safe} How it is now, says: doctor.")


# Exports


class NotWithFormat(Usage):
    """An option that means nothing in the format that was asked for."""

    def __init__(self, option: str, form: str, forms: Sequence[str]) -> None:
        super().__init__(f"{option} has no meaning in {form}; it goes with {', '.join(forms)}. Leave it out, or add --format {forms[0]}.")


class NotWithActs(Usage):
    """Filters of promises were given for acts, or for the whole journal."""

    _ALL: ClassVar = {"--acts": "the talk about all promises", "--journal": "all of the ledger"}

    def __init__(self, option: str, filters: Sequence[str]) -> None:
        but = "; only --limit can" if option == "--acts" else ""
        super().__init__(f"{option} is {self._ALL[option]}, and {', '.join(filters)} can't narrow it{but}.")


class IntoADirectory(Usage):
    """A directory was given to a format that makes one file."""

    def __init__(self, path: str, form: str) -> None:
        super().__init__(f"{path} is a directory, and {form} is one file. Name a file, or add --format ics for a file a promise.")


class UnknownColumn(Usage):
    """A record has no field of that name."""

    def __init__(self, name: str, near: str) -> None:
        nearest = f"; the nearest is {near}" if name else ""
        super().__init__(f"--columns does not know “{name}”{nearest}. All of them: guide records.")


class ColumnTwice(Usage):
    """A field was named more than once."""

    def __init__(self, name: str) -> None:
        super().__init__(f"--columns names {name} twice. Name each once.")


class BadAlarm(Usage):
    """Something that is not a time before the due date."""

    def __init__(self, word: str) -> None:
        super().__init__(f"--alarm “{word}” can't be read. Give the time before it is due in days, hours or minutes: 1d, 2h, 30m.")


class NeedsICalendar(Usage):
    """The package that writes calendars is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "--format ics needs the package icalendar, which is not installed. "
            'Add it: pipx inject promisectl icalendar, or pip install "promisectl[ics]".'
        )


class BadConfig(BadData):
    """Something in the config file that cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        self.place = f"{path}: {why}."
        super().__init__(f"{self.place} Nothing was done.")


class BadInput(BadData):
    """Something that was read from stdin cannot be used. `where` is empty, or a place in it."""

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(f"{f'{where}: ' if where else ''}{why}. Nothing was recorded.")
