"""Everything that happened becomes one event, whenever the job ran before, however often, and only for who listens."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.certification.models import CertificationEventKind, CertificationPeriod, PeriodExtension
from app.config import Settings
from app.database import Database, stored_id
from app.deals.models import DealMember
from app.deals.waivers.models import Waiver
from app.jobs.models import Job
from app.webhooks.actions import remove
from app.webhooks.collecting import collect
from app.webhooks.events import EventType
from app.webhooks.facts import LOOKS_BACK
from app.webhooks.models import DealWatch, WebhookDelivery, WebhookEvent
from app.webhooks.watching import watch
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements
from webhooks.listening import DAY, EVERYTHING, MINUTE, endpoint, payloads, sanction

BEGAN = NOW - 300 * DAY
DONE = date(2026, 11, 23)
HOUR = 60 * MINUTE


class House:
    """A product, a rep who was certified on it, and a CRM that listens since before."""

    def __init__(self, session: Session, settings: Settings, *, since: datetime = BEGAN) -> None:
        self.keeper = sellable(session, at=BEGAN - DAY)
        self.ana = person(session, "ana@example.com", at=BEGAN - DAY)
        self.crm = endpoint(session, settings, at=since).id
        session.commit()


def events(database: Database) -> list[tuple[str, dict[str, Any]]]:
    return [(each["type"], each["data"]) for each in payloads(database)]


def types(database: Database) -> list[str]:
    return [kind for kind, _data in events(database)]


def test_the_life_of_a_certification_is_told_once_in_order(
    database: Database, session: Session, settings: Settings
) -> None:
    house = House(session, settings)
    attest(session, house.ana, house.keeper, at=NOW)
    session.commit()
    through = session.scalar(select(col(CertificationPeriod.valid_through)))
    opens = session.scalar(select(col(CertificationPeriod.window_opens_on)))
    session.rollback()
    assert through is not None
    assert opens is not None
    whose = {"rep": "ana@example.com", "product": "keeper", "level": "standard", "period": 1}
    days = [DONE, DONE + DAY, opens - DAY, opens, opens + DAY, through, through + DAY, through + 2 * DAY]
    told = [
        day
        for day in days
        if collect(database, _midnight(day) + 10 * HOUR) + collect(database, _midnight(day) + 10 * HOUR)
    ]
    assert told == [DONE, opens, through + DAY]
    assert events(database) == [
        ("certification.awarded", {**whose, "origin": "earned", "valid_through": through.isoformat()}),
        ("certification.expiring", {**whose, "valid_through": through.isoformat()}),
        ("certification.expired", {**whose, "valid_through": through.isoformat()}),
    ]
    with database.read() as reading:
        moments = list(reading.scalars(select(col(WebhookEvent.occurred_at)).order_by(col(WebhookEvent.id))))
    assert moments == [NOW, _midnight(opens), _midnight(through + DAY)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, NOW.time().min, NOW.tzinfo)


def test_a_worker_that_stood_still_for_weeks_tells_everything_and_nothing_older(
    database: Database, session: Session, settings: Settings
) -> None:
    house = House(session, settings)
    sanction(session, house.ana, house.keeper, CertificationEventKind.SUSPENDED, at=NOW - LOOKS_BACK - MINUTE)
    sanction(session, house.ana, house.keeper, CertificationEventKind.REINSTATED, at=NOW - LOOKS_BACK + MINUTE)
    sanction(session, house.ana, house.keeper, CertificationEventKind.REVOKED, at=NOW)
    session.commit()
    collect(database, NOW)
    assert types(database) == ["certification.reinstated", "certification.revoked"]


def renewed(session: Session, house: House, through: date) -> None:
    first = session.scalars(select(CertificationPeriod)).one()
    values = first.model_dump(exclude={"id", "code", "number"})
    second = CertificationPeriod(**values, number=2, code="second")
    second.valid_through = second.baseline_through = second.grace_through = through + timedelta(days=365)
    second.window_opens_on = through + timedelta(days=335)
    session.add(second)


def extended(session: Session, _house: House, through: date) -> None:
    period = session.scalars(select(CertificationPeriod)).one()
    session.add(
        PeriodExtension(
            period_id=stored_id(period),
            through=through + timedelta(days=9),
            reason="Leave",
            at=NOW,
            by="cleo@example.com",
        )
    )


def revoked(session: Session, house: House, _through: date) -> None:
    sanction(session, house.ana, house.keeper, CertificationEventKind.REVOKED, at=NOW + MINUTE)


def deactivated(_session: Session, house: House, _through: date) -> None:
    house.ana.deactivated_at = NOW


@pytest.mark.parametrize("change", [renewed, extended, revoked, deactivated])
def test_what_goes_on_or_was_taken_does_not_expire(
    database: Database, session: Session, settings: Settings, change: Callable[[Session, House, date], None]
) -> None:
    house = House(session, settings)
    attest(session, house.ana, house.keeper, at=NOW)
    through = session.scalar(select(col(CertificationPeriod.valid_through)))
    assert through is not None
    change(session, house, through)
    session.add(house.ana)
    session.commit()
    collect(database, _midnight(through) + DAY)
    assert "certification.expired" not in types(database)


def test_an_endpoint_is_told_only_of_what_it_asked_for_and_what_happened_since_it_was_made(
    database: Database, session: Session, settings: Settings
) -> None:
    house = House(session, settings, since=NOW)
    late = endpoint(session, settings, name="Late", at=NOW + 10 * MINUTE).id
    only = endpoint(session, settings, name="Only", events=[EventType.REVOKED], at=NOW).id
    for minutes, kind in ((-1, "SUSPENDED"), (5, "REINSTATED"), (15, "REVOKED")):
        sanction(session, house.ana, house.keeper, CertificationEventKind[kind], at=NOW + minutes * MINUTE)
    session.commit()
    collect(database, NOW + 20 * MINUTE)
    with database.read() as reading:
        rows = reading.execute(
            select(col(WebhookDelivery.endpoint_id), col(WebhookEvent.type))
            .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
            .order_by(col(WebhookDelivery.id))
        )
        assert [tuple(row) for row in rows] == [
            (house.crm, "certification.reinstated"),
            (house.crm, "certification.revoked"),
            (late, "certification.revoked"),
            (only, "certification.revoked"),
        ]


def test_a_waiver_is_told_when_it_is_decided(database: Database, session: Session, settings: Settings) -> None:
    house = House(session, settings)
    stored = deal(session, products=[house.keeper], team={"owner": [house.ana]})
    waiver = Waiver(
        key="w",
        deal_id=stored_id(stored),
        person_id=stored_id(house.ana),
        product_id=stored_id(house.keeper),
        reason="The quiz is on Friday.",
        codes=["expired"],
        through=DONE + DAY,
        asked_by=stored_id(house.ana),
        asked_at=NOW,
    )
    session.add(waiver)
    session.commit()
    collect(database, NOW + MINUTE)
    assert events(database) == []
    waiver.approved, waiver.decided_at = True, NOW + MINUTE
    session.add(waiver)
    session.commit()
    collect(database, NOW + 2 * MINUTE)
    assert events(database) == [
        (
            "waiver.decided",
            {
                "waiver": waiver.id,
                "deal": "D-1",
                "rep": "ana@example.com",
                "product": "keeper",
                "approved": True,
                "through": "2026-11-24",
                "break_glass": False,
            },
        )
    ]


def test_a_deal_is_told_when_its_risk_changes(database: Database, session: Session, settings: Settings) -> None:
    house = House(session, settings)
    attest(session, house.ana, house.keeper, at=NOW - 10 * DAY)
    deal(session, products=[house.keeper], team={"owner": [house.ana]}, at=NOW)
    session.commit()
    assert watch(database, NOW + MINUTE) == 0
    cleo = person(session, "cleo@example.com")
    sanction(session, house.ana, house.keeper, CertificationEventKind.SUSPENDED, at=NOW + 2 * MINUTE)
    session.commit()
    assert (watch(database, NOW + 3 * MINUTE), watch(database, NOW + 3 * MINUTE), watch(database, NOW + DAY)) == (
        1,
        0,
        0,
    )
    sanction(session, house.ana, house.keeper, CertificationEventKind.REINSTATED, at=NOW + 2 * DAY)
    session.commit()
    assert watch(database, NOW + 2 * DAY + MINUTE) == 1
    session.add(
        DealMember(
            deal_id=1, person_id=stored_id(cleo), role="presales", added_at=NOW + 3 * DAY, added_by="crm@example.com"
        )
    )
    session.commit()
    assert watch(database, NOW + 3 * DAY) == 1
    about = {"deal": "D-1", "stage": "discovery", "close_date": "2026-12-11"}
    assert events(database) == [
        (
            "deal.at_risk",
            {
                **about,
                "risk": "not_cleared",
                "stopped": True,
                "people": [{"rep": "ana@example.com", "product": "keeper", "reasons": ["suspended"]}],
            },
        ),
        ("deal.cleared", {**about, "covered_through": "2027-11-12"}),
        (
            "deal.at_risk",
            {
                **about,
                "risk": "not_cleared",
                "stopped": True,
                "people": [{"rep": "cleo@example.com", "product": "keeper", "reasons": ["redlines_not_attested"]}],
            },
        ),
    ]


def test_what_was_so_before_anybody_listened_is_not_told_and_what_changed_since_is(
    database: Database, session: Session, settings: Settings
) -> None:
    house = House(session, settings)
    attest(session, house.ana, house.keeper, at=NOW - 10 * DAY)
    ben = person(session, "ben@example.com", at=BEGAN)
    deal(session, "D-1", products=[house.keeper], team={"owner": [ben]}, at=NOW - 5 * DAY)
    deal(session, "D-2", products=[house.keeper], team={"owner": [house.ana]}, at=NOW - 5 * DAY)
    remove(session, house.crm, actor="adam@example.com", moment=NOW)
    endpoint(session, settings, at=NOW)
    sanction(session, house.ana, house.keeper, CertificationEventKind.SUSPENDED, at=NOW + MINUTE)
    deal(session, "D-3", products=[house.keeper], team={"owner": [ben]}, at=NOW + MINUTE)
    session.commit()
    watch(database, NOW + 2 * MINUTE)
    assert [(kind, data["deal"]) for kind, data in events(database)] == [
        ("deal.at_risk", "D-2"),
        ("deal.at_risk", "D-3"),
    ]


def test_a_closed_deal_is_forgotten(database: Database, session: Session, settings: Settings) -> None:
    house = House(session, settings)
    stored = deal(session, products=[house.keeper], team={"owner": [house.ana]})
    session.commit()
    watch(database, NOW + MINUTE)
    stored.outcome, stored.closed_on = "won", DONE
    session.add(stored)
    session.commit()
    watch(database, NOW + 2 * MINUTE)
    with database.read() as reading:
        assert reading.scalar(select(col(DealWatch.deal_id))) is None


def test_runs_at_the_same_time_tell_nothing_twice(database: Database, session: Session, settings: Settings) -> None:
    house = House(session, settings)
    for number in range(30):
        rep = person(session, f"rep{number}@example.com")
        sanction(session, rep, house.keeper, CertificationEventKind.SUSPENDED, at=NOW)
        deal(session, f"D-{number}", products=[house.keeper], team={"owner": [rep]})
    session.commit()

    def work() -> None:
        collect(database, NOW + MINUTE)
        watch(database, NOW + MINUTE)

    threads = [Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = types(database)
    assert (found.count("certification.suspended"), found.count("deal.at_risk"), len(found)) == (30, 30, 60)
    with database.read() as reading:
        jobs = list(reading.scalars(select(col(Job.key)).where(col(Job.kind) == "webhooks.deliver")))
    assert len(jobs) == len(set(jobs)) == 60


def test_the_number_of_statements_does_not_grow_with_people_and_deals(
    database: Database, session: Session, settings: Settings
) -> None:
    house = House(session, settings)
    counts = []
    for size in (2, 20):
        for number in range(size):
            rep = person(session, f"rep{size}-{number}@example.com")
            attest(session, rep, house.keeper, at=NOW)
            sanction(session, rep, house.keeper, CertificationEventKind.SUSPENDED, at=NOW + MINUTE)
            deal(session, f"D-{size}-{number}", products=[house.keeper], team={"owner": [rep]})
        session.commit()
        with count_statements(database) as statements:
            collect(database, NOW + 2 * MINUTE)
            watch(database, NOW + 2 * MINUTE)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_an_action_asks_for_a_run_soon_where_somebody_listens(
    database: Database, session: Session, settings: Settings
) -> None:
    record(session, at=NOW, actor="system", action="certification.suspended", subject=("certification", "ana keeper"))
    assert _asked(session) == []
    endpoint(session, settings, at=NOW)
    for action in ("certification.suspended", "deal.changed", "person.signed_in_by_nobody", "mail.tried_again"):
        record(session, at=NOW, actor="system", action=action, subject=("certification", "ana keeper"))
    assert [(kind, (due_at - NOW).total_seconds()) for kind, due_at in _asked(session)] == [
        ("webhooks.collect", 4.0),
        ("webhooks.watch", 4.0),
    ]


def _asked(session: Session) -> list[tuple[str, datetime]]:
    rows = session.execute(select(col(Job.kind), col(Job.due_at)).where(col(Job.kind).startswith("webhooks.")))
    return sorted((row.kind, row.due_at) for row in rows)


def test_everything_can_be_asked_for() -> None:
    assert {each.value for each in EVERYTHING} >= {
        "certification.awarded",
        "certification.expiring",
        "certification.expired",
        "certification.suspended",
        "certification.revoked",
        "deal.at_risk",
        "deal.cleared",
        "waiver.decided",
    }
