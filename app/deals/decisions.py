"""What the gate answered when a deal was about to change: keeping it, and reading it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from ulid import ULID

from app.audit.actions import record
from app.deals.facts import DealFacts, Member, snapshot
from app.deals.models import Decision
from app.deals.queries import Answer
from app.people.models import Person

SHOWN = 20
"""Decisions on the page of a deal."""


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """One decision, as a deal's history shows it; `person` is empty where it was about nobody.

    `asked_by` is a name, or the address of somebody who has no account.
    """

    action: str
    person: str
    asked_by: str
    decided_at: datetime
    answer: Mapping[str, Any]


def history(session: Session, deal_id: int, as_of: datetime) -> list[KeptDecision]:
    """Return the newest decisions about a deal up to a moment, the last one first."""
    asker = aliased(Person)
    rows = session.execute(
        select(
            col(Decision.action),
            col(Person.name),
            func.coalesce(col(asker.name), col(Decision.asked_by)),
            col(Decision.decided_at),
            col(Decision.answer),
        )
        .outerjoin(Person, col(Person.id) == col(Decision.person_id))
        .outerjoin(asker, col(asker.email) == col(Decision.asked_by))
        .where(col(Decision.deal_id) == deal_id, col(Decision.decided_at) <= as_of)
        .order_by(col(Decision.decided_at).desc(), col(Decision.id).desc())
        .limit(SHOWN)
    )
    return [KeptDecision(row[0], row[1] or "", row[2], row[3], row[4]) for row in rows]


def keep(
    session: Session,
    deal: DealFacts | None,
    action: str,
    answer: Answer | None,
    *,
    by: str,
    moment: datetime,
    details: dict[str, Any] | None = None,
    person: Member | None = None,
) -> None:
    """Keep what was decided, with the deal as it stands and the versions that the answer rests on."""
    person_id = answer.person_id if answer else person.person_id if person else None
    content = {
        "allowed": answer.allowed if answer else True,
        "decision_id": answer.id if answer else None,
        "details": details or {},
        "products": _products(answer) if answer else [],
        "deal": snapshot(deal) if deal else None,
    }
    at = _in_turn(session, deal.id, moment) if deal else moment
    session.add(
        Decision(
            id=_decision_key(at, deal.step if deal else 0),
            deal_id=deal.id if deal else None,
            person_id=person_id,
            action=action,
            asked_by=by,
            decided_at=at,
            answer=content,
        )
    )
    session.flush()
    email = answer.question.rep if answer else person.email if person else None
    record(
        session,
        at=moment,
        actor=by,
        action=action,
        subject=("deal", deal.reference if deal else (details or {}).get("name", "")),
        details={"person": email, "decision_id": content["decision_id"], **(details or {})},
    )


def _products(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "product": each.decision.product,
            "decision": each.decision.decision.value,
            "enforcement": each.decision.enforcement.value,
            "codes": [reason.code.value for reason in each.decision.reasons],
            "program_version": each.basis.program_version,
            "redlines_version": each.basis.redlines_version,
        }
        for each in answer.products
    ]


def _in_turn(session: Session, deal_id: int, moment: datetime) -> datetime:
    """Return when a decision counts: of two requests at once, the one that waited came later, whenever it began."""
    newest = session.scalar(select(func.max(col(Decision.decided_at))).where(col(Decision.deal_id) == deal_id))
    return max(moment, newest) if newest else moment


def _decision_key(moment: datetime, step: int) -> str:
    """Make a ULID that sorts by moment, then by the deal's step, so that the newest decision is the last."""
    milliseconds = int(moment.timestamp() * 1000).to_bytes(6, "big")
    return str(ULID.from_bytes(milliseconds + step.to_bytes(4, "big") + token_bytes(6)))
