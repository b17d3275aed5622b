"""The trainers' page of who has more time or more attempts at a quiz."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import select, union
from sqlmodel import Session, col
from starlette.responses import Response

from app.authoring.queries import draft
from app.catalog.models import Content, ContentKind, Product
from app.certification.models import Assignment
from app.clock import Now
from app.database import SessionDep
from app.people.access import Trainer, allow
from app.people.models import Person, Role
from app.quizzes.accommodations import actions
from app.quizzes.accommodations.forms import AccommodationForm
from app.quizzes.accommodations.queries import given_at_quiz
from app.quizzes.models import Attempt
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/author/quizzes/{slug}/accommodations", dependencies=[Depends(allow(Role.TRAINER))])

_SUGGESTIONS = 500


@router.get("")
def accommodations(request: Request, slug: str, session: SessionDep) -> Response:
    """Show who has more time or more attempts, and the form to give it."""
    return _page(request, session, draft(session, ContentKind.QUIZ, slug), blank())


@router.post("")
def give(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Give somebody more time or more attempts."""
    quiz = draft(session, ContentKind.QUIZ, slug)
    form = bind(AccommodationForm, raw)
    owner = _active(session, form.data.email) if form.data else None
    if form.data and owner is None:
        form.wrong("email", _("Nobody with an account has this address."))
    elif owner is not None and owner.id == person.id:
        form.wrong("email", _("This is your own account. Another trainer gives it to you."))
    elif form.data and not (form.data.extra_time_percent or form.data.extra_attempts):
        form.wrong("extra_time_percent", _("Give more time, more attempts, or both."))
    if form.data is None or owner is None:
        return _page(request, session, quiz, form, status=422)
    actions.give(session, quiz, owner, form.data, by=person.email, moment=moment)
    return redirect(request, f"/author/quizzes/{slug}/accommodations", _("Given. It holds at once."))


@router.post("/{accommodation_id}/withdraw")
def withdraw(
    request: Request,
    slug: str,
    accommodation_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    session: SessionDep,
    person: Trainer,
    moment: Now,
) -> Response:
    """Take back what was given."""
    quiz = draft(session, ContentKind.QUIZ, slug)
    actions.withdraw(session, quiz, accommodation_id, by=person.email, moment=moment)
    return redirect(request, f"/author/quizzes/{slug}/accommodations", _("Withdrawn. It stays in the list."))


def _active(session: Session, email: str) -> Person | None:
    wanted = col(Person.email) == email.lower(), col(Person.deactivated_at).is_(None)
    return session.scalar(select(Person).where(*wanted))


def _takers(session: Session, quiz: Content) -> list[tuple[str, str]]:
    """Return the addresses and names of who was assigned the product or has tried the quiz."""
    people = union(
        select(col(Assignment.person_id)).where(col(Assignment.product_id) == quiz.product_id),
        select(col(Attempt.person_id)).where(col(Attempt.content_id) == quiz.id),
    )
    rows = session.execute(
        select(col(Person.email), col(Person.name))
        .where(col(Person.id).in_(people), col(Person.deactivated_at).is_(None))
        .order_by(col(Person.name), col(Person.email))
        .limit(_SUGGESTIONS)
    )
    return [(row.email, row.name) for row in rows]


def _page(
    request: Request, session: Session, quiz: Content, form: Bound[AccommodationForm], *, status: int = 200
) -> Response:
    assert quiz.id is not None  # noqa: S101 (stored)
    context = {
        "form": form,
        "quiz": quiz,
        "product": session.get_one(Product, quiz.product_id),
        "given": given_at_quiz(session, quiz.id),
        "takers": _takers(session, quiz),
    }
    return page(request, "authoring/accommodations.html", context, status=status)
