"""What is done: a function for each command, which is given the world and plain arguments, and answers."""
