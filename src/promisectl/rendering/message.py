"""The words to send to the other side: what was said last, as text.

The module imports nothing that is slow to load. Whatever the ledger holds is shown as it was
typed.
"""

from __future__ import annotations

from datetime import date

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import MONTHS, WEEKDAYS
from promisectl.system import text as system_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promisectl.domain.talk import Day, SaidTerms, Talk, Utterance
    from promisectl.rendering.formats import ViewRow

_ANY_ANSWER = "Yes, no, or other terms: each is a good answer."
_UNTIL_YES = "Until you say yes, what we agreed on stands."


class ActWords(NamedTuple):
    """How a message tells an act: what comes before the promise, its lines, and the end.

    The outcome and the date are always there. Of `lines`, `terms` are all other terms, not only
    those that changed, and `reply` is the date for an answer; any other is the key of the label
    with which the text of the act is wording.
    """

    beginning: str
    lines: tuple[str, ...] = ()
    end: str = ""

    @property
    def label(self) -> str | None:
        """The key of the label before the text of the act; None where it is not wording."""
        return next((line for line in self.lines if line not in ("terms", "reply")), None)


_ASKS, _CHANGES, _GIVES_REASON = ("terms", "reply"), ("reply", "reason"), ("reason",)

# A key ends with the direction, `_owe` or `_owed`, where the words depend on it. Warnings come
# first in a message, whatever was said before them.
ACT_WORDS: dict[str, ActWords] = {
    "warning": ActWords(
        "an early warning: this is at risk.", ("at_risk",), "Can we talk about what to do?"
    ),
    "request": ActWords("could you promise me this?", _ASKS, _ANY_ANSWER),
    "offer": ActWords("here is what I can promise you:", _ASKS, _ANY_ANSWER),
    "changed_owe": ActWords("let me offer this instead:", _CHANGES, _ANY_ANSWER),
    "changed_owed": ActWords("let me ask for this instead:", _CHANGES, _ANY_ANSWER),
    "counter_owe": ActWords("I can't promise that, but I can promise this:", _CHANGES, _ANY_ANSWER),
    "counter_owed": ActWords(
        "thank you for the offer. Could you promise me this?", _CHANGES, _ANY_ANSWER
    ),
    "change_owe": ActWords("could we change what I promised you?", _CHANGES, _UNTIL_YES),
    "change_owed": ActWords("could we change what you promised me?", _CHANGES, _UNTIL_YES),
    "yes_owe": ActWords("yes, I promise you this:", ("terms",)),
    "yes_owed": ActWords("yes, I take your offer:", ("terms",)),
    "yes_change": ActWords("yes, I agree to the change:"),
    "no_owe": ActWords("thank you for asking, but no: I can't promise this.", _GIVES_REASON),
    "no_owed": ActWords("thank you for the offer, but no:", _GIVES_REASON),
    "no_change": ActWords("no to the change. What we agreed on stands:", _GIVES_REASON),
    "withdraw_owe": ActWords("I take back my offer:", _GIVES_REASON),
    "withdraw_owed": ActWords("I take back my request:", _GIVES_REASON),
    "withdraw_change": ActWords("I take back my change. What we agreed on stands:", _GIVES_REASON),
    "release": ActWords("I release you from this. You don't need to do it:", _GIVES_REASON),
    "reminder": ActWords("may I remind you of this?", ("remark",)),
    "ask_again": ActWords(
        "did you see this? I still need your answer:", ("terms", "reply", "remark"), _ANY_ANSWER
    ),
    "report_again": ActWords(
        "I told you that this is done. Did you see it?", ("remark",), "Is it what you needed?"
    ),
    "about": ActWords("a word about this:", ("remark",)),
    "answer_later": ActWords("I need some more time to answer this:", ("remark", "reply")),
    "partial": ActWords("this is how far I am:", ("done_so_far",)),
    "reported": ActWords("this is done:", (), "Is it what you needed?"),
    "confirmed": ActWords("you kept this promise. Thank you!"),
    "not_done": ActWords("this is not done yet, as I see it:", ("missing",)),
    "reopened": ActWords("I reported this too early. It is not done yet:", _GIVES_REASON),
    "broken": ActWords(
        "I am sorry: I can't keep this promise.", _GIVES_REASON, "What would help you now?"
    ),
    "not_kept": ActWords("this did not happen, as far as I know:", (), "What happened?"),
    "understood": ActWords("this is how I understood us:", ("terms",), "Is that right?"),
}
_REASON_LABELS = ("reason", "at_risk")
_AGREED_KINDS = ("yes", "yes_change")
_PROPOSED_KINDS = ("counter", "changed")

# All other words of a message, by their keys in the config.
_OTHER_WORDS = {
    "greeting": "Hi {name},",
    "signature": "",
    "colon": ":",
    "by": "by",
    "done_when": "done when",
    "what_for": "what for",
    "reason": "reason",
    "at_risk": "at risk",
    "done_so_far": "done so far",
    "missing": "missing",
    "remark": "",
    "repair": "what I offer instead",
    "risk": "what could go wrong",
    "no_to": "put off for it",
    "every_day": "every day",
    "every_workday": "every weekday",
    "every_weekday": "every {weekdays}",
    "every_weeks": "every {count} weeks",
    "every_month": "every month",
    "every_quarter": "every quarter",
    "every_year": "every year",
    "from": "from",
    "until": "until",
    "but_not": "but not on",
    "no_date": "without a date",
    "none": "none",
    "you_asked": "you asked for",
    "you_offered": "you offered",
    "you_proposed": "you proposed",
    "i_asked": "I asked for",
    "i_offered": "I offered",
    "i_proposed": "I proposed",
    "agreed": "we agreed on",
    "before": "before",
    "reply": "Please let me know by",
    "reply_answer_later": "You will have my answer by",
    "heard_owe": "I promise you this.",
    "heard_owed": "You promise me this.",
    "heard_request": "You ask me for this.",
    "heard_offer": "You offer me this.",
    "heard_change": "You propose this change.",
    "heard_no": "You said no.",
    "heard_no_change": "You said no to the change. What we agreed on stands.",
    "heard_withdraw": "You took this back.",
    "heard_withdraw_change": "You took back the change. What we agreed on stands.",
    "heard_release": "You released me from this.",
    "heard_warning": "You warned me that this is at risk.",
    "heard_reminder": "You reminded me of this.",
    "heard_ask_again": "You asked me again for my answer.",
    "heard_report_again": "You told me again that this is done.",
    "heard_about": "You wrote to me about this.",
    "heard_answer_later": "You need some more time to answer.",
    "heard_partial": "You have done a part of this.",
    "heard_reported": "You told me that this is done.",
    "heard_confirmed": "You confirmed that this is done.",
    "heard_not_done": "You told me that this is not done yet.",
    "heard_reopened": "You told me that this is not done yet.",
    "heard_broken": "You told me that you can't keep this.",
    "statement": "this is where we stand on",
    "statement_end": "Did I miss anything?",
    "nothing": "Nothing is open between us.",
    "i_owe": "I owe you",
    "you_owe": "You owe me",
    "not_agreed": "Not agreed yet",
    "your_word": "Done, waiting for your word",
    "my_word": "Done, waiting for my word",
    "cannot_keep": "I can't keep",
    "my_offer": "my offer, your answer",
    "my_request": "my request, your answer",
    "my_change": "my change, your answer",
    "your_offer": "your offer, my answer",
    "your_request": "your request, my answer",
    "your_change": "your change, my answer",
    "reported_on": "reported on",
    "subject": "Our promises",
}
DEFAULT_WORDS: dict[str, str] = {
    **_OTHER_WORDS,
    **{kind: words.beginning for kind, words in ACT_WORDS.items()},
    **{f"{kind}_end": words.end for kind, words in ACT_WORDS.items()},
}
DEFAULT_DATE = "{weekday} {day} {month} {year}"
DATE_PLACEHOLDERS = ("{weekday}", "{day}", "{month}", "{year}")
WORD_PLACEHOLDERS = {"every_weekday": ("{weekdays}",), "every_weeks": ("{count}",)}
"""What words may hold beside the name, by their keys."""
_SHORT_WEEKDAYS = tuple(day[:3].title() for day in WEEKDAYS)
_SHORT_MONTHS = tuple(month[:3].title() for month in MONTHS)
BULLET, INDENT = "- ", "  "


class Wording(NamedTuple):
    """How one message is worded: by the words of the config, else by the default ones.

    `name` is whom it is to, `zone` where the writer is. `date` is a form with placeholders. With
    `whole`, all terms are shown; with `risk`, also what could go wrong; with `reasons`, my reasons.
    """

    name: str
    zone: str
    words: Mapping[str, str] = DEFAULT_WORDS
    date: str = DEFAULT_DATE
    weekdays: Sequence[str] = _SHORT_WEEKDAYS
    months: Sequence[str] = _SHORT_MONTHS
    whole: bool = False
    risk: bool = False
    reasons: bool = True

    def get_words(self, key: str) -> str:
        """Return the words of a key, with the name of the other side in them."""
        return self.words.get(key, DEFAULT_WORDS[key]).replace("{name}", self.name)

    def format_labelled(self, key: str, value: str) -> str:
        """Return a value after its label: “what for: the school run”."""
        label = self.get_words(key)
        return f"{label}{self.get_words('colon')} {value}" if label else value

    def format_day(self, day: Day) -> str:
        """Return a civil day or minute, with its zone unless the writer is there."""
        moment, zone = day
        at = date.fromisoformat(moment[:10])
        words = self.date.format(
            weekday=self.weekdays[at.weekday()],
            day=at.day,
            month=self.months[at.month - 1],
            year=at.year,
        )
        time = f", {moment[11:]}" if moment[11:] else ""
        return f"{words}{time}{f' {zone}' if zone != self.zone else ''}"


class Part(NamedTuple):
    """A part of a message: what comes before its promises, these line by line, and an end."""

    heading: str
    items: Sequence[Sequence[str]]
    end: Sequence[str] = ()


class Message(NamedTuple):
    """A message as plain texts; a statement lists its promises below headings, line by line."""

    opening: str
    parts: Sequence[Part]
    closing: str = ""
    is_statement: bool = False


def build_message(talks: Sequence[tuple[ViewRow, Talk]], wording: Wording) -> Message:
    """Return a message with what I said last on each promise, or what I understood."""
    said: dict[str, list[tuple[ViewRow, Utterance]]] = {}
    for row, talk in talks:
        for one in talk.mine or filter(None, [talk.heard]):
            kind = find_act_key(one.kind, row["direction"]) if talk.mine else "understood"
            said.setdefault(kind, []).append((row, one))
    if any(row["series"] for row, _ in talks):
        from promisectl.rendering import message_series

        said = {kind: message_series.join_series(items) for kind, items in said.items()}
    kinds = sorted(said, key=lambda kind: kind != "warning")
    parts = [_build_part(kind, said[kind], wording) for kind in kinds]
    opening = " ".join(filter(None, (wording.get_words("greeting"), parts[0].heading)))
    later = [part._replace(heading=_capitalize(part.heading)) for part in parts[1:]]
    first = parts[0]._replace(heading="")
    return Message(opening, [first, *later], wording.get_words("signature"))


def find_act_key(kind: str, direction: str) -> str:
    """Return the key of the words for an act: its kind, or that with the direction."""
    return kind if kind in ACT_WORDS else f"{kind}_{direction}"


def _build_part(kind: str, said: Sequence[tuple[ViewRow, Utterance]], wording: Wording) -> Part:
    """Return the part for all that is of one kind; warnings about one promise are together.

    The date for an answer ends it, or where there are several, comes with its promise.
    """
    words = ACT_WORDS[kind]
    items: list[list[str]] = []
    replies: list[str] = []
    last = None
    for row, one in said:
        if row["id"] == last:
            items[-1] += _list_remarks(one, words, wording)
            continue
        last = row["id"]
        items.append(_list_item_lines(row, one, words, wording))
        reply_by = one.terms.reply_by if "reply" in words.lines else None
        key = f"reply_{kind}" if f"reply_{kind}" in DEFAULT_WORDS else "reply"
        replies.append(
            f"{wording.get_words(key)} {wording.format_day(reply_by)}." if reply_by else ""
        )
    if len(items) > 1:
        for item, reply in zip(items, replies, strict=True):
            item.extend(filter(None, [reply]))
        replies = []
    end = [wording.get_words(f"{kind}_end"), *replies]
    return Part(wording.get_words(kind), items, [line for line in end if line])


def _list_item_lines(row: ViewRow, said: Utterance, words: ActWords, wording: Wording) -> list[str]:
    """Return the lines of one promise: its terms, and what was said about it."""
    all_terms = "terms" in words.lines or wording.whole
    lines = [
        *list_terms_lines(said, wording, all_terms=all_terms),
        *(list_risk_lines(row, wording) if wording.risk else ()),
    ]
    if words is not ACT_WORDS["understood"]:
        return [*lines, *_list_remarks(said, words, wording)]
    heard = said.kind
    if heard in _AGREED_KINDS:
        heard = row["direction"]
    elif heard in _PROPOSED_KINDS:
        heard = "request" if row["direction"] == "owe" else "offer"
    theirs = ACT_WORDS[find_act_key(said.kind, row["direction"])]
    return [
        *lines,
        wording.get_words(f"heard_{heard}"),
        *_list_remarks(said, theirs, wording),
    ]


def list_terms_lines(said: Utterance, wording: Wording, *, all_terms: bool) -> list[str]:
    """Return the outcome, the date, and other terms: all, or those that changed.

    What changed has its former value after it.
    """
    terms, former = said.terms, said.former
    lines = [terms.outcome + _format_former(said, "outcome", wording)]
    for name, label in (("due", "by"), ("done_when", "done_when"), ("why", "what_for")):
        value = _format_term_value(terms, name, wording)
        has_changed = former is not None and getattr(former, name) != getattr(terms, name)
        if not (has_changed or (value and (all_terms or name == "due"))):
            continue
        if name == "due":
            line = _format_due(said.dates, value, wording)
        else:
            line = wording.format_labelled(label, value or wording.get_words("none"))
        lines.append(line + _format_former(said, name, wording))
    return lines


def _format_due(dates: Sequence[Day], value: str, wording: Wording) -> str:
    """Return until when something is promised: all `dates` of a series, or one in words."""
    if dates:
        from promisectl.rendering import message_series

        return message_series.format_dates(dates, wording)
    return f"{wording.get_words('by')} {value}" if value else wording.get_words("no_date")


def _format_term_value(terms: SaidTerms, name: str, wording: Wording) -> str:
    """Return the value of a term as a text; empty where there is none."""
    value: str | Day | None = getattr(terms, name)
    if value is None or isinstance(value, str):
        return value or ""
    return wording.format_day(value)


def _format_former(said: Utterance, name: str, wording: Wording) -> str:
    """Return the former value of a term that changed, in brackets; else an empty text."""
    former = said.former
    if former is None or getattr(former, name) in (None, getattr(said.terms, name)):
        return ""
    value = _format_term_value(former, name, wording)
    if name == "due" and said.former_dates:
        value = _format_due(said.former_dates, value, wording)
    return f" ({wording.format_labelled(said.former_label, value)})"


def list_risk_lines(row: ViewRow, wording: Wording) -> list[str]:
    """Return what could go wrong, and what the promise displaces, as far as it was named."""
    values = {"risk": row["risk"], "no_to": _strip_id(row["no_to"] or "")}
    return [wording.format_labelled(name, value) for name, value in values.items() if value]


def _strip_id(text: str) -> str:
    """Return a text without the ID of a promise before its outcome, as in “#13 Run”."""
    number, _, outcome = text.partition(" ")
    return outcome if number.startswith("#") and number[1:].isdecimal() and outcome else text


def _list_remarks(said: Utterance, words: ActWords, wording: Wording) -> Iterator[str]:
    """Yield the text of an act after its label, and what is offered for a broken promise."""
    is_shown = words.label and (wording.reasons or words.label not in _REASON_LABELS)
    if words.label and is_shown and said.text:
        yield wording.format_labelled(words.label, said.text)
    if said.repair:
        yield wording.format_labelled("repair", said.repair)


def _capitalize(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def format_text(message: Message) -> str:
    """Return a message as plain text; after a line break inside a text, its lines are indented."""
    blocks = [message.opening]
    if message.is_statement:
        lines: list[str] = []
        for part in message.parts:
            lines += [part.heading, *(_format_item(item, BULLET) for item in part.items)]
        blocks.append("\n".join(lines))
    else:
        for part in message.parts:
            items = (_format_item(item, INDENT) for item in part.items)
            blocks += [part.heading, *items, "\n".join(part.end)]
    return "\n\n".join(filter(None, [*blocks, message.closing])) + "\n"


def _format_item(item: Sequence[str], first: str) -> str:
    """Return the lines of an item, the first after `first`, all others in line with it.

    None ends with a space, which tells a mail program that the line goes on below (RFC 3676).
    """
    pieces = [
        f"{INDENT if number else ''}{line}"
        for text in item
        for number, line in enumerate(system_text.split_lines(text))
    ]
    lines = (f"{INDENT if index else first}{line}" for index, line in enumerate(pieces))
    return "\n".join(line.rstrip(" \t") for line in lines)
