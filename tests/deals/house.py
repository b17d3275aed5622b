"""The house of the tests of deals: who is who, and what is stored of them."""

from sqlalchemy import select
from sqlmodel import Session, col

from app.deals.models import Deal, DealMember, Decision
from app.people.models import Person, Role
from factories import attest, deal, person, sellable


class House:
    """Miriam leads Ana (cleared) and Marek (not); Charlie works elsewhere; D-1 is Ana's and carries Keeper."""

    def __init__(self, session: Session) -> None:
        self.miriam = person(session, "miriam@example.com", Role.MANAGER, name="Miriam Stolz")
        self.ana = person(session, "ana@example.com", name="Ana Duarte", manager=self.miriam)
        self.marek = person(session, "marek@example.com", name="Marek Nowak", manager=self.miriam)
        self.charlie = person(session, "charlie@example.com", name="Charlie Roe")
        person(session, "compliance@example.com", Role.COMPLIANCE)
        person(session, "admin@example.com", Role.ADMIN)
        person(session, "trainer@example.com", Role.TRAINER)
        person(session, "other-manager@example.com", Role.MANAGER)
        self.keeper = sellable(session, name="Keeper CRM", from_stage="proposal")
        attest(session, self.ana, self.keeper)
        self.deal = deal(session, "D-1", products=[self.keeper], team={"owner": [self.ana]}, stage="proposal")
        session.commit()


def stored_team(session: Session, reference: str = "D-1") -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(
        select(col(Person.email), col(DealMember.role))
        .join(DealMember, col(DealMember.person_id) == col(Person.id))
        .join(Deal, col(Deal.id) == col(DealMember.deal_id))
        .where(col(Deal.reference) == reference)
        .order_by(col(Person.email))
    )
    return [(row.email, row.role) for row in rows]


def actions_kept(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(col(Decision.action)).order_by(col(Decision.id))))
