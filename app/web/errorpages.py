"""What a person or a client sees when something goes wrong: a page in the design, or problem+json (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Match

from app.database import UnansweredCommitError
from app.errors import AppError, InvalidError, NotSignedInError, TooManyRequestsError
from app.web.i18n import gettext as _
from app.web.security import protect
from app.web.templating import page

log = logging.getLogger(__name__)


def problem(
    request: Request,
    status: int,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Answer a client with a problem document; `errors` carry a JSON pointer each."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": request.state.request_id,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_exception_handler(OperationalError, _database_error)
    app.add_exception_handler(PoolTimeoutError, _database_error)
    app.add_exception_handler(UnansweredCommitError, _unanswered)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(OverflowError, _unstorable)
    app.add_exception_handler(IntegrityError, _overtaken)
    app.add_exception_handler(Exception, _unexpected)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _answer(
    request: Request,
    status: int,
    message: str,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    if _is_api(request):
        return problem(request, status, message, errors, headers)
    context = {"status": status, "title": _title(status), "message": message}
    return page(request, "web/error.html", context, status=status, headers=headers)


def _title(status: int) -> str:
    titles = {
        400: _("That request could not be read"),
        403: _("This is not open to you"),
        404: _("There is nothing here"),
        405: _("That cannot be done here"),
        409: _("Something else was saved meanwhile"),
        413: _("That is too large"),
        422: _("Something in it is wrong"),
        429: _("Too many tries"),
        503: _("The database does not answer"),
    }
    return titles.get(status, _("Something went wrong on our side"))


def _app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 (the handler is registered for this class)
    headers: dict[str, str] = {}
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotSignedInError):
        if not _is_api(request):
            return _to_sign_in(request)
        headers["WWW-Authenticate"] = "Bearer"
    errors = error.errors if isinstance(error, InvalidError) else ()
    return _answer(request, error.status, error.message, errors, headers)


def _to_sign_in(request: Request) -> Response:
    asked = request.url.path
    if request.method == "GET" and request.url.query:
        asked = f"{asked}?{request.url.query}"  # such as the code that somebody scanned
    url = request.url_for("sign_in_form").include_query_params(next=asked)
    target = f"{url.path}?{url.query}" if request.method == "GET" else url.path
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (the handler is registered for this class)
    sentences = {
        400: _("Part of what was sent could not be read. Go back and try once more."),
        404: _("The address is wrong, or the thing is not there for you. Nothing was changed."),
        405: _("This address does not take that kind of request. Nothing was changed."),
        413: _("What was sent is larger than this page takes. Nothing was stored."),
    }
    message = sentences.get(error.status_code, error.detail)
    headers = {"Allow": ", ".join(_taken(request))} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else None
    return _answer(request, error.status_code, message, headers=headers or error.headers)


def _taken(request: Request) -> list[str]:
    """Return the methods that an address takes; a route that refuses one knows its own alone."""
    routes = request.app.routes
    return [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (the handler is registered for this class)
    if not _is_api(request):  # a page's address with a wrong part in it, such as /attempts/abc
        return _answer(request, 404, _("The address is wrong. Nothing was changed."))
    errors = [
        {"pointer": "/" + "/".join(str(part) for part in each["loc"]), "detail": str(each["msg"])}
        for each in error.errors()
    ]
    return _answer(request, 422, _("The request is not of the form that this address takes."), errors)


def _left(_request: Request, _error: Exception) -> Response:
    """Close a request whose sender went away in the middle of it: no error of ours, and nobody reads the answer."""
    return Response(status_code=400)


def _database_error(request: Request, error: Exception) -> Response:
    log.error("database error in request %s: %s", request.state.request_id, type(error).__name__)
    sentence = _("Nothing of your request was stored. Try again in a moment.")
    return _answer(request, 503, sentence, headers={"Retry-After": "5"})


def _unanswered(request: Request, _error: Exception) -> Response:
    """Answer whoever cannot be told whether it is stored: the database went away between the order and its answer."""
    log.error("the database went away in the commit of request %s", request.state.request_id)
    sentence = _("The database went away while it stored this. It may be stored or not: look before you try again.")
    return _answer(request, 503, sentence, headers={"Retry-After": "5"})


def _unstorable(request: Request, error: Exception) -> Response:
    """Answer about a value that no column can hold: a NUL character, a number that is too large (SQLite's driver)."""
    log.warning("unstorable value in request %s: %s", request.state.request_id, type(error).__name__)
    return _answer(request, 400, _("Part of what was sent could not be read. Go back and try once more."))


def _overtaken(request: Request, error: Exception) -> Response:
    """Answer whoever lost a race that only the database could judge, such as two teams of one name at once."""
    log.warning("overtaken in request %s", request.state.request_id, exc_info=error)
    return _answer(request, 409, _("Nothing of your request was stored. Look at what is there now, then try again."))


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error in request %s", request.state.request_id, exc_info=error)
    sentence = _("Nothing of your request was stored. If it happens again, tell an administrator the number below.")
    response = _answer(request, 500, sentence)
    # Starlette answers these outside of every middleware
    protect(response.raw_headers, request.state.request_id, https=request.app.state.settings.https)
    return response
