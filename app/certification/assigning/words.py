"""The words for rules: whom they ask, and by when."""

from collections.abc import Iterator

from app.certification.assigning.queries import ListedRule
from app.certification.models import DueFrom
from app.people.labels import role_names
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


def whom(rule: ListedRule) -> str:
    """Say whom a rule is for: "Reps · team Iberia and below · hired from 1 Jan 2026"."""
    return " · ".join(_whom(rule)) or _("Everybody")


def _whom(rule: ListedRule) -> Iterator[str]:
    if rule.role is not None:
        yield _("Role %(role)s") % {"role": role_names()[rule.role]}
    if rule.team is not None:
        yield _("Team %(team)s and below") % {"team": rule.team}
    if rule.manager is not None:
        yield _("Led by %(name)s") % {"name": rule.manager}
    if rule.region is not None:
        yield _("Region %(region)s") % {"region": rule.region}
    if rule.hired_from is not None:
        yield _("Hired on %(day)s or later") % {"day": i18n.day(rule.hired_from)}
    if rule.hired_through is not None:
        yield _("Hired on %(day)s or before") % {"day": i18n.day(rule.hired_through)}


def due(rule: ListedRule) -> str:
    """Say by when a rule asks: "30 days after the hire"."""
    if rule.due_from is DueFrom.NOTHING:
        return _("No due date")
    if rule.due_from is DueFrom.HIRED:
        sentence = ngettext("%(count)s day after the hire", "%(count)s days after the hire", rule.due_days)
    elif rule.due_from is DueFrom.ASSIGNED or rule.launch_on is None:
        sentence = ngettext("%(count)s day after being asked", "%(count)s days after being asked", rule.due_days)
    elif rule.due_days == 0:
        return _("By the launch on %(day)s") % {"day": i18n.day(rule.launch_on)}
    else:
        sentence = ngettext(
            "%(count)s day before the launch on %(day)s", "%(count)s days before the launch on %(day)s", rule.due_days
        )
    launch = i18n.day(rule.launch_on) if rule.launch_on else ""
    return sentence % {"count": i18n.number(rule.due_days), "day": launch}


def due_choices() -> list[tuple[str, str]]:
    """List what a due date may be counted from."""
    return [
        (DueFrom.ASSIGNED.value, _("Days after being asked")),
        (DueFrom.HIRED.value, _("Days after the hire")),
        (DueFrom.LAUNCH.value, _("Days before a launch")),
        (DueFrom.NOTHING.value, _("No due date")),
    ]
