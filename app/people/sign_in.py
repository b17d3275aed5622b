"""Signing in and out, the language switch, and the page behind a password link."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import update
from sqlmodel import Session, col
from starlette.responses import Response

from app.audit.actions import record
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people import queries, sessions
from app.people.access import PerhapsSignedIn, SignedIn, anybody
from app.people.actions import use_password_link
from app.people.demo import DEMO_PASSWORD, DEMO_PEOPLE
from app.people.forms import LanguageForm, NewPasswordForm, SignInForm, judge_password
from app.people.models import Person
from app.people.passwords import SHORTEST
from app.people.rules import own_path
from app.people.signing_in import sign_in
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import LOCALE_COOKIE, LOCALES
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(dependencies=[Depends(anybody)])

_YEAR = timedelta(days=365)


def _sign_in_page(request: Request, form: Bound[SignInForm], demo: list[tuple[str, str]], status: int) -> Response:
    context = {"form": form, "demo": demo, "demo_password": DEMO_PASSWORD if demo else ""}
    return page(request, "people/sign_in.html", context, status=status)


def _demo_people(request: Request, session: Session) -> list[tuple[str, str]]:
    """Return (part, e-mail address) of the demo people there are; none in production."""
    if request.app.state.settings.production:
        return []
    there = queries.any_active(session, [email for _part, email, _role in DEMO_PEOPLE])
    return [(_(part), email) for part, email, _role in DEMO_PEOPLE if email in there]


@router.get("/sign-in", name="sign_in_form")
def sign_in_form(
    request: Request,
    session: SessionDep,
    person: PerhapsSignedIn,
    target: Annotated[str, Query(alias="next")] = "/",
) -> Response:
    """Ask who somebody is."""
    if person:
        return redirect(request, own_path(target))
    return _sign_in_page(request, blank(next=own_path(target)), _demo_people(request, session), 200)


@router.post("/sign-in")
def sign_in_here(request: Request, raw: RawForm, moment: Now) -> Response:
    """Sign somebody in, or say that the pair is wrong."""
    form = bind(SignInForm, raw)
    found = sign_in(request, form.data.email, form.data.password, moment) if form.data else None
    if form.data is None or found is None:
        if form.data is not None:
            sentence = _("That e-mail and password do not belong together. Check both, or ask for a new password.")
            form.wrong("password", sentence)
        with request.app.state.database.read() as session:
            return _sign_in_page(request, form, _demo_people(request, session), 422)
    person, token = found
    response = redirect(request, own_path(form.data.next))
    sessions.set_cookie(request, response, token)
    _speak(request, response, person.locale)
    return response


@router.post("/sign-out")
def sign_out(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """End the session of this browser."""
    sessions.close_session(session, request)
    record(session, at=moment, actor=person.email, action="person.signed_out", subject=("person", person.email))
    response = redirect(request, "/sign-in", _("You are signed out."))
    sessions.drop_cookie(request, response)
    return response


@router.post("/language")
def choose_language(request: Request, session: SessionDep, person: PerhapsSignedIn, raw: RawForm) -> Response:
    """Speak another language from now on."""
    form = bind(LanguageForm, raw).data or LanguageForm()
    response = redirect(request, own_path(form.next))
    if form.locale in LOCALES:
        _speak(request, response, form.locale)
        if person:
            session.execute(update(Person).where(col(Person.id) == person.id).values(locale=form.locale))
    return response


def _speak(request: Request, response: Response, locale: str) -> None:
    response.set_cookie(
        LOCALE_COOKIE,
        locale,
        max_age=int(_YEAR.total_seconds()),
        secure=request.app.state.settings.https,
        httponly=True,
        samesite="lax",
    )


def _link_person(session: Session, token: str, moment: Now) -> queries.LinkPerson:
    person = queries.password_link_person(session, token, moment)
    if person is None:
        raise NotFoundError(_("This link was used already or has ended. Ask an administrator for a new one."))
    return person


@router.get("/password/{token}")
def password_form(request: Request, token: str, session: SessionDep, moment: Now) -> Response:
    """Ask for the password that a link is for."""
    person = _link_person(session, token, moment)
    return page(request, "people/password.html", {"form": blank(), "owner": person, "shortest": SHORTEST})


@router.post("/password/{token}")
def set_password_by_link(request: Request, token: str, session: SessionDep, raw: RawForm, moment: Now) -> Response:
    """Set the password and use the link up."""
    person = _link_person(session, token, moment)
    form = bind(NewPasswordForm, raw)
    if form.data:
        judge_password(form, form.data.password, person.email)
    if form.data is None:
        context = {"form": form, "owner": person, "shortest": SHORTEST}
        return page(request, "people/password.html", context, status=422)
    use_password_link(session, token, form.data.password, moment=moment)
    return redirect(request, "/sign-in", _("Your password is set. Sign in with it."))
