"""The places of the main navigation, by what a person may do; five at most, so that they fit a phone."""

from typing import Protocol

from app.web.i18n import gettext as _
from app.web.i18n import pgettext


class _Person(Protocol):
    @property
    def roles(self) -> frozenset[str]: ...


def places(person: _Person) -> list[tuple[str, str, str]]:
    """Return (address, icon, name) of each place, the person's own work first."""
    today = ("/", "home", _("Today"))
    team = ("/team", "supervised", _("Team"))
    review = ("/review", "flag", _("Review"))
    author = ("/author", "read", _("Author"))
    admin = ("/admin", "lock", pgettext("place", "Admin"))
    products = ("/products", "product", _("Products"))
    deals = ("/deals", "deal", _("Deals"))
    check = ("/check", "pitch", pgettext("place", "Check"))
    found = [today]
    if person.roles & {"manager", "compliance"}:
        found.append(team)
    if "compliance" in person.roles:
        found.append(review)
    if "trainer" in person.roles:
        found.append(author)
    if "admin" in person.roles:
        found.append(admin)
    return [*found, products, deals, check][:5]
