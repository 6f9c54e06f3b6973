"""The words and phrases that the rules of a well-made promise look for, and how they are found in a text.

A text is read once, from left to right, as words and signs. Nothing here understands a sentence: where a word may be a
noun as well as a verb, its neighbours decide, and where they don't, nothing is found.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


EFFORT = _phrases(
    "try, look into, look at, look for, look through, look over, work on, help, handle, deal with, think about, think through, consider,"
    "explore, follow up, touch base, circle back, support, improve, assist, sort out, attempt, strive, endeavour, chase, investigate,"
    "tackle, dig into, read up on, see about, take care of, keep an eye on, keep at, carry on with, continue, focus on, reach out,"
    "check in with, catch up on, push on, contribute, get started, get going, get on with, get my head, get our heads"
)
_EXCUSES = tuple(
    f"if {who} {can}" for who in ("i", "we", "you", "he", "she", "they") for can in ("can", "could", "manage", "have time", "find time")
)
HEDGES = _EXCUSES + _phrases(
    "try, tries, trying, maybe, perhaps, probably, possibly, hopefully, might, should, could, if possible, where possible,"
    "as much as possible, as far as possible, time permitting, weather permitting, if time permits, if time allows, if the weather,"
    "all being well, all going well, if all goes well, god willing, fingers crossed, with luck, with any luck, if nothing comes up,"
    "unless something comes up, get round to, get around to, find the time, have the time, when i can, when we can, whenever i can,"
    "whenever we can, as soon as i can, as soon as we can, as best i can, as best we can, as many as i can, as much as i can,"
    "whatever i can, however many, however much, best effort, best efforts, do my best, do our best, ideally, in theory, i guess, i think,"
    "i suppose, i hope, hope to, hoping to, aim to, aiming to, would like to, i'd like to"
)
VAGUE = _phrases(
    "some, several, a few, many, various, numerous, a lot, lots, a bit, a little, stuff, thing, things, something, whatever, headway, etc,"
    "and so on, better, faster, quicker, easier, nicer, smoother, cheaper, clearer, simpler, safer, bigger, smaller, fewer, less, more,"
    "soon, asap, decent, reasonable, adequate, suitable, acceptable, satisfactory, sufficient, appropriate, properly, nicely, quickly,"
    "regularly, thoroughly, significantly, considerably, substantially, noticeably, sufficiently, adequately, reasonably, in good shape,"
    "good enough, as appropriate, as needed, as necessary"
)
_NOTHING = _set("stuff thing things something whatever")

# Effort in two words, a verb and a noun near by: “have another go”, “make real progress”, “put a few hours into”.
_LIGHT = {
    "make": _set("progress headway inroad effort attempt start"),
    "have": _set("look go crack stab shot think try bash"),
    "take": _set("look stab shot crack"),
    "give": _set("thought go try shot push"),
    "put": _set("time hour day work effort energy thought"),
    "spend": _set("time hour minute day morning afternoon evening effort energy"),
}

# Verbs that are seldom anything else, and verbs that are as often nouns, adjectives or participles: those need an object behind them.
_VERBS = _set(
    "accept add agree apply approve arrange ask assemble attach attend bake become begin borrow bring build buy carry choose collect"
    " compile confirm connect convert create decide decorate define deliver deploy describe discuss eat enter explain extend fetch fill"
    " find forward gather get give go hang hire hold implement include inform inspect install introduce invite join keep learn lend"
    " listen make meet mend migrate mow notify obtain organise organize pay prepare propose provide publish receive reduce"
    " refuse register reject remind remove renew replace resolve restore rewrite sell send settle solve speak submit sweep take teach"
    " tell throw tidy translate unpack upload verify wait wash wear write"
)
_BOTH = _set(
    "answer balance bill book brief call cancel change charge check clean clear close complete cook copy count cover cut demo design"
    " document draft draw drive drop edit email empty estimate export feed file finish fix fold hand handle help host import label"
    " launch lead leave let list load lock log look mail mark measure merge milk move name note offer open order pack paint paper park"
    " phone pick plan plant polish post present print promise pull push put raise read record recycle release rent repair reply report"
    " request research return review ring run save scan schedule search serve set share ship show sign sort start stop store study supply"
    " support switch talk test track train transfer treat trim try turn type update upgrade use vacuum visit walk watch water weed wipe"
    " work wrap"
)
_OBJECTS = _set(
    "the a an my your our his her their its this that these those all any each both him them me us it you everyone everybody “…”"
)
_PARTICLES = _set("up out off away back down home")

# What may stand before the first verb, or between a name and its verb.
_MODALS = _set("will shall must can should would could may might won't can't cannot")
_WILL = "'ll"
_TO = (("is", "going", "to"), ("has", "to"), ("needs", "to"), ("to",))
_ADVERBS = _set("also then finally always just personally please really still")
_LEAD_INS = (_ADVERBS | _MODALS) | _set(
    "to i we you i'll we'll you'll i'm we're am are going let let's lets me us kindly maybe perhaps probably hopefully ideally possibly"
    " actively promise agree want need"
)
_LINKS = _set("and then plus & ; .")
_LINKED = _LINKS | _LEAD_INS | {","}

# Who acts besides the people that are known, if one of the first words names them as persons.
_OWNERS = _set("the my our your his her their")
_ROLES = _set(
    "bank board boss builder city committee council court customer doctor electrician government insurer landlady landlord neighbour"
    " neighbor office plumber school supplier vendor wife husband mother father mum mom dad sister brother daughter son"
)
_SOMEBODY = _set("someone somebody")

# What an outcome ends with that says what has become of a thing, what may follow that, and what ends the clause before it.
_BE = _set("is are was were has been")
_STATES = _set(
    "agreed available begun bought brought built chosen clean complete cut done drawn empty found full given gone got held hung kept laid"
    " left lent live made met online open paid put read ready run seen sent set shown sold spent taken thrown told won written"
)
_NO_STATES = _set("bed embed hundred naked red sacred shed shred")
_AFTER_STATES = _set("and by on in into at with to towards from for before again twice as")
_CLAUSES = _set(
    "so that what whatever which who whoever whether until till when while where if how because before after once get have keep be"
)
_PRONOUNS = _set("i we you he she they")

# Effort that is as often a thing, what makes a thing of it, and what is hedged only outside of a question to be answered.
_THINGS = _phrases("help, handle, support, work on, deal with, follow up, chase, attempt, tackle")
_HELP_FOR = _set(
    "article articles button center centre channel contract desk file files forum hotline hours letter level line menu number package page"
    " pages plan rota section sheet text texts video videos for of from"
)
_OF = _set("for of from")
_POSSIBLE = _set("should could might")
_QUESTIONS = _set("whether what which who that how where when why")
_PURPOSE = _set("so until till if whether how can")

# What is measured by a number, and what a number is.
_COMPARED = _set("better faster quicker easier nicer smoother cheaper clearer simpler safer bigger smaller fewer less more")
_LIMITS = _set("than under below above over least most exactly")
_PRECISE = _set("% percent times no once how any")
_NUMBERS = _set("one two three four five six seven eight nine ten eleven twelve dozen hundred twice half zero")

_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
_IRREGULAR = {
    "dealt": "deal", "thought": "think", "has": "have", "had": "have", "made": "make", "took": "take", "gave": "give", "putting": "put",
    "spent": "spend", "getting": "get", "got": "get",
}  # fmt: skip
_QUOTATION = "“…”"
_QUOTES = _set('" “ ” „ ‟ « »')
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


class Token(NamedTuple):
    """A word or a sign: as it was typed, and as it is compared (casefolded, with straight apostrophes)."""

    raw: str
    text: str
    is_word: bool


Said = Sequence[Token]


@lru_cache(4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The words and signs of a text in their order. A character of a script that is written without blanks is a word of its own."""
    text = text if text.isascii() else _composed(text)
    spread = "".join(_spread(text, place) for place in range(len(text)))
    return tuple(Token(raw, raw.casefold().replace("’", "'"), raw[0].isalnum()) for raw in spread.split())


def _composed(text: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", text)


def _spread(text: str, place: int) -> str:
    """What stands at a place of a text, with blanks around it unless it is inside of a word."""
    sign, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if sign.isalnum():
        return f" {sign} " if not sign.isascii() and any(low <= ord(sign) <= high for low, high in _UNSPACED) else sign
    if before.isalnum() and after.isalnum() and (sign in "'’-‐‑_" or (sign in ".,:" and before.isdigit() and after.isdigit())):
        return sign
    if sign == "'":
        return " ‘ " if after.isalnum() else " ’ "
    return sign if sign > "\x7f" and _is_mark(sign) else f" {sign} "


def _is_mark(sign: str) -> bool:
    from unicodedata import category

    return category(sign).startswith("M")


def typed(said: Said) -> str:
    """Some words as they were typed."""
    return " ".join(token.raw for token in said)


def telling(text: str) -> int:
    """How many words of a text tell what it is about; “stuff” does not."""
    return sum(word not in _NOTHING for word in words(text))


def words(text: str) -> list[str]:
    """The words of a text as they are compared, without the signs."""
    return [token.text for token in tokens(text) if token.is_word]


def unquoted(text: str) -> list[Token]:
    """The words and signs of a text, in which every passage between quotation marks stands as one sign."""
    said, kept, place = tokens(text), [], 0
    ends = _quotations(said)
    while place < len(said):
        kept.append(Token(_QUOTATION, _QUOTATION, is_word=False) if place in ends else said[place])
        place = ends.get(place, place) + 1
    return kept


def _quotations(said: Said) -> dict[int, int]:
    """Where each quotation begins and ends. What is never closed is none."""
    ends: dict[int, int] = {}
    begun: dict[str, int] = {}
    for place, token in enumerate(said):
        kind = '"' if token.text in _QUOTES else token.text.replace("‘", "'")
        if token.raw == "‘" or (kind == '"' and kind not in begun):
            begun[kind] = place
        elif kind in begun:
            ends[begun.pop(kind)] = place
    return ends


@lru_cache(16)
def _index(phrases: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
    """Phrases by their first word, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(filter(None, (tuple(token.text for token in tokens(phrase)) for phrase in phrases)), key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


def _texts(said: Said) -> tuple[str, ...]:
    return tuple(token.text for token in said)


def _text(said: Said, place: int) -> str:
    """The word or sign at a place; empty outside of what is said."""
    return said[place].text if 0 <= place < len(said) else ""


def _places(said: Said, phrases: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where phrases stand: beginning and end."""
    index = _index(tuple(phrases))
    for start, token in enumerate(said):
        for phrase in index.get(token.text, ()):
            if _texts(said[start : start + len(phrase)]) == phrase:
                yield start, start + len(phrase)
                break


def _bases(word: str) -> list[str]:
    """The verbs of which a word may be a form, itself among them."""
    stems = [word.removesuffix(ending) + put for ending, put in _ENDINGS if word.endswith(ending)]
    return [word, _IRREGULAR.get(word, word), *stems]


def _skip(said: Said, start: int, skipped: Container[str]) -> int:
    """The first place from `start` on where something else stands."""
    return next((place for place in range(start, len(said)) if said[place].text not in skipped), len(said))


def hedge(said: Said, extra: Iterable[str] = ()) -> str:
    """The first hedge, as it was typed; empty without one. What one might do is none where that is the question to be answered."""
    for start, end in _places(said, (*HEDGES, *extra)):
        asked = said[start].text in _POSSIBLE and not _QUESTIONS.isdisjoint(_texts(said[max(0, start - 3) : start]))
        if not asked:
            return typed(said[start:end])
    return ""


def has_number(said: Said) -> bool:
    """Whether a number is named, in digits or as a word."""
    return any(token.text in _NUMBERS or any(sign.isdigit() for sign in token.text) for token in said)


def vague(said: Said, extra: Iterable[str] = ()) -> str:
    """The first vague measure that no number makes precise, as it was typed; empty without one."""
    limited = any(token.text in _LIMITS and has_number(said[place : place + 4]) for place, token in enumerate(said))
    for start, end in _places(said, (*VAGUE, *extra)):
        if not (limited and said[start].text in _COMPARED) and not _is_precise(said, start, end):
            return typed(said[start:end])
    return ""


def _is_precise(said: Said, start: int, end: int) -> bool:
    """Whether the neighbours of a vague word give it a measure: “20 more”, “as many as 20”, “the smaller one”."""
    before, after = _text(said, start - 1), _text(said, end)
    if before == "the" and said[start].text in _COMPARED:
        return True
    if before == after == "as" and said[start].text == "soon":
        return _text(said, end + 1) != "possible"
    counted = said[max(0, start - 2) : start] if before == "or" else said[max(0, start - 1) : start]
    return before in _PRECISE or has_number(counted) or (after in {"as", "than"} and has_number(said[end : end + 4]))


def effort(said: Said, extra: Iterable[str] = (), name: str = "") -> str:
    """The effort that an outcome begins with, as it was typed; empty where it begins otherwise. `name` is the other side's."""
    index = _index((*EFFORT, *extra))
    for start in _beginnings(said, name):
        bases = _bases(said[start].text)
        for phrase in [phrase for base in bases for phrase in index.get(base, ())]:
            end = start + len(phrase)
            if _texts(said[start + 1 : end]) == phrase[1:]:
                return "" if _is_thing(said, start, end, " ".join(phrase)) or _is_measured(said, phrase) else typed(said[start:end])
        if end := _light_end(said, start, bases):
            return typed(said[start:end])
    return ""


def _light_end(said: Said, start: int, bases: Iterable[str]) -> int:
    """Where an effort of two words ends; 0 without one. A noun that belongs to another one is none: “make start page live”."""
    nouns = next((_LIGHT[base] for base in bases if base in _LIGHT), frozenset())
    near = range(start + 1, min(start + 5, len(said)))
    return next((place + 1 for place in near if not nouns.isdisjoint(_bases(said[place].text)) and _is_last(said, place)), 0)


def _beginnings(said: Said, name: str) -> Iterator[int]:
    """Where the first verb may stand: behind what leads to it, or behind the “will” of whoever does it."""
    skipped = _LEAD_INS | {token.text for token in said[:1] if not token.is_word and token.text != _QUOTATION}
    start = _skip(said, _begins(said, name), skipped)
    if start < len(said):
        yield start
        subject = _texts(list(takewhile(lambda token: token.text not in _CLAUSES, said[start : start + 5])))
        modal = next((place for place, text in enumerate(subject) if text in _MODALS), 0)
        later = _skip(said, start + modal, _LEAD_INS)
        if modal and said[start].text not in _VERBS | _BOTH and later < len(said):
            yield later


def _begins(said: Said, name: str) -> int:
    """How many words of a name, all or the first, stand at the beginning; 0 without one."""
    own = words(name)
    if own[:1] != [_text(said, 0).removesuffix(_WILL)]:
        return 0
    return len(own) if [token.text.removesuffix(_WILL) for token in said[: len(own)]] == own else 1


def _is_measured(said: Said, phrase: tuple[str, ...]) -> bool:
    """Whether an improvement says up to which number it goes."""
    return phrase == ("improve",) and any(
        token.text in _LIMITS | {"to", "by"} and has_number(said[n : n + 3]) for n, token in enumerate(said)
    )


def _is_thing(said: Said, start: int, end: int, phrase: str) -> bool:
    """Whether a word of effort is a thing here: “Support contract signed”."""
    after, single = _text(said, end), end == start + 1
    if not (phrase in _THINGS or said[start].text.endswith("ed")) or (single and after in _OBJECTS):
        return False
    if single and after in (_HELP_FOR if phrase != "handle" else _OF):
        return True
    return not (phrase == "follow up" and after in {"on", "with"}) and _tells_a_state(said[end:])


def _tells_a_state(said: Said) -> bool:
    """Whether it is said what has become of a thing: “contract signed by both”, “page is online”."""
    clause = list(takewhile(lambda token: token.text not in _CLAUSES, said))
    return any(
        token.text in _BE or (_is_state(token.text) and _text(clause, place - 1) not in _PRONOUNS and _is_last(clause, place))
        for place, token in enumerate(clause)
    )


def _is_last(clause: Said, place: int) -> bool:
    """Whether what follows can follow the last word of what became of a thing."""
    after = _text(clause, place + 1)
    return after in _AFTER_STATES or not after[:1].isalnum()


def _is_state(word: str) -> bool:
    return word in _STATES or (word.endswith("ed") and not word.endswith("eed") and word not in _NO_STATES)


def second(said: Said) -> str:
    """Where a second outcome begins, as it was typed (“and send”); empty without one."""
    first, link, bound = _skip(said, 0, _LEAD_INS), 0, False
    for place, token in enumerate(said):
        if token.text in _LINKS and not link:
            link, bound = place, bound and token.text not in {";", "."}
        elif place > first + 1 and token.text == "also" and not said[place - 1].is_word:
            return typed(said[place : place + 2])
        elif not link or token.text not in _LINKED:
            if link > first + 1 and not bound and _is_verb(said, place) and _begins_anew(said, link):
                return typed(said[link : place + 1]).lstrip(";. ")
            bound = bound or token.text in _PURPOSE or (place > first and _text(said, place - 1) == "to" and token.text in _VERBS)
            link = 0
    return ""


def _begins_anew(said: Said, link: int) -> bool:
    """Whether a full stop ends a sentence here: with a capital or “then” after it."""
    return said[link].text != "." or said[link + 1].text == "then" or said[link + 1].raw[:1].isupper()


def _is_verb(said: Said, place: int) -> bool:
    """Whether a verb in its base form stands there."""
    return said[place].text in _VERBS or (said[place].text in _BOTH and _has_object(said, place))


def _has_object(said: Said, place: int) -> bool:
    """Whether what follows can only follow a verb."""
    ahead = said[place + 1 : place + 2]
    is_name = (said[place].raw.islower() or _text(said, place - 1) == ".") and typed(ahead)[:1].isupper() and not has_number(ahead)
    return is_name or _text(said, place + 1) in _OBJECTS | _PARTICLES


def actor(said: Said, people: Iterable[str], other: str = "") -> str:
    """Whoever an outcome begins with as the one who acts, as typed; empty without one.

    That is one of `people`, or somebody named by what they are (“the council”). `other` is the other side's name.
    """
    ours = _begins(said, other)
    for name in people:
        length = _begins(said, name)
        if length > ours and _acts(said, length):
            return typed(said[:length]).replace("’", "'").removesuffix(_WILL)
    length = _somebody(said, words(other))
    return " ".join(_texts(said[:length])).removesuffix(_WILL) if length and _acts(said, length) else ""


def _somebody(said: Said, other: Container[str]) -> int:
    """How many of the first words name somebody by what they are, other than the other side; 0 if none do."""
    if _text(said, 0).removesuffix(_WILL) in _SOMEBODY:
        return 1
    if _text(said, 0) not in _OWNERS:
        return 0
    return next((place + 1 for place in (1, 2) if (word := _text(said, place).removesuffix(_WILL)) in _ROLES and word not in other), 0)


def _is_done(rest: Said, text: str) -> bool:
    """Whether a word that may be a noun is a verb between a name and what follows: “calls the bank”, not “calls noted”."""
    return _has_object(rest, 0) or (text.endswith("s") and not _tells_a_state(rest[1:]))


def _acts(said: Said, length: int) -> bool:
    """Whether a verb follows the first `length` words, which are a name."""
    rest = said[_skip(said, length, _ADVERBS) :]
    text = _text(rest, 0)
    ahead = next((len(to) for to in _TO if _texts(rest[: len(to)]) == to), int(text in _MODALS))
    if ahead or said[length - 1].text.endswith(_WILL):
        follows = _text(rest, ahead)
        return follows in _VERBS | _BOTH if text == "to" else follows[:1].isalnum() and not _is_state(follows)
    bases = set(_bases(text)) if text.endswith("s") else {text}
    if length == 1 and said[0].text in _VERBS | _BOTH | _MODALS:  # a name that is a verb too: Mark, Bill, Will
        return text not in bases & _VERBS and not bases.isdisjoint(_VERBS)
    return not bases.isdisjoint(_VERBS) or (not bases.isdisjoint(_BOTH) and _is_done(rest, text))


def are_alike(one: str, other: str) -> bool:
    """Whether four fifths of the different words of two texts are in both."""
    ours, theirs = set(words(one)), set(words(other))
    return bool(ours) and 5 * len(ours & theirs) >= 4 * len(ours | theirs)
