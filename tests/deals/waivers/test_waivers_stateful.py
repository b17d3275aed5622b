"""Whatever happens in whatever order, no exception is given by who asked, by who is on the deal, or for too long."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from app.database import Database, stored_id
from app.deals.lists import opened
from app.deals.models import DealMember
from app.deals.team import remove_member
from app.deals.waivers.actions import end
from app.deals.waivers.cases import on_deal
from app.deals.waivers.emergencies import review
from app.deals.waivers.models import Review, Waiver
from app.errors import AppError
from deals.waivers.office import DAY, Office
from factories import NOW

PEOPLE = st.sampled_from(["ana", "marek", "lin", "miriam", "boris", "cleo", "dora", "ada", "rita"])
REPS = st.sampled_from(["marek", "lin"])
ASKERS = st.sampled_from(["ana", "marek", "miriam", "boris", "ada"])
DECIDERS = st.sampled_from(["miriam", "cleo", "boris", "dora", "ana", "marek", "ada"])
PRODUCTS = st.sampled_from(["porter", "keeper"])
DAYS = st.sampled_from([5, 30, 31, 1, 0, -1])
NUMBERS = st.sampled_from([2, 1, 3])
LONGEST = timedelta(days=30)


class Waivers(RuleBasedStateMachine):
    """One office; each step is one request, which is stored or leaves everything as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name) / 'waivers.db'}")
        SQLModel.metadata.create_all(self.database.engine)
        self.session = Session(self.database.engine.execution_options(writes=True), expire_on_commit=False)
        self.at = NOW
        self.given: dict[int, frozenset[int]] = {}
        self.keys = 0

    def teardown(self) -> None:
        self.session.close()
        self.database.dispose()
        self.folder.cleanup()

    @initialize()
    def office(self) -> None:
        self.house = Office(self.session)
        self.house.asks(product="porter", through=(NOW + 20 * DAY).date())
        self.house.asks(product="keeper", person="lin@example.com", through=(NOW + 30 * DAY).date())
        self.session.commit()

    def _team(self) -> frozenset[int]:
        return on_deal(opened(self.session, self.house.viewer("ada"), "D-1", self.at).deal)

    def _numbered(self) -> dict[str, str]:
        self.keys += 1
        return {"key": f"form number {self.keys}"}

    def _may(self, step: object) -> None:
        team = self._team()
        known = set(self.given)
        try:
            step()  # type: ignore[operator]  # every step is a function
        except AppError:
            self.session.rollback()
            return
        self.session.commit()
        for row in self.session.execute(select(col(Waiver.id)).where(col(Waiver.approved).is_(True))):
            if row.id not in known:
                self.given[row.id] = team

    @rule(who=ASKERS, person=REPS, product=PRODUCTS, days=DAYS)
    def ask(self, who: str, person: str, product: str, days: int) -> None:
        wish = {"person": f"{person}@example.com", "product": product, "through": (self.at + days * DAY).date()}
        self._may(lambda: self.house.asks(who, at=self.at, **wish, **self._numbered()))

    @rule(who=PEOPLE, person=REPS, product=PRODUCTS, days=st.integers(-1, 3))
    def give(self, who: str, person: str, product: str, days: int) -> None:
        wish = {"person": f"{person}@example.com", "product": product, "through": (self.at + days * DAY).date()}
        self._may(lambda: self.house.gives(who, at=self.at, **wish, **self._numbered()))

    @rule(who=DECIDERS, number=NUMBERS, approve=st.sampled_from([True, True, False]), days=st.none() | DAYS)
    def decide(self, who: str, number: int, days: int | None, *, approve: bool) -> None:
        through = None if days is None else (self.at + days * DAY).date()
        self._may(lambda: self.house.decides(who, number, approve=approve, through=through, at=self.at))

    @rule(who=PEOPLE, number=NUMBERS)
    def end(self, who: str, number: int) -> None:
        self._may(lambda: end(self.session, number, reason="So.", by=self.house.viewer(who), moment=self.at))

    @rule(who=PEOPLE, number=NUMBERS, found=st.sampled_from(Review))
    def review(self, who: str, number: int, found: Review) -> None:
        by = self.house.viewer(who)
        self._may(lambda: review(self.session, number, found=found, note_="So.", by=by, moment=self.at))

    @rule(who=PEOPLE)
    def join(self, who: str) -> None:
        key = (stored_id(self.house.deal), stored_id(self.house.people[who]))
        if self.session.get(DealMember, key) is None:
            self.house.joins(who)
            self.session.commit()

    @rule(who=PEOPLE)
    def leave(self, who: str) -> None:
        deal = opened(self.session, self.house.viewer("ada"), "D-1", self.at).deal
        email = f"{who}@example.com"
        self._may(
            lambda: remove_member(self.session, deal, email, step=deal.step, by="ada@example.com", moment=self.at)
        )

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @invariant()
    def nothing_is_given_that_must_not_be(self) -> None:
        for each in self.session.scalars(select(Waiver).where(col(Waiver.approved).is_(True))):
            assert each.decided_at is not None
            assert each.id is not None
            decided_on = each.decided_at.date()
            assert each.decided_by != each.person_id
            assert each.decided_by not in self.given.get(each.id, frozenset())
            assert decided_on <= each.through <= decided_on + (DAY if each.break_glass else LONGEST)
            assert each.break_glass or each.decided_by != each.asked_by
            assert each.reviewed_by is None or each.reviewed_by not in {each.asked_by, each.person_id}
            if each.review is Review.FAULTED and each.reviewed_at and each.reviewed_at.date() <= each.through:
                assert each.ended_at is not None

    @invariant()
    def one_emergency_at_most_waits_for_its_review(self) -> None:
        unreviewed = select(Waiver).where(col(Waiver.break_glass).is_(True), col(Waiver.review).is_(None))
        scopes = [(each.person_id, each.product_id) for each in self.session.scalars(unreviewed)]
        assert len(scopes) == len(set(scopes))


TestWaivers = Waivers.TestCase
TestWaivers.settings = settings(
    max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
