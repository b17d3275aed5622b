"""Where one cleared member is enough for a team, that one does not leave before another is there."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col

from app.catalog.models import Product
from app.deals.facts import DealFacts, deals
from app.deals.gate import states
from app.deals.models import Deal
from app.deals.team import add_member, name_supervisor, remove_member
from app.errors import ConflictError
from app.people.models import Person
from factories import NOW, attest, deal, person, sellable

BY = "bo@example.com"


@pytest.fixture
def keeper(session: Session) -> Product:
    return sellable(session, coverage="one")


@pytest.fixture
def ana(session: Session, keeper: Product) -> Person:
    """Ana is cleared, and beside Bo, who owns the deal and is not."""
    found, bo = person(session, "ana@example.com", name="Ana Lima"), person(session, "bo@example.com")
    attest(session, found, keeper)
    deal(session, "D-1", products=[keeper], team={"owner": [bo], "specialist": [found]})
    return found


def stored(session: Session, reference: str = "D-1") -> DealFacts:
    (found,) = deals(session, col(Deal.reference) == reference, None)
    return found


def remove(session: Session, email: str) -> None:
    found = stored(session)
    remove_member(session, found, email, step=found.step, by=BY, moment=NOW)


def stopped(session: Session) -> bool:
    (state,) = states(session, [stored(session)], NOW)
    return state.stops


def test_the_only_one_who_covers_a_deal_stays_until_another_is_there(
    session: Session, keeper: Product, ana: Person
) -> None:
    with pytest.raises(ConflictError, match="Without Ana Lima the team does not cover Keeper"):
        remove(session, ana.email)
    attest(session, person(session, "cleo@example.com"), keeper)
    found = stored(session)
    add_member(session, found, "cleo@example.com", "specialist", step=found.step, by=BY, moment=NOW)
    remove(session, ana.email)
    assert not stopped(session)


def test_whoever_supervises_stays_until_somebody_else_does(session: Session) -> None:
    keeper = sellable(session, "grace", basis="completion", grace_days=30)
    cleo, bo = person(session, "cleo@example.com", name="Cleo Roy"), person(session, "bo@example.com")
    attest(session, bo, keeper)
    lapsed = NOW + timedelta(days=370)
    attest(session, cleo, keeper, at=lapsed - timedelta(days=1))
    deal(session, "D-1", products=[keeper], team={"owner": [bo], "specialist": [cleo]}, close_date=None)
    found = stored(session)
    name_supervisor(session, found, bo.email, cleo.email, step=found.step, by=BY, moment=lapsed)
    found = stored(session)
    with pytest.raises(ConflictError, match="Without Cleo Roy the team does not cover Grace"):
        remove_member(session, found, cleo.email, step=found.step, by=BY, moment=lapsed)


def test_whoever_covers_nothing_any_more_leaves(session: Session, ana: Person) -> None:
    ana.deactivated_at = NOW
    session.flush()
    assert stopped(session)
    remove(session, ana.email)
    assert [each.email for each in stored(session).members] == ["bo@example.com"]


def test_a_deal_that_is_lost_keeps_nobody(session: Session, keeper: Product, ana: Person) -> None:
    bo = person(session, "rui@example.com")
    deal(session, "D-2", products=[keeper], team={"owner": [bo], "specialist": [ana]}, outcome="lost")
    lost = stored(session, "D-2")
    assert remove_member(session, lost, ana.email, step=lost.step, by=BY, moment=NOW).done


def test_the_part_that_is_asked_about_is_not_given_up_either(session: Session) -> None:
    keeper = sellable(session, "porter", name="Porter", coverage="one", roles=["owner", "specialist"])
    ana, bo = person(session, "ana@example.com", name="Ana Lima"), person(session, "bo@example.com")
    attest(session, ana, keeper)
    deal(session, "D-1", products=[keeper], team={"owner": [bo], "specialist": [ana]})
    found = stored(session)
    with pytest.raises(ConflictError, match="Without Ana Lima the team does not cover Porter"):
        add_member(session, found, ana.email, "account-manager", step=found.step, by=BY, moment=NOW)
