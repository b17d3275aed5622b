"""In an emergency an exception holds at once, briefly, and is reviewed by somebody else."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app.deals.waivers.emergencies import review
from app.deals.waivers.models import Review, Waiver
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from deals.waivers.office import DAY, TODAY, Office
from factories import NOW


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def reviews(office: Office, name: str, number: int, found: Review = Review.UPHELD) -> Waiver:
    return review(office.session, number, found=found, note_="So it was.", by=office.viewer(name), moment=NOW)


@pytest.mark.parametrize("giver", ["miriam", "boris", "cleo", "ada"])
def test_it_holds_at_once_and_through_tomorrow_at_the_latest(office: Office, giver: str) -> None:
    with pytest.raises(InvalidError):
        office.gives(giver, through=TODAY + 2 * DAY)
    assert office.gives(giver, through=TODAY + DAY).new
    assert [office.answer(at=NOW + days * DAY) for days in (0, 1, 2)] == [
        "cleared_by_waiver",
        "cleared_by_waiver",
        "not_cleared",
    ]


def test_who_leads_nobody_on_the_deal_cannot_give_one(office: Office) -> None:
    with pytest.raises(ForbiddenError):
        office.gives("ana")
    with pytest.raises(NotFoundError):
        office.gives("rita")


def test_nobody_gives_one_on_a_deal_that_they_are_on_or_to_themselves(office: Office) -> None:
    with pytest.raises(ForbiddenError, match="It is for you"):
        office.gives("miriam", person="miriam@example.com")
    office.joins("miriam")
    with pytest.raises(ForbiddenError, match="You are on this deal"):
        office.gives("miriam")


def test_what_waits_for_a_decision_does_not_stand_in_the_way(office: Office) -> None:
    asked = office.asks().id
    given = office.gives()
    assert given.new
    assert given.id != asked


def test_a_second_click_is_the_first_one(office: Office) -> None:
    first = office.gives(key="the same form")
    assert office.gives(key="the same form") == type(first)(first.id, new=False)


def test_another_is_given_only_after_the_review(office: Office) -> None:
    first = office.gives()
    assert not office.gives(key="while it holds").new
    with pytest.raises(ConflictError, match="waits for its review"):
        office.gives(at=NOW + DAY)
    reviews(office, "cleo", first.id)
    assert office.gives(at=NOW + DAY).new


@pytest.mark.parametrize("reviewer", ["miriam", "boris", "ada", "ana"])
def test_compliance_reviews_it(office: Office, reviewer: str) -> None:
    given = office.gives().id
    with pytest.raises(ForbiddenError):
        reviews(office, reviewer, given)
    assert reviews(office, "cleo", given).review is Review.UPHELD
    assert office.answer() == "cleared_by_waiver"


def test_nobody_reviews_what_they_gave(office: Office) -> None:
    given = office.gives("cleo").id
    with pytest.raises(ForbiddenError, match="You asked for it"):
        reviews(office, "cleo", given)
    assert reviews(office, "dora", given).review is Review.UPHELD


def test_what_is_faulted_ends_at_once(office: Office) -> None:
    given = office.gives(through=TODAY + DAY).id
    kept = reviews(office, "cleo", given, Review.FAULTED)
    assert (kept.ended_at, kept.ended_because) == (NOW, "So it was.")
    assert office.answer(at=NOW + timedelta(hours=1)) == "not_cleared"


def test_a_review_is_made_once(office: Office) -> None:
    given = office.gives().id
    reviews(office, "cleo", given)
    assert reviews(office, "cleo", given).review is Review.UPHELD
    for name, found in (("cleo", Review.FAULTED), ("dora", Review.UPHELD)):
        with pytest.raises(ConflictError, match="nothing to review"):
            reviews(office, name, given, found)


def test_what_was_asked_for_is_not_reviewed(office: Office) -> None:
    asked = office.asks().id
    with pytest.raises(ConflictError, match="nothing to review"):
        reviews(office, "cleo", asked)
