"""Badges as Open Badges 3.0 (1EdTech) has them: credentials secured as VC-JWT, and what they point at.

The payload of the JWT is the credential itself, with the registered claims beside its members (section 8.2). A badge
speaks English, whatever the language of its picture: it is read by machines.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.catalog.text import Text, localized
from app.certification.certificates.issuer import issuer
from app.certification.certificates.queries import Issued
from app.certification.certificates.rules import Purpose, Snapshot, encoded_list, place
from app.clock import end_of_day

_CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
CONTEXT = [_CREDENTIALS, _BADGES]
_LANGUAGE = "en"
LIST_KEPT = timedelta(minutes=5)
"""How long anybody may keep a status list before asking again."""
_LIST_VALID = timedelta(days=1)


def profile() -> dict[str, Any]:
    """Describe who issues."""
    return {"id": issuer().id, "type": ["Profile"], "name": issuer().company, "url": issuer().origin}


def achievement(slug: str, product: Text, level: str, level_name: Text) -> dict[str, Any]:
    """Describe what was achieved: the certification on a product, or on one level of it."""
    named = localized(product, _LANGUAGE)
    rank = localized(level_name, _LANGUAGE)
    address = f"{issuer().origin}/badges/achievements/{slug}"
    return {
        "id": f"{address}/{level}" if level else address,
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": f"{named}, {rank}" if rank else named,
        "description": f"May speak to customers for {named}, on behalf of {issuer().company}.",
        "criteria": {
            "narrative": f"Met everything that the certification program of {named} asks for: its lessons, the signed "
            "red lines, and the quiz, demonstrations and live sessions that the program names."
        },
        "creator": profile(),
    }


def credential(issued: Issued) -> dict[str, Any]:
    """Write the badge of one issue of a certificate, unsigned; the same row gives the same claims."""
    snapshot = issued.snapshot
    address = issuer().certificate(snapshot.code)
    subject = f"urn:uuid:{uuid5(NAMESPACE_URL, address)}"
    ends = end_of_day(snapshot.valid_through)
    return {
        "iss": issuer().id,
        "sub": subject,
        "jti": address,
        "nbf": int(issued.awarded_at.timestamp()),
        "exp": int(ends.timestamp()),
        "@context": CONTEXT,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement(snapshot.slug, snapshot.product, snapshot.level, snapshot.level_name)["name"],
        "issuer": profile(),
        "validFrom": _written(issued.awarded_at),
        "validUntil": _written(ends),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "identifier": [_identity(snapshot)],
            "achievement": achievement(snapshot.slug, snapshot.product, snapshot.level, snapshot.level_name),
        },
        "credentialStatus": [_status(issued.status_index, purpose) for purpose in Purpose],
        "credentialSchema": [{"id": _SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def _identity(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "identityType": "emailAddress",
        "hashed": True,
        "identityHash": snapshot.identity,
        "salt": snapshot.salt,
    }


def list_address(purpose: Purpose, number: int) -> str:
    """Return the address of a status list."""
    return f"{issuer().origin}/badges/status/{purpose}/{number}"


def _status(status_index: int, purpose: Purpose) -> dict[str, Any]:
    number, index = place(status_index)
    address = list_address(purpose, number)
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def status_list(purpose: Purpose, number: int, places: list[int], moment: datetime) -> dict[str, Any]:
    """Write a status list (W3C Bitstring Status List 1.0), unsigned, as it is at a moment."""
    address = list_address(purpose, number)
    return {
        "iss": issuer().id,
        "sub": f"{address}#list",
        "jti": address,
        "nbf": int(moment.timestamp()),
        "exp": int((moment + _LIST_VALID).timestamp()),
        "@context": [_CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer().id,
        "validFrom": _written(moment),
        "validUntil": _written(moment + _LIST_VALID),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_list(places),
            "ttl": int(LIST_KEPT / timedelta(milliseconds=1)),
        },
    }


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
