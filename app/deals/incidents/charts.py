"""How often red lines were crossed, as a bar for each of the last quarters; no colour, no words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.deals.incidents.lessons import Cost, quarter
from app.web.charts import Bar, Plot

QUARTERS = 8
TOP, BAR = 40, 36


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter, how often red lines were crossed in it, and its bar."""

    year: int
    number: int
    count: int
    bar: Bar


@dataclass(frozen=True, slots=True)
class Trend:
    """The last quarters, from the first with a crossing to the newest; horizontal lines as (count, how far down)."""

    quarters: tuple[Quarter, ...]
    lines: tuple[tuple[int, float], ...]

    @property
    def total(self) -> int:
        """How often red lines were crossed in all of these quarters."""
        return sum(each.count for each in self.quarters)


def trend(found: Iterable[Cost], today: date) -> Trend:
    """Count what was crossed in each of the last quarters, from the first one with any; the last is that of `today`."""
    counts: Counter[tuple[int, int]] = Counter()
    for each in found:
        counts.update(each.quarters)
    shown = _quarters(today)
    first = next((place for place, each in enumerate(shown) if counts[each]), 0)
    shown = shown[first:]
    plot = Plot(len(shown), BAR, max(counts[each] for each in shown), TOP)
    quarters = tuple(Quarter(*each, counts[each], plot.bar(place, counts[each])) for place, each in enumerate(shown))
    return Trend(quarters, plot.lines)


def _quarters(today: date) -> list[tuple[int, int]]:
    year, part = quarter(today)
    last = year * 4 + part - 1
    return [(each // 4, each % 4 + 1) for each in range(last - QUARTERS + 1, last + 1)]
