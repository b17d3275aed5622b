"""How a round of practice begins: with its questions and the order of their options, stored once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.database import stored_id
from app.people.models import Person
from app.quizzes.drawing import option_order
from app.quizzes.items import parse_item
from app.quizzes.models import Practice, PracticeItem, PracticeKind
from app.quizzes.practice.queries import wordings
from app.quizzes.practice.rules import Key


def take_turn(session: Session, person_id: int) -> None:
    """Wait until no other tab of this person is beginning a round."""
    session.execute(select(col(Person.id)).where(col(Person.id) == person_id).with_for_update())


def begin(
    session: Session,
    person_id: int,
    kind: PracticeKind,
    content_id: int | None,
    items: Sequence[tuple[Key, Mapping[str, Any]]],
    moment: datetime,
    rng: Random,
) -> int | None:
    """Store a round of these items, in this order; return its id, or None when none of them is stored."""
    versions = wordings(session, dict(items))
    if not versions:
        return None
    practice = Practice(person_id=person_id, content_id=content_id, kind=kind, started_at=moment)
    session.add(practice)
    session.flush()
    practice_id = stored_id(practice)
    known = [(versions[key], document) for key, document in items if key in versions]
    session.execute(
        insert(PracticeItem),
        [
            {
                "practice_id": practice_id,
                "position": position,
                "item_version_id": version_id,
                "option_order": list(option_order(parse_item(document), rng)),
            }
            for position, (version_id, document) in enumerate(known, start=1)
        ],
    )
    return practice_id
