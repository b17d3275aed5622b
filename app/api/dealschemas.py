"""What the API takes and gives about deals, as models."""

import re
from datetime import date
from decimal import Context, Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, WithJsonSchema

from app.api.schemas import MOST_PRODUCTS, Clearance, Problem, ProductClearance, Reason, Schema, Slug
from app.api.texts import Address
from app.catalog.content import CustomerRole, DealStage
from app.deals.currencies import CURRENCIES
from app.deals.proposals import MOST_CONTACTS

MOST_MEMBERS: Final = 100
LARGEST: Final = Decimal("999999999999.99")
_ELSEWHERE: Final = frozenset({"new", "import", "at-risk.csv", "reconcile", ".", ".."})
_CONTROL: Final = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_SPACE: Final = r"\x20\xa0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
_LINE: Final = rf"^[{_SPACE}]*[^{_CONTROL}{_SPACE}][^{_CONTROL}]*$"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WRITTEN: Final = r"[0-9]{1,12}(\.[0-9]{1,2})?"
_AS_A_DOUBLE: Final = Context(prec=15)
"""A binary number carries 15 digits; what stands behind them, as in 0.30000000000000004, nobody has written."""


def _amount(value: object) -> Decimal:
    is_text = isinstance(value, str) and re.fullmatch(_WRITTEN, value)
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not is_text and not is_number:
        raise ValueError("must be a number, or a text such as 86000.00")
    found = Decimal(str(value))
    if not found.is_finite() or not 0 <= found <= LARGEST:
        raise ValueError(f"must lie between 0 and {LARGEST}")
    rounded = found.quantize(Decimal("0.01"))
    if _AS_A_DOUBLE.create_decimal(found) != _AS_A_DOUBLE.create_decimal(rounded):
        raise ValueError("must have at most two digits behind the point")
    return rounded.copy_abs()  # there is a negative nothing


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("must be a currency of ISO 4217, such as EUR")
    return code


def _day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("must be a day such as 2026-12-11")


def _has_a_page(reference: str) -> str:
    if "/" in reference or reference in _ELSEWHERE:
        raise ValueError("must not be a word of an address, nor hold a slash")
    return reference


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": float(LARGEST), "multipleOf": 0.01},
                {"type": "string", "pattern": f"^{_WRITTEN}$"},
            ]
        },
        mode="validation",
    ),
]
Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_known_currency),
    WithJsonSchema({"type": "string", "pattern": f"^({'|'.join(CURRENCIES)})$"}),
]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_LINE), AfterValidator(str.strip)]
Region = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=_LINE), AfterValidator(str.strip)]
Industry = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_LINE), AfterValidator(str.strip)]
DealId = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=80, pattern=rf"^[^\x20/{_CONTROL}]([^/{_CONTROL}]*[^\x20/{_CONTROL}])?$"
    ),
    AfterValidator(_has_a_page),
]
Role = Literal["owner", "account-manager", "solution-consultant", "customer-success", "specialist"]


class TeamMember(Schema):
    """Somebody on the team."""

    rep: Address = Field(description="The rep's e-mail address, whatever its case.", examples=["ana@example.com"])
    role: Role = Field(description="The part in the deal.")
    supervisor: Address | None = Field(
        default=None, description="The cleared colleague beside whom a rep in days of grace may act."
    )


class Contact(Schema):
    """Somebody of the customer's."""

    name: Name
    role: CustomerRole = Field(description="The part in buying.")
    note: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] = Field(
        default="", description="What this person cares about."
    )


class DealFactsBody(Schema):
    """The facts of a deal."""

    name: Name
    account: Name = Field(description="The customer.")
    amount: Amount = Field(description="Not negative, with at most two digits behind the point.")
    currency: Currency = Field(description="A code of ISO 4217.")
    stage: DealStage
    close_date: Day | None = Field(default=None, description="The day on which it is to close.")
    region: Region | None = None
    industry: Industry | None = None
    outcome: Literal["won", "lost"] | None = Field(default=None, description="How it ended; None while it is open.")
    closed_on: Day | None = Field(default=None, description="The day on which it ended; else the day of this request.")


class DealBody(DealFactsBody):
    """A whole deal, as it is to be."""

    products: Annotated[list[Slug], Field(min_length=1, max_length=MOST_PRODUCTS)]
    team: Annotated[list[TeamMember], Field(min_length=1, max_length=MOST_MEMBERS)] = Field(
        description="Everybody on the deal, each once; one of them is the owner."
    )
    contacts: Annotated[list[Contact], Field(max_length=MOST_CONTACTS)] | None = Field(
        default=None, description="The customer's people. Left out, they stay as they are."
    )


class Blocking(BaseModel):
    """Somebody who stands in the way, and why."""

    rep: str
    decision: str
    reasons: list[Reason]


class ProductState(BaseModel):
    """How the team stands for one product."""

    product: str
    decision: str
    allowed: bool
    enforcement: Literal["observe", "warn", "require_approval", "block"]
    stops: bool = Field(description="Whether the deal must not go on like this.")
    valid_through: str | None = Field(description="The last day on which the team covers the product.")
    blocking: list[Blocking]


class DealDocument(BaseModel):
    """A deal, and how it stands at the gate now."""

    id: str
    name: str
    account: str
    amount: float
    currency: str
    stage: str
    close_date: str | None
    region: str | None
    industry: str | None
    outcome: Literal["won", "lost"] | None
    closed_on: str | None
    products: list[str]
    team: list[dict[str, str | None]]
    contacts: list[dict[str, str]]
    url: str
    decision: str = Field(description="The worst of its products'.")
    allowed: bool
    at_risk: Literal["not_cleared", "ends_before_close"] | None = Field(
        description="Why an open deal needs attention: somebody is not cleared, or not any more when it closes."
    )
    valid_through: str | None = Field(description="The last day on which the team covers every product.")
    states: list[ProductState]


class StoredDeal(DealDocument):
    """A deal as it was stored, with the clearance of every member."""

    clearance: list[Clearance]


class DealPage(BaseModel):
    """One page of deals."""

    items: list[DealDocument]
    next: str | None = Field(description="Send it as `cursor` for the page that follows; null on the last page.")


class DealProblem(Problem):
    """Why a deal was not stored, with the clearance of every member."""

    clearance: list[Clearance]


class AskedDocument(BaseModel):
    """A question as it was understood."""

    rep: str
    products: list[str]
    deal: str | None
    role: str | None
    stage: str | None
    region: str | None
    supervisor: str | None


class FactsDocument(BaseModel):
    """What the rule was given for one product: an entry for each requirement."""

    product: str
    requirements: list[dict[str, Any]]


class Replay(BaseModel):
    """What is answered when the same question is asked now, as of the same moment."""

    same: bool = Field(description="Else something was recorded later with an earlier moment.")
    rule_agrees: bool = Field(description="Whether the rule, run again on the facts that were kept, decides the same.")
    products: list[ProductClearance]


class DecisionDocument(BaseModel):
    """An answer of the gate as it was given, the facts it rests on, and what is answered when asked again."""

    decision_id: str
    asked_by: str = Field(description="An e-mail address, or the client's name after `api:`.")
    asked_at: str
    change: str | None = Field(description="What was done or refused because of it, such as `deal.created`.")
    asked: AskedDocument
    answer: Clearance
    facts: list[FactsDocument]
    asked_again: Replay


DEAL_BODY: Final[dict[str, Any]] = {
    "name": "Harbour Bakery Group",
    "account": "Harbour Bakery",
    "amount": 86000,
    "currency": "EUR",
    "stage": "proposal",
    "close_date": "2026-12-11",
    "region": "EU",
    "industry": "bakery",
    "products": ["keeper-crm"],
    "team": [{"rep": "ana@example.com", "role": "owner"}],
    "contacts": [{"name": "Ines Faria", "role": "owner", "note": "Regulars who come back"}],
}
DEAL: Final[dict[str, Any]] = {
    "id": "D-20417",
    **DEAL_BODY,
    "amount": 86000.0,
    "outcome": None,
    "closed_on": None,
    "team": [{"rep": "ana@example.com", "role": "owner", "supervisor": None}],
    "url": "https://sales.example.com/deals/D-20417",
    "decision": "cleared",
    "allowed": True,
    "at_risk": None,
    "valid_through": "2027-11-22",
    "states": [
        {
            "product": "keeper-crm",
            "decision": "cleared",
            "allowed": True,
            "enforcement": "block",
            "stops": False,
            "valid_through": "2027-11-22",
            "blocking": [],
        }
    ],
}
