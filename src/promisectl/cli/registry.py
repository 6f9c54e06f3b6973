"""The register of commands, and the options that several kinds of commands share."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, NamedTuple

import typer

from promisectl import errors
from promisectl.cli import word_checks

MAIN_PANEL = "Main commands"
VIEWS_PANEL = "Views"
OUTPUT_PANEL = "Output"
GLOBAL_PANEL = "Global options"
TYPED_WORDS = "promisectl.words"
"""The key of what Typer's context keeps: the words after a command, as they were typed."""
HELP_OPTION_TEXT = "Show this help."
HOLDS_IDS = "ids"
"""Marks the argument that holds IDs of promises."""
READS_STDIN = "stdin"
"""Marks the argument that may be `-`: then the command reads stdin."""
ASKED = "asked"
"""Marks an argument that is asked for at a terminal, so that no parser requires it."""
ONE_TEXT = "text"
"""Marks the argument that takes all words that are left as one text."""

Ledger = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="PATH",
        help="Use this ledger file or address (PROMISECTL_LEDGER).",
        rich_help_panel=GLOBAL_PANEL,
    ),
]
ConfigPath = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="PATH",
        help="Use this config file (PROMISECTL_CONFIG).",
        rich_help_panel=GLOBAL_PANEL,
    ),
]
Today = Annotated[
    str | None,
    typer.Option(
        "--today",
        metavar="DATE",
        help="Act as if it were this day or time (PROMISECTL_TODAY).",
        rich_help_panel=GLOBAL_PANEL,
    ),
]
Color = Annotated[
    str | None,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="Use colors: auto, always or never.",
        rich_help_panel=GLOBAL_PANEL,
    ),
]
NoColor = Annotated[
    bool,
    typer.Option(
        "--no-color", metavar="", help="The same as --color never.", rich_help_panel=GLOBAL_PANEL
    ),
]
NoInput = Annotated[
    bool,
    typer.Option(
        "--no-input",
        metavar="",
        help="Ask no questions (PROMISECTL_NO_INPUT).",
        rich_help_panel=GLOBAL_PANEL,
    ),
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        metavar="",
        help="Don't connect to a server (PROMISECTL_OFFLINE).",
        rich_help_panel=GLOBAL_PANEL,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Print only the IDs.", rich_help_panel=OUTPUT_PANEL
    ),
]
QuietPath = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Print only the path.", rich_help_panel=OUTPUT_PANEL
    ),
]
QuietData = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Print only data, no hints.", rich_help_panel=OUTPUT_PANEL
    ),
]
QuietFindings = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", metavar="", help="Print only what is not ok.", rich_help_panel=OUTPUT_PANEL
    ),
]
Json = Annotated[
    bool, typer.Option("--json", metavar="", help="Print JSON.", rich_help_panel=OUTPUT_PANEL)
]
Once = Annotated[
    str | None,
    typer.Option(
        "--once",
        metavar="KEY",
        help="Record it once; the same key again only repeats the output.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
Jsonl = Annotated[
    bool,
    typer.Option(
        "--jsonl", metavar="", help="Print one JSON object per line.", rich_help_panel=OUTPUT_PANEL
    ),
]
Csv = Annotated[
    bool, typer.Option("--csv", metavar="", help="Print CSV.", rich_help_panel=OUTPUT_PANEL)
]
Plain = Annotated[
    bool,
    typer.Option(
        "--plain",
        metavar="",
        help="Print tab-separated lines, as in a pipe.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
AsTable = Annotated[
    bool,
    typer.Option(
        "--table",
        metavar="",
        help="Print the tables that a terminal shows, also in a pipe.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
Svg = Annotated[
    str | None,
    typer.Option(
        "--svg",
        metavar="FILE",
        help="Save these tables as a picture (- is stdout).",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--template",
        metavar="TEXT",
        help="Print a line for each: “{id} {outcome}”; \\t is a tab, \\n a line break.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
NoPager = Annotated[
    bool,
    typer.Option(
        "--no-pager", metavar="", help="Do not use a pager.", rich_help_panel=OUTPUT_PANEL
    ),
]

COMMON_OPTIONS: dict[str, Any] = {
    "ledger": Ledger,
    "config": ConfigPath,
    "today": Today,
    "color": Color,
    "no_color": NoColor,
    "no_input": NoInput,
    "offline": Offline,
}
RESULT_OPTIONS: dict[str, Any] = {"quiet": Quiet, "json": Json}
MOVE_OPTIONS: dict[str, Any] = {**RESULT_OPTIONS, "once": Once}
PATH_OPTIONS: dict[str, Any] = {"quiet": QuietPath, "json": Json}
QUIET_OPTIONS: dict[str, Any] = {"quiet": QuietData}
JSON_OPTIONS: dict[str, Any] = {"json": Json}
FINDINGS_OPTIONS: dict[str, Any] = {"quiet": QuietFindings, "json": Json}
FORMAT_OPTIONS: dict[str, Any] = {"json": Json, "jsonl": Jsonl, "csv": Csv, "plain": Plain}
TABLE_OPTIONS: dict[str, Any] = {"table": AsTable, "svg": Svg}
TEMPLATE_OPTIONS: dict[str, Any] = {"template": Template}
FORM_OPTIONS: dict[str, Any] = {**FORMAT_OPTIONS, **TABLE_OPTIONS, **TEMPLATE_OPTIONS}
PAGER_OPTIONS: dict[str, Any] = {"no_pager": NoPager}
DRY_RUN_OPTIONS: dict[str, Any] = {"quiet": Quiet, **FORMAT_OPTIONS}
VIEW_OPTIONS: dict[str, Any] = {**FORMAT_OPTIONS, **TABLE_OPTIONS, **PAGER_OPTIONS}
REVIEW_OPTIONS: dict[str, Any] = {**FORMAT_OPTIONS, **TABLE_OPTIONS}
LIST_OPTIONS: dict[str, Any] = {**VIEW_OPTIONS, **TEMPLATE_OPTIONS}
NO_OPTIONS: dict[str, Any] = {}


class Declaration(NamedTuple):
    """One command as it is declared.

    `group` is its first word where it has two (`person`), `panel` its heading in the help. `module`
    and `function` name what runs it in `commands`; they are empty for `help`, which `cli` itself
    runs. The signatures of `prototype` and `extra_prototype` are its arguments, `answer_options`
    its options for the answer. Without `needs_config` it runs with the defaults when the config
    can't be used. `choices` are the words that completion offers for a parameter. `writes`:
    whatever it is given, it is for a change of the ledger or a copy of it.
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
    writes: bool


DECLARATIONS: list[Declaration] = []


def register_command(
    name: str,
    panel: str,
    *,
    runs: str = "",
    answers: dict[str, Any],
    group: str | None = None,
    also: Callable[..., None] | None = None,
    needs_config: bool = True,
    choices: Mapping[str, Iterable[str]] | None = None,
    writes: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that registers a function without a body as a command.

    Its signature and its docstring are the arguments and the help. `runs` is the module and the
    function in `commands`, with a dot between them; `answers` are the options for the answer;
    `also` is a function whose signature has more arguments. What has the options of a move
    `writes` in any case.
    """
    module, _, function = runs.partition(".")

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
                writes or answers is MOVE_OPTIONS,
            )
        )
        return declared

    return add_declaration


def build_traits(declaration: Declaration) -> dict[str, Any]:
    """Return the keyword arguments of `run_command` for a command, without the defaults."""
    marked: dict[str, Any] = {
        mark: parameter.name
        for parameter in _list_parameters(declaration)
        for mark in (HOLDS_IDS, READS_STDIN)
        if _has_mark(parameter, mark)
    }
    asks_ids = any(
        _has_mark(one, HOLDS_IDS) and _has_mark(one, ASKED) for one in _list_parameters(declaration)
    )
    traits = {"needs_config": False, **marked} if not declaration.needs_config else marked
    traits |= {"asks_ids": True} if asks_ids else {}
    return traits | ({"writes": True} if declaration.writes else {})


def list_texts(declaration: Declaration) -> list[str]:
    """Return the names of the arguments that take all words that are left as one text."""
    return [one.name for one in _list_parameters(declaration) if _has_mark(one, ONE_TEXT)]


def _list_parameters(declaration: Declaration) -> list[inspect.Parameter]:
    """Return the parameters that a command declares, without the options for the answer.

    What is asked for has a default, as the command may come without it.
    """
    prototypes = filter(None, (declaration.prototype, declaration.extra_prototype))
    parameters = [
        parameter
        for prototype in prototypes
        for parameter in inspect.signature(prototype, eval_str=True).parameters.values()
    ]
    return [one.replace(default=None) if _has_mark(one, ASKED) else one for one in parameters]


def _has_mark(parameter: inspect.Parameter, mark: str) -> bool:
    return mark in getattr(parameter.annotation, "__metadata__", ())


def build_callback(declaration: Declaration) -> Callable[..., None]:
    """Return the function that Typer calls, with all arguments and options as its signature.

    It calls the object of Typer's context (`run_command`) with the module, the function, the
    arguments and the traits of the command. An option before the command fills one that is missing
    after it. Raises Contradiction for a form of the answer that the command does not have.
    """
    shared = {**declaration.answer_options, **COMMON_OPTIONS}
    traits, texts = build_traits(declaration), list_texts(declaration)
    names = [parameter.name for parameter in _list_parameters(declaration)]

    def call_command(ctx: typer.Context, **arguments: Any) -> Any:
        given_before = {
            name: value
            for name, value in ctx.find_root().params.items()
            if value not in (None, False)
        }
        for form in FORM_OPTIONS.keys() & given_before.keys() - shared.keys():
            raise errors.Contradiction(
                f"{declaration.name} has no --{form} output.", f"See: {ctx.command_path} --help"
            )
        spelled, words = word_checks.list_spelled_options(ctx), ctx.meta[TYPED_WORDS]
        for name in texts:
            word_checks.ensure_whole_text(spelled, words, names.index(name))
            arguments[name] = " ".join(arguments[name]) if arguments[name] else None
        if isinstance(arguments.get(traits.get(HOLDS_IDS, "")), list):
            word_checks.ensure_ids(ctx.command_path, spelled, words)
        for name in shared:
            if arguments[name] in (None, False):
                arguments[name] = given_before.get(name, arguments[name])
        return ctx.obj(declaration.module, declaration.function, arguments, **traits)

    keyword = inspect.Parameter.KEYWORD_ONLY
    options = [
        inspect.Parameter(
            name, keyword, default=False if kind in _FLAG_TYPES else None, annotation=kind
        )
        for name, kind in shared.items()
    ]
    context = inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    parameters = [context, *_list_parameters(declaration), *options]
    call_command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call_command.__annotations__ = {
        parameter.name: parameter.annotation for parameter in parameters
    }
    call_command.__doc__ = read_help_text(declaration.prototype)
    return call_command


def read_help_text(prototype: Callable[..., Any]) -> str:
    """Return the docstring of a declaration, which `python -OO` removes, but for its copy."""
    text = prototype.__doc__
    if text is None:
        from promisectl.compiled import help_texts

        text = help_texts.DOCSTRINGS[f"{prototype.__module__}.{prototype.__name__}"]
    return text


_FLAG_TYPES = (
    NoColor,
    NoInput,
    Offline,
    NoPager,
    Quiet,
    QuietPath,
    QuietData,
    QuietFindings,
    Json,
    Jsonl,
    Csv,
    Plain,
    AsTable,
)
