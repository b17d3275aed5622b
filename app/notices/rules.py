"""What is to be told to whom on a day? Facts in, due notices out; when the job ran before makes no difference.

A chain is a row of steps towards one day, such as the end of a certification. Of those whose day has come only the
latest is due, so a job that did not run for a week tells one thing, not three.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.notices.models import Rhythm

ONE_DAY = timedelta(days=1)
BEFORE_DUE = (14, 7, 1)
BEFORE_EXPIRY = (30, 14, 7, 1)
BEFORE_DEADLINE = (7, 1)
TOLD_FOR = timedelta(days=30)
"""How long it is of use to be told that something happened."""
MISSED_FOR = timedelta(days=90)
"""How long somebody is told that a day has passed."""
TEAM_KNOWS_BEFORE = 14
"""Days before the end from which a manager knows about it."""
DIGEST_HOURS = 10
"""How long after its hour a digest may still go out that day: nobody wants one at midnight."""


class Kind(StrEnum):
    """What a notice is about."""

    ASSIGNED = "assigned"
    DUE = "due"
    OVERDUE = "overdue"
    CERTIFIED = "certified"
    WINDOW_OPEN = "window_open"
    ENDS_SOON = "ends_soon"
    EXPIRED = "expired"
    ENDS_BEFORE_CLOSE = "ends_before_close"
    BLOCKED = "blocked"
    CHANGED = "changed"
    CATCH_UP = "catch_up"
    CATCH_UP_OVERDUE = "catch_up_overdue"
    SIGN_OFF_PASSED = "sign_off_passed"
    SIGN_OFF_RETURNED = "sign_off_returned"
    SIGN_OFF_FAILED = "sign_off_failed"
    VIOLATION = "violation"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REINSTATED = "reinstated"
    RECERTIFY = "recertify"
    APPEAL_RECEIVED = "appeal_received"
    APPEAL_DECIDED = "appeal_decided"
    CREDIT_COUNTS = "credit_counts"
    CREDIT_REFUSED = "credit_refused"
    CREDIT_ENDED = "credit_ended"
    EXTENDED = "extended"
    SEAT = "seat"
    SESSION_SOON = "session_soon"
    ESSAY_RETURNED = "essay_returned"
    QUIZ_MARKED = "quiz_marked"
    TEAM_ENDS = "team_ends"
    TEAM_EXPIRED = "team_expired"
    TEAM_DEAL = "team_deal"
    SIGN_OFFS_WAITING = "sign_offs_waiting"
    APPEAL_WAITING = "appeal_waiting"
    CREDITS_WAITING = "credits_waiting"
    FIELD_NOTE_ANSWERED = "field_note_answered"
    FIELD_NOTES_WAITING = "field_notes_waiting"
    INCIDENTS_WAITING = "incidents_waiting"
    WAIVER_WAITING = "waiver_waiting"
    WAIVER_GIVEN = "waiver_given"
    WAIVER_REFUSED = "waiver_refused"
    WAIVER_ENDED = "waiver_ended"
    WAIVER_LAPSES = "waiver_lapses"
    EMERGENCY_WAITING = "emergency_waiting"
    EMERGENCY_FAULTED = "emergency_faulted"


URGENT = frozenset(
    {
        Kind.SUSPENDED,
        Kind.REVOKED,
        Kind.APPEAL_DECIDED,
        Kind.BLOCKED,
        Kind.SIGN_OFF_RETURNED,
        Kind.SIGN_OFF_FAILED,
        Kind.WAIVER_WAITING,
        Kind.WAIVER_GIVEN,
        Kind.WAIVER_REFUSED,
        Kind.WAIVER_ENDED,
        Kind.EMERGENCY_FAULTED,
    }
)
"""What nobody should learn from tomorrow's digest, and what reaches people on leave."""
_GRAVEST = (frozenset({Kind.SUSPENDED, Kind.REVOKED}), frozenset({Kind.BLOCKED}))
"""What a mail about several things is headed with, the gravest first."""


def gravity(kind: str, *, urgent: bool) -> int:
    """Return where a notice stands among others in one mail, the gravest lowest; `kind` may be unknown here."""
    if not urgent:
        return len(_GRAVEST) + 1
    return next((place for place, kinds in enumerate(_GRAVEST) if kind in kinds), len(_GRAVEST))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that one person is to be told; `key` names it among those of its kind."""

    person_id: int
    kind: Kind
    key: str
    url: str
    product_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    quiet: bool = False

    @property
    def urgent(self) -> bool:
        """Whether it is sent at once, whatever the person wishes; `quiet` says that this one can wait after all."""
        return self.kind in URGENT and not self.quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certification period of somebody, the latest one; `manager_id` is whom they report to."""

    person_id: int
    name: str
    manager_id: int | None
    product_id: int
    slug: str
    period_id: int
    window_opens_on: date
    valid_through: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody was asked to get certified and is not yet; `due_on` is the day that holds now."""

    person_id: int
    product_id: int
    slug: str
    assignment_id: int
    assigned_on: date
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catching:
    """The content changed, and somebody who is certified has to do something again through a deadline."""

    person_id: int
    product_id: int
    url: str
    deadline: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDeal:
    """Where somebody stands for one product of an open deal that they are on.

    `allowed` is the gate's answer, which holds through `ends_on`; `code` and `params` say why not, and `fix` leads to
    what mends it. `stops` tells whether the gate stops anybody, or only warns.
    """

    person_id: int
    name: str
    manager_id: int | None
    product_id: int
    deal_id: int
    reference: str
    deal: str
    closes_on: date | None
    allowed: bool
    stops: bool
    ends_on: date | None = None
    period_id: int | None = None
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    fix: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a chain: from this day on, this is what there is to say."""

    day: date
    kind: Kind
    days: int = 0


def _latest(steps: Iterable[_Step], today: date, *, since: date = date.min) -> _Step | None:
    """Return the last step whose day has come, of those after `since`; of two on one day the later in the row."""
    come = [step for step in steps if since < step.day <= today]
    return max(enumerate(come), key=lambda each: (each[1].day, each[0]), default=(0, None))[1]


def renewal(held: Held, today: date) -> list[Due]:
    """Tell the holder of a period that it can be renewed, that it ends, that it has ended; and their manager."""
    ends_on = held.valid_through
    steps = [
        _Step(held.window_opens_on, Kind.WINDOW_OPEN),
        *(
            _Step(ends_on - days * ONE_DAY, Kind.ENDS_SOON, days)
            for days in BEFORE_EXPIRY
            if ends_on - days * ONE_DAY >= held.window_opens_on
        ),
        _Step(ends_on + ONE_DAY, Kind.EXPIRED),
    ]
    step = _latest(steps, today)
    if step is None or today > ends_on + MISSED_FOR:
        return []
    key = f"{held.period_id}:{ends_on}"
    own = Due(
        person_id=held.person_id,
        kind=step.kind,
        key=f"{key}:{step.days}",
        product_id=held.product_id,
        url=f"/products/{held.slug}" if step.kind is Kind.EXPIRED else f"/products/{held.slug}/renewal",
        params={"day": ends_on.isoformat()},
    )
    if held.manager_id is None or today < ends_on - TEAM_KNOWS_BEFORE * ONE_DAY:
        return [own]
    team = Due(
        person_id=held.manager_id,
        kind=Kind.TEAM_EXPIRED if today > ends_on else Kind.TEAM_ENDS,
        key=key,
        product_id=held.product_id,
        url=f"/team/people/{held.person_id}",
        params={"day": ends_on.isoformat(), "name": held.name},
    )
    return [own, team]


def assignment(asked: Asked, today: date) -> list[Due]:
    """Tell somebody that they were asked to get certified; later, that the day comes near or has passed."""
    due_on = asked.due_on
    day = due_on.isoformat() if due_on else None
    step = None
    if due_on is not None and today <= due_on + MISSED_FOR:
        steps = [*_before(due_on, BEFORE_DUE, Kind.DUE), _Step(due_on + ONE_DAY, Kind.OVERDUE)]
        # what came before the assignment is said by the assignment
        step = _latest(steps, today, since=asked.assigned_on)
    if step is not None:
        kind, key = step.kind, f"{asked.product_id}:{due_on}:{step.days}"
    elif today <= asked.assigned_on + TOLD_FOR:
        kind, key = Kind.ASSIGNED, str(asked.assignment_id)
    else:
        return []
    return [
        Due(
            person_id=asked.person_id,
            kind=kind,
            key=key,
            product_id=asked.product_id,
            url=f"/products/{asked.slug}",
            params={"day": day},
        )
    ]


def catching_up(catching: Catching, today: date) -> list[Due]:
    """Tell somebody that the deadline after a change comes near or has passed."""
    deadline = catching.deadline
    steps = [
        *_before(deadline, BEFORE_DEADLINE, Kind.CATCH_UP),
        _Step(deadline + ONE_DAY, Kind.CATCH_UP_OVERDUE),
    ]
    step = _latest(steps, today)
    if step is None or today > deadline + MISSED_FOR:
        return []
    return [
        Due(
            person_id=catching.person_id,
            kind=step.kind,
            key=f"{catching.product_id}:{deadline}:{step.days}",
            product_id=catching.product_id,
            url=catching.url,
            params={"day": deadline.isoformat()},
        )
    ]


def on_deal(member: OnDeal, today: date) -> list[Due]:
    """Tell somebody that a deal is closed to them, or that their certification ends before it closes."""
    closes_on = member.closes_on
    if closes_on is not None and closes_on < today:
        return []
    deal = {"deal": member.deal, "reference": member.reference}
    where = f"{member.deal_id}:{member.product_id}"
    if not member.allowed:
        own = Due(
            person_id=member.person_id,
            kind=Kind.BLOCKED,
            key=f"{where}:{member.code}:{member.period_id or 0}",
            product_id=member.product_id,
            url=member.fix or f"/deals/{member.reference}",
            params={**deal, "code": member.code, "reason": dict(member.params)},
            quiet=not member.stops,
        )
    elif closes_on is not None and member.ends_on is not None and member.ends_on < closes_on:
        days = {"day": member.ends_on.isoformat(), "closes": closes_on.isoformat()}
        own = Due(
            person_id=member.person_id,
            kind=Kind.ENDS_BEFORE_CLOSE,
            key=f"{where}:{member.ends_on}",
            product_id=member.product_id,
            url=f"/deals/{member.reference}",
            params={**deal, **days},
        )
    else:
        return []
    if member.manager_id is None:
        return [own]
    team = Due(
        person_id=member.manager_id,
        kind=Kind.TEAM_DEAL,
        key=f"{where}:{member.person_id}",
        product_id=member.product_id,
        url=f"/deals/{member.reference}",
        params={**deal, "name": member.name},
    )
    return [own, team]


def _before(day: date, days: Sequence[int], kind: Kind) -> list[_Step]:
    return [_Step(day - each * ONE_DAY, kind, each) for each in days]


def digest_due(rhythm: Rhythm, sent_for: date | None, local: datetime, hour: int) -> bool:
    """Say whether somebody gets a digest now; `local` is the moment in the site's time zone.

    A weekly one goes out on Monday, or on the first day after it on which the job runs.
    """
    if rhythm is Rhythm.AT_ONCE:
        return True
    if not hour <= local.hour < hour + DIGEST_HOURS:
        return False
    today = local.date()
    since = today if rhythm is Rhythm.DAILY else today - today.weekday() * ONE_DAY
    return sent_for is None or sent_for < since
