"""What happens: one function for each command, called with an `Env` and plain arguments."""
