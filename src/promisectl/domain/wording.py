"""The words and phrases that the rules of a well-made promise look for, and how they are found in a text.

A text is read once, from left to right, as words and signs. Nothing here understands a sentence: where a word may be a
noun as well as a verb, its neighbours decide, and where they don't, nothing is found.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, takewhile
from typing import NamedTuple


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


EFFORT = _phrases(
    "try, look into, look at, work on, help, handle, deal with, think about, consider, explore, follow up, touch base, circle back,"
    "support, improve, assist, sort out"
)
HEDGES = _phrases(
    "try, tries, trying, maybe, perhaps, probably, possibly, hopefully, might, should, could, if i can, if we can, if you can, if he can,"
    "if she can, if they can, if possible, where possible, as much as possible, as far as possible, if time permits, if time allows,"
    "time permitting, best effort, best efforts, do my best, do our best, ideally, i guess, i think, i hope, hope to, hoping to, with luck"
)
VAGUE = _phrases(
    "some, several, a few, many, various, numerous, a lot, lots, a bit, stuff, things, etc, and so on, better, faster, quicker, easier,"
    "nicer, smoother, more, soon, asap, properly, nicely, regularly, good enough, as appropriate, as needed, as necessary"
)

# Verbs that are seldom anything else, and verbs that are as often nouns, adjectives or participles: those need an object behind them.
_VERBS = _set(
    "add agree apply arrange ask assemble attend bake begin bring build buy carry choose collect compile confirm connect convert create"
    " decide decorate define deliver deploy describe discuss eat explain extend fetch fill find forward gather get give go hang hire hold"
    " implement inform inspect install introduce invite keep learn lend listen make meet mend migrate mow obtain organise organize pay"
    " prepare provide publish receive register remind remove renew replace resolve sell send settle solve speak submit take teach tell"
    " throw tidy translate unpack upload verify wait wash wear write"
)
_BOTH = _set(
    "answer balance bill book brief call cancel change charge check clean clear close complete cook copy count cover cut demo design"
    " document draft draw drive drop edit email empty estimate finish fix fold handle hand help host label lead leave let list load lock"
    " log look mail mark measure merge milk move name note offer open order pack paint paper park phone pick plan plant polish post present"
    " print promise pull push put raise read record release rent repair reply report request research return review ring run save scan"
    " schedule search serve set share ship show sign sort start stop store study supply support switch talk test track train transfer"
    " treat trim try turn type update upgrade use visit walk watch water work wrap"
)
_OBJECTS = _set(
    "the a an my your our his her their its this that these those all any each every both him them me us it you everyone everybody “…”"
)
_PARTICLES = _set("up out off away back down home")

# What may stand before the first verb, or between a name and its verb.
_MODALS = _set("will shall must can should would could may might won't can't cannot")
_TO = (("is", "going", "to"), ("has", "to"), ("have", "to"), ("needs", "to"), ("to",))
_ADVERBS = _set("also then finally always just personally please really still")
_LEAD_INS = (_ADVERBS | _MODALS) | _set(
    "to i we you i'll we'll you'll i'm we're am are going let let's lets me us kindly maybe perhaps probably hopefully ideally possibly"
    " actively promise agree want need"
)
_LINKS = _set("and then & ;")
_LINKED = _LINKS | _LEAD_INS | {","}

# What an outcome ends with that says what has become of a thing, what may follow that, and what ends the clause before it.
_BE = _set("is are was were has been")
_STATES = _set(
    "agreed available begun bought brought built chosen clean complete cut done drawn empty found full given gone got held hung kept laid"
    " left lent live made met online open paid put read ready run seen sent set shown sold spent taken thrown told won written"
)
_NO_STATES = _set("bed embed hundred naked red sacred shed shred")
_AFTER_STATES = _set("and by on in at with to from for before again twice as")
_CLAUSES = _set(
    "so that what whatever which who whoever whether until till when while where if how because before after once get have keep be"
)
_PRONOUNS = _set("i we you he she they")

# Effort that is as often a thing, what makes a thing of it, and what is hedged only outside of a question to be answered.
_THINGS = _phrases("help, handle, support, work on, deal with, follow up")
_HELP_FOR = _set("page pages desk text texts file files centre center line article articles contract plan package level letter rota for of from")
_POSSIBLE = _set("should could might")
_QUESTIONS = _set("whether what which who how where when why")
_PURPOSE = _set("so until till if whether how can")

# What is measured by a number, and what a number is.
_COMPARED = _set("better faster quicker easier nicer smoother more")
_LIMITS = _set("than under below above over least most exactly")
_PRECISE = _set("% percent times no once how any")
_NUMBERS = _set("one two three four five six seven eight nine ten eleven twelve dozen hundred twice half zero")

_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
_IRREGULAR = {"dealt": "deal", "thought": "think"}
_QUOTATION = "“…”"
_QUOTES = _set('" “ ” „ ‟ « »')
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_ALIKE = (4, 5)
