"""What the API takes and gives, as models: they check requests and write the OpenAPI document."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.catalog.content import DEAL_STAGES
from app.redlines.checking import MOST_CHARACTERS

MOST_CHECKS: Final = 1_000
MOST_PRODUCTS: Final = 50
EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
"""The first moment that can be asked for: it lies in the first year in every time zone."""

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?:([Zz])|[+ ](\d\d:\d\d)|-(\d\d:\d\d))", re.ASCII
)


def _moment(value: object) -> object:
    """Take ISO 8601 with an offset only. A `+` that was not escaped reaches us as a space."""
    if isinstance(value, datetime):
        return value
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a moment with an offset, such as 2026-11-21T10:00:00+00:00")
    begin, _, ahead, behind = found.groups()
    return begin + (f"+{ahead}" if ahead else f"-{behind}" if behind else "+00:00")


def _not_before_records(moment: datetime) -> datetime:
    if moment < EARLIEST:
        raise ValueError(f"must not lie before {EARLIEST.isoformat()}")
    return moment


Moment = Annotated[
    AwareDatetime, BeforeValidator(_moment, json_schema_input_type=datetime), AfterValidator(_not_before_records)
]
_PART = r"[^@\x00-\x20\x7f-\xa0]+"
"""No \\s here: what it matches differs between those who read the OpenAPI document and us."""
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=320, pattern=rf"^{_PART}@{_PART}$")
]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Slugs = Annotated[list[Slug], Field(max_length=MOST_PRODUCTS)]
_STAGES = ", ".join(DEAL_STAGES)


class Schema(BaseModel):
    """Unknown keys are refused, and nothing is guessed from another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Situation(Schema):
    """What both forms of a question share."""

    rep: Email = Field(description="The rep's e-mail address, whatever its case.", examples=["ana@example.com"])
    deal: Reference | None = Field(default=None, description="The deal's id in the CRM.", examples=["D-20417"])
    role: Word | None = Field(default=None, description="The rep's part in the deal; else as stored with the deal.")
    stage: Word | None = Field(default=None, description=f"The deal's stage, one of {_STAGES}; else as stored.")
    region: Word | None = Field(default=None, description="The deal's region; else as stored with the deal.")
    as_of: Moment | None = Field(
        default=None,
        description="The moment to answer for, with an offset, not in the future; else now.",
        examples=["2026-11-21T10:00:00+00:00"],
    )


_PRODUCTS_OR_DEAL: Final[list[Any]] = [
    {"required": ["products"], "properties": {"products": {"minItems": 1}}},
    {"required": ["deal"], "properties": {"deal": {"type": "string"}}},
]


class Check(Situation):
    """One question of a batch: may this rep act for these products, on this deal?"""

    model_config = ConfigDict(json_schema_extra={"anyOf": _PRODUCTS_OR_DEAL})

    products: Slugs = Field(
        default=[],
        description="Slugs of products. May be left out where the deal is known: then its products are asked for.",
        examples=[["keeper-crm"]],
    )


class ClearanceQuery(Situation):
    """The one question, as query parameters."""

    product: Slugs = Field(
        default=[],
        description="Slug of a product; repeat it for several. May be left out where the deal is known.",
        examples=[["keeper-crm"]],
    )


class Batch(Schema):
    """Many questions at once."""

    checks: Annotated[list[Check], Field(min_length=1, max_length=MOST_CHECKS)]


Decision = Literal["cleared", "cleared_supervised", "cleared_by_waiver", "not_cleared", "not_required", "unknown"]


class Fix(Schema):
    """What the rep does to remove a reason."""

    label: str
    url: str
    minutes: int


class Reason(Schema):
    """Why the answer is no, or what a supervisor or a waiver stands in for."""

    code: str = Field(
        description="One of unknown_rep, unknown_product, inactive_rep, lessons_not_completed, redlines_not_attested, "
        "quiz_not_passed, sign_off_missing, live_session_missing, certification_missing, expired, in_grace, "
        "suspended, revoked, recertification_overdue, no_requirements, unknown_level; more may come."
    )
    message: str = Field(description="One sentence in the language of Accept-Language, English otherwise.")
    fix: Fix | None = Field(description="None where only others can help, or other reasons say what to do.")


class Basis(Schema):
    """The versions the answer rests on."""

    program_version: int | None
    redlines_version: int | None
    period: int | None = Field(description="The certification period, by its number here.")
    policy: int | None = Field(
        description="What was set for the gate, by its number here; None where the program alone says."
    )
    waiver: int | None = Field(description="The waiver that clears, by its number here.")


class ProductClearance(Schema):
    """The answer for one product."""

    product: str
    decision: Decision
    allowed: bool
    enforcement: Literal["observe", "warn", "require_approval", "block"] = Field(
        description="What to do with a refusal: note it, warn, ask somebody to approve, or stop."
    )
    failure_mode: Literal["closed", "open"] = Field(
        description="What to do when no answer can be had: refuse, or let everybody act. Remember it from the last one."
    )
    valid_through: str | None = Field(description="The last day of the clearance, inclusive, in the site's time zone.")
    reasons: list[Reason]
    basis: Basis


class Clearance(Schema):
    """The answer to one question: the worst of its products."""

    decision: Decision
    allowed: bool
    rep: str
    deal: str | None
    as_of: str
    decision_id: str = Field(
        description="A ULID, which opens the decision; the same question as of the same moment has the same one."
    )
    products: list[ProductClearance]


class BatchResult(Schema):
    """The answers, in the order of the checks."""

    results: list[Clearance]


Tag = Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]


class TextCheck(Schema):
    """A text, and where and how it is said; what is left out restricts nothing."""

    text: Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)] = Field(
        description="The text as it is: a pitch, a mail, or a transcript (plain, WebVTT or SubRip).",
        examples=["We guarantee a return."],
    )
    products: Slugs = Field(
        default=[],
        description="Slugs of the products that it is about; else the red lines of all products hold.",
        examples=[["keeper-crm"]],
    )
    locale: Tag | None = Field(
        default=None,
        description="The language of the text, such as en or zh-Hans; the answer's words come in it. Else that of "
        "Accept-Language.",
    )
    region: Word | None = Field(default=None, description="Where it is said, such as CN.")
    channel: Word | None = Field(default=None, description="How it goes out: mail, chat, call, deck or another word.")
    speaker: Word | None = Field(
        default=None, description="Who says all of it, rep or customer; else labels in the text say who speaks."
    )


class TextFinding(Schema):
    """One place where a text crosses a red line; `text[start:end] == matched`."""

    start: int = Field(description="Unicode code points before it, in the text as it was sent.")
    end: int
    matched: str
    red_line: str
    title: str
    severity: Literal["block", "warn", "coach"]
    why: str
    say_instead: list[str]
    products: list[str] = Field(description="The products that hold this red line, of those asked for.")
    state: Literal["active", "downgraded"] = Field(
        description="A downgraded finding is excused by what stands around it, and stops nothing."
    )
    reason: str | None = Field(
        description="Why it is downgraded, such as negated, attributed or question; None when it is active."
    )


class TextChecked(Schema):
    """What a text crosses."""

    findings: list[TextFinding] = Field(description="In the order of the text.")
    rules: int = Field(description="How many red lines it was held against.")
    more: int = Field(description="Findings beyond those that one answer carries; 0 but for unusual texts.")


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[dict[Literal["pointer", "detail"], str]] = []


EXAMPLE: Final[dict[str, Any]] = {
    "decision": "not_cleared",
    "allowed": False,
    "rep": "ana@example.com",
    "deal": None,
    "as_of": "2026-11-21T10:00:00+00:00",
    "decision_id": "01KAJX9ZG05R8H3K0T7Q2M4V6N",
    "products": [
        {
            "product": "keeper-crm",
            "decision": "not_cleared",
            "allowed": False,
            "enforcement": "block",
            "failure_mode": "closed",
            "valid_through": None,
            "reasons": [
                {
                    "code": "quiz_not_passed",
                    "message": "The quiz has not been passed.",
                    "fix": {"label": "Take the quiz", "url": "https://sales.example.com/quizzes/keeper", "minutes": 15},
                }
            ],
            "basis": {"program_version": 3, "redlines_version": 5, "period": None, "policy": None, "waiver": None},
        }
    ],
}

ASKED: Final[dict[str, Any]] = {"checks": [{"rep": "ana@example.com", "products": ["keeper-crm"]}]}

SAID: Final[dict[str, Any]] = {"text": "We guarantee a return.", "products": ["keeper-crm"], "channel": "mail"}

CHECKED: Final[dict[str, Any]] = {
    "findings": [
        {
            "start": 3,
            "end": 21,
            "matched": "guarantee a return",
            "red_line": "claims.guaranteed-return",
            "title": "No guaranteed return",
            "severity": "block",
            "why": "A promise of return is promissory and cannot be kept.",
            "say_instead": ["Customers like you typically see …"],
            "products": ["keeper-crm"],
            "state": "active",
            "reason": None,
        }
    ],
    "rules": 128,
    "more": 0,
}
