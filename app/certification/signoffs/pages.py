"""The page on which an assessor judges and signs, the first and the second alike."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session

from app.certification.models import SignOffOutcome
from app.certification.signoffs import queries, words
from app.certification.signoffs.rubrics import VersionedRubric
from app.errors import AppError
from app.web.forms import Bound, blank
from app.web.templating import page


def status_of(form: Bound[Any] | None, wrong: AppError | None) -> int:
    """Return the status of a page that shows a form again, or of a page that is opened."""
    if wrong is not None:
        return wrong.status
    return 200 if form is None else 422


def judging_page(
    request: Request,
    session: Session,
    found: queries.Request,
    asked: VersionedRubric,
    *,
    first: queries.Said | None = None,
    past: Sequence[queries.Past] = (),
    form: Bound[Any] | None = None,
    wrong: AppError | None = None,
) -> Response:
    """Show a demonstration with its rubric to fill in; `first` is what a second assessor must not be told of."""
    context = {
        "found": found,
        "file": queries.recordings(session, [found.id]).get(found.id),
        "asked": asked,
        "rubric": asked.rubric,
        "past": past,
        "versions": queries.program_versions(session, [each.said for each in past if each.said]),
        "outcomes": [(each.value, *words.outcome_choice(each)) for each in SignOffOutcome],
        "meaning": words.meaning(found.form, second=first is not None),
        "form": form or blank(),
        "wrong": wrong.message if wrong else "",
        "second": first is not None,
        "evidence": first.evidence_url if first else "",
        "words": words,
    }
    return page(request, "signoffs/assess.html", context, status=status_of(form, wrong))
