"""Kill commands at every one of their file calls, and look at what is left."""

from collections.abc import Iterator, Sequence
from itertools import chain

from tests.guarantees.harness import aftermath, injecting, scenes
from tests.guarantees.harness.aftermath import Plan
from tests.guarantees.harness.injecting import Call
from tests.guarantees.harness.proof import Found, Size, Step
from tests.guarantees.harness.scenes import Scene

_KILLED = -9
_NONE = Call("nothing", 0, "")
_WRITING = ("write", "pwrite64", "ftruncate", "fdatasync", "fsync", "link", "rename", "unlink")
"""What a change is made of; there are so many looks before it that a few calls of all may miss it."""


def killed(plan: Plan, place: int) -> list[str]:
    """What is wrong after a kill at one file call of a scene: nothing."""
    call = plan.calls[place]
    world = injecting.world()
    world.lay(plan.template)
    ran = world.run(
        plan.scene.words,
        trace=("-e", f"trace={call.name}", "-e", f"inject={call.name}:signal=KILL:when={call.nth}"),
    )
    looked = aftermath.looked(plan, view=place % 2 == 0, answered=bool(ran.stdout))
    faults = [*looked.faults]
    last = [_NONE, *ran.calls][-1]
    if ran.code != _KILLED or not call.same(last):
        faults.append(
            f"it was to be killed here, and ended with {ran.code} after {last} {ran.stderr}"
        )
    return [f"{plan.scene.name}, killed at {call}: {fault}" for fault in faults]


def kill_everywhere(size: Size, mutant: str | None, step: Step, wanted: Sequence[Scene]) -> Found:
    """Kill scenes at all of their calls, or at some when only a sample is asked for."""
    with injecting.workers(mutant, 2 if size.whole else 1) as (pool, root):
        cases = list(
            chain.from_iterable(_cases(plan, size) for plan in aftermath.plans(pool, root, wanted))
        )
        faults: list[str] = []
        for done, found in enumerate(pool.map(killed, *zip(*cases, strict=True), chunksize=8), 1):
            faults += found
            step(done, len(cases))
        return Found(len(cases), faults)


def _cases(plan: Plan, size: Size) -> Iterator[tuple[Plan, int]]:
    places: Sequence[int] = range(len(plan.calls))
    if not size.whole:
        writing = [place for place in places if plan.calls[place].name in _WRITING]
        places = sorted({*size.some(places, 6), *size.some(writing, 6)})
    elif plan.scene == scenes.BIG:  # hundreds of them do the same, and it takes long to come there
        places = places[::7]
    return ((plan, place) for place in places)
