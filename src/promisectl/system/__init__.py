"""The machine: paths, time zone, streams, terminal, files and interrupts."""
