"""Pages of taking a quiz: before, during and after an attempt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import Session
from starlette.responses import JSONResponse

from app.clock import Now
from app.database import SessionDep
from app.errors import InvalidError
from app.people.access import CurrentPerson, SignedIn
from app.quizzes import actions, itemqueries, queries, startactions
from app.quizzes.accommodations.queries import allowance
from app.quizzes.actions import Outcome, Saved
from app.quizzes.clock import deadline, is_over
from app.quizzes.delta.queries import running as running_attempt
from app.quizzes.forms import SaveForm, answer_fields, answer_of
from app.quizzes.holding import HeldPlace, hold_place
from app.quizzes.opening import scored
from app.quizzes.practice.queries import offer
from app.quizzes.queries import OneAttempt, Place
from app.quizzes.questions import question_of, said
from app.quizzes.sources import candidates, wordings
from app.quizzes.starting import limits_of, promise, start_of, time_limit
from app.web.forms import RawForm, bind
from app.web.i18n import clock_time
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

AttemptId = Annotated[int, Path(ge=1, le=2**31 - 1)]

CLOCKS_APART = timedelta(seconds=2)
"""How much earlier than here time may run out on the clock of a page."""
NEWEST = 10
"""How many attempts the page of a quiz shows unless it is asked for all."""


@router.get("/quizzes/{slug}")
def quiz(
    request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now, attempts: str = ""
) -> Response:
    """Show what a quiz asks, the newest attempts or with `attempts=all` every one, and whether another may start."""
    return _quiz_page(request, session, person, slug, moment, every=attempts == "all")


@router.post("/quizzes/{slug}/attempts")
def start(request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Start an attempt, or go to the one that runs."""
    attempt_id = startactions.start(session, person, slug, moment)
    if attempt_id is None:
        return _quiz_page(request, session, person, slug, moment, status=409)
    return redirect(request, f"/attempts/{attempt_id}")


def _quiz_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    slug: str,
    moment: datetime,
    *,
    every: bool = False,
    status: int = 200,
) -> Response:
    version = queries.quiz_to_take(session, slug, moment)
    past = queries.attempts(session, person.id, version.content_id)
    given = allowance(session, person.id, version.content_id)
    running = next((each for each in past if not each.finished_at and not is_over(moment, each.deadline_at)), None)
    other = running_attempt(session, person.id, version.content_id)
    catching_up = other if other and other.delta_of and not is_over(moment, other.deadline_at) else None
    settings = queries.settings_of(version.document)
    limits = limits_of(settings, given.extra_attempts)
    limit = time_limit(settings.time_limit_minutes, given.extra_time_percent)
    items = wordings(candidates(session, version, moment)).values()
    has_essay = any(item["type"] == "essay" for item in items)
    known = scored(settings.review, past, limit=limits.attempts, closes=settings.closes, moment=moment)
    known_ids = {each.id for each in known}
    over = [each for each in past if each is not running]
    context = {
        "slug": slug,
        "product": queries.product_name(session, version.product_id),
        "quiz": settings,
        "limits": limits,
        "given": given,
        "minutes": limit and limit.total_seconds() / 60,
        "cut_short": settings.closes is not None and deadline(moment, limit, settings.closes) == settings.closes,
        "promise": promise(settings.review, limited=limits.attempts is not None, essay=has_essay),
        "questions": queries.questions_of(version.document),
        "has_critical": any(item.get("critical") for item in items),
        "has_essay": has_essay,
        "past": over if every else over[-NEWEST:],
        "more": not every and len(over) > NEWEST,
        "scored": known_ids,
        "has_passed": any(each.passed for each in known),
        "running": running,
        "catching_up": catching_up,
        "practice": None if running or catching_up else offer(session, person.id, version, moment),
        "start": start_of(past, limits, moment, request.app.state.settings.zone, known_ids),
    }
    return page(request, "quizzes/start.html", context, status=status)


@router.get("/quizzes/{slug}/attempts")
def back_to_quiz(request: Request, slug: str, _person: SignedIn) -> Response:
    """Lead back to the quiz, for who comes to the address of its button, such as after signing in again."""
    return redirect(request, f"/quizzes/{slug}")


@router.get("/attempts/{attempt_id}/answers")
def back_to_attempt(request: Request, attempt_id: AttemptId, _person: SignedIn) -> Response:
    """Lead back to the attempt, for who comes to the address of its form."""
    return redirect(request, f"/attempts/{attempt_id}")


def running_page(
    request: Request, session: Session, own: OneAttempt, moment: datetime, position: int | None
) -> Response:
    """Show a question of an attempt that is not finished, or ask to finish one that is over."""
    if is_over(moment, own.deadline_at):
        return _finish_page(request, own, queries.places(session, own.id), over=True)
    if position is None:
        places = queries.places(session, own.id)
        position = next((place.position for place in places if not place.answered), 1)
    return _question_page(request, session, own, position, moment)


@router.post("/attempts/{attempt_id}/answers")
def save(
    request: Request, attempt_id: AttemptId, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Keep the answer to one question, then go where the person wants."""
    form = bind(SaveForm, raw).data
    if form is None:
        raise InvalidError(_("The answer could not be read. Nothing was changed."))
    place = hold_place(session, person.id, attempt_id, form.position)
    answer = answer_of(place.item.content, place.option_order, raw)
    stored = actions.save(session, person, place, step=form.step, answer=answer, flag=form.flag, moment=moment)
    if stored.outcome is not Outcome.SAVED:
        return _refused(request, session, place, stored.outcome, answer, moment, raw)
    target = _target(attempt_id, form.go, form.position, len(place.answers))
    if "application/json" in request.headers.get("accept", ""):
        reply = _saved(request, place, stored, target)
        return JSONResponse({**reply, "left": _left(place.attempt.deadline_at, moment)})
    return redirect(request, target)


def _refused(
    request: Request,
    session: Session,
    place: HeldPlace,
    outcome: Outcome,
    answer: Any,
    moment: datetime,
    raw: RawForm,
) -> Response:
    own = queries.attempt(session, place.attempt.person_id, place.attempt.id)
    typed = said(place.item.content, answer)
    if outcome is Outcome.OVER:
        return _finish_page(request, own, queries.places(session, own.id), over=True, late=typed)
    fields = {"typed": typed, "typed_fields": answer_fields(raw)}
    return _question_page(request, session, own, place.position, moment, typed=fields)


def _saved(request: Request, place: HeldPlace, stored: Saved, target: str) -> dict[str, Any]:
    saved_at = stored.answered_at and clock_time(stored.answered_at, request.app.state.settings.zone)
    answers = [*place.answers]
    answers[place.position - 1] = stored.answer
    return {
        "step": stored.step,
        "saved": _("Saved %(time)s") % {"time": saved_at} if saved_at else _("Nothing saved yet"),
        "kept": saved_at is not None,
        "answered": sum(queries.is_whole(each) for each in answers),
        "here": queries.is_whole(stored.answer),
        "flagged": stored.flagged,
        "next": target,
    }


def _left(deadline_at: datetime | None, moment: datetime) -> int | None:
    return max(0, int((deadline_at - moment).total_seconds())) if deadline_at else None


def _target(attempt_id: int, go: str, position: int, total: int) -> str:
    places = {"next": position + 1, "back": max(position - 1, 1), "": position}
    if go == "finish" or (go == "next" and position >= total):
        return f"/attempts/{attempt_id}/finish"
    place = int(go) if go.isdecimal() else places.get(go, position)
    return f"/attempts/{attempt_id}?q={place}"


def _question_page(
    request: Request,
    session: Session,
    own: OneAttempt,
    position: int,
    moment: datetime,
    typed: dict[str, Any] | None = None,
) -> Response:
    places, drawn = itemqueries.opened_at(session, own.id, position)
    context = {
        "attempt": own,
        "places": places,
        "position": position,
        "question": question_of(drawn),
        "answered_at": drawn.answered_at,
        "saved_at": max((place.answered_at for place in places if place.answered_at), default=None),
        "seconds_left": _left(own.deadline_at, moment),
        "typed": None,
        "typed_fields": [],
        **(typed or {}),
    }
    return page(request, "quizzes/attempt.html", context, status=409 if typed else 200)


@router.get("/attempts/{attempt_id}/finish")
def finish_form(
    request: Request, attempt_id: AttemptId, session: SessionDep, person: SignedIn, moment: Now
) -> Response:
    """Ask once more before an attempt is finished, and name the questions without an answer."""
    own = queries.attempt(session, person.id, attempt_id)
    if own.finished_at is not None:
        return redirect(request, f"/attempts/{attempt_id}")
    places = queries.places(session, attempt_id)
    return _finish_page(request, own, places, over=is_over(moment, own.deadline_at))


def _finish_page(
    request: Request, own: OneAttempt, places: Sequence[Place], *, over: bool, late: list[str] | None = None
) -> Response:
    context = {
        "attempt": own,
        "places": places,
        "missing": [place for place in places if not place.answered],
        "flagged": [place for place in places if place.answered and place.flagged],
        "over": over,
        "late": late,
    }
    return page(request, "quizzes/finish.html", context, status=200 if late is None else 409)


@router.post("/attempts/{attempt_id}/finish")
def finish(
    request: Request, attempt_id: AttemptId, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Finish an attempt and mark it; a second time changes nothing.

    A page whose clock has run out says so: it is believed only when time is over here, for more may have been given.
    """
    if raw.get("over") and _goes_on(queries.attempt(session, person.id, attempt_id), moment):
        return redirect(request, f"/attempts/{attempt_id}")
    actions.finish(session, person, attempt_id, moment)
    return redirect(request, f"/attempts/{attempt_id}")


def _goes_on(own: OneAttempt, moment: datetime) -> bool:
    return own.deadline_at is not None and own.deadline_at - moment > CLOCKS_APART
