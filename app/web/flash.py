"""One sentence for the next page, such as "Saved.", carried by a short-lived cookie and always escaped.

The cookie is signed with the installation's secret, so that nobody can make our pages say something.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from fastapi import Request, Response

_COOKIE = "flash"
_LONGEST = 500


def leave(request: Request, response: Response, message: str) -> None:
    """Leave `message` for the next page that this browser shows."""
    value = urlsafe_b64encode(message[:_LONGEST].encode()).decode()
    signed = f"{value}.{_signature(request, value)}"
    secure = request.app.state.settings.https
    response.set_cookie(_COOKIE, signed, max_age=60, httponly=True, samesite="lax", secure=secure)


def read(request: Request) -> list[str]:
    """Return the sentences left for this page; a cookie that we did not sign is none."""
    value, _, signature = request.cookies.get(_COOKIE, "").partition(".")
    if not value or not hmac.compare_digest(signature.encode(), _signature(request, value).encode()):
        return []
    return [urlsafe_b64decode(value).decode()]


def forget(request: Request, response: Response) -> None:
    """Show a sentence once only."""
    if _COOKIE in request.cookies:
        response.delete_cookie(_COOKIE)


def _signature(request: Request, value: str) -> str:
    secret: str = request.app.state.settings.secret_key
    return hmac.new(secret.encode(), f"flash:{value}".encode(), hashlib.sha256).hexdigest()
