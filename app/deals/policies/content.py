"""What the gate asks for one product, as the document that is stored."""

from typing import Annotated, Literal

from pydantic import Field

from app.catalog.content import DEAL_STAGES, DealStage
from app.catalog.document import Document, Region, Slug
from app.certification.content import Coverage, Enforcement


class RequirementDocument(Document):
    """One thing that is asked for. No regions or no roles means all of them; no level means the program's first."""

    level: Slug | None = None
    regions: tuple[Region, ...] = ()
    from_stage: DealStage = DEAL_STAGES[0]
    roles: tuple[Slug, ...] = ()
    coverage: Coverage = "every"
    enforcement: Enforcement


class PolicyDocument(Document):
    """Everything that is asked for, and what callers do while they cannot reach us."""

    requirements: Annotated[tuple[RequirementDocument, ...], Field(min_length=1, max_length=10)]
    failure_mode: Literal["closed", "open"] = "closed"
