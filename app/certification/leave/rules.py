"""What does leave do to a due date?

Every date is a calendar day of the site's time zone, and the last day of a leave is a day of leave.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.certification.dates import ONE_DAY


@dataclass(frozen=True, slots=True)
class Away:
    """A person is away from one day through another, both included."""

    from_on: date
    through_on: date

    @property
    def days(self) -> int:
        """How many days that is."""
        return max(0, (self.through_on - self.from_on).days + 1)


def away(from_on: date, through_on: date | None, today: date) -> Away:
    """Return a leave as it counts on a day: one whose end is not known yet counts through that day."""
    return Away(from_on, today if through_on is None else through_on)


def merged(leaves: Iterable[Away]) -> list[Away]:
    """Return the leaves in their order, those that overlap or touch as one; what ends before it begins is no leave."""
    found: list[Away] = []
    for leave in sorted((each for each in leaves if each.days), key=lambda each: each.from_on):
        if found and leave.from_on <= found[-1].through_on + ONE_DAY:
            found[-1] = Away(found[-1].from_on, max(found[-1].through_on, leave.through_on))
        else:
            found.append(leave)
    return found


def due_after_leave(due_on: date, assigned_on: date, leaves: Iterable[Away]) -> date:
    """Return the due date after a leave has paused the clock.

    Every day of leave from the assignment through the due date is added to it. The later date may meet another
    leave, which is added too, so that the due date is never itself a day of leave.
    """
    due = due_on
    for leave in merged(leaves):
        if leave.from_on > due:
            break
        counted = Away(max(leave.from_on, assigned_on), leave.through_on)
        if due >= assigned_on:
            due += timedelta(days=counted.days)
    return due
