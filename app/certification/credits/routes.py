"""Pages of credits: one's own, and what waits for compliance."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.certification.credits import actions, queries, words
from app.certification.credits.asking import Desk, credits_page, store_wish, take_back
from app.certification.credits.forms import DecisionForm, EndForm
from app.certification.credits.rules import CreditState, may_decide
from app.certification.words import State
from app.clock import Now, Today
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import CurrentPerson, SignedIn, allow
from app.people.forms import RowId
from app.people.models import Role
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

Compliance = Annotated[CurrentPerson, Depends(allow(Role.COMPLIANCE))]

LATEST = 50
"""Decisions that the queue still shows."""


def _own(person: CurrentPerson, slug: str) -> Desk:
    return Desk(person.id, f"/certifications/{slug}/credits", ("/certifications", _("Your certifications")))


@router.get("/certifications/{slug}/credits")
def show_credits(request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show what counts for the person without having been done here."""
    return credits_page(request, session, person, _own(person, slug), slug, moment)


@router.post("/certifications/{slug}/credits")
def ask_for_credit(
    request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Ask that something else counts."""
    return store_wish(request, session, person, _own(person, slug), slug, moment, raw)


@router.post("/certifications/{slug}/credits/{credit_id}/withdraw")
def withdraw_credit(
    request: Request, slug: str, credit_id: RowId, session: SessionDep, person: SignedIn, moment: Now
) -> Response:
    """Take back what the person asked for."""
    return take_back(request, session, person, _own(person, slug), credit_id, moment)


@router.get("/review/credits")
def show_queue(request: Request, session: SessionDep, person: Compliance, moment: Now, today: Today) -> Response:
    """Show what waits for a decision, the oldest first, and what was decided last."""
    waiting = queries.waiting(session)
    latest = queries.decided(session, LATEST)
    names = queries.names(session, {each.product_id for each in (*waiting, *latest)}, moment)
    context = {
        "waiting": [_line(each, names, today) for each in waiting],
        "latest": [_line(each, names, today) for each in latest],
        "own": {
            each.id for each in waiting if not may_decide(person.id, person_id=each.person_id, asked_by=each.asked_by)
        },
        "today": today,
    }
    return page(request, "review/credits.html", context)


def _line(each: queries.Credit, names: words.Names, today: date) -> tuple[queries.Credit, str, State, str]:
    named = words.requirement(each.product_id, each.requirement, names)
    return each, named, words.state(each.state(today)), words.kind_word(each.kind)


@router.get("/review/credits/{credit_id}")
def show_credit(
    request: Request, credit_id: RowId, session: SessionDep, person: Compliance, moment: Now, today: Today
) -> Response:
    """Show one request with its evidence."""
    return _page(request, session, person, credit_id, moment, today)


def _page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    credit_id: int,
    moment: Now,
    today: Today,
    form: Bound[Any] | None = None,
) -> Response:
    credit = queries.credit(session, credit_id)
    if credit is None:
        raise NotFoundError(_("There is no such request."))
    state = credit.state(today)
    context = {
        "credit": credit,
        "requirement": words.requirement(
            credit.product_id, credit.requirement, queries.names(session, [credit.product_id], moment)
        ),
        "state": words.state(state),
        "kind": words.kind_word(credit.kind),
        "may_decide": state is CreditState.WAITING
        and may_decide(person.id, person_id=credit.person_id, asked_by=credit.asked_by),
        "waits": state is CreditState.WAITING,
        "may_end": state is CreditState.COUNTS and person.id != credit.person_id,
        "form": form or blank(),
    }
    return page(request, "review/credit.html", context, status=422 if form else 200)


@router.post("/review/credits/{credit_id}")
def decide(
    request: Request,
    credit_id: RowId,
    session: SessionDep,
    person: Compliance,
    moment: Now,
    today: Today,
    raw: RawForm,
) -> Response:
    """Let a credit count, or not."""
    form = bind(DecisionForm, raw)
    if "" in form.errors:
        form.wrong("answer", form.errors.pop(""))
    if form.data is None:
        return _page(request, session, person, credit_id, moment, today, form)
    approve = form.data.decision == "approve"
    actions.decide(session, credit_id, approve=approve, answer=form.data.answer, by=person, moment=moment)
    return redirect(request, "/review/credits", _("It counts now.") if approve else _("It is refused."))


@router.post("/review/credits/{credit_id}/end")
def end(
    request: Request,
    credit_id: RowId,
    session: SessionDep,
    person: Compliance,
    moment: Now,
    today: Today,
    raw: RawForm,
) -> Response:
    """End a credit before its time."""
    form = bind(EndForm, raw)
    if form.data is None:
        return _page(request, session, person, credit_id, moment, today, form)
    actions.end(session, credit_id, reason=form.data.reason, by=person, moment=moment)
    return redirect(request, f"/review/credits/{credit_id}", _("It counts for no later award. What was awarded stays."))
