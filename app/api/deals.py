"""Deals as the CRM has them: put whole, read one by one, listed with who is in the way."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, select, true
from sqlmodel import Session, col
from starlette.responses import Response

from app.api import clearance
from app.api.clearance import origin
from app.api.dealschemas import DEAL, DEAL_BODY, DealBody, DealDocument, DealFactsBody, DealId, DealPage, DealProblem
from app.api.dealschemas import StoredDeal as StoredDealDocument
from app.api.idempotency import OnceRoute, once
from app.api.paging import PageQuery, cut
from app.api.refusals import BODY, problem_example, refusals
from app.api.schemas import EXAMPLE
from app.api.security import needs
from app.clock import Now, local_day
from app.database import SessionDep
from app.deals.actions import LOST, Facts
from app.deals.facts import Contact, DealFacts, deals
from app.deals.gate import DealState, ProductState, states
from app.deals.ledger import actions as ledger
from app.deals.models import Deal
from app.deals.proposals import TeamPart
from app.deals.replacing import put
from app.errors import NotFoundError
from app.people.models import Person
from app.people.tokens import KnownToken, Scope
from app.web.i18n import gettext as _

LOOKED_AT: Final = 500
"""Deals that are worked out for one page of those that are at risk, or are not."""

router = APIRouter(
    prefix="/api/v1/deals",
    tags=["deals"],
    route_class=OnceRoute,
)
Writer = Annotated[KnownToken, Depends(needs(Scope.DEALS_WRITE))]
Number = Annotated[DealId, Path(description="The deal's id in the CRM.", examples=["D-20417"])]
_READS = (Scope.DEALS_WRITE, Scope.REPORTS_READ)

REFUSED: Final[dict[str, Any]] = {
    **problem_example(409, "The gate stops this deal, so nothing of it was stored."),
    "errors": [{"pointer": "/team/0", "detail": "ana@example.com is not cleared."}],
    "clearance": [EXAMPLE],
}


def _true_or_false(value: object) -> object:
    if isinstance(value, str) and value not in {"true", "false"}:
        raise ValueError("must be true or false")
    return value


class DealQuery(PageQuery):
    """Which deals to list."""

    at_risk: Annotated[bool, BeforeValidator(_true_or_false)] | None = Field(
        default=None,
        description="Only open deals that are at risk, or only the others. A page may then hold fewer deals than "
        "`limit`, even none; go on until `next` is null.",
    )


@router.put(
    "/{deal_id}",
    summary="Create or replace a deal, where the gate lets its team be on it",
    operation_id="put_deal",
    dependencies=[Depends(once)],
    openapi_extra={"requestBody": {"content": {"application/json": {"example": DEAL_BODY}}}},
    responses={
        **refusals(Scope.DEALS_WRITE, more=BODY),
        200: {
            "description": "The deal as it is stored now, new or not.",
            "model": StoredDealDocument,
            "content": {"application/json": {"example": {**DEAL, "clearance": [EXAMPLE]}}},
        },
        409: {
            "description": "The gate stops the deal, and nothing of the request is stored; `clearance` says of every "
            "member why. Asked for each time, also when nothing would change.",
            "model": DealProblem,
            "content": {"application/json": {"example": REFUSED}},
        },
    },
)
def put_deal(
    request: Request, session: SessionDep, moment: Now, client: Writer, deal_id: Number, body: DealBody
) -> Response:
    """Store the whole deal, or nothing of it: facts, products, team and, where they are sent, the customer's people.

    The gate is asked about the whole deal as it would be. Sent again, it changes nothing more. A deal that is lost
    stops nobody.
    """
    outcome = put(
        session,
        deal_id,
        Facts(**{name: getattr(body, name) for name in DealFactsBody.model_fields}),
        body.products,
        [TeamPart(each.rep, each.role, each.supervisor or "") for each in body.team],
        None if body.contacts is None else [Contact(each.name, each.role, each.note) for each in body.contacts],
        by=client.actor,
        moment=moment,
    )
    state = outcome.state
    assert state is not None  # noqa: S101 (`put` says how the whole deal stands)
    ledger.keep(session, [(answer, None) for answer in state.answers], by=client.actor, moment=moment)
    members = [clearance.document(answer, origin(request)) for answer in state.answers]
    if outcome.refused or (state.stops and body.outcome != LOST):
        return _refused(request, state, [each.rep.lower() for each in body.team], members)
    (stored,) = documents(session, [state], moment, origin(request))
    return _json({**stored, "clearance": members})


def _refused(request: Request, state: DealState, sent: Sequence[str], members: Sequence[dict[str, Any]]) -> Response:
    """Say that nothing was stored; the refusal itself stays on record, so this is an answer and no error."""
    blocking = {member.email for each in state.products if each.stops for member, _answer in each.blocking}
    content = {
        "type": "about:blank",
        "title": HTTPStatus.CONFLICT.phrase,
        "status": HTTPStatus.CONFLICT.value,
        "detail": _("The gate stops this deal, so nothing of it was stored; the clearance of each member says why."),
        "request_id": request.state.request_id,
        "errors": [
            {"pointer": f"/team/{number}", "detail": _("%(person)s is not cleared.") % {"person": email}}
            for number, email in enumerate(sent)
            if email in blocking
        ],
        "clearance": members,
    }
    return _json(content, HTTPStatus.CONFLICT, "application/problem+json")


@router.get(
    "/{deal_id}",
    summary="A deal, and how it stands at the gate",
    operation_id="deal",
    dependencies=[Depends(needs(*_READS))],
    responses={
        **refusals(*_READS, more={404: "There is no deal with this id."}),
        200: {
            "description": "The deal.",
            "model": DealDocument,
            "content": {"application/json": {"example": DEAL}},
        },
    },
)
def get_deal(request: Request, session: SessionDep, moment: Now, deal_id: Number) -> Response:
    """Give a deal with the state of each product: whether the team covers it, until when, and who is in the way."""
    found = deals(session, col(Deal.reference) == deal_id, moment)
    if not found:
        raise NotFoundError(_("There is no deal with this id."))
    (shown,) = documents(session, states(session, found, moment), moment, origin(request))
    return _json(shown)


@router.get(
    "",
    summary="Deals in pages, all or those at risk",
    operation_id="deals",
    dependencies=[Depends(needs(*_READS))],
    responses={
        **refusals(*_READS),
        200: {
            "description": "A page of deals, in the order in which they were first stored.",
            "model": DealPage,
            "content": {"application/json": {"example": {"items": [DEAL], "next": None}}},
        },
    },
)
def list_deals(request: Request, session: SessionDep, moment: Now, query: Annotated[DealQuery, Query()]) -> Response:
    """List deals, each with how it stands at the gate now."""
    place = query.after(tuple[int])
    looked_at = query.limit if query.at_risk is None else LOOKED_AT
    found = cut(_after(session, place, looked_at + 1, moment), looked_at, _place)
    standing = [
        each
        for each in states(session, found.rows, moment)
        if query.at_risk is None or query.at_risk == (_risk(each, moment) is not None)
    ]
    shown = cut(standing, query.limit, lambda each: _place(each.deal))
    items = documents(session, shown.rows, moment, origin(request))
    return _json({"items": items, "next": shown.next or found.next})


def _after(session: Session, place: tuple[int, ...] | None, limit: int, moment: datetime) -> list[DealFacts]:
    later: ColumnElement[bool] = col(Deal.id) > place[0] if place else true()
    ids = session.scalars(
        select(col(Deal.id)).where(later, col(Deal.created_at) <= moment).order_by(col(Deal.id)).limit(limit)
    ).all()
    return sorted(deals(session, col(Deal.id).in_(ids), moment), key=lambda deal: deal.id)


def _place(deal: DealFacts) -> tuple[int]:
    return (deal.id,)


def _risk(state: DealState, moment: datetime) -> str | None:
    return state.risk if state.deal.is_open(local_day(moment)) else None


def documents(session: Session, found: Sequence[DealState], moment: datetime, address: str) -> list[dict[str, Any]]:
    """Write deals as the API gives them; `address` is the origin."""
    ids = {member.supervisor_id for each in found for member in each.deal.members if member.supervisor_id}
    rows = session.execute(select(col(Person.id), col(Person.email)).where(col(Person.id).in_(ids)))
    emails: dict[int | None, str] = {row.id: row.email for row in rows}
    return [_document(each, emails, moment, address) for each in found]


def _document(state: DealState, emails: Mapping[int | None, str], moment: datetime, address: str) -> dict[str, Any]:
    deal = state.deal
    return {
        "id": deal.reference,
        "name": deal.name,
        "account": deal.account,
        "amount": float(deal.amount),  # two digits behind twelve: a double carries them all
        "currency": deal.currency,
        "stage": deal.stage,
        "close_date": _day(deal.close_date),
        "region": deal.region,
        "industry": deal.industry,
        "outcome": deal.outcome,
        "closed_on": _day(deal.closed_on),
        "products": list(deal.slugs),
        "team": [
            {"rep": each.email, "role": each.role, "supervisor": emails.get(each.supervisor_id)}
            for each in deal.members
        ],
        "contacts": [{"name": each.name, "role": each.role, "note": each.note} for each in deal.contacts],
        "url": f"{address}/deals/{quote(deal.reference, safe='')}",
        "decision": state.decision,
        "allowed": state.allowed,
        "at_risk": _risk(state, moment),
        "valid_through": _day(state.ends_on) if state.allowed else None,
        "states": [_state(each, address) for each in state.products],
    }


def _state(state: ProductState, address: str) -> dict[str, Any]:
    return {
        "product": state.slug,
        "decision": state.verdict.decision,
        "allowed": state.verdict.allowed,
        "enforcement": state.verdict.enforcement,
        "stops": state.stops,
        "valid_through": _day(state.verdict.valid_through),
        "blocking": [
            {
                "rep": member.email,
                "decision": answer.decision.decision,
                "reasons": [clearance.reason_document(each, state.slug, address) for each in answer.decision.reasons],
            }
            for member, answer in state.blocking
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _json(content: Any, status: int = 200, kind: str = "application/json") -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-store"}
    return Response(body, status, headers, kind)
