"""The words and phrases that the rules look for, in lower case with straight apostrophes."""


def _split_phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Work without an end, with which an outcome should not begin.
EFFORT_PHRASES = _split_phrases(
    "try, look into, look at, look for, look over, work on, help, handle, deal with, think about, "
    "consider, explore, follow up, touch base, circle back, support, improve, assist, sort out, "
    "attempt, chase, investigate, tackle, dig into, see about, take care of, keep an eye on, "
    "continue, focus on, reach out, catch up on, contribute, get started, get going, "
    "get my head around, make progress, make a start, have a go, have a look, take a look"
)

# Effort that is often a noun. An outcome may begin with it where it also names what became of a
# thing (“Support contract signed”).
EFFORT_NOUNS = _split_words("help handle support attempt chase") | {
    "work on",
    "deal with",
    "follow up",
}

# Words that leave a way out, anywhere in an outcome.
HEDGE_PHRASES = _split_phrases(
    "try, tries, trying, maybe, perhaps, probably, possibly, hopefully, might, should, could, "
    "if i can, if we can, if i could, if possible, as much as possible, as far as possible, "
    "as much as i can, as soon as i can, as best i can, when i can, when we can, whatever i can, "
    "time permitting, weather permitting, if time permits, if time allows, if i have time, "
    "if i find time, get round to, get around to, all being well, all going well, "
    "if all goes well, with luck, with any luck, fingers crossed, unless something comes up, "
    "best effort, best efforts, do my best, do our best, ideally, in theory, i guess, i think, "
    "i suppose, i hope, hope to, hoping to, aim to, aiming to"
)

# Measures that two people may read differently.
VAGUE_PHRASES = _split_phrases(
    "some, several, a few, many, various, numerous, a lot, lots, a bit, a little, stuff, thing, "
    "things, something, etc, and so on, better, faster, quicker, easier, nicer, cheaper, clearer, "
    "simpler, bigger, smaller, fewer, less, more, soon, asap, decent, reasonable, adequate, "
    "suitable, sufficient, properly, nicely, quickly, regularly, significantly, considerably, "
    "substantially, noticeably, in good shape, good enough, as appropriate, as needed, "
    "as necessary"
)

# Numbers as words. Any of them, or a digit, measures what is vague. “One” is more often a pronoun.
NUMBER_WORDS = _split_words(
    "two three four five six seven eight nine ten eleven twelve dozen hundred"
)

# Words that may come before the first verb, or between a name and its verb.
LEAD_IN_WORDS = _split_words(
    "i we i'll we'll i'm to will shall must can should would could may might also then always "
    "please let me us let's am are going is has needs maybe perhaps probably hopefully ideally "
    "possibly"
)

# Words and characters that begin a second outcome when a verb follows.
LINK_WORDS = _split_words("and then also please plus & + ; .")

# Verbs of everyday promises. Many are nouns too, so each counts only before a word of the list
# below.
PROMISE_VERBS = _split_words(
    "accept add agree answer apply approve arrange ask assemble bake book borrow bring build buy "
    "call cancel carry change charge check choose clean clear close collect compile complete "
    "confirm convert cook copy cover create cut decide decorate define deliver deploy design "
    "discuss document draft draw drive drop edit email empty explain export extend fetch file "
    "fill find finish fix forward get give hand hang hire implement import inform install "
    "introduce invite join keep label launch learn leave lend list load lock mail make mark "
    "measure meet mend merge migrate move mow notify offer open order organise organize pack "
    "paint park pay phone pick plan plant post prepare present print propose provide publish pull "
    "push put raise read receive record register reject release remind remove renew rent repair "
    "replace reply report reserve resolve restore return review rewrite run save scan schedule "
    "sell send serve set settle share ship show sign solve sort start stop store submit switch "
    "take teach tell test throw tidy train transfer translate trim type unpack update upgrade "
    "upload use vacuum verify wash water weed wipe work wrap write"
)

# Words that follow a verb and hardly ever a noun: “book the room”, “hand it in”, “clear up”. The
# quotation mark is for titles: read “Dune”.
AFTER_VERB_WORDS = _split_words(
    "the a an my your our his her their its this that these those all each both me us you him "
    "them it everybody everyone up out off away back down “"
)

# Words that name what became of a thing, as every word in -ed does.
OUTCOME_STATE_WORDS = _split_words(
    "is are was were done sent paid sold made bought built found given held kept taken written "
    "ready online"
)

# The endings of a verb that is not in its base form, and the ending of the base form. The past
# tense is left out: past work is not effort.
VERB_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"))

# Words that make a name that of several people.
GROUP_WORDS = _split_words(
    "team everyone everybody staff committee family department group management people"
)

# Words that do so where no other word of the name can be a person's, as surnames are among them:
# beside each other, beside the words of the second list, or after an article.
DEPARTMENT_WORDS = _split_words(
    "board crew support ops operations sales marketing legal finance engineering it hr r&d"
)
WORDS_BESIDE_DEPARTMENTS = _split_words(
    "customer tech technical product corporate internal external regional school works night day "
    "of directors"
)
ARTICLES = _split_words("the our my all")
