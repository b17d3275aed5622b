"""One answer of the gate as it was given: what was asked, what it rests on, and what is answered when asked again."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from app.api.clearance import origin, product_document
from app.api.dealschemas import DecisionDocument
from app.api.problems import ProblemRoute
from app.api.refusals import refusals
from app.api.schemas import EXAMPLE
from app.api.security import needs
from app.database import SessionDep
from app.deals.ledger import content
from app.deals.ledger.queries import KeptAnswer, kept_answer
from app.deals.ledger.replaying import Replayed, replayed
from app.people.tokens import Scope

router = APIRouter(
    prefix="/api/v1/decisions",
    tags=["clearance"],
    route_class=ProblemRoute,
    dependencies=[Depends(needs(Scope.CLEARANCE_READ))],
    responses=refusals(Scope.CLEARANCE_READ, more={404: "There is no such decision, or it was kept long enough."}),
)
_EXAMPLE: dict[str, Any] = {
    "decision_id": EXAMPLE["decision_id"],
    "asked_by": "api:CRM",
    "asked_at": EXAMPLE["as_of"],
    "change": None,
    "asked": {
        "rep": "ana@example.com",
        "products": ["keeper-crm"],
        "deal": None,
        "role": None,
        "stage": None,
        "region": None,
        "supervisor": None,
    },
    "answer": EXAMPLE,
    "facts": [
        {
            "product": "keeper-crm",
            "requirements": [
                {
                    "known": True,
                    "rep": "active",
                    "requirement": {
                        "level": "",
                        "regions": [],
                        "from_stage": "discovery",
                        "roles": [],
                        "coverage": "every",
                        "enforcement": "block",
                    },
                    "level_known": True,
                    "standing": {
                        "standing": "in_progress",
                        "allowed": False,
                        "supervised_only": False,
                        "valid_through": None,
                        "ends_on": None,
                        "reasons": [{"code": "quiz_not_passed", "params": {"quiz": "keeper"}, "minutes": 15}],
                    },
                    "waived_through": None,
                    "supervisor_cleared": False,
                }
            ],
        }
    ],
    "asked_again": {"same": True, "rule_agrees": True, "products": EXAMPLE["products"]},
}


@router.get(
    "/{decision_id}",
    summary="What was answered, and on what it rests",
    operation_id="decision",
    responses={
        200: {
            "description": "The decision.",
            "model": DecisionDocument,
            "content": {"application/json": {"example": _EXAMPLE}},
        }
    },
)
def decision(
    request: Request,
    session: SessionDep,
    decision_id: Annotated[
        str,
        Path(
            min_length=26,
            max_length=26,
            pattern=r"^[0-9A-Za-z]{26}$",
            description="`decision_id` of an answer.",
            examples=[EXAMPLE["decision_id"]],
        ),
    ],
) -> Response:
    """Give an answer as it was given, in the language of this request, and ask the same question again as of then."""
    kept = kept_answer(session, decision_id)
    body = json.dumps(
        document(kept, replayed(session, kept), origin(request)), ensure_ascii=False, separators=(",", ":")
    )
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-store"}
    return Response(body, media_type="application/json", headers=headers)


def document(kept: KeptAnswer, replay: Replayed, address: str) -> dict[str, Any]:
    """Write a decision as the API gives it; `address` is the origin."""
    asked = {name: kept.asked[name] for name in ("rep", "products", "deal", "role", "stage", "region")}
    return {
        "decision_id": kept.id,
        "asked_by": kept.asked_by,
        "asked_at": kept.asked_at.isoformat(),
        "change": kept.action,
        "asked": {**asked, "supervisor": kept.supervisor_email},
        "answer": {
            "decision": kept.answer["decision"],
            "allowed": kept.answer["allowed"],
            "rep": kept.asked["rep"],
            "deal": kept.asked["deal"],
            "as_of": kept.as_of.isoformat(),
            "decision_id": kept.id,
            "products": [
                product_document(content.decision(each), content.basis(each), content.failure_mode(each), address)
                for each in kept.answer["products"]
            ],
        },
        "facts": kept.facts,
        "asked_again": {
            "same": replay.same,
            "rule_agrees": replay.rule_agrees,
            "products": [
                product_document(each.decision, each.basis, each.failure_mode, address)
                for each in replay.answer.products
            ],
        },
    }
