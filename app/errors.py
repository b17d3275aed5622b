"""Errors that carry their HTTP status from where they are born to whoever answers: a page, JSON or the shell."""

from collections.abc import Mapping, Sequence
from typing import Any


class AppError(Exception):
    """Something a person can understand and mend; `message` is a translated sentence."""

    status = 500

    def __init__(self, message: str, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context: Mapping[str, Any] = context


class NotSignedInError(AppError):
    """Nobody is signed in, or the token is missing or wrong."""

    status = 401


class ForbiddenError(AppError):
    """The person or token is known, and may not do this."""

    status = 403


class NotFoundError(AppError):
    """There is no such thing, or this person may not know that there is."""

    status = 404


class ConflictError(AppError):
    """What is stored has moved on: a stale tab, a second click, a name already taken."""

    status = 409


class InvalidError(AppError):
    """The content of a request is wrong; `errors` names each place and the mend."""

    status = 422

    def __init__(self, message: str, errors: Sequence[Mapping[str, str]] = (), **context: Any) -> None:
        super().__init__(message, **context)
        self.errors = list(errors)


class TooManyRequestsError(AppError):
    """A limit is reached; `retry_after` says how many seconds to wait."""

    status = 429

    def __init__(self, message: str, retry_after: int, **context: Any) -> None:
        super().__init__(message, **context)
        self.retry_after = retry_after
