"""The record of one person, and what a manager, a trainer or compliance may do there."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.certification.actions import assign
from app.certification.forms import AssignmentForm
from app.certification.sanctions import words
from app.certification.sanctions.actions import sanction
from app.certification.sanctions.forms import SanctionForm
from app.certification.sanctions.queries import history
from app.certification.signoffs import queues
from app.clock import Now, Today
from app.conduct.reviewing import words as review_words
from app.conduct.reviewing.ladder import fitting, taken_with
from app.conduct.reviewing.queries import violations
from app.database import SessionDep
from app.errors import ForbiddenError, InvalidError, NotFoundError
from app.people.access import CurrentPerson, Manager, allow
from app.people.forms import RowId
from app.people.models import Role
from app.quizzes.spaced.queries import readiness_of
from app.quizzes.spaced.words import freshness, lapses
from app.reports import record as reading
from app.reports.holders import holder_in_branch
from app.reports.queries import branch, deals_of
from app.reports.readiness.queries import readiness_of as scores_of
from app.reports.readiness.words import lines as ready_lines
from app.reports.sanctioning import choices
from app.web.asof import AsOf
from app.web.asof import as_of as read_as_of
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/team/people/{person_id}")

Reader = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.TRAINER, Role.COMPLIANCE, Role.ADMIN))]
MOST_DIGITS = 10
"""A number with fewer digits fits every database."""
Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]


def _holder(session: Session, viewer: CurrentPerson, person_id: int) -> reading.Holder:
    """Find whose record it is. Raises NotFoundError outside of what the viewer may see."""
    found = reading.holder(session, person_id)
    if found is None or not (viewer.has(Role.TRAINER) or _leads(session, viewer, person_id)):
        raise NotFoundError(_("There is no such person in your part of the company."))
    return found


def _leads(session: Session, viewer: CurrentPerson, person_id: int) -> bool:
    below = branch(session, viewer)
    return below is None or person_id in below


@router.get("")
def show_person(
    request: Request,
    person_id: RowId,
    session: SessionDep,
    viewer: Reader,
    moment: Now,
    violation: str = "",
    as_of: str = "",
) -> Response:
    """Show everything on record about a person, now or as of a past day, of which nothing can be changed.

    `violation` opens the form that decides what follows from it.
    """
    number = int(violation) if violation.isdecimal() and len(violation) < MOST_DIGITS else None
    then = read_as_of(as_of, moment)
    if then.past:
        return _past_page(request, session, viewer, person_id, then)
    return _page(request, session, viewer, person_id, then, violation=number)


def _past_page(request: Request, session: Session, viewer: CurrentPerson, person_id: int, then: AsOf) -> Response:
    """Show the record of a past day: no forms, and nothing that is only guessed."""
    holder = _holder(session, viewer, person_id)
    leads = _leads(session, viewer, person_id)
    known = then.moment >= holder.created_at
    unseen = queues.unseen(session, viewer.id, person_id) if viewer.has(Role.TRAINER) else frozenset()
    context: dict[str, Any] = {
        "holder": holder,
        "then": then,
        "past": True,
        "lines": reading.record_of(session, person_id, then.moment, then.day, unseen) if known else [],
        "leads": leads,
        "deals": deals_of(session, [person_id], then.moment, past=True) if leads else [],
        "violations": [each for each in violations(session, person_id) if each.at <= then.moment] if leads else [],
        "consequence": review_words.consequence,
        "words": words,
        "readiness": {},
        "scores": {},
        "choices": {},
        **dict.fromkeys(("may_assign", "may_sign_off", "may_appeals"), False),
        "wrong": None,
        "today": then.day,
    }
    return page(request, "reports/person_record.html", context)


def _page(
    request: Request,
    session: Session,
    viewer: CurrentPerson,
    person_id: int,
    then: AsOf,
    wrong: tuple[str, str, Bound[Any]] | None = None,
    violation: int | None = None,
) -> Response:
    """Show the record; `wrong` is (action, product's slug, form) where something has to be mended.

    `violation` is the one whose consequence is about to be decided.
    """
    moment, today = then.moment, then.today
    holder = _holder(session, viewer, person_id)
    leads = _leads(session, viewer, person_id)
    unseen = queues.unseen(session, viewer.id, person_id) if viewer.has(Role.TRAINER) else frozenset()
    lines = reading.record_of(session, person_id, moment, today, unseen)
    deals = deals_of(session, [person_id], moment) if leads else []
    crossed = violations(session, person_id) if leads else []
    may_sanction = viewer.has(Role.COMPLIANCE) and viewer.id != person_id
    context = {
        "holder": holder,
        "then": then,
        "past": False,
        "lines": lines,
        "readiness": readiness_of(session, person_id, moment, [each.record.product_id for each in lines])
        if leads
        else {},
        "freshness": freshness,
        "lapses": lapses,
        "scores": scores_of(session, person_id, [each.record for each in lines], moment) if leads else {},
        "ready_lines": ready_lines,
        # who only signs off needs neither a person's deals nor what compliance wrote
        "leads": leads,
        "deals": deals,
        "violations": crossed,
        "consequence": review_words.consequence,
        "may_assign": viewer.has(Role.MANAGER) and leads and holder.active,
        "may_sign_off": viewer.has(Role.TRAINER) and viewer.id != person_id and holder.active,
        "choices": choices(session, person_id, lines, deals, crossed, moment, today, violation=violation)
        if may_sanction
        else {},
        "words": words,
        "may_appeals": viewer.has(Role.COMPLIANCE),
        "wrong": wrong,
        "blank": blank,
        "today": today,
    }
    return page(request, "reports/person_record.html", context, status=422 if wrong else then.status)


def _line(session: Session, person_id: int, slug: str, moment: Now, today: Today) -> reading.ProductRecord:
    for each in reading.record_of(session, person_id, moment, today):
        if each.product.slug == slug:
            return each
    raise NotFoundError(_("There is no such product, or it has no program yet."))


@router.post("/assignments")
def add_assignment(
    request: Request, person_id: RowId, session: SessionDep, viewer: Manager, moment: Now, today: Today, raw: RawForm
) -> Response:
    """Ask a person of the own branch to get certified."""
    holder = holder_in_branch(session, viewer, person_id)
    form = bind(AssignmentForm, raw)
    if form.data and form.data.due_on and form.data.due_on < today:
        form.wrong("due_on", _("Choose today or a later day."))
    if form.data is None:
        wrong = ("assign", form.get("product"), form)
        return _page(request, session, viewer, person_id, read_as_of("", moment), wrong)
    line = _line(session, person_id, form.data.product, moment, today)
    assign(session, person_id, line.record.product_id, due_on=form.data.due_on, by=viewer.email, moment=moment)
    return redirect(request, _url(person_id, form.data.product), _("%(name)s was asked.") % {"name": holder.name})


@router.post("/sanctions")
def add_sanction(
    request: Request, person_id: RowId, session: SessionDep, viewer: Compliance, moment: Now, today: Today, raw: RawForm
) -> Response:
    """Suspend, reinstate or revoke somebody else's certification."""
    _holder(session, viewer, person_id)
    if viewer.id == person_id:
        raise ForbiddenError(_("Nobody decides about their own certification. Ask a colleague."))
    form = bind(SanctionForm, raw)
    if "confirmed" in form.errors:
        form.errors["confirmed"] = _("Tick the box to say that you mean it.")
    if form.data is None:
        wrong = ("sanction", form.get("product"), form)
        return _page(request, session, viewer, person_id, read_as_of("", moment), wrong)
    data = form.data
    line = _line(session, person_id, data.product, moment, today)
    taken = taken_with(session, person_id, history(session, person_id))
    try:
        sanction(
            session,
            person_id,
            line.record.product_id,
            data.kind,
            reason=data.reason,
            preset=data.preset,
            case=data.case,
            deadline=data.deadline,
            proposal=fitting(taken, line.sanctions, today),
            seen=data.seen,
            by=viewer.email,
            moment=moment,
        )
    except InvalidError as error:
        form.wrong(error.context["field"], error.message)
        return _page(request, session, viewer, person_id, read_as_of("", moment), ("sanction", line.product.slug, form))
    return redirect(request, _url(person_id, line.product.slug), f"{words.done(data.kind)}.")


def _url(person_id: int, slug: str) -> str:
    return f"/team/people/{person_id}#product-{slug}"
