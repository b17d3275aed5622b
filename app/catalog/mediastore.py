"""The stored pictures and sounds: each kept once, by the digest of its bytes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import LargeBinary, false, func, or_, select, type_coerce
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.catalog.media import DIGITS, digest_of, digits_of, kind_of, refusal, stored_name
from app.catalog.models import Media
from app.errors import ConflictError
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """What is known of a stored file without reading it."""

    digest: str
    content_type: str
    size: int


def store_media(session: Session, name: str, data: bytes, *, by: str, moment: datetime) -> str:
    """Keep bytes, unless they are kept already, and give the name by which documents know them.

    Raises ValueError for bytes that are refused, and ConflictError for the digits of another file.
    """
    kind = kind_of(data)
    if kind is None or refusal(data):
        message = f"{name} {refusal(data)}"
        raise ValueError(message)
    digest = digest_of(data)
    known = find_media(session, digest[:DIGITS])
    if known is not None and known.digest != digest:
        raise ConflictError(_("Another file has the same digits. Save this one in another format."))
    if known is None:
        # two may store the same file at once, and both are right
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        row = {"digest": digest, "content_type": kind.content_type, "data": data, "stored_at": moment, "stored_by": by}
        session.execute(dialect.insert(Media).values(row).on_conflict_do_nothing())
    return stored_name(name, data)


def find_media(session: Session, digits: str) -> StoredMedia | None:
    """Find a file by the digits of its name."""
    row = session.execute(
        select(col(Media.digest), col(Media.content_type), func.length(col(Media.data)))
        .where(col(Media.digest).between(digits, digits + "g"))
        .limit(1)
    ).first()
    return StoredMedia(*row) if row else None


def media_bytes(session: Session, digest: str, start: int = 0, length: int | None = None) -> bytes:
    """Read a stored file, or the part of it that begins at byte `start`. Raises LookupError when there is none."""
    limits = [start + 1] if length is None else [start + 1, length]
    part = type_coerce(func.substr(col(Media.data), *limits), LargeBinary)
    data = session.scalar(select(part).where(col(Media.digest) == digest))
    if data is None:
        raise LookupError(digest)
    return bytes(data)


def named_bytes(session: Session, name: str) -> bytes:
    """Read the file that a document names. Raises LookupError when it is not stored."""
    found = find_media(session, digits_of(name)) if digits_of(name) else None
    if found is None:
        raise LookupError(name)
    return media_bytes(session, found.digest)


def missing_media(session: Session, names: Collection[str]) -> frozenset[str]:
    """Give those of the names whose files are not stored."""
    if not names:
        return frozenset()
    digest = col(Media.digest)
    wanted = {digits for name in names if (digits := digits_of(name))}
    found = session.scalars(select(digest).where(or_(false(), *(digest.between(each, each + "g") for each in wanted))))
    kept = {each[:DIGITS] for each in found}
    return frozenset(name for name in names if digits_of(name) not in kept)
