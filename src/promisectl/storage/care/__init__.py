"""What keeps a ledger whole: examining and mending it, its backups, the way back to one, and the place it is in."""
