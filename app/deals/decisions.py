"""What the gate answered when a deal was about to change, and keeping it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col
from ulid import ULID

from app.audit.actions import Event, record_all
from app.deals.facts import DealFacts, Member, snapshot
from app.deals.ledger import actions as ledger
from app.deals.models import Decision
from app.deals.queries import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided: about a deal as it stands, or one that was not stored; `answer` is the one that decided.

    `team` holds the answers of all members where the whole deal was asked about.
    """

    deal: DealFacts | None
    action: str
    answer: Answer | None = None
    details: dict[str, Any] = field(default_factory=dict)
    person: Member | None = None
    team: Sequence[Answer] = ()

    @property
    def answers(self) -> list[Answer]:
        """Every answer that was read for it, each once."""
        return list({each.id: each for each in (*self.team, *([self.answer] if self.answer else []))}.values())


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
    decided = Decided(deal=deal, action=action, answer=answer, details=details or {}, person=person)
    keep_all(session, [decided], by=by, moment=moment)


def keep_all(session: Session, found: Sequence[Decided], *, by: str, moment: datetime) -> None:
    """Keep what was decided about any number of deals; the statements do not depend on how many.

    Each answer that was read for it can be opened by its id from then on.
    """
    newest = _newest(session, [each.deal.id for each in found if each.deal])
    rows = [_row(each, newest, by, moment) for each in found]
    session.add_all(rows)
    session.flush()
    kept = [(answer, row.id) for each, row in zip(found, rows, strict=True) for answer in each.answers]
    ledger.keep(session, kept, by=by, moment=moment)
    record_all(session, at=moment, actor=by, events=[_event(each) for each in found])


def in_turn(session: Session, deal_id: int, moment: datetime) -> datetime:
    """Return when something about a deal counts that a request does which has locked the deal: after all before it."""
    return max(moment, _newest(session, [deal_id]).get(deal_id, moment))


def _row(decided: Decided, newest: Mapping[int, datetime], by: str, moment: datetime) -> Decision:
    deal, answer = decided.deal, decided.answer
    # of two requests at once, the one that waited came later, whenever it began
    at = max(moment, newest.get(deal.id, moment)) if deal else moment
    content = {
        "allowed": answer.allowed if answer else True,
        "decision_id": answer.id if answer else None,
        "details": decided.details,
        "products": _products(answer) if answer else [],
        "deal": snapshot(deal) if deal else None,
    }
    if decided.team:
        content["team"] = [_member(each) for each in decided.team]
    return Decision(
        id=_decision_key(at, deal.step if deal else 0),
        deal_id=deal.id if deal else None,
        person_id=answer.person_id if answer else decided.person.person_id if decided.person else None,
        action=decided.action,
        asked_by=by,
        decided_at=at,
        answer=content,
    )


def _event(decided: Decided) -> Event:
    answer, details = decided.answer, decided.details
    person = answer.question.rep if answer else decided.person.email if decided.person else None
    name = decided.deal.reference if decided.deal else details.get("reference") or details.get("name", "")
    more = {"person": person, "decision_id": answer.id if answer else None}
    return Event(decided.action, ("deal", name), {**more, **details})


def _member(answer: Answer) -> dict[str, Any]:
    return {
        "person": answer.person_id,
        "role": answer.question.role,
        "allowed": answer.allowed,
        "decision_id": answer.id,
        "products": _products(answer),
    }


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


def _newest(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    rows = session.execute(
        select(col(Decision.deal_id), func.max(col(Decision.decided_at)))
        .where(col(Decision.deal_id).in_(ids))
        .group_by(col(Decision.deal_id))
    )
    return {row[0]: row[1] for row in rows}


def _decision_key(moment: datetime, step: int) -> str:
    """Make a ULID that sorts by moment, then by the deal's step, so that the newest decision is the last."""
    milliseconds = int(moment.timestamp() * 1000).to_bytes(6, "big")
    return str(ULID.from_bytes(milliseconds + step.to_bytes(4, "big") + token_bytes(6)))
