"""What a promise is. Plain Python: no input or output, no clock, no SQL, no terminal."""
