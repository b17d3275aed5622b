"""Starting an attempt: may it, until when does it run, and what does it ask?"""

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
from app.quizzes.accommodations.queries import Allowance, allowance
from app.quizzes.drawing import option_order
from app.quizzes.items import parse_item
from app.quizzes.marking import close
from app.quizzes.models import Attempt, AttemptItem
from app.quizzes.starting import limits_of, time_limit, verdict
from app.web.i18n import gettext as _

_CHANCE = SystemRandom()


def start(session: Session, person: CurrentPerson, slug: str, moment: datetime) -> int | None:
    """Return the id of the attempt that runs, started now if there is none; None when none may start."""
    version = queries.quiz_to_take(session, slug, moment)
    attempt = session.scalar(running(person.id, version.content_id).with_for_update())
    if attempt is not None and not clock.is_over(moment, attempt.deadline_at):
        return attempt.id
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
    return _begin(session, person, version, latest.number + 1 if latest else 1, given, moment)


def running(person_id: int, content_id: int) -> Select[Attempt]:
    """Select the attempt of a person at a quiz that is not finished, if there is one."""
    return select(Attempt).where(
        col(Attempt.person_id) == person_id, col(Attempt.content_id) == content_id, col(Attempt.finished_at).is_(None)
    )


def _begin(
    session: Session, person: CurrentPerson, version: Version, number: int, given: Allowance, moment: datetime
) -> int:
    settings = queries.settings_of(version.document)
    limit = time_limit(settings.time_limit_minutes, given.extra_time_percent)
    attempt = Attempt(
        person_id=person.id,
        product_id=version.product_id,
        content_id=version.content_id,
        content_version_id=version.id,
        number=number,
        started_at=moment,
        deadline_at=clock.deadline(moment, limit, settings.closes),
    )
    session.add(attempt)
    session.flush()
    assert attempt.id is not None  # noqa: S101 (just stored)
    drawn = _draw(session, person.id, version, moment)
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
        details={"quiz": version.slug, "version": version.number, "number": number},
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
    digests = {key: digest(document) for key, document in drawn.items()}
    stored = itemqueries.items_worded(session, {content_id for content_id, _item in drawn}, digests.values())
    return [(stored[key[0], digests[key]], document) for key, document in drawn.items()]
