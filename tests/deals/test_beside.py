"""Who acts beside a colleague is told about the requirements that hold there, and not about those of elsewhere."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app.deals.colleagues import supervising
from app.deals.facts import deals_by_reference
from app.deals.gate import states
from app.deals.models import DealMember
from app.deals.pages import supervisors
from app.deals.policies.models import GatePolicy
from app.deals.rules import ClearanceDecision
from app.deals.summary import supervision
from factories import NOW, attest, deal, person, sellable

LAPSED = NOW - timedelta(days=370)
"""A year and five days ago: what was earned then is in its days of grace."""
LEAD = [{"id": "lead", "name": "Lead", "requirements": [{"sign_off": "demo"}]}]
MORE_IN_CHINA = [{"level": "lead", "regions": ["CN"], "enforcement": "block"}, {"enforcement": "block"}]


@pytest.mark.parametrize(
    ("bo_signed", "sentence", "decision"),
    [
        (
            True,
            "Acts beside Bo. If Bo lapses on 22 November 2027, Ana is not cleared any more.",
            ClearanceDecision.CLEARED_SUPERVISED,
        ),
        (False, "Bo is not cleared, so Ana may not act beside them.", ClearanceDecision.NOT_CLEARED),
    ],
)
def test_what_is_asked_elsewhere_does_not_stop_a_colleague_from_standing_beside_somebody(
    session: Session, bo_signed: bool, sentence: str, decision: ClearanceDecision
) -> None:
    keeper = sellable(session, at=LAPSED, levels=LEAD, grace_days=14)
    ana, bo = person(session, "ana@example.com", name="Ana"), person(session, "bo@example.com", name="Bo")
    attest(session, ana, keeper, at=LAPSED)
    if bo_signed:
        attest(session, bo, keeper, at=NOW)
    stored = deal(session, "D-1", products=[keeper], team={"owner": [bo], "specialist": [ana]}, region="EU")
    session.get_one(DealMember, (stored.id, ana.id)).supervisor_id = bo.id
    session.add(
        GatePolicy(
            product_id=keeper.id or 0, starts_on=NOW.date(), document={"requirements": MORE_IN_CHINA},
            reason="China first", made_at=NOW, made_by="compliance@example.com",
        )
    )  # fmt: skip
    session.flush()
    moment = NOW + timedelta(hours=1)
    (state,) = states(session, list(deals_by_reference(session, ["D-1"], moment).values()), moment)
    member, answer = next(each for each in state.team if each[0].person_id == ana.id)
    beside = supervising(session, state, [], moment)
    assert supervision(member, answer, *beside[bo.id or 0]) == sentence
    assert [each.email for each in supervisors(state, [])] == ["bo@example.com"]
    assert answer.products[0].decision.decision is decision
