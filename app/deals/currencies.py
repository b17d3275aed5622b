"""The currencies of deals: all that there are, and the few that a form offers."""

from typing import Final

from babel.numbers import list_currencies

CURRENCIES: Final = tuple(sorted(list_currencies()))
"""The codes of ISO 4217, those of former currencies too."""
OFFERED: Final = ("EUR", "USD", "GBP", "CHF", "CNY", "HKD", "TWD", "SGD", "JPY")


def offered(stored: str = "") -> tuple[str, ...]:
    """Return what a form offers; another currency that is stored is one of them."""
    return OFFERED if stored in {"", *OFFERED} else (*OFFERED, stored)
