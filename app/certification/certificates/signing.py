"""Signing documents other than badges with the installation's key: a JWS in compact form (RFC 7515)."""

import json
from typing import Any

from app.certification.certificates.keys import ALGORITHM, OurKey, address


def signed(claims: dict[str, Any], kind: str, key: OurKey) -> bytes:
    """Sign a document as compact JSON. `kind` is the header's `typ`, so that no document can pass for another."""
    from joserfc import jws  # noqa: PLC0415 (see keys._keys)

    header = {"alg": ALGORITHM, "kid": address(key.kid), "typ": kind}
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, key.private, algorithms=[ALGORITHM]).encode()
