"""Setting and withdrawing what the gate asks: days, stale pages, second clicks, what is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.database import Database, stored_id
from app.deals.models import DealProduct
from app.deals.policies.actions import FURTHEST, StalePolicyError, set_policy, withdraw
from app.deals.policies.history import History, histories
from app.deals.policies.queries import policies
from app.deals.policies.rules import Phase
from app.deals.rules import Enforcement
from app.errors import InvalidError, NotFoundError
from factories import NOW, deal
from gatehouse import BLOCK, DAY, FRIDAY, MONDAY, House, house, put, wanted

OBSERVE = {"requirements": [{"enforcement": "observe"}]}
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def at_gate(session: Session) -> House:
    return house(session)


def history(session: Session, at_gate: House) -> History:
    return histories(session, [at_gate.product.id])[at_gate.product.id]


def asked(session: Session, at_gate: House, as_of: datetime) -> Enforcement | None:
    policy = policies(session, [at_gate.product.id], as_of).get(at_gate.product.id)
    return policy.requirements[0].enforcement if policy else None


def audited(session: Session) -> list[tuple[str, str, str, str]]:
    rows = session.scalars(select(AuditEntry).where(col(AuditEntry.action).like("gate.%")).order_by(col(AuditEntry.id)))
    return [(each.action, each.actor, each.subject, each.details["reason"]) for each in rows]


def take_back(session: Session, at_gate: House, policy: int, seen: Phase, *, step: int, at: datetime) -> None:
    withdraw(
        session, at_gate.product, policy, reason="Too early", seen=seen, step=step, by="admin@example.com", moment=at
    )


def test_it_holds_from_its_first_day_through_its_last_and_is_on_record(session: Session, at_gate: House) -> None:
    put(session, at_gate, BLOCK, ends_on=FRIDAY + DAY)
    days = [asked(session, at_gate, NOW + number * DAY) for number in range(3, 7)]
    assert days == [None, Enforcement.BLOCK, Enforcement.BLOCK, None]
    assert audited(session) == [
        ("gate.policy_set", "compliance@example.com", "keeper", "Everybody had the time to learn")
    ]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (MONDAY - DAY, None, "starts_on"),
        (FRIDAY, FRIDAY - DAY, "ends_on"),
        (MONDAY + FURTHEST + DAY, None, "starts_on"),
        (date.max, date.max, "starts_on"),
        (FRIDAY, date.max, "ends_on"),
    ],
)
def test_days_that_cannot_be_are_refused(
    session: Session, at_gate: House, starts_on: date, ends_on: date | None, field: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        put(session, at_gate, BLOCK, starts_on=starts_on, ends_on=ends_on)
    assert [each["pointer"] for each in refusal.value.errors] == [f"/{field}"]
    assert history(session, at_gate).found == []


def test_a_stale_page_stores_nothing(session: Session, at_gate: House) -> None:
    put(session, at_gate, BLOCK, step=0)
    with pytest.raises(StalePolicyError):
        put(session, at_gate, OBSERVE, step=0, by="admin@example.com")
    assert len(history(session, at_gate).found) == 1


def test_a_second_click_is_done_once(session: Session, at_gate: House) -> None:
    first = put(session, at_gate, BLOCK, step=0)
    assert put(session, at_gate, BLOCK, step=0) == first
    assert len(history(session, at_gate).found) == len(audited(session)) == 1


def test_the_same_words_of_somebody_else_are_another_change(session: Session, at_gate: House) -> None:
    put(session, at_gate, BLOCK, step=0)
    with pytest.raises(StalePolicyError):
        put(session, at_gate, BLOCK, step=0, by="admin@example.com")


def test_of_two_at_once_one_is_told(database: Database, session: Session) -> None:
    at_gate = house(session)

    def try_it(by: str) -> str:
        try:
            with database.write() as writing:
                set_policy(writing, at_gate.product, wanted(BLOCK), step=0, by=by, moment=LATER)
        except StalePolicyError:
            return "stale"
        return "set"

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(try_it, [f"admin-{number}@example.com" for number in range(4)]))
    assert sorted(answers) == ["set", "stale", "stale", "stale"]
    session.rollback()
    assert len(history(session, at_gate).found) == 1


def test_a_deal_is_given_the_product_while_a_policy_is_set(database: Database, session: Session) -> None:
    """An import may hold the audit trail by then, for which setting a policy waits in turn."""
    if database.sqlite:
        pytest.skip("SQLite has one writer at a time")
    at_gate = house(session)
    sold = deal(session, reference="D-9", products=[], team={})
    session.commit()
    with database.write() as setting:
        set_policy(setting, at_gate.product, wanted(BLOCK), step=0, by="admin@example.com", moment=LATER)
        with database.write() as writing:
            writing.execute(text("SET LOCAL lock_timeout = '2s'"))
            writing.add(DealProduct(deal_id=stored_id(sold), product_id=at_gate.product.id))
    assert session.scalars(select(col(DealProduct.product_id)).where(col(DealProduct.deal_id) == sold.id)).all() == [
        at_gate.product.id
    ]


def test_one_that_has_not_begun_is_taken_back(session: Session, at_gate: House) -> None:
    policy = put(session, at_gate, BLOCK)
    take_back(session, at_gate, policy, Phase.COMING, step=1, at=LATER)
    assert asked(session, at_gate, NOW + 6 * DAY) is None
    assert [each[:2] for each in audited(session)] == [
        ("gate.policy_set", "compliance@example.com"),
        ("gate.policy_withdrawn", "admin@example.com"),
    ]


def test_one_that_runs_ends_at_once_and_held_until_then(session: Session, at_gate: House) -> None:
    policy = put(session, at_gate, BLOCK, starts_on=MONDAY)
    ended = NOW + 5 * DAY
    take_back(session, at_gate, policy, Phase.RUNNING, step=1, at=ended)
    moments = [ended - timedelta(seconds=1), ended, ended + DAY]
    assert [asked(session, at_gate, each) for each in moments] == [Enforcement.BLOCK, None, None]


@pytest.mark.parametrize(
    ("seen", "step", "days"),
    [
        (Phase.COMING, 0, 0),  # somebody has changed something
        (Phase.COMING, 1, 4),  # it has begun since
        (Phase.RUNNING, 1, 6),  # it has ended by itself since
        (Phase.OVER, 1, 6),
    ],
)
def test_what_changed_since_the_page_was_made_is_not_withdrawn(
    session: Session, at_gate: House, seen: Phase, step: int, days: int
) -> None:
    policy = put(session, at_gate, BLOCK, ends_on=FRIDAY + DAY)
    with pytest.raises(StalePolicyError):
        take_back(session, at_gate, policy, seen, step=step, at=LATER + days * DAY)
    assert history(session, at_gate).step == 1


def test_a_policy_of_another_product_is_not_found(session: Session, at_gate: House) -> None:
    with pytest.raises(NotFoundError):
        take_back(session, at_gate, 4711, Phase.COMING, step=0, at=LATER)
