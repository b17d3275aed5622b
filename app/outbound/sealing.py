"""Secrets that we must be able to read again: encrypted with the installation's secret before they are stored.

AES-256-GCM with a key derived from DEALWORTHY_SECRET_KEY (HKDF, RFC 5869), one key for each purpose.
"""

import base64
import binascii
from functools import lru_cache
from secrets import token_bytes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
"""Bytes; what AES-GCM asks for."""


class SealError(Exception):
    """What was sealed cannot be opened: with another secret, for another purpose, or it was changed."""


def seal(text: str, secret_key: str, label: str) -> str:
    """Encrypt a text for one purpose, `label`; two seals of one text differ."""
    return seal_bytes(text.encode(), secret_key, label)


def unseal(sealed: str, secret_key: str, label: str) -> str:
    """Return what was sealed. Raises SealError where this secret and label do not open it."""
    return unseal_bytes(sealed, secret_key, label).decode()


def seal_bytes(whole: bytes, secret_key: str, label: str, *, bound_to: bytes = b"") -> str:
    """Encrypt bytes for one purpose; `bound_to` must be given again to open them."""
    nonce = token_bytes(_NONCE)
    return base64.b64encode(nonce + _cipher(secret_key, label).encrypt(nonce, whole, bound_to)).decode()


def unseal_bytes(sealed: str, secret_key: str, label: str, *, bound_to: bytes = b"") -> bytes:
    """Return the bytes that were sealed. Raises SealError where they cannot be opened."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 (see _cipher)

    try:
        whole = base64.b64decode(sealed, validate=True)
        return _cipher(secret_key, label).decrypt(whole[:_NONCE], whole[_NONCE:], bound_to)
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise SealError from error


@lru_cache(maxsize=16)
def _cipher(secret_key: str, label: str) -> "AESGCM":
    # six megabytes, of use only to processes that seal or open
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (see above)
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 (see above)
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 (see above)

    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=label.encode()).derive(secret_key.encode()))
