"""A form that is sent twice is stored once, by the key that its page gave it."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.errors import ConflictError
from app.people.models import Person
from app.web.i18n import gettext as _

T = TypeVar("T")


def stored_before(session: Session, with_key: Select[T], person_id: int, sender: Callable[[T], Any]) -> T | None:
    """Return what a person's form with this key stored when it was sent before; None the first time.

    The forms of one person wait for each other, so that two clicks at once are two clicks. Raises ConflictError for
    a key that somebody else has used.
    """
    # the key is shared, so that nobody who only names the person in a row of theirs waits
    session.execute(select(col(Person.id)).where(col(Person.id) == person_id).with_for_update(key_share=True))
    known = session.scalar(with_key)
    if known is not None and sender(known) != person_id:
        raise ConflictError(_("Open the page again: this form has been sent already."))
    return known
