"""What may be done against a certification, which step fits, and until when somebody may object: pure rules.

A person decides; these rules say what is possible, propose the next step from what stands on record, and keep the
clock of an appeal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.certification.dates import Span
from app.certification.models import AppealOutcome, CertificationEventKind
from app.certification.rules import Standing

LOOK_BACK_MONTHS: Final = 24
"""What is older no longer counts for the next step."""
APPEAL_DAYS: Final = 30
"""How long somebody may appeal, counted from the day on which they were told."""
DECISION_DAYS: Final = 14
"""How long the decision about an appeal may take, counted from the day on which it was asked for."""
RECERTIFY_DAYS: Final = 14
"""The deadline that is proposed for a spot recertification."""


class Place(StrEnum):
    """Where a certification stands, as far as sanctions depend on it."""

    NOT_HELD = "not_held"
    HELD = "held"
    ASKED_AGAIN = "asked_again"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


TRANSITIONS: Final[Mapping[Place, Mapping[CertificationEventKind, Place]]] = {
    Place.NOT_HELD: {
        CertificationEventKind.SUSPENDED: Place.SUSPENDED,
        CertificationEventKind.REVOKED: Place.REVOKED,
    },
    Place.HELD: {
        CertificationEventKind.RECERTIFICATION: Place.ASKED_AGAIN,
        CertificationEventKind.SUSPENDED: Place.SUSPENDED,
        CertificationEventKind.REVOKED: Place.REVOKED,
    },
    Place.ASKED_AGAIN: {
        CertificationEventKind.SUSPENDED: Place.SUSPENDED,
        CertificationEventKind.REVOKED: Place.REVOKED,
        CertificationEventKind.REINSTATED: Place.HELD,
    },
    Place.SUSPENDED: {
        CertificationEventKind.REVOKED: Place.REVOKED,
        CertificationEventKind.REINSTATED: Place.HELD,
    },
    Place.REVOKED: {CertificationEventKind.REINSTATED: Place.HELD},
}
"""What may be done in which place, and where that leads; what is not named is refused.

A reinstatement leads to whatever the evidence says by then, which is `HELD` where a period still runs.
"""

_PLACES: Final = {Standing.REVOKED: Place.REVOKED, Standing.SUSPENDED: Place.SUSPENDED}
_NOT_HELD: Final = {Standing.EXPIRED, Standing.IN_PROGRESS, Standing.NOT_STARTED}


def place_of(standing: Standing, *, asked_again: bool) -> Place:
    """Tell where a certification stands; `asked_again` says that a spot recertification is open."""
    if standing in _PLACES:
        return _PLACES[standing]
    if asked_again:
        return Place.ASKED_AGAIN
    return Place.NOT_HELD if standing in _NOT_HELD else Place.HELD


def possible(place: Place, *, has_quiz: bool) -> list[CertificationEventKind]:
    """List what may be done, the mildest first; without a quiz there is nothing to pass again."""
    return [kind for kind in TRANSITIONS[place] if has_quiz or kind is not CertificationEventKind.RECERTIFICATION]


class Step(StrEnum):
    """The ladder: what may follow from a violation, the mildest first."""

    COACHING = "coaching"
    RECERTIFICATION = "recertification"
    SUSPENSION = "suspension"
    REVOCATION = "revocation"


LADDER: Final = tuple(Step)

STEP_OF: Final[Mapping[CertificationEventKind, Step]] = {
    CertificationEventKind.RECERTIFICATION: Step.RECERTIFICATION,
    CertificationEventKind.SUSPENDED: Step.SUSPENSION,
    CertificationEventKind.REVOKED: Step.REVOCATION,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken on a day; `overturned` says that an appeal against it was granted."""

    step: Step
    on: date
    overturned: bool = False


class Why(StrEnum):
    """Why a step is proposed."""

    NOTHING_ON_RECORD = "nothing_on_record"
    NEXT = "next"
    NEXT_POSSIBLE = "next_possible"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The step that fits, and why: `after` is the highest one taken in the time that counts."""

    step: Step
    why: Why
    after: Taken | None = None


def propose(taken: Iterable[Taken], today: date, available: Iterable[Step] = LADDER) -> Proposal:
    """Propose the next step: one above the highest of the last 24 months that was not overturned.

    A step that is not `available`, such as a quiz again where there is none, is passed over. Nothing is above a
    revocation.
    """
    since = Span(months=LOOK_BACK_MONTHS).before(today)
    counted = [each for each in taken if since < each.on <= today and not each.overturned]
    highest = max(counted, key=lambda each: (LADDER.index(each.step), each.on), default=None)
    first = 0 if highest is None else LADDER.index(highest.step) + 1
    offered = set(available)
    fitting = next((step for step in LADDER[first:] if step in offered), None)
    if highest is None:
        return Proposal(fitting or LADDER[-1], Why.NOTHING_ON_RECORD)
    if fitting is None:
        return Proposal(LADDER[-1], Why.LAST, highest)
    return Proposal(fitting, Why.NEXT if fitting is LADDER[first] else Why.NEXT_POSSIBLE, highest)


def skips(step: Step, proposal: Proposal) -> bool:
    """Tell whether a step goes further than the one that fits."""
    return LADDER.index(step) > LADDER.index(proposal.step)


class Preset(StrEnum):
    """The catalogue of reasons."""

    RED_LINE = "red_line"
    REPEATED = "repeated"
    LOOKED_INTO = "looked_into"
    NOT_GENUINE = "not_genuine"
    CUSTOMER_HARMED = "customer_harmed"
    GAPS = "gaps"
    UNFOUNDED = "unfounded"
    MADE_GOOD = "made_good"


_ANY_SANCTION: Final = frozenset(STEP_OF)
_STOPS: Final = frozenset({CertificationEventKind.SUSPENDED, CertificationEventKind.REVOKED})
_ENDS: Final = frozenset({CertificationEventKind.REINSTATED})

FITS: Final[Mapping[Preset, frozenset[CertificationEventKind]]] = {
    Preset.RED_LINE: _ANY_SANCTION,
    Preset.REPEATED: _ANY_SANCTION,
    Preset.LOOKED_INTO: frozenset({CertificationEventKind.SUSPENDED}),
    Preset.NOT_GENUINE: _STOPS,
    Preset.CUSTOMER_HARMED: _STOPS,
    Preset.GAPS: frozenset({CertificationEventKind.RECERTIFICATION}),
    Preset.UNFOUNDED: _ENDS,
    Preset.MADE_GOOD: _ENDS,
}
"""For which decisions each reason of the catalogue may stand."""


class Refusal(StrEnum):
    """Why a sanction does not hold."""

    REASON_MISSING = "reason_missing"
    PRESET_DOES_NOT_FIT = "preset_does_not_fit"
    WORDS_MISSING = "words_missing"
    DEADLINE_MISSING = "deadline_missing"
    DEADLINE_OVER = "deadline_over"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sanction as somebody wants it."""

    kind: CertificationEventKind
    preset: Preset | None = None
    words: str = ""
    deadline: date | None = None


def refuse(wanted: Wanted, today: date, proposal: Proposal | None = None) -> Refusal | None:
    """Say why a sanction does not hold; None where it does.

    With a `proposal`, going further than it needs words of one's own: a reason of the catalogue alone says nothing
    of why this case is graver than the record.
    """
    words = wanted.words.strip()
    if wanted.preset is None and not words:
        return Refusal.REASON_MISSING
    if wanted.preset is not None and wanted.kind not in FITS[wanted.preset]:
        return Refusal.PRESET_DOES_NOT_FIT
    step = STEP_OF.get(wanted.kind)
    if step is not None and proposal is not None and not words and skips(step, proposal):
        return Refusal.WORDS_MISSING
    if wanted.kind is CertificationEventKind.RECERTIFICATION:
        if wanted.deadline is None:
            return Refusal.DEADLINE_MISSING
        if wanted.deadline < today:
            return Refusal.DEADLINE_OVER
    return None


@dataclass(frozen=True, slots=True)
class Decided:
    """A sanction as far as an appeal depends on it: `stands` until it is lifted or another takes its place.

    `by_id` is who decided, `by` the address that they had then; addresses change.
    """

    kind: CertificationEventKind
    person_id: int
    told_on: date
    by: str
    by_id: int | None = None
    stands: bool = True


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    UPHELD = "upheld"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Asked:
    """An appeal as far as its decision depends on it."""

    decide_by: date
    outcome: AppealOutcome | None = None

    def state(self, today: date) -> AppealState:
        """Tell where it stands on a day; overdue from the day after the decision was due."""
        if self.outcome is not None:
            return AppealState(self.outcome.value)
        return AppealState.OVERDUE if self.decide_by < today else AppealState.OPEN


class AppealRefusal(StrEnum):
    """Why an appeal cannot be asked for, withdrawn or decided."""

    NOTHING_TO_APPEAL = "nothing_to_appeal"
    ENDED = "ended"
    ASKED_ALREADY = "asked_already"
    TOO_LATE = "too_late"
    TEXT_MISSING = "text_missing"
    CLOSED = "closed"
    DECIDED_IT = "decided_it"
    IS_ABOUT_ME = "is_about_me"
    ANSWER_MISSING = "answer_missing"


def appeal_until(told_on: date) -> date:
    """Return the last day for an appeal against what somebody was told on a day."""
    return told_on + timedelta(days=APPEAL_DAYS)


def decide_by(asked_on: date) -> date:
    """Return the day by which an appeal is to be decided."""
    return asked_on + timedelta(days=DECISION_DAYS)


def refuse_appeal(decided: Decided, asked: Asked | None, today: date) -> AppealRefusal | None:
    """Say why the person cannot appeal against a sanction; None where they can. There is one appeal for each."""
    if decided.kind not in STEP_OF:
        return AppealRefusal.NOTHING_TO_APPEAL
    if asked is not None:
        return AppealRefusal.ASKED_ALREADY
    if not decided.stands:
        return AppealRefusal.ENDED
    return AppealRefusal.TOO_LATE if appeal_until(decided.told_on) < today else None


@dataclass(frozen=True, slots=True)
class Decider:
    """Who wants to decide about an appeal."""

    person_id: int
    email: str


def refuse_answer(decided: Decided, asked: Asked, decider: Decider) -> AppealRefusal | None:
    """Say why somebody cannot decide about an appeal; None where they can.

    Nobody looks again at what they decided themselves, or at what is about them.
    """
    if asked.outcome is not None:
        return AppealRefusal.CLOSED
    if decided.person_id == decider.person_id:
        return AppealRefusal.IS_ABOUT_ME
    is_own = decided.by_id == decider.person_id or decided.by.lower() == decider.email.lower()
    return AppealRefusal.DECIDED_IT if is_own else None
