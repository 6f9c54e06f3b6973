"""The check: what makes a promise well made."""
