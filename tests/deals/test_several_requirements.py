"""A product may ask for several things at once, such as more in one region; the worst of the answers counts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from app.catalog.models import Product
from app.certification.models import CertificationEventKind, SignOff, SignOffOutcome
from app.certification.reasons import Reason, ReasonCode
from app.certification.sanctions.actions import sanction
from app.database import Database
from app.deals.facts import deals_by_reference
from app.deals.gate import states
from app.deals.policies.models import GatePolicy
from app.deals.policies.queries import of_document
from app.deals.queries import Basis, Question, clearances
from app.deals.rules import (
    ClearanceDecision,
    Enforcement,
    ProductDecision,
    TeamVerdict,
    all_covered,
    all_of,
)
from app.deals.waivers.models import Waiver
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

DAY = timedelta(days=1)
LEAD = [{"id": "lead", "name": "Lead", "requirements": [{"sign_off": "demo"}]}]
ASKS_MORE_IN_CHINA: list[dict[str, Any]] = [
    {"enforcement": "warn"},
    {"level": "lead", "regions": ["CN"], "coverage": "one", "enforcement": "block"},
]
EVERYWHERE = ProductDecision(
    product="keeper", decision=ClearanceDecision.CLEARED, enforcement=Enforcement.WARN, valid_through=NOW.date()
)
NO_DEMO = Reason(ReasonCode.SIGN_OFF_MISSING, {"rubric": "demo"}, 20)
IN_CHINA = ProductDecision(
    product="keeper",
    decision=ClearanceDecision.NOT_CLEARED,
    enforcement=Enforcement.BLOCK,
    reasons=(NO_DEMO,),
)


def policy(session: Session, what: Product, requirements: list[dict[str, Any]], *, day: int, **more: Any) -> GatePolicy:
    """What the gate asks from so many days after NOW on, made an hour after NOW."""
    stored = GatePolicy(
        product_id=what.id or 0, starts_on=(NOW + day * DAY).date(), document={"requirements": requirements},
        reason="Region by region", made_at=NOW + timedelta(hours=1), made_by="compliance@example.com", **more,
    )  # fmt: skip
    session.add(stored)
    session.flush()
    return stored


def show(session: Session, who: Person, what: Product) -> None:
    assessor = person(session, "tom@example.com", Role.TRAINER)
    session.add(
        SignOff(
            person_id=who.id or 0, product_id=what.id or 0, rubric="demo", outcome=SignOffOutcome.PASSED,
            assessor_id=assessor.id or 0, decided_at=NOW,
        )
    )  # fmt: skip
    attest(session, who, what)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((EVERYWHERE,), EVERYWHERE),
        ((EVERYWHERE, IN_CHINA), IN_CHINA),
        ((IN_CHINA, IN_CHINA), IN_CHINA),
        (
            (EVERYWHERE, replace(EVERYWHERE, enforcement=Enforcement.OBSERVE, valid_through=NOW.date() - DAY)),
            replace(EVERYWHERE, valid_through=NOW.date() - DAY),
        ),
        (
            (replace(IN_CHINA, enforcement=Enforcement.OBSERVE), replace(EVERYWHERE, enforcement=Enforcement.BLOCK)),
            replace(IN_CHINA, enforcement=Enforcement.OBSERVE),
        ),
    ],
)
def test_the_worst_part_is_the_answer_and_only_what_refuses_stops(
    parts: tuple[ProductDecision, ...], expected: ProductDecision
) -> None:
    assert all_of(parts) == expected


VERDICTS = st.builds(
    TeamVerdict,
    decision=st.sampled_from(ClearanceDecision),
    enforcement=st.sampled_from(Enforcement),
    valid_through=st.none() | st.dates(),
    blocking=st.lists(st.sampled_from(["ana", "bo", "cy"]), unique=True).map(tuple),
)


@given(st.lists(VERDICTS, min_size=1, max_size=4))
def test_a_team_covers_a_product_when_it_covers_every_requirement(verdicts: list[TeamVerdict]) -> None:
    found = all_covered(verdicts)
    assert found.allowed is all(each.allowed for each in verdicts)
    assert found.allowed or found.valid_through is None
    assert set(found.blocking) == {rep for each in verdicts for rep in each.blocking}
    assert all_covered([found]) == found


@pytest.mark.parametrize(
    ("region", "day", "expected"),
    [
        ("DE", 0, ("cleared", "block", None)),
        ("CN", 0, ("cleared", "block", None)),
        ("DE", 5, ("cleared", "block", 1)),
        ("CN", 5, ("not_cleared", "block", 1)),
        ("CN", 9, ("cleared", "block", None)),
    ],
)
def test_a_policy_asks_on_its_days_and_the_program_on_the_others(
    session: Session, region: str, day: int, expected: tuple[str, str, int | None]
) -> None:
    keeper = sellable(session, requirements=[{"attest": "redlines"}], levels=LEAD)
    ana = person(session, "ana@example.com")
    attest(session, ana, keeper)
    stored = policy(session, keeper, ASKS_MORE_IN_CHINA, day=5, ends_on=(NOW + 8 * DAY).date())
    question = Question(rep="ana@example.com", products=("keeper",), region=region)
    (found,) = clearances(session, [question], NOW + day * DAY + timedelta(hours=2))
    decision, enforcement, policy_id = expected
    (answer,) = found.products
    assert (answer.decision.decision, answer.decision.enforcement, answer.basis) == (
        ClearanceDecision(decision),
        Enforcement(enforcement),
        Basis(program_version=1, redlines_version=1, period=1, policy=stored.id if policy_id else None),
    )
    assert [reason.code for reason in answer.decision.reasons] == (
        [] if answer.decision.allowed else [ReasonCode.SIGN_OFF_MISSING]
    )


def test_each_requirement_has_its_own_coverage(session: Session) -> None:
    keeper = sellable(session, requirements=[{"attest": "redlines"}], levels=LEAD)
    ana, bo = person(session, "ana@example.com"), person(session, "bo@example.com")
    deal(session, "D-1", products=[keeper], team={"owner": [ana], "specialist": [bo]}, region="CN")
    policy(session, keeper, ASKS_MORE_IN_CHINA, day=0)
    attest(session, ana, keeper)
    moment = NOW + timedelta(hours=2)
    (before,) = states(session, list(deals_by_reference(session, ["D-1"], moment).values()), moment)
    assert (before.products[0].verdict.blocking, before.stops) == (("bo@example.com", "ana@example.com"), True)
    show(session, bo, keeper)
    session.expire_all()
    (after,) = states(session, list(deals_by_reference(session, ["D-1"], moment).values()), moment)
    assert (after.decision, after.stops) == (ClearanceDecision.CLEARED, False)


def test_a_level_that_the_program_has_not_got_is_a_doubt(session: Session) -> None:
    keeper = sellable(session)
    ana = person(session, "ana@example.com")
    attest(session, ana, keeper)
    policy(session, keeper, [{"level": "wizard", "enforcement": "block"}], day=0)
    (found,) = clearances(session, [Question(rep="ana@example.com", products=("keeper",))], NOW + timedelta(hours=2))
    decision = found.products[0].decision
    assert (decision.decision, [each.code for each in decision.reasons]) == ("unknown", ["unknown_level"])


def test_a_policy_that_is_only_thought_of_can_be_asked_under(session: Session) -> None:
    keeper = sellable(session, levels=LEAD)
    ana = person(session, "ana@example.com")
    deal(session, "D-1", products=[keeper], team={"owner": [ana]})
    stored = list(deals_by_reference(session, ["D-1"], NOW).values())
    thought = of_document({"requirements": [{"enforcement": "observe"}]})
    (now,) = states(session, stored, NOW)
    (then,) = states(session, stored, NOW, policies_under={keeper.id or 0: thought})
    assert (now.stops, then.stops) == (True, False)


@pytest.mark.parametrize(
    ("change", "day", "expected"),
    [
        ({}, 0, ClearanceDecision.CLEARED_BY_WAIVER),
        ({}, 3, ClearanceDecision.CLEARED_BY_WAIVER),
        ({}, 4, ClearanceDecision.NOT_CLEARED),
        ({"approved": None, "decided_at": None}, 0, ClearanceDecision.NOT_CLEARED),
        ({"approved": False}, 0, ClearanceDecision.NOT_CLEARED),
        ({"ended_at": NOW + DAY}, 0, ClearanceDecision.CLEARED_BY_WAIVER),
        ({"ended_at": NOW + DAY}, 1, ClearanceDecision.NOT_CLEARED),
        ({"decided_at": NOW + DAY}, 0, ClearanceDecision.NOT_CLEARED),
        ({"decided_at": NOW + DAY}, 1, ClearanceDecision.CLEARED_BY_WAIVER),
    ],
)
def test_a_waiver_clears_one_person_on_one_deal_while_it_holds(
    session: Session, change: dict[str, Any], day: int, expected: ClearanceDecision
) -> None:
    keeper, porter = sellable(session), sellable(session, "porter")
    ana, bo = person(session, "ana@example.com"), person(session, "bo@example.com")
    one = deal(session, "D-1", products=[keeper], team={"owner": [ana]})
    deal(session, "D-2", products=[keeper], team={"owner": [ana]})
    waiver = Waiver(
        key="1", deal_id=one.id or 0, person_id=ana.id or 0, product_id=keeper.id or 0, reason="The demo is booked",
        codes=["redlines_not_attested"], through=(NOW + 3 * DAY).date(), asked_by=ana.id or 0, asked_at=NOW,
        **{"approved": True, "decided_by": bo.id, "decided_at": NOW, **change},
    )  # fmt: skip
    session.add(waiver)
    session.flush()
    questions = [
        Question(rep="ana@example.com", deal="D-1"),
        Question(rep="ana@example.com", deal="D-2"),
        Question(rep="bo@example.com", deal="D-1"),
        Question(rep="ana@example.com", deal="D-1", products=("porter",)),
        Question(rep="ana@example.com", products=("keeper",)),
    ]
    found = clearances(session, questions, NOW + day * DAY)
    assert [each.clearance.decision for each in found] == [expected, *[ClearanceDecision.NOT_CLEARED] * 4]
    waived = expected is ClearanceDecision.CLEARED_BY_WAIVER
    assert found[0].products[0].basis.waiver == (waiver.id if waived else None)
    assert porter.slug == "porter"


def test_a_waiver_does_not_give_back_what_a_person_took(session: Session) -> None:
    keeper = sellable(session)
    ana = person(session, "ana@example.com")
    one = deal(session, "D-1", products=[keeper], team={"owner": [ana]})
    attest(session, ana, keeper)
    session.add(
        Waiver(
            key="1", deal_id=one.id or 0, person_id=ana.id or 0, product_id=keeper.id or 0, reason="Why", codes=[],
            through=(NOW + 9 * DAY).date(), asked_by=ana.id or 0, asked_at=NOW, approved=True, decided_at=NOW,
        )
    )  # fmt: skip
    kind = CertificationEventKind.SUSPENDED
    sanction(session, ana.id or 0, keeper.id or 0, kind, reason="Why", by="c@example.com", moment=NOW + DAY)
    (found,) = clearances(session, [Question(rep="ana@example.com", deal="D-1")], NOW + 2 * DAY)
    assert found.clearance.decision is ClearanceDecision.NOT_CLEARED


def test_policies_and_waivers_cost_the_same_however_many_there_are(session: Session, database: Database) -> None:
    ana = person(session, "ana@example.com")
    products = [sellable(session, f"p{number}") for number in range(6)]
    for number, each in enumerate(products):
        deal(session, f"D-{number}", products=[each], team={"owner": [ana]})
        policy(session, each, [{"enforcement": "block"}], day=0)
    session.commit()
    counts = []
    for several in (6, 1, 6):  # the first reads documents that are kept afterwards
        questions = [Question(rep="ana@example.com", deal=f"D-{number}") for number in range(several)]
        with database.read() as reading, count_statements(database) as found:
            clearances(reading, questions, NOW + DAY)
        counts.append(len(found))
    assert counts[1] == counts[2]
