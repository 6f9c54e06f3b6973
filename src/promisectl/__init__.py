"""A ledger of personal promises for the terminal.

It keeps what I owe, what is owed to me, on which terms, and whether it was kept.
"""

__version__ = "0.1.0"
