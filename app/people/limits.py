"""How often something may be tried in a while, counted in the database so that every process counts together."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.errors import TooManyRequestsError
from app.people.models import RateLimit
from app.web.i18n import ngettext

WINDOW = timedelta(minutes=15)


def count(session: Session, key: str, limit: int, moment: datetime) -> None:
    """Count one more try under `key`, or refuse it when `limit` tries were made within `WINDOW`.

    Counting comes before the try, so that tries at the same moment cannot slip through together.
    """
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    started = col(RateLimit.window_started_at)
    over = _over(moment)
    statement = (
        dialect.insert(RateLimit)
        .values(key=key, window_started_at=moment, hits=1)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "window_started_at": case((over, moment), else_=started),
                "hits": case((over, 1), else_=col(RateLimit.hits) + 1),
            },
        )
        .returning(col(RateLimit.hits), started)
    )
    hits, window_started_at = session.execute(statement).one()
    if hits > limit:
        raise too_many(window_started_at + WINDOW - moment)


def _over(moment: datetime) -> ColumnElement[bool]:
    """Tell the windows that are over: also those that begin long after now, since the clock went back meanwhile."""
    started = col(RateLimit.window_started_at)
    return or_(started <= moment - WINDOW, started > moment + WINDOW)


def too_many(wait: timedelta) -> TooManyRequestsError:
    """Make the error of who has to wait before the next try."""
    minutes = -(-wait // timedelta(minutes=1))
    message = ngettext(
        "There were too many tries. Wait %(count)s minute, then try again.",
        "There were too many tries. Wait %(count)s minutes, then try again.",
        minutes,
    )
    return TooManyRequestsError(message % {"count": minutes}, retry_after=-(-wait // timedelta(seconds=1)))


def give_back(session: Session, key: str) -> None:
    """Take back one counted try, because it succeeded."""
    session.execute(
        update(RateLimit).where(col(RateLimit.key) == key, col(RateLimit.hits) > 0).values(hits=col(RateLimit.hits) - 1)
    )


def clear(session: Session, key: str) -> None:
    """Forget every try under `key`."""
    session.execute(delete(RateLimit).where(col(RateLimit.key) == key))


def forget_old(session: Session, moment: datetime) -> None:
    """Drop the counts whose window is over; a worker's daily work."""
    session.execute(delete(RateLimit).where(_over(moment)))
