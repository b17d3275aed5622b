"""Requests that we make to addresses which people typed in.

They are never redirected, and never go into a private network unless the operator of the installation allows it.
"""
