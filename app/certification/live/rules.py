"""Who gets a seat, which code is right at this moment, and who was present for long enough?"""

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import compare_digest
from zoneinfo import ZoneInfo

STEP = timedelta(seconds=30)
"""How long one rotating code is shown."""
DIGITS = 6
"""Digits of a rotating code."""
OPENS_BEFORE = timedelta(minutes=15)
"""How long before its beginning people may check in to a session."""
FALLBACK_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody takes for one another when they are read aloud."""
FALLBACK_LENGTH = 8
UNDESCRIBED_MINUTES = 60
"""How long a session is that a program asks for and does not describe; it has one part, all of which is needed."""


class Closed(StrEnum):
    """Why nobody can check in."""

    CANCELLED = "cancelled"
    EARLY = "early"
    OVER = "over"


class Proof(StrEnum):
    """What an entered code is."""

    WRONG = "wrong"
    CODE = "code"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Span:
    """When a session begins and ends, and into how many equal parts its time is divided."""

    starts_at: datetime
    ends_at: datetime
    parts: int = 1

    @property
    def opens_at(self) -> datetime:
        """When checking in opens."""
        return self.starts_at - OPENS_BEFORE

    def part_at(self, moment: datetime) -> int:
        """Return the part that a moment falls into, counted from 0; what comes before belongs to the first."""
        passed = (moment - self.starts_at) * self.parts // (self.ends_at - self.starts_at)
        return min(max(passed, 0), self.parts - 1)

    def part_begins(self, part: int) -> datetime:
        """Return when a part begins."""
        return self.starts_at + (self.ends_at - self.starts_at) * part / self.parts


@dataclass(frozen=True, slots=True)
class Seats:
    """How many may come (None: everybody), how many have a seat, and how many wait for one."""

    capacity: int | None
    seated: int
    waiting: int = 0

    @property
    def left(self) -> int | None:
        """How many seats are free; None where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.seated, 0)

    @property
    def to_give(self) -> int:
        """How many of those who wait get a seat now."""
        return self.waiting if self.left is None else min(self.left, self.waiting)

    @property
    def has_room(self) -> bool:
        """Whether somebody who comes now gets a seat, after those who wait have got theirs."""
        return self.left is None or self.left > self.waiting


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is stored about somebody's presence: by code, or by hand."""

    attended: bool
    by_hand: bool


def new_code_at(moment: datetime) -> datetime:
    """Return when the code of `moment` gives way to the next."""
    return datetime.fromtimestamp((_step(moment) + 1) * STEP.total_seconds(), UTC)


def code_at(secret: str, moment: datetime) -> str:
    """Return the code that the board shows at a moment: HOTP (RFC 4226) over SHA-256, counting in steps of `STEP`."""
    return _code(secret, _step(moment))


def prove(secret: str, fallback: str, entered: str, moment: datetime) -> Proof:
    """Say what somebody entered at a moment; the code of the step before counts, as typing takes a while."""
    given = "".join(each for each in entered.upper() if each.isascii() and each.isalnum())
    step = _step(moment)
    right = [compare_digest(given, _code(secret, each)) for each in (step, step - 1)]
    if any(right):
        return Proof.CODE
    return Proof.FALLBACK if compare_digest(given, fallback) else Proof.WRONG


def _step(moment: datetime) -> int:
    return int(moment.timestamp() // STEP.total_seconds())


def _code(secret: str, step: int) -> str:
    digest = hmac.digest(secret.encode(), step.to_bytes(8, "big"), sha256)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def closed(span: Span, moment: datetime, *, cancelled: bool) -> Closed | None:
    """Say why nobody can check in at a moment, or None while they can: from `OPENS_BEFORE` the start until the end."""
    if cancelled:
        return Closed.CANCELLED
    if moment < span.opens_at:
        return Closed.EARLY
    return Closed.OVER if moment > span.ends_at else None


def parts_needed(parts: int, percent: int) -> int:
    """Return for how many parts one must be there to reach a percentage of them."""
    return -(-parts * percent // 100)


def was_present(checked: Collection[int], parts: int, percent: int) -> bool:
    """Say whether the parts that somebody checked in to are enough."""
    return len(checked) >= parts_needed(parts, percent)


def judged(judgements: Iterable[Judgement]) -> Judgement | None:
    """Return the one of somebody's judgements, in their order, that holds: the last by hand, else the last."""
    found = list(judgements)
    deciding = [each for each in found if each.by_hand] or found
    return deciding[-1] if deciding else None


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Say whether clocks show this local time; they skip an hour when summer time begins."""
    there = local.replace(tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
