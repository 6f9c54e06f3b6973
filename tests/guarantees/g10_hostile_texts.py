"""G10: stored text can't steer the terminal or break output.

Ledgers are filled with hostile texts in every place where a text can stand, and then everything that can be asked is asked: at
terminals and in pipes, in every form. What is typed wrongly on purpose has to be told as harmlessly.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.guarantees.harness.hostile_corpus import (
    CONTROLS,
    LETTERS,
    MARKUP,
    REFUSED,
    SEQUENCES,
    TEXTS,
    TURNED,
    anything,
    is_seen,
    steering,
    uncoloured,
)
from tests.guarantees.harness.inside import Heard, Home, each, home
from tests.guarantees.harness.proof import Found, Proof, Size, Step

_PROMISES = 4
_LATER = "2026-12-12T10:00"
_FORMS = ("--plain", "--json", "--jsonl", "--csv", "--table", "--svg=-")
_VIEWS: tuple[tuple[str, ...], ...] = (
    ("moves",),
    ("owe", "--all"),
    ("owed", "--all"),
    ("list", "--all"),
    ("show", "1", "2", "3", "4"),
    ("log",),
    ("week", "--weeks", "4"),
    ("stats", "--all", "--detail"),
    ("check",),
    ("review",),
    ("people",),
    ("config", "show"),
)
_PAGES: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("digest", "--since", "2026-11-01"),
    ("digest", "--format", "md"),
    ("message", "1", "--whole", "--with-risk"),
    ("message", "2", "--format", "md"),
    ("message", "3", "--format", "mailto"),
    ("export", "--format", "md"),
    ("export", "--acts"),
    ("export", "--format", "jsonl", "--journal"),
    ("completion", "bash", "--", "promisectl", "show", ""),
    ("completion", "zsh", "--", "promisectl", "list", "--with", ""),
    ("completion", "fish", "--", "promisectl", "list", "--tag", ""),
    ("--help",),
)
_FIELDS = ("outcome", "done_when", "why", "reason", "risk", "no_to", "repair", "person", "tags")


class Case(NamedTuple):
    """Something to fill a ledger with, or to type wrongly: the texts by which it is done, and what for."""

    kind: str
    texts: tuple[str, ...] = ()
    seed: int = 0
    count: int = 0


# A ledger full of it


class _Deck:
    """Texts dealt out in turn, each where it fits; where one does not, the next takes its place and it stays on top."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)

    def text(self, limit: int = 1_000) -> str:
        return self._dealt(lambda text: text.strip() and len(text) <= limit)

    def outcome(self) -> str:
        """A text that does not mean stdin."""
        return self._dealt(lambda text: text.strip() and text != "-" and len(text) <= 1_000)

    def word(self) -> str:
        """A tag: one word."""
        return self._dealt(
            lambda text: (
                text.split() == [text]
                and len(text) <= 100
                and text[0] not in "#+"
                and text[-1] != ","
            )
        )

    def name(self) -> str:
        """A name: what can be seen, with a letter in it."""
        return self._dealt(_is_name)

    def _dealt(self, fits: Any) -> str:
        for place, text in enumerate(self._texts):
            if fits(text):
                self._texts.append(self._texts.pop(place))
                return text
        return "plain"


def _is_name(text: str) -> bool:
    handle = "-".join(text.split()).casefold()
    seen = handle.isprintable() and any(letter.isalnum() for letter in handle)
    return seen and 0 < len(handle) <= 100 and handle[0] not in "-?" and handle != "me"


class _World:
    """One ledger, everything typed into it, and everything wrong with it."""

    def __init__(self, at: Home) -> None:
        self.at = at
        self.tried = 0
        self.faults: list[str] = []
        self.typed: dict[int, dict[str, Any]] = {}
        self.people: list[str] = []

    def hear(
        self, *words: str, colour: bool = False, besides: str = "\n", raw: bool = False, **how: Any
    ) -> Heard:
        """Give a command line, and look at what a person would see of it; `raw`: stdout is data for a program, whatever is in it."""
        environ = {"NO_COLOR": "", "FORCE_COLOR": "1"} if colour else {}
        heard = self.at(*words, environ=environ, **how)
        self.tried += 1
        self.faults += heard.faults()
        seen = {
            "stderr": steering(heard.err, colour=colour),
            "stdout": [] if raw else steering(heard.out, colour=colour, besides=besides),
        }
        for stream, found in seen.items():
            if found:
                where = f"at {how['width']} columns" if "width" in how else "in a pipe"
                self.faults.append(f"{heard.named} {where}: {', '.join(found)} on {stream}")
        return heard

    def need(self, *words: str, **how: Any) -> Heard:
        """The same where it has to be done."""
        heard = self.hear(*words, **how)
        is_too_long = "As a link, the message has" in heard.err
        if heard.code != 0 and not is_too_long:
            self.faults.append(f"{heard.named} was refused: {heard.err.strip()[:300]}")
        return heard

    def fill(self, deck: _Deck) -> None:
        """Four promises and three people, with a text wherever there can be one."""
        who = [deck.name() for _ in range(3)]
        risk, no_to = deck.text(), deck.text()
        for number, side in ((1, "--to"), (2, "--from"), (3, "--to"), (4, "--to")):
            terms = {
                "outcome": deck.outcome(),
                "done_when": deck.text(),
                "why": deck.text(),
                "tags": deck.word(),
            }
            person = who[number - 1] if number < 4 else "me"
            words = [
                f"{side}={person}",
                f"--done-when={terms['done_when']}",
                f"--why={terms['why']}",
                f"--tag={terms['tags']}",
            ]
            words += ["--new"] if number < 4 else ["--by=2027-01-01"]
            words += ["--by=2026-12-01"] if number < 3 else []
            words += [f"--risk={risk}", f"--no-to={no_to}"] if number == 1 else []
            words += ["--asked"] if number == 3 else []
            self.need("make", *words, f"--once={deck.text(200)}", "--", terms["outcome"])
            self.typed[number] = terms
        what, why, reason, repair = (deck.text() for _ in range(4))
        self.need("accept", "1", f"--note={deck.text()}")
        self.need("bump", "1", "--", deck.text())
        self.need(
            "negotiate",
            "1",
            f"--what={what}",
            f"--why={why}",
            f"--reason={deck.text()}",
            "--by=2026-12-02",
        )
        self.need("accept", "1")
        self.need("accept", "2", width=80)
        self.need("complete", "2", f"--partial={deck.text()}")
        self.need("renege", "2", f"--reason={reason}", f"--repair={repair}", "--silent")
        self.need("note", "3", "--", deck.text(), width=40)
        self.need("correct", "3", f"--done-when={(done := deck.text())}x")
        self.need("tag", "3", "--", tag := deck.word())
        self.typed[1] |= {"risk": risk, "no_to": no_to, "outcome": what, "why": why}
        self.typed[2] |= {"reason": reason, "repair": repair}
        self.typed[3] |= {"done_when": f"{done}x", "tags": {self.typed[3]["tags"], tag}}
        self.hear("person", "alias", "--", who[0], deck.name())
        self.hear("person", "rename", f"--name={deck.name()}", "--", who[1], deck.name())
        self.people = who
        accepted = self.hear("accept", "3", answers=f"{deck.text()}\n{deck.text()}\ny\n", width=80)
        if accepted.code == 0:  # a control character in an answer is asked for again
            self.need("undo", width=40)

    # Asking

    def ask(self, deck: _Deck) -> None:
        """Everything that can be asked, wherever it can be read."""
        beside = (
            ("person", "show", "--", self.people[0]),
            ("check", f"--draft={deck.text()}", f"--to={deck.name()}"),
        )
        for words in (*_VIEWS, *_PAGES, *beside):
            for width in (80, 40):
                records = (
                    "\n\t" if words[0] in ("completion", "export", "message") else "\n"
                )  # what stands in a cell stays
                plain = self.need(*words, width=width, today=_LATER, besides=records)
                coloured = self.need(
                    *words, width=width, today=_LATER, colour=True, besides=records
                )
                if words[0] != "config" and uncoloured(coloured.out) != uncoloured(
                    plain.out
                ):  # the config says what colours there are
                    self.faults.append(
                        f"{plain.named} at {width} columns: a colour in it is not the program's own"
                    )
            self.need(
                *words,
                today=_LATER,
                besides="\n\t",
                raw=words == ("export", "--acts") or words[0] == "message",
            )
        for words in _VIEWS:
            for form in _FORMS:
                self.need(*words, form, width=80, today=_LATER, besides="\n\t")
        self.hear("review", answers="\n" * 40, width=80, today=_LATER)
        self.hear("list", f"--search={deck.text()}", f"--tag={deck.word()}", width=80)

    def read(self) -> None:
        """What programs read: one line a promise, and every text as it was typed."""
        lines = self.need("list", "--all", besides="\n\t").out.splitlines(keepends=True)
        if len(lines) != _PROMISES or any(line.count("\t") != 6 for line in lines):
            self.faults.append(
                f"the plain list has {len(lines)} lines for {_PROMISES} promises, or other columns: {lines!a}"
            )
        for form, records in (
            ("--json", self._json),
            ("--jsonl", self._lines),
            ("--csv", self._csv),
        ):
            self._compare(form, records(self.need("list", "--all", form, raw=form == "--csv").out))
        journal = self.need("export", "--format", "jsonl", "--journal").out
        other = {"PROMISECTL_LEDGER": str(self.at.directory / "other.db")}
        self.at("import", "-", piped=journal, environ=other)
        if self.at("export", "--format", "jsonl", "--journal", environ=other).out != journal:
            self.faults.append("the journal is not the same where it was imported")

    def _json(self, out: str) -> list[dict[str, Any]]:
        return json.loads(out)  # type: ignore[no-any-return]

    def _lines(self, out: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in out.split("\n")[:-1]]

    def _csv(self, out: str) -> list[dict[str, Any]]:
        rows = csv.DictReader(io.StringIO(out, newline=""), strict=True)
        return [{name: _disarmed(cell) or None for name, cell in row.items()} for row in rows]

    def _compare(self, form: str, records: list[dict[str, Any]]) -> None:
        found = {int(record["id"]): record for record in records}
        for number, typed in self.typed.items():
            for name, text in typed.items():
                there = found.get(number, {}).get(name)
                if name == "tags":
                    text, there = (  # noqa: PLW2901
                        _list_tags(text if isinstance(text, set) else {text}),
                        set(there.split(" ") if isinstance(there, str) else there),
                    )
                if there != text:
                    self.faults.append(
                        f"{form}: {name} of #{number} was typed as {text!a} and is {there!a}"
                    )


def _list_tags(words: set[str]) -> set[str]:
    """The tags in words as they are typed: a comma is between two."""
    return {tag for word in words for tag in word.removesuffix(",").split(",")}


def _disarmed(cell: str) -> str:
    """A cell without the sign before what could be a formula, by the rule as the guide tells it."""
    bare = cell.lstrip("'")
    live = bare[:1] in tuple("=+-@\t\r\n＝＋－＠") or bare.lstrip()[:1] in tuple("=+-@＝＋－＠")
    return cell[1:] if cell.startswith("'") and bare and live else cell


def _filled(texts: Sequence[str]) -> Found:
    with home() as at:
        world, deck = _World(at), _Deck(texts)
        world.fill(deck)
        if not world.faults:
            world.ask(deck)
            world.read()
        return Found(world.tried, world.faults)


# Typed wrongly


def _wrong(text: str) -> Iterator[tuple[str, ...]]:
    """Command lines that say what was typed, since it is no good there."""
    yield (text,)
    yield ("person", text)
    yield ("guide", text)
    yield ("show", text)
    yield ("make", f"--to={text}")
    yield ("make", "x", f"--to={text}")
    yield ("make", text, f"--to={text}", f"--by={text}")
    yield ("make", "x", "--to=dana", f"--by={text}")
    yield ("make", "x", "--to=dana", f"--tag={text}")
    yield ("make", text, "--to=me", f"--once={text}", "-q")
    yield ("note", "1", text, f"--once={text}")
    yield ("make", "x", f"--replaces={text}", "--to=dana")
    yield ("renege", "1", "--reason=x", f"--cause={text}")
    yield ("owe", f"--with={text}", f"--sort={text}")
    yield ("list", f"--state={text}")
    yield ("list", f"--limit={text}")
    yield ("list", f"--{text}")
    yield ("list", "--all", f"--due-before={text}")
    yield ("--color", text, "list")
    yield ("--today", text, "list")
    yield ("export", f"--columns={text}")
    yield ("export", "-o", f"nowhere/{text}")
    yield ("export", "--format", text)
    yield ("export", f"--alarm={text}", "--format=ics")
    yield ("import", f"nowhere/{text}")
    yield ("import", "-", f"--map={text}")
    yield ("import", "-", f"--set={text}={text}")
    yield ("person", "show", text)
    yield ("person", "merge", text, "dana")
    yield ("person", "rename", "dana", text)
    yield ("person", "alias", "dana", text)
    yield ("person", "unalias", "dana", text)
    yield ("--ledger", f"nowhere/{text}/x", "list")
    yield ("completion", text)
    yield ("check", "--ignore", text)
    yield ("undo", "--promise", text)
    yield ("edit", "1", "--correct", "--json", text)


def _files(text: str) -> Iterator[tuple[str, str]]:
    """What can be in a config, or in a file to be imported, and is told when it is no good."""
    quoted = json.dumps(text)  # a TOML string too
    for key in ("me", "zone", "date_order", "window", "color", "pager", "nonsense"):
        yield "config", f"{key} = {quoted}\n"
    yield "config", f"{quoted} = 1\n"
    yield "config", f"[alias]\n{quoted} = {quoted}\n"
    yield "config", f"[alias]\nmine = {json.dumps(f'owe --with {text!r}')}\n"
    yield "config", f"[check]\nhedges = [{quoted}]\nignore = [{quoted}]\n"
    yield "config", text
    yield "file", text
    row = io.StringIO(newline="")
    csv.writer(row).writerows(
        [["outcome", "direction", "person", "due"], [text, "owe", text, text]]
    )
    yield "file", row.getvalue()
    yield "file", row.getvalue().replace("due", "state", 1)
    yield "file", f"{text},direction\n"
    yield "file", json.dumps([{"outcome": "x", "direction": text}])
    yield "file", json.dumps({text: "x"})


def _mistyped(texts: Sequence[str]) -> Found:
    with home() as at:
        world = _World(at)
        world.need("make", "Send the numbers", "--to", "dana")
        for turn, text in enumerate(texts):
            for place, words in enumerate(_wrong(text), turn):
                match place % 3:
                    case 0:
                        world.hear(*words, width=80, answers="")
                    case 1:
                        world.hear(*words, width=40)
                    case _:
                        world.hear(*words, "--json", besides="\n\r\t", raw=words[0] == "export")
            _in_files(world, text, turn)
        return Found(world.tried, world.faults)


def _in_files(world: _World, text: str, turn: int) -> None:
    config, file = (
        world.at.directory / "config" / "promisectl" / "config.toml",
        world.at.directory / "file",
    )
    config.parent.mkdir(parents=True, exist_ok=True)
    for where, content in _files(text):
        (config if where == "config" else file).write_text(
            content, encoding="utf-8", errors="surrogatepass", newline=""
        )
        if where == "config":
            turn += 1
            world.hear(
                *(("list",), ("--help",), ("config", "show"), ("mine",))[turn % 4],
                width=80,
                answers="",
            )
        else:
            world.hear("import", str(file), width=80, answers="")
            world.hear("import", str(file), "--dry-run", width=40, answers="")
    config.unlink()


# What any text could be


def _any(case: Case) -> Found:
    """Ledgers filled with whatever hypothesis thinks of."""
    found = Found(0, [])

    @seed(case.seed)
    @settings(
        max_examples=case.count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(_ANY, min_size=12, max_size=12, unique=True))
    def filled(texts: list[str]) -> None:
        nonlocal found
        one = _filled(texts)
        found = Found(found.tried + one.tried, [*found.faults, *one.faults])

    filled()
    return found


_LETTER = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_ANY = st.text(
    st.sampled_from("".join(sorted({letter for text in TEXTS for letter in text}))) | _LETTER,
    min_size=1,
).filter(is_seen)


def _try(case: Case) -> Found:
    if case.kind == "filled":
        return _filled(case.texts)
    return _mistyped(case.texts) if case.kind == "mistyped" else _any(case)


def _cases(size: Size) -> list[Case]:
    if not size.whole:  # one of each kind, so that the ledger holds something of all
        few = [
            text
            for texts in (SEQUENCES, TURNED, LETTERS, MARKUP, CONTROLS)
            for text in size.some(texts, 5)
        ]
        return [Case("filled", tuple(few)), Case("mistyped", (SEQUENCES[0], TURNED[0], REFUSED[5]))]
    dice = Random(size.seed)
    cases = []
    for turn in range(24):  # each text comes to stand in every place
        texts = [*TEXTS[turn * 7 :], *TEXTS[: turn * 7], *(anything(dice) for _ in range(20))]
        dice.shuffle(texts)
        cases.append(Case("filled", tuple(texts)))
    wrong = [*TEXTS, *REFUSED, *(anything(dice) for _ in range(40))]
    cases += [
        Case("mistyped", tuple(wrong[place : place + 4])) for place in range(0, len(wrong), 4)
    ]
    return [*cases, *(Case("any", seed=size.seed + turn, count=4) for turn in range(6))]


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Fill ledgers with hostile texts and ask everything; type them wherever they are wrong."""
    return each(_try, _cases(size), size, mutant, step)


PROOF = Proof(
    "G10",
    "stored text can't steer the terminal or break output",
    "command lines with hostile texts",
    "0 characters that a terminal obeys, 0 exceptions, every text as it was typed",
    tried,
    ("without escaping",),
)
