"""Mail: subject, body and attachments."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from app.redlines.documents.decoding import decode
from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.formats import page
from app.redlines.documents.formats.taken import LONGEST_LABEL, Taken, label
from app.redlines.documents.kinds import TEXTS, kind_of
from app.redlines.documents.limits import DEEPEST, MOST_ATTACHMENTS
from app.redlines.documents.places import Place
from app.redlines.documents.transcripts import plain

_LONGEST_NAME: Final = 2_000
_FOLD: Final = re.compile(r"[\r\n]+[ \t]*")

Mail = Message
Reader = Callable[[bytes, Taken], None]


def take(data: bytes, taken: Taken, readers: Mapping[str, Reader]) -> None:
    """Take the text of a mail; attachments are read by the readers of their kinds, mails among them without theirs.

    Raises UnreadableError: `damaged`, `too_complex`, `too_much_text`.
    """
    try:
        mail: Mail = BytesParser(policy=compat32).parsebytes(data)
    except (MessageError, ValueError) as error:
        raise UnreadableError(Code.DAMAGED) from error
    taken.add(Place("subject"), _header(mail, "Subject"))
    attached = 0
    for leaf in _leaves(mail, 0):
        name = _file_name(leaf)
        if not name and _is_words(leaf):
            taken.add(Place("body"), _words(leaf))
            continue
        attached += 1
        place = Place("attachment", attached, name or leaf.get_content_type())
        if attached > MOST_ATTACHMENTS or not _take_attachment(leaf, place, taken, readers):
            taken.unread.append(place)


def _leaves(mail: Mail, depth: int) -> Iterator[Mail]:
    """Yield the parts that hold something; of alternatives the one that is best to read."""
    if depth > DEEPEST:
        raise UnreadableError(Code.TOO_COMPLEX)
    if mail.get_content_maintype() != "multipart" or not mail.is_multipart():
        yield mail
        return
    parts = [part for part in mail.get_payload() if isinstance(part, Message)]
    if mail.get_content_type() == "multipart/alternative":
        parts = _best(parts)
    for part in parts:
        yield from _leaves(part, depth + 1)


def _best(parts: list[Mail]) -> list[Mail]:
    plain_ones = [part for part in parts if part.get_content_type() == "text/plain" and _words(part).strip()]
    others = [part for part in parts if part.get_content_type() != "text/plain"]
    return plain_ones[:1] or others[:1]


def _is_words(part: Mail) -> bool:
    return part.get_content_type() in {"text/plain", "text/html"} and part.get_content_disposition() != "attachment"


def _words(part: Mail) -> str:
    text = _text(part)
    return page.running(text) if part.get_content_type() == "text/html" and text.strip() else text


def _text(part: Mail) -> str:
    data = _bytes(part)
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        return decode(data)


def _bytes(part: Mail) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _take_attachment(part: Mail, place: Place, taken: Taken, readers: Mapping[str, Reader]) -> bool:
    """Take what an attachment says and tell whether it could be read."""
    if part.get_content_type() == "message/rfc822":
        return _take_mail(part, place, taken)
    data, inner = _bytes(part), Taken(characters=taken.characters)
    try:
        kind = kind_of(data, place.label)
        if kind in TEXTS:
            text = decode(data)
            inner.add(place, text if kind == "md" else plain(text).text)
        elif kind in readers:
            readers[kind](data, inner)
        else:
            return False
    except UnreadableError as error:
        if error.code is Code.TOO_MUCH_TEXT:
            raise
        return False
    for piece in inner.pieces:
        own = piece.place if piece.place is place else replace(piece.place, file=place.label)
        taken.add(own, piece.text)
    taken.unread += [replace(missing, file=place.label) for missing in inner.unread]
    return bool(inner.pieces)


def _take_mail(part: Mail, place: Place, taken: Taken) -> bool:
    """Take the words of a mail that is attached, without what is attached to it."""
    payload = part.get_payload()
    mail = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(mail, Message):
        return False
    subject = _header(mail, "Subject")
    name = label(subject) or place.label
    taken.add(Place("subject", file=name), subject)
    for leaf in _leaves(mail, 1):
        inner = _file_name(leaf)
        if not inner and _is_words(leaf):
            taken.add(Place("body", file=name), _words(leaf))
        else:
            taken.unread.append(Place("attachment", None, inner or leaf.get_content_type(), name))
    return True


def _file_name(part: Mail) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, MessageError, TypeError):
        return ""
    return label(_decoded(name[:_LONGEST_NAME]).replace("\\", "/").rpartition("/")[2])[-LONGEST_LABEL:]


def _header(mail: Mail, name: str) -> str:
    return _decoded(str(mail.get(name, "")))


def _decoded(raw: str) -> str:
    """Decode `=?utf-8?…?=`; what is broken stays as it is."""
    unfolded = _FOLD.sub(" ", raw)
    try:
        return str(make_header(decode_header(unfolded)))
    except (LookupError, ValueError, MessageError):
        return unfolded
