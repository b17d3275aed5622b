"""The products that are sold, with what the gate asks for each of them today."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import or_, select
from sqlmodel import Session, col
from starlette.responses import JSONResponse, Response

from app.api.paging import Page, PageQuery, cut
from app.api.problems import ProblemRoute
from app.api.refusals import refusals
from app.api.security import needs
from app.catalog.models import Product
from app.catalog.queries import Course, courses
from app.catalog.text import localized
from app.certification.programs import Program
from app.certification.queries import programs
from app.clock import Now
from app.database import SessionDep
from app.deals import words
from app.deals.policies.queries import Policy, of_program, policies
from app.deals.rules import DealStage, Enforcement, FailureMode, GateRequirement
from app.people.tokens import Scope
from app.web.i18n import current_locale

_SCOPES: Final = (Scope.CLEARANCE_READ, Scope.REPORTS_READ, Scope.DEALS_WRITE)

router = APIRouter(
    prefix="/api/v1/products",
    tags=["products"],
    route_class=ProblemRoute,
    dependencies=[Depends(needs(*_SCOPES))],
    responses=refusals(*_SCOPES),
)


class PositioningRead(BaseModel):
    """The product in three sentences that may be said to customers."""

    scene: str
    audience: str
    difference: str


class RequirementRead(BaseModel):
    """One thing that the gate asks of the people on a deal."""

    level: str = Field(description="The id of the level; empty for the first.")
    regions: list[str] = Field(description="Where it is asked for; everywhere when empty.")
    from_stage: DealStage
    roles: list[str] = Field(description="Of whom it is asked; of everybody on the deal when empty.")
    coverage: Literal["every", "owner", "one"] = Field(description="Who of them has to be cleared.")
    enforcement: Enforcement


class VersionsRead(BaseModel):
    """The versions in force; null for what is not published."""

    course: int | None
    redlines: int | None
    program: int | None


class ProductRead(BaseModel):
    """A product that is sold."""

    slug: str
    name: str
    positioning: PositioningRead | None = Field(description="Null while nothing is published about the product.")
    enforcement: Enforcement | None = Field(
        description="The strictest of the requirements; null while no program is published, when nobody is cleared."
    )
    failure_mode: FailureMode = Field(
        description="What to do while we do not answer: `closed` stops everybody, `open` lets everybody pass."
    )
    policy: int | None = Field(description="What was set for these days by its number; null for the program's own.")
    requirements: list[RequirementRead]
    versions: VersionsRead


EXAMPLE: Final[dict[str, Any]] = {
    "items": [
        {
            "slug": "keeper-crm",
            "name": "Keeper CRM",
            "positioning": {
                "scene": "A shop owner who answers customers in five places.",
                "audience": "Shops with two to thirty employees.",
                "difference": "One inbox that is set up in a day.",
            },
            "enforcement": "block",
            "failure_mode": "closed",
            "policy": None,
            "requirements": [
                {
                    "level": "",
                    "regions": [],
                    "from_stage": "proposal",
                    "roles": [],
                    "coverage": "every",
                    "enforcement": "block",
                }
            ],
            "versions": {"course": 4, "redlines": 5, "program": 3},
        }
    ],
    "next": None,
}


@router.get(
    "",
    summary="What is sold, and what the gate asks for it",
    operation_id="products",
    responses={
        200: {
            "description": "One page of products, by slug.",
            "model": Page[ProductRead],
            "content": {"application/json": {"example": EXAMPLE}},
        }
    },
)
def products(session: SessionDep, moment: Now, query: Annotated[PageQuery, Query()]) -> Response:
    """List the products that are not retired, with what holds today, in the language of `Accept-Language`."""
    after = query.after(tuple[str])
    rows = cut(_rows(session, moment, query.limit, after[0] if after else None), query.limit, lambda row: (row.slug,))
    ids = [row.id for row in rows.rows]
    said = courses(session, moment, ids)
    found = programs(session, moment, ids)
    under = policies(session, ids, moment)
    items = [_document(row, said.get(row.id), found.get(row.id), under) for row in rows.rows]
    return JSONResponse({"items": items, "next": rows.next}, headers={"Vary": "Accept-Language"})


def _rows(session: Session, moment: datetime, limit: int, after: str | None) -> list[Any]:
    sold = or_(col(Product.retired_at).is_(None), col(Product.retired_at) > moment)
    query = select(col(Product.id), col(Product.slug), col(Product.name)).where(sold)
    if after is not None:
        query = query.where(col(Product.slug) > after)
    return list(session.execute(query.order_by(col(Product.slug)).limit(limit + 1)))


def _document(row: Any, course: Course | None, program: Program | None, under: Mapping[int, Policy]) -> dict[str, Any]:
    policy = under.get(row.id) or (of_program(program) if program else None)
    asked = policy.requirements if policy and program else ()
    return {
        "slug": row.slug,
        "name": words.name(row.name),
        "positioning": _positioning(course) if course else None,
        "enforcement": _strictest(asked),
        "failure_mode": policy.failure_mode if policy else FailureMode.CLOSED,
        "policy": policy.id if policy else None,
        "requirements": [_requirement(each) for each in asked],
        "versions": {
            "course": course.number if course else None,
            "redlines": program.redlines_version if program else None,
            "program": program.version if program else None,
        },
    }


def _positioning(course: Course) -> dict[str, str]:
    said, locale = course.document.positioning, current_locale()
    return {name: localized(getattr(said, name), locale) for name in PositioningRead.model_fields}


def _strictest(asked: tuple[GateRequirement, ...]) -> Enforcement | None:
    order = list(Enforcement)
    return max((each.enforcement for each in asked), key=order.index, default=None)


def _requirement(asked: GateRequirement) -> dict[str, Any]:
    return {
        "level": asked.level,
        "regions": sorted(asked.regions),
        "from_stage": asked.from_stage,
        "roles": sorted(asked.roles),
        "coverage": asked.coverage,
        "enforcement": asked.enforcement,
    }
