"""Evidence packs: everything on record about a person, a product or a deal, in one file that proves itself offline.

A pack is read, never stored; only that somebody took one stands in the audit trail, with its digest.
"""
