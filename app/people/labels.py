"""What pages call the roles."""

from app.people.models import Role
from app.web.i18n import gettext as _


def role_names() -> dict[Role, str]:
    """Name each role, in the language of the request."""
    return {
        Role.REP: _("Rep"),
        Role.TRAINER: _("Trainer"),
        Role.MANAGER: _("Manager"),
        Role.COMPLIANCE: _("Compliance"),
        Role.ADMIN: _("Admin"),
    }
