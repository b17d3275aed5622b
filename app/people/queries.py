"""Every read of people, teams, sessions and tokens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import bindparam, column, func, or_, select, table
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.anyof import any_of
from app.audit.models import AuditEntry
from app.database import rows
from app.errors import NotFoundError
from app.people.models import ApiToken, PasswordLink, Person, PersonRole, Role, SignInSession, Team
from app.web.i18n import gettext as _

PAGE = 50
"""People on one page."""


class SessionPerson(NamedTuple):
    """Whom a session cookie belongs to."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    session_id: int
    notices: int


_NOTICES = table("notice", column("person_id"), column("seen_at"), column("ended_at"))
"""Named by its columns, as in a foreign key: its feature lies above this one, and its number stands on every page."""


_NEW_NOTICES = (
    select(func.count())
    .select_from(_NOTICES)
    .where(_NOTICES.c.person_id == col(Person.id), _NOTICES.c.seen_at.is_(None), _NOTICES.c.ended_at.is_(None))
    .scalar_subquery()
)
_BY_SESSION = (
    select(
        col(Person.id), col(Person.email), col(Person.name), col(PersonRole.role), col(SignInSession.id), _NEW_NOTICES
    )
    .join(SignInSession, col(SignInSession.person_id) == col(Person.id))
    .outerjoin(PersonRole, col(PersonRole.person_id) == col(Person.id))
    .where(
        col(SignInSession.digest) == bindparam("digest"),
        col(SignInSession.expires_at) > bindparam("moment"),
        col(Person.deactivated_at).is_(None),
    )
)


def session_person(session: Session, digest: str, moment: datetime) -> SessionPerson | None:
    """Find the active person of an unexpired session, in one statement."""
    found = rows(session, _BY_SESSION, digest=digest, moment=moment)
    if not found:
        return None
    person_id, email, name, _role, session_id, notices = found[0]
    roles = frozenset(row[3] for row in found if row[3] is not None)
    return SessionPerson(person_id, email, name, roles, session_id, notices)


def person_by_email(session: Session, email: str) -> Person | None:
    """Find a person by e-mail address, whatever its case."""
    return session.scalar(select(Person).where(col(Person.email) == email.strip().lower()))


def reporting_tree(session: Session, manager_id: int) -> list[int]:
    """Return the ids of everybody who reports to a manager, directly or through others, without the manager.

    UNION drops rows already seen, so that a circle of managers ends.
    """
    tree = select(col(Person.id)).where(col(Person.manager_id) == manager_id).cte("reports", recursive=True)
    tree = tree.union(select(col(Person.id)).join(tree, col(Person.manager_id) == tree.c.id))
    ids: Iterable[int] = session.scalars(select(tree.c.id))
    return sorted(person_id for person_id in ids if person_id != manager_id)


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people to list; an empty field lets everybody through."""

    text: str = ""
    role: Role | None = None
    team_id: int | None = None
    active: bool | None = True


class ListedPerson(NamedTuple):
    """A person as lists show them."""

    id: int
    email: str
    name: str
    roles: list[Role]
    team: str | None
    manager: str | None
    deactivated_at: datetime | None


_MANAGER = aliased(Person)


def people(session: Session, wanted: PeopleFilter, page: int) -> tuple[list[ListedPerson], int]:
    """Return one page of people by name, and how many there are in all; three statements."""
    conditions = []
    if wanted.text:
        text = wanted.text
        conditions.append(
            or_(col(Person.name).icontains(text, autoescape=True), col(Person.email).icontains(text, autoescape=True))
        )
    if wanted.role:
        holders = select(col(PersonRole.person_id)).where(col(PersonRole.role) == wanted.role)
        conditions.append(col(Person.id).in_(holders))
    if wanted.team_id:
        conditions.append(col(Person.team_id) == wanted.team_id)
    if wanted.active is not None:
        active = col(Person.deactivated_at).is_(None)
        conditions.append(active if wanted.active else ~active)
    total = session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    rows = session.execute(
        select(
            col(Person.id),
            col(Person.email),
            col(Person.name),
            col(Team.name),
            col(_MANAGER.name),
            col(Person.deactivated_at),
        )
        .outerjoin(Team, col(Team.id) == col(Person.team_id))
        .outerjoin(_MANAGER, col(_MANAGER.id) == col(Person.manager_id))
        .where(*conditions)
        .order_by(func.lower(col(Person.name)), col(Person.id))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    roles = roles_of(session, [row[0] for row in rows])
    return [ListedPerson(row[0], row[1], row[2], roles.get(row[0], []), row[3], row[4], row[5]) for row in rows], total


def roles_of(session: Session, person_ids: Sequence[int]) -> dict[int, list[Role]]:
    """Return the roles of people, in the order of `Role`."""
    found: dict[int, list[Role]] = {}
    for person_id, role in session.execute(
        select(col(PersonRole.person_id), col(PersonRole.role)).where(col(PersonRole.person_id).in_(person_ids))
    ):
        found.setdefault(person_id, []).append(role)
    order = list(Role)
    return {person_id: sorted(held, key=order.index) for person_id, held in found.items()}


def details_of(session: Session, person_id: int) -> dict[str, Any]:
    """Return what is stored of a person, as people write it: team by name, manager by e-mail address."""
    row = session.execute(
        select(
            col(Person.email),
            col(Person.name),
            col(Team.name),
            col(_MANAGER.email),
            col(Person.locale),
            col(Person.region),
            col(Person.hired_on),
            col(Person.deactivated_at),
            col(Person.password_hash).is_not(None),
        )
        .outerjoin(Team, col(Team.id) == col(Person.team_id))
        .outerjoin(_MANAGER, col(_MANAGER.id) == col(Person.manager_id))
        .where(col(Person.id) == person_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such person."))
    return {
        "email": row[0],
        "name": row[1],
        "roles": sorted(roles_of(session, [person_id]).get(person_id, [])),
        "team": row[2],
        "manager": row[3],
        "locale": row[4],
        "region": row[5],
        "hired_on": row[6].isoformat() if row[6] else None,
        "deactivated_at": row[7],
        "has_password": row[8],
    }


def active_admins(session: Session) -> set[int]:
    """Return the ids of every administrator who can sign in, locked so that two cannot remove each other."""
    query = (
        select(col(Person.id))
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(col(PersonRole.role) == Role.ADMIN, col(Person.deactivated_at).is_(None))
        .order_by(col(Person.id))  # locked in one order, so that nobody waits in a circle
        .with_for_update()
    )
    return set(session.scalars(query))


def managers_above(session: Session, person_id: int) -> dict[int, int | None]:
    """Map a person, the manager, that one's manager and so on, each to the next; a circle ends it."""
    chain = select(col(Person.id), col(Person.manager_id)).where(col(Person.id) == person_id)
    above = chain.cte("above", recursive=True)
    above = above.union(
        select(col(Person.id), col(Person.manager_id)).join(above, col(Person.id) == above.c.manager_id)
    )
    return dict(session.execute(select(above.c.id, above.c.manager_id)).all())


def manager_choices(session: Session, limit: int = 300) -> list[tuple[str, str]]:
    """Return (e-mail address, name) of active people with the role manager, to choose from."""
    return list(
        session.execute(
            select(col(Person.email), col(Person.name))
            .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
            .where(col(PersonRole.role) == Role.MANAGER, col(Person.deactivated_at).is_(None))
            .order_by(col(Person.name))
            .limit(limit)
        )
    )


class LinkPerson(NamedTuple):
    """Whom a password link belongs to."""

    id: int
    email: str
    name: str


def password_link_person(session: Session, token: str, moment: datetime) -> LinkPerson | None:
    """Find the active person of a link that was not used and has not ended."""
    row = session.execute(
        select(col(Person.id), col(Person.email), col(Person.name))
        .join(PasswordLink, col(PasswordLink.person_id) == col(Person.id))
        .where(
            col(PasswordLink.digest) == sha256(token.encode()).hexdigest(),
            col(PasswordLink.used_at).is_(None),
            col(PasswordLink.expires_at) > moment,
            col(Person.deactivated_at).is_(None),
        )
    ).first()
    return LinkPerson(*row) if row else None


class OpenSession(NamedTuple):
    """A browser in which somebody is signed in."""

    id: int
    address: str
    user_agent: str
    created_at: datetime


def open_sessions(session: Session, person_id: int, moment: datetime) -> list[OpenSession]:
    """Return where a person is signed in, the newest first."""
    rows = session.execute(
        select(
            col(SignInSession.id),
            col(SignInSession.address),
            col(SignInSession.user_agent),
            col(SignInSession.created_at),
        )
        .where(col(SignInSession.person_id) == person_id, col(SignInSession.expires_at) > moment)
        .order_by(col(SignInSession.created_at).desc(), col(SignInSession.id).desc())
    )
    return [OpenSession(*row) for row in rows]


class ListedTeam(NamedTuple):
    """A team as the tree shows it: how deep it stands, and how many active people it has itself."""

    id: int
    name: str
    parent_id: int | None
    depth: int
    people: int


def team_tree(session: Session) -> list[ListedTeam]:
    """Return every team, each after the one above it, in one statement."""
    members = func.count(col(Person.id))
    rows = session.execute(
        select(col(Team.id), col(Team.name), col(Team.parent_id), members)
        .outerjoin(Person, (col(Person.team_id) == col(Team.id)) & col(Person.deactivated_at).is_(None))
        .group_by(col(Team.id), col(Team.name), col(Team.parent_id))
        .order_by(func.lower(col(Team.name)))
    ).all()
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row[2], []).append(row)
    tree: list[ListedTeam] = []
    ahead = [(row, 0) for row in reversed(below.get(None, []))]
    while ahead:
        (team_id, name, parent_id, count), depth = ahead.pop()
        tree.append(ListedTeam(team_id, name, parent_id, depth, count))
        ahead.extend((row, depth + 1) for row in reversed(below.get(team_id, [])))
    return tree


def teams_below(session: Session) -> dict[int, tuple[str, set[int]]]:
    """Return each team's name, and the ids of it and of every team below it, by id."""
    found: dict[int, tuple[str, set[int]]] = {}
    path: list[int] = []
    for team in team_tree(session):
        path = [*path[: team.depth], team.id]
        found[team.id] = (team.name, set())
        for above in path:
            found[above][1].add(team.id)
    return found


SOON_OVER = timedelta(days=14)
"""How long before its end a token is warned of."""
UNUSED = timedelta(days=90)
"""After how long without a request a token is warned of."""


class ListedToken(NamedTuple):
    """A token as the list shows it; the secret itself is not stored."""

    id: int
    name: str
    hint: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    replaced_by_id: int | None

    def works(self, moment: datetime) -> bool:
        """Say whether a client can use it."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > moment)

    def soon_over(self, moment: datetime) -> bool:
        """Say whether it works, ends soon and nothing was made in its place."""
        ends = self.expires_at
        return self.works(moment) and not self.replaced_by_id and ends is not None and ends - moment <= SOON_OVER

    def unused(self, moment: datetime) -> bool:
        """Say whether it works, and nobody has used it for long."""
        return self.works(moment) and moment - (self.last_used_at or self.created_at) >= UNUSED


def tokens(session: Session) -> list[ListedToken]:
    """Return every token, the newest first."""
    columns = [col(getattr(ApiToken, name)) for name in ListedToken._fields]
    rows = session.execute(select(*columns).order_by(col(ApiToken.id).desc()))
    return [ListedToken(*row) for row in rows]


class Counts(NamedTuple):
    """How much there is of everything that administrators look after."""

    active: int
    deactivated: int
    without_password: int
    teams: int
    tokens: int
    audit_entries: int


def counts(session: Session, moment: datetime) -> Counts:
    """Count people, teams, working tokens and audit entries, in one statement."""
    active = col(Person.deactivated_at).is_(None)

    def number(table: Any, *conditions: Any) -> Any:
        return select(func.count()).select_from(table).where(*conditions).scalar_subquery()

    row = session.execute(
        select(
            number(Person, active),
            number(Person, ~active),
            number(Person, active, col(Person.password_hash).is_(None)),
            number(Team),
            number(
                ApiToken,
                col(ApiToken.revoked_at).is_(None),
                or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > moment),
            ),
            # numbered without gaps, so the highest number is the count and no row is read
            select(func.coalesce(func.max(col(AuditEntry.id)), 0)).scalar_subquery(),
        )
    ).one()
    return Counts(*row)


_ACTIVE = select(col(Person.email)).where(any_of(col(Person.email), "emails"), col(Person.deactivated_at).is_(None))


def any_active(session: Session, emails: Iterable[str]) -> set[str]:
    """Return those of `emails` that belong to active people."""
    return {row[0] for row in rows(session, _ACTIVE, emails=emails)}
