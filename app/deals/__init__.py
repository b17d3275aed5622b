"""Deals, the people on them, and the gate: may this person act on this deal now, and if not, what helps.

Clearance is derived from stored facts each time it is asked and is never stored as truth; a `Decision` records what
was answered when a deal was about to change. Any doubt is a refusal with its reason.
"""
