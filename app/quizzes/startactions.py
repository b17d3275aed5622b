"""Starting an attempt: may it, until when does it run, and what does it ask?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

from sqlalchemy import Select, insert, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.document import digest
from app.catalog.queries import Version
from app.errors import ConflictError
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes import clock, itemqueries, queries, sources
from app.quizzes.accommodations.queries import allowance
from app.quizzes.drawing import option_order
from app.quizzes.items import parse_item
from app.quizzes.marking import close
from app.quizzes.models import Attempt, AttemptItem
from app.quizzes.starting import limits_of, time_limit, verdict
from app.web.i18n import gettext as _

_CHANCE = SystemRandom()


def start(session: Session, person: CurrentPerson, slug: str, moment: datetime) -> int | None:
    """Return the id of the attempt that runs, started now if there is none; None when none may start.

    While questions about a change are being answered no attempt at the whole quiz may start.
    """
    version = queries.quiz_to_take(session, slug, moment)
    attempt = session.scalar(running(person.id, version.content_id).with_for_update())
    if attempt is not None and not clock.is_over(moment, attempt.deadline_at):
        return attempt.id if attempt.delta_of is None else None
    # one start of a person at a time: who comes second sees what the first one started; and before the audit trail,
    # because who holds a person may be waiting for the trail
    session.execute(select(col(Person.id)).where(col(Person.id) == person.id).with_for_update(key_share=True))
    if attempt is not None:
        close(session, attempt, moment, person.email)
    past = queries.attempts(session, person.id, version.content_id)
    latest = past[-1] if past else None
    if latest and latest.finished_at is None:
        return latest.id
    given = allowance(session, person.id, version.content_id)
    settings = queries.settings_of(version.document)
    if not verdict(past, limits_of(settings, given.extra_attempts), moment).allowed:
        return None
    limit = time_limit(settings.time_limit_minutes, given.extra_time_percent)
    deadline_at = clock.deadline(moment, limit, settings.closes)
    sitting = Sitting(version, latest.number + 1 if latest else 1, deadline_at)
    return begin(session, person, sitting, _draw(session, person.id, version, moment), moment)


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


def begin(
    session: Session,
    person: CurrentPerson,
    sitting: Sitting,
    drawn: Sequence[tuple[int, dict[str, Any]]],
    moment: datetime,
) -> int:
    """Store an attempt with the versions of the items that it asks, in this order; return its id."""
    version = sitting.version
    attempt = Attempt(
        person_id=person.id,
        product_id=version.product_id,
        content_id=version.content_id,
        content_version_id=version.id,
        delta_of=sitting.delta_of,
        number=sitting.number,
        started_at=moment,
        deadline_at=sitting.deadline_at,
    )
    session.add(attempt)
    session.flush()
    assert attempt.id is not None  # noqa: S101 (just stored)
    # in one go: the unit of work would send a statement for each on SQLite
    session.execute(
        insert(AttemptItem),
        [
            {
                "attempt_id": attempt.id,
                "position": position,
                "item_version_id": item_version_id,
                "option_order": list(option_order(parse_item(document), _CHANCE)),
                "flagged": False,
            }
            for position, (item_version_id, document) in enumerate(drawn, start=1)
        ],
    )
    record(
        session,
        at=moment,
        actor=person.email,
        action="attempt.started",
        subject=("attempt", str(attempt.id)),
        details={"quiz": version.slug, "version": version.number, "number": sitting.number}
        | ({} if sitting.delta_of is None else {"delta_of": sitting.delta_of}),
    )
    return attempt.id


def _draw(session: Session, person_id: int, version: Version, moment: datetime) -> list[tuple[int, dict[str, Any]]]:
    """Draw the versions of items that an attempt asks, with their documents."""
    candidates = sources.candidates(session, version, moment)
    if not all(each.items for each in candidates):
        raise ConflictError(
            _("This quiz draws from a bank that has nothing to offer. Tell the trainer of this product.")
        )
    contents = {content_id for content_id, _item in sources.wordings(candidates)}
    drawn = sources.drawn(candidates, itemqueries.times_seen(session, person_id, contents), _CHANCE)
    if not drawn:
        raise ConflictError(_("This quiz has no question to ask. Tell the trainer of this product."))
    return stored_wordings(session, drawn)


def stored_wordings(session: Session, drawn: Mapping[sources.Key, dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Return the stored versions of items that are worded so, with their documents, in the same order."""
    digests = {key: digest(document) for key, document in drawn.items()}
    stored = itemqueries.items_worded(session, {content_id for content_id, _item in drawn}, digests.values())
    return [(stored[key[0], digests[key]], document) for key, document in drawn.items()]
