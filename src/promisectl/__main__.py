"""The program: `main` is what the console script and `python -m promisectl` call."""

import signal
import sys


def main() -> None:
    """Run the command line and leave with the documented exit code."""
    if hasattr(signal, "SIGINT"):
        # Until everything is imported Ctrl-C ends the program at once, without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from promisectl import edge

    sys.exit(edge.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
