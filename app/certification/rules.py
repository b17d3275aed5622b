"""May this person speak for this product today, and what is the shortest way to yes?

Standing is a function of stored facts and of a day. A period that has been earned but not yet been stored
already counts, so nothing has to run at midnight and nothing can be forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from app.certification.choices import Choice, IsMet, choices
from app.certification.dates import ONE_DAY, PeriodDates, ProgramTerms, following_period
from app.certification.reasons import CODE_OF_KIND, Params, Reason, ReasonCode
from app.certification.requirements import (
    LASTING,
    Evidence,
    Portfolio,
    Requirement,
    RequirementKind,
    Since,
    Spans,
    asked_again,
    first_day,
    holds,
    intersected,
    least,
    united,
)


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
    """From ``required_on`` on these requirements must be met again, through the deadline.

    The content changed, or a person asked one rep to. Evidence from before no longer counts for them. Only a period
    earned before is touched; and whoever gets certified later has met a delta quiz too, or the whole quiz since.
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
    """A requirement that is still to be met, and the minutes that it takes.

    ``choice`` says what may be done instead, of it and of what else its way asks for.
    """

    code: ReasonCode
    requirement: Requirement
    minutes: int
    choice: Choice | None = None


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
    portfolio = Portfolio(facts.evidence)
    facts = _settled(facts, portfolio, today)
    period = facts.period
    open_changes = _open_changes(facts, portfolio, today)
    recertify_by = min((change.deadline for change in open_changes), default=None)
    overdue = recertify_by is not None and recertify_by < today
    place = _place(facts, portfolio, today, recertify_by)
    allowed = place in {Standing.CERTIFIED, Standing.RENEWAL_OPEN} or (
        place is Standing.RECERTIFICATION_REQUIRED and not overdue
    )
    ends_on = _ends_on(period, place, recertify_by, allowed=allowed)
    missing = _missing(facts, portfolio, open_changes, today)
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


def rests_on_period(period: PeriodDates | None, changes: Iterable[Recertification], today: date) -> bool:
    """Tell whether the period alone says where a person stands, so that nothing they did changes `standing` today.

    It was earned by now, its renewal is still to open, and no change has come since.
    """
    if period is None or not period.done_on <= today < period.window_opens_on:
        return False
    return not any(period.done_on < change.required_on <= today for change in changes)


def chosen(facts: StandingFacts, today: date) -> tuple[Requirement, ...]:
    """List what the program asks of a person, of alternatives the one on which the least is left to do.

    Until a renewal opens that is the one by which the period was earned.
    """
    portfolio = Portfolio(facts.evidence)
    earned = facts.period is not None and today < facts.period.window_opens_on
    since: Since = (lambda _: date.min) if earned else _since(facts)
    parts = (least(each, lambda part: holds(portfolio.spans(part, since), today)) for each in facts.requirements)
    return tuple(dict.fromkeys(part for each in parts for part in each))


def award(facts: StandingFacts, today: date) -> PeriodDates | None:
    """Return the next period to store, or None when none has been earned.

    It rests on the first day on which all requirements were met, so it is the same whenever it is asked for. After a
    long absence several may be due: store the answer and ask again until there is none.
    """
    return _award(facts, Portfolio(facts.evidence), today)


def _award(facts: StandingFacts, portfolio: Portfolio, today: date) -> PeriodDates | None:
    if _holds(facts.revocation, today) or _holds(facts.suspension, today):
        return None
    facts = _known(facts, today)
    since = facts.period.done_on if facts.period else date.min
    # What was complete before the content changed had been earned by then, whether or not it was stored in time.
    last_days = sorted(change.required_on - ONE_DAY for change in facts.recertifications)
    stages = (*(day for day in last_days if since <= day), today)
    return next(filter(None, (_earned(_known(facts, day), portfolio, day) for day in stages)), None)


def _earned(facts: StandingFacts, portfolio: Portfolio, today: date) -> PeriodDates | None:
    if not facts.requirements or (facts.period is not None and today < facts.period.window_opens_on):
        return None
    since = _since(facts)
    days = intersected(portfolio.spans(each, since) for each in _asked(facts))
    if facts.period is not None:
        days = intersected((days, ((facts.period.window_opens_on, date.max),)))
    done_on = first_day(days, today)
    return None if done_on is None else following_period(facts.terms, done_on, facts.period, due_on=facts.due_on)


def _settled(facts: StandingFacts, portfolio: Portfolio, today: date) -> StandingFacts:
    """Take the periods that have been earned as if they were stored."""
    facts = _known(facts, today)
    while earned := _award(facts, portfolio, today):
        facts = replace(facts, period=earned)
    return facts


def _known(facts: StandingFacts, today: date) -> StandingFacts:
    """Forget a period and changes of content that lie after the day asked about."""
    changes = tuple(change for change in facts.recertifications if change.required_on <= today)
    later = facts.period is not None and facts.period.done_on > today
    if changes == facts.recertifications and not later:
        return facts
    return replace(facts, recertifications=changes, period=None if later else facts.period)


def _asked(facts: StandingFacts) -> tuple[Requirement, ...]:
    """What a period asks for: the program, and what it changed since a quiz was passed that did not ask for it."""
    deltas = (
        each
        for change in facts.recertifications
        for each in change.requirements
        if each.kind is RequirementKind.DELTA_QUIZ
    )
    return (*facts.requirements, *dict.fromkeys(deltas))


def _place(facts: StandingFacts, portfolio: Portfolio, today: date, recertify_by: date | None) -> Standing:
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
        Standing.IN_PROGRESS: period is None and _is_begun(facts, portfolio, today),
        Standing.NOT_STARTED: True,
    }
    return next(place for place in Standing if applies[place])


def _is_begun(facts: StandingFacts, portfolio: Portfolio, today: date) -> bool:
    return any(
        first_day(portfolio.spans(part, lambda _: date.min), today) is not None
        for each in facts.requirements
        for part in each.parts()
        if part.kind is not RequirementKind.CERTIFICATION  # another product is not this one
    )


def _ends_on(period: PeriodDates | None, place: Standing, recertify_by: date | None, *, allowed: bool) -> date | None:
    if period is None:
        return None
    if place is Standing.IN_GRACE:
        return period.grace_through
    return min(period.valid_through, recertify_by or period.valid_through) if allowed else None


def _missing(
    facts: StandingFacts, portfolio: Portfolio, open_changes: Iterable[Recertification], today: date
) -> tuple[Missing, ...]:
    """List what is left to do: the next period's requirements once they count, and what a change asks for."""
    found: dict[Requirement, None] = {}
    unmet: dict[Requirement, IsMet] = {}

    def look(requirement: Requirement, since: Since) -> None:
        def is_met(part: Requirement) -> bool:
            return holds(portfolio.spans(part, since), today)

        if not is_met(requirement):
            unmet.setdefault(requirement, is_met)
            found.update((part, None) for part in least(requirement, is_met) if not is_met(part))

    if facts.period is None or facts.period.window_opens_on <= today:
        since = _since(facts)
        for each in _asked(facts):
            look(each, since)
    for change in open_changes:
        for each in change.requirements:
            look(each, _since_change(change))
    whole = {each.key for each in found if each.kind is RequirementKind.QUIZ}
    alternatives = {each: is_met for each, is_met in unmet.items() if each.options}
    left = choices(alternatives, unmet.keys()) if alternatives else {}
    return tuple(
        Missing(CODE_OF_KIND[each.kind], each, each.minutes, left.get(each))
        for each in found
        # the whole quiz asks about the change as well
        if each.kind is not RequirementKind.DELTA_QUIZ or each.key.partition("@")[0] not in whole
    )


def _open_changes(facts: StandingFacts, portfolio: Portfolio, today: date) -> list[Recertification]:
    """List the changes that came after the period was earned and were not caught up with."""
    if facts.period is None:
        return []
    return [
        change
        for change in facts.recertifications
        if facts.period.done_on < change.required_on
        and not all(
            first_day(portfolio.spans(each, _since_change(change)), today) is not None for each in change.requirements
        )
    ]


def missed(changes: Iterable[Recertification], evidence: Iterable[Evidence], done_on: date) -> Spans:
    """Return the days on which a period earned on a day did not hold, since what changes asked had not been done."""
    portfolio, found = Portfolio(evidence), []
    for change in changes:
        if done_on < change.required_on:
            met = [portfolio.spans(each, _since_change(change)) for each in change.requirements]
            last = max(spans[0][0] for spans in met) - ONE_DAY if all(met) else date.max
            found += [((change.deadline + ONE_DAY, last),)] if change.deadline < last else []
    return united(found)


def _since_change(change: Recertification) -> Since:
    return lambda part: date.min if part.kind in LASTING else change.required_on


def _since(facts: StandingFacts) -> Since:
    """Say from which day on evidence counts: what lasts stays done, the rest is done again for each period."""
    kinds = {part.kind for each in facts.requirements for part in each.parts()}
    # Where lessons are all there is, a renewal that renewed nothing would certify for ever.
    renewed = kinds - LASTING or kinds
    first = date.min
    if facts.period is not None:
        early = timedelta(days=facts.terms.early_days)
        # The work that earned a period must not count again as its renewal.
        first = max(facts.period.window_opens_on - early, facts.period.done_on + ONE_DAY)

    def since(part: Requirement) -> date:
        days = (change.required_on for change in facts.recertifications if asked_again(part, change.requirements))
        changed_on = max(days, default=date.min)
        return max(changed_on, first) if part.kind in renewed else changed_on

    return since


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
