"""Pictures and sounds by the digits of their names, for everybody who is signed in."""

import re
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.catalog.media import kind_named
from app.catalog.mediastore import find_media, media_bytes
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import SignedIn
from app.web.i18n import gettext as _

router = APIRouter()

_NAME: Final = re.compile(r"(?P<digits>[0-9a-f]{16})\.[a-z0-9]{2,4}")
_RANGE: Final = re.compile(r"bytes=(?P<first>[0-9]{0,15})-(?P<last>[0-9]{0,15})")


@router.get("/media/{name}")
def media(request: Request, name: str, session: SessionDep, _person: SignedIn) -> Response:
    """Give a file, or the part of it that a player asks for: Safari plays nothing that comes whole alone."""
    match, kind = _NAME.fullmatch(name), kind_named(name)
    found = find_media(session, match["digits"]) if match else None
    if found is None or kind is None or kind.content_type != found.content_type:
        raise NotFoundError(_("There is no such picture or sound."))
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",  # the address names the bytes
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": f'"{found.digest}"',
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    part = _part(request, found.size, headers["ETag"])
    if part is None:
        return Response(media_bytes(session, found.digest), media_type=found.content_type, headers=headers)
    start, end = part
    if start >= end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{found.size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
    data = media_bytes(session, found.digest, start, end - start)
    return Response(data, status_code=206, media_type=found.content_type, headers=headers)


def _part(request: Request, size: int, tag: str) -> tuple[int, int] | None:
    """Read the range that is asked for, half-open; None for the whole (RFC 9110, 14.2: what is odd is ignored)."""
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if not match or request.headers.get("if-range", tag) != tag:
        return None
    first, last = match["first"], match["last"]
    if first and last and int(last) < int(first):
        return None
    if first:
        return int(first), min(size, int(last) + 1) if last else size
    return (max(0, size - int(last)), size) if last else None
