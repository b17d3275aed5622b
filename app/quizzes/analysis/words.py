"""What the flags and the choices of the analysis are called, and what to do about each."""

from collections.abc import Callable, Mapping
from math import floor
from typing import Final

from app.quizzes.analysis.choices import Wording
from app.quizzes.analysis.flags import CRITICAL_FACILITY, Flag, FlagKind
from app.web.i18n import N_, number, pgettext
from app.web.i18n import gettext as _

FLAGS: Final[Mapping[FlagKind, str]] = {
    FlagKind.KEY_SUSPECT: N_("Key suspect"),
    FlagKind.CRITICAL_MISSED: N_("Critical and missed"),
    FlagKind.NEGATIVE: N_("Negative discrimination"),
    FlagKind.REPORTED: N_("Reported"),
    FlagKind.TOO_HARD: N_("Too hard"),
    FlagKind.WEAK: N_("Weak discrimination"),
    FlagKind.UNANSWERED: N_("Often left empty"),
    FlagKind.SLOW: N_("Slow"),
    FlagKind.UNUSED: N_("Option nobody chooses"),
    FlagKind.TOO_EASY: N_("Too easy"),
}

_ADVICE: Final[Mapping[FlagKind, Callable[[], str]]] = {
    FlagKind.KEY_SUSPECT: lambda: _(
        "More of the best third gave “%(choices)s” than the right answer. Check the key, then mark the item again."
    ),
    FlagKind.CRITICAL_MISSED: lambda: _(
        "Only %(amount)s %% know this, and a critical item should be near 100 %%. "
        "Look at the lesson and at the wording before more people fail."
    ),
    FlagKind.NEGATIVE: lambda: _(
        "Those who know more get this wrong more often (%(amount)s). The key may be wrong: check it."
    ),
    FlagKind.REPORTED: lambda: _("Reps say that something is wrong here: read what they wrote."),
    FlagKind.TOO_HARD: lambda: _(
        "Only %(amount)s %% of the points were earned. Teach it better, word it better, or take it out."
    ),
    FlagKind.WEAK: lambda: _(
        "This hardly tells those who know from those who do not (%(amount)s). Look for two readings of the question."
    ),
    FlagKind.UNANSWERED: lambda: _("%(amount)s %% left this empty. Ask less at once, or give more time."),
    FlagKind.SLOW: lambda: _(
        "It takes %(amount)s seconds, far more than the others. Shorten the text, or split the question."
    ),
    FlagKind.UNUSED: lambda: _("Nobody chose “%(choices)s”. Write a wrong answer that somebody might believe."),
    FlagKind.TOO_EASY: lambda: _(
        "Nearly everybody gets this right (%(amount)s %%). Keep it if everybody must know it; else ask for more."
    ),
}

_WORDINGS: Final[Mapping[Wording, str]] = {
    Wording.TRUE: N_("True"),
    Wording.FALSE: N_("False"),
    Wording.NOTHING: N_("Nothing"),
    Wording.OTHER: N_("Other answers"),
}


_IN_QUOTES: Final = "“%(choices)s”"
_QUOTES: Final = ("“”", "「」", '""')
_SECOND_LEVEL: Final = str.maketrans("“”「」", "‘’『』")


def name(flag: Flag) -> str:
    """Name a flag in a word or two."""
    return _(FLAGS[flag.kind])


def advice(flag: Flag) -> str:
    """Say what a flag means and what to do."""
    sentence = _ADVICE[flag.kind]()
    choices = [said(each).rstrip(".。") for each in flag.choices]
    between = pgettext("list", ", ")
    if _IN_QUOTES in sentence:
        choices, between = [_within_quotes(each) for each in choices], f"”{between}“"
    amount = number(round(flag.amount))
    if flag.kind is FlagKind.CRITICAL_MISSED and round(flag.amount) >= CRITICAL_FACILITY:
        amount = number(round(flag.amount, 1))
    if flag.kind is FlagKind.NEGATIVE and round(flag.amount) == 0:
        amount = number(floor(flag.amount * 10) / 10)
    return sentence % {"amount": amount, "choices": between.join(choices)}


def _within_quotes(text: str) -> str:
    """Write a choice to stand in quotation marks: those around all of it go, others become those of a second level."""
    for opening, closing in _QUOTES:
        if text.startswith(opening) and text.find(closing, 1) == len(text) - 1:
            return text[1:-1]
    return text.translate(_SECOND_LEVEL)


def said(text: str) -> str:
    """Write a choice: its own text, or a word for what has none."""
    return _(_WORDINGS[text]) if isinstance(text, Wording) else text
