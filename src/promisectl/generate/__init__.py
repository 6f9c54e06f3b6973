"""The generator of `compiled`: from Typer and SQLModel to plain text.

Run it with `python -m promisectl.generate`.
"""
