"""What went wrong with a customer: a case that a person decides, and what a confirmed one leads to.

Compliance decides an *incident*, but nobody about what they reported, what is about them, or a deal that they are on.
Confirmed and about somebody, it is a violation on that person's record; who reported it stays unknown to them. What
incidents teach is counted without names.
"""
