"""What is wrong with a request, as problem documents whose pointers lead into what the client sent."""

import json
from collections import Counter
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.errors import AppError, InvalidError
from app.web.i18n import gettext as _
from app.web.serving import Handler, Route
from app.web.strictjson import no_constant, unique_keys

MEBIBYTE = 1024 * 1024
LARGEST_BODY = 2 * MEBIBYTE
"""Bytes that a request to the API may say it carries; what does not say so is held to the application's limit."""
_PLACES = {"body", "query", "path", "header"}


class TooLargeError(AppError):
    """The request carries more than the API takes."""

    status = 413


class UnsupportedTypeError(AppError):
    """The request carries something other than JSON, or packed JSON."""

    status = 415


class JSONRequest(Request):
    """A request whose JSON means one thing.

    Numbers are read as they are written, not as the nearest binary ones.
    """

    async def json(self) -> Any:
        """Read the body. Raises ValueError for what is no JSON, and for a key that stands twice."""
        return json.loads(
            await self.body(), object_pairs_hook=unique_keys, parse_constant=no_constant, parse_float=Decimal
        )


class ProblemRoute(Route):
    """A route that says what is wrong as RFC 9457 has it: a pointer into the body, or to the parameter."""

    largest_body = LARGEST_BODY
    repeatable = frozenset({"product", "standing"})
    """The parameters of a query that may be given several times."""

    def around(self, handler: Handler) -> Handler:
        """Wrap the handler."""

        async def checked(request: Request) -> Response:
            self._check_body(request)
            self._check_query(request)
            try:
                return await handler(JSONRequest(request.scope, request.receive))
            except RequestValidationError as error:
                found = [{"pointer": _place(each), "detail": _detail(each)} for each in error.errors()]
                raise InvalidError(_("The request is not of the form that this address takes."), found) from error
            except HTTPException as error:
                if error.status_code != HTTPStatus.BAD_REQUEST:
                    raise
                found = [{"pointer": "", "detail": _no_json()}]
                raise InvalidError(_("The request is not of the form that this address takes."), found) from error

        return checked

    def _check_query(self, request: Request) -> None:
        """Refuse a second value for what has one: whoever takes the first and whoever takes the last would differ."""
        names = Counter(name for name, _value in request.query_params.multi_items() if name not in self.repeatable)
        twice = [name for name, number in names.items() if number > 1]
        if twice:
            found = [{"pointer": f"/{name}", "detail": _("Give this once.")} for name in twice]
            raise InvalidError(_("The request is not of the form that this address takes."), found)

    def _check_body(self, request: Request) -> None:
        headers = request.headers
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.largest_body:
            sentence = _("What was sent is larger than %(size)s MiB. Nothing was read.")
            raise TooLargeError(sentence % {"size": self.largest_body // MEBIBYTE})
        if self.body_field is None:
            return
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
        if not is_json or headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedTypeError(
                _("Send JSON that is not packed, with the header Content-Type: application/json.")
            )


def pointer(location: tuple[int | str, ...]) -> str:
    """Write a JSON pointer (RFC 6901); a query parameter is pointed at as if the query were an object."""
    parts = location[1:] if location and location[0] in _PLACES else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _place(error: dict[str, Any]) -> str:
    # of what cannot be parsed the location is a number of bytes, which leads nowhere
    return "" if error["type"] == "json_invalid" else pointer(error["loc"])


def _detail(error: dict[str, Any]) -> str:
    return _no_json() if error["type"] == "json_invalid" else str(error["msg"]).removeprefix("Value error, ")


def _no_json() -> str:
    return _("This is no JSON, or a key in it stands twice.")
