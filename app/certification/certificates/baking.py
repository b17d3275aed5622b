"""Badges as pictures that carry their credential inside, as Open Badges 3.0 (section 5.3) lays down; pure."""

import re
import struct
import zlib
from binascii import crc32
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_LONGEST = 64 * 1024
"""Bytes of a credential that is read out of a picture; one of ours has about three thousand."""
_SVG_ROOT = re.compile(rb"<svg\b[^>]*>")


def into_png(picture: bytes, token: str) -> bytes:
    """Put a credential into a PNG, in an iTXt chunk right behind the header."""
    data = _KEYWORD + b"\0\0\0\0\0" + token.encode()
    body = b"iTXt" + data
    chunk = struct.pack(">I", len(data)) + body + struct.pack(">I", crc32(body))
    behind = len(_SIGNATURE) + 25  # the header's chunk always has 25 bytes
    return picture[:behind] + chunk + picture[behind:]


def into_svg(picture: bytes, token: str) -> bytes:
    """Put a credential into an SVG, in an element of its own right behind the opening of the root."""
    element = f'<openbadges:credential xmlns:openbadges="{_NAMESPACE}" verify="{token}"/>'.encode()
    return _SVG_ROOT.sub(lambda root: root[0] + element, picture, count=1)


def out_of(data: bytes) -> str | None:
    """Read the credential out of a badge: a PNG, an SVG, or the bare token in a text file. None where there is none."""
    if data.startswith(_SIGNATURE):
        return _out_of_png(data)
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return _out_of_svg(data)
    if start.startswith(b"eyJ") and len(data) <= _LONGEST:
        return _ascii(data.strip())
    return None


def _ascii(data: bytes) -> str | None:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        return None


def _out_of_png(data: bytes) -> str | None:
    for kind, content in _chunks(data):
        keyword, _separator, rest = content.partition(b"\0")
        if kind != b"iTXt" or keyword != _KEYWORD or len(rest) < 2:  # noqa: PLR2004 (a flag and a method)
            continue
        _language, _separator, named = rest[2:].partition(b"\0")
        _translated, _separator, text = named.partition(b"\0")
        return _ascii(_inflated(text) if rest[0] else text[:_LONGEST]) or None
    return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _LONGEST)
    except zlib.error:
        return b""


def _out_of_svg(data: bytes) -> str | None:
    from lxml import etree  # noqa: PLC0415 (a large library, for those who check a badge that is a drawing)

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    element = next(root.iter(f"{{{_NAMESPACE}}}credential"), None)
    if element is None:
        return None
    token = element.get("verify") or (element.text or "").strip()
    return token[:_LONGEST] or None
