"""Exceptions: asked for with a reason, decided by somebody else, for one person, deal and product, with an end."""
