"""What to say when a command fails as none should: a damaged ledger is told from a bug of ours."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.storage import ledger
from promisectl.storage.integrity import checks

if TYPE_CHECKING:
    from promisectl.env import Env


def explain_failure(env: Env, failure: Exception) -> None:
    """Examine the ledger after a command raised what no command should raise.

    Values that somebody changed may break the code that reads them anywhere, so whoever reads them
    does not check each; only after it broke, the ledger is examined. Raises LedgerError where it
    is damaged. Where it is whole, this returns, and the failure is a bug.
    """
    if ledger.has_ledger(env.ledger):
        try:
            checks.ensure_intact(env.ledger)
        except errors.TemporaryLedgerError:
            return
        except errors.LedgerError as problem:
            raise problem from failure
