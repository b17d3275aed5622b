"""Which days does a certification cover?

Every date is a calendar day of the site's time zone. A period ends on its *expiry day*, the first day that it
no longer covers. What is stored and shown is the day before, the last valid one: "valid through". The renewal
window is counted back from the expiry day.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)
SHORTEST_MONTH_DAYS = 28


class Basis(StrEnum):
    """What the next expiry day is counted from: the day done, the old expiry day, or a lasting due date."""

    COMPLETION = "completion"
    EXPIRY = "expiry"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in whole calendar months and days, neither of them negative."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        """Refuse a span that runs backwards."""
        if self.months < 0 or self.days < 0:
            raise ValueError("A span of time cannot be negative.")

    def before(self, day: date) -> date:
        """Return the day that lies this span before the given one."""
        return add_months(day, -self.months) - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class ProgramTerms:
    """How long a version of a program certifies for, and how that is counted.

    What was done up to ``early_days`` before the window opens counts when it opens.
    """

    valid_months: int
    basis: Basis = Basis.EXPIRY
    window: Span = Span(days=30)
    grace_days: int = 0
    minimum_active_months: int = 6
    early_days: int = 0

    def __post_init__(self) -> None:
        """Refuse terms under which a period could not be computed, or could end before it is worth having."""
        if self.valid_months < 1:
            raise ValueError("A certification must be valid for at least one month.")
        if min(self.grace_days, self.minimum_active_months, self.early_days) < 0:
            raise ValueError("The days of grace, the early days and the minimum active months cannot be negative.")
        spare_months = self.minimum_active_months - self.window.months
        if self.basis is Basis.FIXED and spare_months * SHORTEST_MONTH_DAYS < self.window.days:
            raise ValueError("With a fixed due date the minimum active time must be as long as the renewal window.")


@dataclass(frozen=True, slots=True)
class PeriodDates:
    """The days of one certification period, each of them inclusive.

    ``baseline_through`` is the last valid day as it was first computed. An extension moves ``valid_through``
    and ``grace_through``, never the baseline, on which the next period rests.
    """

    done_on: date
    window_opens_on: date
    valid_through: date
    grace_through: date
    baseline_through: date

    @property
    def expires_on(self) -> date:
        """The first day that the period, extended or not, no longer covers."""
        return self.valid_through + ONE_DAY

    def extended(self, through: date) -> "PeriodDates":
        """Return the same period with a later last valid day.

        Raises:
            ValueError: the new day is not later than the present one.
        """
        if through <= self.valid_through:
            raise ValueError("An extension must end later than the period that it extends.")
        grace = self.grace_through - self.valid_through
        return replace(self, valid_through=through, grace_through=through + grace)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later (earlier when negative), clamped to the end of that month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def next_period(
    terms: ProgramTerms,
    done_on: date,
    *,
    due_on: date | None = None,
    old_expires_on: date | None = None,
) -> PeriodDates:
    """Return the period earned by finishing on a day, after an old one known by its expiry day alone."""
    if old_expires_on is None:
        return following_period(terms, done_on, None, due_on=due_on)
    old = _dates(terms, add_months(old_expires_on, -terms.valid_months), old_expires_on)
    return following_period(terms, done_on, old, due_on=due_on)


def following_period(
    terms: ProgramTerms,
    done_on: date,
    old: PeriodDates | None,
    *,
    due_on: date | None = None,
) -> PeriodDates:
    """Return the period earned by finishing on a day, after the old one as it was stored.

    *completion*: from the day done.

    *expiry*: done in the old window, from the old expiry day; after the old period ended, from the day done;
    the first time, from the due date when done by then, otherwise from the day done.

    *fixed*: the due date (without one the old expiry day, without either the day done) moved by whole periods
    to the first such day that is at least the minimum active time after the day done, and later than the end
    of the old period. So a person who is early, late or lapsed always meets the same calendar day again.

    With *expiry* and *fixed*, what is done before the window opens changes nothing: the old expiry day
    stands.
    """
    return _dates(terms, done_on, _expiry_day(terms, done_on, old, due_on))


def _expiry_day(terms: ProgramTerms, done_on: date, old: PeriodDates | None, due_on: date | None) -> date:
    if terms.basis is Basis.COMPLETION:
        return add_months(done_on, terms.valid_months)
    if old is not None and done_on < old.window_opens_on:
        return old.baseline_through + ONE_DAY
    if terms.basis is Basis.FIXED:
        return _fixed_expiry_day(terms, done_on, old, due_on)
    if old is not None and done_on <= old.valid_through:
        return _whole_periods_from(
            old.baseline_through + ONE_DAY, terms.valid_months, not_before=old.expires_on + ONE_DAY
        )
    done_by_due_date = old is None and due_on is not None and done_on <= due_on
    return add_months(due_on if done_by_due_date and due_on else done_on, terms.valid_months)


def _fixed_expiry_day(terms: ProgramTerms, done_on: date, old: PeriodDates | None, due_on: date | None) -> date:
    anchor = due_on or (old.baseline_through + ONE_DAY if old else done_on)
    earliest = max(add_months(done_on, terms.minimum_active_months), done_on + ONE_DAY)
    if old is not None:
        # Without this, renewing on the first day of an equally long window would gain nothing.
        earliest = max(earliest, old.expires_on + ONE_DAY)
    return _whole_periods_from(anchor, terms.valid_months, not_before=earliest)


def _whole_periods_from(anchor: date, months: int, *, not_before: date) -> date:
    """Move the anchor by whole periods, either way, to the first day that is not before the given one."""
    periods = ((not_before.year - anchor.year) * 12 + not_before.month - anchor.month) // months
    # Always from the anchor itself: going step by step, the 31st would turn into the 28th and stay there.
    day = add_months(anchor, periods * months)
    return day if day >= not_before else add_months(anchor, (periods + 1) * months)


def _dates(terms: ProgramTerms, done_on: date, expires_on: date) -> PeriodDates:
    valid_through = expires_on - ONE_DAY
    return PeriodDates(
        done_on=done_on,
        # The work that earned a period must not count again as its renewal, however long the window.
        window_opens_on=max(terms.window.before(expires_on), done_on + ONE_DAY),
        valid_through=valid_through,
        grace_through=valid_through + timedelta(days=terms.grace_days),
        baseline_through=valid_through,
    )
