"""Whom does a rule ask to get certified, and by which day?"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.certification.models import DueFrom
from app.people.models import Role


@dataclass(frozen=True, slots=True)
class Candidate:
    """What rules look at in a person."""

    id: int
    roles: frozenset[Role]
    team_id: int | None = None
    region: str | None = None
    hired_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Whom a rule is for; what is empty fits everybody. `teams` and `people` are written out by their ids."""

    role: Role | None = None
    teams: frozenset[int] | None = None
    people: frozenset[int] | None = None
    region: str | None = None
    hired_from: date | None = None
    hired_through: date | None = None

    def fit(self, person: Candidate) -> bool:
        """Tell whether all of them fit a person; of whom no hire date is known, none about the hire date fits."""
        return (
            (self.role is None or self.role in person.roles)
            and (self.teams is None or person.team_id in self.teams)
            and (self.people is None or person.id in self.people)
            and (self.region is None or (person.region or "").casefold() == self.region.casefold())
            and (self.hired_from is None or (person.hired_on is not None and person.hired_on >= self.hired_from))
            and (self.hired_through is None or (person.hired_on is not None and person.hired_on <= self.hired_through))
        )


@dataclass(frozen=True, slots=True)
class DueTerms:
    """What the due date is counted from, and how many days: forward, or back from `launch_on`."""

    due_from: DueFrom
    days: int = 0
    launch_on: date | None = None


def due_date(terms: DueTerms, hired_on: date | None, asked_on: date) -> date | None:
    """Return the day that a rule sets for a person whom it asks on `asked_on`, or None for whenever.

    Nobody is asked for a day that has passed: who is asked too late, or has no hire date, gets the same number of
    days from being asked; who is asked shortly before a launch has until then.
    """
    days = timedelta(days=terms.days)
    if terms.due_from is DueFrom.NOTHING:
        return None
    if terms.due_from is DueFrom.LAUNCH and terms.launch_on is not None and terms.launch_on >= asked_on:
        return terms.launch_on - days if terms.launch_on - days >= asked_on else terms.launch_on
    if terms.due_from is DueFrom.HIRED and hired_on is not None and hired_on + days >= asked_on:
        return hired_on + days
    return asked_on + days


class Before(StrEnum):
    """What became of what a person was asked for before."""

    NOTHING = "nothing"
    OPEN = "open"
    LAPSED = "lapsed"
    HOLDS = "holds"


def day_that_holds(asked: date | None, before: Before, day_before: date | None) -> date | None:
    """Return the day for somebody whom a rule asks, beside the day for which they were asked `before`.

    While that is open the sooner day holds, so that a rule neither gives time to who is late nor moves back what a
    manager set; a certification that holds keeps its day; and what was done and has lapsed is asked for anew.
    """
    if before is Before.HOLDS:
        return day_before
    if before is Before.OPEN and asked is not None and day_before is not None:
        return min(asked, day_before)
    return (asked or day_before) if before is Before.OPEN else asked
