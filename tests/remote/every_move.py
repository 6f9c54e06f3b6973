"""Every move there is, in an order in which each succeeds; a test finds out if one is missing."""

import shlex

from tests.conftest import Program

CSV = (
    "direction,person,outcome,state,closed_at\n"
    "owed,ida,Lend the tent,reneged,2026-11-20\n"
    "owe,dana,Return the keys,active,\n"
)
MOVES = """\
make "Send the Q3 numbers" --to dana --by fri --tag work --why "she plans with them"
make "Bring a cake" --to lee --to mia --by sat --asked
make "Fix the brake" --from kim --agreed --risk rain
make "Run" --to me --by +9d
make "Water the plants" --to noa --by sat --agreed --once key-1
make "Weekly report" --to dana --agreed --by fri --every week --times 4
jot "to dana: Another thing | fri | agreed" "from lee: One more | #home"
accept 1 2
decline 3 --reason "no time"
negotiate 1 --by +9d --reason "it takes longer"
withdraw 1
bump 1 "it gets late"
note 1 "a long one"
tag 1 urgent sweet
untag 1 sweet
part 5 --of 1
part 5 --alone
correct 1 --what "Send the Q4 numbers"
correct 4 --with noa
edit 1 --correct
complete 1 --note "sent by mail"
accept 1
reopen 1 --reason "page 4 is missing"
renege 1 --reason "the numbers are wrong" --not-told
told 1
release 4
void 2 --reason twice
undo
redo
undo
undo --promise 5
person rename lee lee-k --name "Lee K"
person alias mia m
person unalias mia m
person merge noa dana
undo
redo
import found.csv
undo"""


def run_every_move(program: Program, *, after: int = 0) -> None:
    """Give each of the moves to a program, in its home, but for the first ones."""
    (program.home / "found.csv").write_text(CSV)
    program.environ["EDITOR"] = "sed -i -e s/Q4/Q5/"
    for line in MOVES.splitlines()[after:]:
        found = str(program.home / "found.csv")
        words = [found if word == "found.csv" else word for word in shlex.split(line)]
        result = program(*words)
        assert result.code == 0, (line, result)
