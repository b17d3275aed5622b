"""What a sentence must still be about: anchors, found as the phrases of red lines are."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from app.redlines.problems import RuleError

if TYPE_CHECKING:
    from app.redlines.matcher import Matcher

_EVERYWHERE: Final = dict.fromkeys(("negated", "attributed", "quoted", "question"), "ignore")


def missing_anchors(text: str, anchors: Iterable[str], locale: str) -> tuple[str, ...]:
    """Return the anchors of which a text holds no alternative; alternatives are split by `|`.

    English words count in all of their forms. Raises problems.RuleError for an anchor that cannot be found.
    """
    entries = tuple(anchors)
    found = {finding.red_line for finding in _matcher(entries, locale.partition("-")[0]).check_all(text)}
    return tuple(entry for number, entry in enumerate(entries) if str(number) not in found)


def anchor_faults(anchors: Iterable[str], locale: str) -> tuple[tuple[int, str], ...]:
    """Return which anchors can never be found, by their places from 0, and why."""
    try:
        _matcher(tuple(anchors), locale.partition("-")[0])
    except RuleError as error:
        return tuple((int(each.rule), each.message) for each in error.problems)
    return ()


@lru_cache(maxsize=512)
def _matcher(anchors: tuple[str, ...], language: str) -> "Matcher":
    from app.redlines.matcher import Matcher  # noqa: PLC0415 (see cache)

    return Matcher(
        {
            "id": str(number),
            "severity": "coach",
            "said_by": ["any"],
            "match": {language: [{"seq": [entry]}]},
            "unless": _EVERYWHERE,
        }
        for number, entry in enumerate(anchors)
    )
