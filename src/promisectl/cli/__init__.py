"""How you ask. Typer declarations only: each hands its arguments to the function of the same name in `commands`."""
