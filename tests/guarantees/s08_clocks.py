"""G14 with a server: two machines whose clocks are minutes apart work on one ledger at once, as the clock of the server counts for both.

Each machine is a process of its own under `faketime`; nothing else tells it the time.
"""

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from tests.conftest import tool
from tests.guarantees.harness import scenes, servers
from tests.guarantees.harness.mutants import program
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.scenes import Scene
from tests.guarantees.harness.servers import Schema
from tests.tools.fork_server import Done

_MINUTES = (-5, 5, -60, 60, 0)
_STORY = (
    ("make", "Send the report", "--to", "dana", "--asked"),
    ("accept", "1"),
    ("bump", "1", "Slower than hoped"),
    ("negotiate", "1", "--by", "in 6 days", "--reason", "Too early"),
    ("accept", "1"),
    ("complete", "1"),
    ("accept", "1"),
)
"""Moves that are made by two machines in turn."""
_NOW = """to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
_SAMPLE = ("make", "note", "part")
_UNTIMED = ("import (journal)",)
"""Commands that record other moments than now."""
_HINT = "This machine's clock is "


def _run(
    home: Path, schema: Schema, minutes: int, words: tuple[str, ...], mutant: str | None
) -> Done:
    """Run a command on a machine whose clock is so many minutes ahead."""
    import subprocess

    environ = servers.environment_of(home, schema.address)
    del environ["PROMISECTL_TODAY"]
    command = [tool("faketime"), "-f", f"{minutes:+}m", *program(words, mutant)]
    done = subprocess.run(
        command,
        env=environ,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return Done(done.stdout, done.stderr, done.returncode)


def _try_pair(root: Path, pair: tuple[int, int], mutant: str | None) -> Iterator[str]:
    """What is wrong when two machines go on in turn: nothing."""
    with servers.open_schema() as schema:
        homes = [root / f"{pair}-{number}" for number in range(len(pair))]
        for home in homes:
            home.mkdir()
        for place, words in enumerate(_STORY):
            ahead = pair[place % 2]
            done = _run(homes[place % 2], schema, ahead, words, mutant)
            if done.code:
                yield f"{pair} minutes ahead: {' '.join(words)} ends with {done.code}: {done.stderr.strip()[-300:]}"
                return
            if bool(ahead) != (_HINT in done.stderr):
                yield f"{pair} minutes ahead: {' '.join(words)} says {done.stderr!r}"
        moments = [moment for (moment,) in schema.run("SELECT recorded_at FROM entry ORDER BY id")]
        ((span,),) = schema.run(
            "SELECT extract(epoch FROM now() - min(recorded_at)::timestamptz)::int FROM entry"
        )
        if moments != sorted(moments) or not 0 <= span < 60 * min(filter(None, map(abs, _MINUTES))):
            yield f"{pair} minutes ahead: recorded at {moments}, the first one {span} s ago"


def _try_scene(root: Path, scene: Scene, minutes: int, mutant: str | None) -> Iterator[str]:
    """What is wrong with the moments of what a scene records now on a machine with another clock: nothing."""
    home = root / "scene"
    with servers.open_schema() as schema:
        template = servers.find_template(scene.begins)
        template.lay(home, schema, schema.address)
        ((begun, last),) = schema.run(
            f"SELECT {_NOW}, {'max(number)' if template.schema else '0'} {'FROM act' if template.schema else ''}"
        )
        done = _run(
            home,
            schema,
            minutes,
            tuple(word.replace("~", str(home)) for word in scene.words),
            mutant,
        )
        if done.code:
            yield f"{scene.name}, {minutes:+} minutes ahead: ends with {done.code}: {done.stderr.strip()[-300:]}"
            return
        acts = schema.run(f"SELECT verb, at, recorded_at, {_NOW} FROM act WHERE number > {last}")
        for verb, *moments, ended in acts:
            if not all(begun <= moment <= ended for moment in moments):
                yield f"{scene.name}, {minutes:+} minutes ahead: {verb} at {moments}, between {begun} and {ended} on the server"


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    pairs = [pair for pair in product(_MINUTES, repeat=2) if pair[0] != pair[1]]
    chosen = [(5, 0)] if mutant or not size.whole else pairs
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="clocks-") as root:
        for place, pair in enumerate(chosen):
            step(place, len(chosen))
            faults += _try_pair(Path(root), pair, mutant)
        scenes_tried = [
            scene
            for scene in scenes.MOVES
            if (size.whole or scene.name in _SAMPLE) and scene.name not in _UNTIMED
        ]
        for scene, minutes in product(scenes_tried, _MINUTES[2:4] if size.whole else _MINUTES[3:4]):
            if not mutant:
                faults += _try_scene(Path(root), scene, minutes, None)
    figures = f"{len(chosen)} pairs of clocks, {len(scenes_tried)} commands"
    return Found(len(chosen) * len(_STORY) + len(scenes_tried), faults, figures)


PROOF = Proof(
    guarantee="G14",
    says="machines whose clocks differ work on one ledger at once: the clock of the server counts",
    counts="moves",
    goal="0 refused",
    tried=_tried,
    mutants=("the clock of the machine",),
    needs_server=True,
)
