"""Reads that belong to no single feature: who sells in whose branch, their deals, what waits for whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import Content, ContentKind, Product
from app.catalog.text import Text
from app.clock import local_day
from app.deals.facts import GOES_ON, DealFacts, chosen, open_on, those
from app.deals.models import Deal, DealMember, Decision
from app.people.access import CurrentPerson
from app.people.models import ApiToken, Person, PersonRole, Role, Team
from app.people.queries import reporting_tree
from app.quizzes.models import Attempt

SEES_ALL = (Role.COMPLIANCE, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Seller:
    """An active person who sells, with their team."""

    id: int
    name: str
    email: str
    team_id: int | None
    team: str


def branch(session: Session, viewer: CurrentPerson) -> list[int] | None:
    """Return whom a viewer may look at: None is everybody; a manager's own reporting tree; otherwise nobody."""
    if viewer.has(*SEES_ALL):
        return None
    return reporting_tree(session, viewer.id) if viewer.has(Role.MANAGER) else []


def sellers(session: Session, people: Collection[int] | None, as_of: datetime) -> list[Seller]:
    """Return the reps among `people` (everybody when None) who had an account at a moment, by name.

    Roles, teams and managers are those of today: nobody keeps what they were.
    """
    statement = (
        select(col(Person.id), col(Person.name), col(Person.email), col(Person.team_id), col(Team.name))
        .join(PersonRole, (col(PersonRole.person_id) == col(Person.id)) & (col(PersonRole.role) == Role.REP))
        .outerjoin(Team, col(Team.id) == col(Person.team_id))
        .where(
            col(Person.created_at) <= as_of,
            or_(col(Person.deactivated_at).is_(None), col(Person.deactivated_at) > as_of),
        )
        .order_by(func.lower(col(Person.name)), col(Person.id))
    )
    if people is not None:
        statement = statement.where(col(Person.id).in_(people))
    return [Seller(row[0], row[1], row[2], row[3], row[4] or "") for row in session.execute(statement)]


_ON_IT = col(Deal.id).in_(select(col(DealMember.deal_id)).where(any_of(col(DealMember.person_id), "people")))
_WAS_ASKED = col(Deal.id).in_(
    select(col(Decision.deal_id)).where(
        any_of(col(Decision.person_id), "people"), col(Decision.decided_at) <= bindparam("as_of")
    )
)
_THEIRS = those(_ON_IT)
_THEIRS_THEN = those(_ON_IT | _WAS_ASKED)
_THEIRS_STILL_OPEN = those(_ON_IT, GOES_ON)


def deals_of(session: Session, people: Collection[int], as_of: datetime, *, past: bool = False) -> list[DealFacts]:
    """Return the deals that at least one of `people` is on, the next to close first.

    Of a `past` moment, also those that all of them have left since.
    """
    found = [
        each
        for each in chosen(session, _THEIRS_THEN if past else _THEIRS, as_of, people=people)
        if not past or any(member.person_id in people for member in each.members)
    ]
    return _by_close(found)


def open_deals_of(session: Session, person_id: int, moment: datetime) -> list[DealFacts]:
    """Return the deals that a person is on and that go on today, the next to close first."""
    return _by_close(chosen(session, _THEIRS_STILL_OPEN, moment, people=[person_id], **open_on(local_day(moment))))


def _by_close(found: Iterable[DealFacts]) -> list[DealFacts]:
    return sorted(found, key=lambda deal: (deal.close_date is None, deal.close_date, deal.name))


@dataclass(frozen=True, slots=True)
class ChangedDraft:
    """A document whose draft differs from what is published."""

    kind: ContentKind
    slug: str
    product: Text | None
    changed_at: datetime
    changed_by: str
    published: bool


def changed_drafts(session: Session) -> list[ChangedDraft]:
    """Return the drafts that nobody but their authors sees yet, the latest first."""
    rows = session.execute(
        select(
            col(Content.kind),
            col(Content.slug),
            col(Product.name).label("product"),
            col(Content.changed_at),
            func.coalesce(col(Person.name), col(Content.changed_by)),
            col(Content.published_digest).is_not(None),
        )
        .outerjoin(Product, col(Product.id) == col(Content.product_id))
        .outerjoin(Person, col(Person.email) == col(Content.changed_by))
        .where(col(Content.published_digest).is_distinct_from(col(Content.draft_digest)))
        .order_by(col(Content.changed_at).desc(), col(Content.id))
    )
    return [ChangedDraft(*row) for row in rows]


FEWEST_ATTEMPTS = 5
"""First attempts below which a quiz's rate says nothing."""


@dataclass(frozen=True, slots=True)
class HardQuiz:
    """A quiz that fewer than half of the people pass the first time."""

    slug: str
    first_attempts: int
    passed: int


def hard_quizzes(session: Session) -> list[HardQuiz]:
    """Return the quizzes that most people fail the first time, the hardest first."""
    passed = func.sum(case((col(Attempt.passed).is_(True), 1), else_=0))
    rows = session.execute(
        select(col(Content.slug), func.count(), passed)
        .join(Content, col(Content.id) == col(Attempt.content_id))
        .where(col(Attempt.number) == 1, col(Attempt.finished_at).is_not(None))
        .group_by(col(Content.slug))
        .having(func.count() >= FEWEST_ATTEMPTS, passed * 2 < func.count())
        .order_by(col(Content.slug))
    )
    found = [HardQuiz(*row) for row in rows]
    return sorted(found, key=lambda quiz: quiz.passed / quiz.first_attempts)


@dataclass(frozen=True, slots=True)
class AccountsToMend:
    """How many accounts and tokens need an administrator."""

    without_password: int
    without_team: int
    tokens_ending: int


def accounts_to_mend(session: Session, moment: datetime, soon: datetime) -> AccountsToMend:
    """Count active people without a password or a team, and working tokens that end before `soon` unreplaced."""
    active = col(Person.deactivated_at).is_(None)
    people = select(func.count()).select_from(Person).where(active)
    tokens = (
        select(func.count())
        .select_from(ApiToken)
        .where(
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.replaced_by_id).is_(None),
            col(ApiToken.expires_at) > moment,
            col(ApiToken.expires_at) <= soon,
        )
    )
    row = session.execute(
        select(
            people.where(col(Person.password_hash).is_(None)).scalar_subquery(),
            people.where(col(Person.team_id).is_(None)).scalar_subquery(),
            tokens.scalar_subquery(),
        )
    ).one()
    return AccountsToMend(*row)
