"""May this person speak for this product today, and what is the shortest way to yes?

Standing is a function of stored facts and of a day. A period that has been earned but not yet been stored
already counts, so nothing has to run at midnight and nothing can be forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from app.certification.dates import ONE_DAY, PeriodDates, ProgramTerms, following_period


class Standing(StrEnum):
    """Where a person stands with a program. The order is the rule: the first that applies is the standing."""

    REVOKED = "revoked"
    SUSPENDED = "suspended"
    CERTIFIED = "certified"
    RENEWAL_OPEN = "renewal_open"
    RECERTIFICATION_REQUIRED = "recertification_required"
    IN_GRACE = "in_grace"
    EXPIRED = "expired"
    IN_PROGRESS = "in_progress"
    NOT_STARTED = "not_started"


class RequirementKind(StrEnum):
    """What a program may ask for, in the order in which it is done."""

    LESSON = "lesson"
    ATTESTATION = "attestation"
    QUIZ = "quiz"
    SIGN_OFF = "sign_off"
    LIVE_SESSION = "live_session"


class ReasonCode(StrEnum):
    """Why a person may not act; part of the public API."""

    LESSONS_NOT_COMPLETED = "lessons_not_completed"
    REDLINES_NOT_ATTESTED = "redlines_not_attested"
    QUIZ_NOT_PASSED = "quiz_not_passed"
    SIGN_OFF_MISSING = "sign_off_missing"
    LIVE_SESSION_MISSING = "live_session_missing"
    EXPIRED = "expired"
    IN_GRACE = "in_grace"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    RECERTIFICATION_OVERDUE = "recertification_overdue"
    NO_REQUIREMENTS = "no_requirements"


CODE_OF_KIND = {
    RequirementKind.LESSON: ReasonCode.LESSONS_NOT_COMPLETED,
    RequirementKind.ATTESTATION: ReasonCode.REDLINES_NOT_ATTESTED,
    RequirementKind.QUIZ: ReasonCode.QUIZ_NOT_PASSED,
    RequirementKind.SIGN_OFF: ReasonCode.SIGN_OFF_MISSING,
    RequirementKind.LIVE_SESSION: ReasonCode.LIVE_SESSION_MISSING,
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a program asks for; every lesson is a requirement of its own.

    ``minutes`` is what is left to do for this person. It is no part of the identity.
    """

    kind: RequirementKind
    key: str
    minutes: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A requirement was met on a local day. There may be several for one requirement."""

    requirement: Requirement
    done_on: date


@dataclass(frozen=True, slots=True)
class Sanction:
    """A suspension or a revocation, in force from ``since`` until the day before ``lifted_on``, if known.

    ``red_line`` is the title of the red line that was crossed, where that is why.
    """

    since: date
    lifted_on: date | None = None
    red_line: str | Mapping[str, str] | None = None

    def holds(self, today: date) -> bool:
        """Tell whether the sanction is in force on a day."""
        return self.since <= today and (self.lifted_on is None or today < self.lifted_on)


@dataclass(frozen=True, slots=True)
class Recertification:
    """The content changed on ``required_on``: these requirements must be met again, through the deadline.

    Evidence from before the change no longer counts for them. Only a period earned before it is touched.
    """

    required_on: date
    deadline: date
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFacts:
    """What is on record about one person and one program; ``period`` is the latest one stored."""

    terms: ProgramTerms
    requirements: tuple[Requirement, ...]
    evidence: tuple[Evidence, ...] = ()
    period: PeriodDates | None = None
    due_on: date | None = None
    suspension: Sanction | None = None
    revocation: Sanction | None = None
    recertifications: tuple[Recertification, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A requirement that is still to be met, and the minutes that it takes."""

    code: ReasonCode
    requirement: Requirement
    minutes: int


Params = Mapping[str, str | int | date | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody may not act: a code, what its sentence needs, and the minutes of work that remove it.

    Minutes add up over the reasons of one verdict: a reason that is removed by removing the others has none.
    """

    code: StrEnum
    params: Params = field(default_factory=dict)
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingVerdict:
    """The answer for one day. It has reasons exactly when the person is not allowed.

    ``valid_through``, ``window_opens_on`` and ``grace_through`` are those of the latest period, over or not;
    ``recertify_by`` is the earliest deadline of an open recertification. ``ends_on`` is the last day on which
    the person may act, alone or supervised, if nothing is done, and ``days_left`` the days from today until
    then (0: today is the last); both are None when the person may not act at all.
    """

    standing: Standing
    allowed: bool
    supervised_only: bool
    valid_through: date | None
    ends_on: date | None
    days_left: int | None
    window_opens_on: date | None
    grace_through: date | None
    recertify_by: date | None
    missing: tuple[Missing, ...]
    reasons: tuple[Reason, ...]


def standing(facts: StandingFacts, today: date) -> StandingVerdict:
    """Answer where a person stands on a day, whether that allows to act, and what is missing."""
    facts = _settled(facts, today)
    period = facts.period
    recertify_by = min((change.deadline for change in _open_changes(facts, today)), default=None)
    overdue = recertify_by is not None and recertify_by < today
    place = _place(facts, today, recertify_by)
    allowed = place in {Standing.CERTIFIED, Standing.RENEWAL_OPEN} or (
        place is Standing.RECERTIFICATION_REQUIRED and not overdue
    )
    ends_on = _ends_on(period, place, recertify_by, allowed=allowed)
    missing = _missing(facts, today)
    return StandingVerdict(
        standing=place,
        allowed=allowed,
        supervised_only=place is Standing.IN_GRACE,
        valid_through=period.valid_through if period else None,
        ends_on=ends_on,
        days_left=None if ends_on is None else (ends_on - today).days,
        window_opens_on=period.window_opens_on if period else None,
        grace_through=period.grace_through if period else None,
        recertify_by=recertify_by,
        missing=missing,
        reasons=() if allowed else _reasons(facts, place, missing, recertify_by if overdue else None),
    )


def award(facts: StandingFacts, today: date) -> PeriodDates | None:
    """Return the next period to store, or None when none has been earned.

    It rests on the day on which the last requirement was first met, so it is the same whenever it is asked
    for. After a long absence several may be due: store the answer and ask again until there is none.
    """
    if _holds(facts.revocation, today) or _holds(facts.suspension, today):
        return None
    facts = _known(facts, today)
    since = facts.period.done_on if facts.period else date.min
    # What was complete before the content changed had been earned by then, whether or not it was stored in time.
    last_days = sorted(change.required_on - ONE_DAY for change in facts.recertifications)
    stages = (*(day for day in last_days if since <= day), today)
    return next(filter(None, (_earned(_known(facts, day), day) for day in stages)), None)


def _earned(facts: StandingFacts, today: date) -> PeriodDates | None:
    met_on = [_met_on(facts, asked, _counts_from(facts, asked), today) for asked in facts.requirements]
    days = [day for day in met_on if day is not None]
    if not days or len(days) < len(met_on):
        return None
    return following_period(facts.terms, max(days), facts.period, due_on=facts.due_on)


def _settled(facts: StandingFacts, today: date) -> StandingFacts:
    """Take the periods that have been earned as if they were stored."""
    facts = _known(facts, today)
    while earned := award(facts, today):
        facts = replace(facts, period=earned)
    return facts


def _known(facts: StandingFacts, today: date) -> StandingFacts:
    """Forget a period and changes of content that lie after the day asked about."""
    changes = tuple(change for change in facts.recertifications if change.required_on <= today)
    later = facts.period is not None and facts.period.done_on > today
    return replace(facts, recertifications=changes, period=None if later else facts.period)


def _place(facts: StandingFacts, today: date, recertify_by: date | None) -> Standing:
    period = facts.period
    valid = period is not None and today <= period.valid_through
    in_grace = period is not None and period.valid_through < today <= period.grace_through
    window_open = period is not None and period.window_opens_on <= today
    overdue = recertify_by is not None and recertify_by < today
    applies = {
        Standing.REVOKED: _holds(facts.revocation, today),
        Standing.SUSPENDED: _holds(facts.suspension, today),
        Standing.CERTIFIED: valid and recertify_by is None and not window_open,
        Standing.RENEWAL_OPEN: valid and recertify_by is None,
        # Grace must not give back what a missed deadline took away.
        Standing.RECERTIFICATION_REQUIRED: valid or (in_grace and overdue),
        Standing.IN_GRACE: in_grace,
        Standing.EXPIRED: period is not None,
        Standing.IN_PROGRESS: any(_is_met(facts, asked, date.min, today) for asked in facts.requirements),
        Standing.NOT_STARTED: True,
    }
    return next(place for place in Standing if applies[place])


def _ends_on(period: PeriodDates | None, place: Standing, recertify_by: date | None, *, allowed: bool) -> date | None:
    if period is None:
        return None
    if place is Standing.IN_GRACE:
        return period.grace_through
    return min(period.valid_through, recertify_by or period.valid_through) if allowed else None


def _missing(facts: StandingFacts, today: date) -> tuple[Missing, ...]:
    """List what is left to do: the next period's requirements once they count, and what a change asks for."""
    asked: dict[Requirement, date] = {}
    if facts.period is None or facts.period.window_opens_on <= today:
        asked = {each: _counts_from(facts, each) for each in facts.requirements}
    for change in _open_changes(facts, today):
        for each in change.requirements:
            asked.setdefault(each, _changed_on(facts, each))
    return tuple(
        Missing(CODE_OF_KIND[each.kind], each, each.minutes)
        for each, since in asked.items()
        if not _is_met(facts, each, since, today)
    )


def _open_changes(facts: StandingFacts, today: date) -> list[Recertification]:
    """List the changes of content that came after the period was earned and were not caught up with."""
    if facts.period is None:
        return []
    return [
        change
        for change in facts.recertifications
        if facts.period.done_on < change.required_on
        and not all(_is_met(facts, each, change.required_on, today) for each in change.requirements)
    ]


def _counts_from(facts: StandingFacts, requirement: Requirement) -> date:
    """The first day whose evidence counts: lessons stay done, the rest is done again in each window."""
    changed_on = _changed_on(facts, requirement)
    if facts.period is None or requirement.kind not in _renewed_kinds(facts.requirements):
        return changed_on
    return max(changed_on, facts.period.window_opens_on)


def _renewed_kinds(requirements: Iterable[Requirement]) -> set[RequirementKind]:
    kinds = {each.kind for each in requirements}
    # Where lessons are all there is, a renewal that renewed nothing would certify for ever.
    return kinds - {RequirementKind.LESSON} or kinds


def _changed_on(facts: StandingFacts, requirement: Requirement) -> date:
    days = (change.required_on for change in facts.recertifications if requirement in change.requirements)
    return max(days, default=date.min)


def _met_on(facts: StandingFacts, requirement: Requirement, since: date, today: date) -> date | None:
    """Return the first day from ``since`` through today on which a requirement was met."""
    days = (each.done_on for each in facts.evidence if each.requirement == requirement)
    return min((day for day in days if since <= day <= today), default=None)


def _is_met(facts: StandingFacts, requirement: Requirement, since: date, today: date) -> bool:
    return _met_on(facts, requirement, since, today) is not None


def _holds(sanction: Sanction | None, today: date) -> bool:
    return sanction is not None and sanction.holds(today)


def _reasons(
    facts: StandingFacts, place: Standing, missing: tuple[Missing, ...], missed_deadline: date | None
) -> tuple[Reason, ...]:
    if place is Standing.REVOKED and facts.revocation:
        return (_sanction_reason(ReasonCode.REVOKED, facts.revocation),)
    if place is Standing.SUSPENDED and facts.suspension:
        return (_sanction_reason(ReasonCode.SUSPENDED, facts.suspension),)
    reasons = []
    if missed_deadline is not None:
        reasons.append(Reason(ReasonCode.RECERTIFICATION_OVERDUE, {"deadline": missed_deadline}))
    if facts.period is not None and place is Standing.IN_GRACE:
        days = {"valid_through": facts.period.valid_through, "grace_through": facts.period.grace_through}
        reasons.append(Reason(ReasonCode.IN_GRACE, days))
    if facts.period is not None and place is Standing.EXPIRED:
        reasons.append(Reason(ReasonCode.EXPIRED, {"valid_through": facts.period.valid_through}))
    if not facts.requirements:
        reasons.append(Reason(ReasonCode.NO_REQUIREMENTS))
    return (*reasons, *_missing_reasons(missing))


def _sanction_reason(code: ReasonCode, sanction: Sanction) -> Reason:
    params: dict[str, str | int | date | Mapping[str, str]] = {"since": sanction.since}
    if sanction.lifted_on is not None:
        params["lifted_on"] = sanction.lifted_on
    if sanction.red_line is not None:
        params["red_line"] = sanction.red_line
    return Reason(code, params)


def _missing_reasons(missing: Iterable[Missing]) -> list[Reason]:
    """One reason for all the lessons, naming the next of them; one for each of the rest."""
    missing = list(missing)
    lessons = [each for each in missing if each.requirement.kind is RequirementKind.LESSON]
    rest = [each for each in missing if each.requirement.kind is not RequirementKind.LESSON]
    reasons = [Reason(each.code, {"key": each.requirement.key}, each.minutes) for each in rest]
    if lessons:
        params: Params = {"count": len(lessons), "key": lessons[0].requirement.key}
        minutes = sum(each.minutes for each in lessons)
        reasons.insert(0, Reason(ReasonCode.LESSONS_NOT_COMPLETED, params, minutes))
    return reasons
