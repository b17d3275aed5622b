"""When does a question come back, which ones come today, and how much is still known?

The forgetting curve and its intervals are those of FSRS (https://github.com/open-spaced-repetition/fsrs4anki/wiki).
Its random spread of intervals is off: a few questions a day spread by themselves, and the same answers give the same
days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from fsrs import Card, Rating, Scheduler, State

A_DAY = 3
"""Questions of one day."""

A_QUIZ = 20
"""Cards that one quiz gives a person."""

FIRST_DUE = timedelta(days=2)
LAPSES_WITHIN = timedelta(days=90)

FRESH = 0.9
FADING = 0.75

# in days, because nobody is asked twice on one: without the steps of minutes that drilling would have
_SCHEDULER = Scheduler(
    desired_retention=0.9, learning_steps=(), relearning_steps=(), maximum_interval=365, enable_fuzzing=False
)


@dataclass(frozen=True, slots=True)
class Memory:
    """How well one item is expected to be remembered, as FSRS keeps it.

    `stability` is in days; `state` and `step` are those of the scheduler.
    """

    state: int
    step: int | None
    stability: float | None
    difficulty: float | None
    due_at: datetime
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wish:
    """From which hour of which weekdays somebody wants to be asked; Monday is 0, no weekdays mean never."""

    hour: int = 9
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)

    def holds(self, local: datetime) -> bool:
        """Say whether questions may be asked at a moment of the site's zone."""
        return local.weekday() in self.weekdays and local.hour >= self.hour


class Freshness(StrEnum):
    """How much of a product's questions is expected to be remembered."""

    FRESH = "fresh"
    FADING = "fading"
    FADED = "faded"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the questions of a product say about one person; `percent` is rounded down, None without a card."""

    freshness: Freshness = Freshness.NOT_MEASURED
    percent: int | None = None
    lapses: int = 0


def first_memory(*, right: bool, answered_at: datetime, passed_at: datetime) -> Memory:
    """Return what is expected after the attempt that passed: it counts as the first review."""
    new = Memory(State.Learning.value, 0, None, None, answered_at, None)
    return replace(after(new, right=right, at=answered_at), due_at=passed_at + FIRST_DUE)


def after(memory: Memory, *, right: bool, at: datetime) -> Memory:
    """Return what is expected after an answer."""
    card, _log = _SCHEDULER.review_card(_card(memory), Rating.Good if right else Rating.Again, at.astimezone(UTC))
    return Memory(card.state.value, card.step, card.stability, card.difficulty, card.due, card.last_review)


def retrievability(memory: Memory, at: datetime) -> float:
    """Return the chance, between 0 and 1, that the item is remembered."""
    return _SCHEDULER.get_card_retrievability(_card(memory), at.astimezone(UTC))


def _card(memory: Memory) -> Card:
    return Card(
        card_id=0,
        state=State(memory.state),
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at,
        last_review=memory.reviewed_at,
    )


def todays(memories: Sequence[Memory], moment: datetime, end_of_day: datetime) -> list[int]:
    """Return the places of the memories to ask for today: those due by the end of the day, the weakest first."""
    due = [place for place, memory in enumerate(memories) if memory.due_at <= end_of_day]
    due.sort(key=lambda place: (retrievability(memories[place], moment), memories[place].due_at, place))
    return due[:A_DAY]


def readiness(memories: Iterable[Memory], lapses: int, moment: datetime) -> Readiness:
    """Sum up what is expected to be remembered of one product."""
    chances = [retrievability(memory, moment) for memory in memories]
    if not chances:
        return Readiness(lapses=lapses)
    mean = sum(chances) / len(chances)
    freshness = Freshness.FRESH if mean >= FRESH else Freshness.FADING if mean >= FADING else Freshness.FADED
    return Readiness(freshness, int(100 * mean), lapses)
