"""What was done and can't be said, or can't be known."""

from __future__ import annotations

from promisectl.errors import Problem


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
