"""The machine: where things are, streams and terminals, files and interrupts."""
