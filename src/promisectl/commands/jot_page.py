"""The promises on a page of lines: from stdin, from arguments or from the editor.

The page is made whole or not at all. At a terminal, a person looks at it first.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import jot_lines
from promisectl.commands.shared import counterparty, editor, output, prompts, recorder
from promisectl.commands.shared.counterparty import KnownPeople
from promisectl.domain.people import Newcomer
from promisectl.domain.promise import Direction
from promisectl.rendering import formats
from promisectl.system import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from promisectl.commands.shared.recorder import MoveAnswer
    from promisectl.env import Env

    BuildDraft = Callable[[Env, Mapping[str, Any], KnownPeople], Any]
    """The function of make that builds a draft of its arguments."""
    RecordDrafts = Callable[..., None]
    """The function of make that records drafts."""

_REFUSALS = (errors.Usage, errors.NotFound, errors.Ambiguous, errors.BadData)


def make_from_stdin(
    env: Env, build: BuildDraft, record: RecordDrafts, *, new: bool, backfill: bool
) -> None:
    """Make the promises on the lines of stdin, all or none. Raises BadInput and BadLines."""
    from promisectl.commands import make_json

    page = make_json.decode_stdin(env.read_stdin())
    lines = jot_lines.list_jot_lines(page)
    if not lines:
        raise errors.BadInput("There is no promise on stdin")
    if lines[0].text.startswith("{"):
        raise errors.BadInput(
            "This looks like JSON", advice="Read it with: promisectl make --json -"
        )
    env.once = env.once and env.once.add_content("\n".join(line.text for line in lines))
    if env.once and recorder.repeat_first_answer(env):
        return
    jotter = Jotter(env, build, record, make_json.blame_input, new=new, backfill=backfill)
    if env.may_ask:
        jotter.edit_page(page, is_written=True, is_typed=True)
    else:
        jotter.record_page(page)


class Jotter:
    """Makes the promises of a page; it remembers whom a new name was said to mean.

    `build` and `record` are functions of make; `blame` adds the place to what is wrong with a line.
    With `new`, a name that is like a known one is somebody new; with `backfill`, a date may have
    passed.
    """

    def __init__(
        self,
        env: Env,
        build: BuildDraft,
        record: RecordDrafts,
        blame: Callable[[str], AbstractContextManager[None]] = errors.add_place_to_errors,
        *,
        new: bool,
        backfill: bool,
    ) -> None:
        self._env, self._build, self._record, self._blame = env, build, record, blame
        self._options = {"new": new, "backfill": backfill}
        self._known = KnownPeople(counterparty.load_known_people(env, writing=True))
        self._meant: dict[str, list[str]] = {}
        self._comments: dict[int, str] = {}

    def record_page(self, page: str) -> None:
        """Make the promises of a page. Raises NoLines and BadLines."""
        drafts = self.build_drafts(page)
        if not drafts:
            raise errors.NoLines
        self._record(self._env, drafts)

    def edit_page(self, page: str, *, is_written: bool = False, is_typed: bool = False) -> None:
        """Open a page in the editor, show what is on it, and make it after a yes.

        With `is_written`, the editor comes only after a mistake; `is_typed` is that of
        `editor.open_edit_file`. Raises EOFError after a no, BadLines, and what the editor raises.
        """
        env = self._env
        with editor.open_edit_file(env, page, ".txt", is_typed=is_typed) as path:
            while True:
                drafts = editor.edit_until_usable(
                    env, path, lambda text: self._use_page(text, page, path), is_written=is_written
                )
                is_written = False
                if not drafts:
                    output.print_result(env, lines=["Nothing was recorded: the page is empty."])
                    return
                answer = self._ask_to_make(drafts) if env.may_ask else "yes"
                if answer == "yes":
                    self._record_shown_drafts(drafts)
                    return
                if answer == "no":
                    env.leave_questions()

    def _use_page(self, text: str, page: str, path: str) -> list[Any]:
        """Return the drafts of an edited page; none if it is empty or was left as it was.

        What is wrong is written into the file at `path`, above its lines. Raises NoLines, BadLines.
        """
        former, self._comments = self._comments, {}
        try:
            drafts = self.build_drafts(text)
            if not drafts and text.strip() not in ("", page.strip()):
                raise errors.NoLines
        except errors.BadLines as problem:
            self._comments = {
                number: f"{jot_lines.COMMENT_SIGN} {describe_mistake(mistake)}"
                for number, mistake in problem.problems.items()
            }
            raise
        finally:
            if former or self._comments:
                commented = jot_lines.insert_comments(text, self._comments, [*former.values()])
                editor.replace_edited_text(path, commented)
        return drafts

    def build_drafts(self, page: str) -> list[Any]:
        """Return a draft for each line; nothing is asked but whom a name means. Raises BadLines."""
        drafts: list[Any] = []
        problems: dict[int, errors.Problem] = {}
        has_many = "\n" in page
        for number, text in jot_lines.list_jot_lines(page):
            place = f"Line {number}" if has_many else ""
            try:
                with self._blame(place), _leave_out_options():
                    fields = self._name_people(jot_lines.parse_jot_line(text))
                    with self._env.ask_nothing():
                        draft = self._build(self._env, {**fields, "place": place}, self._known)
                    drafts.append(draft)
            except _REFUSALS as problem:
                problems[number] = problem
        if problems:
            raise errors.BadLines(problems)
        return drafts

    def _name_people(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a line with the name that its person has, and the options.

        A person is asked about a new name that is like a known one, once. Raises what
        `counterparty.ensure_fields_fit` raises.
        """
        env, side = self._env, "to" if "to" in fields else "from_"
        [name] = fields[side]
        counterparty.ensure_fields_fit(env, fields, jot_lines.spell_field)
        if env.may_ask and name not in self._meant:
            new = self._options["new"]
            option = f"--{side.strip('_')}"
            others = counterparty.resolve_counterparties(env, option, [name], self._known, new=new)
            self._meant[name] = [other.handle if other else name for other in others]
        return {**fields, side: self._meant.get(name, [name]), **self._options}

    def _ask_to_make(self, drafts: Sequence[Any]) -> str:
        """Show the promises and who is new, and return the answer: yes, edit or no."""
        env = self._env
        _show_drafts(env, drafts)
        others = [other for draft in drafts for other in draft.others]
        new = dict.fromkeys(other for other in others if isinstance(other, Newcomer))
        if new:
            names = ", ".join(f"{person.name} ({person.handle})" for person in new)
            env.print_warning(f"New {'people' if len(new) > 1 else 'person'}: {names}.")
        count = f"these {len(others)}" if len(others) > 1 else "this one"
        return prompts.ask_choice(env, f"Make {count}? yes / edit / no", ("yes", "edit", "no"))

    def _record_shown_drafts(self, drafts: Sequence[Any]) -> None:
        """Record the promises of a page; several that a person looked at get a short answer."""
        env = self._env
        if not env.may_ask or sum(len(draft.others) for draft in drafts) == 1:
            self._record(env, drafts)
            return
        self._record(env, drafts, shorten_answers)
        env.print_hint("Not what you meant? promisectl undo")


@contextmanager
def _leave_out_options() -> Iterator[None]:
    """Let errors about dates and series name no option, because a line has none."""
    try:
        yield
    except (errors.AmbiguousDate, errors.DatePassed) as problem:
        raise problem.name_option("") from None
    except errors.SeriesWithoutEnd:
        raise errors.SeriesWithoutEnd(in_line=True) from None
    except errors.Usage as problem:
        from promisectl.errors.series import spell_as_in_line

        spell_as_in_line(problem)
        raise


def describe_mistake(problem: errors.Problem) -> str:
    """Return what is wrong with a line, and what helps, without its place."""
    cause = problem.cause.removeprefix(f"{problem.place}: ")
    return " ".join(filter(None, (cause[:1].upper() + cause[1:], problem.advice)))


def _show_drafts(env: Env, drafts: Sequence[Any]) -> None:
    """Draw a table of the promises on stderr, where the question about them is asked."""
    from promisectl.rendering import jot as jot_table
    from promisectl.rendering import tables

    rows = [
        jot_table.DraftRow(
            draft.direction if other else Direction.SELF,
            other.name if other else "",
            draft.terms,
            draft.tags,
            draft.direction.is_my_side(draft.author),
            draft.reply is not None,
            draft.series.format_dates(env.here) if draft.series else "",
        )
        for draft in drafts
        for other in draft.others
    ]
    stream = env.stderr()
    width = terminal.find_terminal_width(stream, env.environ)
    console = tables.create_console(
        stream,
        width,
        color=terminal.is_colored(stream, env.color_wish[0], env.environ),
    )
    with suppress(OSError):
        console.print(tables.trim_lines(jot_table.render_drafts(rows, env.here, width)))


def shorten_answers(answers: list[MoveAnswer]) -> list[MoveAnswer]:
    """Return one line for several promises that a person has just looked at."""
    first, *others = (answer._replace(line="", notices=()) for answer in answers)
    count = formats.format_count(len(answers), "promise")
    line = f"Made {count}: #{answers[0].number} to #{answers[-1].number}."
    return [first._replace(line=line), *others]
