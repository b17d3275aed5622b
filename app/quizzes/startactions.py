"""Starting an attempt: may it, until when does it run, and what does it ask?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

from sqlalchemy import Select, bindparam, insert, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.queries import Version
from app.database import rows
from app.errors import ConflictError
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes import clock, itemqueries, queries, sources
from app.quizzes.accommodations.queries import allowance
from app.quizzes.drawing import option_order
from app.quizzes.frozenitems import FrozenItem, frozen
from app.quizzes.history import Running, history
from app.quizzes.holding import hold, others_write
from app.quizzes.marking import close
from app.quizzes.models import Attempt, AttemptItem
from app.quizzes.starting import limits_of, time_limit
from app.web.i18n import gettext as _

_CHANCE = SystemRandom()


def start(session: Session, person: CurrentPerson, slug: str, moment: datetime) -> int | None:
    """Return the id of the attempt that runs, started now if there is none; None when none may start.

    While questions about a change are being answered no attempt at the whole quiz may start.
    """
    version = queries.quiz_to_take(session, slug, moment)
    past = history(session, person.id, version.content_id)
    if past.running and not clock.is_over(moment, past.running.deadline_at):
        return past.running.id if past.running.delta_of is None else None
    if take_turn(session, person, past.running, moment) or others_write(session):
        past = history(session, person.id, version.content_id)
    if past.running:
        return past.running.id if past.running.delta_of is None else None
    given = allowance(session, person.id, version.content_id)
    settings = queries.settings_of(version.document)
    limits = limits_of(settings, given.extra_attempts)
    if not clock.may_start_after(past.since_pass, limits, moment).allowed:
        return None
    limit = time_limit(settings.time_limit_minutes, given.extra_time_percent)
    deadline_at = clock.deadline(moment, limit, settings.closes)
    sitting = Sitting(version, past.last_number + 1, deadline_at)
    return begin(session, person, sitting, _draw(session, person.id, version, moment), moment)


_TAKE_TURN = select(col(Person.id)).where(col(Person.id) == bindparam("person_id")).with_for_update(key_share=True)


def take_turn(session: Session, person: CurrentPerson, over: Running | None, moment: datetime) -> bool:
    """Wait until no other tab of this person is starting, then finish the attempt that is over; say whether it was.

    Who comes second sees what the first one started. The attempt is held before the person, and the person before
    the audit trail: who holds the one may be waiting for the next.
    """
    held = hold(session, person.id, over.id) if over else None
    if others_write(session):
        rows(session, _TAKE_TURN, person_id=person.id)
    if held is None or held.finished_at is not None or not clock.is_over(moment, held.deadline_at):
        return False
    close(session, held, moment, person.email)
    return True


def running(person_id: int, content_id: int) -> Select[Attempt]:
    """Select the attempt of a person at a quiz that is not finished, if there is one."""
    return select(Attempt).where(
        col(Attempt.person_id) == person_id, col(Attempt.content_id) == content_id, col(Attempt.finished_at).is_(None)
    )


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt to begin: at which version of a quiz, its number, its end, and of which change it is, if of one."""

    version: Version
    number: int
    deadline_at: datetime | None
    delta_of: int | None = None


_ADD = insert(Attempt).returning(col(Attempt.id))
_ADD_PLACES = insert(AttemptItem)


def begin(
    session: Session,
    person: CurrentPerson,
    sitting: Sitting,
    drawn: Sequence[tuple[int, FrozenItem]],
    moment: datetime,
) -> int:
    """Store an attempt with the versions of the items that it asks, in this order; return its id."""
    version = sitting.version
    connection = session.connection()
    attempt_id = connection.execute(
        _ADD,
        {
            "person_id": person.id,
            "product_id": version.product_id,
            "content_id": version.content_id,
            "content_version_id": version.id,
            "delta_of": sitting.delta_of,
            "number": sitting.number,
            "step": 0,
            "started_at": moment,
            "deadline_at": sitting.deadline_at,
        },
    ).scalar_one()
    assert attempt_id is not None  # noqa: S101 (just stored)
    connection.execute(
        _ADD_PLACES,
        [
            {
                "attempt_id": attempt_id,
                "position": position,
                "item_version_id": item_version_id,
                "option_order": list(option_order(item.rules, _CHANCE)),
                "flagged": False,
            }
            for position, (item_version_id, item) in enumerate(drawn, start=1)
        ],
    )
    record(
        session,
        at=moment,
        actor=person.email,
        action="attempt.started",
        subject=("attempt", str(attempt_id)),
        details={"quiz": version.slug, "version": version.number, "number": sitting.number}
        | ({} if sitting.delta_of is None else {"delta_of": sitting.delta_of}),
    )
    return attempt_id


def _draw(session: Session, person_id: int, version: Version, moment: datetime) -> list[tuple[int, FrozenItem]]:
    """Draw the versions of items that an attempt asks."""
    candidates = sources.candidates(session, version, moment)
    if not all(each.items for each in candidates):
        raise ConflictError(
            _("This quiz draws from a bank that has nothing to offer. Tell the trainer of this product.")
        )
    drawn = sources.drawn(candidates, _times_seen(session, person_id, candidates), _CHANCE)
    if not drawn:
        raise ConflictError(_("This quiz has no question to ask. Tell the trainer of this product."))
    return stored_wordings(session, drawn)


def _times_seen(session: Session, person_id: int, candidates: Sequence[sources.Candidates]) -> dict[sources.Key, int]:
    """Count how often the person has seen what may be drawn, where anything is left out."""
    if len(candidates) == 1 and candidates[0].takes_all:
        return {}
    contents = {content_id for each in candidates for content_id, _item in each.items}
    return itemqueries.times_seen(session, person_id, contents)


def stored_wordings(session: Session, drawn: Mapping[sources.Key, dict[str, Any]]) -> list[tuple[int, FrozenItem]]:
    """Return the stored versions of items that are worded so, in the same order."""
    items = {key: frozen(document) for key, document in drawn.items()}
    contents = {content_id for content_id, _item in drawn}
    stored = itemqueries.items_worded(session, contents, [item.digest for item in items.values()])
    return [(stored[key[0], item.digest], item) for key, item in items.items()]
