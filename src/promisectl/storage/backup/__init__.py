"""Copies of the whole ledger: made, found whole, and brought back."""
