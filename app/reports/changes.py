"""The page of a change: what a publication changed, and the few questions about it for those who know the old text."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import Session

from app.certification.programs import MINUTES_AN_ITEM
from app.certification.queries import record
from app.certification.requirements import RequirementKind
from app.clock import Now, local_day
from app.database import SessionDep
from app.errors import ConflictError
from app.people.access import CurrentPerson, SignedIn
from app.quizzes import queries
from app.quizzes.clock import is_over
from app.quizzes.delta import actions
from app.quizzes.delta.queries import Change, change, changed, running
from app.quizzes.delta.words import shown
from app.quizzes.history import Running
from app.quizzes.opening import scored
from app.web.templating import page, redirect

router = APIRouter(prefix="/quizzes/{slug}/changes/{version_id}")

VersionId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Stand(StrEnum):
    """Where a person stands with a change."""

    OPEN = "open"
    WHOLE_QUIZ = "whole_quiz"
    AWAITS_MARK = "awaits_mark"
    CAUGHT_UP = "caught_up"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands with a change, the attempts so far, and the attempt at the quiz that runs, if any does."""

    stand: Stand
    past: tuple[queries.AttemptSummary, ...]
    running: Running | None


@router.get("")
def show_change(
    request: Request,
    slug: str,
    version_id: VersionId,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
) -> Response:
    """Show what changed, and what the person has to do about it."""
    return _page(request, session, person, change(session, slug, version_id, moment), moment)


@router.post("/attempts")
def start(
    request: Request, slug: str, version_id: VersionId, session: SessionDep, person: SignedIn, moment: Now
) -> Response:
    """Start the questions about a change, or go to those that run; only for somebody of whom it is asked."""
    found = change(session, slug, version_id, moment)
    if _place(session, person, found, moment).stand is not Stand.OPEN:
        return _page(request, session, person, found, moment, status=409)
    try:
        attempt_id = actions.start(session, person, found, moment)
    except ConflictError as error:
        return _page(request, session, person, found, moment, refused=error.message, status=409)
    return redirect(request, f"/attempts/{attempt_id}")


@router.get("/attempts")
def back_to_change(request: Request, slug: str, version_id: VersionId, _person: SignedIn) -> Response:
    """Lead back to the change, for who comes to the address of its button."""
    return redirect(request, f"/quizzes/{slug}/changes/{version_id}")


def _page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    found: Change,
    moment: datetime,
    *,
    refused: str = "",
    status: int = 200,
) -> Response:
    version = queries.quiz_in_force(session, found.quiz, moment)
    parts = changed(session, found)
    place = _place(session, person, found, moment)
    settings = queries.settings_of(version.document)
    context = {
        "change": found,
        "quiz": settings,
        "scored": {
            each.id for each in scored(settings.review, place.past, limit=None, closes=settings.closes, moment=moment)
        },
        "parts": shown(parts, found.product),
        "place": place,
        "minutes": found.questions * MINUTES_AN_ITEM,
        "overdue": found.deadline is not None and found.deadline < local_day(moment),
        "refused": refused,
    }
    return page(request, "quizzes/change.html", context, status=status)


def _place(session: Session, person: CurrentPerson, found: Change, moment: datetime) -> Place:
    content_id = queries.quiz_in_force(session, found.quiz, moment).content_id
    past = tuple(queries.attempts(session, person.id, content_id, delta_of=found.version_id))
    now = running(session, person.id, content_id)
    if now is not None and is_over(moment, now.deadline_at):
        now = None
    return Place(_stand(session, person.id, found, past, moment), past, now)


def _stand(
    session: Session, person_id: int, found: Change, past: tuple[queries.AttemptSummary, ...], moment: datetime
) -> Stand:
    standing = record(session, person_id, found.product_id, moment)
    missing = {(each.requirement.kind, each.requirement.key) for each in standing.verdict.missing} if standing else ()
    if (RequirementKind.DELTA_QUIZ, found.key) in missing:
        return Stand.AWAITS_MARK if any(each.awaits_mark for each in past) else Stand.OPEN
    if (RequirementKind.QUIZ, found.quiz) in missing:
        return Stand.WHOLE_QUIZ
    return Stand.CAUGHT_UP if any(each.passed for each in past) else Stand.NOT_ASKED
