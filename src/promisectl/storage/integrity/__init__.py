"""The checks of a ledger: SQLite's own, the chain of acts, every row, and the place of the file."""
