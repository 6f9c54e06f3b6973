"""Tables that `python -m promisectl.generate` writes. Data only: it imports nothing."""
