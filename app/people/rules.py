"""Rules about people that need no database: addresses, names, circles, and where a browser may be sent."""

import re
from collections.abc import Hashable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from app.web.i18n import gettext as _

T = TypeVar("T", bound=Hashable)

LONGEST_EMAIL = 200
"""As in forms; with a product beside it, an address still fits the subject of an audit entry."""
LONGEST_NAME = 200

_EMAIL = re.compile(r"[^\W][^\s@,;<>\"]*@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # and what turns the direction
_FORMULA = ("=", "+", "-", "@")
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def own_path(target: str) -> str:
    """Return `target` when it is a path of this installation, else `/`.

    Browsers read a backslash as a slash and drop tabs and line breaks, so neither may be in it.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target or _CONTROL.search(target):
        return "/"
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else "/"


def email_problem(email: str) -> str | None:
    """Say what is wrong with an e-mail address, or None."""
    if not email:
        return _("Fill this in.")
    if len(email.lower()) > LONGEST_EMAIL:  # lower case can be longer
        return _("Use at most %(count)s characters.") % {"count": LONGEST_EMAIL}
    if not _EMAIL.fullmatch(email) or _CONTROL.search(email):
        return _("Write an e-mail address, such as ana@example.com.")
    return None


def name_problem(name: str, longest: int = LONGEST_NAME) -> str | None:
    """Say what is wrong with the name of a person or a team, or None.

    Names end up in spreadsheets, where a leading `=`, `+`, `-` or `@` makes a formula of them.
    """
    if not name:
        return _("Fill this in.")
    if len(name) > longest:
        return _("Use at most %(count)s characters.") % {"count": longest}
    if _CONTROL.search(name):
        return _("Write it on one line, without control characters.")
    if name.startswith(_FORMULA):
        return _("Begin with a letter; “%(sign)s” would make a spreadsheet run it as a formula.") % {"sign": name[0]}
    return None


def circle_through(start: T, above: Mapping[T, T | None]) -> list[T]:
    """Return the circle that `start` stands in when each has the one `above` it, or an empty list."""
    way: dict[T, None] = {start: None}
    here = above.get(start)
    while here is not None and here not in way:
        way[here] = None
        here = above.get(here)
    return [*way, start] if here == start else []


def browser_name(user_agent: str) -> str:
    """Name a browser and its system for a person who looks for an unknown one: `Firefox, Linux`."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or user_agent[:60]
