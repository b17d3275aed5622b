"""Reading what a CRM sent: a JSON object in each line, or a JSON array of them. No row can spoil another."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from app.catalog.content import DEAL_STAGES, DealStage
from app.deals.forms import Currency, Part
from app.deals.reconciling.rules import FACTS, CrmDeal, CrmMember
from app.web import forms
from app.web.i18n import gettext as _
from app.web.strictjson import no_constant, unique_keys

LONGEST_LINE = 64 * 1024
"""Bytes of one line."""
_LARGEST = Decimal("999999999999.99")
_LONGEST_ID = 80
_LONGEST_SHOWN = 200
_LONGEST_NUMBER = 20
"""Digits of a whole number that is read as one; longer ones are taken as decimals, which costs no more."""
_MOST_PROBLEMS = 20
_MARK = b"\xef\xbb\xbf"
_SPACE = 0x20
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Given:
    """A row that can be compared, by the number of its line."""

    line: int
    deal: CrmDeal


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be compared, with what is wrong in it: (JSON pointer, sentence)."""

    line: int
    id: str | None
    errors: tuple[tuple[str, str], ...]


Row = Given | Broken


def _storable(text: str) -> str:
    if any(ord(letter) < _SPACE or ord(letter) in _SURROGATES for letter in text):
        raise ValueError(_("This has a character in it that no text has."))
    return text


def _day(value: Any) -> Any:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != value:
        raise ValueError(_("Write a day as 2026-01-05."))
    return day


def _money(value: Any) -> Any:
    if isinstance(value, bool | float) or not isinstance(value, int | str | Decimal):
        raise ValueError(_no_amount())  # noqa: TRY004 (pydantic wants a ValueError)
    return value


def _no_amount() -> str:
    return _("Write an amount as 86000 or 86000.50.")


def _payable(amount: Decimal) -> Decimal:
    if not 0 <= amount <= _LARGEST:
        raise ValueError(_("Write an amount from 0 to %(largest)s.") % {"largest": _LARGEST})
    return amount


Outcome = Literal["won", "lost"]
Text = Annotated[str, AfterValidator(_storable)]
Line = Annotated[Text, Field(min_length=1, max_length=200)]
Address = Annotated[Text, Field(min_length=3, max_length=320), AfterValidator(str.lower)]


class MemberRow(BaseModel):
    """Somebody on the team."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    rep: Address
    role: Part
    supervisor: Any = None
    """Read and not compared: CRMs know nothing of it, and who sends deals to us may send the same here."""


class DealRow(BaseModel):
    """A deal as a CRM sends it. All but the id may be left out; what is left out is not compared."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[Text, Field(min_length=1, max_length=80)]
    name: Line = ""
    account: Line = ""
    amount: Annotated[
        Decimal, BeforeValidator(_money), Field(decimal_places=2, allow_inf_nan=False), AfterValidator(_payable)
    ] = Decimal(0)
    currency: Currency = "EUR"
    stage: DealStage = "discovery"
    close_date: Annotated[date | None, BeforeValidator(_day)] = None
    region: Annotated[Text, Field(max_length=40)] | None = None
    industry: Annotated[Text, Field(max_length=80)] | None = None
    outcome: Outcome | None = None
    closed_on: Annotated[date | None, BeforeValidator(_day)] = None
    products: Annotated[list[Annotated[Text, Field(min_length=1, max_length=80)]], Field(max_length=50)] = []
    team: Annotated[list[MemberRow], Field(max_length=100)] = []
    contacts: Any = None
    """Read and not compared, like a supervisor."""

    @field_validator("products")
    @classmethod
    def _once(cls, products: list[str]) -> list[str]:
        if len(set(products)) != len(products):
            raise ValueError(_("A product stands here twice."))
        return products

    @field_validator("team")
    @classmethod
    def _everybody_once(cls, team: list[MemberRow]) -> list[MemberRow]:
        if len({each.rep for each in team}) != len(team):
            raise ValueError(_("A person stands here twice."))
        return team

    def deal(self) -> CrmDeal:
        """Return what was given, and nothing else."""
        given = self.model_fields_set
        return CrmDeal(
            id=self.id,
            facts={name: getattr(self, name) for name in FACTS if name in given},
            products=tuple(sorted(self.products)) if "products" in given else None,
            team=tuple(CrmMember(each.rep, each.role) for each in self.team) if "team" in given else None,
        )


def lines(file: IO[bytes]) -> Iterator[Row]:
    """Read a JSON object from each line; empty lines are left out, and a mark at the beginning (U+FEFF) too."""
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(LONGEST_LINE)
            yield _broken(number, _("This line is longer than %(size)s KiB.") % {"size": LONGEST_LINE // 1024})
            continue
        if number == 1:
            raw = raw.removeprefix(_MARK)
        if raw.strip():
            yield _line(number, raw)


def _line(number: int, raw: bytes) -> Row:
    try:
        value = _DECODER.decode(raw.decode().strip())
    except _NO_JSON:
        return _broken(number, _no_json())
    return read(number, value)


def array(content: bytes) -> Iterator[Row]:
    """Read a JSON array of objects one after another; "line" is the place in it, and the first is 1.

    What cannot be read ends it as one broken row: nobody knows where the next one begins.
    """
    number = 0
    try:
        text = content.removeprefix(_MARK).decode()
        mark, position = _mark(text, 0)
        if mark != "[":
            raise ValueError("no array")
        if _mark(text, position)[0] == "]":
            mark, position = _mark(text, position)
        while mark != "]":
            number += 1
            value, position = _DECODER.raw_decode(text, _past_space(text, position))
            yield read(number, value)
            mark, position = _mark(text, position)
            if mark not in {",", "]"}:
                raise ValueError("neither another nor the end")
        if _past_space(text, position) < len(text):
            raise ValueError("more after the end")
    except _NO_JSON:
        yield _broken(number or 1, _("From here on this is no JSON array; nothing after it was read."))


def _mark(text: str, position: int) -> tuple[str, int]:
    """Return the next character that is no space, and the position after it."""
    position = _past_space(text, position)
    return text[position : position + 1], position + 1


def _past_space(text: str, position: int) -> int:
    while text[position : position + 1] in {" ", "\t", "\r", "\n"}:
        position += 1
    return position


def read(number: int, value: object) -> Row:
    """Read what was parsed already."""
    if not isinstance(value, Mapping):
        return _broken(number, _("Each row is a JSON object."))
    try:
        return Given(number, DealRow.model_validate(value).deal())
    except ValidationError as error:
        return Broken(number, _id_of(value), tuple(_problems(error)))


def _id_of(value: Mapping[str, Any]) -> str | None:
    found = value.get("id")
    return found[:_LONGEST_ID] if isinstance(found, str) and found.isprintable() else None


def _problems(error: ValidationError) -> Iterable[tuple[str, str]]:
    for each in error.errors(include_url=False, include_input=False)[:_MOST_PROBLEMS]:
        place = "".join("/" + _shown(str(part)) for part in each["loc"])
        field = each["loc"][-1] if each["loc"] else ""
        yield place, _sentence(str(field), each["type"], each.get("ctx", {}), each["msg"])


_CHOICES = {"stage": DEAL_STAGES, "outcome": get_args(Outcome), "role": get_args(Part)}


def _sentence(field: str, kind: str, context: Mapping[str, Any], message: str) -> str:
    if field in _CHOICES and kind == "literal_error":
        return _("Choose one of %(known)s.") % {"known": ", ".join(_CHOICES[field])}
    if kind.startswith(("decimal", "finite")):
        return _no_amount()
    if kind == "extra_forbidden":
        return _("Nothing of this name is known here.")
    if kind == "too_long" and context["field_type"] == "List":
        return _("There are more than %(most)s of these.") % {"most": context["max_length"]}
    # a text whose characters are looked at first is measured like any other value
    kind = {"too_long": "string_too_long", "too_short": "string_too_short"}.get(kind, kind)
    return forms.sentence(kind, context, message)


def _shown(part: str) -> str:
    # a key is the sender's, and may be as long as a line and hold anything
    part = "".join(letter if letter.isprintable() else "?" for letter in part[:_LONGEST_SHOWN])
    return part.replace("~", "~0").replace("/", "~1")


def _broken(number: int, sentence: str) -> Broken:
    return Broken(number, None, (("", sentence),))


def _no_json() -> str:
    return _("This line is no JSON in UTF-8, or a key in it stands twice.")


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else Decimal(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=unique_keys, parse_constant=no_constant, parse_float=Decimal, parse_int=_whole
)
_NO_JSON = (ValueError, ArithmeticError, RecursionError)
