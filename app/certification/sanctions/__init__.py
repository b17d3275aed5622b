"""Sanctions: what a person decides against a certification, in steps that fit the case, and the way to appeal."""
