"""A company to which things happen that people are to be told."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.certification.live.models import LiveSession, Registration
from app.certification.models import (
    Appeal,
    CertificationEvent,
    CertificationEventKind,
    CreditKind,
    RequirementCredit,
    SignOff,
    SignOffOutcome,
)
from app.certification.requirements import RequirementKind
from app.database import stored_id
from app.notices.due import due
from app.notices.rules import Kind
from app.people.models import Person, Role
from factories import NOW, attest, lesson, person, taught

DAY = timedelta(days=1)
LATER = NOW + DAY


class Company:
    """A rep who is certified on a product, a trainer, and somebody of compliance."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.keeper = taught(session, [lesson(1)], requirements=[{"attest": "redlines"}], at=NOW - 60 * DAY)
        self.rep = person(session, "ana@example.com", at=NOW - 60 * DAY)
        self.trainer = person(session, "tom@example.com", Role.TRAINER, at=NOW - 60 * DAY)
        self.decider = person(session, "cleo@example.com", Role.COMPLIANCE, at=NOW - 60 * DAY)
        attest(session, self.rep, self.keeper, at=NOW - 50 * DAY)
        self.ids: dict[str, Any] = {"person_id": stored_id(self.rep), "product_id": stored_id(self.keeper)}

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def event(self, kind: CertificationEventKind, **more: Any) -> CertificationEvent:
        facts: dict[str, Any] = {"reason": "Promised a return.", "at": NOW, "by": "cleo@example.com", **more}
        event = self.add(CertificationEvent(**self.ids, kind=kind, **facts))
        assert isinstance(event, CertificationEvent)
        return event

    def appeal(self, **more: Any) -> int:
        event = self.event(CertificationEventKind.REVOKED, at=NOW - 40 * DAY, by="dora@example.com")
        facts: dict[str, Any] = {"text": "It was a quotation.", "asked_at": NOW, "decide_by": date(2026, 12, 3), **more}
        self.add(Appeal(event_id=stored_id(event), person_id=stored_id(self.rep), **facts))
        return stored_id(event)

    def settle(self, **facts: Any) -> None:
        """Decide the only appeal."""
        self.session.scalars(select(Appeal)).one().sqlmodel_update(facts)
        self.session.flush()

    def lead(self) -> Person:
        """The rep's manager, who is there from when they are first asked for."""
        if self.rep.manager_id is None:
            self.rep.manager_id = stored_id(person(self.session, "lead@example.com", Role.MANAGER, at=NOW - 60 * DAY))
            self.session.flush()
        return self.session.get_one(Person, self.rep.manager_id)

    def sign_off(self, outcome: SignOffOutcome, **more: Any) -> SignOff:
        facts: dict[str, Any] = {"rubric": "pitch", "assessor_id": stored_id(self.trainer), "decided_at": NOW, **more}
        row = self.add(SignOff(**self.ids, outcome=outcome, **facts))
        assert isinstance(row, SignOff)
        return row

    def credit(self, **more: Any) -> RequirementCredit:
        facts: dict[str, Any] = {
            "kind": CreditKind.EXEMPTION,
            "requirement_kind": RequirementKind.LESSON,
            "requirement_key": "lesson-1",
            "title": "",
            "reason": "Wrote it.",
            "done_on": NOW.date(),
            "asked_at": NOW,
            "asked_by": stored_id(self.trainer),
            **more,
        }
        row = self.add(RequirementCredit(**self.ids, **facts))
        assert isinstance(row, RequirementCredit)
        return row

    def live(self, **more: Any) -> LiveSession:
        facts: dict[str, Any] = {
            "product_id": stored_id(self.keeper),
            "key": "workshop",
            "title": "Workshop",
            "host_id": stored_id(self.trainer),
            "starts_at": NOW + 5 * DAY,
            "ends_at": NOW + 6 * DAY,
            "timezone": "Asia/Shanghai",
            "uid": "1@example.com",
            "secret": "secret",
            "fallback_code": "1",
            "created_at": NOW - DAY,
            "created_by": "tom@example.com",
            "changed_at": NOW,
            **more,
        }
        row = self.add(LiveSession(**facts))
        assert isinstance(row, LiveSession)
        return row

    def register(self, live: LiveSession, **more: Any) -> Registration:
        facts: dict[str, Any] = {"person_id": stored_id(self.rep), "registered_at": NOW - DAY, **more}
        row = self.add(Registration(live_session_id=stored_id(live), **facts))
        assert isinstance(row, Registration)
        return row

    def told(self) -> list[tuple[str, Kind, str, bool]]:
        """To whom, what, where it leads, and whether it is urgent."""
        people = {stored_id(each): each.email[:3] for each in (self.rep, self.trainer, self.decider)}
        found = due(self.session, list(people), LATER)
        return sorted((people[each.person_id], each.kind, each.url, each.urgent) for each in found)
