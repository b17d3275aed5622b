"""The words of a check: who speaks, what was read, and what is to be done."""

from collections.abc import Sequence

from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


def languages() -> list[tuple[str, str]]:
    """Return the languages that a text may be in, each by its own name."""
    return [("", _("Any language")), *i18n.LOCALES.items()]


def speakers() -> list[tuple[str, str]]:
    """Return who may be speaking."""
    return [("", _("As its labels say, else I")), ("rep", _("I, all of it"))]


def verdict(must_go: int, care: int, better: int) -> str:
    """Say in one line what is to be done about a text."""
    parts = []
    if must_go:
        parts.append(ngettext("%(num)s passage must go", "%(num)s passages must go", must_go) % {"num": must_go})
    if care:
        parts.append(_care(care, first=not parts))
    if better:
        parts.append(_better(better, first=not parts))
    return _(", ").join(parts) or _("No red line is crossed")


def _care(number: int, *, first: bool) -> str:
    if first:
        return ngettext("%(num)s passage needs care", "%(num)s passages need care", number) % {"num": number}
    return ngettext("%(num)s needs care", "%(num)s need care", number) % {"num": number}


def _better(number: int, *, first: bool) -> str:
    if first:
        return ngettext("%(num)s passage could be better", "%(num)s passages could be better", number) % {"num": number}
    return ngettext("%(num)s could be better", "%(num)s could be better", number) % {"num": number}


def what_was_read(rules: int, products: Sequence[str], characters: int) -> str:
    """Say how many red lines a text was held against."""
    values = {
        "rules": i18n.number(rules),
        "products": _(", ").join(products),
        "num": i18n.number(characters),
    }
    if products:
        return _("%(rules)s red lines for %(products)s were held against %(num)s characters.") % values
    return _("%(rules)s red lines for all products were held against %(num)s characters.") % values


def more_set_aside(number: int) -> str:
    """Say that hits were set aside."""
    sentence = ngettext("%(num)s more hit was set aside.", "%(num)s more hits were set aside.", number)
    return sentence % {"num": number} if number else ""


def too_long(characters: int, most: int) -> str:
    """Say that a text is not read."""
    sentence = _("This text has %(number)s characters; up to %(most)s are read at once. Check it in parts.")
    return sentence % {"number": i18n.number(characters), "most": i18n.number(most)}
