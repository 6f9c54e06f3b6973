"""The check of how well a promise is made."""
