"""What a person does in a lesson: open it, watch it, complete it. The pages are in reports."""

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from app.catalog import words
from app.catalog.forms import CompleteForm, WatchedDep
from app.catalog.progress import complete_lesson, open_lesson, watch
from app.catalog.queries import course_of, progress
from app.catalog.rules import next_lesson
from app.catalog.video import confirmable_at, is_enough
from app.clock import Now
from app.database import SessionDep
from app.people.access import SignedIn
from app.web.forms import RawForm, bind
from app.web.i18n import gettext as _
from app.web.templating import redirect

router = APIRouter(prefix="/products/{slug}/lessons/{lesson_id}")


@router.post("/opened")
def opened(request: Request, slug: str, lesson_id: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Note that the lesson was opened: the page says so when it has loaded, without JavaScript by a button."""
    course = course_of(session, slug, moment)
    lesson = course.lesson(lesson_id)
    progress = open_lesson(session, person.id, course.product_id, lesson.id, moment)
    if "text/html" not in request.headers.get("accept", "") or "hx-request" in request.headers:
        return Response(status_code=204)
    from_then_on = confirmable_at(progress.opened_at, lesson.video.seconds) if lesson.video else moment
    message = words.confirm_from(from_then_on, request.app.state.settings.zone) if moment < from_then_on else ""
    return redirect(request, f"/products/{slug}/lessons/{lesson_id}", message)


@router.post("/watched")
def watched(
    slug: str, lesson_id: str, session: SessionDep, person: SignedIn, moment: Now, report: WatchedDep
) -> JSONResponse:
    """Credit what the player reports, and answer with what is counted now."""
    course = course_of(session, slug, moment)
    lesson = course.lesson(lesson_id)
    stored = watch(session, person.id, course.product_id, lesson, report, moment)
    length = lesson.video.seconds if lesson.video else 0
    return JSONResponse(
        {
            "seconds": round(stored.watched_seconds, 1),
            "enough": is_enough(stored.watched_seconds, length),
            "sentence": words.watched(stored.watched_seconds, length),
            "left": words.left_to_watch(stored.watched_seconds, length),
        }
    )


@router.post("/complete")
def complete(
    request: Request, slug: str, lesson_id: str, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Complete the lesson and go on to the next, or to the red lines when it was the last."""
    course = course_of(session, slug, moment)
    lesson = course.lesson(lesson_id)
    form = bind(CompleteForm, raw)
    from_then_on = complete_lesson(
        session,
        person_id=person.id,
        email=person.email,
        course=course,
        lesson=lesson,
        confirmed=form.data is not None and form.data.confirmed,
        moment=moment,
    )
    if from_then_on is not None:
        message = words.confirm_from(from_then_on, request.app.state.settings.zone)
        return redirect(request, f"/products/{slug}/lessons/{lesson_id}", message)
    done = {key for (_id, key), each in progress(session, person.id, [course.product_id]).items() if each.completed_at}
    following = next_lesson([each.id for each in course.document.lessons], done, lesson.id)
    if following is None:
        return redirect(request, f"/products/{slug}/red-lines", _("All lessons are done. The red lines come next."))
    return redirect(request, f"/products/{slug}/lessons/{following}")
