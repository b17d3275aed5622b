"""The gate against a model: whatever happens in whatever order, nobody who is not cleared is added under block."""

import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session, SQLModel, col

from app.catalog.models import Product
from app.certification.models import CertificationEventKind
from app.certification.queries import record
from app.certification.sanctions.actions import sanction
from app.database import Database
from app.deals.actions import Facts, change
from app.deals.facts import DealFacts, deals
from app.deals.models import Deal
from app.deals.queries import Question, clearances
from app.deals.team import add_member, remove_member
from app.people.models import Person
from factories import NOW, attest, deal, person, sellable

PEOPLE = ("ana", "marek", "lin")
PRODUCTS = {"keeper": "block", "porter": "warn", "waf": "require_approval", "bot": "observe"}
FROM_STAGE = {"keeper": 0, "porter": 0, "waf": 1, "bot": 0}
STAGES = ("discovery", "proposal", "negotiation", "contract", "delivery", "renewal")
TODAY = NOW.date()
STOPPING = ("require_approval", "block")


@dataclass
class Model:
    """What a person would keep on paper: who signed when, who is suspended, who is on the deal, where it is."""

    signed: dict[tuple[str, str], date] = field(default_factory=dict)
    suspended: set[tuple[str, str]] = field(default_factory=set)
    team: set[str] = field(default_factory=set)
    stage: int = 0
    today: date = TODAY

    def cleared(self, who: str, what: str) -> bool:
        day = self.signed.get((who, what))
        year = date(day.year + 1, day.month, day.day) if day and (day.month, day.day) != (2, 29) else None
        if day and year is None:
            year = date(day.year + 1, 2, 28)
        return (who, what) not in self.suspended and year is not None and self.today < year

    def asked(self, what: str) -> bool:
        return self.stage >= FROM_STAGE[what]

    def allowed(self, who: str, what: str) -> bool:
        return not self.asked(what) or self.cleared(who, what)

    def stops(self, who: str, stage: int | None = None) -> bool:
        at = self.stage if stage is None else stage
        return any(
            PRODUCTS[what] in STOPPING and at >= FROM_STAGE[what] and not self.cleared(who, what) for what in PRODUCTS
        )


class Gate(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name) / 'gate.db'}")
        SQLModel.metadata.create_all(self.database.engine)
        self.now = NOW
        self.model = Model()
        self.number = 0
        with self.database.write() as session:
            self.people: dict[str, Person] = {name: person(session, f"{name}@example.com") for name in PEOPLE}
            # the basis `completion` counts from the day of the signature, as the model does
            self.products: dict[str, Product] = {
                slug: sellable(
                    session, slug, enforcement=enforcement, from_stage=STAGES[FROM_STAGE[slug]], basis="completion",
                    grace_days=0, renewal_window_days=336,
                )
                for slug, enforcement in PRODUCTS.items()
            }  # fmt: skip
            deal(session, "D-1", products=list(self.products.values()))

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.dispose()
            self.folder.cleanup()

    def stored(self, session: Session) -> DealFacts:
        (found,) = deals(session, col(Deal.reference) == "D-1", None)
        return found

    @rule(days=st.integers(1, 200))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.model.today = self.now.date()

    @rule(who=st.sampled_from(PEOPLE), what=st.sampled_from(sorted(PRODUCTS)))
    def signs(self, who: str, what: str) -> None:
        self.now += timedelta(minutes=1)
        self.number += 1
        pair = (who, what)
        with self.database.write() as session:
            attest(session, self.people[who], self.products[what], at=self.now, number=self.number)
            found = record(session, self.people[who].id or 0, self.products[what].id or 0, self.now)
        assert found is not None
        # whether a signature renews is certification's to decide, and tested there; the model takes the day it counts
        if found.facts.period is not None and pair not in self.model.suspended:
            self.model.signed[pair] = found.facts.period.done_on

    @rule(who=st.sampled_from(PEOPLE), what=st.sampled_from(sorted(PRODUCTS)), back=st.booleans())
    def is_suspended_or_back(self, who: str, what: str, *, back: bool) -> None:
        pair = (who, what)
        if back != (pair in self.model.suspended):
            return
        self.now += timedelta(minutes=1)
        kind = CertificationEventKind.REINSTATED if back else CertificationEventKind.SUSPENDED
        person_id, product_id = self.people[who].id or 0, self.products[what].id or 0
        with self.database.write() as session:
            sanction(session, person_id, product_id, kind, reason="why", by="compliance@example.com", moment=self.now)
            found = record(session, person_id, product_id, self.now)
        (self.model.suspended.discard if back else self.model.suspended.add)(pair)
        if back and found is not None and found.facts.period is not None:
            self.model.signed[pair] = found.facts.period.done_on

    @rule(who=st.sampled_from(PEOPLE))
    def is_added(self, who: str) -> None:
        self.now += timedelta(minutes=1)
        with self.database.write() as session:
            stored = self.stored(session)
            outcome = add_member(
                session, stored, f"{who}@example.com", "specialist", step=stored.step, by="m@example.com",
                moment=self.now,
            )  # fmt: skip
        stopped = who not in self.model.team and self.model.stops(who)
        assert outcome.done is not stopped
        if not stopped:
            self.model.team.add(who)

    @precondition(lambda self: self.model.team)
    @rule(data=st.data())
    def is_removed(self, data: Any) -> None:
        who = data.draw(st.sampled_from(sorted(self.model.team)))
        self.now += timedelta(minutes=1)
        with self.database.write() as session:
            stored = self.stored(session)
            remove_member(session, stored, f"{who}@example.com", step=stored.step, by="m", moment=self.now)
        self.model.team.discard(who)

    @rule(stage=st.integers(0, len(STAGES) - 1))
    def moves(self, stage: int) -> None:
        self.now += timedelta(minutes=1)
        with self.database.write() as session:
            stored = self.stored(session)
            facts = Facts(**{name: getattr(stored, name) for name in Facts.__slots__} | {"stage": STAGES[stage]})
            outcome = change(session, stored, facts, step=stored.step, by="m@example.com", moment=self.now)
        # a deal without a team has nobody who could stop it, but nobody either who answers for its products
        stopped = stage > self.model.stage and any(self.model.stops(who, stage) for who in self.model.team)
        assert outcome.done is not stopped
        if not stopped:
            self.model.stage = stage

    @invariant()
    def the_gate_answers_as_the_model_does(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.database.read() as session:
            assert {each.email.partition("@")[0] for each in self.stored(session).members} == self.model.team
            found = clearances(
                session, [Question(rep=f"{who}@example.com", deal="D-1") for who in PEOPLE], moment_of(self.now)
            )
        answers = {
            (who, each.decision.product): each.decision.allowed
            for who, answer in zip(PEOPLE, found, strict=True)
            for each in answer.products
        }
        assert answers == {(who, what): self.model.allowed(who, what) for who in PEOPLE for what in PRODUCTS}


def moment_of(now: datetime) -> datetime:
    return now + timedelta(seconds=1)


TestGate = Gate.TestCase
TestGate.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
