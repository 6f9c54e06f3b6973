"""Where the ledger is kept. The only package that knows SQL."""
