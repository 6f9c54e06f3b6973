"""The command jot: promises one a line, from its arguments, from stdin or from the editor."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import jot_lines, jot_page, make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.env import Env

_STDIN_WORD = "-"
_BLANK_PAGE = (
    "// to dana: Send the numbers | fri | agreed       (from lee: … if Lee owes it)\n"
    "// More fields: asked | offered | done when: … | why: … | answer by: … | #tag\n"
    "\n"
)


def jot(env: Env, lines: Sequence[str] = (), *, new: bool = False, backfill: bool = False) -> None:
    """Make the promises on `lines`, of stdin for `-`, or of a page in the editor; all or none.

    At a terminal, several are shown and confirmed first. Raises Contradiction, and what `Jotter`
    raises.
    """
    if len(lines) > 1 and lines[0].casefold() in jot_lines.SIDE_WORDS:
        raise errors.Contradiction(
            "Each line is one argument.",
            'Put it in quotes: promisectl jot "to dana: Send the numbers | fri | agreed"',
        )
    functions = make.build_draft_of_fields, make.record_drafts
    if _STDIN_WORD in lines:
        if len(lines) > 1:
            raise errors.Contradiction(
                "“-” reads the lines from stdin.", "Leave out the other lines."
            )
        jot_page.make_from_stdin(env, *functions, new=new, backfill=backfill)
        return
    jotter = jot_page.Jotter(env, *functions, new=new, backfill=backfill)
    page = "\n".join(lines)
    if not lines:
        jotter.edit_page(_BLANK_PAGE)
    elif env.may_ask and "\n" in page:
        jotter.edit_page(page, is_written=True)
    else:
        jotter.record_page(page)
