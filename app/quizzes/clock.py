"""May this person start an attempt now, and when is one over?

Every moment is the server's. An attempt that was left alone ends by itself at its deadline, whenever it is
found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SLACK = timedelta(seconds=5)
LONGEST_STAY = timedelta(minutes=10)


class StartCode(StrEnum):
    """What happens when somebody asks to start."""

    START = "start"
    RESUME = "resume"
    AWAITING_MARK = "awaiting_mark"
    CLOSED = "closed"
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    NOT_OPEN = "not_open"
    COOLING_DOWN = "cooling_down"


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """How many attempts somebody has until they pass, how long they wait after a failed one, and from when to when.

    `closes` is the first moment at which nobody may start any more.
    """

    attempts: int | None = None
    cooldown: timedelta = timedelta(0)
    opens: datetime | None = None
    closes: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One attempt as stored. It waits for its mark when it is finished and an assessor has yet to look at it."""

    started_at: datetime
    deadline: datetime | None = None
    finished_at: datetime | None = None
    passed: bool = False
    awaits_mark: bool = False

    def ended_at(self, now: datetime) -> datetime | None:
        """Return the earlier of its finish and its deadline, or None while it runs."""
        if self.finished_at is not None:
            return finished_at(self.finished_at, self.deadline)
        return self.deadline if is_over(now, self.deadline) else None


@dataclass(frozen=True, slots=True)
class StartVerdict:
    """Whether somebody may be in an attempt now.

    ``attempts_left`` counts those that may still be started, this one included; None when there is no limit.
    """

    allowed: bool
    code: StartCode
    wait_until: datetime | None
    attempts_left: int | None


@dataclass(frozen=True, slots=True)
class Since:
    """The finished attempts since the last one that passed: how many, when the last one ended, whether one waits.

    Those that ended by themselves and that nobody has found yet are among them.
    """

    count: int = 0
    ended_at: datetime | None = None
    awaits_mark: bool = False


def may_start(history: Iterable[PastAttempt], limits: AttemptLimits, now: datetime) -> StartVerdict:
    """Answer whether somebody may start, given all their attempts at the quiz.

    A running attempt is resumed. The limit and the wait look only at attempts since the last one that passed.
    """
    attempts = _since_last_pass(history)
    ends = [attempt.ended_at(now) for attempt in attempts]
    if None in ends:
        left = _left(limits, len(attempts))
        return StartVerdict(allowed=True, code=StartCode.RESUME, wait_until=None, attempts_left=left)
    ended_at = max((end for end in ends if end is not None), default=None)
    since = Since(len(attempts), ended_at, awaits_mark=any(attempt.awaits_mark for attempt in attempts))
    return may_start_after(since, limits, now)


def may_start_after(since: Since, limits: AttemptLimits, now: datetime) -> StartVerdict:
    """Answer whether somebody may start who has no running attempt, given what happened since they passed last."""
    left = _left(limits, since.count)
    if since.awaits_mark:
        return StartVerdict(allowed=False, code=StartCode.AWAITING_MARK, wait_until=None, attempts_left=left)
    if limits.closes is not None and now >= limits.closes:
        return StartVerdict(allowed=False, code=StartCode.CLOSED, wait_until=None, attempts_left=left)
    if left == 0:
        return StartVerdict(allowed=False, code=StartCode.NO_ATTEMPTS_LEFT, wait_until=None, attempts_left=0)
    wait_until = now if since.ended_at is None else since.ended_at + limits.cooldown
    if limits.opens is not None and now < limits.opens:
        opens = max(limits.opens, wait_until)
        return StartVerdict(allowed=False, code=StartCode.NOT_OPEN, wait_until=opens, attempts_left=left)
    if now < wait_until:
        return StartVerdict(allowed=False, code=StartCode.COOLING_DOWN, wait_until=wait_until, attempts_left=left)
    return StartVerdict(allowed=True, code=StartCode.START, wait_until=None, attempts_left=left)


def _left(limits: AttemptLimits, count: int) -> int | None:
    return None if limits.attempts is None else max(0, limits.attempts - count)


def _since_last_pass(history: Iterable[PastAttempt]) -> list[PastAttempt]:
    attempts = sorted(history, key=lambda attempt: attempt.started_at)
    passed = [place for place, attempt in enumerate(attempts) if attempt.passed]
    return attempts[passed[-1] + 1 :] if passed else attempts


def deadline(started_at: datetime, limit: timedelta | None, closes: datetime | None = None) -> datetime | None:
    """Return the moment at which an attempt ends by itself: its time is over or its quiz closes, whichever is first."""
    ends = [end for end in (None if limit is None else started_at + limit, closes) if end is not None]
    return min(ends, default=None)


def longer(limit: timedelta | None, extra_percent: int) -> timedelta | None:
    """Return the time limit of somebody who has some percent more of it, in whole seconds."""
    if limit is None:
        return None
    return timedelta(seconds=int(limit.total_seconds()) * (100 + extra_percent) // 100)


def spent(since: datetime, now: datetime) -> int:
    """Return how many seconds somebody was at a question that they sent now; who went away counts for ten minutes."""
    return max(0, round(min(now - since, LONGEST_STAY).total_seconds()))


def is_over(now: datetime, deadline: datetime | None, slack: timedelta = SLACK) -> bool:
    """Tell whether the time has run out; the slack lets the last answer cross the network."""
    return deadline is not None and now > deadline + slack


def finished_at(now: datetime, deadline: datetime | None) -> datetime:
    """Return the finish to store for an attempt that is finished now: never later than its deadline."""
    return now if deadline is None else min(now, deadline)
