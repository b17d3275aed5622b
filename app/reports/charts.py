"""What ends in the coming weeks, as a bar for each; no colour, no words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.web.charts import Bar, Plot

WEEKS = 16
NEAR_WEEKS = 5
TOP, BAR = 48, 20
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One week: how much ends in it, its bar, and how many deals close in it."""

    monday: date
    count: int
    closing: int
    near: bool
    labelled: bool
    bar: Bar


@dataclass(frozen=True, slots=True)
class Horizon:
    """The coming weeks, the horizontal lines as (count, how far down), and where the near weeks end."""

    weeks: tuple[Week, ...]
    lines: tuple[tuple[int, float], ...]
    border: float

    @property
    def total(self) -> int:
        """How much ends in all of these weeks."""
        return sum(week.count for week in self.weeks)

    @property
    def near(self) -> int:
        """How much ends in the near weeks."""
        return sum(week.count for week in self.weeks if week.near)

    @property
    def busiest(self) -> Week:
        """The first week in which most ends."""
        return max(self.weeks, key=lambda week: week.count)


def horizon(ends: Iterable[date], closings: Iterable[date], today: date) -> Horizon:
    """Count what ends, and which deals close, in each of the next weeks; the first is the one `today` lies in."""
    first = today - timedelta(days=today.weekday())
    lapsing = Counter((day - first) // WEEK for day in ends if day >= today)
    closing = Counter((day - first) // WEEK for day in closings if day >= today)
    plot = Plot(WEEKS, BAR, max(lapsing[number] for number in range(WEEKS)), TOP)
    weeks = tuple(
        Week(
            monday=first + number * WEEK,
            count=lapsing[number],
            closing=closing[number],
            near=number < NEAR_WEEKS,
            labelled=number % 4 == 0,
            bar=plot.bar(number, lapsing[number]),
        )
        for number in range(WEEKS)
    )
    return Horizon(weeks, plot.lines, plot.edge(NEAR_WEEKS))
