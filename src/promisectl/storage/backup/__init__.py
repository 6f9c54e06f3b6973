"""Backups of the ledger: how they are made, checked and restored."""
