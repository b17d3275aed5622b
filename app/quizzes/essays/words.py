"""The words for how long an essay has waited."""

from datetime import datetime

from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


def waited(since: datetime, moment: datetime) -> str:
    """Say how long something has waited: "3 days", "5 hours", "less than an hour"."""
    days, hours = divmod(max(0, int((moment - since).total_seconds())) // 3600, 24)
    if days:
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": i18n.number(days)}
    if hours:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": i18n.number(hours)}
    return _("less than an hour")
