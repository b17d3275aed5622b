"""Is this file exactly what was issued, and does what it says hold today?

A PDF is ours when its bytes are: a page on which one letter was changed is another file. A badge is ours when its
signature is; its picture is compared too, since a genuine credential can be put into any picture.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from app.certification.certificates import baking, documents, keys, queries
from app.certification.certificates.filing import digest
from app.certification.certificates.queries import Issued
from app.redlines import documents as sent_documents
from app.redlines.documents.errors import UnreadableError
from app.web.i18n import LOCALES

LARGEST = 5 * 1024 * 1024
"""Bytes of a file that is verified; a certificate has about 40 thousand."""
_CODE = re.compile(r"/certificates/([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])")
_MOST_CODES = 5
"""Codes of one file that are looked up."""


class Answer(StrEnum):
    """What a file is."""

    EXACT = "exact"
    """Byte for byte what was issued."""
    GENUINE = "genuine"
    """A credential that we signed, in a picture that is not ours or in none."""
    ALTERED = "altered"
    """Not what was issued, but it names a certificate of ours."""
    UNSIGNED = "unsigned"
    """A badge whose credential we did not sign, or that was changed since."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a file is, and the certificate that it is about, where there is one."""

    answer: Answer
    issued: Issued | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that somebody sent, with the credential and the codes that can be read from it."""

    data: bytes
    token: str | None
    codes: tuple[str, ...] = ()


def look(data: bytes) -> Sent:
    """Take a file apart, whatever it is. Ask this before the database: a hostile PDF may take seconds."""
    token = baking.out_of(data)
    if token is not None or not data.startswith(b"%PDF-"):
        return Sent(data, token)
    codes = dict.fromkeys(_CODE.findall(data.decode("latin-1")) or _CODE.findall(_text(data)))
    return Sent(data, None, tuple(codes)[:_MOST_CODES])


def verify(session: Session, sent: Sent) -> Verification:
    """Say what a PDF is, or a badge as PNG, SVG or bare token."""
    if sent.token is not None:
        return _verified_badge(session, sent.data, sent.token)
    known = queries.find_file(session, digest(sent.data))
    if known is not None:
        return Verification(Answer.EXACT, known)
    named = next(filter(None, (queries.find(session, code) for code in sent.codes)), None)
    if named is None:
        return Verification(Answer.UNKNOWN)
    # a file of the last minutes is not on record yet
    again = (documents.certificate(named.snapshot, locale, design=named.design) for locale in LOCALES)
    return Verification(Answer.EXACT if sent.data in again else Answer.ALTERED, named)


def _text(pdf: bytes) -> str:
    try:
        # a process of its own with limits reads it, since anybody may send it
        return "".join(sent_documents.read(pdf, "certificate.pdf").text.split())
    except UnreadableError:
        return ""


def _verified_badge(session: Session, data: bytes, token: str) -> Verification:
    claims = keys.verified(token, queries.keys(session))
    issued = _about(session, claims) if claims is not None else None
    if issued is None:
        return Verification(Answer.UNSIGNED)
    return Verification(Answer.EXACT if _is_our_picture(data, token, issued) else Answer.GENUINE, issued)


def _about(session: Session, claims: dict[str, Any]) -> Issued | None:
    named = _CODE.search(str(claims.get("jti", "")))
    return queries.find(session, named[1]) if named else None


def _is_our_picture(data: bytes, token: str, issued: Issued) -> bool:
    if token.encode() == data.strip():
        return True
    return any(
        baking.into_png(documents.badge(issued.snapshot, locale, design=issued.design, form="png"), token) == data
        or baking.into_svg(documents.badge(issued.snapshot, locale, design=issued.design, form="svg"), token) == data
        for locale in LOCALES
    )
