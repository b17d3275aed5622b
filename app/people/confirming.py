"""Proving again who somebody is, before they sign something: the password once more."""

from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from app.errors import TooManyRequestsError
from app.people import limits
from app.people.models import Person
from app.people.passwords import check_password
from app.web.i18n import gettext as _

TRIES = 10
"""Wrong passwords of one person within `limits.WINDOW`."""


class Signer(Protocol):
    """Whoever signs."""

    @property
    def id(self) -> int:
        """The person's id."""


def confirm_password(session: Session, signer: Signer, password: str, moment: datetime) -> str:
    """Return what is wrong with a re-entered password as a sentence that says what to do; empty when it is right.

    Tries are counted, so the session must be committed whatever the answer is: show the form again, with the sentence
    beside the field, rather than raise an error.
    """
    stored = session.get_one(Person, signer.id).password_hash
    if stored is None:
        return _("Your account has no password to sign with. Ask an administrator for a link to set one.")
    key = f"confirm:{signer.id}"
    try:
        limits.count(session, key, TRIES, moment)
    except TooManyRequestsError as error:
        return error.message
    right, _replacement = check_password(password, stored)
    if not right:
        return _("This is not your password. Nothing was signed yet.")
    limits.clear(session, key)
    return ""
