"""The key that badges are signed with: made when it is first needed, kept sealed with the installation's secret.

The private half is sealed with DEALWORTHY_SECRET_KEY (see `outbound/sealing.py`). When the secret changes it cannot be
opened any more: it is retired and a new one is made. Public halves are kept for ever, so that every badge there is
stays verifiable.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.certification.certificates import queries
from app.certification.certificates.issuer import issuer
from app.certification.certificates.models import SigningKey
from app.clock import Now
from app.config import Settings
from app.database import Database
from app.outbound.sealing import SealError, seal_bytes, unseal_bytes

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

ALGORITHM = "RS256"
_BITS = 2048
_LABEL = "dealworthy badge signing key"
_KEY_LOCK = 0x6B657973  # any constant of our own; it names the making of keys to PostgreSQL
_LONGEST = 16_384
"""Characters; a badge of ours has about three thousand."""


@dataclass(frozen=True, slots=True)
class OurKey:
    """The key that signs now."""

    kid: str
    private: "RSAKey"

    def sign(self, claims: dict[str, Any]) -> str:
        """Write a credential as a compact JWT (VC-JWT, Open Badges 3.0 section 8.2); the same claims give the same."""
        from joserfc import jwt  # noqa: PLC0415 (see _keys)

        header = {"alg": ALGORITHM, "kid": address(self.kid), "typ": "JWT"}
        return jwt.encode(header, claims, self.private, algorithms=[ALGORITHM])


def _keys() -> "type[RSAKey]":
    """Import what makes and reads keys: ten megabytes, of use only to processes that sign or verify."""
    from joserfc.jwk import RSAKey  # noqa: PLC0415 (as said)

    return RSAKey


def address(kid: str) -> str:
    """Return where the public half of a key is found; its name in badges and in the key set."""
    return f"{issuer().origin}/badges/keys/{kid}"


def signing_key(database: Database, settings: Settings, moment: datetime) -> OurKey:
    """Return the key that signs, making one where there is none that opens."""
    with database.read() as session:
        found = _opened(queries.keys(session), settings.secret_key)
    if found is not None:
        return found
    made = _keys().generate_key(_BITS, private=True)  # takes long, so before the transaction
    with database.write() as session:
        return _keep(session, made, settings.secret_key, moment)


def rotate(session: Session, settings: Settings, *, by: str, moment: datetime) -> OurKey:
    """Sign with a new key from now on; badges signed with the old one stay verifiable."""
    _one_at_a_time(session)
    return _store(session, _keys().generate_key(_BITS, private=True), settings.secret_key, by=by, moment=moment)


def _keep(session: Session, made: "RSAKey", secret: str, moment: datetime) -> OurKey:
    _one_at_a_time(session)
    # somebody else may have made one while ours was being made
    return _opened(queries.keys(session), secret) or _store(session, made, secret, by="system", moment=moment)


def _store(session: Session, made: "RSAKey", secret: str, *, by: str, moment: datetime) -> OurKey:
    session.execute(update(SigningKey).where(col(SigningKey.retired_at).is_(None)).values(retired_at=moment))
    kid = made.thumbprint()
    public = {name: value for name, value in made.as_dict(private=False).items() if name in {"kty", "n", "e"}}
    session.add(SigningKey(kid=kid, public=public, sealed=_seal(made, secret, kid), created_at=moment))
    session.flush()
    audit(session, at=moment, actor=by, action="signing_key.made", subject=("signing key", kid))
    return OurKey(kid, made)


def _one_at_a_time(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(_KEY_LOCK)))


def _opened(keys: Iterable[queries.Key], secret: str) -> OurKey | None:
    for key in keys:
        if key.retired_at is None:
            return _open(key.sealed, secret, key.kid)
    return None


def opens(keys: Iterable[queries.Key], secret: str) -> bool:
    """Say whether the key that signs now can be opened with this secret."""
    return _opened(keys, secret) is not None


def _seal(key: "RSAKey", secret: str, kid: str) -> str:
    return seal_bytes(key.as_der(private=True), secret, _LABEL, bound_to=kid.encode())


@lru_cache(maxsize=8)
def _open(sealed: str, secret: str, kid: str) -> OurKey | None:
    try:
        private = unseal_bytes(sealed, secret, _LABEL, bound_to=kid.encode())
    except SealError:
        return None
    return OurKey(kid, _keys().import_key(private))


def key_set(keys: Iterable[queries.Key]) -> dict[str, Any]:
    """Return every public key, as RFC 7517 writes them."""
    return {"keys": [public_key(each) for each in keys]}


def public_key(key: queries.Key) -> dict[str, Any]:
    """Return one public key, as RFC 7517 writes it."""
    return {**key.public, "kid": address(key.kid), "alg": ALGORITHM, "use": "sig"}


def verified(token: str, keys: Iterable[queries.Key]) -> dict[str, Any] | None:
    """Return the claims of a token that one of our keys signed, ended or not; None for any other text."""
    from joserfc import jwt  # noqa: PLC0415 (see _keys)
    from joserfc.errors import JoseError  # noqa: PLC0415 (see _keys)

    if len(token) > _LONGEST:
        return None
    for each in keys:  # few; and a name in the token's header is only what its writer says
        try:
            return dict(jwt.decode(token, _keys().import_key(each.public), algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
            # the header is anybody's, and the library trusts the types of what it finds there
            continue
    return None


def _signing_key(request: Request, moment: Now) -> OurKey:
    state = request.app.state
    return signing_key(state.database, state.settings, moment)


SigningKeyDep = Annotated[OurKey, Depends(_signing_key)]
"""The key that signs. Name it before the session: making it needs a transaction of its own."""
