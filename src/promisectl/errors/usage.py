"""Errors about the words of a command: missing, too many or wrong."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

# A letter too few or too many in a word of four is near, as difflib measures it.
_MIN_NEAR_RATIO = 0.7


class MissingWord(Usage):
    """A move that needs a reason, a text or a moment came without it."""

    _NEED_SENTENCES: ClassVar = {
        "reason": "needs a reason: add --reason “…”",
        "text": "needs a text",
        "told_at": "needs the moment they were told",
        "outcome": "needs an outcome",
    }

    def __init__(self, verb: str, need: str) -> None:
        super().__init__(f"{verb} {self._NEED_SENTENCES[need]}.")


class NothingChanged(Usage):
    """A negotiation or correction that leaves every term as it was."""

    def __init__(self, number: int, verb: str) -> None:
        super().__init__(
            f"That would leave the terms of #{number} as they are. "
            f"Change one: {verb} {number} --by, --what, --done-when or --why."
        )


class SameCounterparty(Usage):
    """A correction that names the person whom the promise is with."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(f"#{number} is with {name} already.")


class PersonOfSelf(Usage):
    """A correction that would make a promise to myself one with somebody, or the reverse."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "A promise to yourself can't become one with somebody else, nor the reverse. "
            f"Void it, and make another: promisectl void {number}"
        )


class AmendmentEmptied(Usage):
    """A correction after which the change on the table would be what is agreed already."""

    def __init__(self, number: int, revision: int) -> None:
        super().__init__(
            f"After that, the new terms of #{number} (rev {revision}) would change nothing. "
            f"Take them off the table first: withdraw {number}."
        )


class ReplyByWithoutOffer(Usage):
    """A date for an answer where nobody is asked for one."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Nobody is asked to answer these terms of #{number}, "
            "so there is no date for an answer. Leave out the reply-by."
        )


class RiskOfPromisee(Usage):
    """A risk, or what the promise displaces, in the act of a side that promises nothing."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "--risk and --no-to belong to a word of the promisor, and this is one of the promisee. "
            f"Give them with the promisor's offer, counter or Yes, or keep them as a note: "
            f"note {number} “…”."
        )


class WhoseTerms(Usage):
    """New terms were given while your own are on the table, and not whose they are."""

    def __init__(self, number: int, words: Sequence[str]) -> None:
        import shlex

        super().__init__(
            f"Your own terms of #{number} are on the table. "
            "Say whether the new ones are yours, or their counter:"
        )
        sides = ("--mine", "--theirs")
        self.commands = tuple(shlex.join(["promisectl", *words, side]) for side in sides)


class ReplacedIsOpen(Usage):
    """A promise was to be replaced that is open, and nobody could be asked what becomes of it."""

    def __init__(self, number: int, state: str, ending: str) -> None:
        super().__init__(
            f"#{number} is {state}, so both would be open. "
            f"End it first: {ending} {number}, or keep both with --beside."
        )


class AgreedAlready(Usage):
    """New terms that are the agreed ones, while others are proposed.

    `verb` is the move that says so: decline, or withdraw by whoever proposed those.
    """

    def __init__(self, number: int, revision: int, verb: str) -> None:
        meant = "take the new ones back" if verb == "withdraw" else "say No to the new ones"
        super().__init__(
            f"These are the agreed terms of #{number}, so that changes nothing. "
            f"To {meant} (rev {revision}): {verb} {number}."
        )


class TagsUnchanged(Usage):
    """Tags that are there already, or were never there."""

    def __init__(self, number: int, tags: Sequence[str], *, added: bool) -> None:
        named = " and ".join(f"“{tag}”" for tag in tags)
        if added:
            has = f"the tag{'s' if len(tags) > 1 else ''} {named} already"
        elif len(tags) > 1:
            has = f"neither {named.replace(' and ', ' nor ')} among its tags"
        else:
            has = f"no tag {named}"
        super().__init__(f"#{number} has {has}. See: show {number}.")


class KeyTaken(Usage):
    """A key that was given with `--once` to another command."""

    def __init__(self, key: str, request: str, asked: str) -> None:
        before, now = (text.rpartition(" (")[0] for text in (request, asked))
        other = f"“{before}” with other words" if before == now else f"“{before}”"
        super().__init__(
            f"The key “{key}” was given to another command: {other}. Give --once a key of its own."
        )


class CannotRead(Usage):
    """A file that was to be imported can't be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} can't be read: {why}.")


class LedgerNotEmpty(Usage):
    """A journal was to be imported where something is recorded already."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"A journal is a whole ledger, and {path} has promises already. "
            "Import it into another one: --ledger PATH."
        )


class MyNameTaken(Usage):
    """A name that the config says is mine, and that somebody in the ledger bears."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” is you by the config, and a person in your ledger. "
            "Give `me` in the config your whole name."
        )


class NoSide(Usage):
    """A promise was to be made without saying to whom or from whom."""

    def __init__(self) -> None:
        super().__init__(
            "To whom, or from whom? make “…” --to dana (you owe Dana), "
            "or make “…” --from lee (Lee owes you)."
        )


class MeOnBothSides(Usage):
    """One side was named that goes without saying: my own."""

    def __init__(self, option: str, others: str) -> None:
        super().__init__(f"Leave out {option} me: with {others} alone you are the other side.")


class NeitherSideMe(Usage):
    """A promise between two others."""

    def __init__(self, promisor: str, promisee: str) -> None:
        super().__init__(
            f"One side of a promise here is always you, "
            f"so {promisor} can't promise {promisee} something in your ledger. "
            f"If you owe it: make “…” --to {promisee}. "
            f"If you are owed it: make “…” --from {promisor}."
        )


class Contradiction(Usage):
    """Two options that exclude each other, or one that does not fit the promise."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class BadChoice(Usage):
    """A word that is not among the known ones."""

    def __init__(self, option: str, word: str, choices: Sequence[str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(word, choices, 1, _MIN_NEAR_RATIO)
        nearest = f"; the nearest is {near[0]}" if near else ""
        super().__init__(
            f"{option} does not know “{word}”{nearest}. Choose from {', '.join(choices)}."
        )


class BadCount(Usage):
    """A number of rows or weeks that there can't be."""

    def __init__(self, option: str, count: int, least: int, most: int | None = None) -> None:
        allowed = f"{least} or more" if most is None else f"{least} to {most}"
        super().__init__(f"{option} {count} can't be done: give {allowed}.")


class TextTooLong(Usage):
    """A text beyond the limit; it is refused, never cut."""

    def __init__(self, name: str, length: int, limit: int) -> None:
        super().__init__(
            f"The {name} has {length:,} characters, and {limit:,} are the most. "
            "Shorten it and try again; nothing was recorded."
        )


class EmptyText(Usage):
    """A text that has to say something is blank."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The {name} is empty. Say it in words.")


class NotUnicode(Usage):
    """Bytes on the command line that are not text in this terminal's encoding."""

    def __init__(self) -> None:
        super().__init__(
            "The command line holds bytes that are no readable text here. "
            "Type them as UTF-8, or set a UTF-8 locale."
        )


class BadName(Usage):
    """A name that cannot serve as a person's handle."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"“{name}” can't be the name of a person: {why}.")


class BadCommandLine(Usage):
    """A command line that is not well formed."""

    def __init__(self, message: str, command: str) -> None:
        sentence = message.rstrip(".") + ("" if message.endswith("?") else ".")
        super().__init__(f"{sentence} See: {command} --help")


class DashedText(Usage):
    """A text that begins with a dash, so that it was read as options."""

    def __init__(self, text: str, command: str) -> None:
        import shlex

        super().__init__(
            f"“{text}” begins with a dash, and was read as options. "
            f"Put it last, after two dashes: {command} … -- {shlex.quote(text)} "
            f"See: {command} --help"
        )


class TooManyWords(Usage):
    """Words behind all that a command takes."""

    def __init__(self, words: Sequence[str], command: str) -> None:
        named = " ".join(words)
        verb = command.removeprefix("promisectl ")
        super().__init__(
            f"“{named}” is more than {verb} takes. "
            f"A text of several words stands in quotes. See: {command} --help"
        )


class NotAWholeNumber(Usage):
    """Something else where an option takes a number."""

    def __init__(self, option: str, command: str) -> None:
        super().__init__(f"{option} takes a whole number, as in {option} 3. See: {command} --help")


class UnknownCommand(Usage):
    """A word that is no command. `meant` holds the commands that it may mean."""

    def __init__(self, word: str, meant: Sequence[str], command: str) -> None:
        did = f" Did you mean {', '.join([*meant[:-2], ' or '.join(meant[-2:])])}?" if meant else ""
        super().__init__(f"“{word}” is no command.{did} See: {command} --help")


class MissingCommand(Usage):
    """A group of commands that was called by itself."""

    def __init__(self, command: str, commands: Sequence[str]) -> None:
        named = ", ".join([*commands[:-2], " or ".join(commands[-2:])])
        super().__init__(
            f"{command.rpartition(' ')[2]} needs to know what to do: add {named}. "
            f"See: {command} --help"
        )
