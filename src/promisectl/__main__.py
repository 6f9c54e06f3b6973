"""The program: `main` is what the console script and `python -m promisectl` call."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # importing `signal` takes so long that Ctrl-C would print a traceback meanwhile
import gc
import sys


def main() -> None:
    """Run the command line and leave with the documented exit code."""
    gc.set_threshold(
        20_000, 20, 20
    )  # what a start makes stays: to look through it again and again takes a tenth of a table
    # Until everything is imported Ctrl-C ends the program at once, without a traceback.
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    from promisectl.cli import main as edge

    code = edge.main(sys.argv[1:])
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)  # all is done and said
    gc.freeze()  # what is left ends with the process: not to look through it saves 0.25 starts
    sys.exit(code)


if __name__ == "__main__":
    main()
