"""Pages of practice: one question after the other, with what is to be said of each answer at once."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from app.catalog.queries import Version
from app.clock import Now
from app.database import SessionDep
from app.errors import ConflictError, InvalidError, NotFoundError
from app.people.access import CurrentPerson, SignedIn
from app.quizzes.forms import answer_of
from app.quizzes.models import PracticeKind
from app.quizzes.practice import actions, queries
from app.quizzes.practice.feedback import drawn, feedback
from app.quizzes.practice.forms import KindForm, PracticeForm
from app.quizzes.practice.queries import Asked, Round, Running
from app.quizzes.queries import lesson_names, product_name, quiz_to_take
from app.quizzes.questions import item_of, prompt_of, question_of
from app.web.forms import RawForm, bind
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

PracticeId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Position = Annotated[int | None, Query(alias="q", ge=1, le=1000)]


@router.post("/quizzes/{slug}/practice")
def start(request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm) -> Response:
    """Begin a round of a quiz, or go on with the one that is open."""
    form = bind(KindForm, raw).data
    version = quiz_to_take(session, slug, moment)
    if form is None or form.kind not in _offered(version):
        raise ConflictError(_("This quiz does not offer that practice."))
    running = queries.running_attempt(session, person.id, {version.content_id}, moment)
    if running:
        return _refusal(request, session, version, running)
    practice_id = actions.start(session, person.id, version, form.kind, moment)
    if practice_id is None:
        return redirect(request, f"/quizzes/{slug}", _("There is nothing to practise: no question is open."))
    return redirect(request, f"/practice/{practice_id}")


def _offered(version: Version) -> set[PracticeKind]:
    return {
        "none": set(),
        "missed": {PracticeKind.MISSED},
        "whole": {PracticeKind.MISSED, PracticeKind.WHOLE},
    }[version.document.get("practice", "missed")]


def _refusal(request: Request, session: Session, version: Version, running: Running) -> Response:
    context = {
        "running": running,
        "title": version.document["title"],
        "product": product_name(session, version.product_id),
    }
    return page(request, "quizzes/practice_closed.html", context, status=409)


@router.get("/quizzes/{slug}/practice")
def back_to_quiz(request: Request, slug: str, _person: SignedIn) -> Response:
    """Lead back to the quiz, for who comes to the address of its button."""
    return redirect(request, f"/quizzes/{slug}")


@router.get("/practice/{practice_id}/answers")
def back_to_practice(request: Request, practice_id: PracticeId, _person: SignedIn) -> Response:
    """Lead back to the round, for who comes to the address of its form."""
    return redirect(request, f"/practice/{practice_id}")


@router.get("/practice/{practice_id}")
def practise(
    request: Request,
    practice_id: PracticeId,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    position: Position = None,
) -> Response:
    """Show the next question, what is said of one that is answered, or what came of the round."""
    own = queries.round_of(session, person.id, practice_id)
    asked = queries.questions(session, practice_id)
    running = queries.running_attempt(session, person.id, _contents(own, asked), moment)
    if running:
        return _refusal(request, session, quiz_to_take(session, running.quiz, moment), running)
    if position is not None:
        return _question_page(request, session, person, own, asked, position, moment)
    waiting = queries.next_of(asked)
    if own.finished_at is not None or waiting is None:
        return _summary_page(request, session, own, asked, moment)
    return _question_page(request, session, person, own, asked, waiting, moment)


def _contents(own: Round, asked: list[Asked]) -> set[int]:
    return {each.content_id for each in asked} | ({own.content_id} if own.content_id else set())


@router.post("/practice/{practice_id}/answers")
def answer(
    request: Request, practice_id: PracticeId, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Mark the answer to one question; what is answered already stays as it is."""
    own = queries.round_of(session, person.id, practice_id)
    form = bind(PracticeForm, raw).data
    if form is None:
        raise InvalidError(_("The answer could not be read. Nothing was changed."))
    asked = queries.questions(session, practice_id)
    running = queries.running_attempt(session, person.id, _contents(own, asked), moment)
    if running:
        return _refusal(request, session, quiz_to_take(session, running.quiz, moment), running)
    here = _at(asked, form.position)
    given = None if form.unknown else answer_of(item_of(here.document), here.option_order, raw)
    if given is None and not form.unknown and here.answered_at is None and own.finished_at is None:
        return _question_page(request, session, person, own, asked, form.position, moment, status=422)
    actions.answer(session, person.id, practice_id, form.position, given, moment)
    return redirect(request, f"/practice/{practice_id}?q={form.position}")


def _at(asked: list[Asked], position: int) -> Asked:
    for each in asked:
        if each.position == position:
            return each
    raise NotFoundError(_("This practice has no such question."))


def _question_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    own: Round,
    asked: list[Asked],
    position: int,
    moment: datetime,
    status: int = 200,
) -> Response:
    here = _at(asked, position)
    if here.answered_at is None and own.finished_at is not None:
        return redirect(request, f"/practice/{own.id}")
    context: dict[str, Any] = {
        "own": own,
        "title": _title(session, own, moment),
        "position": position,
        "total": len(asked),
        "answered": sum(each.answered_at is not None for each in asked),
        "question": question_of(drawn(here)),
        "reviewed": None
        if here.answered_at is None
        else feedback(session, person.id, here, moment, practised=own.quiz),
        "more": queries.next_of(asked) is not None,
        "missing": status != 200,  # noqa: PLR2004 (the page is shown again because there was no answer)
    }
    return page(request, "quizzes/practice.html", context, status=status)


def _title(session: Session, own: Round, moment: datetime) -> Any:
    return quiz_to_take(session, own.quiz, moment).document["title"] if own.quiz else _("Keep it fresh")


def _summary_page(request: Request, session: Session, own: Round, asked: list[Asked], moment: datetime) -> Response:
    answered = [each for each in asked if each.answered_at is not None]
    wrong = [(each.product_id, item_of(each.document).lesson) for each in answered if not each.correct]
    lessons = lesson_names(session, {product_id for product_id, _lesson in wrong}, moment) if own.quiz else {}
    context = {
        "own": own,
        "title": _title(session, own, moment),
        "lines": [(each, prompt_of(item_of(each.document))) for each in answered],
        "right": sum(bool(each.correct) for each in answered),
        "lessons": [lessons[key] for key in dict.fromkeys(wrong) if key in lessons],
    }
    return page(request, "quizzes/practice_done.html", context)
