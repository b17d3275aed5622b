"""Pages that read across features: what to do next, a product as its rep sees it, the team's matrix.

Owns no table and writes nothing.
"""
