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
from app.web.ranges import ranged

router = APIRouter()

_NAME: Final = re.compile(r"(?P<digits>[0-9a-f]{16})\.[a-z0-9]{2,4}")


@router.get("/media/{name}")
def media(request: Request, name: str, session: SessionDep, _person: SignedIn) -> Response:
    """Give a file, or the part of it that a player asks for."""
    match, kind = _NAME.fullmatch(name), kind_named(name)
    found = find_media(session, match["digits"]) if match else None
    if found is None or kind is None or kind.content_type != found.content_type:
        raise NotFoundError(_("There is no such picture or sound."))
    return ranged(
        request,
        lambda start, length: media_bytes(session, found.digest, start, length),
        size=found.size,
        digest=found.digest,
        content_type=found.content_type,
        headers={"Cache-Control": "private, max-age=31536000, immutable"},  # the address names the bytes
    )
