"""Pages of exceptions: asking on a deal, giving one in an emergency, the queue with the ledger, and each by itself."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.catalog.text import localized
from app.clock import Now, Today, end_of_day, local_day
from app.database import SessionDep
from app.deals import lists
from app.deals.lists import Opened
from app.deals.waivers import actions, emergencies, listing, pages, words
from app.deals.waivers.actions import Outcome, Wish
from app.deals.waivers.charts import OUTCOMES, chart, first_day
from app.deals.waivers.forms import AskForm, DecisionForm, EmergencyForm, EndForm, ReviewForm
from app.deals.waivers.listing import Filter, Listed
from app.deals.waivers.models import Review
from app.deals.waivers.pages import Chosen, Reply
from app.deals.waivers.queue import queue
from app.errors import AppError, ConflictError, ForbiddenError, InvalidError
from app.people import limits
from app.people.access import CurrentPerson, SignedIn
from app.people.confirming import confirm_password
from app.people.forms import RowId
from app.people.models import Role
from app.web.csvfile import csv_file
from app.web.forms import Bound, F, RawForm, bind, blank
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.paging import page_number
from app.web.templating import page, redirect

router = APIRouter()

ONE_DAY = timedelta(days=1)
ASKED_A_WINDOW = 40
"""Exceptions that one person asks for within `limits.WINDOW`: others are told of each."""


@router.get("/waivers")
def ledger(request: Request, session: SessionDep, person: SignedIn, moment: Now, today: Today) -> Response:
    """Show what waits for the person, and under it every exception that they may see."""
    seen = listing.reach(session, person)
    typed, wanted = _filter(request)
    number = page_number(request)
    found, total = listing.listed(session, seen, wanted, today, number)
    since = end_of_day(first_day(today) - ONE_DAY)
    context = {
        "queue": queue(session, person, moment, seen),
        "found": found,
        "total": total,
        "page": number,
        "pages": ceil(total / listing.PAGE),
        "filter": blank(**typed),
        "kept": {name: value for name, value in typed.items() if value},
        "products": [(slug, localized(name, current_locale())) for slug, name in listing.products(session, seen)],
        "chart": chart(listing.since(session, seen, since), today) if seen.everything or seen.led else None,
        "outcomes": OUTCOMES,
        "moment": moment,
        "today": today,
        "days": lambda then: (today - local_day(then)).days,
        "words": words,
        "reviews": person.has(Role.COMPLIANCE),
    }
    return page(request, "waivers/ledger.html", context, fragment="found")


def _filter(request: Request) -> tuple[dict[str, str], Filter]:
    typed = {name: request.query_params.get(name, "")[:200].strip() for name in ("q", "state", "product")}
    return typed, Filter(typed["q"], typed["state"], typed["product"])


_HEAD = (
    "id", "deal", "deal_name", "account", "amount", "currency", "person", "email", "product", "reason", "codes",
    "state", "emergency", "asked_by", "asked_at", "decided_by", "decided_at", "answer", "through", "ended_by",
    "ended_at", "ended_because", "review", "reviewed_by", "reviewed_at", "review_note",
)  # fmt: skip


@router.get("/waivers.csv")
def download(request: Request, session: SessionDep, person: SignedIn, today: Today) -> Response:
    """Give the ledger, as it is narrowed down on the page, as a file."""
    _typed, wanted = _filter(request)
    found = listing.every(session, listing.reach(session, person), wanted, today)
    return csv_file(f"exceptions-{today.isoformat()}.csv", _HEAD, (tuple(_line(each, today)) for each in found))


def _line(one: Listed, today: date) -> Iterator[Any]:
    yield from (one.id, one.reference, one.deal, one.account, one.amount, one.currency, one.person, one.email, one.slug)
    yield from (one.reason, " ".join(one.codes), one.state(today).value, "yes" if one.break_glass else "no")
    yield from (one.asker, _moment(one.asked_at), one.decider, _moment(one.decided_at), one.answer, one.through)
    yield from (one.ender, _moment(one.ended_at), one.ended_because)
    yield from (one.review.value if one.review else None, one.reviewer, _moment(one.reviewed_at), one.review_note)


def _moment(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


@router.get("/deals/{reference}/waivers/new")
def new(
    request: Request,
    reference: str,
    session: SessionDep,
    viewer: SignedIn,
    moment: Now,
    person: str = "",
    product: str = "",
) -> Response:
    """Show the form of an exception for somebody and a product."""
    opened = _asking(session, viewer, reference, moment)
    found = pages.chosen(session, viewer, opened, person, product, moment)
    return pages.ask_page(request, session, viewer, opened, found, moment)


def _asking(session: Session, viewer: CurrentPerson, reference: str, moment: datetime) -> Opened:
    opened = lists.opened(session, viewer, reference, moment)
    if not actions.may_ask(opened, viewer, viewer.email):
        raise ForbiddenError(
            _("Members of the deal ask for themselves, its owner or a manager of its team for others.")
        )
    return opened


@router.post("/deals/{reference}/waivers")
def ask(request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now) -> Response:
    """Ask for an exception."""
    opened = _asking(session, person, reference, moment)
    form = bind(AskForm, raw)
    found = pages.chosen(session, person, opened, form.get("person"), form.get("product"), moment)
    problem, status = _nobody(found), 422
    if form.data is not None and found is not None:
        limits.count(session, f"waiver:{person.id}", ASKED_A_WINDOW, moment)
        try:
            outcome = actions.ask(session, opened, _wish(form.data), by=person, moment=moment)
        except (ConflictError, InvalidError) as error:
            problem, status = _show(form, error)
        else:
            return _led_to(request, outcome, _("Asked. You are told as soon as it is decided."))
    return pages.ask_page(request, session, person, opened, found, moment, reply=Reply(form, problem, status))


def _nobody(found: Chosen | None) -> str:
    return "" if found else _("Choose a person and a product of the list.")


def _wish(form: AskForm) -> Wish:
    return Wish(person=form.person, product=form.product, reason=form.reason, through=form.through, key=form.key)


def _led_to(request: Request, outcome: Outcome, said: str) -> Response:
    message = said if outcome.new else _("There is this one already.")
    return redirect(request, f"/waivers/{outcome.id}", message)


def _show(form: Bound[Any], error: AppError) -> tuple[str, int]:
    """Put what is wrong beside its field; what concerns none is returned, with the status of the answer."""
    errors = error.errors if isinstance(error, InvalidError) else []
    for each in errors:
        form.wrong(each["pointer"].strip("/"), each["detail"])
    return "" if errors else error.message, error.status


@router.get("/deals/{reference}/waivers/emergency")
def new_emergency(
    request: Request,
    reference: str,
    session: SessionDep,
    viewer: SignedIn,
    moment: Now,
    person: str = "",
    product: str = "",
) -> Response:
    """Show the form of an exception that is given at once."""
    opened = _giving(session, viewer, reference, moment)
    found = pages.chosen(session, viewer, opened, person, product, moment)
    return pages.ask_page(request, session, viewer, opened, found, moment, emergency=True)


def _giving(session: Session, viewer: CurrentPerson, reference: str, moment: datetime) -> Opened:
    opened = lists.opened(session, viewer, reference, moment)
    if not emergencies.may_give(opened, viewer):
        raise ForbiddenError(_("In an emergency a manager of the deal's team, compliance or an administrator decides."))
    return opened


@router.post("/deals/{reference}/waivers/emergency")
def give(
    request: Request, reference: str, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Give an exception at once, signed with the password."""
    opened = _giving(session, person, reference, moment)
    form = bind(EmergencyForm, raw)
    found = pages.chosen(session, person, opened, form.get("person"), form.get("product"), moment)
    if form.data and (wrong := confirm_password(session, person, form.data.password, moment)):
        form.wrong("password", wrong)
    problem, status = _nobody(found), 422
    if form.data is not None and found is not None:
        try:
            outcome = emergencies.give(session, opened, _wish(form.data), by=person, moment=moment)
        except (ConflictError, InvalidError, ForbiddenError) as error:
            problem, status = _show(form, error)
        else:
            return _led_to(request, outcome, _("Given. Compliance reviews it afterwards."))
    return pages.ask_page(
        request, session, person, opened, found, moment, emergency=True, reply=Reply(form, problem, status)
    )


@router.get("/waivers/{waiver_id}")
def show(request: Request, waiver_id: RowId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show one exception."""
    return pages.waiver_page(request, session, person, waiver_id, moment)


def _seen(session: Session, person: CurrentPerson, waiver_id: int) -> None:
    """Tell nobody about an exception that is not theirs to see. Raises NotFoundError."""
    listing.opened(session, listing.reach(session, person), waiver_id)


@router.post("/waivers/{waiver_id}/decide")
def decide(
    request: Request, waiver_id: RowId, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Give an exception, or refuse it."""
    _seen(session, person, waiver_id)
    form = bind(DecisionForm, raw)
    _beside(form, "answer")

    def do(data: DecisionForm) -> str:
        approve = data.decision == "approve"
        actions.decide(
            session, waiver_id, approve=approve, answer=data.answer, through=data.through, by=person, moment=moment
        )
        return _("Given. It ends by itself.") if approve else _("Refused. Whoever asked is told why.")

    return _answer(request, session, person, waiver_id, moment, "decide", form, do)


def _beside(form: Bound[Any], name: str) -> None:
    """Show what is wrong with a form as a whole beside one field."""
    if "" in form.errors:
        form.wrong(name, form.errors.pop(""))


def _answer(
    request: Request,
    session: Session,
    person: CurrentPerson,
    waiver_id: int,
    moment: datetime,
    part: str,
    form: Bound[F],
    do: Callable[[F], str],
) -> Response:
    """Do what a form says and pass on what there is to say of it, or show the exception with what is wrong."""
    problem, status = "", 422
    if form.data is not None:
        try:
            said = do(form.data)
        except (ConflictError, InvalidError) as error:
            problem, status = _show(form, error)
        else:
            return redirect(request, f"/waivers/{waiver_id}", said)
    return pages.waiver_page(request, session, person, waiver_id, moment, part=part, reply=Reply(form, problem, status))


@router.post("/waivers/{waiver_id}/end")
def end(
    request: Request, waiver_id: RowId, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """End an exception before its time, or take back what was asked for."""
    _seen(session, person, waiver_id)

    def do(data: EndForm) -> str:
        actions.end(session, waiver_id, reason=data.reason, by=person, moment=moment)
        return _("Ended.")

    return _answer(request, session, person, waiver_id, moment, "end", bind(EndForm, raw), do)


@router.post("/waivers/{waiver_id}/review")
def review(
    request: Request, waiver_id: RowId, session: SessionDep, person: SignedIn, raw: RawForm, moment: Now
) -> Response:
    """Say what was found about an emergency."""
    _seen(session, person, waiver_id)
    form = bind(ReviewForm, raw)
    _beside(form, "note")

    def do(data: ReviewForm) -> str:
        emergencies.review(session, waiver_id, found=Review(data.review), note_=data.note, by=person, moment=moment)
        return _("Reviewed.")

    return _answer(request, session, person, waiver_id, moment, "review", form, do)
