"""Which modules of the package one command passes: `python -m tests.house.passes WORDS…` runs it and names them on stderr, one a line.

A module is passed when a function or a method of it runs. What runs while a module is imported (its own lines, the bodies of its
classes, comprehensions among them, and what these lines call, as the maker of named tuples) does not count, and neither does a
module that is only imported.
"""

import os
import sys
from types import CodeType, FrameType

from promisectl.__main__ import main

_PACKAGE = "/src/promisectl/"
_NO_FUNCTIONS = ("<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_NEW_LOCALS = 2  # the flag of a code object that is a function's; the body of a class has it not


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & _NEW_LOCALS) and code.co_name not in _NO_FUNCTIONS


def run_and_watch(words: list[str]) -> set[str]:
    """Run one command line in this process, and return the modules of the package that it passed, by their paths below it."""
    passed: set[str] = set()

    def note_call(frame: FrameType, event: str, _: object) -> None:
        code, caller = frame.f_code, frame.f_back
        if caller and caller.f_code.co_name == "<module>" and _PACKAGE in caller.f_code.co_filename:
            return
        if event == "call" and _PACKAGE in code.co_filename and _is_function(code):
            passed.add(code.co_filename.partition(_PACKAGE)[2])

    os._exit = sys.exit  # the program leaves by it, before anybody could say what was passed
    sys.argv = ["promisectl", *words]
    sys.setprofile(note_call)
    try:
        main()
    except SystemExit as done:
        if done.code:
            raise
    finally:
        sys.setprofile(None)
    return passed


if __name__ == "__main__":
    for name in sorted(run_and_watch(sys.argv[1:])):
        print(name, file=sys.stderr)
