"""The ledger: every answer that the gate gave, with the facts it rests on, so that it can be opened and asked again.

No answer leaves before it is kept. Rows are only ever added, and forgotten when they are old; those on which a change
of a deal rested stay.
"""
