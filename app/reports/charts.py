"""The places of a chart's parts, in the units of its view box; no colour, no words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 16
NEAR_WEEKS = 5
WIDTH, HEIGHT = 560, 190
LEFT, TOP, BOTTOM = 24, 48, 160
BAR = 20
MOST_LINES = 4
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Bar:
    """One week: how much ends in it, where its bar stands, and whether a deal closes in it."""

    monday: date
    count: int
    closing: int
    near: bool
    labelled: bool
    x: int
    y: float

    @property
    def height(self) -> float:
        """The bar's height."""
        return BOTTOM - self.y

    @property
    def middle(self) -> int:
        """The middle of the bar, for its label and its mark."""
        return self.x + BAR // 2


@dataclass(frozen=True, slots=True)
class Horizon:
    """The bars of the coming weeks, the horizontal lines as (count, height), and where the near weeks end."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[int, float], ...]
    border: float

    @property
    def total(self) -> int:
        """How much ends in all of these weeks."""
        return sum(bar.count for bar in self.bars)

    @property
    def near(self) -> int:
        """How much ends in the near weeks."""
        return sum(bar.count for bar in self.bars if bar.near)

    @property
    def busiest(self) -> Bar:
        """The first week in which most ends."""
        return max(self.bars, key=lambda bar: bar.count)


def horizon(ends: Iterable[date], closings: Iterable[date], today: date) -> Horizon:
    """Count what ends, and which deals close, in each of the next weeks; the first is the one `today` lies in."""
    first = today - timedelta(days=today.weekday())
    lapsing = Counter((day - first) // WEEK for day in ends if day >= today)
    closing = Counter((day - first) // WEEK for day in closings if day >= today)
    most = max((lapsing[week] for week in range(WEEKS)), default=0)
    step = max(1, -(-most // MOST_LINES))
    top = max(step, -(-most // step) * step)
    pitch = (WIDTH - LEFT) / WEEKS

    def height(count: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * count / top, 1)

    bars = tuple(
        Bar(
            monday=first + week * WEEK,
            count=lapsing[week],
            closing=closing[week],
            near=week < NEAR_WEEKS,
            labelled=week % 4 == 0,
            x=round(LEFT + week * pitch + (pitch - BAR) / 2),
            y=height(lapsing[week]),
        )
        for week in range(WEEKS)
    )
    lines = tuple((count, height(count)) for count in range(step, top + 1, step))
    return Horizon(bars, lines, round(LEFT + NEAR_WEEKS * pitch, 1))
