"""Ids of items that come from files: the same file gives the same ids again."""

import hashlib
import re
import unicodedata
from typing import Final

from app.catalog.document import SLUG

LONGEST: Final = 80
_READABLE: Final = 60
_DIGEST: Final = 8
_SLUG: Final = re.compile(SLUG)
_TAKE: Final = 1_000


def slug(text: str) -> str:
    """Give a readable id for a text; a digest of it takes the place of letters that an id cannot hold."""
    text = text.strip()
    if len(text) <= LONGEST and _SLUG.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKD", text[:_TAKE]).casefold()
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    words = re.sub(r"[^a-z0-9]+", "-", kept).strip("-")
    readable = words if len(words) <= _READABLE else words[: _READABLE + 1].rpartition("-")[0] or words[:_READABLE]
    is_whole = all(character.isascii() or not character.isalnum() for character in kept)
    if readable and is_whole:
        return readable
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
    return f"{readable[: _READABLE - _DIGEST - 1].strip('-') or 'q'}-{digest}"


class Ids:
    """Gives every item of one file an id of its own."""

    def __init__(self) -> None:
        """Begin with no id taken."""
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def give(self, *candidates: str | None) -> str:
        """Take the id of the first candidate that says anything: an id, a title, the prompt."""
        wish = slug(next((each for each in candidates if each and each.strip()), ""))
        found, number = wish, self._next.get(wish, 2)
        while found in self._taken:
            ending = f"-{number}"
            found = wish[: LONGEST - len(ending)].rstrip(".-") + ending
            number += 1
        self._next[wish] = number
        self._taken.add(found)
        return found
