"""The trainers' page of reported questions."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.clock import Now
from app.database import SessionDep
from app.people.access import Trainer
from app.quizzes.itemparts import without_gaps
from app.quizzes.reporting import actions, queries
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

ReportId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/author/reports")
def show_reports(request: Request, session: SessionDep, _person: Trainer) -> Response:
    """List the reports that wait for a trainer, the oldest first."""
    return page(
        request, "quizzes/reports.html", {"reports": queries.waiting_reports(session), "without_gaps": without_gaps}
    )


@router.post("/author/reports/{report_id}/settle")
def settle(request: Request, report_id: ReportId, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Take a report off the list."""
    actions.settle(session, person, report_id, moment)
    return redirect(request, "/author/reports", _("Settled."))
