"""Forms: what a browser sent, checked by a pydantic model, kept as typed when something is wrong.

class DealForm(Form):
    name: Line
    amount: Decimal

form = bind(DealForm, raw)
if form.data is None:
    return page(request, "deals/new.html", {"form": form}, status=422)
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.web.i18n import gettext as _
from app.web.i18n import ngettext

F = TypeVar("F", bound="Form")

MAX_FIELDS = 2000
MAX_FIELD_BYTES = 1024 * 1024


class Form(BaseModel):
    """Base of every form. Unknown fields are ignored: browsers and extensions add their own."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""One line that must be filled in."""

Prose = Annotated[str, StringConstraints(max_length=20_000)]
"""Several lines, possibly none."""

Blank = BeforeValidator(_empty_is_none)
"""Reads an empty field as None: `Annotated[date | None, Blank] = None`."""


@dataclass
class Bound(Generic[F]):
    """A form with what was typed (`values`), what is wrong (`errors`), and the checked `data`, or None."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    data: F | None = None

    def wrong(self, name: str, message: str) -> None:
        """Say what is wrong with a field that only the application can judge."""
        self.errors[name] = message
        self.data = None

    def get(self, name: str, default: Any = "") -> Any:
        """Return what was typed into a field."""
        return self.values.get(name, default)


def blank(**values: Any) -> Bound[Any]:
    """Give a form before anybody typed, filled with `values`."""
    return Bound(values={name: "" if value is None else value for name, value in values.items()})


def bind(form: type[F], raw: FormData) -> Bound[F]:
    """Check what a browser sent against `form`."""
    values = {
        name: _texts(raw.getlist(name)) if _is_list(info.annotation) else _text(raw.get(name))
        for name, info in form.model_fields.items()
        if name in raw or _is_list(info.annotation)
    }
    try:
        return Bound(values=values, data=form.model_validate(values))
    except ValidationError as error:
        return Bound(values=values, errors=_errors(error))


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return get_origin(annotation) in {list, tuple, set, frozenset}


def _text(value: UploadFile | str | None) -> str:
    # PostgreSQL text cannot hold NUL, and no form needs it
    return value.replace("\x00", "") if isinstance(value, str) else ""


def _texts(values: Sequence[UploadFile | str]) -> list[str]:
    return [_text(value) for value in values if isinstance(value, str)]


def _errors(error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else ""
        found.setdefault(name, sentence(problem["type"], problem.get("ctx", {}), problem["msg"]))
    return found


def sentence(kind: str, context: Mapping[str, Any], message: str) -> str:
    """Say what is wrong by the kind of error, the values and the message that pydantic gives it."""
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "string_too_long":
        limit = int(context["max_length"])
        sentence = ngettext("Use at most %(count)s character.", "Use at most %(count)s characters.", limit)
        return sentence % {"count": limit}
    if kind.startswith("greater_than"):
        return _("Use %(limit)s or more.") % {"limit": context.get("ge", context.get("gt"))}
    if kind.startswith("less_than"):
        return _("Use %(limit)s or less.") % {"limit": context.get("le", context.get("lt"))}
    by_beginning = {
        ("missing", "string_too_short", "none_required"): _("Fill this in."),
        ("date", "time"): _("Write a date, such as 2026-11-21."),
        ("int", "float", "decimal", "finite"): _("Write a number."),
        ("enum", "literal_error"): _("Choose one of the list."),
    }
    for beginnings, sentence in by_beginning.items():
        if kind.startswith(beginnings):
            return sentence
    return _("This cannot be read; check how it is written.")


@asynccontextmanager
async def sent_form(
    request: Request, *, max_files: int, max_fields: int, max_part_size: int = MAX_FIELD_BYTES
) -> AsyncIterator[FormData]:
    """Read the form of a request, as every form is read; the end closes its files.

    Raises HTTPException for another encoding than UTF-8.
    A request may name any codec of Python for its parts, and there are some that take quadratic time, or that yield
    halves of characters which can be neither stored nor shown. Browsers send UTF-8, and name none.
    """
    _kind, options = parse_options_header(request.headers.get("content-type", ""))
    if options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
        raise HTTPException(400)
    async with request.form(max_files=max_files, max_fields=max_fields, max_part_size=max_part_size) as form:
        yield form


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=MAX_FIELDS) as form:
        yield form


RawForm = Annotated[FormData, Depends(_read)]
"""What the browser sent; routes hand it to `bind`."""
