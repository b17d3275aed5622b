"""The whole company in numbers: how many may sell each product."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.catalog.queries import offered
from app.certification.summary import Sums, summary
from app.clock import Now
from app.database import SessionDep
from app.people.access import CurrentPerson, allow
from app.people.models import Role
from app.web.templating import page

router = APIRouter(prefix="/team/company")

CompanyViewer = Annotated[CurrentPerson, Depends(allow(Role.TRAINER, Role.COMPLIANCE, Role.ADMIN))]


@router.get("")
def show_company(request: Request, session: SessionDep, _viewer: CompanyViewer, moment: Now) -> Response:
    """Show where everybody stands, by product: of a large company as it was added up last, with the moment."""
    found = summary(session, moment)
    lines = [
        (product, sums)
        for product in offered(session)
        if found is not None and (sums := found.sums.get(product.id, Sums())).standings
    ]
    return page(request, "reports/company.html", {"summary": found, "lines": lines})
