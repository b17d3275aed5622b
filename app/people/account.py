"""A person's own account: who they are here, their password, their sessions, and what is recorded about them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit import queries as audit_queries
from app.audit.actions import record
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people import limits, queries, sessions
from app.people.access import CurrentPerson, SignedIn
from app.people.actions import set_password
from app.people.forms import LARGEST_ID, ChangePasswordForm, RowId, judge_password
from app.people.labels import role_names
from app.people.models import Person
from app.people.passwords import SHORTEST, check_password
from app.people.rules import browser_name
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]

_TRIES = 10


def _account_page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    moment: Now,
    form: Bound[ChangePasswordForm],
    status: int = 200,
) -> Response:
    browsers = [
        (each, browser_name(each.user_agent), each.id == person.session_id)
        for each in queries.open_sessions(session, person.id, moment)
    ]
    names = role_names()
    context = {
        "form": form,
        "details": queries.details_of(session, person.id),
        "roles": [name for role, name in names.items() if role in person.roles],
        "browsers": browsers,
        "shortest": SHORTEST,
    }
    return page(request, "people/account.html", context, status=status)


@router.get("/account")
def account(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show a person's own account."""
    return _account_page(request, session, person, moment, blank())


@router.post("/account/password")
def change_password(request: Request, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now) -> Response:
    """Set a new password in place of the old one; every other browser is signed out."""
    form = bind(ChangePasswordForm, raw)
    stored = session.get_one(Person, person.id)
    if form.data:
        key = f"password:{person.id}"
        limits.count(session, key, _TRIES, moment)
        password = form.data.password
        right, _replacement = check_password(form.data.old_password, stored.password_hash)
        judge_password(form, password, person.email)
        if not right:
            form.wrong("old_password", _("This is not your present password."))
        if form.data:
            limits.clear(session, key)
            set_password(session, stored, password, actor=person.email, moment=moment)
            token = sessions.open_session(session, person.id, request, moment)
            response = redirect(request, "/account", _("Your password is changed. Every other browser is signed out."))
            sessions.set_cookie(request, response, token)
            return response
    return _account_page(request, session, person, moment, form, 422)


@router.get("/account/password")
def password_page(request: Request, _person: SignedIn) -> Response:
    """Send whoever reloads a refused form back to the account."""
    return redirect(request, "/account")


@router.post("/account/sessions/others/end")
def end_other_sessions(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Sign out everywhere else."""
    sessions.close_other_sessions(session, person.id, person.session_id)
    _record_end(session, person, moment, "others")
    return redirect(request, "/account", _("You are signed out everywhere else."))


@router.post("/account/sessions/{session_id}/end")
def end_session(request: Request, session_id: RowId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Sign out in one other browser."""
    if not sessions.close_one_session(session, person.id, session_id):
        raise NotFoundError(_("You are not signed in there any more."))
    _record_end(session, person, moment, "one")
    return redirect(request, "/account", _("You are signed out there."))


def _record_end(session: Session, person: CurrentPerson, moment: Now, browsers: str) -> None:
    record(
        session,
        at=moment,
        actor=person.email,
        action="person.signed_out",
        subject=("person", person.email),
        details={"browsers": browsers},
    )


@router.get("/account/record")
def own_record(request: Request, session: SessionDep, person: SignedIn, before: Before = None) -> Response:
    """Show what the audit trail holds by and about the person."""
    since = session.get_one(Person, person.id).created_at
    found = audit_queries.entries_about(session, person.email, since, before)
    entries = found[: audit_queries.PAGE]
    older = entries[-1].id if len(found) > len(entries) else None
    anchor = None if older else audit_queries.newest_anchor(session)
    return page(request, "people/record.html", {"entries": entries, "older": older, "before": before, "anchor": anchor})
