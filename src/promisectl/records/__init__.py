"""What programs read. A contract: fields are only ever added, at the end."""
