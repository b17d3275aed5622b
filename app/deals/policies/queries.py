"""What does the gate ask for a product on a day? What was set for that day, else what the program says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.certification.programs import Program
from app.clock import local_day
from app.database import rows
from app.deals.facts import OWNER
from app.deals.policies.models import GatePolicy
from app.deals.rules import Coverage, DealStage, Enforcement, FailureMode, GateRequirement

KEPT = 1_000
"""How many requirements a process keeps as they were read."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked for one product; without an id it is what the program says, which has no days of its own."""

    requirements: tuple[GateRequirement, ...]
    failure_mode: FailureMode = FailureMode.CLOSED
    id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


_POLICIES = (
    select(
        col(GatePolicy.product_id),
        col(GatePolicy.document),
        col(GatePolicy.id),
        col(GatePolicy.starts_on),
        col(GatePolicy.ends_on),
    )
    .where(
        any_of(col(GatePolicy.product_id), "products"),
        col(GatePolicy.made_at) <= bindparam("as_of"),
        or_(col(GatePolicy.withdrawn_at).is_(None), col(GatePolicy.withdrawn_at) > bindparam("as_of")),
        col(GatePolicy.starts_on) <= bindparam("today"),
        or_(col(GatePolicy.ends_on).is_(None), col(GatePolicy.ends_on) >= bindparam("today")),
    )
    .order_by(col(GatePolicy.starts_on), col(GatePolicy.id))
)

UNPUBLISHED = Policy((GateRequirement(),))
"""What is asked for a product about which nothing is published: a doubt, not a product that asks for nothing."""


def policies(session: Session, products: Collection[int], as_of: datetime) -> dict[int, Policy]:
    """Return the policy of each product that has one on the day of `as_of`, as was known then; one statement."""
    found = rows(session, _POLICIES, products=products, as_of=as_of, today=local_day(as_of))
    return {row.product_id: of_document(row.document, row.id, row.starts_on, row.ends_on) for row in found}


def of_document(
    document: Mapping[str, Any], number: int | None = None, starts_on: date | None = None, ends_on: date | None = None
) -> Policy:
    """Read a policy from its document (see `content.PolicyDocument`)."""
    return Policy(
        tuple(map(_requirement, document["requirements"])),
        FailureMode(document.get("failure_mode", FailureMode.CLOSED)),
        number,
        starts_on,
        ends_on,
    )


def of_program(program: Program) -> Policy:
    """Read what a program asks of the people on a deal."""
    return Policy((_requirement({**program.document, "level": program.deal_level}),))


def _requirement(written: Mapping[str, Any]) -> GateRequirement:
    """Read one requirement."""
    return _read(
        written.get("level") or "",
        tuple(written.get("regions", ())),
        written.get("from_stage", DealStage.DISCOVERY),
        tuple(written.get("roles", ())),
        written.get("coverage", Coverage.EVERY),
        written["enforcement"],
    )


# products ask for the same few things
@lru_cache(maxsize=KEPT)
def _read(
    level: str, regions: tuple[str, ...], from_stage: str, roles: tuple[str, ...], coverage: str, enforcement: str
) -> GateRequirement:
    """Where only the owner counts, only the owner is asked."""
    if coverage == Coverage.OWNER and (not roles or OWNER in roles):
        roles = (OWNER,)
    return GateRequirement(
        level=level,
        regions=frozenset(regions),
        from_stage=DealStage(from_stage),
        roles=frozenset(roles),
        coverage=Coverage(coverage),
        enforcement=Enforcement(enforcement),
    )
