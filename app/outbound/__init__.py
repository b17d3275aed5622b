"""Requests that we make to addresses which people typed in: never redirected, and never into a private network unless the operator allows it."""
