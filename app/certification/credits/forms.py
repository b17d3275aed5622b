"""What is filled in to ask for a credit, to decide about it, and to end it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from app.certification.models import CreditKind
from app.web.forms import Blank, Form
from app.web.i18n import gettext as _

Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Link = Annotated[str, StringConstraints(max_length=2000)]


class CreditForm(Form):
    """What counts, for which requirement (`kind:key`), since when and how long, and why."""

    kind: CreditKind
    requirement: Annotated[str, StringConstraints(min_length=1, max_length=240)]
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    done_on: Annotated[Day | None, Blank] = None
    through: Annotated[Day | None, Blank] = None
    evidence_url: Link = ""
    reason: Reason


class DecisionForm(Form):
    """Yes or no, and why not."""

    decision: Literal["approve", "refuse"]
    answer: Annotated[str, StringConstraints(max_length=1000)] = ""

    @model_validator(mode="after")
    def _says_why_not(self) -> "DecisionForm":
        if self.decision == "refuse" and not self.answer:
            raise ValueError(_("Say why not, so that whoever asked knows what to do."))
        return self


class EndForm(Form):
    """Why a credit ends before its time."""

    reason: Reason
