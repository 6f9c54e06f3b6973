"""The generator: what is declared with Typer and SQLModel, written down as text in `compiled`. Run by `python -m promisectl.generate`."""
