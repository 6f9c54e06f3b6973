"""How easily a stranger finds things, in figures: `python -m tests.house.measures [MEASURE…]` prints them, or what stands behind some.

All of it is computed from the syntax trees of the modules under src/promisectl, without compiled/, which is generated. So it is counted:

- A *function* is every `def`: of a module, of a class, or inside another function. Names that Python gives (`__init__`) are no names of
  ours, and do not count where names, docstrings or annotations are measured; their lengths do.
- A *word* of a name is what stands between underscores. A name *begins with a verb* if its first word stands in verbs.txt, a list kept by
  hand: verbs as they are used here, so no noun that could be one (`path`, `week`, `log`); `is`, `has`, `can`, `may`, `must` and `are`
  ask a question, and `iter` is the verb that Python has for it.
- A *participle alone* is a name of one word that ends in -ed or is one of the irregular ones below, and is neither a state of a promise
  nor a command.
- A function is *private* if its name begins with an underscore. It is *called at one place* if its name stands at exactly one other place
  in all the sources, be it called there, handed on, kept in a table or named in a string. What it says of itself does not count. In a
  module with a function of the same name, that one is meant.
- A *length* is counted in lines from `def` to the end, docstring included, decorators not.
- A *name of a module* is what it defines at its top, by `def`, `class` or assignment, not what it imports. Four kinds may stand twice:
  the classes of records in `models.py`, which Python programs know by the words of the domain; command functions, which are the declarations under cli/ and the functions that those name, as both have the command's name; type
  variables; and `main`, as every program's first function is called.
- *Public* is a module, class, function or method that no underscore hides, neither at itself nor at the module or class around it.
- A *docstring* is any string that stands alone as a statement, below an attribute too.
- Modules *passed* are those in which a function runs while a command is carried out, in a process of its own (tests/house/passes.py).
"""

import ast
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from promisectl.cli import DECLARED_IN
from promisectl.domain.promise import State

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "promisectl"
VERBS = frozenset(Path(__file__).with_name("verbs.txt").read_text(encoding="utf-8").split())
PUBLIC_RECORDS = ("Promise", "Act", "Person")
MAX_COLUMNS = 100
MAX_FIRST_LINE = 90
_IRREGULAR = frozenset(
    [
        "begun",
        "bound",
        "bought",
        "broken",
        "brought",
        "built",
        "caught",
        "chosen",
        "cut",
        "done",
        "drawn",
        "driven",
        "fallen",
        "fed",
        "felt",
        "fled",
        "found",
        "frozen",
        "given",
        "gone",
        "grown",
        "had",
        "heard",
        "held",
        "hidden",
        "hit",
        "hung",
        "kept",
        "known",
        "laid",
        "led",
        "left",
        "lent",
        "lit",
        "lost",
        "made",
        "meant",
        "met",
        "paid",
        "put",
        "read",
        "said",
        "seen",
        "sent",
        "set",
        "shown",
        "shut",
        "sold",
        "spent",
        "split",
        "stood",
        "struck",
        "sworn",
        "taken",
        "taught",
        "thrown",
        "told",
        "torn",
        "typed",
        "understood",
        "woken",
        "won",
        "worn",
        "wound",
        "written",
    ]
)
_NOT_PARTICIPLES = frozenset(
    ["bed", "embed", "exceed", "feed", "need", "proceed", "red", "seed", "speed", "succeed"]
)
_BOTH = frozenset(["cut", "hit", "put", "read", "set", "shut", "split"])  # verbs in this very form
_ALLOWED = frozenset(State) | frozenset(DECLARED_IN)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Found(NamedTuple):
    """A function: where it stands, and whether something around it is hidden."""

    module: str
    node: Function
    public: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.node.lineno} {self.node.name}"


class Measure(NamedTuple):
    """One figure: what it is, what it may be at most (or has to be at least), and how it and what stands behind it are found."""

    name: str
    limit: float
    compute: Callable[[], tuple[float, Sequence[object]]]
    unit: str = ""
    at_least: bool = False

    def holds(self, figure: float) -> bool:
        """Whether a figure is within the limit."""
        return figure >= self.limit if self.at_least else figure <= self.limit

    def describe(self, figure: float) -> str:
        """A line with the figure and the limit."""
        shown = f"{figure:.1f}".removesuffix(".0")
        return f"{self.name}: {shown}{self.unit} ({'≥' if self.at_least else '≤'} {self.limit:g}{self.unit})"


# The sources


@cache
def list_sources() -> dict[str, str]:
    """The text of every module, by its path below the package."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {
        str(file.relative_to(PACKAGE)): file.read_text(encoding="utf-8")
        for file in files
        if "compiled" not in file.relative_to(PACKAGE).parts
    }


@cache
def parse_sources() -> dict[str, ast.Module]:
    """The syntax tree of every module."""
    return {name: ast.parse(text) for name, text in list_sources().items()}


@cache
def list_functions() -> tuple[Found, ...]:
    """Every function there is."""
    return tuple(
        found
        for module, tree in parse_sources().items()
        for found in _iter_functions(module, tree, public=not _is_hidden(Path(module).stem))
    )


def _iter_functions(module: str, node: ast.AST, *, public: bool) -> Iterator[Found]:
    for child in ast.iter_child_nodes(node):
        inside = public
        if isinstance(child, Function):
            yield Found(module, child, public and not _is_hidden(child.name))
            inside = False  # nobody outside sees what stands in a function
        elif isinstance(child, ast.ClassDef):
            inside = public and not _is_hidden(child.name)
        yield from _iter_functions(module, child, public=inside)


def _is_given_by_python(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_hidden(name: str) -> bool:
    return name.startswith("_") and not _is_given_by_python(name)


def list_named_functions() -> list[Found]:
    """Every function whose name is ours."""
    return [one for one in list_functions() if not _is_given_by_python(one.node.name)]


def _compute_share(
    of: Sequence[Found], is_one: Callable[[Found], bool]
) -> tuple[float, list[Found]]:
    found = [one for one in of if is_one(one)]
    return 100 * len(found) / len(of), found


def _split_words(name: str) -> list[str]:
    return name.strip("_").split("_")


# Names


def _measure_single_words() -> tuple[float, Sequence[object]]:
    return _compute_share(list_named_functions(), lambda one: len(_split_words(one.node.name)) == 1)


def _measure_verbs() -> tuple[float, Sequence[object]]:
    functions = list_named_functions()
    share, _ = _compute_share(functions, _begins_with_verb)
    return share, [one for one in functions if not _begins_with_verb(one)]


def _begins_with_verb(one: Found) -> bool:
    return _split_words(one.node.name)[0] in VERBS


def _measure_participles() -> tuple[float, Sequence[object]]:
    found = [
        one
        for one in list_named_functions()
        if len(_split_words(one.node.name)) == 1 and is_participle(one.node.name.strip("_"))
    ]
    return len(found), found


def is_participle(name: str) -> bool:
    """Whether a word is a participle, and neither a state nor a command."""
    regular = name.endswith("ed") and name not in _NOT_PARTICIPLES
    return (regular or name in _IRREGULAR - _BOTH) and name not in _ALLOWED


def _measure_duplicates() -> tuple[float, Sequence[object]]:
    places = defaultdict(list)
    for module, tree in parse_sources().items():
        for name in _iter_top_names(module, tree.body):
            places[name].append(module)
    found = [
        f"{name}: {', '.join(modules)}" for name, modules in places.items() if len(set(modules)) > 1
    ]
    return len(found), sorted(found)


def _iter_top_names(module: str, body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        names: Iterable[str] = ()
        match node:
            case ast.ClassDef() if module == "models.py" and node.name in PUBLIC_RECORDS:
                pass
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
                pass
            case ast.FunctionDef() | ast.ClassDef():
                names = [node.name]
            case ast.Assign(targets=targets):
                names = [one.id for target in targets for one in ast.walk(target) if _is_name(one)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case ast.If() | ast.Try() | ast.With():
                yield from _iter_top_names(module, node.body)
        if not (isinstance(node, ast.FunctionDef) and (module, node.name) in list_commands()):
            yield from (name for name in names if name != "main" and not _is_given_by_python(name))


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


@cache
def list_commands() -> frozenset[tuple[str, str]]:
    """The command functions, each with its module: what is declared, and what carries it out."""
    found = set()
    for one in list_functions():
        for decorator in one.node.decorator_list:
            if isinstance(decorator, ast.Call) and one.module.startswith("cli/"):
                for keyword in decorator.keywords:
                    if keyword.arg == "runs" and isinstance(keyword.value, ast.Constant):
                        module, function = str(keyword.value.value).split(".")
                        found |= {
                            (one.module, one.node.name),
                            (f"commands/{module}.py", function),
                        }
    return frozenset(found)


# Private functions


def _measure_private() -> tuple[float, Sequence[object]]:
    return _compute_share(list_functions(), lambda one: _is_hidden(one.node.name))


def _measure_called_once() -> tuple[float, Sequence[object]]:
    return _compute_share(list_functions(), _is_called_once)


def _is_called_once(one: Found) -> bool:
    return _is_hidden(one.node.name) and _count_call_places(one) == 1


def _count_call_places(one: Found) -> int:
    """How many places outside the function name it; those in a module with a function of the same name mean that one."""
    name = one.node.name
    others = _find_definers(name) - {one.module}
    places = sum(
        mentions[name] for module, mentions in _count_mentions().items() if module not in others
    )
    return places - _count_names(one.node)[name]


@cache
def _find_definers(name: str) -> frozenset[str]:
    return frozenset(one.module for one in list_functions() if one.node.name == name)


@cache
def _count_mentions() -> dict[str, Counter[str]]:
    return {module: _count_names(tree) for module, tree in parse_sources().items()}


def _count_names(tree: ast.AST) -> Counter[str]:
    """How often each name is used below a node: read, taken as an attribute, or said in a string of its own."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                found[name] += 1
            case ast.Constant(value=str(name)) if name.isidentifier():
                found[name] += 1
    return found


# Lengths and lines


def _measure_length(pick: Callable[[list[int]], float]) -> tuple[float, Sequence[object]]:
    lengths = sorted(_count_lines(one) for one in list_functions())
    figure = pick(lengths)
    longer = [one for one in list_functions() if _count_lines(one) > max(figure, 40)]
    by_length = sorted(longer, key=_count_lines, reverse=True)
    return figure, [f"{one}: {_count_lines(one)} lines" for one in by_length]


def _count_lines(one: Found) -> int:
    return (one.node.end_lineno or 0) - one.node.lineno + 1


def _pick_ninetieth(lengths: list[int]) -> float:
    return statistics.quantiles(lengths, n=10, method="inclusive")[-1]


def _measure_longest() -> tuple[float, Sequence[object]]:
    by_length = sorted(list_functions(), key=_count_lines, reverse=True)
    return _count_lines(by_length[0]), [f"{one}: {_count_lines(one)}" for one in by_length[:10]]


def _measure_long_lines() -> tuple[float, Sequence[object]]:
    found = [
        f"{module}:{number} {len(line)} columns"
        for module, text in list_sources().items()
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > MAX_COLUMNS
    ]
    return len(found), found


# Docstrings and annotations


def _measure_documented() -> tuple[float, Sequence[object]]:
    nodes: list[tuple[object, ast.Module | ast.ClassDef | Function]] = [*parse_sources().items()]
    nodes += [(f"{module}: {one.name}", one) for module, one in _iter_public_classes()]
    nodes += [
        (one, one.node)
        for one in list_functions()
        if one.public and not _is_given_by_python(one.node.name)
    ]
    bare = [
        name for name, node in nodes if not ast.get_docstring(node) and not _is_empty_module(node)
    ]
    return 100 * (1 - len(bare) / len(nodes)), bare


def _is_empty_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Module) and not node.body


def _iter_public_classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for module, tree in parse_sources().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not _is_hidden(node.name):
                yield module, node


def _measure_annotated() -> tuple[float, Sequence[object]]:
    functions = list_named_functions()
    bare = [one for one in functions if one.node.returns is None]
    return 100 * (1 - len(bare) / len(functions)), bare


def _measure_first_lines() -> tuple[float, Sequence[object]]:
    found = []
    for module, tree in parse_sources().items():
        for node in ast.walk(tree):
            match node:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    first = text.strip().split("\n")[0]
                    if len(first) > MAX_FIRST_LINE:
                        found.append(f"{module}:{node.lineno} {len(first)} characters")
    return len(found), found


# What a command passes


_STORY = (
    ("make", "Send the Q3 numbers", "--to", "dana", "--by", "in 4 days", "--agreed"),
    ("make", "Review the contract", "--to", "dana", "--by", "in 2 days", "--asked"),
)


def _measure_passed(*words: str) -> tuple[float, Sequence[object]]:
    with tempfile.TemporaryDirectory(prefix="promisectl-house-") as home:
        for told in _STORY:
            _run_watched(home, *told)
        passed = _run_watched(home, *words)
    if "__main__.py" not in passed:  # every command passes it: else nothing was watched
        message = f"no module was seen while this ran: {' '.join(words)}"
        raise RuntimeError(message)
    return len(passed), passed


def _run_watched(home: str, *words: str) -> list[str]:
    """The modules that a command passes in a process of its own."""
    env = {
        "HOME": home,
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "TZ": "Europe/Berlin",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.house.passes", *words],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stderr.split("\n") if line.endswith(".py")]


MEASURES = {
    "one-word": Measure("function names of one word", 45, _measure_single_words, " %"),
    "verbs": Measure(
        "function names that begin with a verb", 50, _measure_verbs, " %", at_least=True
    ),
    "participles": Measure("names that are a participle alone", 0, _measure_participles),
    "called-once": Measure(
        "private functions called at one place, of all", 10, _measure_called_once, " %"
    ),
    "private": Measure("private functions, of all", 35, _measure_private, " %"),
    "columns": Measure("lines over 100 columns", 0, _measure_long_lines),
    "duplicates": Measure("names that stand in two modules", 0, _measure_duplicates),
    "median": Measure(
        "length of a function, median", 8, lambda: _measure_length(statistics.median)
    ),
    "ninetieth": Measure(
        "length of a function, nine of ten", 22, lambda: _measure_length(_pick_ninetieth)
    ),
    "longest": Measure("length of a function, longest", 50, _measure_longest),
    "documented": Measure(
        "public names that are documented", 100, _measure_documented, " %", at_least=True
    ),
    "annotated": Measure(
        "functions that say what they return", 100, _measure_annotated, " %", at_least=True
    ),
    "first-lines": Measure("first lines of docstrings over 90", 0, _measure_first_lines),
    "make": Measure(
        "modules that make passes",
        35,
        lambda: _measure_passed("make", "Call the bank", "--to", "dana", "--by", "in 3 days"),
    ),
    "owe": Measure("modules that owe passes", 20, lambda: _measure_passed("owe")),
}


def main(words: list[str]) -> int:
    """Print all figures, or what stands behind those that are named; return 1 where one is over its limit."""
    code = 0
    for name in words or MEASURES:
        figure, behind = MEASURES[name].compute()
        holds = MEASURES[name].holds(figure)
        code |= not holds
        print(f"{'  ' if holds else '! '}{name:<12} {MEASURES[name].describe(figure)}")
        if words:
            print(*behind, sep="\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
