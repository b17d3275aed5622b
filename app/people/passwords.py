"""Passwords: hashed with argon2id, checked in bounded parallel, upgraded when the parameters change."""

from threading import BoundedSemaphore

from passlib.context import CryptContext

SHORTEST = 10
"""Fewest characters of a password (NIST SP 800-63B asks for at least 8)."""
LONGEST = 200
"""Most characters of a password, so that nobody makes us hash a megabyte."""

# OWASP's minimum for argon2id: about 25 ms and 19 MiB a hash, so a few at once is all a small machine should do
_context = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)
_at_once = BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    with _at_once:
        return str(_context.hash(password))


def check_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Say whether the password is right, and give the hash to store instead when the old one is too weak.

    Without a stored hash it takes as long, so that nobody can tell which accounts exist.
    """
    with _at_once:
        if stored is None or len(password) > LONGEST:
            _context.dummy_verify()
            return False, None
        right, replacement = _context.verify_and_update(password, stored)
        return right, replacement
