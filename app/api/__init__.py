"""The JSON API for machines, under `/api/v1`: thin, over the same queries and actions as the pages.

Each operation takes tokens with a scope of its own. Errors are problem documents (RFC 9457) that point at what is
wrong, lists go on from a cursor, and a write that is sent again under its Idempotency-Key is done once.
"""
