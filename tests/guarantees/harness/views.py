"""Every view there is, in each form and with each option, from the register of commands, so that a new one is among them by itself.

Whatever is not known to write counts as a view.
"""

import inspect
from collections.abc import Iterator, Sequence
from functools import cache

from typer.models import OptionInfo

from promisectl.cli.app import build_app
from promisectl.cli.registry import DECLARATIONS, MOVE_OPTIONS, RESULT_OPTIONS, Declaration
from tests.guarantees.harness.watching import Asked

# What else is known to write, or to start programs that do; all that answers like a move is known by that.
WRITERS = {"backup", "config edit", "config set", "config unset", "demo", "restore"}

# The words that a view needs, a few lines for each.
EXAMPLES: dict[str, Sequence[Sequence[str]]] = {
    "moves": [["--today", "2026-11-29"], []],
    "show": [["1"], ["1", "3"], ["99"]],
    "log": [[], ["1"]],
    "message": [["1"], ["--with", "dana"], ["1", "--format", "mailto"], ["1", "--format", "ics"]],
    "person show": [["dana"], ["nobody"]],
    "guide": [[], ["start"]],
    "help": [[], ["make"], ["all"], ["nonsense"]],
    "completion": [
        ["bash"],
        ["zsh"],
        ["fish"],
        ["fish", "--", "show", ""],
        ["bash", "--", "owe", "--with", "d"],
        ["zsh", "--", ""],
    ],
    "check": [[], ["1"], ["--draft", "Help with the move", "--to", "lee", "--by", "sat"]],
}
# What an option takes, by the name of its parameter, where it is no flag.
VALUES = {
    "with_": "dana",
    "state": "kept",
    "waiting": "overdue",
    "due_before": "tomorrow",
    "due_after": "1 nov",
    "tag": "work",
    "part_of": "1",
    "asked_with": "1",
    "search": "numbers",
    "as_of": "2026-11-22",
    "sort": "due",
    "limit": "2",
    "since": "1 nov",
    "after": "1",
    "until": "today",
    "weeks": "5",
    "ignore": "L08",
    "format_": "md",
    "output": "-",
    "columns": "id,outcome",
    "newline": "lf",
    "alarm": "1d",
    "expect": "5f3c0a91",
    "for_": "people",
    "svg": "-",
    "template": "{id} {outcome}",
}
# Options that are tried in a line of their own above, or make sense only beside another one.
TOGETHER = {
    "message": {"with_"},
    "check": {
        "draft",
        "to",
        "from_",
        "by",
        "done_when",
        "why",
        "agreed",
        "risk",
        "no_to",
        "backfill",
    },
}
MENDS = {"doctor": {"fix", "rebuild"}}
"""Options that make a writer of a view."""
BESIDES = {("export", "alarm"): ("--format", "ics"), ("people", "sort"): ()}
MORE = (
    Asked(()),
    Asked(("--json",)),
    Asked((), at_terminal=True),
    Asked(("--help",)),
    Asked(("--version",)),
    Asked(("make", "--help")),
    Asked(("late",)),  # an alias
    Asked(("nonsense",)),
    Asked(("lists", "1")),
    Asked(("complete", "99", "--no-such-option")),
    Asked(("import", "new.csv", "--dry-run")),
    Asked(("import", "new.csv", "--dry-run"), at_terminal=True),
    Asked(
        ("import", "-", "--format", "csv", "--dry-run"),
        given="outcome,direction,person\nPay the caterer,owe,dana\n",
    ),
    Asked(("list", "--all"), at_terminal=True, more={"PAGER": "tail -n +1", "LINES": "5"}),
)


@cache
def declared() -> tuple[Declaration, ...]:
    """Every command there is."""
    build_app(["--help"])
    return tuple(DECLARATIONS)


def name_of(declaration: Declaration) -> str:
    """A command as it is typed."""
    return f"{declaration.group} {declaration.name}" if declaration.group else declaration.name


def writes(declaration: Declaration) -> bool:
    """Whether a command is known to write."""
    return (
        declaration.writes
        or declaration.answer_options in (MOVE_OPTIONS, RESULT_OPTIONS)
        or name_of(declaration) in WRITERS
    )


def lines() -> list[Asked]:
    """Every view: as it is, in each form, and with each of its options."""
    found = list(MORE)
    for declaration in declared():
        if not writes(declaration):
            found += _lines(declaration)
    return found


def _lines(declaration: Declaration) -> Iterator[Asked]:
    words = name_of(declaration).split()
    needs, options = _arguments(declaration)
    examples = EXAMPLES.get(name_of(declaration), [[]])
    assert not needs or name_of(declaration) in EXAMPLES, (
        f"give an example of what {name_of(declaration)} needs, in EXAMPLES"
    )
    for example in examples:
        yield Asked((*words, *example))
        yield Asked((*words, *example), at_terminal=True)
    for answer in declaration.answer_options:
        if answer in VALUES:
            yield Asked((*words, *examples[0], f"--{answer}", VALUES[answer]))
        elif answer not in {"no_pager", "quiet"}:
            yield Asked((*words, *examples[0], f"--{answer}"))
        else:
            yield Asked((*words, *examples[0], f"--{answer.replace('_', '-')}"), at_terminal=True)
    for parameter, option in options.items():
        if parameter not in {
            *TOGETHER.get(name_of(declaration), ()),
            *MENDS.get(name_of(declaration), ()),
        }:
            yield Asked(
                (*words, *examples[0], *option, *BESIDES.get((name_of(declaration), parameter), ()))
            )


def _arguments(declaration: Declaration) -> tuple[bool, dict[str, list[str]]]:
    """Whether it needs words, and the words of each option."""
    needs, options = False, {}
    for one in filter(None, (declaration.prototype, declaration.extra_prototype)):
        for parameter in inspect.signature(one, eval_str=True).parameters.values():
            kind, info = parameter.annotation.__origin__, parameter.annotation.__metadata__[0]
            word = info.default  # the first of its names: so it is in an annotation
            if not isinstance(info, OptionInfo):
                needs = needs or parameter.default is parameter.empty
            elif kind is bool:
                options[parameter.name] = [word]
            else:
                value = (
                    "name"
                    if (declaration.name, parameter.name) == ("people", "sort")
                    else VALUES.get(parameter.name, "")
                )
                assert value or parameter.name in TOGETHER.get(declaration.name, ()), (
                    f"say what {word} takes, in VALUES"
                )
                options[parameter.name] = [word, value]
    return needs, options
