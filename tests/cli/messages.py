"""What every act becomes as a message, by a story: the commands that were given, and then the message about #1.

"After a warning" is mine where I owe, and theirs where I am owed.
"""

OWE = "make 'Send the report' --to dana --by fri --done-when 'she has it' --why 'the board meets'"
OWED = "make 'Fix the brake' --from dana --by fri --done-when 'it holds' --why 'the tour'"

STORIES: dict[str, tuple[list[str], str]] = {
    "request": (
        [OWED],
        """\
Hi Dana, could you promise me this?

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour

Yes, no, or other terms: each is a good answer.
""",
    ),
    "request with a reply date": (
        [f"{OWED} --reply-by wed"],
        """\
Hi Dana, could you promise me this?

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour

Yes, no, or other terms: each is a good answer.
Please let me know by Wed 25 Nov 2026.
""",
    ),
    "offer": (
        [OWE],
        """\
Hi Dana, here is what I can promise you:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets

Yes, no, or other terms: each is a good answer.
""",
    ),
    "changed owe": (
        [OWE, "negotiate 1 --mine --by sat --reason 'I am away on Friday'"],
        """\
Hi Dana, let me offer this instead:

  Send the report
  by Sat 28 Nov 2026 (I offered: Fri 27 Nov 2026)
  reason: I am away on Friday

Yes, no, or other terms: each is a good answer.
""",
    ),
    "changed owed": (
        [OWED, "negotiate 1 --mine --why 'the tour of the team'"],
        """\
Hi Dana, let me ask for this instead:

  Fix the brake
  by Fri 27 Nov 2026
  what for: the tour of the team (I asked for: the tour)

Yes, no, or other terms: each is a good answer.
""",
    ),
    "counter owe": (
        [f"{OWE} --asked", "negotiate 1 --by mon --what 'Send the summary' --reply-by tomorrow"],
        """\
Hi Dana, I can't promise that, but I can promise this:

  Send the summary (you asked for: Send the report)
  by Mon 30 Nov 2026 (you asked for: Fri 27 Nov 2026)

Yes, no, or other terms: each is a good answer.
Please let me know by Tue 24 Nov 2026.
""",
    ),
    "counter owed": (
        [f"{OWED} --offered", "negotiate 1 --by thu --reason 'the tour is on Friday'"],
        """\
Hi Dana, thank you for the offer. Could you promise me this?

  Fix the brake
  by Thu 26 Nov 2026 (you offered: Fri 27 Nov 2026)
  reason: the tour is on Friday

Yes, no, or other terms: each is a good answer.
""",
    ),
    "counter twice": (
        [f"{OWE} --asked", "negotiate 1 --by mon", "negotiate 1 --mine --by sun"],
        """\
Hi Dana, I can't promise that, but I can promise this:

  Send the report
  by Sun 29 Nov 2026 (you asked for: Fri 27 Nov 2026)

Yes, no, or other terms: each is a good answer.
""",
    ),
    "change owe": (
        [f"{OWE} --agreed", "negotiate 1 --by mon --reason 'the vendor is late'"],
        """\
Hi Dana, could we change what I promised you?

  Send the report
  by Mon 30 Nov 2026 (we agreed on: Fri 27 Nov 2026)
  reason: the vendor is late

Until you say yes, what we agreed on stands.
""",
    ),
    "change owed": (
        [f"{OWED} --agreed", "negotiate 1 --by '' --reason 'no hurry'"],
        """\
Hi Dana, could we change what you promised me?

  Fix the brake
  without a date (we agreed on: Fri 27 Nov 2026)
  reason: no hurry

Until you say yes, what we agreed on stands.
""",
    ),
    "change owe after a warning": (
        [
            f"{OWE} --agreed",
            "bump 1 'the vendor is late'",
            "negotiate 1 --by mon --reason 'more time'",
        ],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late

Can we talk about what to do?

Could we change what I promised you?

  Send the report
  by Mon 30 Nov 2026 (we agreed on: Fri 27 Nov 2026)
  reason: more time

Until you say yes, what we agreed on stands.
""",
    ),
    "change owed after a warning": (
        [
            f"{OWED} --agreed",
            "bump 1 'no parts' --theirs",
            "negotiate 1 --by mon --reason 'take your time'",
        ],
        """\
Hi Dana, could we change what you promised me?

  Fix the brake
  by Mon 30 Nov 2026 (we agreed on: Fri 27 Nov 2026)
  reason: take your time

Until you say yes, what we agreed on stands.
""",
    ),
    "yes owe": (
        [f"{OWE} --asked", "accept 1 --note 'a note' --risk 'illness'"],
        """\
Hi Dana, yes, I promise you this:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
""",
    ),
    "yes owe, then a warning": (
        [f"{OWE} --asked", "accept 1", "bump 1 'the vendor is late'"],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late

Can we talk about what to do?

Yes, I promise you this:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
""",
    ),
    "yes owed": (
        [f"{OWED} --offered", "accept 1"],
        """\
Hi Dana, yes, I take your offer:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
""",
    ),
    "yes to a change owe": (
        [f"{OWE} --agreed", "negotiate 1 --theirs --by thu --reason 'earlier'", "accept 1"],
        """\
Hi Dana, yes, I agree to the change:

  Send the report
  by Thu 26 Nov 2026 (before: Fri 27 Nov 2026)
""",
    ),
    "yes to a change owed": (
        [f"{OWED} --agreed", "negotiate 1 --theirs --by mon --reason 'no parts'", "accept 1"],
        """\
Hi Dana, yes, I agree to the change:

  Fix the brake
  by Mon 30 Nov 2026 (before: Fri 27 Nov 2026)
""",
    ),
    "no owe": (
        [f"{OWE} --asked", "decline 1 --reason 'full until December'"],
        """\
Hi Dana, thank you for asking, but no: I can't promise this.

  Send the report
  by Fri 27 Nov 2026
  reason: full until December
""",
    ),
    "no owed": (
        [f"{OWED} --offered", "decline 1"],
        """\
Hi Dana, thank you for the offer, but no:

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "no to a change owe": (
        [
            f"{OWE} --agreed",
            "negotiate 1 --theirs --by thu --reason 'earlier'",
            "decline 1 --reason 'too early'",
        ],
        """\
Hi Dana, no to the change. What we agreed on stands:

  Send the report
  by Fri 27 Nov 2026 (you proposed: Thu 26 Nov 2026)
  reason: too early
""",
    ),
    "no to a change owed": (
        [f"{OWED} --agreed", "negotiate 1 --theirs --by mon --reason 'no parts'", "decline 1"],
        """\
Hi Dana, no to the change. What we agreed on stands:

  Fix the brake
  by Fri 27 Nov 2026 (you proposed: Mon 30 Nov 2026)
""",
    ),
    "withdraw owe": (
        [OWE, "withdraw 1 --reason 'I have no time'"],
        """\
Hi Dana, I take back my offer:

  Send the report
  by Fri 27 Nov 2026
  reason: I have no time
""",
    ),
    "withdraw owed": (
        [OWED, "withdraw 1"],
        """\
Hi Dana, I take back my request:

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "withdraw a change owe": (
        [f"{OWE} --agreed", "negotiate 1 --by mon --reason 'late'", "withdraw 1"],
        """\
Hi Dana, I take back my change. What we agreed on stands:

  Send the report
  by Fri 27 Nov 2026 (I proposed: Mon 30 Nov 2026)
""",
    ),
    "withdraw a change owe after a warning": (
        [
            f"{OWE} --agreed",
            "bump 1 'the vendor is late'",
            "negotiate 1 --by mon --reason 'late'",
            "withdraw 1",
        ],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late

Can we talk about what to do?

I take back my change. What we agreed on stands:

  Send the report
  by Fri 27 Nov 2026 (I proposed: Mon 30 Nov 2026)
""",
    ),
    "withdraw a change owed": (
        [
            f"{OWED} --agreed",
            "negotiate 1 --by thu --reason 'early'",
            "withdraw 1 --reason 'not needed'",
        ],
        """\
Hi Dana, I take back my change. What we agreed on stands:

  Fix the brake
  by Fri 27 Nov 2026 (I proposed: Thu 26 Nov 2026)
  reason: not needed
""",
    ),
    "release": (
        [f"{OWED} --agreed", "release 1 --reason 'we sold the bike'"],
        """\
Hi Dana, I release you from this. You don't need to do it:

  Fix the brake
  by Fri 27 Nov 2026
  reason: we sold the bike
""",
    ),
    "release after a warning": (
        [f"{OWED} --agreed", "bump 1 'no parts' --theirs", "release 1"],
        """\
Hi Dana, I release you from this. You don't need to do it:

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "warning": (
        [f"{OWE} --agreed", "bump 1 'the vendor is late'"],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late

Can we talk about what to do?
""",
    ),
    "warning twice": (
        [f"{OWE} --agreed", "bump 1 'the vendor is late'", "bump 1 'still nothing'"],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late
  at risk: still nothing

Can we talk about what to do?
""",
    ),
    "reminder owed": (
        [f"{OWED} --agreed", "bump 1 'do you have the parts?'"],
        """\
Hi Dana, may I remind you of this?

  Fix the brake
  by Fri 27 Nov 2026
  do you have the parts?
""",
    ),
    "reminder of a request": (
        [OWED, "bump 1 'did you see this?'"],
        """\
Hi Dana, did you see this? I still need your answer:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  did you see this?

Yes, no, or other terms: each is a good answer.
""",
    ),
    "reminder of an offer": (
        [OWE, "bump 1 'do you want it?'"],
        """\
Hi Dana, did you see this? I still need your answer:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  do you want it?

Yes, no, or other terms: each is a good answer.
""",
    ),
    "reminder of a report": (
        [f"{OWE} --agreed", "complete 1", "bump 1 'did it reach you?'"],
        """\
Hi Dana, I told you that this is done. Did you see it?

  Send the report
  by Fri 27 Nov 2026
  did it reach you?

Is it what you needed?
""",
    ),
    "asked again with a date": (
        [f"{OWED} --reply-by wed", "bump 1 'did you see this?'"],
        """\
Hi Dana, did you see this? I still need your answer:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  did you see this?

Yes, no, or other terms: each is a good answer.
Please let me know by Wed 25 Nov 2026.
""",
    ),
    "heard again": (
        [f"{OWE} --asked", "bump 1 'did you see this?' --theirs"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You asked me again for my answer.
  did you see this?

Is that right?
""",
    ),
    "heard a report again": (
        [f"{OWED} --agreed", "complete 1 --reported", "bump 1 'all right?' --theirs"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You told me again that this is done.
  all right?

Is that right?
""",
    ),
    "reminder after a warning": (
        [f"{OWED} --agreed", "bump 1 'no parts' --theirs", "bump 1 'I have some'"],
        """\
Hi Dana, may I remind you of this?

  Fix the brake
  by Fri 27 Nov 2026
  I have some
""",
    ),
    "about owe": (
        [f"{OWE} --asked", "bump 1 'you will hear from me on Wednesday'"],
        """\
Hi Dana, a word about this:

  Send the report
  by Fri 27 Nov 2026
  you will hear from me on Wednesday
""",
    ),
    "answer later": (
        [f"{OWE} --asked", "bump 1 'I have to ask first' --answer-by thu"],
        """\
Hi Dana, I need some more time to answer this:

  Send the report
  by Fri 27 Nov 2026
  I have to ask first

You will have my answer by Thu 26 Nov 2026.
""",
    ),
    "answer to a change later": (
        [
            f"{OWE} --agreed",
            "negotiate 1 --by mon --reason 'the fair' --theirs",
            "bump 1 'I have to ask first' --answer-by wed",
        ],
        """\
Hi Dana, I need some more time to answer this:

  Send the report
  by Fri 27 Nov 2026
  I have to ask first

You will have my answer by Wed 25 Nov 2026.
""",
    ),
    "their answer later": (
        [OWE, "bump 1 'she is away' --answer-by thu --theirs"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You need some more time to answer.
  she is away

Is that right?
""",
    ),
    "unsaid, and changed before it was said": (
        [f"{OWE} --unsaid", "negotiate 1 --mine --by sat"],
        """\
Hi Dana, here is what I can promise you:

  Send the report
  by Sat 28 Nov 2026
  done when: she has it
  what for: the board meets

Yes, no, or other terms: each is a good answer.
""",
    ),
    "unsaid, told, and then changed": (
        [f"{OWE} --unsaid", "told 1", "negotiate 1 --mine --by sat"],
        """\
Hi Dana, let me offer this instead:

  Send the report
  by Sat 28 Nov 2026 (I offered: Fri 27 Nov 2026)

Yes, no, or other terms: each is a good answer.
""",
    ),
    "a request taken back whose new terms they had not heard": (
        [
            "make 'Fix the brake' --from dana --by fri",
            "bump 1 'let me see' --theirs",
            "negotiate 1 --mine --why 'the tour' --unsaid",
            "withdraw 1",
        ],
        """\
Hi Dana, I take back my request:

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "a request taken back whose new date they had not heard": (
        [
            "make 'Fix the brake' --from dana --by fri",
            "negotiate 1 --mine --by mon --unsaid",
            "negotiate 1 --mine --by tue --unsaid",
            "withdraw 1",
        ],
        """\
Hi Dana, I take back my request:

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "a change taken back whose new date they had not heard": (
        [
            f"{OWE} --agreed",
            "negotiate 1 --by mon --reason 'the data is late'",
            "negotiate 1 --mine --by tue --reason 'the data is later' --unsaid",
            "withdraw 1",
        ],
        """\
Hi Dana, I take back my change. What we agreed on stands:

  Send the report
  by Fri 27 Nov 2026 (I proposed: Mon 30 Nov 2026)
""",
    ),
    "a counter-offer taken back that they had not heard": (
        [f"{OWE} --asked", "negotiate 1 --by mon --unsaid", "withdraw 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You ask me for this.

Is that right?
""",
    ),
    "changed before it was said, and told": (
        [f"{OWE} --unsaid", "negotiate 1 --mine --by sat --unsaid", "told 1"],
        """\
Hi Dana, here is what I can promise you:

  Send the report
  by Sat 28 Nov 2026
  done when: she has it
  what for: the board meets

Yes, no, or other terms: each is a good answer.
""",
    ),
    "changed, and changed again before it was told": (
        [
            OWE,
            "negotiate 1 --mine --by sat --unsaid",
            "negotiate 1 --mine --by sun --unsaid",
            "told 1",
            "negotiate 1 --mine --by mon",
        ],
        """\
Hi Dana, let me offer this instead:

  Send the report
  by Mon 30 Nov 2026 (I offered: Fri 27 Nov 2026)

Yes, no, or other terms: each is a good answer.
""",
    ),
    "a warning after a yes, not said yet": (
        [f"{OWE} --asked", "accept 1", "bump 1 'the vendor is late' --unsaid"],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late

Can we talk about what to do?
""",
    ),
    "a change after a warning, not said yet": (
        [
            f"{OWE} --agreed",
            "bump 1 'the vendor is late'",
            "negotiate 1 --by mon --reason 'the vendor is late' --unsaid",
        ],
        """\
Hi Dana, could we change what I promised you?

  Send the report
  by Mon 30 Nov 2026 (we agreed on: Fri 27 Nov 2026)
  reason: the vendor is late

Until you say yes, what we agreed on stands.
""",
    ),
    "a warning that was not said, and a change that was": (
        [
            f"{OWE} --agreed",
            "bump 1 'the vendor is late' --unsaid",
            "negotiate 1 --by mon --reason 'the vendor is late'",
        ],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late

Can we talk about what to do?

Could we change what I promised you?

  Send the report
  by Mon 30 Nov 2026 (we agreed on: Fri 27 Nov 2026)
  reason: the vendor is late

Until you say yes, what we agreed on stands.
""",
    ),
    "asked again after their own date": (
        [
            "make 'Fix the brake' --from dana --by sat --reply-by wed",
            "bump 1 'she is away' --answer-by fri --theirs",
            "bump 1 'any news?'",
        ],
        """\
Hi Dana, did you see this? I still need your answer:

  Fix the brake
  by Sat 28 Nov 2026
  any news?

Yes, no, or other terms: each is a good answer.
Please let me know by Fri 27 Nov 2026.
""",
    ),
    "a change taken back that they had not heard": (
        [
            f"{OWE} --agreed",
            "bump 1 'the data is late'",
            "negotiate 1 --by mon --reason 'the data is late' --unsaid",
            "withdraw 1",
        ],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the data is late

Can we talk about what to do?
""",
    ),
    "about owed": (
        [f"{OWED} --agreed", "complete 1 --reported", "bump 1 'I will try it tonight'"],
        """\
Hi Dana, a word about this:

  Fix the brake
  by Fri 27 Nov 2026
  I will try it tonight
""",
    ),
    "partial": (
        [f"{OWE} --agreed", "complete 1 --partial 'two of three chapters'"],
        """\
Hi Dana, this is how far I am:

  Send the report
  by Fri 27 Nov 2026
  done so far: two of three chapters
""",
    ),
    "partial after a warning": (
        [
            f"{OWE} --agreed",
            "bump 1 'the vendor is late'",
            "complete 1 --partial 'two of three chapters'",
        ],
        """\
Hi Dana, an early warning: this is at risk.

  Send the report
  by Fri 27 Nov 2026
  at risk: the vendor is late

Can we talk about what to do?

This is how far I am:

  Send the report
  by Fri 27 Nov 2026
  done so far: two of three chapters
""",
    ),
    "reported": (
        [f"{OWE} --agreed", "complete 1 --note 'a note'"],
        """\
Hi Dana, this is done:

  Send the report
  by Fri 27 Nov 2026

Is it what you needed?
""",
    ),
    "reported after a warning": (
        [f"{OWE} --agreed", "bump 1 'the vendor is late'", "complete 1"],
        """\
Hi Dana, this is done:

  Send the report
  by Fri 27 Nov 2026

Is it what you needed?
""",
    ),
    "confirmed": (
        [f"{OWED} --agreed", "complete 1 --reported", "accept 1"],
        """\
Hi Dana, you kept this promise. Thank you!

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "confirmed at once": (
        [f"{OWED} --agreed", "complete 1"],
        """\
Hi Dana, you kept this promise. Thank you!

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "confirmed after a warning": (
        [f"{OWED} --agreed", "bump 1 'no parts' --theirs", "complete 1"],
        """\
Hi Dana, you kept this promise. Thank you!

  Fix the brake
  by Fri 27 Nov 2026
""",
    ),
    "not done yet": (
        [f"{OWED} --agreed", "complete 1 --reported", "decline 1 --reason 'it squeaks'"],
        """\
Hi Dana, this is not done yet, as I see it:

  Fix the brake
  by Fri 27 Nov 2026
  missing: it squeaks
""",
    ),
    "not done yet, after all": (
        [f"{OWED} --agreed", "complete 1", "reopen 1 --reason 'it squeaks again'"],
        """\
Hi Dana, this is not done yet, as I see it:

  Fix the brake
  by Fri 27 Nov 2026
  missing: it squeaks again
""",
    ),
    "reopened": (
        [f"{OWE} --agreed", "complete 1", "reopen 1 --reason 'a page is missing'"],
        """\
Hi Dana, I reported this too early. It is not done yet:

  Send the report
  by Fri 27 Nov 2026
  reason: a page is missing
""",
    ),
    "broken": (
        [
            f"{OWE} --agreed",
            "renege 1 --reason 'the vendor is late' --repair 'a first draft' --cause dependency",
        ],
        """\
Hi Dana, I am sorry: I can't keep this promise.

  Send the report
  by Fri 27 Nov 2026
  reason: the vendor is late
  what I offer instead: a first draft

What would help you now?
""",
    ),
    "broken, not told": (
        [f"{OWE} --agreed", "renege 1 --reason 'the vendor is late' --not-told"],
        """\
Hi Dana, I am sorry: I can't keep this promise.

  Send the report
  by Fri 27 Nov 2026
  reason: the vendor is late

What would help you now?
""",
    ),
    "broken, told": (
        [f"{OWE} --agreed", "renege 1 --reason 'the vendor is late' --not-told", "told 1"],
        """\
Hi Dana, I am sorry: I can't keep this promise.

  Send the report
  by Fri 27 Nov 2026
  reason: the vendor is late

What would help you now?
""",
    ),
    "broken after a warning": (
        [f"{OWE} --agreed", "bump 1 'the vendor is late'", "renege 1 --reason 'it never came'"],
        """\
Hi Dana, I am sorry: I can't keep this promise.

  Send the report
  by Fri 27 Nov 2026
  reason: it never came

What would help you now?
""",
    ),
    "not kept": (
        [f"{OWED} --agreed", "renege 1 --silent --reason 'no brake'"],
        """\
Hi Dana, this did not happen, as far as I know:

  Fix the brake
  by Fri 27 Nov 2026

What happened?
""",
    ),
    "not kept after a warning": (
        [f"{OWED} --agreed", "bump 1 'no parts' --theirs", "renege 1 --silent --reason 'no brake'"],
        """\
Hi Dana, this did not happen, as far as I know:

  Fix the brake
  by Fri 27 Nov 2026

What happened?
""",
    ),
    "agreed owe": (
        [f"{OWE} --agreed"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  I promise you this.

Is that right?
""",
    ),
    "agreed owed": (
        [f"{OWED} --agreed"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You promise me this.

Is that right?
""",
    ),
    "agreed as they asked": (
        [f"{OWE} --asked --agreed"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  I promise you this.

Is that right?
""",
    ),
    "a change agreed": (
        [f"{OWE} --agreed", "negotiate 1 --by mon --agreed"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Mon 30 Nov 2026 (before: Fri 27 Nov 2026)
  done when: she has it
  what for: the board meets
  I promise you this.

Is that right?
""",
    ),
    "heard a request": (
        [f"{OWE} --asked --reply-by wed"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You ask me for this.

Is that right?
""",
    ),
    "heard an offer": (
        [f"{OWED} --offered"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You offer me this.

Is that right?
""",
    ),
    "heard a counter": (
        [OWED, "negotiate 1 --theirs --by sun"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Sun 29 Nov 2026 (I asked for: Fri 27 Nov 2026)
  done when: it holds
  what for: the tour
  You offer me this.

Is that right?
""",
    ),
    "heard a counter owe": (
        [OWE, "negotiate 1 --theirs --by thu --reason 'earlier'"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Thu 26 Nov 2026 (I offered: Fri 27 Nov 2026)
  done when: she has it
  what for: the board meets
  You ask me for this.
  reason: earlier

Is that right?
""",
    ),
    "heard a change": (
        [f"{OWE} --agreed", "negotiate 1 --theirs --by thu --reason 'earlier'"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Thu 26 Nov 2026 (we agreed on: Fri 27 Nov 2026)
  done when: she has it
  what for: the board meets
  You propose this change.
  reason: earlier

Is that right?
""",
    ),
    "heard a yes": (
        [OWE, "accept 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  I promise you this.

Is that right?
""",
    ),
    "heard a yes owed": (
        [OWED, "accept 1"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You promise me this.

Is that right?
""",
    ),
    "heard a yes to a change": (
        [f"{OWE} --agreed", "negotiate 1 --by mon --reason 'late'", "accept 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Mon 30 Nov 2026 (before: Fri 27 Nov 2026)
  done when: she has it
  what for: the board meets
  I promise you this.

Is that right?
""",
    ),
    "heard a no": (
        [OWED, "decline 1 --reason 'no time'"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You said no.
  reason: no time

Is that right?
""",
    ),
    "heard a no to a change": (
        [f"{OWE} --agreed", "negotiate 1 --by mon --reason 'late'", "decline 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026 (I proposed: Mon 30 Nov 2026)
  done when: she has it
  what for: the board meets
  You said no to the change. What we agreed on stands.

Is that right?
""",
    ),
    "heard that they took it back": (
        [f"{OWE} --asked", "withdraw 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You took this back.

Is that right?
""",
    ),
    "heard that they took the change back": (
        [f"{OWE} --agreed", "negotiate 1 --theirs --by thu --reason 'earlier'", "withdraw 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026 (you proposed: Thu 26 Nov 2026)
  done when: she has it
  what for: the board meets
  You took back the change. What we agreed on stands.

Is that right?
""",
    ),
    "heard a release": (
        [f"{OWE} --agreed", "release 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You released me from this.

Is that right?
""",
    ),
    "heard a warning": (
        [f"{OWED} --agreed", "bump 1 'no parts' --theirs"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You warned me that this is at risk.
  at risk: no parts

Is that right?
""",
    ),
    "heard a reminder": (
        [f"{OWE} --agreed", "bump 1 'how is it going?' --theirs"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You reminded me of this.
  how is it going?

Is that right?
""",
    ),
    "heard a word": (
        [OWED, "bump 1 'you will hear from me' --theirs"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You wrote to me about this.
  you will hear from me

Is that right?
""",
    ),
    "heard how far they are": (
        [f"{OWED} --agreed", "complete 1 --partial 'one wheel'"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You have done a part of this.
  done so far: one wheel

Is that right?
""",
    ),
    "heard that it is done": (
        [f"{OWED} --agreed", "complete 1 --reported"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You told me that this is done.

Is that right?
""",
    ),
    "heard that it was confirmed": (
        [f"{OWE} --agreed", "complete 1", "accept 1"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You confirmed that this is done.

Is that right?
""",
    ),
    "heard that it is not done": (
        [f"{OWE} --agreed", "complete 1", "decline 1 --reason 'a page is missing'"],
        """\
Hi Dana, this is how I understood us:

  Send the report
  by Fri 27 Nov 2026
  done when: she has it
  what for: the board meets
  You told me that this is not done yet.
  missing: a page is missing

Is that right?
""",
    ),
    "heard that it is broken": (
        [f"{OWED} --agreed", "renege 1 --reason 'no parts'"],
        """\
Hi Dana, this is how I understood us:

  Fix the brake
  by Fri 27 Nov 2026
  done when: it holds
  what for: the tour
  You told me that you can't keep this.
  reason: no parts

Is that right?
""",
    ),
}
