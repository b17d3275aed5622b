"""Somebody else who is not on the deal decides; it ends by itself, or early, with a reason."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session

from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.database import Database, stored_id
from app.deals.policies.models import GatePolicy
from app.deals.waivers.actions import decide, end
from app.deals.waivers.models import Waiver
from app.errors import AppError, ConflictError, ForbiddenError, InvalidError
from deals.waivers.office import DAY, SOON, TODAY, Office
from factories import NOW, attest


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def test_what_is_given_clears_through_its_last_day_and_the_reasons_stay(office: Office) -> None:
    office.decides("cleo", office.asks().id)
    assert [office.answer(at=NOW + days * DAY) for days in (0, 10, 11)] == [
        "cleared_by_waiver",
        "cleared_by_waiver",
        "not_cleared",
    ]
    assert (office.answer("lin"), office.answer(product="porter")) == ("not_cleared", "not_cleared")


@pytest.mark.parametrize(
    ("decider", "product", "allowed"),
    [
        ("cleo", "keeper", True),
        ("cleo", "porter", True),
        ("miriam", "porter", True),
        ("boris", "porter", True),
        ("miriam", "keeper", False),
        ("boris", "keeper", False),
        ("rita", "porter", False),
        ("ada", "porter", False),
        ("marek", "porter", False),
        ("lin", "porter", False),
    ],
)
def test_compliance_decides_and_a_manager_above_where_an_approval_is_asked_for(
    office: Office, decider: str, product: str, *, allowed: bool
) -> None:
    asked = office.asks(product=product).id
    if allowed:
        assert office.decides(decider, asked).approved is True
    else:
        with pytest.raises(ForbiddenError):
            office.decides(decider, asked)
        assert office.waiver(asked).approved is None


def test_nobody_decides_what_they_asked_for(office: Office) -> None:
    asked = office.asks("miriam", product="porter").id
    with pytest.raises(ForbiddenError, match="You asked for it"):
        office.decides("miriam", asked)
    assert office.decides("boris", asked).approved


@pytest.mark.parametrize("beside", [False, True])
def test_nobody_who_acts_on_the_deal_decides(office: Office, *, beside: bool) -> None:
    asked = office.asks("ana", product="porter").id
    if beside:
        office.joins("lin", beside="miriam")
    else:
        office.joins("miriam")
    with pytest.raises(ForbiddenError, match="You are on this deal"):
        office.decides("miriam", asked)


def test_a_policy_that_changed_meanwhile_says_who_decides(office: Office) -> None:
    asked = office.asks(product="porter").id
    office.enforces("porter", "block")
    with pytest.raises(ForbiddenError, match="for compliance to decide"):
        office.decides("miriam", asked, at=NOW + DAY)
    assert office.decides("cleo", asked, at=NOW + DAY).approved


def test_it_is_given_for_fewer_days_and_never_for_more(office: Office) -> None:
    asked = office.asks().id
    with pytest.raises(InvalidError):
        office.decides("cleo", asked, through=SOON + DAY)
    assert office.decides("cleo", asked, through=TODAY + DAY).through == TODAY + DAY


def test_what_was_not_decided_in_time_cannot_be_given(office: Office) -> None:
    asked = office.asks(through=TODAY).id
    with pytest.raises(ConflictError, match="nothing to decide"):
        office.decides("cleo", asked, at=NOW + DAY)


@pytest.mark.parametrize(
    ("happened", "words"),
    [("certified", "is cleared"), ("suspended", "suspended or revoked"), ("closed", "The deal is closed")],
)
def test_what_is_of_no_use_any_more_is_not_given_and_can_be_refused(office: Office, happened: str, words: str) -> None:
    asked = office.asks().id
    if happened == "closed":
        office.deal.outcome = "won"
        office.session.flush()
    else:
        attest(office.session, office.people["marek"], office.keeper, at=NOW)
    if happened == "suspended":
        suspend(office)
    with pytest.raises(ConflictError, match=words):
        office.decides("cleo", asked)
    assert office.decides("cleo", asked, approve=False).approved is False


def suspend(office: Office) -> None:
    sanction(
        office.session,
        stored_id(office.people["marek"]),
        stored_id(office.keeper),
        CertificationEventKind.SUSPENDED,
        reason="Promised a return.",
        by="cleo@example.com",
        moment=NOW,
    )


def test_a_suspension_stops_who_holds_an_exception(office: Office) -> None:
    office.decides("cleo", office.asks().id)
    attest(office.session, office.people["marek"], office.keeper, at=NOW)
    suspend(office)
    assert office.answer() == "not_cleared"


def test_the_same_click_twice_decides_once_and_another_answer_is_refused(office: Office) -> None:
    asked = office.asks().id
    office.decides("cleo", asked)
    first = office.waiver(asked).decided_at
    office.decides("cleo", asked, at=NOW + DAY)
    assert office.waiver(asked).decided_at == first
    for name, approve in (("cleo", False), ("dora", True)):
        with pytest.raises(ConflictError):
            office.decides(name, asked, approve=approve)


@pytest.mark.parametrize(("name", "allowed"), [("ana", True), ("cleo", True), ("dora", True), ("miriam", False)])
def test_who_asked_who_gave_and_compliance_end_it_early(office: Office, name: str, *, allowed: bool) -> None:
    asked = office.asks().id
    office.decides("cleo", asked)
    viewer = office.viewer(name)
    if not allowed:
        with pytest.raises(ForbiddenError):
            end(office.session, asked, reason="Over.", by=viewer, moment=NOW + DAY)
        return
    end(office.session, asked, reason="Over.", by=viewer, moment=NOW + DAY)
    assert (office.answer(at=NOW + DAY), office.answer(at=NOW)) == ("not_cleared", "cleared_by_waiver")
    with pytest.raises(ConflictError):
        end(office.session, asked, reason="Over.", by=office.viewer("cleo" if name != "cleo" else "dora"), moment=NOW)


def test_what_waits_is_taken_back_by_who_asked_only(office: Office) -> None:
    asked = office.asks().id
    with pytest.raises(ForbiddenError):
        end(office.session, asked, reason="No.", by=office.viewer("cleo"), moment=NOW)
    end(office.session, asked, reason="Done otherwise.", by=office.viewer("ana"), moment=NOW)
    with pytest.raises(ConflictError):
        office.decides("cleo", asked)
    assert office.asks().new


def test_two_who_decide_at_once_decide_once(database: Database, session: Session) -> None:
    office = Office(session)
    asked = office.asks().id
    viewers = [(office.viewer("cleo"), True), (office.viewer("dora"), False)]
    session.commit()

    def decided(by: int) -> str:
        viewer, approve = viewers[by]
        try:
            with database.write() as own:
                decide(own, asked, approve=approve, answer="So.", through=None, by=viewer, moment=NOW)
        except AppError as error:
            return type(error).__name__
        return "decided"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(decided, range(2)))
    assert outcomes == ["ConflictError", "decided"]
    with database.read() as own:
        kept = own.get_one(Waiver, asked)
        assert (kept.approved, kept.decided_by) in [(approve, viewer.id) for viewer, approve in viewers]


def test_a_manager_gives_no_exception_that_opens_a_block_once_the_deal_is_moved(office: Office) -> None:
    requirements = [
        {"enforcement": "require_approval", "regions": ["EU"]},
        {"enforcement": "block", "regions": ["CN"]},
    ]
    office.session.add(
        GatePolicy(
            product_id=stored_id(office.porter),
            starts_on=TODAY,
            document={"requirements": requirements},
            reason="China is stricter",
            made_at=NOW,
            made_by="cleo@example.com",
        )
    )
    office.deal.region = "EU"
    office.session.flush()
    asked = office.asks(product="porter").id
    with pytest.raises(ForbiddenError):
        office.decides("miriam", asked)
    assert office.decides("cleo", asked).approved is True
    office.deal.region = "CN"
    office.session.flush()
    assert office.answer(product="porter") == "cleared_by_waiver"
