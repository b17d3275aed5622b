"""What people fill in about sanctions and appeals."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from app.certification.models import AppealOutcome, CertificationEventKind
from app.certification.sanctions.rules import Preset
from app.web.forms import Blank, Form


class SanctionForm(Form):
    """Suspend, revoke, ask for the quiz again or reinstate.

    `seen` is the newest decision that the page showed, 0 where there was none; `confirmed` is the box that says that
    it is meant.
    """

    product: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    kind: CertificationEventKind
    preset: Annotated[Preset | None, Blank] = None
    reason: Annotated[str, StringConstraints(max_length=1000)] = ""
    case: Annotated[str, StringConstraints(max_length=500)] = ""
    deadline: Annotated[date | None, Blank] = None
    seen: Annotated[int | None, Blank] = None
    confirmed: Literal["yes"]


class AppealForm(Form):
    """What should be looked at again."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class AnswerForm(Form):
    """The answer to an appeal."""

    outcome: Literal[AppealOutcome.UPHELD, AppealOutcome.GRANTED]
    answer: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
