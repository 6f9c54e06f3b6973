"""Errors about the words of a command: missing, too many or wrong."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import STATE_WORDS, Usage, end_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

# One letter too few or too many in a word of four counts as near, by the measure of difflib.
_MIN_NEAR_RATIO = 0.7
_RING_OF_ONE = 2  # a promise, and itself again


class MissingWord(Usage):
    """A move without the reason, the text or the time that it needs."""

    _NEED_SENTENCES: ClassVar = {
        "reason": "needs a reason: add --reason “…”",
        "text": "needs a text",
        "told_at": "needs the time when they were told",
        "outcome": "needs an outcome",
    }

    def __init__(self, verb: str, need: str) -> None:
        super().__init__(f"{verb} {self._NEED_SENTENCES[need]}.")


class BadRange(Usage):
    """A range of IDs that ends before it begins, or has too many."""

    def __init__(self, first: int, last: int, most: int) -> None:
        if last < first:
            super().__init__(f"{first}-{last} ends before it begins. Try {last}-{first}.")
        else:
            super().__init__(f"{first}-{last} is too long: a range has at most {most:,} IDs.")


class NothingChanged(Usage):
    """Other terms, or a correction, that change nothing.

    `is_offered`: the terms wait for a yes, which may be meant.
    """

    def __init__(self, number: int, verb: str, *, is_offered: bool = False) -> None:
        yes = f"To say yes to them: promisectl accept {number} · To c" if is_offered else "C"
        super().__init__(
            f"That leaves the terms of #{number} as they are.",
            f"{yes}hange --what, --by, --done-when or --why: promisectl {verb} {number} --by “…”",
        )


class SameCounterparty(Usage):
    """A correction that names the person whom the promise is with."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(f"#{number} is with {name} already.")


class PersonOfSelf(Usage):
    """A correction that would make a promise to yourself one to somebody else, or the reverse."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "A promise to yourself can't become one with somebody else, nor the reverse. "
            f"Void it, and make another: promisectl void {number}"
        )


class NoOtherSide(Usage):
    """Words about the other side, in a promise to yourself."""

    def __init__(self, typed: Sequence[str]) -> None:
        words = " and ".join(filter(None, (", ".join(typed[:-1]), typed[-1])))
        super().__init__("A promise to yourself has no other side.", f"Leave out {words}.")


class AmendmentEmptied(Usage):
    """A correction that makes the proposed change the same as the agreed terms."""

    def __init__(self, number: int, revision: int) -> None:
        super().__init__(
            f"With that, the proposed change of #{number} (rev {revision}) would change nothing.",
            f"Withdraw it first: promisectl withdraw {number}",
        )


class ReplyByWithoutOffer(Usage):
    """A date for a reply where nobody has to reply."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Nobody has to reply to these terms of #{number}.", "Leave out the reply-by date."
        )


class RiskOfPromisee(Usage):
    """A risk, or what the promise displaces, from the side that promises nothing."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "--risk and --no-to are for the promisor, and here the promisee acts.",
            f"Leave them out, or add a note: promisectl note {number} “…”",
        )


class WhoseTerms(Usage):
    """Other terms that may be yours or theirs, because your own have no answer yet."""

    def __init__(self, number: int, words: Sequence[str]) -> None:
        import shlex

        super().__init__(
            f"Your own terms of #{number} have no answer yet.",
            "Are the new ones yours too, or their counter-offer?",
        )
        sides = ("--mine", "--theirs")
        self.commands = tuple(shlex.join(["promisectl", *words, side]) for side in sides)


class AnswerOfOtherSide(Usage):
    """A date for an answer from the side whose own terms wait for it.

    `is_mine`: that side is me.
    """

    def __init__(self, number: int, *, is_mine: bool) -> None:
        ask = f"promisectl negotiate {number} {'--mine' if is_mine else '--theirs'} --reply-by “…”"
        if is_mine:
            cause = f"Your terms of #{number} wait for their answer, not for yours."
            advice = f"If they told you the date, add --theirs. To ask for an answer by then: {ask}"
        else:
            cause = f"Their terms of #{number} wait for your answer, not for theirs."
            advice = f"If it is your date, leave out --theirs. If they set it: {ask}"
        super().__init__(cause, advice)


class ReplacedIsOpen(Usage):
    """A promise is to be replaced that is still open, and there is no terminal to ask at.

    `command` is the one that ends it.
    """

    def __init__(self, number: int, state: str, command: str) -> None:
        super().__init__(
            f"#{number} is {STATE_WORDS.get(state, state)}, so both would be open.",
            f"Keep both with --beside, or end it first: {command}",
        )


class SeveralReaders(Usage):
    """A message about promises with several people.

    `numbers` are the IDs for each of the `names`.
    """

    def __init__(self, names: Sequence[str], numbers: Sequence[Sequence[int]]) -> None:
        super().__init__(
            f"A message goes to one person, and these are with {' and '.join(names)}.",
            "Write one to each:",
        )
        self.commands = tuple(
            f"promisectl message {' '.join(map(str, theirs))}" for theirs in numbers
        )


class LinkTooLong(Usage):
    """A message that is too long for a link to a mail."""

    def __init__(self, length: int, limit: int, command: str) -> None:
        super().__init__(
            f"As a link, the message has {length:,} characters; mail programs take {limit:,}.",
            f"Pipe its text instead: {command}",
        )


class AgreedAlready(Usage):
    """Terms that are agreed already, while others are proposed.

    `verb` is the move that is meant: decline, or withdraw by whoever proposed the others.
    """

    def __init__(self, number: int, revision: int, verb: str) -> None:
        meant = "take the change back" if verb == "withdraw" else "say no to the change"
        super().__init__(
            f"These terms of #{number} are already agreed.",
            f"To {meant} (rev {revision}): promisectl {verb} {number}",
        )


class TagsUnchanged(Usage):
    """Tags to add that are there already, or tags to remove that are not."""

    def __init__(self, number: int, tags: Sequence[str], *, added: bool) -> None:
        quoted = [f"“{tag}”" for tag in tags]
        if added:
            has = f"already has the tag{'s' if len(tags) > 1 else ''} {' and '.join(quoted)}"
        else:
            has = f"has no tag {' or '.join(quoted)}"
        super().__init__(f"#{number} {has}.", f"See: promisectl show {number}")


class PartUnchanged(Usage):
    """A promise that is a part of that promise already, or of none. `bigger` is its ID or None."""

    def __init__(self, number: int, bigger: str | None) -> None:
        already = f"is already a part of #{bigger}" if bigger else "is not a part of anything"
        super().__init__(f"#{number} {already}.", f"See: promisectl show {number}")


class PartsInRing(Usage):
    """A promise that would be a part of itself, by itself or over others.

    `ring` has the IDs, each a part of the next, and the first again at the end.
    """

    def __init__(self, ring: Sequence[int]) -> None:
        if len(ring) == _RING_OF_ONE:
            super().__init__(
                f"#{ring[0]} can't be a part of itself.",
                f"Give another promise: promisectl part {ring[0]} --of “…”",
            )
            return
        super().__init__(
            f"That would be a ring of parts: {' → '.join(f'#{number}' for number in ring)}.",
            f"Take one of them out first: promisectl part {ring[-2]} --alone",
        )


class PartsTooDeep(Usage):
    """A part of a part of a part, and so on, further than anybody can follow.

    `bigger` is the ID of the promise that would get another part.
    """

    def __init__(self, bigger: int, most: int) -> None:
        super().__init__(
            f"With another part of #{bigger}, more than {most} promises would be a chain of parts.",
            "Name a bigger promise that is nearer to the top.",
        )


class KeyTaken(Usage):
    """A key of `--once` that was used for another command."""

    def __init__(self, key: str, request: str, asked: str) -> None:
        before, now = (text.rpartition(" (")[0] for text in (request, asked))
        other = f"“{before}” with other words" if before == now else f"“{before}”"
        super().__init__(
            f"The key “{key}” was used for another command: {other}.", "Give --once a new key."
        )


class CannotRead(Usage):
    """A file to import that can't be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"Can't read {path}: {why}.")


class LedgerNotEmpty(Usage):
    """A journal is to be imported into a ledger that is not empty."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"A journal is a whole ledger, and {path} already has promises.",
            "Import it into a new ledger: add --ledger and its path or address.",
        )


class MyNameTaken(Usage):
    """Your name in the config is also the name of a person in the ledger."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” is you (`me` in the config), but also a person in your ledger.",
            "Change `me` to your full name: promisectl config edit",
        )


class NoSide(Usage):
    """A promise without the other side."""

    def __init__(self) -> None:
        super().__init__(
            "To whom, or from whom?",
            "If you owe it, to Dana for example: promisectl make “…” --to dana · "
            "If Lee owes it to you: promisectl make “…” --from lee",
        )


class MeOnBothSides(Usage):
    """Your own side named beside the other one."""

    def __init__(self, option: str, others: str) -> None:
        super().__init__(f"With {others}, you are the other side.", f"Leave out {option} me.")


class NeitherSideMe(Usage):
    """A promise between two other people."""

    def __init__(self, promisor: str, promisee: str) -> None:
        super().__init__(
            "One side of a promise is always you, "
            f"so {promisor} can't promise {promisee} something here.",
            f"If you owe it: promisectl make “…” --to {promisee} · "
            f"If it is owed to you: promisectl make “…” --from {promisor}",
        )


class Contradiction(Usage):
    """Options that can't be combined, or that do not fit the promise."""


class BadChoice(Usage):
    """A word that is not one of the choices."""

    def __init__(self, option: str, word: str, choices: Sequence[str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(word, choices, 1, _MIN_NEAR_RATIO)
        meant = f"Did you mean {near[0]}? " if near else ""
        super().__init__(
            f"{option} can't be “{word}”.", f"{meant}Choose from {', '.join(choices)}."
        )


class BadCount(Usage):
    """A number of rows or weeks that is out of range."""

    def __init__(self, option: str, count: int, least: int, most: int | None = None) -> None:
        allowed = f"{least} or more" if most is None else f"{least} to {most}"
        super().__init__(f"{option} can't be {count}.", f"Give {allowed}.")


class TextTooLong(Usage):
    """A text beyond the limit; it is refused, never cut."""

    def __init__(self, name: str, length: int, limit: int) -> None:
        super().__init__(
            f"The {name} has {length:,} characters; {limit:,} are allowed.",
            "Shorten it and try again.",
        )


class EmptyText(Usage):
    """A text that is empty, or has only spaces."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The {name} is empty.", "Type at least one word.")


class PlaceholderText(Usage):
    """A text that is only the “…” of a command that promisectl suggested."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"The {name} is only “{text}”.", "Put your own words there.")


class NotUnicode(Usage):
    """Bytes on the command line that are not text in this terminal's encoding."""

    def __init__(self) -> None:
        super().__init__(
            "The command line has bytes that are not text here.",
            "Type them as UTF-8, or set a UTF-8 locale.",
        )


class BadName(Usage):
    """A name that can't be a person's handle."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"“{name}” can't be the name of a person: {why}.")


class BadCommandLine(Usage):
    """A command line that can't be read."""

    def __init__(self, message: str, command: str) -> None:
        super().__init__(end_sentence(message), f"See: {command} --help")


class MissingArgument(Usage):
    """A command without a word that it needs. `example` is a whole command line; maybe empty."""

    def __init__(self, needed: str, command: str, example: str) -> None:
        advice = f"For example: {example}" if example else f"See: {command} --help"
        super().__init__(f"{command.removeprefix('promisectl ')} needs {needed}.", advice)


class UnknownOption(Usage):
    """An option that a command does not have. `near` are those that may be meant."""

    def __init__(self, option: str, near: Sequence[str], command: str) -> None:
        meant = ", ".join([*near[:-2], " or ".join(near[-2:])])
        did = f"Did you mean {meant}? " if near else ""
        super().__init__(f"There is no option {option}.", f"{did}See: {command} --help")


class OptionWithoutValue(Usage):
    """An option without the value that it takes, or with one where it takes none."""

    def __init__(self, option: str, command: str, *, takes_one: bool = True) -> None:
        what = "needs a value" if takes_one else "takes no value"
        super().__init__(f"{option} {what}.", f"See: {command} --help")


class DashedText(Usage):
    """A text that begins with a dash, so it was read as options."""

    def __init__(self, text: str, command: str) -> None:
        import shlex

        super().__init__(
            f"“{text}” begins with a dash, so it was read as options.",
            f"Put it last, after two dashes: {command} … -- {shlex.quote(text)}",
        )


class TooManyWords(Usage):
    """More words than a command takes. `advice` says where they may belong."""

    def __init__(self, words: Sequence[str], command: str, advice: str) -> None:
        verb, typed = command.removeprefix("promisectl "), " ".join(words)
        super().__init__(f"{verb} does not take “{typed}”.", advice or f"See: {command} --help")


class ScatteredText(Usage):
    """Words after an option that belong neither to it nor to the text before it.

    `advice` says how the option can take them.
    """

    def __init__(self, words: Sequence[str], advice: str) -> None:
        together = "Put the words of the text together, before or after the options."
        super().__init__(f"“{' '.join(words)}” is apart from the text. {advice or together}")


class DateOrText(Usage):
    """Words after a date that can be its end or the text. `advice` says how the date takes them."""

    def __init__(self, words: Sequence[str], option: str, advice: str) -> None:
        super().__init__(
            f"“{' '.join(words)}” can be the text or the end of the date. {advice} · "
            f"If it is the text, put it before {option}."
        )


class WordsAmongIds(Usage):
    """Words that are not IDs, after IDs or after the value of an option.

    `advice` says where they may belong.
    """

    def __init__(self, words: Sequence[str], advice: str) -> None:
        super().__init__(f"“{' '.join(words)}” is not the ID of a promise.", advice)


class NotAWholeNumber(Usage):
    """Another word where an option takes a number."""

    def __init__(self, option: str) -> None:
        super().__init__(f"{option} takes a whole number, as in {option} 3.")


class UnknownCommand(Usage):
    """A word that is not a command. `meant` has the commands that may be meant."""

    def __init__(self, word: str, meant: Sequence[str], command: str) -> None:
        ways = [f"promisectl {name}" for name in meant]
        did = f"Did you mean {', '.join([*ways[:-2], ' or '.join(ways[-2:])])}?"
        see = f"See: {command} --help"
        if command.endswith(" person"):
            see = f"All about a person: {command} show “…”"
        super().__init__(f"“{word}” is not a command.", did if ways else see)


class CannotRun(Usage):
    """A program or a hook that does not start, or that somebody else could have changed.

    `fix` are the words of a command that helps.
    """

    def __init__(self, path: str, why: str, fix: Sequence[str] = ()) -> None:
        import shlex

        super().__init__(f"Can't run {path}: {why}.", f"Fix it: {shlex.join(fix)}" if fix else "")


class OptionBeforeProgram(Usage):
    """An option before the name of another program that only commands of promisectl have."""

    def __init__(self, option: str, program: str) -> None:
        super().__init__(
            f"{option} is not for other programs.",
            f"If {program} takes it, write it after the name: promisectl {program} {option}",
        )


class UnknownSetting(Usage):
    """A word that is not the name of a setting. `near` is the one that may be meant, or empty."""

    def __init__(self, word: str, near: str) -> None:
        did = f"Did you mean {near}?" if near else "All settings: promisectl config show"
        super().__init__(f"There is no setting “{word}”.", did)


class WrongSetting(Usage):
    """A value that a setting can't have. `why` says what it must be."""

    def __init__(self, why: str) -> None:
        super().__init__(end_sentence(why), "Nothing was changed.")
