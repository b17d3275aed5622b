"""Every read of field notes: those of a deal, the queue of the trainers, and one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import Text
from app.deals.fieldnotes.models import FieldNote, NoteKind, NoteRoot, NoteStatus
from app.deals.lists import Viewer, tree
from app.deals.models import Deal, DealMember
from app.errors import NotFoundError
from app.people.models import Person, Role
from app.web.i18n import gettext as _

PAGE = 25
"""Notes on one page."""
MOST_ON_DEAL = 50
"""Notes that the page of a deal shows; the newest."""
UNANSWERED = (NoteStatus.NEW, NoteStatus.TAKEN)
_READ_ALL = frozenset({Role.TRAINER, Role.COMPLIANCE, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Note:
    """A field note with whose it is, on which deal, and what became of it."""

    id: int
    kind: NoteKind
    text: str
    root: NoteRoot
    root_text: str
    at: datetime
    status: NoteStatus
    answer: str
    led_to: str
    answered_at: datetime | None
    taken_by: int | None
    product_id: int
    slug: str
    product: Text
    person_id: int
    author: str
    deal_id: int
    reference: str
    deal: str
    taker: str
    answerer: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which notes to list; an empty field lets every one through."""

    product: str = ""
    kind: str = ""
    root: str = ""
    status: str = "waiting"


def notes_of(session: Session, deal_id: int) -> list[Note]:
    """Return the newest notes of a deal to who may see it, the newest first; one statement."""
    newest = (col(FieldNote.at).desc(), col(FieldNote.id).desc())
    wanted = _notes().where(col(FieldNote.deal_id) == deal_id).order_by(*newest).limit(MOST_ON_DEAL)
    return [Note(*row) for row in session.execute(wanted)]


def queue(session: Session, wanted: Filter, page: int) -> tuple[list[Note], int]:
    """Return one page of the notes of all deals, the oldest first, and how many there are; two statements."""
    condition = and_(true(), *_conditions(wanted))
    counted = select(func.count()).select_from(FieldNote).join(Product, col(Product.id) == col(FieldNote.product_id))
    rows = session.execute(
        _notes().where(condition).order_by(col(FieldNote.at), col(FieldNote.id)).limit(PAGE).offset((page - 1) * PAGE)
    )
    return [Note(*row) for row in rows], session.scalar(counted.where(condition)) or 0


_TAKER, _ANSWERER = aliased(Person), aliased(Person)


def _notes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(FieldNote.id),
            col(FieldNote.kind),
            col(FieldNote.text),
            col(FieldNote.root),
            col(FieldNote.root_text),
            col(FieldNote.at),
            col(FieldNote.status),
            col(FieldNote.answer),
            col(FieldNote.led_to),
            col(FieldNote.answered_at),
            col(FieldNote.taken_by),
            col(FieldNote.product_id),
            col(Product.slug),
            col(Product.name),
            col(FieldNote.person_id),
            col(Person.name),
            col(FieldNote.deal_id),
            col(Deal.reference),
            col(Deal.name),
            func.coalesce(col(_TAKER.name), ""),
            func.coalesce(col(_ANSWERER.name), ""),
        )
        .join(Product, col(Product.id) == col(FieldNote.product_id))
        .join(Person, col(Person.id) == col(FieldNote.person_id))
        .join(Deal, col(Deal.id) == col(FieldNote.deal_id))
        .outerjoin(_TAKER, col(_TAKER.id) == col(FieldNote.taken_by))
        .outerjoin(_ANSWERER, col(_ANSWERER.id) == col(FieldNote.answered_by))
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.product:
        found.append(col(Product.slug) == wanted.product)
    if wanted.kind in set(NoteKind):
        found.append(col(FieldNote.kind) == NoteKind(wanted.kind))
    if wanted.root in set(NoteRoot):
        found.append(col(FieldNote.root) == NoteRoot(wanted.root))
    if wanted.status in set(NoteStatus):
        found.append(col(FieldNote.status) == NoteStatus(wanted.status))
    elif wanted.status != "all":
        found.append(col(FieldNote.status).in_(UNANSWERED))
    return found


def note(session: Session, viewer: Viewer, note_id: int) -> Note:
    """Return a note to its author, those who may see its deal, trainers and compliance. Raises NotFoundError."""
    row = session.execute(_notes().where(col(FieldNote.id) == note_id)).first()
    found = Note(*row) if row else None
    if found is not None and (viewer.roles & _READ_ALL or viewer.id == found.person_id):
        return found
    if found is not None and _on_deal(session, viewer, found.deal_id):
        return found
    raise NotFoundError(_("There is no such note, or it is not yours to see."))


def sees_deal(session: Session, viewer: Viewer, found: Note) -> bool:
    """Tell whether somebody may open the deal of a note: its team, their managers, compliance and administrators."""
    return bool(viewer.roles & {Role.COMPLIANCE, Role.ADMIN}) or _on_deal(session, viewer, found.deal_id)


def _on_deal(session: Session, viewer: Viewer, deal_id: int) -> bool:
    people = [viewer.id, *tree(session, viewer)]
    on_it = select(col(DealMember.person_id)).where(
        col(DealMember.deal_id) == deal_id, col(DealMember.person_id).in_(people)
    )
    return session.scalar(on_it.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Pattern:
    """How many notes of a product have each root; `total` is their sum."""

    slug: str
    product: Text
    counts: dict[NoteRoot, int]

    @property
    def total(self) -> int:
        """How many notes there are."""
        return sum(self.counts.values())


def patterns(session: Session) -> Sequence[Pattern]:
    """Return how many notes there are by product and root, the most first; one statement."""
    rows = session.execute(
        select(col(Product.slug), col(Product.name), col(FieldNote.root), func.count())
        .join(Product, col(Product.id) == col(FieldNote.product_id))
        .group_by(col(Product.id), col(FieldNote.root))
    )
    found: dict[str, Pattern] = {}
    for slug, name, root, count in rows:
        found.setdefault(slug, Pattern(slug, name, {})).counts[root] = count
    return sorted(found.values(), key=lambda each: (-each.total, each.slug))


@dataclass(frozen=True, slots=True)
class Waits:
    """How many notes wait for a trainer, and since when the oldest does."""

    count: int
    oldest: datetime | None


def waiting(session: Session, trainer_id: int) -> Waits:
    """Count the notes that nobody has taken, or that a trainer has taken and not answered; one statement."""
    row = session.execute(
        select(func.count(), func.min(col(FieldNote.at))).where(
            col(FieldNote.status).in_(UNANSWERED),
            or_(col(FieldNote.taken_by).is_(None), col(FieldNote.taken_by) == trainer_id),
        )
    ).one()
    return Waits(row[0], row[1])
