"""Where the sentence around a passage begins and ends, so that approved wording can stand in its place."""

import re
from typing import Final

FURTHEST: Final = 600
"""Characters looked at on each side of a passage; in a longer sentence the passage alone is replaced."""

_STOP: Final = re.compile(
    r"[。！？!?]+[”’」』）\"')]*"
    r"|(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)"
    r"\.+[”’\"')]*(?=\s|\Z)"
    r"|\n(?![a-z])"
)
"""The end of a sentence: its stop with the quotation marks after it, or a line that the next one does not go on."""

_LEADS: Final = re.compile(
    r"(?:\s|<[^<>\n]{0,80}>|[>•·–*-]+\s|\d{1,3}[.)、]\s?|[“‘「『\"'(（])*(?:[^\W\d_][\w .]{0,30}(?::\s|：)\s*)?"
)
"""What stands before the words of a sentence and stays: marks of lists, quotations and transcripts, who speaks."""

_IS_SENTENCE: Final = re.compile(r"[.。！？!?][”’」』\"')]*\Z")


def is_sentence(wording: str) -> bool:
    """Tell whether a wording is a sentence of its own, which cannot stand inside another."""
    return bool(_IS_SENTENCE.search(wording))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around a passage begins and ends; the passage itself where that is too far away."""
    window = max(0, start - FURTHEST)
    stops = list(_STOP.finditer(text, window, start))
    following = _STOP.search(text, end - 1, min(len(text), end + FURTHEST))
    if (window and not stops) or (following is None and end + FURTHEST < len(text)):
        return start, end
    first = stops[-1].end() if stops else 0
    lead = _LEADS.match(text, first, start)
    first = lead.end() if lead else first
    last = len(text) if following is None else following.end()
    if following and following[0] == "\n":
        last -= 1
    return first, max(end, last)
