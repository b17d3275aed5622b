"""What somebody has done or has a seat for, so that nothing is left to them but to wait."""

from collections import defaultdict
from datetime import datetime

from sqlmodel import Session

from app.certification.live.queries import seats_to_come
from app.certification.programs import delta_quiz, live_session, quiz, sign_off
from app.certification.requirements import Requirement
from app.certification.signoffs.queries import requested
from app.certification.words import Awaiting
from app.quizzes.essays.queries import awaiting_mark


def awaiting(session: Session, person_id: int, moment: datetime) -> dict[int, Awaiting]:
    """Return what a person waits for, by product: essays and demonstrations to be looked at, live sessions to come.

    Three statements; a product of which nothing waits is not in it.
    """
    found: dict[int, dict[Requirement, None]] = defaultdict(dict)
    for product_id, slug, version_id in awaiting_mark(session, person_id, moment):
        found[product_id][quiz(slug) if version_id is None else delta_quiz(slug, version_id)] = None
    for product_id, rubric in requested(session, person_id, moment):
        found[product_id][sign_off(rubric)] = None
    seats = seats_to_come(session, person_id, moment)
    return {
        product_id: {
            **found.get(product_id, {}),
            **{live_session(key): day for (asked_by, key), day in seats.items() if asked_by == product_id},
        }
        for product_id in {*found, *(product_id for product_id, _key in seats)}
    }
