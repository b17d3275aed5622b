"""What is filled in to ask people to get certified, and to say that somebody is away."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.certification.models import DueFrom
from app.people.forms import LARGEST_ID
from app.people.models import Role
from app.web.forms import Blank, Form
from app.web.i18n import gettext as _

Slug = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Day = Annotated[date, Field(ge=date(1950, 1, 1), le=date(2199, 12, 31))]


class ManyForm(Form):
    """Ask people to get certified on a product, by a day or whenever."""

    product: Slug
    people: Annotated[list[Id], Field(max_length=1000)]
    due_on: Annotated[Day | None, Blank] = None


class RuleForm(Form):
    """Whom a rule is for and by when; `step` looks at it first or makes it."""

    product: Slug
    role: Annotated[Role | None, Blank] = None
    team: Annotated[Id | None, Blank] = None
    region: Annotated[Annotated[str, StringConstraints(max_length=40)] | None, Blank] = None
    hired_from: Annotated[Day | None, Blank] = None
    hired_through: Annotated[Day | None, Blank] = None
    due_from: DueFrom = DueFrom.ASSIGNED
    due_days: Annotated[int, Field(ge=0, le=3650)] = 30
    launch_on: Annotated[Day | None, Blank] = None
    step: Literal["look", "make"] = "look"


class LeaveForm(Form):
    """From when a person is away, and the last day of it, if that is known."""

    from_on: Day
    through_on: Annotated[Day | None, Blank] = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.through_on is not None and self.through_on < self.from_on:
            raise ValueError(_("The last day lies before the first."))
        return self


class LeaveEndForm(Form):
    """The last day of a leave whose end was not known."""

    through_on: Day
