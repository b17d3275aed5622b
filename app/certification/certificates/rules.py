"""What is printed on a certificate, what proves it, and which bit of which status list says that it holds no longer."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from app.catalog.text import Text
from app.certification.rules import Standing

DESIGN = "1"
"""The design that new certificates are printed with; older rows keep theirs."""

LIST_SIZE = 131072
"""Entries of one status list: the least that the W3C's Bitstring Status List 1.0 allows, so that one hides in many."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is printed on one issue of a certificate.

    `salt` and `identity` are the hashed e-mail address of the badge: SHA-256 of the address followed by the salt.
    A certificate from before there were snapshots has no `company` and no `origin`; the installation's stand in.
    """

    code: str
    issue: int
    holder: str
    product: Text
    slug: str
    level: str
    level_name: Text
    period: int
    issued_on: date
    done_on: date
    valid_through: date
    program_version: int
    redlines_version: int | None
    company: str
    origin: str
    salt: str
    identity: str

    def stored(self) -> dict[str, Any]:
        """Return it as JSON can keep it."""
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `stored` gave."""
        days = {name: date.fromisoformat(stored[name]) for name in ("issued_on", "done_on", "valid_through")}
        return cls(**{**stored, **days})


def digest(design: str, stored: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a design's name and a stored snapshot, in hex."""
    whole = json.dumps([design, stored], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def hashed_identity(email: str, salt: str) -> str:
    """Hash an e-mail address as Open Badges 3.0 has it (IdentityObject): the salt follows the address."""
    return "sha256$" + hashlib.sha256((email.lower() + salt).encode()).hexdigest()


class Purpose(StrEnum):
    """What a set bit of a status list means."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


def holds_no_longer(*, superseded: bool, active: bool, standing: Standing | None) -> Purpose | None:
    """Say which status list names a certificate; None while it holds or has merely expired.

    `active` tells whether the holder still works here, `standing` is None where the product is not certified any more.
    """
    if superseded or not active or standing is None or standing is Standing.REVOKED:
        return Purpose.REVOCATION
    return Purpose.SUSPENSION if standing is Standing.SUSPENDED else None


def place(status_index: int) -> tuple[int, int]:
    """Return the number of the status list of a certificate, and its place there."""
    return divmod(status_index, LIST_SIZE)


def encoded_list(places: Iterable[int]) -> str:
    """Write the bits of a status list: the first is the highest of the first byte; GZIP, base64url, `u` before it."""
    bits = bytearray(LIST_SIZE // 8)
    for each in places:
        bits[each // 8] |= 0x80 >> each % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")
