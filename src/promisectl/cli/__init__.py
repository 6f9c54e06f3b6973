"""The command line as it is typed: declarations without bodies; what they ask for is done in `commands`."""
