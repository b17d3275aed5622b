"""Exceptions: asked for with a reason, decided by somebody else, for one person, deal and product, and never without end."""
