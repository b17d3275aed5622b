"""Loading people from a file in the browser: choose, look at what it would do, then do it."""

import binascii
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep
from app.people.access import Admin, allow
from app.people.csvfile import LARGEST_FILE, read_people
from app.people.import_rules import Plan
from app.people.importing import import_people
from app.people.models import Role
from app.web.forms import sent_form
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/admin/people/import", dependencies=[Depends(allow(Role.ADMIN))])

_SHOWN = 200
"""Problems, people or changes that one page lists."""


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=4, max_part_size=2 * LARGEST_FILE) as form:
        yield form  # the block closes the file


_Upload = Annotated[FormData, Depends(_read)]


def pack(content: bytes) -> str:
    """Write a file so that the preview can carry it in a hidden field, unchanged."""
    return b64encode(zlib.compress(content)).decode()


def unpack(carried: str) -> bytes:
    """Read what `pack` wrote; anything else is an empty file, and no more than one byte too many is unpacked."""
    try:
        return zlib.decompressobj().decompress(b64decode(carried, validate=True), LARGEST_FILE + 1)
    except (ValueError, binascii.Error, zlib.error):
        return b""


def _content(raw: FormData) -> tuple[bytes, str]:
    """Return the bytes and the name of the file that was chosen or carried."""
    upload = raw.get("file")
    if isinstance(upload, UploadFile):
        return upload.file.read(LARGEST_FILE + 1), upload.filename or ""
    carried = raw.get("carried", "")
    name = raw.get("name", "")
    return unpack(carried if isinstance(carried, str) else ""), name if isinstance(name, str) else ""


def _import_page(request: Request, plan: Plan | None, content: bytes, name: str, status: int = 200) -> Response:
    context = {"plan": plan, "name": name[:200], "carried": "", "shown": _SHOWN}
    if plan and not plan.problems:
        context["carried"] = pack(content)
    return page(request, "admin/import.html", context, status=status)


@router.get("")
def choose_file(request: Request) -> Response:
    """Ask for a file."""
    return _import_page(request, None, b"", "")


@router.post("")
def preview(request: Request, person: Admin, raw: _Upload, session: SessionDep, moment: Now) -> Response:
    """Show what a file would do; nothing is stored."""
    content, name = _content(raw)
    plan = import_people(session, read_people(content), actor=person.email, moment=moment, dry_run=True)
    return _import_page(request, plan, content, name, 422 if plan.problems else 200)


@router.get("/apply")
def reloaded(request: Request) -> Response:
    """Send whoever reloads a refused import back to the start."""
    return redirect(request, "/admin/people/import")


@router.post("/apply")
def apply(request: Request, person: Admin, raw: _Upload, session: SessionDep, moment: Now) -> Response:
    """Store the file that was looked at; what has changed meanwhile is judged anew."""
    content, name = _content(raw)
    plan = import_people(session, read_people(content), actor=person.email, moment=moment)
    if plan.problems:
        return _import_page(request, plan, content, name, 422)
    sentence = _("Stored: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.") % {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
    }
    return redirect(request, "/admin/people", sentence)
