"""What happens. One function per command, grouped as the help panels are: it takes the world and plain arguments, acts or reads, and says so."""
