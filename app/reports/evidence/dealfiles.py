"""What a pack about a deal says of the deal itself: how it stood, who was on it, and what the gate decided."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.deals.facts import DealFacts
from app.deals.gate import states
from app.deals.models import Decision
from app.people.models import Person
from app.reports.evidence.accounts import Accounts
from app.reports.evidence.rows import CHUNK, text_name
from app.reports.evidence.subjects import Wanted

DECISIONS: Final = ("id", "action", "person", "asked_by", "decided_at", "allowed", "products", "deal", "details")
_HIDDEN: Final = frozenset({"person", "name", "team", "contacts"})


def deal_document(session: Session, deal: DealFacts, wanted: Wanted) -> dict[str, Any]:
    """Describe the deal at the moment of the pack, with the clearance of everybody on its team."""
    (state,) = states(session, [deal], wanted.as_of)
    return {
        "reference": deal.reference,
        "name": deal.name,
        "customer": deal.account,
        "amount": deal.amount,
        "currency": deal.currency,
        "stage": deal.stage,
        "close_date": deal.close_date,
        "region": deal.region,
        "industry": deal.industry,
        "products": list(deal.slugs),
        "team": [
            {
                "person": member.email,
                "name": member.name,
                "part": member.role,
                "supervised_by": next(
                    (each.email for each in deal.members if each.person_id == member.supervisor_id), None
                ),
                "may_act": answer.allowed,
                "products": [
                    {
                        "product": each.decision.product,
                        "decision": each.decision.decision,
                        "enforcement": each.decision.enforcement,
                        "reasons": [reason.code for reason in each.decision.reasons],
                        "program": _text("program", each.decision.product, each.basis.program_version),
                        "redlines": _text("redlines", each.decision.product, each.basis.redlines_version),
                    }
                    for each in answer.products
                ],
            }
            for member, answer in state.team
        ],
    }


def _text(kind: str, slug: str, number: int | None) -> str | None:
    return None if number is None else text_name(kind, slug, number)


def decisions(
    session: Session, wanted: Wanted, accounts: Accounts, products: Mapping[int, str]
) -> Iterator[dict[str, Any]]:
    """Read what the gate decided about the deal, the first decision first; one statement more for each chunk."""
    after: str | None = None
    while True:
        query = (
            select(
                col(Decision.id),
                col(Decision.action),
                col(Decision.person_id),
                col(Decision.asked_by),
                col(Decision.decided_at),
                col(Decision.answer),
            )
            .where(col(Decision.deal_id) == wanted.subject.id, col(Decision.decided_at) <= wanted.as_of)
            .order_by(col(Decision.id))
            .limit(CHUNK)
        )
        rows = session.execute(query if after is None else query.where(col(Decision.id) > after)).all()
        if not rows:
            return
        accounts.learn([each for row in rows for each in _accounts(row)])
        for row in rows:
            yield _decision(row, accounts, products)
        after = rows[-1].id


def _accounts(row: Any) -> list[int | str]:
    snapshot = row.answer.get("deal") or {"members": []}
    people = [each for member in snapshot["members"] for each in (member[0], member[2])]
    return [each for each in (row.person_id, row.asked_by, *people) if each is not None]


def _decision(row: Any, accounts: Accounts, products: Mapping[int, str]) -> dict[str, Any]:
    answer = row.answer
    snapshot = answer.get("deal")
    return {
        "id": row.id,
        "action": row.action,
        "person": accounts.word(row.person_id),
        "asked_by": accounts.word(row.asked_by),
        "decided_at": row.decided_at,
        "allowed": answer["allowed"],
        "products": answer["products"],
        "deal": _snapshot(snapshot, accounts, products) if snapshot else None,
        "details": {name: value for name, value in answer.get("details", {}).items() if name not in _HIDDEN},
    }


def _snapshot(stored: Mapping[str, Any], accounts: Accounts, products: Mapping[int, str]) -> dict[str, Any]:
    members: Sequence[Sequence[Any]] = stored["members"]
    return {
        **{name: value for name, value in stored.items() if name not in _HIDDEN},
        "products": [products[each] for each in stored["products"]],
        "members": [
            {"person": accounts.word(person_id), "part": part, "supervised_by": accounts.word(supervisor_id)}
            for person_id, part, supervisor_id in members
        ],
    }


def once_members(session: Session, wanted: Wanted, deal: DealFacts) -> dict[int, str]:
    """Return the addresses of those whom the pack is about: the team, and everybody whom the gate was asked about."""
    asked = select(col(Decision.person_id)).where(
        col(Decision.deal_id) == wanted.subject.id, col(Decision.decided_at) <= wanted.as_of
    )
    people = {each.person_id for each in deal.members}
    rows = session.execute(
        select(col(Person.id), col(Person.email)).where(col(Person.id).in_(people) | col(Person.id).in_(asked))
    )
    return {row[0]: row[1] for row in rows}
