"""How somebody stood on the day of an incident: standing, certificate, signature, quiz."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentVersion
from app.certification import words
from app.certification.queries import HeldPeriod, periods, record
from app.clock import end_of_day
from app.deals.incidents.queries import Facts
from app.quizzes.queries import HeldMark, marks_of
from app.redlines.queries import Signature, signatures


@dataclass(frozen=True, slots=True)
class ThatDay:
    """What was known about a person at the end of a day, for one product.

    `names_red_line` says whether the version that was signed holds the red line of the incident. `wording_differs` says
    that it was worded otherwise then.
    """

    state: words.State | None
    period: HeldPeriod | None
    signature: Signature | None
    names_red_line: bool
    wording_differs: bool
    quiz: HeldMark | None


def that_day(session: Session, incident: Facts, rule: Mapping[str, Any] | None) -> ThatDay | None:
    """Return how whom an incident concerns stood then; None where nobody is named.

    `rule` is the red line as of that day. The number of statements is constant.
    """
    if incident.person_id is None:
        return None
    then = end_of_day(incident.happened_on)
    standing = record(session, incident.person_id, incident.product_id, then)
    signed = _signed(session, incident, then)
    named = _rule_in(session, signed, incident.red_line) if signed and incident.red_line else None
    held = [
        each
        for each in periods(session, incident.person_id, then)
        if each.product_id == incident.product_id and _covers(each, incident.happened_on)
    ]
    marks = marks_of(session, incident.person_id, then)
    return ThatDay(
        state=words.state(standing.verdict.standing, allowed=standing.verdict.allowed) if standing else None,
        period=held[0] if held else None,
        signature=signed,
        names_red_line=named is not None,
        wording_differs=named is not None and rule is not None and dict(named) != dict(rule),
        quiz=next((each for each in marks if each.product_id == incident.product_id and each.passed), None),
    )


def _covers(period: HeldPeriod, day: date) -> bool:
    return period.done_on <= day <= period.valid_through


def _signed(session: Session, incident: Facts, then: datetime) -> Signature | None:
    found = signatures(session, incident.person_id or 0, incident.product_id)
    return next((each for each in found if each.signed_at <= then), None)


def _rule_in(session: Session, signed: Signature, red_line: str) -> Mapping[str, Any] | None:
    document: Any = session.scalar(
        select(col(ContentVersion.document)).where(col(ContentVersion.id) == signed.version_id)
    )
    return next((each for each in document["rules"] if each["id"] == red_line), None)
