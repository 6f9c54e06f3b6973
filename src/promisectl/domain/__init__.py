"""Promises themselves: what they are and how they move. Nothing here reads a clock, a file or a terminal."""
