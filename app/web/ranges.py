"""Bytes for a player, whole or in the part that it asks for: Safari plays nothing that comes whole alone."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from fastapi import Request
from starlette.responses import Response

_RANGE: Final = re.compile(r"bytes=(?P<first>[0-9]{0,15})-(?P<last>[0-9]{0,15})")

Read = Callable[[int, int | None], bytes]
"""Reads from a byte on, so many bytes or all that follow."""


def ranged(
    request: Request, read: Read, *, size: int, digest: str, content_type: str, headers: Mapping[str, str]
) -> Response:
    """Answer with bytes that nobody may run, embed as a page, or take for something else."""
    tag = f'"{digest}"'
    sent = {
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": tag,
        **headers,
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=sent)
    part = _part(request, size, tag)
    if part is None:
        return Response(read(0, None), media_type=content_type, headers=sent)
    start, end = part
    if start >= end:
        return Response(status_code=416, headers={**sent, "Content-Range": f"bytes */{size}"})
    sent["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Response(read(start, end - start), status_code=206, media_type=content_type, headers=sent)


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
