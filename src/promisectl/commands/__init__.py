"""What happens. One function per command, grouped as in the help: it takes the world and plain arguments, acts or reads, and says so."""
