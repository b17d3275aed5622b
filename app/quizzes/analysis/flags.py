"""Which items misbehave, and in which way.

The limits follow classical test theory: https://docs.moodle.org/en/Quiz_statistics_report for facility and
discrimination. They say where to look, not who is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any, Final

from app.quizzes.analysis.choices import Chosen, Part, PartKind
from app.quizzes.analysis.rules import ItemAnalysis
from app.quizzes.statistics import FEWEST_ATTEMPTS

CRITICAL_FACILITY: Final = 90.0
"""A critical item asks for what everybody must know: below this, people do not."""

FEWEST_FOR_CRITICAL: Final = 5
"""First attempts from which a critical item that is often wrong is worth a look."""

WEAK_DISCRIMINATION: Final = 20.0
"""Moodle's report: 0 to 19 is very weak discrimination; below 0 the question is probably invalid."""

TOO_HARD: Final = 20.0
"""Moodle's report: 11 to 20 is difficult, below that very difficult or wrong."""

TOO_EASY: Final = 95.0
"""Moodle's report: 95 to 100 is extremely easy; such an item cannot tell people apart."""

SLOW_TIMES: Final = 3
"""How many times the usual time of this quiz's items an item may take."""

SLOW_SECONDS: Final = 60
"""However quick the other items are, less than this is not slow."""

MANY_UNANSWERED: Final = 10.0
"""Percent of first attempts that left the item empty."""


class FlagKind(StrEnum):
    """What is odd about an item, the most pressing first."""

    KEY_SUSPECT = "key_suspect"
    CRITICAL_MISSED = "critical_missed"
    NEGATIVE = "negative"
    REPORTED = "reported"
    TOO_HARD = "too_hard"
    WEAK = "weak"
    UNANSWERED = "unanswered"
    SLOW = "slow"
    UNUSED = "unused"
    TOO_EASY = "too_easy"


PRESSING: Final = frozenset({
    FlagKind.KEY_SUSPECT, FlagKind.CRITICAL_MISSED, FlagKind.NEGATIVE, FlagKind.REPORTED, FlagKind.TOO_HARD,
})  # fmt: skip
"""What a trainer should not leave for another day."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that is odd, with the number or the choices that show it."""

    kind: FlagKind
    amount: float = 0
    choices: tuple[str, ...] = ()


def usual_seconds(items: Sequence[ItemAnalysis]) -> float | None:
    """Return the median of the items' median times."""
    times = [each.seconds.median for each in items if each.seconds]
    return median(times) if times else None


def flags(item: ItemAnalysis, parts: Sequence[Part], *, usual: float | None, reports: int = 0) -> tuple[Flag, ...]:
    """Tell what is odd about an item, the most pressing first.

    `parts` are those of its newest version; `usual` is what an item of this quiz takes, in seconds; `reports` are
    those of reps that nobody has settled.
    """
    found = [*_numbers(item), *_choices(item, parts), *_time(item, usual)]
    if reports:
        found.append(Flag(FlagKind.REPORTED, reports))
    order = list(FlagKind)
    return tuple(sorted(found, key=lambda flag: order.index(flag.kind)))


def _numbers(item: ItemAnalysis) -> list[Flag]:
    told, document = item.statistics, item.document
    found: list[Flag] = []
    if told.facility is None:
        return found
    if document.get("critical") and told.attempts >= FEWEST_FOR_CRITICAL and told.facility < CRITICAL_FACILITY:
        found.append(Flag(FlagKind.CRITICAL_MISSED, told.facility))
    if told.attempts < FEWEST_ATTEMPTS:
        return found
    if told.facility <= TOO_HARD:
        found.append(Flag(FlagKind.TOO_HARD, told.facility))
    if told.facility >= TOO_EASY and not _everybody_should_know(document):
        found.append(Flag(FlagKind.TOO_EASY, told.facility))
    if told.discrimination is not None and told.discrimination < 0:
        found.append(Flag(FlagKind.NEGATIVE, told.discrimination))
    elif told.discrimination is not None and told.discrimination < WEAK_DISCRIMINATION and told.facility < TOO_EASY:
        found.append(Flag(FlagKind.WEAK, told.discrimination))
    unanswered = 100 * item.unanswered / told.attempts
    if unanswered >= MANY_UNANSWERED:
        found.append(Flag(FlagKind.UNANSWERED, unanswered))
    return found


def _everybody_should_know(document: Mapping[str, Any]) -> bool:
    return bool(document.get("critical") or document.get("red_line"))


def _choices(item: ItemAnalysis, parts: Sequence[Part]) -> list[Flag]:
    if item.versions[0].attempts < FEWEST_ATTEMPTS:
        return []
    suspect = [choice.text for part in parts for choice in _better_than_the_key(part)]
    unused = [
        choice.text
        for part in parts
        if part.kind is PartKind.SEVERAL or (part.kind is PartKind.ONE and len(part.options) > 2)  # noqa: PLR2004 (of two, one may rightly be chosen by nobody)
        for choice in part.options
        if choice.right is False and not choice.everybody
    ]
    found = []
    if suspect:
        found.append(Flag(FlagKind.KEY_SUSPECT, choices=tuple(suspect)))
    if unused:
        found.append(Flag(FlagKind.UNUSED, len(unused), tuple(unused)))
    return found


def _better_than_the_key(part: Part) -> list[Chosen]:
    """List the wrong choices that more of the best third took than the right one."""
    rights = [choice.top for choice in part.options if choice.right]
    # of several right options each should be taken; of several right wordings one is
    right = max(rights, default=0) if part.kind is PartKind.SEVERAL else sum(rights)
    return [choice for choice in part.options if choice.right is False and choice.top > right]


def _time(item: ItemAnalysis, usual: float | None) -> list[Flag]:
    if item.seconds is None or usual is None or item.statistics.attempts < FEWEST_ATTEMPTS:
        return []
    taken = item.seconds.median
    return [Flag(FlagKind.SLOW, taken)] if taken >= max(SLOW_TIMES * usual, SLOW_SECONDS) else []
