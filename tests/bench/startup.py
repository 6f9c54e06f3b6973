"""How long a command takes beside `python -c pass`: run `python tests/bench/startup.py [RUNS]`.

Every command is run in turn with `python -c pass`, A B A B …, and the median of the ratios is printed, so that a machine whose
speed drifts does not matter. Only ratios of one run can be compared.
"""

import os
import pty
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

_SCRIPT = os.path.join(os.path.dirname(sys.executable), "promisectl")
_PROGRAM = [_SCRIPT] if os.path.exists(_SCRIPT) else [sys.executable, "-m", "promisectl"]
_TARGETS = {"--version": 17, "--help": 17, "owe, piped": 17, "status": 17, "owe, a table": 22, "show --json": 17, "make": 17, "accept": 17}


def main() -> None:
    """Print a table of ratios, with the figures to reach."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    home = tempfile.mkdtemp(prefix="promisectl-bench-")
    environ = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": ""}
    try:
        for number in range(runs + 12):
            _piped(["make", f"Something number {number}", "--to", "dana", "--by", f"in {number % 12 + 1} days", "--asked"], environ)
        print(f"{sys.implementation.name} {sys.version.split()[0]}, medians of {runs} interleaved pairs; python -c pass = 1")
        print(f"{'command':<16}{'ratio':>8}{'ms':>8}{'goal':>8}")
        for name, run in _commands(environ).items():
            ratio, milliseconds = _measured(run, environ, runs)
            print(f"{name:<16}{ratio:>8.1f}{milliseconds:>8.0f}{_TARGETS[name]:>8}")
    finally:
        shutil.rmtree(home)


def _commands(environ: dict[str, str]) -> dict[str, Callable[[], None]]:
    proposed, numbers = iter(range(1, 10_000)), iter(range(1, 10_000))
    return {
        "--version": lambda: _piped(["--version"], environ),
        "--help": lambda: _piped(["--help"], environ),
        "owe, piped": lambda: _piped(["owe"], environ),
        "status": lambda: _piped(["status"], environ),
        "owe, a table": lambda: _at_a_terminal(["owe", "--limit", "12"], environ),
        "show --json": lambda: _piped(["show", "1", "--json"], environ),
        "make": lambda: _piped(["make", f"Another {next(numbers)}", "--to", "dana", "--by", "fri", "--agreed"], environ),
        "accept": lambda: _piped(["accept", str(next(proposed)), "-q"], environ),
    }


def _measured(run: Callable[[], None], environ: dict[str, str], runs: int) -> tuple[float, float]:
    run()
    ratios, times = [], []
    for _ in range(runs):
        nothing = _timed(lambda: subprocess.run([sys.executable, "-c", "pass"], env=environ, check=True))
        taken = _timed(run)
        ratios.append(taken / nothing)
        times.append(taken * 1000)
    return statistics.median(ratios), statistics.median(times)


def _timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _piped(words: list[str], environ: dict[str, str]) -> None:
    subprocess.run([*_PROGRAM, *words], env=environ, check=True, capture_output=True)


def _at_a_terminal(words: list[str], environ: dict[str, str]) -> None:
    controller, terminal = pty.openpty()
    with subprocess.Popen([*_PROGRAM, *words], env=environ, stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        while _read(controller):
            pass
    os.close(controller)
    if process.returncode:
        raise SystemExit(f"{words} failed")


def _read(controller: int) -> bytes:
    try:
        return os.read(controller, 65_536)
    except OSError:
        return b""


if __name__ == "__main__":
    main()
