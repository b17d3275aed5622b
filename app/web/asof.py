"""Reading the day or the moment as of which somebody wants to see a page."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.clock import end_of_day, local_day, local_moment
from app.web.i18n import gettext as _

_A_DAY = len("2026-11-23")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class AsOf:
    """When a page is to be seen from, and what is wrong with what was typed; then it is seen from now.

    `moment` is the last one that counts: of a day, its end in the site's time zone. `past` tells that it is not today.
    """

    moment: datetime
    day: date
    today: date
    typed: str = ""
    wrong: str = ""
    past: bool = False

    @property
    def status(self) -> int:
        """The status of the answer: a wrong day is a form to mend."""
        return 422 if self.wrong else 200


def as_of(typed: str, now: datetime, *, ahead: bool = False) -> AsOf:
    """Read a day, or a moment in ISO 8601; nothing is now. With `ahead`, a day to come is read too."""
    today = local_day(now)
    typed = typed.strip()
    if not typed:
        return AsOf(now, today, today)
    try:
        moment = end_of_day(date.fromisoformat(typed)) if len(typed) == _A_DAY else _moment(typed)
        day = local_day(moment)
        known = _FIRST_YEAR <= day.year < _LAST_YEAR
    except (ValueError, OverflowError):
        known = False
    if not known:
        return AsOf(now, today, today, typed, _("Write a date, such as 2026-11-21."))
    if day == today and (len(typed) == _A_DAY or moment >= now):
        return AsOf(now, today, today)
    if moment > now:
        if ahead:
            return AsOf(moment, day, today, day.isoformat())
        return AsOf(now, today, today, typed, _("This day lies ahead. Choose today or an earlier day."))
    return AsOf(moment, day, today, day.isoformat(), past=True)


def _moment(typed: str) -> datetime:
    moment = datetime.fromisoformat(typed)
    return moment.astimezone(UTC) if moment.tzinfo else local_moment(typed)
