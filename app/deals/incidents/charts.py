"""The places of the bars that show how often red lines were crossed, quarter by quarter; no colour, no words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.deals.incidents.lessons import Cost, quarter

QUARTERS = 8
WIDTH, LEFT, TOP, BOTTOM, BAR = 560, 24, 40, 160, 36
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One quarter, how often red lines were crossed in it, and where its bar stands."""

    year: int
    quarter: int
    count: int
    x: int
    y: float

    @property
    def height(self) -> float:
        """The bar's height."""
        return BOTTOM - self.y

    @property
    def middle(self) -> int:
        """The middle of the bar, for its label."""
        return self.x + BAR // 2


@dataclass(frozen=True, slots=True)
class Trend:
    """The bars of the last quarters, the newest last, and the horizontal lines as (count, height)."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[int, float], ...]

    @property
    def total(self) -> int:
        """How often red lines were crossed in all of these quarters."""
        return sum(bar.count for bar in self.bars)


def trend(found: Iterable[Cost], today: date) -> Trend:
    """Count what was crossed in each of the last quarters; the last one is that of `today`."""
    counts: Counter[tuple[int, int]] = Counter()
    for each in found:
        counts.update(each.quarters)
    shown = _quarters(today)
    most = max(counts[each] for each in shown)
    step = max(1, -(-most // MOST_LINES))
    top = max(step, -(-most // step) * step)
    pitch = (WIDTH - LEFT) / QUARTERS

    def height(count: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * count / top, 1)

    bars = tuple(
        Bar(*each, counts[each], round(LEFT + place * pitch + (pitch - BAR) / 2), height(counts[each]))
        for place, each in enumerate(shown)
    )
    return Trend(bars, tuple((count, height(count)) for count in range(step, top + 1, step)))


def _quarters(today: date) -> list[tuple[int, int]]:
    year, part = quarter(today)
    last = year * 4 + part - 1
    return [(each // 4, each % 4 + 1) for each in range(last - QUARTERS + 1, last + 1)]
