"""Reading and signing the red lines of a product."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.catalog.queries import OpenProduct, open_product
from app.catalog.text import localized
from app.clock import Now
from app.database import SessionDep
from app.people.access import CurrentPerson, SignedIn
from app.redlines.actions import attest
from app.redlines.forms import AttestForm
from app.redlines.packs.queries import held
from app.redlines.queries import Card, RedLines, red_lines, signatures
from app.redlines.signing import meaning, same_name
from app.web.asof import AsOf
from app.web.asof import as_of as read_as_of
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import current_locale, pgettext
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/products/{slug}")


@router.get("/red-lines")
def show(request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now, as_of: str = "") -> Response:
    """Show a product's red lines, and the form that signs them; or those of a past day, to read."""
    product = open_product(session, slug)
    then = read_as_of(as_of, moment)
    if then.past:
        return _past_page(request, session, product, then)
    return _page(request, session, person, product, then, status=then.status)


def _past_page(request: Request, session: Session, product: OpenProduct, then: AsOf) -> Response:
    lines = red_lines(session, product.id, then.moment)
    context = {
        "product": product,
        "lines": lines,
        "groups": _groups(lines),
        "packs": held(session, lines.subscriptions, then.moment) if lines else [],
        "then": then,
    }
    return page(request, "redlines/past.html", context)


@router.post("/attest")
def sign(request: Request, slug: str, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm) -> Response:
    """Store a signature under the version that was read; if a newer one is in force, show that instead."""
    product = open_product(session, slug)
    lines = red_lines(session, product.id, moment)
    form = bind(AttestForm, raw)
    if form.data is None or lines is None:
        return _page(request, session, person, product, read_as_of("", moment), form=form, status=422)
    offered = 1 + sum(each.version_id == lines.version_id for each in signatures(session, person.id, product.id))
    if form.data.version != lines.number or form.data.number > offered:
        return _page(request, session, person, product, read_as_of("", moment), stale=form.data.version, status=409)
    if not same_name(form.data.signed_name, person.name):
        form.errors["signed_name"] = _("Type your name as your account has it: %(name)s.") % {"name": person.name}
    if not form.data.understood:
        form.errors["understood"] = _("Tick this to sign.")
    if form.errors:
        return _page(request, session, person, product, read_as_of("", moment), form=form, status=422)
    attest(
        session,
        signer=(person.id, person.email),
        product=product,
        red_lines=lines,
        number=form.data.number,
        signed_name=form.data.signed_name,
        meaning=_meaning(product, lines),
        moment=moment,
    )
    return redirect(request, f"/products/{slug}/red-lines#signed", _("Signed. This is on your record."))


def _meaning(product: OpenProduct, lines: RedLines) -> str:
    return meaning(len(lines.cards), localized(product.name, current_locale()), lines.number)


def _page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    product: OpenProduct,
    then: AsOf,
    *,
    form: Bound[Any] | None = None,
    stale: int | None = None,
    status: int = 200,
) -> Response:
    lines = red_lines(session, product.id, then.moment)
    signed = signatures(session, person.id, product.id)
    under_this = [each for each in signed if lines is not None and each.version_id == lines.version_id]
    number = len(under_this) + 1
    return page(
        request,
        "redlines/read.html",
        {
            "product": product,
            "lines": lines,
            "groups": _groups(lines),
            "packs": held(session, lines.subscriptions, then.moment) if lines else [],
            "signed": signed,
            "current": under_this[0] if under_this else None,
            "meaning": _meaning(product, lines) if lines else "",
            "number": number,
            "form": form or blank(),
            "stale": stale,
            "then": then,
        },
        status=status,
    )


def _groups(lines: RedLines | None) -> list[tuple[str, str, list[Card]]]:
    """Group the cards by severity, the hardest first: (heading, what it means, cards)."""
    if lines is None:
        return []
    headings = {
        "block": (pgettext("red line", "Never"), _("These stop a pitch. Nothing excuses them.")),
        "warn": (_("With care"), _("These warn. Say them the other way.")),
        "coach": (_("Better said"), _("These coach. There is a clearer wording.")),
    }
    groups = [
        (heading, note, [card for card in lines.cards if card.severity == severity])
        for severity, (heading, note) in headings.items()
    ]
    return [group for group in groups if group[2]]
