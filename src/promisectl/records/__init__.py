"""Records for other programs: no field is ever removed or moved, and a new one comes last."""
