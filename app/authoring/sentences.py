"""What is wrong with a document, in the language of whoever writes it on the web.

The models say it in English, as `dealworthy lint` prints it, and about files; a page speaks about fields.
"""

import re
from collections.abc import Callable
from typing import Final

from app.web.i18n import gettext as _

_SENTENCES: Final[tuple[tuple[str, Callable[[], str]], ...]] = (
    (r"is missing; a lesson of kind video .*", lambda: _("Write the address of the video.")),
    (r"is missing; a lesson of kind case .*", lambda: _("Tell the customer case: industry, result and source.")),
    (r"is missing; a lesson of kind .* leads somewhere", lambda: _("Write the address to which it leads.")),
    (r"is missing; category missing_required_statement needs it",
     lambda: _("Write what must be said, or choose another category.")),
    (r"is missing|is empty", lambda: _("Fill this in.")),
    (r"must be a whole number", lambda: _("Write a whole number.")),
    (r"must be a number", lambda: _("Write a number.")),
    (r"must be at least (?P<limit>\S+)", lambda: _("Use %(limit)s or more.")),
    (r"must be more than (?P<limit>\S+)", lambda: _("Use more than %(limit)s.")),
    (r"must be at most (?P<limit>\S+)", lambda: _("Use %(limit)s or less.")),
    (r"must be less than (?P<limit>\S+)", lambda: _("Use less than %(limit)s.")),
    (r"must be a day such as \S+", lambda: _("Write a date, such as 2026-11-21.")),
    (r"must begin with https:// or with a single /", lambda: _("Begin with https:// or with a single /.")),
    (r"must be one of: .*", lambda: _("Choose one of the list.")),
    (r"must be an id .*", lambda: _("Use lower-case letters, digits, dots and hyphens, such as what-it-is.")),
    (r"must be a region code such as CN", lambda: _("Use codes such as CN or US-CA.")),
    (r"must be later than from: .*", lambda: _("Choose a day after the first one.")),
    (r"asks for lessons alone; .*",
     lambda: _("Lessons stay done, so nobody could renew: ask for the red lines, a quiz or a demonstration too.")),
    (r"lesson: all covers the other lessons",
     lambda: _("“Every lesson” covers the single lessons: untick one or the others.")),
    (r"is longer than the (?P<months>\d+) months of validity",
     lambda: _("This is longer than the %(months)s months for which it holds.")),
    (r"must cover the renewal window of (?P<days>\d+) days .*",
     lambda: _("This is shorter than the renewal window of %(days)s days.")),
    (r"the weights do not add up to a full mark of 1",
     lambda: _("The weights of the right options do not add up to 1.")),
    (r"must have at most (?P<limit>\d+) .*", lambda: _("At most %(limit)s are allowed.")),
    (r"is longer than (?P<limit>\d+) characters", lambda: _("At most %(limit)s characters are allowed.")),
    (r"there is no (?:redlines.yaml|active red line) to attest to", lambda: _("There are no red lines to sign yet.")),
    (r"leaves out .*, whose file this is", lambda: _("Tick this product too, or none at all.")),
    (r"another (?:lesson|item|rule) has this id", lambda: _("This id is taken; write another.")),
    (r"another option says the same", lambda: _("Another option says the same.")),
    (r"exactly one option must be correct, .*", lambda: _("Mark exactly one option as right.")),
    (r"at least one option must be correct", lambda: _("Mark at least one option as right.")),
    (r"at least one option must be wrong", lambda: _("At least one option must be wrong.")),
    (r"another pair has the same .*", lambda: _("Another pair says the same.")),
    (r"accepts every answer", lambda: _("This accepts every answer.")),
    (r"is asked for twice", lambda: _("This is asked for twice.")),
    (r"must have at least (?P<limit>\d+) .*", lambda: _("At least %(limit)s needed.")),
    (r"is (?P<length>\S+) characters long.*; at most (?P<limit>\S+) are allowed",
     lambda: _("This has %(length)s characters; at most %(limit)s are allowed.")),
    (r"a page needs a text below its front matter", lambda: _("Write the page.")),
    (r"stands under must_flag too", lambda: _("This sentence also stands under “must be flagged”.")),
    (r"is not flagged: .*nothing of the rule matches", lambda: _("This must be flagged, and no phrase matches it.")),
    (r"is not flagged: .* is downgraded: .*",
     lambda: _("This must be flagged, and is only set aside: it is denied, asked or said of somebody else.")),
    (r"is not flagged: (?P<why>.*)", lambda: _("This must be flagged, and is not: %(why)s")),
    (r"must not be flagged: (?P<what>.*) is flagged", lambda: _("This must stay free, and %(what)s is flagged.")),
    (r"cannot be the wording to use: (?P<what>.*) crosses (?P<rule>\S+)",
     lambda: _("This wording crosses a red line itself: %(what)s (%(rule)s).")),
    (r"cannot be the wording to use: (?P<why>.*)", lambda: _("This cannot be the wording to use: %(why)s")),
    (r"cannot be used: (?P<rule>\S+) has the same phrase with severity (?P<severity>\S+)",
     lambda: _("The red line %(rule)s has the same phrase, and another answer to “When it is found”.")),
    (r"cannot be used: (?P<why>.*)", lambda: _("This phrase cannot be used: %(why)s")),
    (r"(?P<what>.*) is empty after folding", lambda: _("%(what)s holds no word or character that can be found.")),
    (r"(?P<what>.*) is a single Chinese character|a single Chinese character",
     lambda: _("A single Chinese character is found nearly everywhere; write at least two.")),
    (r"holds an empty alternative", lambda: _("One side of | is empty.")),
    (r"a sequence begins and ends with a phrase, not with a gap",
     lambda: _("Begin and end with a word; … stands between two.")),
    (r"two gaps in a row; write one", lambda: _("Two … in a row; write one.")),
    (r".* has (?P<count>\S+) expansions, at most (?P<limit>\S+) are allowed",
     lambda: _("This phrase has %(count)s forms; at most %(limit)s are allowed. Split it.")),
    (r"needs (?P<limit>\d+) examples in English, has (?P<count>\d+)",
     lambda: _("Give %(limit)s examples in English; there are %(count)s.")),
    (r"needs (?P<limit>\d+) examples in Chinese, has (?P<count>\d+)",
     lambda: _("Give %(limit)s examples in Chinese; there are %(count)s.")),
    (r"there is no lesson (?P<name>\S+)|.* has no lesson (?P<other>\S+)", lambda: _("There is no such lesson.")),
    (r"there is no quiz (?P<name>\S+)", lambda: _("There is no such quiz.")),
    (r"there is no red line .*|.* has no red line .*", lambda: _("There is no such red line.")),
    (r"match covers en, so .*", lambda: _("Write in English what to say instead.")),
    (r"match covers zh, so .*", lambda: _("Write in Chinese what to say instead.")),
    (r"asks for (?P<draw>\d+) items, .* there are (?P<count>\d+)",
     lambda: _("This asks for %(draw)s questions, and there are %(count)s.")),
)  # fmt: skip


def sentence(message: str) -> str:
    """Say what a document's model found in the language of the request; what has no translation stays as it is."""
    for pattern, words in _SENTENCES:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            said = words()
            return said % match.groupdict() if "%(" in said else said
    return message
