"""How well each red line hits, for its owner."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.text import localized
from app.conduct.models import Finding
from app.conduct.reviewing.listing import product_choices
from app.conduct.reviewing.queries import precision
from app.conduct.reviewing.rules import Precision
from app.redlines.checking import rule_set
from app.web.i18n import current_locale

_HELD: Final = ("active", "shadow")


@dataclass(frozen=True, slots=True)
class Scored:
    """A red line with its owner and what people decided about its findings."""

    id: str
    title: str
    severity: str
    status: str
    owner: str
    products: tuple[str, ...]
    numbers: Precision


_KEYS: Final[Mapping[str, Callable[[Scored], Any]]] = {
    "red_line": lambda each: each.title.casefold(),
    "owner": lambda each: (not each.owner, each.owner.casefold()),
    "found": lambda each: -each.numbers.found,
    "open": lambda each: -each.numbers.open,
    "confirmed": lambda each: -each.numbers.confirmed,
    "allowed": lambda each: -each.numbers.allowed,
    "wrong": lambda each: -each.numbers.wrong,
    "precision": lambda each: 2.0 if each.numbers.share is None else each.numbers.share,
}
ORDERS: Final = tuple(_KEYS)
"""What the list can be sorted by: the largest numbers come first, and the worst precision does."""


def scored(session: Session, sort: str, moment: datetime) -> list[Scored]:
    """Return the red lines that hold, those on trial, and those that were found once."""
    held = rule_set(session, (), moment)
    documents = {name: rule for name, rule in held.documents.items() if rule["status"] in _HELD}
    past = _past(session)
    names = dict(product_choices(session))
    numbers = precision(session, documents.keys() | past.keys())
    found = [
        _scored(
            held.documents.get(name) or past[name],
            [names.get(slug, slug) for slug in held.products.get(name, ())],
            numbers[name],
        )
        for name in sorted(numbers)
    ]
    return sorted(found, key=_KEYS[sort])


def _past(session: Session) -> dict[str, dict[str, Any]]:
    """Return the red lines of findings as they were when they were found last."""
    last = select(func.max(col(Finding.id))).group_by(col(Finding.red_line))
    rows = session.execute(select(col(Finding.red_line), col(Finding.rule)).where(col(Finding.id).in_(last)))
    return {row[0]: row[1] for row in rows}


def _scored(rule: Mapping[str, Any], products: Collection[str], numbers: Precision) -> Scored:
    return Scored(
        id=rule["id"],
        title=localized(rule["title"], current_locale()),
        severity=rule["severity"],
        status=rule["status"],
        owner=(rule.get("source") or {}).get("owner") or "",
        products=tuple(products),
        numbers=numbers,
    )
