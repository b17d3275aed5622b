"""Who decides about an exception, whether one helps, and where one stands."""

from datetime import date, timedelta

import pytest

from app.deals.rules import ClearanceDecision, Enforcement
from app.deals.waivers.charts import chart
from app.deals.waivers.listing import Counted
from app.deals.waivers.rules import (
    Case,
    Decider,
    Obstacle,
    WaiverRefusal,
    WaiverState,
    decider_refusals,
    obstacle,
    reviewer_refusals,
    state,
    term_refusals,
)
from factories import NOW

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
MAX, ANA, BO, MIA = 1, 2, 3, 4
BLOCKS = Case(asker=MAX, person=ANA, on_deal={ANA, BO}, enforcement=Enforcement.BLOCK)
APPROVAL = Case(asker=MAX, person=ANA, on_deal={ANA, BO}, enforcement=Enforcement.REQUIRE_APPROVAL)


@pytest.mark.parametrize(
    ("decider", "case", "refusals"),
    [
        (Decider(id=MIA, compliance=True), BLOCKS, ()),
        (Decider(id=MIA, compliance=True), APPROVAL, ()),
        (Decider(id=MIA, leads=True), APPROVAL, ()),
        (Decider(id=MIA, leads=True), BLOCKS, (WaiverRefusal.NOT_ENTITLED,)),
        (Decider(id=MIA), APPROVAL, (WaiverRefusal.NOT_ENTITLED,)),
        (Decider(id=MAX, compliance=True), BLOCKS, (WaiverRefusal.ASKED,)),
        (Decider(id=BO, compliance=True), BLOCKS, (WaiverRefusal.ON_DEAL,)),
        (Decider(id=ANA, compliance=True), BLOCKS, (WaiverRefusal.ABOUT_THEMSELVES, WaiverRefusal.ON_DEAL)),
    ],
)
def test_somebody_else_who_is_not_on_the_deal_decides(
    decider: Decider, case: Case, refusals: tuple[WaiverRefusal, ...]
) -> None:
    assert decider_refusals(decider, case) == refusals


@pytest.mark.parametrize(
    ("reviewer", "refusals"),
    [
        (Decider(id=MIA, compliance=True), ()),
        (Decider(id=MIA, leads=True), (WaiverRefusal.NOT_ENTITLED,)),
        (Decider(id=MAX, leads=True), (WaiverRefusal.ASKED, WaiverRefusal.NOT_ENTITLED)),
        (Decider(id=MAX, compliance=True), (WaiverRefusal.ASKED,)),
    ],
)
def test_compliance_reviews_what_somebody_else_gave(reviewer: Decider, refusals: tuple[WaiverRefusal, ...]) -> None:
    assert reviewer_refusals(reviewer, APPROVAL) == refusals


@pytest.mark.parametrize(
    ("through", "refusals"),
    [
        (TODAY, ()),
        (TODAY + 30 * DAY, ()),
        (TODAY + 31 * DAY, (WaiverRefusal.TOO_LONG,)),
        (TODAY - DAY, (WaiverRefusal.ALREADY_OVER,)),
    ],
)
def test_it_holds_from_today_for_thirty_days_at_most(through: date, refusals: tuple[WaiverRefusal, ...]) -> None:
    assert term_refusals(TODAY, through) == refusals


@pytest.mark.parametrize(
    ("approved", "ended", "through", "stands"),
    [
        (None, False, TODAY, WaiverState.WAITING),
        (None, False, TODAY - DAY, WaiverState.MISSED),
        (None, True, TODAY, WaiverState.WITHDRAWN),
        (False, False, TODAY, WaiverState.REFUSED),
        (True, False, TODAY, WaiverState.HOLDS),
        (True, False, TODAY - DAY, WaiverState.OVER),
        (True, True, TODAY, WaiverState.ENDED),
    ],
)
def test_where_it_stands(approved: bool | None, through: date, stands: WaiverState, *, ended: bool) -> None:
    assert state(approved=approved, ended=ended, through=through, today=TODAY) is stands


REFUSED = ClearanceDecision.NOT_CLEARED


@pytest.mark.parametrize(
    ("decision", "enforcement", "codes", "found"),
    [
        (REFUSED, Enforcement.BLOCK, ["quiz_not_passed"], None),
        (REFUSED, Enforcement.REQUIRE_APPROVAL, ["in_grace"], None),
        (ClearanceDecision.CLEARED_BY_WAIVER, Enforcement.BLOCK, ["expired"], None),
        (REFUSED, Enforcement.WARN, ["quiz_not_passed"], Obstacle.NOT_STOPPED),
        (REFUSED, Enforcement.OBSERVE, ["quiz_not_passed"], Obstacle.NOT_STOPPED),
        (REFUSED, Enforcement.BLOCK, ["suspended"], Obstacle.TAKEN_AWAY),
        (REFUSED, Enforcement.BLOCK, ["revoked", "quiz_not_passed"], Obstacle.TAKEN_AWAY),
        (REFUSED, Enforcement.BLOCK, ["inactive_rep"], Obstacle.INACTIVE),
        (ClearanceDecision.UNKNOWN, Enforcement.BLOCK, ["unknown_product"], Obstacle.UNKNOWN),
        (ClearanceDecision.CLEARED, Enforcement.BLOCK, [], Obstacle.CLEARED),
        (ClearanceDecision.CLEARED_SUPERVISED, Enforcement.BLOCK, ["in_grace"], Obstacle.SUPERVISED),
        (ClearanceDecision.NOT_REQUIRED, Enforcement.OBSERVE, [], Obstacle.NOT_ASKED),
    ],
)
def test_where_an_exception_helps(
    decision: ClearanceDecision, enforcement: Enforcement, codes: list[str], found: Obstacle | None
) -> None:
    assert obstacle(decision, enforcement, codes) is found
    assert obstacle(decision, enforcement, codes, closed=True) is Obstacle.DEAL_CLOSED


def test_the_chart_counts_each_week_and_product_by_what_came_of_it() -> None:
    def one(days_ago: int, slug: str, *, approved: bool | None, emergency: bool = False) -> Counted:
        return Counted(NOW - days_ago * DAY, approved, ended=False, break_glass=emergency, slug=slug, product=slug)

    found = [
        one(0, "keeper", approved=True),
        one(0, "keeper", approved=False),
        one(1, "porter", approved=True, emergency=True),
        one(7, "keeper", approved=None),
        one(200, "keeper", approved=True),
    ]
    drawn = chart(found, TODAY)
    assert drawn.counts == {"given": 1, "emergency": 1, "refused": 1, "open": 1}
    assert [(week.monday, week.counts) for week in drawn.weeks[-2:]] == [
        (date(2026, 11, 16), {"given": 0, "emergency": 1, "refused": 0, "open": 1}),
        (date(2026, 11, 23), {"given": 1, "emergency": 0, "refused": 1, "open": 0}),
    ]
    assert [(each.slug, each.total) for each in drawn.products] == [("keeper", 3), ("porter", 1)]
    for week in drawn.weeks:
        heights = {piece.y + piece.height for piece in week.pieces if piece.count}
        assert not heights or max(heights) == 160
