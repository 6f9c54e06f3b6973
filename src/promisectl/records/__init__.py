"""Answers for other programs. They rely on the fields: none goes, none moves, a new one comes last."""
