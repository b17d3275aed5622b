"""What of a finished attempt may its owner see now, and what keeps the rest closed?

Each part has its own rule in the quiz. What is closed does not leave the server. The mark is also closed while an
assessor has yet to read an essay. The author's explanation of a question opens together with its right answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self, TypeVar

from app.quizzes.content import ReviewPolicy


class Part(StrEnum):
    """What can be open or closed, by the names of the review policy."""

    SCORE = "score"
    ANSWERS = "answers"
    MARKS = "marks"
    RIGHT_ANSWERS = "right_answers"
    FEEDBACK = "feedback"


class Bar(StrEnum):
    """What keeps a part closed."""

    NOT_MARKED = "not_marked"
    RUNNING = "running"
    ASKED_AGAIN = "asked_again"
    NOT_PASSED = "not_passed"
    ATTEMPTS_LEFT = "attempts_left"
    NOT_CLOSED = "not_closed"
    NEVER_CLOSES = "never_closes"
    NEVER = "never"


class Sitting(Protocol):
    """What decides about an attempt."""

    @property
    def number(self) -> int:
        """Its place among the attempts of its owner at the quiz."""

    @property
    def finished_at(self) -> datetime | None:
        """When it was finished, if it does not run."""

    @property
    def marked_at(self) -> datetime | None:
        """When its mark became known."""

    @property
    def passed(self) -> bool | None:
        """Whether it was passed, once that is known."""


SomeSitting = TypeVar("SomeSitting", bound=Sitting)


@dataclass(frozen=True, slots=True)
class Opening:
    """What is open of one attempt; `bars` says for each closed part what keeps it closed."""

    bars: Mapping[Part, Bar]

    def opens(self, part: Part) -> bool:
        """Say whether a part is open."""
        return part not in self.bars

    @property
    def score(self) -> bool:
        """Whether the mark may be seen, and whether it is enough."""
        return self.opens(Part.SCORE)

    @property
    def answers(self) -> bool:
        """Whether one's own answers may be seen."""
        return self.opens(Part.ANSWERS)

    @property
    def marks(self) -> bool:
        """Whether it may be seen which questions were answered right."""
        return self.opens(Part.MARKS)

    @property
    def right_answers(self) -> bool:
        """Whether the right answers may be seen, with their explanations."""
        return self.opens(Part.RIGHT_ANSWERS)

    @property
    def feedback(self) -> bool:
        """Whether it may be seen what the author says to what was chosen."""
        return self.opens(Part.FEEDBACK)

    @property
    def questions(self) -> bool:
        """Whether there is anything to show of the single questions."""
        return self.answers or self.marks or self.right_answers or self.feedback


@dataclass(frozen=True, slots=True)
class _Past:
    """What all attempts of somebody at the quiz say together: looked at once, however many there are."""

    running: bool
    unmarked: bool
    last_passed: int
    """The number of the last passed attempt; 0 when there is none."""
    since: int
    """How many attempts came after that: those of a renewal begin anew."""

    @classmethod
    def of(cls, attempts: Sequence[Sitting]) -> Self:
        last = max((each.number for each in attempts if each.passed), default=0)
        return cls(
            running=any(each.finished_at is None for each in attempts),
            unmarked=any(each.marked_at is None for each in attempts),
            last_passed=last,
            since=sum(each.number > last for each in attempts),
        )


def opening(
    policy: ReviewPolicy,
    own: Sitting,
    past: Sequence[Sitting],
    *,
    limit: int | None,
    closes: datetime | None,
    moment: datetime,
    asked_again: bool = False,
) -> Opening:
    """Decide what is open of an attempt. `past` are all attempts of its owner at the quiz, the running one too.

    `limit` is the number of attempts that this person has now: it may be more than when the attempt started.
    `asked_again` says that an attempt of theirs at another quiz runs which asks some of the same questions.
    """
    together = _Past.of(past)
    bars = {}
    for part in Part:
        bar = _bar(getattr(policy, part.value), own, together, limit, closes, moment)
        if bar is None and asked_again and getattr(policy, part.value) == "when_done":
            bar = Bar.ASKED_AGAIN
        if part is Part.SCORE and own.marked_at is None:
            bar = Bar.NOT_MARKED
        if bar is not None:
            bars[part] = bar
    return Opening(bars)


def scored(
    policy: ReviewPolicy,
    past: Sequence[SomeSitting],
    *,
    limit: int | None,
    closes: datetime | None,
    moment: datetime,
) -> list[SomeSitting]:
    """Choose the attempts whose mark is open, as `opening` decides of each, in time that grows with their number."""
    together = _Past.of(past)
    return [
        each
        for each in past
        if each.marked_at is not None and _bar(policy.score, each, together, limit, closes, moment) is None
    ]


def _bar(
    rule: str, own: Sitting, past: _Past, limit: int | None, closes: datetime | None, moment: datetime
) -> Bar | None:
    match rule:
        case "at_once":
            return None
        case "when_done":
            return _not_done(own, past, limit, closed=closes is not None and moment >= closes)
        case "after_close" if closes is None:
            return Bar.NEVER_CLOSES
        case "after_close":
            return Bar.NOT_CLOSED if closes is not None and moment < closes else None
    return Bar.NEVER


def _not_done(own: Sitting, past: _Past, limit: int | None, *, closed: bool) -> Bar | None:
    """Say what is left to do until the quiz is passed, then or later, or no attempt is left: none is once it closed."""
    if past.running:
        return Bar.RUNNING  # it may ask the same questions
    if past.unmarked:
        return Bar.NOT_MARKED  # its essays may come back to be mended
    if closed or (past.last_passed and own.number <= past.last_passed):
        return None
    if limit is None:
        return Bar.NOT_PASSED
    return None if past.since >= limit else Bar.ATTEMPTS_LEFT


def passed_before(own: Sitting, past: Sequence[Sitting]) -> int:
    """Return the number of the last passed attempt before this one; 0 when there is none.

    Attempts after a passed one, such as those of a renewal, begin anew.
    """
    return max((each.number for each in past if each.passed and each.number < own.number), default=0)
