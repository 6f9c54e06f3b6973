"""Promises: what they are and how they move, without any clock, file or terminal."""
