"""The register of commands: what each is called, where it stands in the help, and which function does it."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, NamedTuple

import typer

from promisectl import errors

ANYWHERE_PANEL = "Anywhere"
HOLDS_IDS = "ids"
"""Marks the argument that holds numbers of promises."""
READS_STDIN = "stdin"
"""Marks the argument that is `-` where what is asked comes in on stdin."""

Ledger = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="PATH",
        help="The ledger file (PROMISECTL_LEDGER).",
        rich_help_panel=ANYWHERE_PANEL,
    ),
]
Today = Annotated[
    str | None,
    typer.Option(
        "--today",
        metavar="DATE",
        help="Act as if it were that day, or that moment (PROMISECTL_TODAY).",
        rich_help_panel=ANYWHERE_PANEL,
    ),
]
Color = Annotated[
    str | None,
    typer.Option(
        "--color", metavar="WHEN", help="auto, always or never.", rich_help_panel=ANYWHERE_PANEL
    ),
]
NoInput = Annotated[
    bool,
    typer.Option(
        "--no-input",
        metavar="",
        help="Ask nothing (PROMISECTL_NO_INPUT).",
        rich_help_panel=ANYWHERE_PANEL,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Print the numbers alone.", rich_help_panel="Answer"
    ),
]
QuietPath = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Print the path alone.", rich_help_panel="Answer"
    ),
]
QuietData = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Say nothing beside the data.", rich_help_panel="Answer"
    ),
]
QuietFindings = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Say only what is not ok.", rich_help_panel="Answer"
    ),
]
Json = Annotated[
    bool, typer.Option("--json", metavar="", help="Answer as JSON.", rich_help_panel="Answer")
]
Once = Annotated[
    str | None,
    typer.Option(
        "--once",
        metavar="KEY",
        help="Happen once: again with this key only repeats the answer.",
        rich_help_panel="Answer",
    ),
]
Jsonl = Annotated[
    bool,
    typer.Option("--jsonl", metavar="", help="One JSON object a line.", rich_help_panel="Answer"),
]
Csv = Annotated[
    bool, typer.Option("--csv", metavar="", help="Answer as CSV.", rich_help_panel="Answer")
]
Plain = Annotated[
    bool,
    typer.Option(
        "--plain", metavar="", help="Tab-separated lines, as in a pipe.", rich_help_panel="Answer"
    ),
]
NoPager = Annotated[
    bool,
    typer.Option(
        "--no-pager", metavar="", help="Print a long view at once.", rich_help_panel="Answer"
    ),
]

COMMON_OPTIONS: dict[str, Any] = {
    "ledger": Ledger,
    "today": Today,
    "color": Color,
    "no_input": NoInput,
}
RESULT_OPTIONS: dict[str, Any] = {"quiet": Quiet, "json": Json}
MOVE_OPTIONS: dict[str, Any] = {**RESULT_OPTIONS, "once": Once}
PATH_OPTIONS: dict[str, Any] = {"quiet": QuietPath, "json": Json}
QUIET_OPTIONS: dict[str, Any] = {"quiet": QuietData}
JSON_OPTIONS: dict[str, Any] = {"json": Json}
FINDINGS_OPTIONS: dict[str, Any] = {"quiet": QuietFindings, "json": Json}
FORMAT_OPTIONS: dict[str, Any] = {"json": Json, "jsonl": Jsonl, "csv": Csv, "plain": Plain}
PAGER_OPTIONS: dict[str, Any] = {"no_pager": NoPager}
VIEW_OPTIONS: dict[str, Any] = {**FORMAT_OPTIONS, **PAGER_OPTIONS}
NO_OPTIONS: dict[str, Any] = {}


class Declaration(NamedTuple):
    """One command: its name, its group (`person`, or none), its panel in the help, its module and function in `commands`, its arguments.

    Without `needs_config` it goes on with the defaults when the config can't be used.
    `choices` are the words that completion offers, by the name of the parameter.
    """

    name: str
    group: str | None
    panel: str
    module: str
    function: str
    prototype: Callable[..., None]
    extra_prototype: Callable[..., None] | None
    answer_options: dict[str, Any]
    needs_config: bool
    choices: Mapping[str, Iterable[str]]


DECLARATIONS: list[Declaration] = []


def register_command(
    name: str,
    panel: str,
    *,
    runs: str,
    answers: dict[str, Any],
    group: str | None = None,
    also: Callable[..., None] | None = None,
    needs_config: bool = True,
    choices: Mapping[str, Iterable[str]] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a declaration. The function below it has arguments and a help text but no body: `runs` names the one in `commands`."""
    module, function = runs.split(".")

    def add_declaration(declared: Callable[..., None]) -> Callable[..., None]:
        DECLARATIONS.append(
            Declaration(
                name,
                group,
                panel,
                module,
                function,
                declared,
                also,
                answers,
                needs_config,
                choices or {},
            )
        )
        return declared

    return add_declaration


def build_traits(declaration: Declaration) -> dict[str, Any]:
    """What `run_command` has to know of a command, by the names that it has there: only what is not usual."""
    marked = {
        mark: parameter.name
        for parameter in _list_parameters(declaration)
        for mark in (HOLDS_IDS, READS_STDIN)
        if mark in getattr(parameter.annotation, "__metadata__", ())
    }
    return marked if declaration.needs_config else {"needs_config": False, **marked}


def _list_parameters(declaration: Declaration) -> list[inspect.Parameter]:
    """The parameters that are declared for a command alone, and for those of its kind."""
    declared = filter(None, (declaration.prototype, declaration.extra_prototype))
    return [
        parameter
        for one in declared
        for parameter in inspect.signature(one, eval_str=True).parameters.values()
    ]


def build_callback(declaration: Declaration) -> Callable[..., None]:
    """The function that Typer calls: the declared arguments and the options that every command of its kind has, handed to what is run.

    That is the object of the context: it is given a module and a function of `commands`, and its arguments.
    """
    shared = {**declaration.answer_options, **COMMON_OPTIONS}
    traits = build_traits(declaration)

    def call_command(ctx: typer.Context, **arguments: Any) -> Any:
        before = {
            name: value
            for name, value in ctx.find_root().params.items()
            if value not in (None, False)
        }
        for form in FORMAT_OPTIONS.keys() & before.keys() - shared.keys():
            raise errors.Contradiction(
                f"{declaration.name} does not answer with --{form}. See: {ctx.command_path} --help"
            )
        for name in shared:
            if arguments[name] in (None, False):
                arguments[name] = before.get(name, arguments[name])
        return ctx.obj(declaration.module, declaration.function, arguments, **traits)

    keyword = inspect.Parameter.KEYWORD_ONLY
    more = [
        inspect.Parameter(
            name, keyword, default=False if kind in _FLAG_TYPES else None, annotation=kind
        )
        for name, kind in shared.items()
    ]
    context = inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    call_command.__signature__ = inspect.Signature([context, *_list_parameters(declaration), *more])  # type: ignore[attr-defined]
    call_command.__annotations__ = {
        parameter.name: parameter.annotation
        for parameter in call_command.__signature__.parameters.values()  # type: ignore[attr-defined]
    }
    call_command.__doc__ = declaration.prototype.__doc__
    return call_command


_FLAG_TYPES = (
    NoInput,
    NoPager,
    Quiet,
    QuietPath,
    QuietData,
    QuietFindings,
    Json,
    Jsonl,
    Csv,
    Plain,
)
