"""Putting a violation on somebody's record, with what it leads to; a sanction holds at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.audit.actions import record
from app.certification.sanctions.actions import sanction
from app.certification.sanctions.words import violation_case
from app.conduct.models import Consequence, Violation
from app.conduct.reviewing import rules
from app.conduct.reviewing.ladder import CONSEQUENCE_OF
from app.database import stored_id
from app.errors import InvalidError
from app.people.somebody import Somebody
from app.web.i18n import gettext as _

_KINDS = {consequence: kind for kind, consequence in CONSEQUENCE_OF.items()}


@dataclass(frozen=True, slots=True)
class Following:
    """What a violation leads to: for which product, why, and for a spot recertification by which day.

    `to_discuss` is what a coaching is to be about.
    """

    consequence: Consequence
    product_id: int | None
    reason: str
    deadline: date | None = None
    to_discuss: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose violation it is."""

    id: int
    email: str


@dataclass(frozen=True, slots=True)
class Cause:
    """What a violation rests on: a finding, or an incident with the red line as it was on that day, if there is one.

    `name` is what the audit trail calls it.
    """

    name: str
    red_line_title: str | dict[str, str] | None = None
    finding_id: int | None = None
    incident_id: int | None = None
    red_line: str | None = None
    rule: Mapping[str, Any] | None = None
    title: str | None = None


def put_on_record(
    session: Session, who: Concerned, cause: Cause, following: Following, reviewer: Somebody, moment: datetime
) -> Violation:
    """Store a violation of a person's, and take the step that it leads to.

    Raises InvalidError with the `field` that is to be mended, ConflictError where a sanction would change nothing.
    """
    event = None
    if following.consequence in rules.SANCTIONS:
        if following.product_id is None:
            raise InvalidError(_("Choose the product whose certification it is about."), field="product")
        event = sanction(
            session,
            who.id,
            following.product_id,
            _KINDS[following.consequence],
            reason=following.reason,
            red_line=cause.red_line_title,
            deadline=following.deadline,
            by=reviewer.email,
            moment=moment,
        )
    violation = Violation(
        finding_id=cause.finding_id,
        incident_id=cause.incident_id,
        person_id=who.id,
        product_id=following.product_id,
        consequence=following.consequence,
        reason=following.reason,
        red_line=cause.red_line,
        rule=dict(cause.rule) if cause.rule else None,
        title=cause.title,
        to_discuss=following.to_discuss or None,
        certification_event_id=stored_id(event) if event else None,
        at=moment,
        by=reviewer.email,
    )
    session.add(violation)
    session.flush()
    if event is not None:
        event.case = violation_case(stored_id(violation))
        session.flush()
    record(
        session,
        at=moment,
        actor=reviewer.email,
        action="violation.recorded",
        subject=("violation", f"{who.email} {cause.name}"),
        details={
            # not the finding: its number stands on the page of the text, which others read without the name
            "violation": violation.id,
            "consequence": following.consequence.value,
            "reason": following.reason,
        },
    )
    return violation
