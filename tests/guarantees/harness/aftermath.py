"""What is looked at when something went wrong in the middle of a command: is all as before it, or all as after it?"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

from tests.guarantees.harness import injecting, scenes
from tests.guarantees.harness.injecting import Call, Ran, World, plain
from tests.guarantees.harness.scenes import Scene

_LEDGER = "data/promisectl/ledger.db"
_BACKUPS = "state/promisectl/backups/"
_DAMAGED = 5
_VIEW = "export", "--format", "jsonl", "--journal"
Contents = Mapping[str, str]


class Known(NamedTuple):
    """A moment of a scene: what is in every file, what a view of all says, and what one move more leaves; both with their exit codes."""

    files: Contents
    view: tuple[int, str]
    moved: tuple[int, Contents]

    @property
    def ledger(self) -> str:
        """What is in the ledger."""
        return self.files.get(_LEDGER, "no ledger")


class Plan(NamedTuple):
    """A scene as it goes when nothing goes wrong: what it says, its file calls, how all is before and after it; and where its template is."""

    scene: Scene
    template: Path
    said: Ran
    old: Known
    new: Known

    @property
    def calls(self) -> Sequence[Call]:
        """Its file calls, in order."""
        return self.said.calls


def plans(pool: Executor, root: Path, wanted: Iterable[Scene]) -> list[Plan]:
    """How the scenes go when nothing goes wrong, with their templates laid out once for all workers."""
    wanted = list(wanted)
    names = sorted({scene.begins for scene in wanted})
    templates = dict(
        zip(
            names,
            pool.map(_template, names, [root / name.replace(" ", "-") for name in names]),
            strict=True,
        )
    )
    return list(pool.map(_plan, wanted, [templates[scene.begins] for scene in wanted]))


def _template(name: str, target: Path) -> Path:
    scenes.build(injecting.world(), name)
    return Path(shutil.copytree(injecting.world().home, target, symlinks=True))


def _plan(scene: Scene, template: Path) -> Plan:
    world = injecting.world()
    old = _known(world, template, None)
    new = _known(world, template, scene)
    world.lay(template)
    said = world.run(scene.words, trace=injecting.ALL)
    return Plan(scene, template, said._replace(stdout=plain(said.stdout)), old, new)


def _known(world: World, template: Path, scene: Scene | None) -> Known:
    world.lay(template)
    if scene:
        ran = world.run(scene.words)
        assert ran.code == 0, ran
    files, view, moved = scenes.contents(world.home), world.look(_VIEW), world.look(scenes.NEXT)
    refused = not scene and template.name in scenes.REFUSING
    assert moved.code == (_DAMAGED if refused else 0), moved
    return Known(files, (view.code, plain(view.stdout)), (moved.code, scenes.contents(world.home)))


class Looked(NamedTuple):
    """What was found afterwards: whether the ledger is as before and whether it is as after the command, and what is wrong."""

    old: bool
    new: bool
    faults: Sequence[str]


def looked(plan: Plan, *, view: bool, answered: bool) -> Looked:
    """Look at the world: a move has to work without help, and all has to be as before the command, or all as after it.

    With a `view` first that has to be so for the view, too. Without, it is the move that puts right what a command left when it died.
    What had `answered` has to be there. Where the ledger refuses every move, the command itself, given again, has to mend it.
    """
    world, faults = injecting.world(), []
    said = world.look(_VIEW) if view else None
    seen = said and (
        (said.code, plain(said.stdout)),
        scenes.contents(world.home).get(_LEDGER, "no ledger"),
    )
    ran = world.look(scenes.NEXT)
    moved = scenes.contents(world.home)
    left = ran.code, moved.get(_LEDGER)
    old, new = (
        left == (known.moved[0], known.moved[1].get(_LEDGER)) for known in (plan.old, plan.new)
    )
    if not (old or new):
        faults.append(
            f"half done: then a move ends with {left} {ran.stderr[-300:]}; before it is {plan.old.ledger}, after it {plan.new.ledger}"
        )
    if seen and (old, new) != tuple(
        seen == (known.view, known.ledger) for known in (plan.old, plan.new)
    ):
        faults.append(
            f"a view sees {seen[1]}: {seen[0]} {said.stderr[-300:]}, and a move after it leaves {moved.get(_LEDGER)}"
        )
    if answered and not new:
        faults.append("it had answered, and nothing of it is there")
    if old and plan.old.moved[0] == _DAMAGED:
        faults += _mended_again(plan, world)
    faults += _strange(plan, world, moved, must_be_new=answered or (new and not old))
    return Looked(old, new, faults)


def _mended_again(plan: Plan, world: World) -> Iterator[str]:
    """What is wrong when a command that mends a ledger is given again, where no move is possible before."""
    ran, moved = world.look(plan.scene.words), world.look(scenes.NEXT)
    left = scenes.contents(world.home).get(_LEDGER)
    if (ran.code, moved.code, left) != (0, *plan.new.moved[:1], plan.new.moved[1].get(_LEDGER)):
        yield f"given again it ends with {ran.code} {ran.stderr[-300:]}, and a move then with {moved.code}, which leaves {left}"


def _strange(plan: Plan, world: World, moved: Contents, *, must_be_new: bool) -> Iterator[str]:
    """What is wrong with the other files: each has to be as before or as after the command, and as after it when the command counts."""
    old, new = plan.old.moved[1], plan.new.moved[1]
    for name in sorted(
        name for name in {*old, *new, *moved} if name != _LEDGER and not name.startswith(_BACKUPS)
    ):
        allowed = {new.get(name, "nothing"), *(() if must_be_new else (old.get(name, "nothing"),))}
        if moved.get(name, "nothing") not in allowed:
            yield f"{name} holds {moved.get(name, 'nothing')}, instead of {' or '.join(sorted(allowed))}"
    yield from _backups(plan, moved, must_be_new=must_be_new)
    for path in sorted(world.home.rglob("*-journal")):
        if not path.name.endswith(".new-journal"):
            yield f"{path.relative_to(world.home)} is left"


def _backups(plan: Plan, moved: Contents, *, must_be_new: bool) -> Iterator[str]:
    """What is wrong with the backups: each has to be whole, none may be lost, and one that the command makes has to be there when it counts.

    Their names do not matter: a move that comes after makes one more, under the next name.
    """
    old, new = ({**known.moved[1], "": known.ledger} for known in (plan.old, plan.new))
    mine, before, after = (_in_backups(files) for files in (moved, old, new))
    for name, holds in mine.items():
        if holds not in {*old.values(), *new.values()}:
            yield f"{name} holds {holds}, which is neither what was there before nor what came after"
    missing = set((after if must_be_new else before).values()) - set(mine.values())
    if missing or len(mine) < min(len(before), len(after)):
        yield f"of the backups {', '.join(missing) or 'too many'} are gone; there are {mine}"


def _in_backups(files: Contents) -> Contents:
    return {name: holds for name, holds in files.items() if name.startswith(_BACKUPS)}
