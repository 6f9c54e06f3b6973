"""The ledger on the disk. SQL is written and run in here, and nowhere else."""
