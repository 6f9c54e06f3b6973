"""The checks of a ledger: SQLite's own, the chain of acts, every row, and the file's place."""
