"""Exceptions by what came of them, as a stacked bar for each of the last weeks, and the numbers by product."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.catalog.text import Text
from app.clock import local_day
from app.deals.waivers.listing import Counted
from app.web.charts import Bar, Plot

WEEKS = 16
WEEK = timedelta(days=7)
TOP, BAR = 32, 20
GIVEN, EMERGENCY, REFUSED, OPEN = "given", "emergency", "refused", "open"
OUTCOMES = (GIVEN, EMERGENCY, REFUSED, OPEN)
"""What came of a request, in the order in which a bar is stacked; `open` is what nobody has decided, or decided on."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One outcome in one bar."""

    outcome: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Week:
    """One week: how many of each outcome, and the bar of them all."""

    monday: date
    bar: Bar
    pieces: tuple[Piece, ...]
    labelled: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each outcome."""
        return {each.outcome: each.count for each in self.pieces}


@dataclass(frozen=True, slots=True)
class OfProduct:
    """How many exceptions one product had."""

    slug: str
    name: Text
    counts: dict[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The weeks, the horizontal lines as (count, how far down), and the products, the most exceptions first."""

    weeks: tuple[Week, ...]
    lines: tuple[tuple[int, float], ...]
    products: tuple[OfProduct, ...]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many were asked for or given in all of these weeks."""
        return sum(self.counts.values())

    @property
    def most(self) -> int:
        """How many the product with the most has."""
        return max((each.total for each in self.products), default=0)


def first_day(today: date) -> date:
    """Return the first day that a chart shows: a Monday."""
    return today - timedelta(days=today.weekday()) - (WEEKS - 1) * WEEK


def outcome(one: Counted) -> str:
    """Say what came of a request."""
    if one.break_glass:
        return EMERGENCY
    if one.approved is None:
        return OPEN
    return GIVEN if one.approved else REFUSED


def chart(found: Sequence[Counted], today: date) -> Chart:
    """Count what was asked for in each of the last weeks, by what came of it; the last is the one of `today`."""
    first = first_day(today)
    by_week: list[Counter[str]] = [Counter() for _week in range(WEEKS)]
    by_product: dict[str, tuple[Text, Counter[str]]] = {}
    for one in found:
        number = (local_day(one.asked_at) - first) // WEEK
        if 0 <= number < WEEKS:
            by_week[number][outcome(one)] += 1
            by_product.setdefault(one.slug, (one.product, Counter()))[1][outcome(one)] += 1
    plot = Plot(WEEKS, BAR, max(counts.total() for counts in by_week), TOP)
    products = [OfProduct(slug, name, _all(counts), counts.total()) for slug, (name, counts) in by_product.items()]
    return Chart(
        weeks=tuple(_week(first, number, counts, plot) for number, counts in enumerate(by_week)),
        lines=plot.lines,
        products=tuple(sorted(products, key=lambda each: (-each.total, each.slug))),
        counts=_all(sum(by_week, Counter())),
    )


def _all(counts: Counter[str]) -> dict[str, int]:
    return {each: counts[each] for each in OUTCOMES}


def _week(first: date, number: int, counts: Counter[str], plot: Plot) -> Week:
    pieces, below = [], 0
    for each in OUTCOMES:
        foot, below = plot.y(below), below + counts[each]
        pieces.append(Piece(each, counts[each], plot.y(below), round(foot - plot.y(below), 1)))
    return Week(first + number * WEEK, plot.bar(number, below), tuple(pieces), labelled=number % 4 == 0)
