"""What is filled in to ask for an exception, to give one at once, to decide, to end and to review."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from app.people.forms import Secret
from app.web.forms import Blank, Form, Line
from app.web.i18n import gettext as _

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Answer = Annotated[str, StringConstraints(max_length=1000)]


class AskForm(Form):
    """For whom (an address) and what (a slug), why and how long; `key` tells one form from the next."""

    person: Annotated[str, StringConstraints(min_length=1, max_length=320, to_lower=True)]
    product: Line
    reason: Reason
    through: Day
    key: Annotated[str, StringConstraints(min_length=8, max_length=40)]


class EmergencyForm(AskForm):
    """The same, signed with the password."""

    password: Secret


class DecisionForm(Form):
    """Yes, perhaps for fewer days, or no, and why not."""

    decision: Literal["approve", "refuse"]
    through: Annotated[Day | None, Blank] = None
    answer: Answer = ""

    @model_validator(mode="after")
    def _says_why_not(self) -> "DecisionForm":
        if self.decision == "refuse" and not self.answer:
            raise ValueError(_("Say why not, so that whoever asked knows what to do."))
        return self


class EndForm(Form):
    """Why an exception ends before its time."""

    reason: Reason


class ReviewForm(Form):
    """What was found about an emergency, and what was wrong with it."""

    review: Literal["upheld", "faulted"]
    note: Answer = ""

    @model_validator(mode="after")
    def _says_what_is_wrong(self) -> "ReviewForm":
        if self.review == "faulted" and not self.note:
            raise ValueError(_("Say what was wrong: whoever gave it and their manager read it."))
        return self
