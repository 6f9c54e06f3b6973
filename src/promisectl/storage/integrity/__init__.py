"""Whether a ledger is whole: its checks, the chain over the acts, every row beside them, and the place that it is in."""
