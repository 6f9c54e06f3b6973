"""Tables that `python -m promisectl.generate` writes from what is declared elsewhere. Data only: it imports nothing."""
