"""What a reviewer may send."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.conduct.models import Consequence, Disposition
from app.web.forms import Blank, Form

_Reason = Annotated[str, StringConstraints(max_length=1000)]


class OpeningForm(Form):
    """Why a reviewer wants to know whose text it is."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class DecisionForm(Form):
    """A decision about a finding; `seen` is what the page showed of the one before."""

    disposition: Disposition
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    original: Annotated[int | None, Blank] = None
    seen: Annotated[str, StringConstraints(max_length=40)] = ""


class ViolationForm(Form):
    """What follows from a confirmed finding; `deadline` is for a spot recertification."""

    consequence: Consequence
    product: Annotated[str, StringConstraints(max_length=80)] = ""
    reason: _Reason = ""
    deadline: Annotated[date | None, Blank] = None


class QueueFilter(Form):
    """Which texts to list; what cannot be read restricts nothing."""

    show: Annotated[str, StringConstraints(max_length=20)] = "waiting"
    product: Annotated[str, StringConstraints(max_length=80)] = ""
    red_line: Annotated[str, StringConstraints(max_length=80)] = ""
    severity: Annotated[str, StringConstraints(max_length=20)] = ""
    before: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
