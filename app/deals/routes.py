"""Pages of this feature."""

from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.clock import Now, Today
from app.database import SessionDep
from app.deals import actions, contacts, lists, pages, team, words
from app.deals.colleagues import who_can_act
from app.deals.forms import (
    ChangeForm,
    ContactsForm,
    DealForm,
    MemberForm,
    OutcomeForm,
    ProductsForm,
    RemoveForm,
    SupervisorForm,
)
from app.deals.importing.routes import router as import_router
from app.deals.lists import Filter, Opened
from app.deals.obstacles import obstacles
from app.deals.pages import Reply
from app.deals.saving import Outcome, StaleDealError
from app.errors import ConflictError, ForbiddenError, InvalidError
from app.people.access import CurrentPerson, SignedIn
from app.people.models import Role
from app.web.asof import as_of as read_as_of
from app.web.csvfile import csv_file
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.paging import page_number
from app.web.templating import page, redirect

router = APIRouter(prefix="/deals")
# before the deals, whose addresses take any word
router.include_router(import_router)

_CREATE = (Role.REP, Role.MANAGER, Role.ADMIN)


@router.get("")
def index(request: Request, session: SessionDep, person: SignedIn, moment: Now, today: Today) -> Response:
    """List the deals that somebody may see."""
    typed, wanted = _filter(request)
    number = page_number(request)
    found = lists.listed(session, person, wanted, number, moment)
    context = {
        "found": found,
        "filter": blank(**typed),
        "page": number,
        "pages": ceil(found.total / lists.PAGE),
        "may_create": person.has(*_CREATE),
        "may_import": person.has(Role.MANAGER, Role.ADMIN),
        "can_act": who_can_act(session, person, found.deals, moment) if wanted.at_risk and found.deals else {},
        "obstacles": obstacles,
        "today": today,
        "words": words,
    }
    return page(request, "deals/list.html", context, fragment="found")


def _filter(request: Request) -> tuple[dict[str, str], Filter]:
    typed = {name: request.query_params.get(name, "")[:200].strip() for name in ("q", "stage", "show", "sort")}
    wanted = Filter(
        typed["q"],
        typed["stage"],
        mine=typed["show"] == "mine",
        at_risk=typed["show"] == "at-risk",
        latest_first=typed["sort"] == "-closes",
    )
    return typed, wanted


@router.get("/at-risk.csv")
def at_risk_file(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Give the deals at risk that the list shows as a table for spreadsheets, a row for each thing in the way."""
    _typed, wanted = _filter(request)
    found = lists.all_at_risk(session, person, wanted, moment)
    head = ("deal", "name", "customer", "amount", "currency", "stage", "close_date", "person", "product", "why")
    rows = [
        (
            *(state.deal.reference, state.deal.name, state.deal.account, state.deal.amount, state.deal.currency),
            *(state.deal.stage, state.deal.close_date, each.member.email, each.product.slug, each.why),
        )
        for state in found
        for each in obstacles(state)
    ]
    return csv_file("deals-at-risk.csv", head, rows)


@router.get("/new")
def new(request: Request, session: SessionDep, person: SignedIn) -> Response:
    """Show the form of a new deal."""
    choices = _owners(session, person)
    form = blank(owner=person.email, stage="discovery", currency="EUR", products=[])
    return pages.new_page(request, session, choices, form)


def _owners(session: Session, person: CurrentPerson) -> list[tuple[str, str]]:
    if not person.has(*_CREATE):
        raise ForbiddenError(_("Deals are created by those who sell and by their managers."))
    return pages.owners(session, person, lists.tree(session, person))


@router.post("")
def create(request: Request, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now) -> Response:
    """Store a new deal, where the gate lets its owner own it."""
    choices = _owners(session, person)
    form = bind(DealForm, raw)
    data = form.data
    if data and data.owner not in dict(choices):
        form.wrong("owner", _("Choose one of the list."))
    if form.data is None:
        return pages.new_page(request, session, choices, form, Reply(422))
    made = form.data
    try:
        outcome = actions.create(
            session, made.facts(), made.reference, made.products, made.owner, by=person.email, moment=moment
        )
    except InvalidError as error:
        _show(form, error)
        return pages.new_page(request, session, choices, form, Reply(422))
    if outcome.deal is None or not outcome.done:
        return pages.new_page(request, session, choices, form, Reply(422, outcome.refused))
    return redirect(request, _address(outcome.deal.reference), _stored(outcome))


def _show(form: Bound[Any], error: InvalidError) -> None:
    for each in error.errors:
        name = each["pointer"].strip("/")
        form.wrong("owner" if name == "person" and "owner" in form.values else name, each["detail"])


def _address(reference: str) -> str:
    return f"/deals/{quote(reference, safe='')}"


def _stored(outcome: Outcome) -> str:
    """Say that a change was stored, and of whom the gate warns."""
    if not outcome.warned:
        return _("Saved.")
    return _("Saved. %(people)s may not sell this yet; the deal shows what is missing.") % {
        "people": words.listed(each.name for each in outcome.warned)
    }


@router.get("/{reference}")
def deal(
    request: Request, reference: str, session: SessionDep, person: SignedIn, moment: Now, as_of: str = ""
) -> Response:
    """Show a deal, now or as of a past day or moment."""
    then = read_as_of(as_of, moment)
    opened = lists.opened(session, person, reference, moment)
    if then.past:
        opened = lists.as_it_was(session, opened, then.moment)
    return pages.deal_page(request, session, person, opened, then.moment, then=then)


@router.get("/{reference}/history")
def history(request: Request, reference: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show everything that was decided about a deal."""
    opened = lists.opened(session, person, reference, moment)
    number = page_number(request)
    return pages.history_page(request, session, opened.deal, moment, number)


@router.get("/{reference}/edit")
def edit(request: Request, reference: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show the facts and products for changing."""
    return pages.edit_page(request, session, _mine(session, person, reference, moment).deal)


def _mine(session: Session, person: CurrentPerson, reference: str, moment: datetime) -> Opened:
    """Return a deal that somebody may change."""
    opened = lists.opened(session, person, reference, moment)
    if not opened.may_change:
        raise ForbiddenError(_("The deal's owner, or a manager of its team, can change it."))
    return opened


@router.post("/{reference}")
def change(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Store other facts, where the gate lets the deal go there."""
    opened = _mine(session, person, reference, moment)
    form = bind(ChangeForm, raw)
    if form.data is None:
        return pages.edit_page(request, session, opened.deal, reply=Reply(422, form=form))
    facts = replace(form.data.facts(), outcome=opened.deal.outcome, closed_on=opened.deal.closed_on)
    try:
        outcome = actions.change(session, opened.deal, facts, step=form.data.step, by=person.email, moment=moment)
    except StaleDealError as error:
        return pages.edit_page(request, session, opened.deal, reply=Reply(409, problem=error.message))
    if not outcome.done:
        return pages.edit_page(request, session, opened.deal, reply=Reply(422, outcome.refused, form=form))
    return redirect(request, _address(reference), _stored(outcome))


@router.post("/{reference}/products")
def change_products(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Store other products, where the gate lets the team sell them."""
    opened = _mine(session, person, reference, moment)
    form = bind(ProductsForm, raw)
    try:
        if form.data:
            step, products = form.data.step, form.data.products
            outcome = actions.change_products(session, opened.deal, products, step=step, by=person.email, moment=moment)
            if outcome.done:
                return redirect(request, _address(reference), _stored(outcome))
            reply = Reply(422, outcome.refused)
        else:
            reply = Reply(422)
    except StaleDealError as error:
        return pages.edit_page(request, session, opened.deal, reply=Reply(409, problem=error.message))
    except InvalidError as error:
        _show(form, error)
        reply = Reply(422)
    return pages.edit_page(request, session, opened.deal, products_form=form, reply=reply)


@router.post("/{reference}/outcome")
def close(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now, today: Today
) -> Response:
    """Close a deal as won or lost, or open it again, where the gate lets it go on."""
    opened = _mine(session, person, reference, moment)
    form = bind(OutcomeForm, raw)
    data = form.data
    if data and data.closed_on and data.closed_on > today:
        form.wrong("closed_on", _("This day lies ahead. Say when it was closed."))
    if form.data is None:
        return pages.edit_page(request, session, opened.deal, outcome_form=form, reply=Reply(422))
    made = form.data
    outcome = None if made.outcome == "open" else made.outcome
    day = made.closed_on or today
    try:
        done = actions.close(session, opened.deal, outcome, day, step=made.step, by=person.email, moment=moment)
    except StaleDealError as error:
        return pages.edit_page(request, session, opened.deal, reply=Reply(409, problem=error.message))
    if not done.done:
        return pages.edit_page(request, session, opened.deal, outcome_form=form, reply=Reply(422, done.refused))
    return redirect(request, _address(reference), _("Saved."))


@router.post("/{reference}/contacts")
def change_contacts(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Store the customer's people."""
    opened = _mine(session, person, reference, moment)
    form = bind(ContactsForm, raw)
    if form.data is None:
        return pages.edit_page(request, session, opened.deal, contacts_form=form, reply=Reply(422))
    data = form.data
    try:
        contacts.change_contacts(session, opened.deal, data.contacts(), step=data.step, by=person.email, moment=moment)
    except StaleDealError as error:
        return pages.edit_page(request, session, opened.deal, reply=Reply(409, problem=error.message))
    return redirect(request, _address(reference), _("Saved."))


@router.post("/{reference}/team")
def add_member(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Put somebody on the deal, where the gate lets them; else say why, and what helps."""
    opened = _mine(session, person, reference, moment)
    form = bind(MemberForm, raw)
    _check_people(session, person, opened, form)
    data = form.data
    reply = Reply(422, form=form)
    try:
        if data:
            outcome = team.add_member(
                session,
                opened.deal,
                data.person,
                data.role,
                step=data.step,
                by=person.email,
                moment=moment,
                supervisor=data.supervisor,
            )
            if outcome.done:
                return redirect(request, _address(reference), _stored(outcome))
            reply = Reply(422, outcome.refused, form=form)
    except ConflictError as error:
        reply = Reply(409, problem=error.message)
    except InvalidError as error:
        _show(form, error)
    return pages.deal_page(request, session, person, opened, moment, reply=reply)


def _check_people(session: Session, person: CurrentPerson, opened: Opened, form: Bound[Any]) -> None:
    """Let nobody be named whom the page does not offer: else a form would tell how strangers stand."""
    if form.data is None:
        return
    for name in ("person", "supervisor"):
        email = getattr(form.data, name)
        if email and not lists.may_put(session, person, opened, email):
            form.wrong(name, _("Choose one of the list."))
            return


@router.post("/{reference}/team/remove")
def remove_member(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Take somebody off the deal."""
    opened = _mine(session, person, reference, moment)
    form = bind(RemoveForm, raw)
    if form.data is None:
        return pages.deal_page(request, session, person, opened, moment, reply=Reply(422, form=form))
    data = form.data
    try:
        team.remove_member(session, opened.deal, data.person, step=data.step, by=person.email, moment=moment)
    except ConflictError as error:
        return pages.deal_page(request, session, person, opened, moment, reply=Reply(409, problem=error.message))
    return redirect(request, _address(reference), _("Saved."))


@router.post("/{reference}/team/supervisor")
def name_supervisor(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Name a cleared colleague beside whom a member in grace acts."""
    opened = _mine(session, person, reference, moment)
    form = bind(SupervisorForm, raw)
    _check_people(session, person, opened, form)
    if form.data is None:
        problem = form.errors.get("supervisor", form.errors.get("person", ""))
        return pages.deal_page(request, session, person, opened, moment, reply=Reply(422, problem=problem))
    data = form.data
    try:
        team.name_supervisor(
            session, opened.deal, data.person, data.supervisor, step=data.step, by=person.email, moment=moment
        )
    except ConflictError as error:
        reply = Reply(409, problem=error.message)
    except InvalidError as error:
        reply = Reply(422, problem=error.message)
    else:
        return redirect(request, _address(reference), _("Saved."))
    return pages.deal_page(request, session, person, opened, moment, reply=reply)
