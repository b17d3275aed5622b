"""Protection that every response has: origin check, headers, request ids. All plain ASGI, no feature."""

import re
from collections.abc import Iterable
from secrets import token_hex

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.i18n import gettext as _

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def content_security_policy(**more: Iterable[str]) -> str:
    """Write the policy, with further sources where a page needs them: `frame_src=["https://…"]`."""
    policy = dict(_POLICY)
    for name, sources in more.items():
        directive = name.replace("_", "-")
        policy[directive] = " ".join([policy.get(directive, ""), *sources]).strip()
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


_OWN_POLICY = (b"content-security-policy", content_security_policy().encode())
_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HTTPS = {**_ALWAYS, b"strict-transport-security": b"max-age=31536000"}


def protect(headers: list[tuple[bytes, bytes]], request_id: str, *, https: bool) -> None:
    """Add the headers that every response has to those of an ASGI message."""
    ours = _HTTPS if https else _ALWAYS
    names = {name for name, _value in headers}
    if _OWN_POLICY[0] not in names:
        headers.append(_OWN_POLICY)
    if b"x-request-id" in names or not names.isdisjoint(ours):
        headers[:] = [(name, value) for name, value in headers if name not in ours and name != b"x-request-id"]
    headers.extend(ours.items())
    headers.append((b"x-request-id", request_id.encode()))


class OriginCheck:
    """Refuses writes that another site sent through a visitor's browser.

    Fetch metadata first, then `Origin`, as Go's http.CrossOriginProtection does; a request with neither does not
    come from a browser that could be misled. The origin is compared with the public address, because behind a
    proxy the Host header need not be it.
    """

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self.app = app
        self.origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it with 403."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS and not self._same_origin(scope):
            response = PlainTextResponse(_("This came from another site, so nothing was changed."), 403)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _same_origin(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin is None:
            return True
        return origin == self.origin or origin.partition("://")[2] == headers.get("host")


class HeadAsGet:
    """Answers HEAD as GET would, which HTTP asks of every address; the server leaves the body out (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


class SecurityHeaders:
    """Adds the headers that keep a page in its own box, and an id to find a request again."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                protect(headers, request_id, https=self.https)
            await send(message)

        await self.app(scope, receive, send_with_headers)
