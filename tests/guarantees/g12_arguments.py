"""G12: no traceback, and a documented exit code, for any argument.

Command lines are put together from what the program declares of itself, and from whatever else could be typed. A refusal is one
sentence, and leaves the ledger byte for byte as it was.
"""

import os
import subprocess
import sys
from random import Random
from typing import NamedTuple

from promisectl.compiled import completion as declared
from tests.guarantees.harness.hostile_corpus import REFUSED, TEXTS, anything
from tests.guarantees.harness.inside import WORLD, Heard, Home, each, home, homes
from tests.guarantees.harness.mutants import program
from tests.guarantees.harness.proof import Found, Proof, Size, Step

_AT_ONCE = 50
_TYPED = (
    ": promisectl ",
    " · promisectl ",
    " it: mkdir -p ",
    "--map Task=outcome",
    "--set direction=owe",
    "--only Status=done",
    "--skip Status=done",
    ": EDITOR=nano",
    ", use quotes: -",
    ": source <(promisectl ",
)  # commands to be typed, with which a sentence ends
_LONGEST = 30_000  # letters that a system takes as one word
_RECORDED = (0, 7, 10)
_THEIRS = (
    "extra argument(s)",
    "Input should be",
    "unable to parse",
    "Error:",
    "No such command",
    "pydantic",
)
_FILES = ("promises.csv", "journal.jsonl", "nowhere/x.csv", "/dev/null", ".", "", "-")

NUMBERS = (
    "1",
    "2",
    "#3",
    "0",
    "-1",
    "99",
    "1.5",
    "1e3",
    "0x1",
    "٣",
    "²",
    "",
    " 1",
    "1 ",
    "9" * 18,
    "9" * 19,
    "9" * 5_000,
    "-" + "9" * 40,
    "NaN",
)
DATES = (
    "fri", "today", "yesterday", "2026-11-27", "fri 17:00", "2027-03-28T02:30", "2026-10-25T02:30", "29 feb", "11/12", "in 9999 years", "9999-12-31",
    "2026-11-27T17:00+25:00", "fri Mars/Base", "next week", "", " ", "0" * 200, "-1d", "+99999999999d", "now", "\u0662\u0660\u0662\u0666-11-27", "9999-12-31 Pacific/Kiritimati",
)  # fmt: skip
PEOPLE = (
    "dana",
    "lee",
    "Dana Kim",
    "me",
    "da",
    "nobody",
    "@",
    "dana@example.org",
    "?",
    "-x",
    "D",
    "dnaa",
)
STRANGE = (
    "--",
    "-",
    "",
    "-q",
    "-h",
    "-qh",
    "--=",
    "---",
    "--no",
    "--json=",
    "--json=1",
    "=",
    "--to=",
    "-o",
    "-1",
    "--help",
    "--version",
    "\udcff",
    "a\udc80b",
    "\udc1b[2J",
)
_KINDS = {
    "ID": NUMBERS,
    "ID…": NUMBERS,
    "N": NUMBERS,
    "WHEN": DATES,
    "DATE": DATES,
    "PERSON": PEOPLE,
    "NEW": PEOPLE,
    "ALIAS": PEOPLE,
    "INTO": PEOPLE,
    "FILE": _FILES,
}


class Case(NamedTuple):
    """Command lines for one home, those of a `sweep` or of a dice, in this process or, some of them, each in one of its own."""

    seed: int
    count: int
    real: bool = False
    sweep: tuple[tuple[str, ...], ...] = ()


def swept() -> list[tuple[str, ...]]:
    """Every option of every command, with a word that is wrong for most; those that are met for the first time before all others."""
    seen, first, again = set[str](), list[tuple[str, ...]](), list[tuple[str, ...]]()
    for command, options in declared.OPTIONS.items():
        words = [
            *command.split(),
            *(
                (kind in ("ID", "ID…") and "1") or "dana"
                for kind, _, _ in declared.ARGUMENTS.get(command, ())
            ),
        ]
        for names, kind, *_ in options:
            for name in names if command not in ("demo", "config edit") else ():
                (again if name in seen else first).append(
                    (*words, f"{name}=\x1b[2J" if kind else name)
                )
                seen.add(name)
    return [*first, *again]


def line(dice: Random) -> list[str]:
    """One command line: a command that there is, mostly, with what it takes, mostly, and more or less than that."""
    command = dice.choice(
        [name for name in declared.OPTIONS if name not in ("demo", "config edit")]
    )
    words = command.split()
    for kind, choices, repeated in declared.ARGUMENTS.get(command, ()):
        for _ in range(dice.choice((0, 1, 2, 3)) if repeated else dice.random() < 0.93):
            words.append(_value(dice, kind, choices))
    options = declared.OPTIONS[command]
    for _ in range(dice.choice((0, 0, 1, 1, 2, 3, 6))):
        names, kind, _, _, choices = dice.choice(options)
        words += _option(dice, dice.choice(names), kind, choices)
    for _ in range(dice.choice((0, 0, 0, 0, 1, 2))):
        words.insert(
            dice.randrange(len(words) + 1), dice.choice((*STRANGE, *REFUSED, anything(dice)))
        )
    if dice.random() < 0.05:
        dice.shuffle(words)
    if dice.random() < 0.05 and words:
        words[0] = words[0][:-1]
    return (
        ["note", "1", "x"] if words[:1] == ["demo"] else [word.replace("\0", "") for word in words]
    )


def _option(dice: Random, name: str, kind: str, choices: tuple[tuple[str, str], ...]) -> list[str]:
    if dice.random() < 0.03:
        name = name[:-1]
    if not kind:
        return [name] if dice.random() < 0.97 else [f"{name}=x"]
    if dice.random() < 0.03:
        return [name]
    value = _value(dice, kind, choices)
    return [f"{name}={value}"] if dice.random() < 0.5 else [name, value]


def _value(dice: Random, kind: str, choices: tuple[tuple[str, str], ...]) -> str:
    said = dice.random()
    if said < 0.1:
        return anything(dice)
    if said < 0.15:
        return dice.choice(REFUSED)
    if choices and said < 0.9:
        return dice.choice(choices)[0]
    if kind in ("ID", "ID…", "PERSON", "WHEN") and said < 0.6:
        return {"P": "dana", "W": "fri"}.get(kind[0], dice.choice(("1", "2", "3")))
    return dice.choice(_KINDS.get(kind, TEXTS))


def _settled(at: Home) -> None:
    """A ledger with promises in several states, and files to be imported."""
    for words in (
        ["Send the numbers", "--to", "dana", "--by", "fri", "--agreed"],
        ["Fix the brake", "--from", "lee"],
        ["Call back", "--to", "dana", "--asked"],
    ):
        at("make", *words)
    (at.directory / "promises.csv").write_text(
        "outcome,direction,person\nLend the drill,owe,kim\n", encoding="utf-8"
    )


def _try(case: Case) -> Found:
    dice, faults = Random(case.seed), list[str]()
    with home() as at:
        _settled(at)
        os.chdir(at.directory)
        lines = map(list, case.sweep) if case.sweep else (line(dice) for _ in range(case.count))
        for words in lines:
            before = at.kept()
            how = (
                {"width": 80, "answers": "\n\n\n"}
                if dice.random() < 0.3
                else {"piped": dice.choice(("", '{"outcome": "x", "to": "dana"}', "\xff\0"))}
            )
            heard = _real(at, words) if case.real else at(*words, **how)  # type: ignore[arg-type]
            found = [*heard.faults(), *_told(heard)]
            if heard.code not in _RECORDED and at.kept() != before:
                found.append(f"{heard.named} left with {heard.code}, and the ledger is another")
            faults += [f"seed {case.seed}: {fault}" for fault in found]
    return Found(case.count or len(case.sweep), faults)


def _told(heard: Heard) -> list[str]:
    """What is wrong with how a refusal is told: one sentence on stderr, whole, and in nobody else's words."""
    if (
        heard.code in (0, 7, 10, 130, 141)
        or heard.broke
        or (heard.code == 6 and "--dry-run" in heard.words)
    ):
        return []
    said = [
        text for text in heard.err.splitlines() if text.startswith(("promisectl:", '{"error": '))
    ]
    if len(said) != 1:
        return [f"{heard.named} left with {heard.code} and said {heard.err[:300]!a}"]
    folded = (
        heard.err.rstrip("\n") != said[0]
    )  # at a terminal it is broken between words, and questions stand before it
    whole = (
        folded
        or said[0].endswith((".", "?", "}", "--help"))
        or any(command in said[0] for command in _TYPED)
    )
    faults = [] if whole else [f"{heard.named} was told no whole sentence: {said[0][-200:]!a}"]
    theirs = [words for words in _THEIRS if words in heard.err and words not in str(heard.words)]
    return [
        *faults,
        *(f"{heard.named} was told in the words of a library: {words}" for words in theirs),
    ]


def _real(at: Home, words: list[str]) -> Heard:
    environ = {**WORLD, **homes(str(at.directory)), "PYTHONPATH": ":".join(filter(None, sys.path))}
    typed = [
        word[:_LONGEST].encode("utf-8", "surrogateescape" if _is_bytes(word) else "replace")
        for word in words
    ]
    done = subprocess.run(
        [*map(str.encode, program([])), *typed],
        env=environ,
        cwd=at.directory,
        capture_output=True,
        input=b"",
        check=False,
        timeout=120,
    )
    return Heard(
        tuple(words),
        done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"),
        done.returncode,
    )


def _is_bytes(word: str) -> bool:
    """Whether what is no text in a word stands for bytes that are none."""
    return all("\udc80" <= letter <= "\udcff" for letter in word if "\ud800" <= letter <= "\udfff")


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Give command lines that a dice puts together, most of them in this process, some to real ones."""
    count, sweep = (5_000, swept()) if size.whole else (100, swept()[:80])
    cases = [
        Case(size.seed, 0, sweep=tuple(sweep[place : place + _AT_ONCE]))
        for place in range(0, len(sweep), _AT_ONCE)
    ]
    cases += [Case(size.seed + turn, _AT_ONCE) for turn in range(count // _AT_ONCE)]
    if not mutant:
        cases += [
            Case(size.seed - 1 - turn, 20 if size.whole else 3, real=True)
            for turn in range(10 if size.whole else 1)
        ]
    return each(_try, cases, size, mutant, step)


PROOF = Proof(
    "G12",
    "no traceback, and a documented exit code, for any argument",
    "command lines",
    "5,000 without a traceback, each refusal one sentence, and nothing written by it",
    tried,
    ("a word that is looked up without care", "a refusal that records"),
)
