"""A ledger on a server: the server keeps the truth and the one lock, every machine a copy."""
