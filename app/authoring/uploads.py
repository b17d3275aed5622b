"""Pictures and sounds that an author adds in a form.

They are stored as soon as they come, so that a form that is refused for something else need not ask for them again.
"""

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app.authoring.forms import Part
from app.authoring.sentences import sentence
from app.authoring.sheets import MOST_ROWS, Sheet
from app.catalog.media import MAX_BYTES, references, refusal
from app.catalog.mediastore import missing_media, store_media
from app.web.forms import MAX_FIELDS, sent_form
from app.web.i18n import gettext as _

MOST_FILES: Final = MOST_ROWS + 1
"""A control for each option and one for the question; a browser sends an empty file for each that is not used."""

UPLOAD: Final = ".upload"
_PLACE: Final = re.compile(r"(?:media\.[0-9]|options\.[0-9]{1,3}\.media)\.upload")


async def _read(request: Request) -> AsyncIterator[FormData]:
    reading = sent_form(request, max_files=MOST_FILES, max_fields=MAX_FIELDS)
    async with reading as form:
        yield form


MediaForm = Annotated[FormData, Depends(_read)]
"""A form that may bring files."""


def receive(session: Session, sheet: Sheet, raw: FormData, *, by: str, moment: datetime) -> None:
    """Store the files of a form and write their names on its sheet; one that is refused is wrong there."""
    for name, upload in raw.multi_items():
        if not (isinstance(upload, UploadFile) and upload.filename and _PLACE.fullmatch(name)):
            continue
        data = upload.file.read(MAX_BYTES + 1)
        if refused := refusal(data):
            sheet.errors[name] = sentence(refused)
        else:
            stored = store_media(session, upload.filename, data, by=by, moment=moment)
            sheet.set(f"{name.removesuffix(UPLOAD)}.file", stored)


def with_stored_files(
    session: Session, read: Callable[[Sheet, Part], Part | None]
) -> Callable[[Sheet, Part], Part | None]:
    """Read a part whose files must all be stored."""

    def checked(sheet: Sheet, before: Part) -> Part | None:
        part = read(sheet, before)
        if part is None:
            return None
        named = [(".".join(map(str, trail)), name) for trail, name in references(part)]
        missing = missing_media(session, {name for _place, name in named})
        for place, name in named:
            if name in missing:
                sheet.errors[place] = _("This file is not stored here. Remove it and choose it again.")
        return None if missing else part

    return checked
