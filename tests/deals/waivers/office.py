"""A sales office in which exceptions are asked for: who is who, and what they do."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.catalog.models import ContentKind
from app.catalog.queries import content as find_content
from app.database import stored_id
from app.deals.lists import opened
from app.deals.models import DealMember
from app.deals.queries import Question, clearances
from app.deals.waivers.actions import Outcome, Wish, ask, decide
from app.deals.waivers.emergencies import give
from app.deals.waivers.models import Waiver
from app.people.access import CurrentPerson
from app.people.models import Person, Role
from app.people.queries import roles_of
from factories import NOW, attest, deal, person, published, sellable

DAY = timedelta(days=1)
TODAY = NOW.date()
SOON = TODAY + 10 * DAY


class Office:
    """Ana owns D-1 and is certified; Marek and Lin are not. Miriam leads all three, Boris leads Miriam.

    Keeper blocks, Porter requires an approval, Signal only warns. Cleo and Dora are compliance, Ada administers.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.people: dict[str, Person] = {}
        boris = self._person("boris", Role.MANAGER)
        miriam = self._person("miriam", Role.MANAGER, manager=boris)
        for name in ("ana", "marek", "lin"):
            self._person(name, Role.REP, manager=miriam)
        self._person("cleo", Role.COMPLIANCE)
        self._person("dora", Role.COMPLIANCE)
        self._person("ada", Role.ADMIN)
        self._person("rita", Role.MANAGER)
        self._person("charlie", Role.REP)
        self.keeper = sellable(session, "keeper", name="Keeper CRM", from_stage="proposal")
        self.porter = sellable(session, "porter", enforcement="require_approval")
        self.signal = sellable(session, "signal", enforcement="warn")
        for product in (self.keeper, self.porter, self.signal):
            attest(session, self.people["ana"], product)
        self.deal = deal(
            session,
            "D-1",
            products=[self.keeper, self.porter, self.signal],
            team={"owner": [self.people["ana"]]},
            stage="proposal",
        )
        session.commit()

    def _person(self, name: str, *roles: Role, manager: Person | None = None) -> Person:
        self.people[name] = person(self.session, f"{name}@example.com", *roles, manager=manager)
        return self.people[name]

    def viewer(self, name: str) -> CurrentPerson:
        row = self.people[name]
        held = frozenset(roles_of(self.session, [stored_id(row)]).get(stored_id(row), ()))
        return CurrentPerson(stored_id(row), row.email, row.name, held, 0)

    def wish(self, **more: Any) -> Wish:
        facts = {"person": "marek@example.com", "product": "keeper", "reason": "They wait.", "through": SOON, **more}
        return Wish(**{"key": f"{facts['person']} {facts['product']} {id(facts)}"[:40], **facts})

    def asks(self, name: str = "ana", *, at: datetime = NOW, **more: Any) -> Outcome:
        viewer = self.viewer(name)
        return ask(self.session, opened(self.session, viewer, "D-1", at), self.wish(**more), by=viewer, moment=at)

    def gives(self, name: str = "miriam", *, at: datetime = NOW, **more: Any) -> Outcome:
        viewer = self.viewer(name)
        wish = self.wish(**{"through": at.date(), **more})
        return give(self.session, opened(self.session, viewer, "D-1", at), wish, by=viewer, moment=at)

    def decides(
        self, name: str, waiver: int, *, approve: bool = True, through: date | None = None, at: datetime = NOW
    ) -> Waiver:
        viewer = self.viewer(name)
        answer = "" if approve else "No."
        return decide(self.session, waiver, approve=approve, answer=answer, through=through, by=viewer, moment=at)

    def joins(self, name: str, *, beside: str | None = None) -> None:
        self.session.add(
            DealMember(
                deal_id=stored_id(self.deal),
                person_id=stored_id(self.people[name]),
                role="specialist",
                supervisor_id=stored_id(self.people[beside]) if beside else None,
                added_at=NOW,
                added_by="crm@example.com",
            )
        )
        self.session.flush()

    def enforces(self, product: str, enforcement: str, at: datetime = NOW) -> None:
        """Publish a program that enforces something else."""
        owner = getattr(self, product)
        content = find_content(self.session, ContentKind.PROGRAM, product)
        assert content is not None
        document = {**content.draft, "enforcement": enforcement}
        published(self.session, owner, ContentKind.PROGRAM, product, document, at=at)

    def answer(self, name: str = "marek", product: str = "keeper", at: datetime = NOW) -> str:
        """How the gate answers somebody on D-1."""
        question = Question(rep=f"{name}@example.com", products=(product,), deal="D-1")
        return clearances(self.session, [question], at)[0].clearance.decision.value

    def waiver(self, number: int) -> Waiver:
        return self.session.get_one(Waiver, number)
