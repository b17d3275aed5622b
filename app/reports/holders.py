"""Whose record somebody may open: that of the people in their own branch."""

from sqlmodel import Session

from app.errors import NotFoundError
from app.people.access import CurrentPerson
from app.reports.queries import branch
from app.reports.record import Holder, holder
from app.web.i18n import gettext as _


def holder_in_branch(session: Session, viewer: CurrentPerson, person_id: int) -> Holder:
    """Find somebody whom the viewer may look at. Raises NotFoundError."""
    found = holder(session, person_id)
    below = branch(session, viewer)
    if found is None or not (below is None or person_id in below):
        raise NotFoundError(_("There is no such person in your part of the company."))
    return found
