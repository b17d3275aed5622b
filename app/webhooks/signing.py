"""Signatures of messages, as Standard Webhooks writes them: symmetric ones, `v1`.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from secrets import token_bytes, token_hex

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret."""
OURS = 32
"""Bytes of the secrets that we make."""
TOLERANCE = 300
"""Seconds by which the clock of a sender may differ from ours."""

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"


def new_secret() -> str:
    """Make a secret, as receivers are given it."""
    return PREFIX + base64.b64encode(token_bytes(OURS)).decode()


def new_message_id() -> str:
    """Make the name of a message, the same at each try."""
    return f"msg_{token_hex(16)}"


def key(secret: str) -> bytes:
    """Read a secret. Raises ValueError for what is none."""
    try:
        read = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise ValueError("a secret is base64, with or without whsec_ before it") from error
    if not SHORTEST <= len(read) <= LONGEST:
        raise ValueError(f"a secret has {SHORTEST} to {LONGEST} bytes")
    return read


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message with one secret."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key(secret), signed, hashlib.sha256)).decode()}"


def headers(secrets: Iterable[str], message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message that is sent now, signed with each of the secrets."""
    timestamp = int(moment.timestamp())
    return {
        ID: message_id,
        TIMESTAMP: str(timestamp),
        SIGNATURE: " ".join(sign(secret, message_id, timestamp, body) for secret in secrets),
    }


def is_genuine(secret: str, received: Mapping[str, str], body: bytes, moment: datetime) -> bool:
    """Tell whether a message is from somebody who knows the secret, and is not an old one sent again.

    Names of headers in lower case.
    """
    message_id, stamp, given = (received.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not message_id or not (stamp.isascii() and stamp.isdecimal()):
        return False
    if abs(moment.timestamp() - int(stamp)) > TOLERANCE:
        return False
    expected = sign(secret, message_id, int(stamp), body).encode()
    return any(hmac.compare_digest(expected, each.encode()) for each in given.split(" "))
