"""The guarantees, proved the hard way: power cuts, kills, full disks, storms, tampering. `python -m tests.guarantees --all` runs it whole.

Every module here whose name begins with the number of a guarantee has a `PROOF`: what it guarantees, how to try it, and the mutants of
the program that it has to find; those that begin with s are about a ledger on a server. `harness` has the tools. The tests run a sample of each, by hand the whole is run.
"""
