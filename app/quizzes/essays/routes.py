"""Pages of essays: the assessors' queue, an essay to mark, and the writer's page to mend one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlmodel import Session

from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import CurrentPerson, SignedIn, allow
from app.people.models import Role
from app.quizzes import itemqueries
from app.quizzes import queries as quizzes
from app.quizzes.essays import actions, queries
from app.quizzes.essays.actions import Outcome
from app.quizzes.essays.forms import mended, verdict
from app.quizzes.essays.queries import EssayToMark
from app.quizzes.essays.words import waited
from app.quizzes.itemcontent import EssayItem
from app.quizzes.models import EssayState
from app.quizzes.questions import item_of, words
from app.quizzes.wordcount import count_words
from app.web.forms import Bound, RawForm, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

Assessor = Annotated[CurrentPerson, Depends(allow(Role.TRAINER, Role.COMPLIANCE))]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Position = Annotated[int, Path(ge=1, le=10_000)]

SHOWN = 100
"""Essays of the queue on its page: the oldest ones, which come first anyway."""


@router.get("/author/essays")
def show_queue(request: Request, session: SessionDep, person: Assessor, moment: Now) -> Response:
    """List the essays that wait for an assessor, the oldest first."""
    context = {
        "essays": [(each, waited(each.submitted_at, moment)) for each in queries.queue(session, person.id, SHOWN)],
        "count": queries.queue_length(session, person.id).count,
    }
    return page(request, "quizzes/essays/queue.html", context)


@router.get("/author/essays/{essay_id}")
def show_essay(request: Request, essay_id: Id, session: SessionDep, person: Assessor) -> Response:
    """Show an essay with its rubric, and not whose it is."""
    essay = queries.essay_to_mark(session, person.id, essay_id)
    return _marking_page(request, essay, blank(number=essay.next_number))


@router.post("/author/essays/{essay_id}")
def mark_essay(
    request: Request, essay_id: Id, session: SessionDep, person: Assessor, moment: Now, raw: RawForm
) -> Response:
    """Mark an essay, or return it with what to mend."""
    essay = queries.essay_to_mark(session, person.id, essay_id)
    read = verdict(raw, _essay_item(essay.document))
    given = read.form.data
    if given is None:
        return _marking_page(request, essay, read.form, status=422)
    if given.decision == "return":
        outcome = actions.send_back(
            session, person, essay_id, number=given.number, comment=given.comment, moment=moment
        )
        message = _("Returned. It comes back here when it is mended.")
    else:
        outcome = actions.mark(
            session,
            person,
            essay_id,
            number=given.number,
            points=read.points,
            comment=given.comment,
            moment=moment,
        )
        message = _("Marked.")
    if outcome is Outcome.STALE:
        stored = queries.essay_to_mark(session, person.id, essay_id)
        return _marking_page(request, stored, read.form, status=409)
    return redirect(request, "/author/essays", message)


def _essay_item(document: dict[str, Any]) -> EssayItem:
    item = item_of(document)
    if not isinstance(item, EssayItem):
        raise NotFoundError(_("There is no such essay."))
    return item


def _marking_page(request: Request, essay: EssayToMark, form: Bound[Any], status: int = 200) -> Response:
    item = _essay_item(essay.document)
    context = {
        "essay": essay,
        "item": item,
        "prompt": words(item.prompt),
        "guidance": words(item.guidance) if item.guidance else "",
        "criteria": [(each, words(each.title)) for each in item.criteria],
        "words": count_words(essay.answer),
        "form": form,
        "can_mark": essay.state is EssayState.WAITING,
        "refused": status == 409,  # noqa: PLR2004 (the status of a stale page)
    }
    return page(request, "quizzes/essays/mark.html", context, status=status)


@router.get("/attempts/{attempt_id}/essays/{position}")
def show_returned(
    request: Request, attempt_id: Id, position: Position, session: SessionDep, person: SignedIn
) -> Response:
    """Show a returned essay with what to mend; one that is not returned is on the result's page."""
    own = queries.own_essays(session, quizzes.attempt(session, person.id, attempt_id).id).get(position)
    if own is None:
        raise NotFoundError(_("There is no such essay of yours."))
    if own.state is not EssayState.RETURNED:
        return redirect(request, f"/attempts/{attempt_id}#q{position}")
    return _mending_page(request, session, person, attempt_id, position)


@router.post("/attempts/{attempt_id}/essays/{position}")
def send_again(
    request: Request,
    attempt_id: Id,
    position: Position,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    raw: RawForm,
) -> Response:
    """Send a returned essay again."""
    drawn = itemqueries.drawn_item(session, person.id, attempt_id, position)
    form = mended(raw, _essay_item(drawn.document))
    if form.data is None:
        return _mending_page(request, session, person, attempt_id, position, form, status=422)
    outcome = actions.send_again(
        session, person, attempt_id, position, number=form.data.number, text=form.data.text, moment=moment
    )
    if outcome is Outcome.STALE:
        return _mending_page(request, session, person, attempt_id, position, form, status=409)
    return redirect(request, f"/attempts/{attempt_id}", _("Sent. An assessor reads it again."))


def _mending_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    attempt_id: int,
    position: int,
    form: Bound[Any] | None = None,
    status: int = 200,
) -> Response:
    attempt = quizzes.attempt(session, person.id, attempt_id)
    essay = queries.own_essays(session, attempt_id).get(position)
    if essay is None:
        raise NotFoundError(_("There is no such essay of yours."))
    drawn = itemqueries.drawn_item(session, person.id, attempt_id, position)
    item = _essay_item(drawn.document)
    refused = status == 409  # noqa: PLR2004 (the status of a stale page)
    context = {
        "attempt": attempt,
        "essay": essay,
        "item": item,
        "prompt": words(item.prompt),
        "criteria": [(each, words(each.title)) for each in item.criteria],
        "stored": drawn.answer,
        "form": form or blank(text=drawn.answer, number=len(essay.verdicts)),
        "refused": refused,
        "can_send": essay.state is EssayState.RETURNED,
    }
    return page(request, "quizzes/essays/mend.html", context, status=status)
