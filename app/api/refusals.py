"""How the OpenAPI document describes the errors of an operation, in one place."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from app.api.schemas import Problem
from app.people.tokens import Scope

_ALWAYS: Final = {
    401: "No token, or one that is unknown, revoked or over.",
    422: "The request is not well formed; `errors` points at each place.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
}
BODY: Final = {
    413: "The body is larger than 2 MiB.",
    415: "The body is not JSON, or it is packed.",
}
"""What every operation with a body may answer besides."""


def refusals(*scopes: Scope, more: Mapping[int, str] | None = None) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of operations that take a token with one of `scopes`; `more` adds or says otherwise."""
    lacking = " or ".join(f"`{scope.value}`" for scope in scopes)
    sentences = {**_ALWAYS, 403: f"The token lacks the scope {lacking}.", **(more or {})}
    return {status: {"description": sentences[status], "model": Problem} for status in sorted(sentences)}


def problem_example(status: int, sentence: str) -> dict[str, Any]:
    """Write the problem document of an error as an example."""
    example: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "request_id": "70c190b02f09a7c3",
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        example["errors"] = [{"pointer": "/name", "detail": "Field required"}]
    return example
