"""The guarantees, proved the hard way: power cuts, kills, full disks, storms, tampering. `python -m tests.hard --all` runs it whole.

Every module here whose name is in `proof.PROOFS` has a `PROOF`: what it guarantees, how to try it, and the mutants of the program that
it has to find. The tests run a sample of each, by hand the whole is run.
"""
