"""One sentence for the next page, such as "Saved.", carried by a short-lived cookie and always escaped."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from fastapi import Request, Response

_COOKIE = "flash"
_LONGEST = 500


def leave(request: Request, response: Response, message: str) -> None:
    """Leave `message` for the next page that this browser shows."""
    value = urlsafe_b64encode(message[:_LONGEST].encode()).decode()
    secure = request.app.state.settings.https
    response.set_cookie(_COOKIE, value, max_age=60, httponly=True, samesite="lax", secure=secure)


def read(request: Request) -> list[str]:
    """Return the sentences left for this page; a cookie that makes no sense is none."""
    value = request.cookies.get(_COOKIE, "")
    try:
        message = urlsafe_b64decode(value).decode()[:_LONGEST]
    except ValueError:
        return []
    return [message] if message else []


def forget(request: Request, response: Response) -> None:
    """Show a sentence once only."""
    if _COOKIE in request.cookies:
        response.delete_cookie(_COOKIE)
