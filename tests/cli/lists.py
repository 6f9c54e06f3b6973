"""Reading what a list or a page shows."""

from tests.conftest import Program


def read_ids(program: Program, *words: str) -> str:
    return " ".join(line.split("\t")[0] for line in program.ok(*words).splitlines())


def strip_lines(out: str) -> str:
    return "".join(line.rstrip() + "\n" for line in out.splitlines())
