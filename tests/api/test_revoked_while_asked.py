"""Whoever is revoked is refused by every question that begins afterwards, however many ask and store at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Event

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.clock import now
from app.database import Database
from app.people.models import Person
from app.people.tokens import create_token
from factories import NOW, attest, person, sellable

THREADS = 8
PEOPLE = 5
REVOKED = 3
pytestmark = pytest.mark.usefixtures("an_hour_later")


@dataclass
class Crowd:
    """Clients that ask about people, and put them on deals, until they are told to stop."""

    application: FastAPI
    headers: dict[str, str]
    emails: list[str]
    going: set[str] = field(default_factory=set)
    """Whose revocation has begun."""
    gone: set[str] = field(default_factory=set)
    """Whose revocation was answered."""
    stop: Event = field(default_factory=Event)
    wrong: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def ask(self, seed: int) -> None:
        chance = Random(seed)  # noqa: S311 (the order of a test, not secrets)
        client = TestClient(self.application)
        while not self.stop.is_set():
            email = chance.choice(self.emails)
            was_gone = email in self.gone
            allowed = self.is_cleared(client, email) if chance.random() < 0.5 else self.gets_deal(client, email)
            if allowed and was_gone:
                self.wrong.append(f"{email} was revoked, and allowed")
            if not allowed and email not in self.going:
                self.wrong.append(f"{email} is cleared, and was refused")

    def is_cleared(self, client: TestClient, email: str) -> bool:
        query = {"rep": email, "product": "keeper"}
        return bool(client.get("/api/v1/clearance", params=query, headers=self.headers).json()["allowed"])

    def gets_deal(self, client: TestClient, email: str) -> bool:
        body = {
            "name": "Harbour", "account": "Harbour", "amount": 1, "currency": "EUR", "stage": "proposal",
            "products": ["keeper"], "team": [{"rep": email, "role": "owner"}],
        }  # fmt: skip
        status = client.put(f"/api/v1/deals/D-{next(self.numbers)}", json=body, headers=self.headers).status_code
        assert status in {200, 409}
        return status == 200


def revoke(database: Database, who: Person, product_id: int) -> None:
    kind = CertificationEventKind.REVOKED
    with database.write() as session:
        sanction(session, who.id or 0, product_id, kind, reason="Said it", by="compliance@example.com", moment=now())


def test_no_question_that_begins_after_a_revocation_is_answered_with_yes(
    application: FastAPI, database: Database, session: Session
) -> None:
    keeper = sellable(session)
    people = [person(session, f"rep{number}@example.com") for number in range(PEOPLE)]
    for each in people:
        attest(session, each, keeper)
    token = create_token(session, "CRM", ["clearance:read", "deals:write"], actor="a@example.com", moment=NOW)
    session.commit()
    crowd = Crowd(application, {"authorization": f"Bearer {token}"}, [each.email for each in people])
    client = TestClient(application)
    with ThreadPoolExecutor(THREADS) as pool:
        working = [pool.submit(crowd.ask, seed) for seed in range(THREADS)]
        try:
            for each in people[:REVOKED]:
                crowd.going.add(each.email)
                revoke(database, each, keeper.id or 0)
                crowd.gone.add(each.email)
                # the very next ones, while the others go on
                assert not crowd.is_cleared(client, each.email)
                assert not crowd.gets_deal(client, each.email)
        finally:
            crowd.stop.set()
        for future in working:
            future.result()
    assert crowd.wrong == []
