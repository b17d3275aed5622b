"""Every write of sanctions: deciding about a certification, with the reason and the case behind it."""

from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.certification import queries
from app.certification.actions import award_earned, one_at_a_time, subject_of
from app.certification.models import CertificationEvent, CertificationEventKind
from app.certification.requirements import RequirementKind
from app.certification.sanctions import rules
from app.certification.sanctions.queries import Entry, history, newest_event, open_spots
from app.certification.sanctions.rules import Preset, Proposal, Wanted
from app.certification.sanctions.words import FIELDS, PRESETS, refusal
from app.clock import local_day
from app.errors import ConflictError, InvalidError
from app.people.models import Person
from app.web.i18n import gettext as _


class Grounds(TypedDict, total=False):
    """What a sanction rests on besides its reason.

    `preset` is a reason of the catalogue. `case` is where to read about what happened, and `red_line` the title of
    the red line that was crossed, which the gate names. `deadline` is the last day for a spot recertification.
    `proposal` is the step that fits: going further needs words of one's own. `seen` is the newest decision that the
    page showed (0: none); a newer one makes this one void.
    """

    preset: Preset | None
    case: str
    red_line: str | dict[str, str] | None
    deadline: date | None
    proposal: Proposal | None
    seen: int | None


def sanction(
    session: Session,
    person_id: int,
    product_id: int,
    kind: CertificationEventKind,
    *,
    reason: str,
    by: str,
    moment: datetime,
    **grounds: Unpack[Grounds],
) -> CertificationEvent:
    """Suspend, revoke, ask for the quiz again or reinstate; the clearance of every deal follows at once.

    Raises ConflictError where it would change nothing or somebody else was first, InvalidError with the `field` that
    is to be mended.
    """
    preset, deadline = grounds.get("preset"), grounds.get("deadline")
    why = rules.refuse(Wanted(kind, preset, reason, deadline), local_day(moment), grounds.get("proposal"))
    if why is not None:
        raise InvalidError(refusal(why), field=FIELDS[why])
    one_at_a_time(session, person_id)
    seen = grounds.get("seen")
    is_stale = seen is not None and seen != newest_event(session, person_id, product_id)
    if is_stale or kind not in possible_now(session, person_id, product_id, moment):
        raise ConflictError(_("The standing has changed since you opened the page. Look at it again first."))
    event = CertificationEvent(
        person_id=person_id,
        product_id=product_id,
        kind=kind,
        reason=reason.strip() or (PRESETS[preset] if preset else ""),
        preset=preset.value if preset else "",
        red_line=grounds.get("red_line"),
        case=grounds.get("case", ""),
        deadline=deadline if kind is CertificationEventKind.RECERTIFICATION else None,
        at=moment,
        by=by,
        by_id=session.scalar(select(col(Person.id)).where(col(Person.email) == by)),
    )
    session.add(event)
    session.flush()
    audit(
        session,
        at=moment,
        actor=by,
        action=f"certification.{kind.value}",
        subject=subject_of(session, person_id, product_id),
        details=_details(event),
    )
    if kind is CertificationEventKind.REINSTATED:  # what was earned meanwhile is stored now
        award_earned(session, person_id, product_id, moment)
    return event


def _details(event: CertificationEvent) -> dict[str, Any]:
    more = {
        "preset": event.preset,
        "case": event.case,
        "deadline": event.deadline.isoformat() if event.deadline else None,
    }
    return {"reason": event.reason, **{name: value for name, value in more.items() if value}}


def possible_now(session: Session, person_id: int, product_id: int, moment: datetime) -> list[CertificationEventKind]:
    """Return what may be done about a certification at this moment, the mildest first."""
    found = queries.record(session, person_id, product_id, moment)
    return possible_sanctions(found, open_spots(history(session, person_id, [product_id])).get(product_id))


def possible_sanctions(record: queries.Record | None, spot: date | None = None) -> list[CertificationEventKind]:
    """Return what may be done about a standing, the mildest first.

    `spot` is the deadline of the spot recertification that was asked for and not lifted; once it is met it is open
    no more.
    """
    if record is None:
        return []
    place = rules.place_of(record.verdict.standing, asked_again=spot is not None and _is_open(record, spot))
    return rules.possible(place, has_quiz=has_quiz(record))


def is_felt(entry: Entry, record: queries.Record | None) -> bool:
    """Tell whether a sanction that stands still asks something of the person, or keeps something back."""
    if entry.kind is not CertificationEventKind.RECERTIFICATION:
        return True
    return record is not None and entry.deadline is not None and _is_open(record, entry.deadline)


def has_quiz(record: queries.Record) -> bool:
    """Tell whether a program asks for a quiz, which can be asked for again."""
    return any(part.kind is RequirementKind.QUIZ for asked in record.program.requirements for part in asked.parts())


def _is_open(record: queries.Record, spot: date) -> bool:
    by = record.verdict.recertify_by
    return by is not None and by <= spot
