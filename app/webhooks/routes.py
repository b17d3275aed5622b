"""The pages on which administrators look after webhooks."""

import json
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep, reads
from app.outbound.client import Client, Timing
from app.outbound.errors import OutboundError
from app.people.access import Admin, allow
from app.people.forms import LARGEST_ID, RowId
from app.people.models import Role
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.i18n import ngettext
from app.web.templating import page, redirect
from app.webhooks import actions, queries
from app.webhooks.delivering import Courier
from app.webhooks.forms import EndpointForm
from app.webhooks.models import DeliveryState
from app.webhooks.queries import PAGE, Filter
from app.webhooks.testing import Tried, letter_for_test, send_test
from app.webhooks.words import delivery_states, event_types

PREFIX = "/admin/webhooks"
PATIENCE = Timing(connect=3, read=8, post=8)
"""Seconds that somebody who pressed the test button waits at most."""

router = APIRouter(prefix=PREFIX, dependencies=[Depends(allow(Role.ADMIN))])


def _list_page(request: Request, session: Session, form: Bound[Any], status: int = 200) -> Response:
    context = {"endpoints": queries.endpoints(session), "form": form, "event_types": event_types()}
    return page(request, "webhooks/list.html", context, status=status)


def _endpoint_page(
    request: Request,
    session: Session,
    endpoint_id: int,
    moment: datetime,
    *,
    secret: str = "",
    tried: Tried | None = None,
) -> Response:
    endpoint = queries.endpoint(session, endpoint_id)
    context = {
        "endpoint": endpoint,
        "because": _(endpoint.disabled_because) if endpoint.disabled_because else "",
        "event_types": event_types(),
        "deliveries": queries.deliveries(session, Filter(endpoint_id=endpoint_id), limit=5)[:5],
        "states": delivery_states(),
        "secret": secret,
        "tried": tried,
        "moment_now": moment,
    }
    return page(request, "webhooks/endpoint.html", context)


@router.get("")
def endpoints(request: Request, session: SessionDep) -> Response:
    """List endpoints with how they do."""
    return _list_page(request, session, blank(events=list(event_types())))


@router.post("")
@reads
def make_endpoint(request: Request, session: SessionDep, person: Admin, raw: RawForm, moment: Now) -> Response:
    """Make an endpoint, and show its secret this once."""
    settings = request.app.state.settings
    form = bind(EndpointForm, raw)
    if form.data:
        try:
            Client(settings, timing=PATIENCE).check(form.data.url)
        except OutboundError as error:
            form.wrong("url", _(error.sentence))
    if form.data is None:
        return _list_page(request, session, form, status=422)
    # the name was looked up while nobody waited for us: only now does this write
    with request.app.state.database.write() as writing:
        endpoint_id, secret = actions.create_endpoint(
            writing,
            name=form.data.name,
            url=form.data.url,
            events=form.data.events,
            secret_key=settings.secret_key,
            actor=person.email,
            moment=moment,
        )
        return _endpoint_page(request, writing, endpoint_id, moment, secret=secret)


@router.get("/deliveries")
def deliveries(
    request: Request,
    session: SessionDep,
    endpoint: str = "",
    state: str = "",
    kind: Annotated[str, Query(alias="type")] = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Response:
    """List deliveries, the newest first."""
    there = queries.endpoints(session)
    chosen = next((each for each in there if str(each.id) == endpoint), None)
    wanted = Filter(
        endpoint_id=chosen.id if chosen else None,
        state=DeliveryState(state) if state in set(DeliveryState) else None,
        type=kind if kind in event_types() else "",
    )
    found = queries.deliveries(session, wanted, before)
    typed = {"endpoint": str(wanted.endpoint_id or ""), "state": wanted.state or "", "type": wanted.type}
    older = ""
    if len(found) > PAGE:
        older = "?" + urlencode({**{name: text for name, text in typed.items() if text}, "before": found[PAGE - 1].id})
    context = {
        "deliveries": found[:PAGE],
        "older": older,
        "before": before,
        "filter": blank(**typed),
        "endpoints": there,
        "event_types": event_types(),
        "states": delivery_states(),
    }
    return page(request, "webhooks/deliveries.html", context, fragment="deliveries")


@router.get("/dead")
def dead(
    request: Request, session: SessionDep, before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None
) -> Response:
    """List what was given up, to be sent again."""
    found = queries.deliveries(session, Filter(state=DeliveryState.DEAD), before)
    context = {
        "deliveries": found[:PAGE],
        "older": f"?before={found[PAGE - 1].id}" if len(found) > PAGE else "",
        "endpoints": [each for each in queries.endpoints(session) if each.dead],
        "states": delivery_states(),
    }
    return page(request, "webhooks/dead.html", context)


@router.post("/deliveries/{delivery_id}/again")
def send_again(request: Request, delivery_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Send again what was given up."""
    if actions.send_dead_again(session, delivery_id, actor=person.email, moment=moment):
        return redirect(request, f"{PREFIX}/dead", _("It is sent again within seconds."))
    return redirect(request, f"{PREFIX}/dead", _("It is on its way already."))


@router.get("/events/{event_id}")
def event(request: Request, event_id: RowId, session: SessionDep) -> Response:
    """Show the body of an event, and what became of it at each endpoint."""
    found, sent = queries.event(session, event_id)
    context = {
        "event": found,
        "body": json.dumps(found.payload, ensure_ascii=False, indent=2),
        "deliveries": sent,
        "states": delivery_states(),
    }
    return page(request, "webhooks/event.html", context)


@router.get("/{endpoint_id}")
def endpoint(request: Request, endpoint_id: RowId, session: SessionDep, moment: Now) -> Response:
    """Show one endpoint."""
    return _endpoint_page(request, session, endpoint_id, moment)


@router.post("/{endpoint_id}/test")
@reads
def test(request: Request, endpoint_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Send a test now and show what came back."""
    state = request.app.state
    letter = letter_for_test(session, endpoint_id, moment)
    # nobody else waits for a slow receiver: this session only reads, and the record has one of its own
    courier = Courier(state.settings, client=Client(state.settings, timing=PATIENCE))
    tried = send_test(courier, letter, moment)
    with state.database.write() as writing:
        result = str(tried.outcome.status) if tried.outcome.status is not None else tried.outcome.error
        actions.note_test(writing, endpoint_id, actor=person.email, moment=moment, result=result)
    return _endpoint_page(request, session, endpoint_id, moment, tried=tried)


@router.post("/{endpoint_id}/rotate")
def rotate(request: Request, endpoint_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Make a new secret, and show it this once."""
    secret_key = request.app.state.settings.secret_key
    secret = actions.rotate_secret(session, endpoint_id, secret_key=secret_key, actor=person.email, moment=moment)
    return _endpoint_page(request, session, endpoint_id, moment, secret=secret)


@router.post("/{endpoint_id}/disable")
def disable(request: Request, endpoint_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Send nothing more for now."""
    actions.disable(session, endpoint_id, actor=person.email, moment=moment)
    return redirect(request, f"{PREFIX}/{endpoint_id}", _("Nothing more is sent. What happens meanwhile waits."))


@router.post("/{endpoint_id}/enable")
def enable(request: Request, endpoint_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Send again."""
    actions.enable(session, endpoint_id, actor=person.email, moment=moment)
    return redirect(request, f"{PREFIX}/{endpoint_id}", _("What waited is sent now."))


@router.post("/{endpoint_id}/again")
def send_all_again(request: Request, endpoint_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Send again everything that was given up for one endpoint."""
    count = actions.send_all_dead_again(session, endpoint_id, actor=person.email, moment=moment)
    said = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count) % {"count": count}
    return redirect(request, f"{PREFIX}/dead", said)


@router.post("/{endpoint_id}/remove")
def remove(request: Request, endpoint_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Take an endpoint out of use for good."""
    name = actions.remove(session, endpoint_id, actor=person.email, moment=moment)
    return redirect(request, PREFIX, _("%(name)s is removed.") % {"name": name})
