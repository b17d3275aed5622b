"""The words for what the questions that come back say about a person and a product."""

from app.quizzes.spaced.rules import Freshness, Readiness
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


def freshness(readiness: Readiness) -> str:
    """Say how fresh what somebody learned is: "Fading, 82 %"."""
    word = {
        Freshness.FRESH: _("Fresh"),
        Freshness.FADING: _("Fading"),
        Freshness.FADED: _("Faded"),
        Freshness.NOT_MEASURED: _("Not measured"),
    }[readiness.freshness]
    if readiness.percent is None:
        return word
    return _("%(word)s, %(percent)s %%") % {"word": word, "percent": readiness.percent}


def lapses(readiness: Readiness) -> str:
    """Say how often something was forgotten lately; nothing when it never was."""
    if not readiness.lapses:
        return ""
    sentence = ngettext("One forgotten in 90 days", "%(count)s forgotten in 90 days", readiness.lapses)
    return sentence % {"count": readiness.lapses}
