"""The words and phrases that the rules of a well-made promise look for, and how they are found in a text.

A text is read once, from left to right, into words and signs. Nothing here understands a sentence: where a word
could be a noun as well as a verb, its neighbours decide, and where they don't, nothing is found.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

EFFORT = (
    "try", "look into", "look at", "work on", "help", "handle", "deal with", "think about", "consider", "explore", "follow up",
    "touch base", "circle back", "support", "improve", "assist", "sort out",
)  # fmt: skip
HEDGES = (
    "try", "tries", "trying", "maybe", "perhaps", "probably", "possibly", "hopefully", "might", "should", "could", "if i can", "if we can",
    "if you can", "if he can", "if she can", "if they can", "if possible", "where possible", "as much as possible", "as far as possible",
    "if time permits", "if time allows", "time permitting", "best effort", "best efforts", "do my best", "do our best", "ideally", "i guess",
    "i think", "i hope", "hope to", "hoping to", "with luck",
)  # fmt: skip
VAGUE = (
    "some", "several", "a few", "many", "various", "numerous", "a lot", "lots", "a bit", "stuff", "things", "etc", "and so on",
    "better", "faster", "quicker", "easier", "nicer", "smoother", "more", "soon", "asap", "properly", "nicely", "regularly", "good enough",
    "as appropriate", "as needed", "as necessary",
)  # fmt: skip
# Verbs that are seldom anything else. They are known by themselves.
_VERBS = frozenset(
    """add agree apply arrange ask assemble attend bake begin bring build buy carry choose collect compile confirm connect convert create
    decide decorate define deliver deploy describe discuss eat explain extend fetch fill find forward gather get give go hang hire hold
    implement inform inspect install introduce invite keep learn lend listen make meet mend migrate mow organise organize pay pick prepare
    provide publish receive register remind remove renew replace resolve sell send settle solve speak submit take teach tell throw tidy
    translate unpack upload verify wait wash wear write""".split(),
)
# Verbs that are as often nouns, adjectives or participles. They are known by what follows.
_BOTH = frozenset(
    """answer balance bill book brief call cancel change charge check clean clear close complete cook copy count cover cut demo design
    document draft draw drive drop edit email empty estimate finish fix fold handle hand help host label lead leave let list load lock log
    look mail mark measure merge milk move name note offer open order pack paint paper park phone pick plan plant polish post present print
    promise pull push put raise read record release rent repair reply report request research return review ring run save scan schedule
    search serve set share ship show sign sort start stop store study supply support switch talk test track train transfer treat trim try
    turn type update upgrade use visit walk watch water work wrap""".split(),
)
_MODALS = frozenset("will shall must can should would could may might won't can't cannot".split())
_TO = frozenset((("has", "to"), ("have", "to"), ("needs", "to"), ("is", "going", "to"), ("to",)))
_ADVERBS = frozenset("also then finally always just personally please really still".split())
# What may stand before the first verb.
_LEAD_INS = _ADVERBS | _MODALS | frozenset(
    """to i we you i'll we'll you'll i'm we're am are going let let's lets me us kindly maybe perhaps probably hopefully ideally possibly
    actively promise agree want need""".split(),
)  # fmt: skip
# What an object begins with, and what only a verb takes after it.
_OBJECTS = frozenset(
    """the a an my your our his her their its this that these those all any each every both him them me us it you everyone everybody
    “…”""".split(),
)
_PARTICLES = frozenset("up out off away back down home".split())
_SUBORDINATE = frozenset("so that what whatever which who whoever whether until till when while where if how because before after once".split())
_PRONOUNS = frozenset("i we you he she they".split())
_BE = frozenset("is are was were has been".split())
_PURPOSE = frozenset("so until till if whether how can".split())
_QUESTIONS = frozenset("whether what which who how where when why".split())
# What has become of a thing: participles and adjectives that an outcome ends with, and what may follow them.
_STATES = frozenset(
    """agreed available begun bought brought built chosen clean complete cut done drawn empty found full given gone got held hung kept laid
    left lent live made met online open paid put read ready run seen sent set shown sold spent taken thrown told up won written""".split(),
)
_NO_STATES = frozenset("bed embed hundred naked red sacred shed shred".split())
_AFTER_STATES = frozenset("and by on in at with to from for before again twice as".split())
# Effort that is as often a thing, and what makes a thing of it.
_THINGS = frozenset(("help", "handle", "support", "work on", "deal with", "follow up"))
_OF_HELP = frozenset(
    "page pages desk text texts file files center centre line article articles contract plan package level letter rota agreement".split()
)
_COMPARED = frozenset("better faster quicker easier nicer smoother more".split())
_LIMITS = frozenset("than under below above over least most exactly".split())
_NUMBERS = frozenset("one two three four five six seven eight nine ten eleven twelve dozen hundred twice half zero".split())
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
_IRREGULAR = {"dealt": "deal", "thought": "think"}
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
