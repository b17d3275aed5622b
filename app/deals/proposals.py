"""Whole deals as somebody from outside says they are: read against what is stored, before the gate is asked.

Any number of deals takes the same number of statements.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.content import CUSTOMER_ROLES
from app.catalog.models import Product
from app.clock import local_day
from app.deals import words
from app.deals.actions import LOST, Facts
from app.deals.facts import OWNER, Contact, DealFacts, DealProductFacts, Member, deals, in_order
from app.deals.models import Deal
from app.people.models import Person
from app.web.i18n import gettext as _

MOST_CONTACTS = 30
"""The customer's people on one deal."""
_TAKEN = frozenset({"new", "import", "at-risk.csv", ".", ".."})


@dataclass(frozen=True, slots=True)
class TeamPart:
    """Somebody who is to be on a deal, by address.

    `supervisor` is the address of whoever supervises them, empty for nobody, None to leave that as it is.
    """

    rep: str
    role: str
    supervisor: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A whole deal as it is to be; None for `contacts`, and the facts named in `kept`, stay as they are stored."""

    reference: str
    facts: Facts
    products: Sequence[str]
    team: Sequence[TeamPart]
    contacts: Sequence[Contact] | None = None
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole deal as it would be stored, beside what is stored now; with problems it cannot be stored.

    Each problem has a JSON pointer into what was wanted, and a sentence.
    """

    deal: DealFacts
    stored: DealFacts | None
    problems: tuple[dict[str, str], ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything would be different."""
        return self.deal != self.stored

    @property
    def is_lost(self) -> bool:
        """Whether the deal is over for nothing, so that nobody acts on it any more and nobody is in the way."""
        return self.deal.outcome == LOST


@dataclass(frozen=True, slots=True)
class _Known:
    products: Mapping[str, DealProductFacts]
    people: Mapping[str, Member]
    inactive: frozenset[str]


@dataclass(slots=True)
class _Reading:
    """One deal while it is read: what is known, what is stored, and what turned out to be wrong."""

    wanted: Wanted
    known: _Known
    stored: DealFacts | None
    enforce: bool
    problems: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, pointer: str, detail: str) -> None:
        self.problems.append({"pointer": pointer, "detail": detail})


def proposals(session: Session, wanted: Sequence[Wanted], moment: datetime, *, enforce: bool = True) -> list[Proposal]:
    """Read whole deals, each reference once, and wait for whoever is changing one of them.

    With `enforce`, nobody whose account is not active is put on a deal; whoever is on it already may stay.
    """
    references = [each.reference for each in wanted]
    chosen = col(Deal.reference).in_(references)
    # in one order, so that two of us never wait for each other
    session.scalars(
        select(Deal)
        .where(chosen)
        .order_by(col(Deal.reference))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    stored = {each.reference: each for each in deals(session, chosen, None)}
    known = _known(session, wanted)
    return [_proposal(_Reading(each, known, stored.get(each.reference), enforce), moment) for each in wanted]


def reference_problem(reference: str) -> str | None:
    """Say what is wrong with a deal's reference: it stands in addresses, beside those of pages."""
    if "/" in reference or reference in _TAKEN or not reference.isprintable():
        return _("Use letters, digits and hyphens, as in D-20417.")
    return None


def _known(session: Session, wanted: Sequence[Wanted]) -> _Known:
    slugs = {slug for each in wanted for slug in each.products}
    parts = [part for each in wanted for part in each.team]
    emails = {_address(email or "") for part in parts for email in (part.rep, part.supervisor)}
    products = session.execute(
        select(col(Product.id), col(Product.slug), col(Product.name)).where(col(Product.slug).in_(slugs))
    )
    people = session.execute(
        select(col(Person.id), col(Person.email), col(Person.name), col(Person.deactivated_at)).where(
            col(Person.email).in_(emails)
        )
    ).all()
    return _Known(
        {row.slug: DealProductFacts(row.id, row.slug, row.name) for row in products},
        {row.email: Member(row.id, row.email, row.name, "") for row in people},
        frozenset(row.email for row in people if row.deactivated_at is not None),
    )


def _address(typed: str) -> str:
    return typed.strip().lower()


def _proposal(reading: _Reading, moment: datetime) -> Proposal:
    wanted, stored = reading.wanted, reading.stored
    deal = DealFacts(
        id=stored.id if stored else 0,
        reference=wanted.reference,
        step=stored.step if stored else 0,
        products=tuple(sorted(_products(reading), key=lambda each: each.slug)),
        members=in_order(_members(reading)),
        contacts=tuple(_contacts(reading)),
        **_columns(_facts(wanted, stored), stored, moment),
    )
    return Proposal(deal, stored, tuple(reading.problems))


def _facts(wanted: Wanted, stored: DealFacts | None) -> Facts:
    kept = {name: getattr(stored, name) for name in wanted.kept} if stored else {}
    return replace(wanted.facts, **kept)


def _columns(facts: Facts, stored: DealFacts | None, moment: datetime) -> dict[str, Any]:
    """Return the facts; a deal that is closed has a day of it, the one it had or today unless another is said."""
    day = facts.closed_on or (stored.closed_on if stored else None) or local_day(moment)
    facts = replace(facts, closed_on=day if facts.outcome else None)
    return {name: getattr(facts, name) for name in Facts.__slots__}


def _products(reading: _Reading) -> list[DealProductFacts]:
    found = {}
    for number, slug in enumerate(reading.wanted.products):
        product = reading.known.products.get(slug)
        if product is None:
            reading.wrong(f"/products/{number}", _("There is no product %(product)s.") % {"product": slug[:80]})
        else:
            found[slug] = product
    if not reading.wanted.products:
        reading.wrong("/products", _("Choose at least one product."))
    return list(found.values())


def _members(reading: _Reading) -> Iterator[Member]:
    seen: set[str] = set()
    for number, part in enumerate(reading.wanted.team):
        place, email = f"/team/{number}", _address(part.rep)
        if part.role not in dict(words.roles()):
            reading.wrong(f"{place}/role", _("There is no such part in a deal: %(role)s.") % {"role": part.role[:40]})
        if email in seen:
            reading.wrong(f"{place}/rep", _("%(person)s is on this team twice.") % {"person": email[:320]})
            continue
        seen.add(email)
        member = _person(reading, email, f"{place}/rep")
        beside = _address(part.supervisor or "")
        supervisor = _person(reading, beside, f"{place}/supervisor") if beside else None
        if supervisor and supervisor == member:
            reading.wrong(f"{place}/supervisor", _("Nobody supervises themselves. Choose a colleague."))
        chosen = supervisor.person_id if supervisor else None
        if part.supervisor is None:
            before = reading.stored.member(email) if reading.stored else None
            chosen = before.supervisor_id if before else None
        if member:
            yield replace(member, role=part.role, supervisor_id=chosen)
    if not any(part.role == OWNER for part in reading.wanted.team):
        reading.wrong("/team", _("A deal needs an owner."))


def _person(reading: _Reading, email: str, pointer: str) -> Member | None:
    found = reading.known.people.get(email)
    if found is None:
        reading.wrong(pointer, _("Nobody with the address %(email)s is known here.") % {"email": email[:320]})
        return None
    if reading.enforce and email in reading.known.inactive and found.person_id not in _present(reading):
        reading.wrong(pointer, _("The account of %(email)s is not active.") % {"email": email})
    return found


def _present(reading: _Reading) -> set[int | None]:
    members = reading.stored.members if reading.stored else ()
    return {number for each in members for number in (each.person_id, each.supervisor_id)}


def _contacts(reading: _Reading) -> Sequence[Contact]:
    contacts = reading.wanted.contacts
    if contacts is None:
        return reading.stored.contacts if reading.stored else ()
    for number, each in enumerate(contacts):
        if each.role not in CUSTOMER_ROLES:
            sentence = _("There is no such part of a customer's people: %(role)s.") % {"role": each.role[:40]}
            reading.wrong(f"/contacts/{number}/role", sentence)
        if not each.name.strip():
            reading.wrong(f"/contacts/{number}/name", _("Write a name."))
    if len(contacts) > MOST_CONTACTS:
        reading.wrong(
            "/contacts", _("A deal has at most %(count)s people of the customer's.") % {"count": MOST_CONTACTS}
        )
    return contacts
