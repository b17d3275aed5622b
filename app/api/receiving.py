"""Taking a large body as it comes, onto disk: neither memory nor a database connection waits for its end."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.api.problems import MEBIBYTE, TooLargeError, UnsupportedTypeError
from app.errors import AppError, InvalidError
from app.web.i18n import gettext as _

LARGEST: Final = 64 * MEBIBYTE
"""Bytes of a body, and of what is in it when it is packed."""
MOST_LINES: Final = 100_000
LONGEST_WAIT: Final = 600
"""Seconds within which the whole of a body has to be there."""
_IN_MEMORY: Final = MEBIBYTE
_PIECE: Final = MEBIBYTE
_GZIP: Final = zlib.MAX_WBITS | 16


class TooSlowError(AppError):
    """The body did not come in time."""

    status = 408


async def received(request: Request) -> IO[bytes]:
    """Return the lines that a client sends, from their beginning; closing the file deletes it.

    Raises TooLargeError for too many bytes or lines, TooSlowError, UnsupportedTypeError for a packing other than
    gzip, and InvalidError for gzip that cannot be unpacked.
    """
    pieces = _unpacked(request)
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (whoever asked closes it)
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await _write(pieces, file)
    except TimeoutError as error:
        file.close()
        raise TooSlowError(_("What you send did not come within ten minutes. Nothing was read.")) from error
    except BaseException:
        file.close()
        raise
    return file


async def _write(pieces: AsyncIterator[bytes], file: IO[bytes]) -> None:
    size, ends, last = 0, 0, b"\n"
    async for piece in pieces:
        size += len(piece)
        ends += piece.count(b"\n")
        last = piece[-1:]
        if size > LARGEST:
            sentence = _("What was sent is larger than %(size)s MiB. Nothing was read.")
            raise TooLargeError(sentence % {"size": LARGEST // MEBIBYTE})
        if ends + (last != b"\n") > MOST_LINES:
            raise TooLargeError(_("There are more than %(count)s lines. Nothing was read.") % {"count": MOST_LINES})
        await run_in_threadpool(file.write, piece)
    await run_in_threadpool(file.seek, 0)


def _unpacked(request: Request) -> AsyncIterator[bytes]:
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip"}:
        raise UnsupportedTypeError(_("Send the lines as they are, or packed with gzip."))
    pieces = request.stream()
    return _gunzipped(pieces) if packing == "gzip" else _filled(pieces)


async def _filled(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        if piece:
            yield piece


async def _gunzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Unpack in pieces of bounded size: a small packed body may be a huge one."""
    unpacking = zlib.decompressobj(_GZIP)
    async for piece in pieces:
        packed = piece
        while packed:
            try:
                unpacked = unpacking.decompress(packed, _PIECE)
            except zlib.error as error:
                raise _broken() from error
            if unpacking.eof and unpacking.unused_data:
                raise _broken()
            if unpacked:
                yield unpacked
            packed = unpacking.unconsumed_tail
    if not unpacking.eof:
        raise _broken()


def _broken() -> InvalidError:
    detail = _("This is not one whole gzip file.")
    return InvalidError(
        _("The request is not of the form that this address takes."), [{"pointer": "", "detail": detail}]
    )
