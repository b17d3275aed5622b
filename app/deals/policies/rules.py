"""Which policy holds on which day, who could act under one, and what a switch to one would do: pure rules."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

AN_HOUR: Final = 60
"""Minutes."""
ONE_DAY: Final = timedelta(days=1)
_FEW: Final = 3
_TENTH: Final = 10

Money = tuple[tuple[Decimal, str], ...]
"""Sums by currency, the largest first."""


@dataclass(frozen=True, slots=True)
class Term:
    """The days of a policy that was set: `ends_on` is inclusive, and on `withdrawn_on` it held no more at midnight."""

    id: int
    starts_on: date
    ends_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def last_day(self) -> date | None:
        """The last day at whose end it may hold; before `starts_on` where it was withdrawn too early for any."""
        ends = [self.ends_on] if self.ends_on else []
        withdrawn = [self.withdrawn_on - ONE_DAY] if self.withdrawn_on else []
        return min([*ends, *withdrawn], default=None)

    def covers(self, day: date) -> bool:
        """Tell whether it may hold on a day, as far as others leave it the day."""
        return self.starts_on <= day and (self.last_day is None or day <= self.last_day)


class Phase(StrEnum):
    """Where a policy is on its way."""

    COMING = "coming"
    RUNNING = "running"
    OVER = "over"


def phase(term: Term, today: date) -> Phase:
    """Tell whether a policy has begun, and whether it is over. One that was withdrawn is over."""
    if term.withdrawn_on is not None or (term.ends_on is not None and term.ends_on < today):
        return Phase.OVER
    return Phase.COMING if today < term.starts_on else Phase.RUNNING


def holding(terms: Iterable[Term], day: date) -> Term | None:
    """Return the policy of a day: of those that cover it the one that starts last, and of those the one made last."""
    covering = [each for each in terms if each.covers(day)]
    return max(covering, key=lambda each: (each.starts_on, each.id), default=None)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which the same policy holds, or without an id the program; without a last day it never ends."""

    first: date
    last: date | None
    policy: int | None


def timeline(terms: Collection[Term]) -> list[Stretch]:
    """Return what holds from the first day of any policy on, without a gap, in order."""
    begins = {each.starts_on for each in terms}
    frees = {each.last_day + ONE_DAY for each in terms if each.last_day is not None and each.last_day >= each.starts_on}
    found: list[Stretch] = []
    for day in sorted(begins | frees):
        held = holding(terms, day)
        policy = held.id if held else None
        if found and found[-1].policy == policy:
            continue
        if found:
            found[-1] = Stretch(found[-1].first, day - ONE_DAY, found[-1].policy)
        found.append(Stretch(day, None, policy))
    return found


@dataclass(frozen=True, slots=True)
class Pool:
    """How many people could act under one requirement.

    `reps` are active; `certified` of them have the level. Where regions are asked for, `there` reps are of these
    regions and `certified_there` of those have the level; else both are None. `deals` of the open deals are asked.
    """

    reps: int
    certified: int
    there: int | None
    certified_there: int | None
    deals: int | None = None

    @property
    def qualified(self) -> int:
        """How many meet every condition."""
        return self.certified if self.certified_there is None else self.certified_there

    @property
    def is_empty(self) -> bool:
        """Whether nobody meets every condition."""
        return self.qualified == 0

    @property
    def is_thin(self) -> bool:
        """Whether hardly anybody does: fewer than three, or than a tenth."""
        return self.qualified < _FEW or self.qualified * _TENTH < self.reps


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody in the way of a deal, with the minutes of work that are left.

    `alone` says that this work is all that is missing and needs nobody else: no assessor, no date, no decision.
    """

    person_id: int
    name: str
    minutes: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Held:
    """How one product of a deal stands: whether the deal stops for it, and for whom."""

    stops: bool
    blocked: tuple[Blocked, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """An open deal under what is asked now, and under what would be asked."""

    reference: str
    name: str
    amount: Decimal
    currency: str
    now: Held
    then: Held


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody whom a switch would newly stop, on how many deals; the money is that of these deals."""

    person: Blocked
    deals: int
    money: Money


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals of which the answer changes, the largest first, and their money."""

    found: tuple[Before, ...]
    money: Money


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a switch would do to the open deals that were looked at.

    `people` are newly stopped, those with the least work first; `stopped` deals are newly stopped and `freed` ones no
    longer. Of `total` open deals the `looked_at` next to close were looked at.
    """

    people: tuple[Touched, ...]
    stopped: Deals
    freed: Deals
    looked_at: int
    total: int

    @property
    def quick(self) -> int:
        """How many of the people can be certified in under an hour, by their own work."""
        return sum(each.person.alone and each.person.minutes < AN_HOUR for each in self.people)

    @property
    def stops_more(self) -> bool:
        """Whether anybody or any deal is newly stopped."""
        return bool(self.people or self.stopped.found)


def compare(deals: Sequence[Before], total: int) -> DryRun:
    """Work out what a switch would do to `deals`, of which there are `total` in all."""
    newly: dict[int, list[Before]] = defaultdict(list)
    blocked: dict[int, Blocked] = {}
    for deal in deals:
        stopped_now = {each.person_id for each in deal.now.blocked} if deal.now.stops else set()
        for each in deal.then.blocked if deal.then.stops else ():
            if each.person_id not in stopped_now:
                newly[each.person_id].append(deal)
                known = blocked.get(each.person_id, each)
                blocked[each.person_id] = max(known, each, key=lambda one: (not one.alone, one.minutes))
    people = [Touched(blocked[person_id], len(found), money(found)) for person_id, found in newly.items()]
    people.sort(key=lambda each: (not each.person.alone, each.person.minutes, each.person.name, each.person.person_id))
    return DryRun(
        people=tuple(people),
        stopped=_deals(each for each in deals if each.then.stops and not each.now.stops),
        freed=_deals(each for each in deals if each.now.stops and not each.then.stops),
        looked_at=len(deals),
        total=total,
    )


def money(deals: Iterable[Before]) -> Money:
    """Add up the money of deals by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for deal in deals:
        sums[deal.currency] += deal.amount
    return tuple(sorted(((amount, currency) for currency, amount in sums.items()), reverse=True))


def _deals(found: Iterable[Before]) -> Deals:
    in_order = sorted(found, key=lambda deal: (-deal.amount, deal.reference))
    return Deals(tuple(in_order), money(in_order))
