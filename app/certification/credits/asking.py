"""The page on which somebody asks that something else counts, or no longer does, for themselves or whom they lead."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from app.catalog.models import Product
from app.catalog.queries import products
from app.certification.credits import queries, words
from app.certification.credits.actions import Wish, ask, withdraw
from app.certification.credits.forms import CreditForm
from app.certification.credits.rules import CreditState
from app.certification.models import CreditKind
from app.certification.queries import programs
from app.certification.words import State
from app.clock import Now, local_day
from app.errors import ConflictError, InvalidError, NotFoundError
from app.people.access import CurrentPerson
from app.people.forms import show_errors
from app.web.forms import Bound, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose credits a page is about: its address, the way back to it, and the name where that is not the viewer."""

    person_id: int
    url: str
    back: tuple[str, str]
    name: str = ""


def product_of(session: Session, slug: str) -> Product:
    """Find a product that is sold. Raises NotFoundError."""
    for product in products(session):
        if product.slug == slug:
            return product
    raise NotFoundError(_("There is no such product, or it has no program yet."))


def credits_page(
    request: Request,
    session: Session,
    viewer: CurrentPerson,
    desk: Desk,
    slug: str,
    moment: Now,
    form: Bound[Any] | None = None,
) -> Response:
    """Show a person's credits for a product, and ask for one."""
    product = product_of(session, slug)
    product_id = product.id or 0
    today = local_day(moment)
    names = queries.names(session, [product_id], moment)
    program = programs(session, moment, [product_id]).get(product_id)
    found = queries.credits_of(session, desk.person_id, product_id)
    context = {
        "desk": desk,
        "product": product,
        "credits": [_line(each, names, today) for each in found],
        "own": {each.id for each in found if each.asked_by == viewer.id and each.state(today) is CreditState.WAITING},
        "choices": words.choices(product_id, queries.creditable(program) if program else [], names),
        "kinds": words.kinds(),
        "form": form or blank(kind=CreditKind.EQUIVALENCE),
        "today": today,
    }
    return page(request, "certification/credits.html", context, status=422 if form else 200)


def _line(each: queries.Credit, names: words.Names, today: date) -> tuple[queries.Credit, str, State, str]:
    named = words.requirement(each.product_id, each.requirement, names)
    return each, named, words.state(each.state(today)), words.kind_word(each.kind)


def store_wish(
    request: Request, session: Session, viewer: CurrentPerson, desk: Desk, slug: str, moment: Now, raw: FormData
) -> Response:
    """Ask for a credit, or show what is wrong."""
    product = product_of(session, slug)
    form = bind(CreditForm, raw)
    name = words.read_requirement(form.get("requirement"))
    if form.data and name is None:
        form.wrong("requirement", _("Choose one of the list."))
    if form.data and name:
        data = form.data
        wish = Wish(
            kind=data.kind,
            requirement=name,
            reason=data.reason,
            title=data.title,
            evidence_url=data.evidence_url,
            done_on=data.done_on,
            through=data.through,
        )
        try:
            ask(session, desk.person_id, product.id or 0, wish, by=viewer, moment=moment)
        except InvalidError as error:
            show_errors(form, error)
        except ConflictError as error:
            form.wrong("requirement", error.message)
        else:
            return redirect(request, desk.url, _("Compliance was asked. Somebody else decides."))
    return credits_page(request, session, viewer, desk, slug, moment, form)


def take_back(
    request: Request, session: Session, viewer: CurrentPerson, desk: Desk, credit_id: int, moment: Now
) -> Response:
    """Withdraw what the viewer asked for."""
    withdraw(session, credit_id, desk.person_id, by=viewer, moment=moment)
    return redirect(request, desk.url, _("The request is withdrawn."))
