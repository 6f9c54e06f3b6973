"""What was done and can't be said, or can't be known."""

from __future__ import annotations

from promisectl.errors import LedgerTrouble, Problem


class Unconfirmed(Problem):
    """What was asked for is done and recorded, but the disk did not confirm it."""

    code = "ledger"
    exit_code = 7

    def __init__(self, path: str, why: str, did: str = "The move was recorded in", look: str = "log") -> None:
        super().__init__(f"{did} {path}, but the disk did not confirm it ({why}). See it with: {look}.")


class Uncertain(Problem):
    """The disk failed while a move was recorded, and can't be asked either whether it was."""

    code = "ledger"
    exit_code = 7

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} failed while the move was being recorded ({why}), and can't be read now, so it may be recorded or not. "
            "When it can be read again, see: log."
        )


class AnswerLost(Problem):
    """What was asked for is done and recorded, but its answer could not be written out."""

    code = "ledger"
    exit_code = 7

    def __init__(self, why: str, did: str = "The move was recorded", look: str = "log") -> None:
        self.why = why
        super().__init__(f"{did}, but its answer could not be written out ({why}). See it with: {look}.")


class ReaderGone(Problem):
    """Whoever read the answer has closed the pipe, so nothing needs to be said. 141 is how a shell counts SIGPIPE."""

    exit_code = 141


class Unheard(LedgerTrouble):
    """Stdout took no more of a view's answer."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The answer can't be written out: {why}.")
