"""An exception is asked for by those on the deal and above it, where one helps, once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.database import stored_id
from app.deals.models import Decision
from app.deals.waivers.models import Waiver
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from deals.waivers.office import DAY, SOON, TODAY, Office
from factories import NOW, attest


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def test_what_is_asked_for_is_kept_with_the_reasons_it_stands_in_for(office: Office) -> None:
    outcome = office.asks("ana")
    kept = office.waiver(outcome.id)
    assert (kept.codes, kept.through, kept.reason) == (["redlines_not_attested"], SOON, "They wait.")
    assert (kept.approved, kept.break_glass, office.answer()) == (None, False, "not_cleared")
    entry = office.session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).one()
    assert (entry.actor, entry.action, entry.subject) == ("ana@example.com", "waiver.asked", "D-1")
    assert entry.details["waiver"] == outcome.id
    assert list(office.session.scalars(select(col(Decision.action)))) == ["waiver.asked"]


@pytest.mark.parametrize(
    ("asker", "target", "allowed"),
    [
        ("ana", "marek", True),
        ("miriam", "marek", True),
        ("boris", "marek", True),
        ("ada", "marek", True),
        ("lin", "lin", True),
        ("lin", "marek", False),
        ("cleo", "marek", False),
    ],
)
def test_members_ask_for_themselves_and_those_who_may_change_the_deal_for_anybody(
    office: Office, asker: str, target: str, *, allowed: bool
) -> None:
    office.joins("lin")
    person = f"{target}@example.com"
    if allowed:
        assert office.asks(asker, person=person).new
    else:
        with pytest.raises(ForbiddenError):
            office.asks(asker, person=person)


@pytest.mark.parametrize("asker", ["marek", "charlie", "rita"])
def test_who_does_not_see_the_deal_does_not_ask_on_it(office: Office, asker: str) -> None:
    with pytest.raises(NotFoundError):
        office.asks(asker)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"through": TODAY - DAY}, "/through"),
        ({"through": TODAY + 31 * DAY}, "/through"),
        ({"product": "nothing"}, "/product"),
        ({"person": "nobody@example.com"}, "/person"),
    ],
)
def test_what_is_wrong_is_named(office: Office, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        office.asks(**wish)
    assert [each["pointer"] for each in caught.value.errors] == [field]
    assert list(office.session.scalars(select(Waiver))) == []


@pytest.mark.parametrize("days", [0, 30])
def test_it_holds_for_thirty_days_at_most(office: Office, days: int) -> None:
    assert office.asks(through=TODAY + days * DAY).new


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"person": "ana@example.com"}, "is cleared"),
        ({"product": "signal"}, "stops nobody"),
    ],
)
def test_none_is_asked_for_where_none_is_needed(office: Office, wish: dict[str, Any], words: str) -> None:
    with pytest.raises(ConflictError, match=words):
        office.asks(**wish)


def suspend(office: Office, name: str) -> None:
    sanction(
        office.session,
        stored_id(office.people[name]),
        stored_id(office.keeper),
        CertificationEventKind.SUSPENDED,
        reason="Promised a return.",
        by="cleo@example.com",
        moment=NOW,
    )


def test_a_suspension_is_not_got_around(office: Office) -> None:
    attest(office.session, office.people["marek"], office.keeper)
    suspend(office, "marek")
    with pytest.raises(ConflictError, match="suspended or revoked"):
        office.asks()


def test_nobody_is_excepted_on_a_deal_that_is_closed(office: Office) -> None:
    office.deal.outcome = "lost"
    office.session.flush()
    with pytest.raises(ConflictError, match="The deal is closed"):
        office.asks()


def test_a_second_click_and_a_second_request_are_the_first_one(office: Office) -> None:
    first = office.asks(key="the same form")
    again = office.asks(key="the same form")
    another = office.asks("miriam", key="another form")
    assert [(each.id, each.new) for each in (first, again, another)] == [
        (first.id, True),
        (first.id, False),
        (first.id, False),
    ]


def test_one_that_holds_is_followed_by_another_only_in_its_last_days(office: Office) -> None:
    first = office.asks()
    office.decides("cleo", first.id)
    assert not office.asks(at=NOW + 6 * DAY).new
    followed = office.asks(at=NOW + 7 * DAY, through=TODAY + 20 * DAY)
    assert followed.new
    office.decides("cleo", followed.id, at=NOW + 8 * DAY)
    assert [office.answer(at=NOW + days * DAY) for days in (9, 11, 20, 21)] == [
        "cleared_by_waiver",
        "cleared_by_waiver",
        "cleared_by_waiver",
        "not_cleared",
    ]


def test_a_stage_to_come_can_be_asked_for(session: Session) -> None:
    office = Office(session)
    office.deal.stage = "discovery"
    session.flush()
    assert office.asks(at=NOW + timedelta(hours=1)).new
