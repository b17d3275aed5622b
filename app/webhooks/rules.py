"""When is a delivery tried again, and when is an endpoint given up? Facts in, answers out; no clock, no I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long to wait after each try that did not work (the schedule of Standard Webhooks); after the last, no more."""
MOST_TRIES = len(WAITS) + 1
JITTER = 0.2
"""By how much of itself a wait is prolonged at most, so that not everything is tried at once."""
LONGEST_WAIT = timedelta(hours=24)
"""The longest that a receiver may ask us to wait."""
GIVEN_UP_AFTER = timedelta(days=5)
"""How long an endpoint may fail without one success before it is disabled."""
OLD_SECRET_FOR = timedelta(hours=24)
"""How long the secret before signs beside the new one."""

_GONE = 410
_REDIRECTS = range(300, 400)
_ASKS_TO_WAIT = frozenset({429, 503})


class Result(StrEnum):
    """What became of one try."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"


def judged(status: int) -> Result:
    """Say what a status means: every 2xx is a receipt, 410 asks for an end, and all others for another try."""
    if 200 <= status < 300:  # noqa: PLR2004 (as HTTP has them)
        return Result.DELIVERED
    return Result.GONE if status == _GONE else Result.FAILED


def is_redirect(status: int) -> bool:
    """Tell whether an answer leads elsewhere, which we do not follow."""
    return status in _REDIRECTS


def next_try(tries: int, moment: datetime, *, spread: float, not_before: datetime | None = None) -> datetime | None:
    """Return when to try again after `tries` that did not work; None for never.

    `spread` from 0 to 1 says how much of the jitter to add. `not_before` is what the receiver asked for.
    """
    if tries >= MOST_TRIES:
        return None
    due_at = moment + WAITS[tries - 1] * (1 + JITTER * spread)
    if not_before is None:
        return due_at
    return max(due_at, min(not_before, moment + LONGEST_WAIT))


def asked_to_wait(status: int, headers: Mapping[str, str], moment: datetime) -> datetime | None:
    """Read Retry-After (RFC 9110, section 10.2.3): seconds or a date; None where it says nothing that we heed."""
    text = headers.get("retry-after", "").strip()
    if status not in _ASKS_TO_WAIT or not text:
        return None
    if text.isascii() and text.isdecimal():
        return moment + min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return until if until.tzinfo else until.replace(tzinfo=UTC)


def is_given_up(failing_since: datetime | None, moment: datetime) -> bool:
    """Tell whether an endpoint has failed for so long that it is disabled."""
    return failing_since is not None and moment - failing_since >= GIVEN_UP_AFTER
