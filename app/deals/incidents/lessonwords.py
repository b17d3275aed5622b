"""What is said of an item that red lines were crossed after, and of a red line without a title."""

from app.deals.incidents.predicting import Comparison, Share, Verdict
from app.web import i18n
from app.web.i18n import gettext as _


def sentence(found: Comparison) -> str:
    """Say what the numbers of an item mean; of too few people nothing."""
    values = {"crossed": percent(found.crossed), "others": percent(found.others)}
    return {
        Verdict.TOO_FEW: "",
        Verdict.NOBODY_KNEW: _(
            "Nobody who later crossed the line had got this right; of the others %(others)s got it wrong."
        ),
        Verdict.PREDICTED: _(
            "Of those who later crossed the line %(crossed)s had got this wrong, of the others %(others)s."
        ),
        Verdict.OPPOSITE: _(
            "Those who later crossed the line had got this right more often. Look at the question and its key."
        ),
        Verdict.NO_DIFFERENCE: _("It does not tell those who later crossed the line from the others."),
    }[found.verdict] % values


def percent(share: Share) -> str:
    """Write a share; a dash where there is nobody."""
    return "–" if share.value is None else _("%(percent)s %%") % {"percent": i18n.number(round(100 * share.value))}


def difference(found: Comparison) -> str:
    """Write the difference with its interval, in percentage points: +60 (+20 to +80)."""
    if found.difference is None or found.interval is None:
        return "–"
    low, high = found.interval
    return _("%(difference)s (%(low)s to %(high)s)") % {
        "difference": _points(found.difference),
        "low": _points(low),
        "high": _points(high),
    }


def _points(share: float) -> str:
    points = round(100 * share)
    return f"+{i18n.number(points)}" if points > 0 else i18n.number(points).replace("-", "−")


def quarter(year: int, part: int) -> str:
    """Name a quarter in a few letters."""
    return _("Q%(quarter)s %(year)s") % {"quarter": part, "year": year}
