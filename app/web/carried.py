"""A file that is looked at before it is stored: the page of the preview carries it, so nothing is kept meanwhile."""

import binascii
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from app.web.csvtable import LARGEST_FILE
from app.web.forms import sent_form


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=4, max_part_size=2 * LARGEST_FILE) as form:
        yield form  # the block closes the file


Upload = Annotated[FormData, Depends(_read)]
"""The form with the file that was chosen (`file`), or carried (`carried`, with its `name`)."""


def pack(content: bytes) -> str:
    """Write a file so that the preview can carry it in a hidden field, unchanged."""
    return b64encode(zlib.compress(content)).decode()


def unpack(carried: str) -> bytes:
    """Read what `pack` wrote; anything else is an empty file, and no more than one byte too many is unpacked."""
    try:
        return zlib.decompressobj().decompress(b64decode(carried, validate=True), LARGEST_FILE + 1)
    except (ValueError, binascii.Error, zlib.error):
        return b""


def chosen(raw: FormData) -> tuple[bytes, str]:
    """Return the bytes and the name of the file that was chosen or carried."""
    upload = raw.get("file")
    if isinstance(upload, UploadFile):
        return upload.file.read(LARGEST_FILE + 1), upload.filename or ""
    carried = raw.get("carried", "")
    name = raw.get("name", "")
    return unpack(carried if isinstance(carried, str) else ""), name if isinstance(name, str) else ""
