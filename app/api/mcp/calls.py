"""How often the one client of this process may call: counted here alone, because a tool writes nothing."""

from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from app.api.security import LEASE
from app.errors import TooManyRequestsError
from app.people.limits import WINDOW
from app.web.i18n import ngettext

MOST_CALLS: Final = LEASE
"""Calls within `limits.WINDOW`: as many as the API hands to a process at once."""


class Calls:
    """The calls of a window that begins with the first of them."""

    def __init__(self) -> None:
        self._began: datetime | None = None
        self._number = 0
        self._lock = Lock()

    def count(self, moment: datetime) -> None:
        """Count one more call. Raises TooManyRequestsError once `MOST_CALLS` were made in a window."""
        with self._lock:
            if self._began is None or moment - self._began >= WINDOW:
                self._began, self._number = moment, 0
            self._number += 1
            if self._number <= MOST_CALLS:
                return
            wait = -(-(self._began + WINDOW - moment) // timedelta(seconds=1))
        minutes = -(-wait // 60)
        message = ngettext(
            "There were too many calls. Wait %(count)s minute, then try again.",
            "There were too many calls. Wait %(count)s minutes, then try again.",
            minutes,
        )
        raise TooManyRequestsError(message % {"count": minutes}, retry_after=wait)
