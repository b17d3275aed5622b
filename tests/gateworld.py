"""What happens around the gate, twice: as it is done to the product, and as a person would keep it on paper."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.clock import local_day, now
from app.database import Database
from app.deals.actions import Facts
from app.deals.facts import DealFacts, deals
from app.deals.lists import Opened
from app.deals.models import Deal
from app.deals.proposals import TeamPart
from app.deals.replacing import put
from app.deals.waivers import actions as waivers
from app.errors import AppError
from app.people import actions as people
from app.people.models import Person, Role

REPS = ("ana", "marek", "lin")
PRODUCTS = ("keeper", "porter", "waf")
DEALS = ("D-1", "D-2")
STAGES = ("discovery", "proposal", "negotiation", "contract", "delivery", "renewal")
FROM_STAGE = {"keeper": 0, "porter": 0, "waf": 2}
STOPPING = ("require_approval", "block")

Scope = tuple[str, str, str]
"""A deal, a person and a product."""


@dataclass
class Paper:
    """What a person would keep on paper: who signed when, who is suspended or gone, the deals, the exceptions."""

    today: date
    enforcement: dict[str, str]
    signed: dict[tuple[str, str], date] = field(default_factory=dict)
    suspended: set[tuple[str, str]] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    deals: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    waivers: dict[Scope, date] = field(default_factory=dict)
    given: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)

    def certified(self, who: str, what: str) -> bool:
        """Say whether somebody signed within the last year and was not stopped."""
        day = self.signed.get((who, what))
        return day is not None and (who, what) not in self.suspended and self.today < a_year_after(day)

    def allowed(self, who: str, what: str, deal: str, stage: int) -> bool:
        """Say whether somebody may act for a product on a deal that is at a stage."""
        waived = self.waivers.get((deal, who, what), date.min) >= self.today and (who, what) not in self.suspended
        return who not in self.gone and (stage < FROM_STAGE[what] or self.certified(who, what) or waived)

    def stops(self, deal: str, stage: int, products: tuple[str, ...], team: tuple[str, ...]) -> bool:
        """Say whether the gate stops a deal that would be like this."""
        return any(
            self.enforcement[what] in STOPPING and not self.allowed(who, what, deal, stage)
            for what in products
            for who in team
        )


def a_year_after(day: date) -> date:
    """Return the same day of the next year; of a leap day the one before."""
    return date(day.year + 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


@dataclass
class World:
    """The installation, with its people and products by the names they have on paper."""

    database: Database
    people: Mapping[str, Person]
    products: Mapping[str, Product]


@dataclass(frozen=True)
class Deed:
    """One thing that somebody does: `done` says whether it was stored, `noted` whether it is to be, on paper."""

    name: str
    done: Callable[[World], bool]
    noted: Callable[[Paper], bool]

    def __repr__(self) -> str:
        return self.name


def noted_in_turn(paper: Paper, deeds: tuple[Deed, ...]) -> tuple[Paper, list[bool]]:
    """Note deeds one after the other, on a copy."""
    copy = deepcopy(paper)
    return copy, [deed.noted(copy) for deed in deeds]


def stored(session: Session, reference: str) -> DealFacts:
    """Return a deal as it is stored."""
    (found,) = deals(session, col(Deal.reference) == reference, None)
    return found


def attempt(world: World, write: Callable[[Session], bool | None]) -> bool:
    """Do something in a transaction of its own; False where the product refuses it."""
    try:
        with world.database.write() as session:
            return write(session) is not False
    except AppError:
        return False


def putting(reference: str, stage: int, products: tuple[str, ...], team: tuple[str, ...]) -> Deed:
    """Put a whole deal, as the CRM does; the first of the team owns it."""

    def done(world: World) -> bool:
        parts = [TeamPart(f"{who}@example.com", "specialist" if number else "owner") for number, who in enumerate(team)]
        facts = Facts(
            name="Harbour Bakery Group", account="Harbour Bakery", amount=Decimal(86000), currency="EUR",
            stage=STAGES[stage], close_date=None, region=None, industry=None,
        )  # fmt: skip
        return attempt(
            world, lambda session: put(session, reference, facts, products, parts, None, by="crm", moment=now()).done
        )

    def noted(paper: Paper) -> bool:
        before = paper.deals.get(reference)
        added = set(team).difference(before[2] if before else ())
        same = before == (stage, products, team)
        if not same and (paper.stops(reference, stage, products, team) or not paper.gone.isdisjoint(added)):
            return False
        paper.deals[reference] = (stage, products, team)
        return True

    return Deed(f"put {reference} {STAGES[stage]} {products} {team}", done, noted)


def suspending(who: str, what: str, *, back: bool) -> Deed:
    """Suspend somebody for a product, or give it back."""
    kind = CertificationEventKind.REINSTATED if back else CertificationEventKind.SUSPENDED

    def done(world: World) -> bool:
        person, product = world.people[who], world.products[what]
        return attempt(
            world,
            lambda session: bool(
                sanction(
                    session, person.id or 0, product.id or 0, kind, reason="why", by="cleo@example.com", moment=now()
                )
            ),
        )

    def noted(paper: Paper) -> bool:
        if ((who, what) in paper.suspended) is not back:
            return False
        (paper.suspended.discard if back else paper.suspended.add)((who, what))
        return True

    return Deed(f"{kind.value} {who} for {what}", done, noted)


def leaving(who: str, *, back: bool) -> Deed:
    """Close somebody's account, or open it again."""
    act = people.reactivate if back else people.deactivate

    def done(world: World) -> bool:
        person_id = world.people[who].id or 0
        return attempt(
            world, lambda session: bool(act(session, person_id, actor="ada@example.com", moment=now()) or True)
        )

    def noted(paper: Paper) -> bool:
        (paper.gone.discard if back else paper.gone.add)(who)
        return True

    return Deed(f"{who} {'is back' if back else 'leaves'}", done, noted)


def deciding(scope: Scope, waiver_id: int, through: date) -> Deed:
    """Give an exception that was asked for, as compliance."""
    _reference, who, what = scope

    def done(world: World) -> bool:
        cleo = viewer(world.people["cleo"], Role.COMPLIANCE)
        return attempt(
            world,
            lambda session: bool(
                waivers.decide(
                    session, waiver_id, approve=True, answer="Go", through=None, by=cleo, moment=now()
                ).approved
            ),
        )

    def noted(paper: Paper) -> bool:
        # an exception is for the deal, at whatever stage it may come to be
        useless = (
            paper.certified(who, what)
            or (who, what) in paper.suspended
            or who in paper.gone
            or paper.enforcement[what] not in STOPPING
        )
        if waiver_id in paper.given:  # a second click, which changes nothing
            return waiver_id not in paper.ended
        if useless or through < paper.today:
            return False
        paper.given.add(waiver_id)
        paper.waivers[scope] = through
        return True

    return Deed(f"give {scope} an exception through {through}", done, noted)


def ending(scope: Scope, waiver_id: int) -> Deed:
    """End an exception that holds."""

    def done(world: World) -> bool:
        cleo = viewer(world.people["cleo"], Role.COMPLIANCE)
        return attempt(
            world, lambda session: bool(waivers.end(session, waiver_id, reason="Done", by=cleo, moment=now()))
        )

    def noted(paper: Paper) -> bool:
        if waiver_id in paper.ended:  # a second click, which changes nothing
            return True
        if waiver_id not in paper.given or paper.waivers[scope] < paper.today:
            return False
        paper.ended.add(waiver_id)
        del paper.waivers[scope]
        return True

    return Deed(f"end the exception of {scope}", done, noted)


def asked_for(world: World, scope: Scope, days: int, key: str) -> int | None:
    """Ask for an exception as the manager, and return its number; None where the product refuses to be asked."""
    reference, who, what = scope
    mia = viewer(world.people["mia"], Role.MANAGER)
    try:
        with world.database.write() as session:
            opened = Opened(stored(session, reference), (), may_change=True)
            through = local_day(now()) + timedelta(days=days)
            wish = waivers.Wish(
                person=f"{who}@example.com", product=what, reason="The customer waits", through=through, key=key
            )
            return waivers.ask(session, opened, wish, by=mia, moment=now()).id
    except AppError:
        return None


@dataclass(frozen=True)
class Viewing:
    """Somebody who is signed in."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]


def viewer(person: Person, *roles: Role) -> Viewing:
    """Let a person act."""
    return Viewing(person.id or 0, person.email, person.name, frozenset(roles))
