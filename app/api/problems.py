"""What is wrong with a request, as problem documents whose pointers lead into what the client sent."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.errors import AppError, InvalidError
from app.web.i18n import gettext as _

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes that a request to the API may say it carries; what does not say so is held to the application's limit."""
_PLACES = {"body", "query", "path", "header"}


class TooLargeError(AppError):
    """The request carries more than the API takes."""

    status = 413


class ProblemRoute(APIRoute):
    """A route that says what is wrong as RFC 9457 has it: a pointer into the body, or to the parameter."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            length = request.headers.get("content-length", "")
            if length.isdecimal() and int(length) > LARGEST_BODY:
                raise TooLargeError(_("What was sent is larger than 2 MiB. Nothing was read."))
            try:
                return await handler(request)
            except RequestValidationError as error:
                found = [{"pointer": pointer(each["loc"]), "detail": _detail(each)} for each in error.errors()]
                raise InvalidError(_("The request is not of the form that this address takes."), found) from error
            except HTTPException as error:
                if error.status_code != HTTPStatus.BAD_REQUEST:
                    raise
                found = [{"pointer": "", "detail": _("This is no JSON.")}]
                raise InvalidError(_("The request is not of the form that this address takes."), found) from error

        return checked


def pointer(location: tuple[int | str, ...]) -> str:
    """Write a JSON pointer (RFC 6901); a query parameter is pointed at as if the query were an object."""
    parts = location[1:] if location and location[0] in _PLACES else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _detail(error: dict[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ")
