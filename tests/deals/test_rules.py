"""The gate: who may act on a deal, for each product, for all of them, and as a team."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certification.reasons import Reason, ReasonCode
from app.certification.rules import Standing, StandingVerdict
from app.deals.rules import (
    Clearance,
    ClearanceDecision,
    Coverage,
    DealStage,
    Enforcement,
    GateCode,
    GateRequirement,
    MemberDecision,
    ProductDecision,
    ProductFacts,
    RepStatus,
    Risk,
    Situation,
    TeamVerdict,
    at_risk,
    decide,
    decide_product,
    stops,
    team_verdict,
)

TODAY = date(2026, 11, 21)
SOON, LATER = date(2026, 12, 1), date(2027, 3, 9)
ONE_DAY = timedelta(days=1)
NO_QUIZ = (Reason(ReasonCode.QUIZ_NOT_PASSED, {"key": "keeper-crm"}, 15),)


def stands(standing: Standing, *reasons: Reason, ends_on: date | None = None) -> StandingVerdict:
    return StandingVerdict(
        standing=standing,
        allowed=not reasons,
        supervised_only=standing is Standing.IN_GRACE,
        valid_through=ends_on,
        ends_on=ends_on,
        days_left=(ends_on - TODAY).days if ends_on else None,
        window_opens_on=None,
        grace_through=None,
        recertify_by=None,
        missing=(),
        reasons=reasons,
    )


CERTIFIED = stands(Standing.CERTIFIED, ends_on=LATER)
IN_PROGRESS = stands(Standing.IN_PROGRESS, *NO_QUIZ)
IN_GRACE = stands(Standing.IN_GRACE, Reason(ReasonCode.IN_GRACE), ends_on=SOON)
SUSPENDED = stands(Standing.SUSPENDED, Reason(ReasonCode.SUSPENDED))
REVOKED = stands(Standing.REVOKED, Reason(ReasonCode.REVOKED))
FACTS = ProductFacts(product="keeper-crm", requirement=GateRequirement(), verdict=CERTIFIED)


def answer(
    decision: ClearanceDecision,
    *reasons: Reason,
    ends_on: date | None = None,
    enforcement: Enforcement = Enforcement.BLOCK,
    product: str = "keeper-crm",
) -> ProductDecision:
    return ProductDecision(
        product=product, decision=decision, enforcement=enforcement, valid_through=ends_on, reasons=reasons
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(FACTS, answer(ClearanceDecision.CLEARED, ends_on=LATER), id="certified"),
        pytest.param(
            replace(FACTS, verdict=IN_PROGRESS), answer(ClearanceDecision.NOT_CLEARED, *NO_QUIZ), id="not certified"
        ),
        pytest.param(
            replace(FACTS, verdict=IN_GRACE),
            answer(ClearanceDecision.NOT_CLEARED, *IN_GRACE.reasons),
            id="in grace, alone",
        ),
        pytest.param(
            replace(FACTS, verdict=IN_GRACE, supervisor_cleared=True),
            answer(ClearanceDecision.CLEARED_SUPERVISED, *IN_GRACE.reasons, ends_on=SOON),
            id="in grace, supervised",
        ),
        pytest.param(
            replace(FACTS, verdict=IN_PROGRESS, supervisor_cleared=True),
            answer(ClearanceDecision.NOT_CLEARED, *NO_QUIZ),
            id="never certified: a supervisor does not help",
        ),
        pytest.param(
            replace(FACTS, verdict=IN_PROGRESS, waived_through=TODAY),
            answer(ClearanceDecision.CLEARED_BY_WAIVER, *NO_QUIZ, ends_on=TODAY),
            id="waiver on its last day",
        ),
        pytest.param(
            replace(FACTS, verdict=IN_PROGRESS, waived_through=TODAY - ONE_DAY),
            answer(ClearanceDecision.NOT_CLEARED, *NO_QUIZ),
            id="waiver that has ended",
        ),
        pytest.param(
            replace(FACTS, waived_through=SOON), answer(ClearanceDecision.CLEARED, ends_on=LATER), id="waiver unneeded"
        ),
        pytest.param(
            replace(FACTS, verdict=SUSPENDED, waived_through=LATER),
            answer(ClearanceDecision.NOT_CLEARED, *SUSPENDED.reasons),
            id="a suspension cannot be waived",
        ),
        pytest.param(
            replace(FACTS, verdict=REVOKED, waived_through=LATER, supervisor_cleared=True),
            answer(ClearanceDecision.NOT_CLEARED, *REVOKED.reasons),
            id="a revocation cannot be waived or supervised",
        ),
        pytest.param(
            replace(FACTS, rep=RepStatus.UNKNOWN, waived_through=LATER),
            answer(ClearanceDecision.UNKNOWN, Reason(GateCode.UNKNOWN_REP)),
            id="unknown rep",
        ),
        pytest.param(
            replace(FACTS, rep=RepStatus.INACTIVE, waived_through=LATER),
            answer(ClearanceDecision.NOT_CLEARED, Reason(GateCode.INACTIVE_REP)),
            id="inactive rep",
        ),
        pytest.param(
            ProductFacts(product="typo", known=False),
            answer(ClearanceDecision.UNKNOWN, Reason(GateCode.UNKNOWN_PRODUCT), product="typo"),
            id="unknown product",
        ),
        pytest.param(
            ProductFacts(product="typo", known=False, rep=RepStatus.UNKNOWN),
            answer(
                ClearanceDecision.UNKNOWN,
                Reason(GateCode.UNKNOWN_REP),
                Reason(GateCode.UNKNOWN_PRODUCT),
                product="typo",
            ),
            id="unknown both",
        ),
        pytest.param(
            replace(FACTS, verdict=None),
            answer(ClearanceDecision.UNKNOWN, Reason(GateCode.UNKNOWN_PRODUCT)),
            id="asked, but nobody knows where the person stands",
        ),
        pytest.param(
            ProductFacts(product="keeper-crm"),
            answer(ClearanceDecision.NOT_REQUIRED, enforcement=Enforcement.OBSERVE),
            id="a product that asks for nothing",
        ),
        pytest.param(
            ProductFacts(product="keeper-crm", rep=RepStatus.UNKNOWN),
            answer(ClearanceDecision.UNKNOWN, Reason(GateCode.UNKNOWN_REP)),
            id="a product that asks for nothing of nobody known",
        ),
    ],
)
def test_the_answer_for_one_product(facts: ProductFacts, expected: ProductDecision) -> None:
    assert decide_product(facts, TODAY) == expected


@pytest.mark.parametrize(
    ("situation", "required"),
    [
        (Situation(stage="contract", region="CN", role="owner"), True),
        (Situation(stage="proposal", region="CN", role="owner"), False),
        (Situation(stage="delivery", region="CN", role="owner"), True),
        (Situation(stage="contract", region="DE", role="owner"), False),
        (Situation(stage="contract", region="CN", role="specialist"), False),
        (Situation(stage="contract", region="CN", role="Owner"), True),
        (Situation(stage="contract", region="CN", role="Vertriebsleitung"), True),
        (Situation(), True),
        (Situation(stage="signing"), True),
        (Situation(role="owner"), True),
        (Situation(region="DE"), False),
    ],
)
def test_clearance_is_asked_from_a_stage_on_in_regions_and_of_roles_and_in_doubt(
    situation: Situation, *, required: bool
) -> None:
    asked = GateRequirement(
        regions=frozenset({"CN", "HK"}), from_stage=DealStage.CONTRACT, roles=frozenset({"owner", "closer"})
    )
    decided = decide_product(
        replace(FACTS, requirement=asked, verdict=IN_PROGRESS, situation=situation), TODAY
    ).decision
    assert decided is (ClearanceDecision.NOT_CLEARED if required else ClearanceDecision.NOT_REQUIRED)


@pytest.mark.parametrize("enforcement", Enforcement)
@pytest.mark.parametrize("decision", ClearanceDecision)
def test_only_a_refusal_that_is_enforced_stops(decision: ClearanceDecision, enforcement: Enforcement) -> None:
    refused = decision in {ClearanceDecision.NOT_CLEARED, ClearanceDecision.UNKNOWN}
    enforced = enforcement in {Enforcement.REQUIRE_APPROVAL, Enforcement.BLOCK}
    assert decision.allowed is not refused
    assert stops(decision, enforcement) is (refused and enforced)


CLEARED = answer(ClearanceDecision.CLEARED, ends_on=LATER)
WAIVED = answer(ClearanceDecision.CLEARED_BY_WAIVER, *NO_QUIZ, ends_on=SOON, enforcement=Enforcement.WARN)
REFUSED = answer(ClearanceDecision.NOT_CLEARED, *NO_QUIZ, enforcement=Enforcement.OBSERVE)
NOT_ASKED = answer(ClearanceDecision.NOT_REQUIRED, enforcement=Enforcement.OBSERVE)


@pytest.mark.parametrize(
    ("products", "decision", "enforcement", "valid_through"),
    [
        pytest.param((), ClearanceDecision.UNKNOWN, Enforcement.BLOCK, None, id="nothing was asked"),
        pytest.param((CLEARED, NOT_ASKED), ClearanceDecision.CLEARED, Enforcement.BLOCK, LATER, id="one asks"),
        pytest.param((NOT_ASKED,), ClearanceDecision.NOT_REQUIRED, Enforcement.OBSERVE, None, id="none asks"),
        pytest.param(
            (CLEARED, WAIVED), ClearanceDecision.CLEARED_BY_WAIVER, Enforcement.BLOCK, SOON, id="the first to end"
        ),
        pytest.param(
            (CLEARED, REFUSED), ClearanceDecision.NOT_CLEARED, Enforcement.OBSERVE, None, id="only the refusing stop"
        ),
    ],
)
def test_the_answer_for_all_products(
    products: tuple[ProductDecision, ...],
    decision: ClearanceDecision,
    enforcement: Enforcement,
    valid_through: date | None,
) -> None:
    assert decide(products) == Clearance(
        decision=decision, enforcement=enforcement, valid_through=valid_through, products=products
    )


def member(rep: str, decided: ProductDecision, *, is_owner: bool = False) -> MemberDecision:
    return MemberDecision(rep=rep, is_owner=is_owner, answer=decided)


ANA_CLEARED, ANA_REFUSED = member("ana", CLEARED, is_owner=True), member("ana", REFUSED, is_owner=True)
BO_REFUSED, BO_WAIVED, CY_NOT_ASKED = member("bo", REFUSED), member("bo", WAIVED), member("cy", NOT_ASKED)


@pytest.mark.parametrize(
    ("coverage", "members", "decision", "enforcement", "valid_through", "blocking"),
    [
        ("every", [ANA_CLEARED, BO_WAIVED, CY_NOT_ASKED], "cleared_by_waiver", "block", SOON, ()),
        ("every", [ANA_CLEARED, BO_REFUSED], "not_cleared", "observe", None, ("bo",)),
        ("every", [CY_NOT_ASKED], "not_required", "observe", None, ()),
        ("every", [], "unknown", "block", None, ()),
        ("owner", [ANA_CLEARED, BO_REFUSED], "cleared", "block", LATER, ()),
        ("owner", [ANA_REFUSED, BO_WAIVED], "not_cleared", "observe", None, ("ana",)),
        ("owner", [BO_WAIVED], "unknown", "block", None, ()),
        ("one", [ANA_REFUSED, BO_WAIVED], "cleared_by_waiver", "warn", SOON, ()),
        ("one", [ANA_CLEARED, BO_WAIVED], "cleared", "block", LATER, ()),
        ("one", [ANA_REFUSED, BO_REFUSED], "not_cleared", "observe", None, ("ana", "bo")),
        ("one", [ANA_REFUSED, CY_NOT_ASKED], "not_cleared", "observe", None, ("ana",)),
        ("one", [CY_NOT_ASKED], "not_required", "observe", None, ()),
        ("one", [], "unknown", "block", None, ()),
    ],
)
def test_the_answer_for_a_team(
    coverage: str,
    members: list[MemberDecision],
    decision: str,
    enforcement: str,
    valid_through: date | None,
    blocking: tuple[str, ...],
) -> None:
    assert team_verdict(Coverage(coverage), members) == TeamVerdict(
        decision=ClearanceDecision(decision),
        enforcement=Enforcement(enforcement),
        valid_through=valid_through,
        blocking=blocking,
    )


@pytest.mark.parametrize(
    ("products", "closes_on", "risk"),
    [
        ((REFUSED,), None, Risk.NOT_CLEARED),
        ((), LATER, Risk.NOT_CLEARED),
        ((CLEARED, WAIVED), SOON, None),
        ((CLEARED, WAIVED), SOON + ONE_DAY, Risk.ENDS_BEFORE_CLOSE),
        ((CLEARED, WAIVED), None, None),
        ((NOT_ASKED,), LATER, None),
    ],
)
def test_a_deal_is_at_risk(products: tuple[ProductDecision, ...], closes_on: date | None, risk: Risk | None) -> None:
    assert at_risk(decide(products), closes_on) is risk


VERDICTS = st.sampled_from([CERTIFIED, IN_PROGRESS, IN_GRACE, SUSPENDED, REVOKED, None])
DAYS = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))
REQUIREMENTS = st.builds(
    GateRequirement,
    regions=st.frozensets(st.sampled_from(["CN", "DE"])),
    from_stage=st.sampled_from(DealStage),
    roles=st.frozensets(st.sampled_from(["owner", "specialist"])),
    enforcement=st.sampled_from(Enforcement),
)
FACTS_OF_ALL_KINDS = st.builds(
    ProductFacts,
    product=st.sampled_from(["keeper-crm", "shopfront"]),
    known=st.booleans(),
    rep=st.sampled_from(RepStatus),
    requirement=st.none() | REQUIREMENTS,
    verdict=VERDICTS,
    situation=st.builds(
        Situation,
        stage=st.sampled_from([None, "signing", *DealStage]),
        region=st.sampled_from([None, "CN", "DE", "FR"]),
        role=st.sampled_from([None, "owner", "specialist", "engineer"]),
    ),
    waived_through=st.none() | DAYS,
    supervisor_cleared=st.booleans(),
)
DECISIONS = FACTS_OF_ALL_KINDS.map(lambda facts: decide_product(facts, TODAY))


@given(FACTS_OF_ALL_KINDS)
def test_a_refusal_has_reasons_and_doubt_never_clears(facts: ProductFacts) -> None:
    decided = decide_product(facts, TODAY)
    assert decided.allowed or decided.reasons
    assert decided.valid_through is None or decided.valid_through >= TODAY
    if not facts.known or facts.rep is not RepStatus.ACTIVE:
        assert not decided.allowed


@given(FACTS_OF_ALL_KINDS)
def test_knowing_less_about_the_deal_never_opens_the_gate(facts: ProductFacts) -> None:
    blind = decide_product(replace(facts, situation=Situation()), TODAY)
    assert decide_product(facts, TODAY).allowed >= blind.allowed


@given(st.lists(DECISIONS), st.randoms(use_true_random=False), DECISIONS)
def test_neither_order_nor_one_more_product_makes_it_better(
    products: list[ProductDecision], chance: Random, one_more: ProductDecision
) -> None:
    shuffled = chance.sample(products, len(products))
    clearance, again = decide(products), decide(shuffled)
    assert replace(again, products=clearance.products) == clearance
    assert clearance.allowed == (bool(products) and all(each.allowed for each in products))
    assert any(stops(each.decision, each.enforcement) for each in products) == (
        bool(products) and stops(clearance.decision, clearance.enforcement)
    )
    if products and not clearance.allowed:
        assert not decide([*products, one_more]).allowed


@given(st.lists(st.builds(MemberDecision, rep=st.sampled_from("abc"), is_owner=st.booleans(), answer=DECISIONS)))
def test_a_team_of_which_every_member_is_cleared_is_covered_in_any_way(members: list[MemberDecision]) -> None:
    every, one = team_verdict(Coverage.EVERY, members), team_verdict(Coverage.ONE, members)
    assert every.allowed <= one.allowed
    if any(each.is_owner for each in members):
        assert every.allowed <= team_verdict(Coverage.OWNER, members).allowed
