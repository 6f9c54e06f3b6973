"""What is declared elsewhere, written down as text before it is needed, by `python -m promisectl.compiled`."""
