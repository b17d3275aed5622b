"""The mail that tells somebody one thing or several, in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog.text import Text
from app.notices.rules import gravity
from app.notices.words import line
from app.web.i18n import gettext as _
from app.web.i18n import ngettext, speaking


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as a reader gets it."""

    id: int
    kind: str
    params: Mapping[str, Any]
    url: str
    urgent: bool
    product: Text | None


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """What a mail says."""

    subject: str
    text: str


def letter(name: str, locale: str, notices: Sequence[Told], origin: str) -> WrittenLetter:
    """Write a mail about `notices`, at least one, the gravest first, each with the address at which to do something."""
    notices = sorted(notices, key=lambda each: gravity(each.kind, urgent=each.urgent))
    with speaking(locale):
        lines = [line(each.kind, each.params, each.product) for each in notices]
        parts = [
            "\n".join(filter(None, (each.title, each.text, f"{origin}{notice.url}")))
            for each, notice in zip(lines, notices, strict=True)
        ]
        count = len(lines)
        subject = lines[0].title
        if count > 1:
            more = ngettext("%(title)s, and %(count)s more", "%(title)s, and %(count)s more", count - 1)
            subject = more % {"title": subject, "count": count - 1}
        foot = _("All that you were told: %(url)s") % {"url": f"{origin}/notices"}
        wishes = _("How often you are written to: %(url)s") % {"url": f"{origin}/notices/wish"}
        greeting = _("Hello %(name)s,") % {"name": name}
        return WrittenLetter(subject, "\n\n".join([greeting, *parts, f"-- \n{foot}\n{wishes}"]) + "\n")
