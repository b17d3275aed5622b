"""From what was drawn and answered to what each item tells. Pure: rows in, numbers out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any, Final, NamedTuple

from app.quizzes.analysis.choices import Given, Third
from app.quizzes.statistics import FEWEST_ATTEMPTS, ItemStatistics, statistics_of

UNIT: Final = 10_000
"""Points are stored with four decimals; here they are whole numbers of this part of a point."""


class Sitting(NamedTuple):
    """One finished and marked first attempt. Points are whole numbers of `UNIT`."""

    id: int
    person_id: int
    points: int
    max_points: int
    passed: bool
    percent: float
    seconds: float


class Answered(NamedTuple):
    """One question of a sitting. `answer` is the JSON text that is stored, None for no answer."""

    attempt_id: int
    version_id: int
    points: int
    seconds: int | None
    answer: str | None


class ItemWording(NamedTuple):
    """One version of an item that was drawn."""

    id: int
    content_id: int
    quiz: str
    item: str
    number: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """The quartiles of some numbers."""

    lower: float
    median: float
    upper: float


@dataclass(frozen=True, slots=True)
class VersionAnswers:
    """What was answered to one version of an item."""

    wording: ItemWording
    attempts: int
    given: Given

    def third(self, third: Third) -> int:
        """Count the attempts of a third that were asked this version."""
        return sum(count for (_answer, each), count in self.given.items() if each is third)


@dataclass(frozen=True, slots=True)
class ItemAnalysis:
    """One item with how it performed, over all of its versions; the newest version is first."""

    key: tuple[int, str]
    statistics: ItemStatistics
    seconds: Spread | None
    unanswered: int
    versions: tuple[VersionAnswers, ...]

    @property
    def wording(self) -> ItemWording:
        """The newest version that was drawn."""
        return self.versions[0].wording

    @property
    def document(self) -> Mapping[str, Any]:
        """The newest document that was drawn."""
        return self.wording.document


@dataclass(frozen=True, slots=True)
class Overview:
    """How the first attempts went as a whole; percentages and seconds, None when there is no attempt."""

    first_attempts: int
    passed: int
    mean_percent: float | None
    seconds: Spread | None

    @property
    def pass_percent(self) -> float | None:
        """How many of the first attempts passed, in percent."""
        return 100 * self.passed / self.first_attempts if self.first_attempts else None


def overview(sittings: Sequence[Sitting]) -> Overview:
    """Sum the first attempts up."""
    count = len(sittings)
    return Overview(
        first_attempts=count,
        passed=sum(each.passed for each in sittings),
        mean_percent=sum(each.percent for each in sittings) / count if count else None,
        seconds=spread([each.seconds for each in sittings]),
    )


def spread(numbers: Sequence[float]) -> Spread | None:
    """Return the quartiles, those of the sample itself (the least and the greatest included)."""
    if not numbers:
        return None
    if len(numbers) == 1:
        return Spread(numbers[0], numbers[0], numbers[0])
    return Spread(*quantiles(numbers, n=4, method="inclusive"))


def thirds(sittings: Sequence[Sitting]) -> dict[int, Third]:
    """Tell the best and the worst third of the attempts, by their share of the points.

    Who is level with the last one of a third belongs to it too, so that no chance decides. Too few attempts, or no
    difference between them, leave everybody in the middle.
    """
    shares = {each.id: each.points / each.max_points if each.max_points else 0.0 for each in sittings}
    ranked = sorted(shares.values())
    size = len(ranked) // 3
    if len(ranked) < FEWEST_ATTEMPTS or ranked[size - 1] >= ranked[-size]:
        return dict.fromkeys(shares, Third.MIDDLE)
    low, high = ranked[size - 1], ranked[-size]
    return {
        attempt: Third.BOTTOM if share <= low else Third.TOP if share >= high else Third.MIDDLE
        for attempt, share in shares.items()
    }


@dataclass(slots=True)
class Pool:
    """What was answered to one version of an item, in columns: an object for each answer would cost too much."""

    points: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    seconds: list[int] = field(default_factory=list)
    given: dict[Third, list[str | None]] = field(default_factory=lambda: {third: [] for third in Third})

    def counted(self) -> dict[tuple[str | None, Third], int]:
        """Count the answers of each third."""
        return {
            (answer, third): count for third, given in self.given.items() for answer, count in Counter(given).items()
        }


def pooled(sittings: Sequence[Sitting], answers: Iterable[Answered]) -> dict[int, Pool]:
    """Sort the answers of first attempts by the version of the item that they answer."""
    standing = thirds(sittings)
    known = {each.id: (each.points, standing[each.id]) for each in sittings}
    pools: dict[int, Pool] = {}
    for attempt_id, version_id, points, seconds, answer in answers:
        total, third = known[attempt_id]
        pool = pools.get(version_id)
        if pool is None:
            pool = pools[version_id] = Pool()
        pool.points.append(points)
        pool.totals.append(total)
        pool.given[third].append(answer)
        if seconds is not None:
            pool.seconds.append(seconds)
    return pools


def analyse(pools: Mapping[int, Pool], wordings: Iterable[ItemWording]) -> list[ItemAnalysis]:
    """Tell how each item performed, in the order of their keys."""
    versions: dict[tuple[int, str], list[tuple[ItemWording, Pool]]] = {}
    for wording in wordings:
        versions.setdefault((wording.content_id, wording.item), []).append((wording, pools[wording.id]))
    return [_item(key, found) for key, found in sorted(versions.items())]


def _item(key: tuple[int, str], versions: Sequence[tuple[ItemWording, Pool]]) -> ItemAnalysis:
    newest_first = sorted(versions, key=lambda each: -each[0].number)
    pools = [pool for _wording, pool in newest_first]
    counted = [pool.counted() for pool in pools]
    return ItemAnalysis(
        key=key,
        statistics=statistics_of(
            [points for pool in pools for points in pool.points],
            [total for pool in pools for total in pool.totals],
            sum(_most_points(wording) * len(pool.points) for wording, pool in newest_first),
        ),
        seconds=spread([seconds for pool in pools for seconds in pool.seconds]),
        unanswered=sum(count for given in counted for (answer, _third), count in given.items() if answer is None),
        versions=tuple(
            VersionAnswers(wording, len(pool.points), given)
            for (wording, pool), given in zip(newest_first, counted, strict=True)
        ),
    )


def _most_points(wording: ItemWording) -> int:
    points = float(wording.document.get("points", 1))
    return round(UNIT * points)
