"""What a browser may send about incidents."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.conduct.models import Consequence
from app.deals.forms import Currency, Money
from app.deals.incidents.models import IncidentStatus, Origin
from app.web.forms import Blank, Form, Line

_Slug = Annotated[str, StringConstraints(max_length=80)]


class StartForm(Form):
    """What an incident is about: where the form comes from, and which product's red lines of which day it offers."""

    product: _Slug = ""
    on: Annotated[date | None, Blank] = None
    deal: _Slug = ""
    finding: Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, Blank] = None


class ReportForm(Form):
    """An incident as somebody reports it; `key` is the same for a second click."""

    key: Annotated[str, StringConstraints(min_length=16, max_length=64)]
    product: _Slug
    happened_on: date
    deal: _Slug = ""
    finding: Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, Blank] = None
    person: Annotated[str, StringConstraints(to_lower=True, max_length=320)] = ""
    origin: Origin = Origin.REPORT
    red_line: _Slug = ""
    title: Line
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    cost: Annotated[Money | None, Blank] = None
    currency: Currency = "EUR"


class DecisionForm(Form):
    """A decision about an incident; `person` names whom it concerns where that was not known."""

    outcome: Literal[IncidentStatus.CONFIRMED, IncidentStatus.DISMISSED]
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    person: Annotated[str, StringConstraints(to_lower=True, max_length=320)] = ""
    consequence: Consequence = Consequence.NONE
    reason: Annotated[str, StringConstraints(max_length=1000)] = ""
    deadline: Annotated[date | None, Blank] = None
    to_discuss: Annotated[str, StringConstraints(max_length=2000)] = ""


class ListForm(Form):
    """Which incidents to list."""

    product: _Slug = ""
    red_line: _Slug = ""
    status: Annotated[str, StringConstraints(max_length=20)] = ""
