"""What a browser may send about deals."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator, model_validator

from app.catalog.content import DEAL_STAGES, CustomerRole, DealStage
from app.deals.actions import Facts
from app.deals.currencies import CURRENCIES
from app.deals.facts import Contact
from app.deals.proposals import MOST_CONTACTS, reference_problem
from app.web.forms import Blank, Form, Line
from app.web.i18n import gettext as _

_LARGEST = Decimal("999999999999.99")

Short = Annotated[str, StringConstraints(max_length=40)]
Address = Annotated[str, StringConstraints(to_lower=True, min_length=3, max_length=320)]
Part = Literal["owner", "account-manager", "solution-consultant", "customer-success", "specialist"]


def _known(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError(_("Choose one of the list."))
    return code


Currency = Annotated[str, AfterValidator(_known)]
"""Any currency: a deal that came from elsewhere keeps its own."""


_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def _ungrouped(typed: object) -> object:
    """Read 12,000 as it is written on our own pages; 12,5 stays what it is, which is wrong."""
    return typed.replace(",", "") if isinstance(typed, str) and _GROUPED.fullmatch(typed.strip()) else typed


Money = Annotated[Decimal, BeforeValidator(_ungrouped), Field(ge=0, le=_LARGEST, decimal_places=2, allow_inf_nan=False)]
"""An amount of money, also with thousands set apart."""


class FactsForm(Form):
    """The facts of a deal."""

    name: Line
    account: Line
    amount: Money
    currency: Currency
    stage: DealStage = DEAL_STAGES[0]
    close_date: Annotated[date | None, Blank] = None
    region: Annotated[Short | None, Blank] = None
    industry: Annotated[Annotated[str, StringConstraints(max_length=80)] | None, Blank] = None

    def facts(self) -> Facts:
        """Hand the facts to an action."""
        return Facts(**{name: getattr(self, name) for name in FactsForm.model_fields})


class DealForm(FactsForm):
    """A new deal."""

    reference: Annotated[str, StringConstraints(max_length=80)] = ""
    products: list[str]
    owner: Address

    @field_validator("reference")
    @classmethod
    def _fits_an_address(cls, reference: str) -> str:
        problem = reference_problem(reference)
        if problem:
            raise ValueError(problem)
        return reference

    @field_validator("products")
    @classmethod
    def _at_least_one(cls, products: list[str]) -> list[str]:
        if not products:
            raise ValueError(_("Choose at least one product."))
        return products


class StepForm(Form):
    """A change of a deal, with the step that its page was made from."""

    step: int


class ChangeForm(FactsForm, StepForm):
    """Other facts."""


class ProductsForm(StepForm):
    """Other products."""

    products: list[str]

    @field_validator("products")
    @classmethod
    def _at_least_one(cls, products: list[str]) -> list[str]:
        if not products:
            raise ValueError(_("Choose at least one product."))
        return products


class MemberForm(StepForm):
    """Somebody to add; `supervisor` is a cleared colleague for somebody in grace."""

    person: Address
    role: Part = "account-manager"
    supervisor: Annotated[str, StringConstraints(to_lower=True, max_length=320)] = ""


class RemoveForm(StepForm):
    """Somebody to take off."""

    person: Address


class SupervisorForm(StepForm):
    """A colleague beside whom a member in grace acts; empty for nobody."""

    person: Address
    supervisor: Annotated[str, StringConstraints(to_lower=True, max_length=320)] = ""


class OutcomeForm(StepForm):
    """How a deal ended and on which day; "open" opens it again."""

    outcome: Literal["won", "lost", "open"]
    closed_on: Annotated[date | None, Blank] = None


class ContactsForm(StepForm):
    """The customer's people, one in each row; a row without a name is not there."""

    contact_name: list[Annotated[str, StringConstraints(max_length=200)]]
    contact_role: list[CustomerRole]
    contact_note: list[Annotated[str, StringConstraints(max_length=500)]]

    @model_validator(mode="after")
    def _rows(self) -> Self:
        if not len(self.contact_name) == len(self.contact_role) == len(self.contact_note) <= MOST_CONTACTS:
            raise ValueError(_("A deal has at most %(count)s people of the customer's.") % {"count": MOST_CONTACTS})
        return self

    def contacts(self) -> tuple[Contact, ...]:
        """Return the people whose rows have a name."""
        rows = zip(self.contact_name, self.contact_role, self.contact_note, strict=True)
        return tuple(Contact(name, role, note) for name, role, note in rows if name)
