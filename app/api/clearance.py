"""The clearance endpoints: one question, or up to a thousand in one request."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.api.problems import ProblemRoute
from app.api.refusals import BODY, refusals
from app.api.schemas import ASKED, EXAMPLE, MOST_CHECKS, Batch, BatchResult, Check, Clearance, ClearanceQuery
from app.api.security import ClearanceReader, needs
from app.certification.reasons import Reason
from app.clock import Now
from app.database import SessionDep, reads
from app.deals import words
from app.deals.ledger.actions import Ledger
from app.deals.queries import Answer, Basis, Question, clearances
from app.deals.rules import FailureMode, ProductDecision
from app.errors import InvalidError
from app.people.tokens import KnownToken, Scope
from app.web.i18n import gettext as _

MOST_MOMENTS = 10
"""Different moments that one batch may ask for: each of them is read on its own."""

_NOT_KEPT = {503: "The answer could not be put on record, so it is not given: nobody is allowed."}

router = APIRouter(
    prefix="/api/v1/clearance",
    tags=["clearance"],
    route_class=ProblemRoute,
    dependencies=[Depends(needs(Scope.CLEARANCE_READ))],
    responses=refusals(Scope.CLEARANCE_READ, more=_NOT_KEPT),
)


@router.get(
    "",
    summary="May this rep act for these products?",
    operation_id="clearance",
    responses={
        200: {"description": "The answer.", "model": Clearance, "content": {"application/json": {"example": EXAMPLE}}}
    },
)
def one(
    request: Request,
    session: SessionDep,
    moment: Now,
    client: ClearanceReader,
    question: Annotated[ClearanceQuery, Query()],
) -> Response:
    """Answer 200 whenever the question is well formed, also for people and products that nobody knows.

    The answer is kept with the facts it rests on before it is given; `decision_id` opens it.
    """
    check = Check(products=question.product, **question.model_dump(exclude={"product"}))
    found = answered(session, [check], moment, ["/product"], ["/as_of"])
    keep(request, session, found, client, moment)
    return _json(document(found[0], origin(request)))


@router.post(
    "/batch",
    summary=f"Up to {MOST_CHECKS:,} questions at once",
    operation_id="clearance_batch",
    openapi_extra={"requestBody": {"content": {"application/json": {"example": ASKED}}}},
    responses={
        200: {
            "description": "The answers.",
            "model": BatchResult,
            "content": {"application/json": {"example": {"results": [EXAMPLE]}}},
        },
        **refusals(Scope.CLEARANCE_READ, more={**BODY, **_NOT_KEPT}),
    },
)
@reads
def batch(
    request: Request,
    session: SessionDep,
    moment: Now,
    client: ClearanceReader,
    body: Batch,
    idempotency_key: Annotated[
        str | None,
        Header(description="Accepted and not needed: a batch changes nothing, so sending it again is harmless."),
    ] = None,
) -> Response:
    """Answer each check in the shape of the single question, in the same order.

    Checks that name no moment are all answered as of the same one: now. The answers are kept as single ones are.
    """
    del idempotency_key
    checks = body.checks
    products = [f"/checks/{index}/products" for index in range(len(checks))]
    moments = [f"/checks/{index}/as_of" for index in range(len(checks))]
    found = answered(session, checks, moment, products, moments)
    keep(request, session, found, client, moment)
    return _json({"results": [document(each, origin(request)) for each in found]})


def origin(request: Request) -> str:
    """Return where this installation is, for the addresses in answers."""
    found: str = request.app.state.settings.origin
    return found


def keep(request: Request, session: Session, found: Sequence[Answer], client: KnownToken, moment: datetime) -> None:
    """Put answers on record before they are given. Raises NotKeptError."""
    session.rollback()  # hands its connection back, so that no request ever holds two
    ledger: Ledger = request.app.state.ledger
    ledger.keep(found, by=client.actor, moment=moment)


def results(
    session: Session,
    checks: Sequence[Check],
    now: datetime,
    address: str,
    products: Sequence[str],
    moments: Sequence[str],
) -> list[dict[str, Any]]:
    """Answer all checks as documents, without keeping them; otherwise as `answered`. `address` is the origin."""
    return [document(each, address) for each in answered(session, checks, now, products, moments)]


def answered(
    session: Session, checks: Sequence[Check], now: datetime, products: Sequence[str], moments: Sequence[str]
) -> list[Answer]:
    """Answer all checks; `products` and `moments` point at those parts of each check.

    Raises InvalidError for a check that names nothing, and for moments to come or too many of them.
    """
    _refuse(checks, now, products, moments)
    answers: dict[int, Answer] = {}
    for as_of in dict.fromkeys(each.as_of or now for each in checks):
        places = [index for index, each in enumerate(checks) if (each.as_of or now) == as_of]
        found = clearances(session, [_question(checks[index]) for index in places], as_of)
        answers.update(zip(places, found, strict=True))
    return [answers[index] for index in range(len(checks))]


def _refuse(checks: Sequence[Check], now: datetime, products: Sequence[str], moments: Sequence[str]) -> None:
    errors = []
    for check, at_products, at_moment in zip(checks, products, moments, strict=True):
        if not check.products and check.deal is None:
            errors.append({"pointer": at_products, "detail": _("Name a product, or a deal.")})
        if check.as_of is not None and check.as_of > now:
            errors.append({"pointer": at_moment, "detail": _("This moment is still to come; nobody knows yet.")})
    if len({each.as_of for each in checks}) > MOST_MOMENTS:
        detail = _("Ask as of at most %(count)s different moments in one request.") % {"count": MOST_MOMENTS}
        errors.append({"pointer": "/checks", "detail": detail})
    if errors:
        raise InvalidError(_("The request is not of the form that this address takes."), errors)


def _question(check: Check) -> Question:
    return Question(
        rep=check.rep,
        products=tuple(check.products),
        deal=check.deal,
        role=check.role,
        stage=check.stage,
        region=check.region,
    )


def document(answer: Answer, origin: str) -> dict[str, Any]:
    """Write an answer as the API gives it; the keys always stand in this order."""
    return {
        "decision": answer.clearance.decision,
        "allowed": answer.allowed,
        "rep": answer.question.rep.lower(),
        "deal": answer.question.deal,
        "as_of": answer.as_of.astimezone(UTC).isoformat(),
        "decision_id": answer.id,
        "products": [
            product_document(each.decision, each.basis, each.failure_mode, origin) for each in answer.products
        ],
    }


def product_document(decision: ProductDecision, basis: Basis, failure_mode: FailureMode, origin: str) -> dict[str, Any]:
    """Write the answer for one product."""
    return {
        "product": decision.product,
        "decision": decision.decision,
        "allowed": decision.allowed,
        "enforcement": decision.enforcement,
        "failure_mode": failure_mode,
        "valid_through": decision.valid_through.isoformat() if decision.valid_through else None,
        "reasons": [reason_document(each, decision.product, origin) for each in decision.reasons],
        "basis": {name: getattr(basis, name) for name in Basis.__slots__},
    }


def reason_document(reason: Reason, product: str, origin: str) -> dict[str, Any]:
    """Write a reason, with what removes it."""
    fix = words.fix(reason, product)
    return {
        "code": reason.code,
        "message": words.sentence(reason),
        "fix": {"label": fix.label, "url": origin + fix.url, "minutes": fix.minutes} if fix else None,
    }


def _json(content: Any) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(
        body, media_type="application/json", headers={"Vary": "Accept-Language", "Cache-Control": "no-store"}
    )
