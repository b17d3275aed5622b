"""Which page of a list an address asks for."""

from fastapi import Request

_DIGITS = 5
"""Digits of the highest page number that is looked for."""


def page_number(request: Request) -> int:
    """Return the number behind `?page=`; the first page where it is none."""
    typed = request.query_params.get("page", "")
    return max(int(typed), 1) if typed.isdecimal() and len(typed) <= _DIGITS else 1
