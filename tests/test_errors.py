"""The page of errors has every error: when it comes, and every sentence that the program can say of it, as the terminal shows it."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from promisectl import errors
from promisectl.domain import lifecycle
from promisectl.domain.promise import State, Verb
from promisectl.domain.transitions import TRANSITIONS

ROOM = Path(errors.__file__).parent
HOUSE = ROOM.parent
PAGE = " ".join((HOUSE / "guide" / "errors.md").read_text(encoding="utf-8").split())
SHOWN = re.sub(r"\*\*.*?\*\*", "", PAGE)
LONG = 10  # letters: shorter pieces of a sentence say too little to be looked for


for room in ROOM.glob("[!_]*.py"):
    importlib.import_module(f"promisectl.errors.{room.stem}")


def _family(root: type[errors.Problem]) -> Iterator[type[errors.Problem]]:
    for one in root.__subclasses__():
        yield from _family(one) if one.__subclasses__() else (one,)


MET = sorted(_family(errors.Problem), key=lambda one: one.__name__)
INSIDE = {
    errors.BadRecord: "shown as BadImport",
    errors.BadCommandLine: "the parser's other errors; no command line is known to bring one about",
    errors.MissingLedger: "raised by promisectl.models alone, and shown on the page python",
    errors.ReadOnly: "the same",
    errors.LedgerNeedsFix: "shown as a finding of doctor; a repair mends it first",
}

# What can't be brought about in a transcript, and where it is tested instead.
ELSEWHERE = {
    "needs a text": "domain/test_lifecycle.py",
    "needs the time when they were told": "domain/test_lifecycle.py",
    "an earlier record already has the ID": "cli/test_import.py",
    "one of its words has more than": "cli/test_import.py",
    "one of its words has only invisible characters": "cli/test_import.py",
    "no command records this": "cli/test_import.py",
    "has an act that no command records (": "cli/test_restore_hostile.py",
    "a row is missing, or another program's trigger prevents writing it": "cli/test_restore_hostile.py",
    "the uid of #": "threats/test_files.py",
    "a promise is with a person who is missing": "cli/test_damage.py",
    "people do not match their history": "cli/test_damage.py",
    "does not match its history": "cli/test_damage.py",
    "has no history": "cli/test_damage.py",
    "would get another ID": "cli/test_damage.py",
    "undoes nothing": "cli/test_damage.py",
    "it ends like a directory; add a file name": "system/test_paths.py",
    "belongs to another user": "threats/test_hooks.py",
    "it is not a file": "threats/test_hooks.py",
    "it is not executable": "threats/test_hooks.py",
    "its links go in a circle": "threats/test_hooks.py",
    "its brackets are nested too deeply": "cli/test_config.py",
    "a number in it is too long": "cli/test_config.py",
    "you may not use it (": "threats/test_failing_disk.py",
    "you may not open or write it, or its directory": "threats/test_failing_disk.py",
    "A session only reads the ledger, so nothing was changed.": "test_models.py",
    "Use the commands for changes: promisectl help all": "test_models.py",
    "a value in it can't be read (“": "test_models.py",
    "can't have it": "cli/test_import.py",
    "it is before": "cli/test_import.py",
    "such dates": "domain/test_series_dates.py",
    "The calendar of": "domain/test_series_dates.py",
    "End the series before that day, and make another one from after it.": "domain/test_series_dates.py",
    "Choose another day.": "domain/test_series_shift.py",
}
NEVER_SEEN = {
    "is not possible": "every move has a reason of its own",
    "Can't check": "a repair mends it first, and doctor shows it as a finding",
    "Repair it: promisectl doctor --fix": "the same",
    "another command moved meanwhile": "the move begins again, and would have to lose the lock for ten seconds",
    "it is not encrypted": "libpq refuses such a connection first",
    "is damaged, or was replaced a moment ago": "somebody would have to put another ledger there within a millisecond",
}


def _when(problem: type[errors.Problem]) -> str:
    """When an error comes, as its class says in its first sentence."""
    return re.match(r".*?\.(?= |$)", " ".join(inspect.getdoc(problem).split()))[0]


@pytest.mark.parametrize(
    "problem", [one for one in MET if one not in INSIDE], ids=lambda one: one.__name__
)
def test_every_error_is_on_the_page_with_when_it_comes_and_its_exit_code(
    problem: type[errors.Problem],
) -> None:
    heading = f"**{_when(problem)}**"
    assert heading in PAGE
    about = PAGE.split(heading)[1].split("**")[0]
    assert f"[exit {problem.exit_code}]" in about or f'"exit": {problem.exit_code}' in about


def _texts(node: ast.AST) -> Iterator[str]:
    """The literal texts below a node, each with its holes as line breaks; docstrings, keys and annotations left out."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(
            part.value if isinstance(part, ast.Constant) else "\n" for part in node.values
        )
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in _below(node):
        yield from _texts(child)


def _below(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.JoinedStr(values=parts):
            return [part.value for part in parts if isinstance(part, ast.FormattedValue)]
        case ast.Dict(values=values):
            return values
        case ast.FunctionDef(body=lines):
            return lines
        case ast.Name() | ast.Expr(value=ast.Constant()):
            return []
    return list(ast.iter_child_nodes(node))


def _pieces(nodes: list[ast.AST]) -> Iterator[str]:
    for text in (text for node in nodes for text in _texts(node)):
        yield from (piece.strip() for piece in text.split("\n") if len(piece.strip()) >= LONG)


def _said() -> Iterator[tuple[str, str]]:
    """Every piece of a sentence of an error, with the place in the source where it stands."""
    for file in sorted(HOUSE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if file.parent == ROOM:
            bodies = [
                one for one in tree.body if isinstance(one, ast.ClassDef) and one.name != "Problem"
            ]
            for body in bodies:
                nodes = [
                    one
                    for one in body.body
                    if not (isinstance(one, ast.Expr) or _is_attribute(one))
                ]
                yield from ((f"errors.{body.name}", piece) for piece in _pieces(nodes))
            continue
        for call in ast.walk(tree):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and _names_errors(call.func.value)
            ):
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                yield from (
                    (f"{file.relative_to(HOUSE)}: {call.func.attr}", piece)
                    for piece in _pieces(given)
                )


def _is_attribute(node: ast.AST) -> bool:
    """Whether a statement of a class names its code, which is no sentence."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "code"
    )


def _names_errors(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "errors"


@pytest.mark.parametrize(
    "piece", [pytest.param(piece, id=f"{place}-{piece}") for place, piece in sorted(set(_said()))]
)
def test_every_sentence_is_on_the_page(piece: str) -> None:
    assert (" ".join(piece.split()) in SHOWN) != (piece in ELSEWHERE or piece in NEVER_SEEN)


def test_what_is_tested_elsewhere_is_said_and_tested_there() -> None:
    said = {piece for _, piece in _said()}
    assert {piece for piece in (*ELSEWHERE, *NEVER_SEEN) if piece not in said} == set()
    tests = Path(__file__).parent
    assert [
        piece
        for piece, place in ELSEWHERE.items()
        if piece not in (tests / place).read_text(encoding="utf-8")
    ] == []


def test_every_room_of_errors_is_looked_into_and_no_two_have_one_name() -> None:
    assert {file.stem for file in ROOM.glob("[!_]*.py")} == set(errors._ERROR_MODULES)
    names = [
        one.name
        for file in ROOM.glob("*.py")
        for one in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(one, ast.ClassDef)
    ]
    assert sorted(names) == sorted(set(names))


def test_a_problem_is_told_with_all_that_is_known_of_it_on_its_way() -> None:
    with (
        pytest.raises(errors.LedgerBusy) as caught,
        errors.add_place_to_errors("new.csv"),
        errors.add_place_to_errors(""),
        errors.add_place_to_errors("line 3"),
    ):
        raise errors.LedgerBusy("ledger.db", 5)
    caught.value.effect = "Nothing was recorded."
    caught.value.add_backup_hint("backups")
    caught.value.add_note("And more.")
    assert caught.value.cause == (
        "new.csv: line 3: another command kept ledger.db locked for 5 seconds."
    )
    assert str(caught.value) == (
        f"{caught.value.cause} Nothing was recorded. Try again. "
        "Backups are in backups (promisectl restore “…”). And more."
    )


def test_a_command_to_paste_comes_last() -> None:
    problem = errors.DamagedLedger("ledger.db", "is damaged")
    problem.add_backup_hint("backups")
    problem.add_note("What you typed is kept: edit.txt")
    assert str(problem) == (
        "ledger.db is damaged. It was left as it is. Backups are in backups "
        "(promisectl restore “…”). What you typed is kept: edit.txt. See: promisectl doctor"
    )


def test_a_sentence_goes_on_in_lower_case_behind_a_colon() -> None:
    problem = errors.NoSide()
    problem.place = "line 3"
    assert (problem.cause, problem.clause) == (
        "line 3: to whom, or from whom?",
        "to whom, or from whom?",
    )
    assert errors.UnknownZone("X").clause.startswith("TZ is")


NEEDING = {
    (row.verb, row.state, row.needs)
    for row in TRANSITIONS
    if row.state and {"reason", "text"} & {*row.needs}
    if row.verb not in (Verb.PARTIAL, Verb.TAG, Verb.UNTAG)  # suggested nowhere
}


@pytest.mark.parametrize(("verb", "state", "needs"), sorted(NEEDING))
def test_a_command_to_paste_has_what_its_move_needs(
    verb: Verb, state: State, needs: tuple[str, ...]
) -> None:
    wanted = {"reason": "--reason “…”", "text": "“…”"}
    command = lifecycle.format_move(verb, 3, state)
    assert all(wanted[need] in command for need in needs)
