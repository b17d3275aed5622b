"""The attempt that a transaction is about to change: read once, and held until the transaction ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion
from app.catalog.queries import frozen_documents
from app.database import rows
from app.errors import NotFoundError
from app.quizzes.frozenitems import FrozenItem, frozen_items
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Held:
    """An attempt as it stands while nobody else can change it, and the quiz that it is of."""

    id: int
    person_id: int
    product_id: int
    content_id: int
    content_version_id: int
    number: int
    step: int
    started_at: datetime
    deadline_at: datetime | None
    finished_at: datetime | None
    touched_at: datetime | None
    quiz: str
    digest: str

    def pass_percent(self, session: Session) -> float:
        """Return the pass mark of the version that it is at."""
        document = frozen_documents(session, {self.content_version_id: self.digest})[self.digest]
        return float(document["pass_percent"])


_HOLD = (
    select(
        col(Attempt.id),
        col(Attempt.person_id),
        col(Attempt.product_id),
        col(Attempt.content_id),
        col(Attempt.content_version_id),
        col(Attempt.number),
        col(Attempt.step),
        col(Attempt.started_at),
        col(Attempt.deadline_at),
        col(Attempt.finished_at),
        col(Attempt.touched_at),
        col(Content.slug),
        col(ContentVersion.digest),
    )
    .join(Content, col(Content.id) == col(Attempt.content_id))
    .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
    .where(col(Attempt.id) == bindparam("attempt_id"), col(Attempt.person_id) == bindparam("person_id"))
    .with_for_update(of=Attempt)
)


def hold(session: Session, person_id: int, attempt_id: int) -> Held | None:
    """Wait for who is changing an attempt of this person, then keep others from it; None where there is none."""
    found = rows(session, _HOLD, attempt_id=attempt_id, person_id=person_id)
    return Held(*found[0]) if found else None


def hold_own(session: Session, person_id: int, attempt_id: int) -> Held:
    """Hold an attempt of the person who asks. Raises NotFoundError for anybody else's."""
    held = hold(session, person_id, attempt_id)
    if held is None:
        raise NotFoundError(_("There is no such attempt of yours."))
    return held


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """One question of a held attempt as it is stored, and the answers to all of its questions, in their order."""

    attempt: Held
    id: int
    position: int
    item: FrozenItem
    option_order: Sequence[int]
    answer: Any
    flagged: bool
    answered_at: datetime | None
    seconds: int
    answers: Sequence[Any]


def others_write(session: Session) -> bool:
    """Say whether others may write at the same time; SQLite has one writer, who waits for nobody any more."""
    return session.get_bind().dialect.name != "sqlite"


_here = col(AttemptItem.position) == bindparam("position")
_PLACES = (
    select(
        col(AttemptItem.id),
        col(AttemptItem.position),
        col(AttemptItem.answer),
        # what only one of the rows is asked for is read and unpacked only there
        case((_here, col(AttemptItem.option_order))).label("option_order"),
        case((_here, col(AttemptItem.flagged))).label("flagged"),
        case((_here, col(AttemptItem.answered_at))).label("answered_at"),
        case((_here, col(AttemptItem.seconds))).label("seconds"),
        col(ItemVersion.id).label("item_version_id"),
        col(ItemVersion.digest),
    )
    .outerjoin(ItemVersion, and_(_here, col(ItemVersion.id) == col(AttemptItem.item_version_id)))
    .where(col(AttemptItem.attempt_id) == bindparam("attempt_id"))
    .order_by(col(AttemptItem.position))
)


def hold_place(session: Session, person_id: int, attempt_id: int, position: int) -> HeldPlace:
    """Hold the attempt of the person who asks, and read one of its questions. Raises NotFoundError."""
    held = hold_own(session, person_id, attempt_id)
    # not in one statement with the attempt: PostgreSQL would show these as they were before it waited
    places = rows(session, _PLACES, attempt_id=attempt_id, position=position)
    here = next((each for each in places if each.position == position), None)
    if here is None:
        raise NotFoundError(_("This attempt has no such question."))
    return HeldPlace(
        attempt=held,
        id=here.id,
        position=position,
        item=frozen_items(session, {here.item_version_id: here.digest})[here.item_version_id],
        option_order=here.option_order,
        answer=here.answer,
        flagged=here.flagged,
        answered_at=here.answered_at,
        seconds=here.seconds or 0,
        answers=[each.answer for each in places],
    )
