"""A text that is being checked: as typed or out of a file, with how it is said. It lives as long as its request."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from starlette.datastructures import FormData, UploadFile

from app.conduct.checking import placing, words
from app.conduct.checking.forms import ReviewForm, SaidForm, text_of
from app.redlines.checking import MOST_CHARACTERS, Circumstances
from app.redlines.documents import UnreadableError, read
from app.redlines.documents.places import Part
from app.redlines.documents.words import place_words
from app.redlines.documents.words import words as refusal
from app.web.forms import Bound, bind, blank
from app.web.i18n import gettext as _

LARGEST_FILE: Final = 10_000_000
"""Bytes of a file that the page takes; it is read and not kept."""

_TITLE: Final = 80
_MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Draft:
    """A text with how it is said.

    `places` are those of the file it came from, as the form carries them; `unread` names places of that file that
    hold no text; `problem` says why the text cannot be checked.
    """

    text: str
    said: Bound[SaidForm]
    review: Bound[ReviewForm]
    places: str = ""
    unread: str = ""
    problem: str = ""

    @property
    def circumstances(self) -> Circumstances:
        """How the text is said; what cannot be read restricts nothing."""
        return self.said.data.circumstances if self.said.data else Circumstances()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Where the text stands in its file; empty for what was typed."""
        return placing.parts_in(self.text, self.places)

    def products(self, known: Collection[str]) -> tuple[str, ...]:
        """Return the products chosen, of those that are sold."""
        return tuple(slug for slug in self.said.data.products if slug in known) if self.said.data else ()

    def title(self) -> str:
        """Return what to call it when nobody gave it a title: its beginning, or that of the note."""
        said = self.text.strip() or str(self.review.get("note"))
        line = said.partition("\n")[0].strip()
        return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"

    def key(self, person_id: int) -> str:
        """Return what is the same when the same form is sent again, and another once something in it was changed."""
        said = self.said.values
        whole = [person_id, self.text, self.review.values, {name: said[name] for name in sorted(said)}]
        written = json.dumps(whole, sort_keys=True)
        return sha256(written.encode()).hexdigest()


def empty(products: Collection[str]) -> Draft:
    """Return a page's draft before anybody typed."""
    return Draft("", blank(product=list(products)), blank())


def draft_of(raw: FormData) -> Draft:
    """Read what was sent: the text that was typed, or the file in its stead."""
    places = raw.get("places")
    draft = Draft(text_of(raw), bind(SaidForm, raw), bind(ReviewForm, raw), places if isinstance(places, str) else "")
    file = raw.get("file")
    if isinstance(file, UploadFile) and file.filename:
        draft = _of_file(draft, file.file.read(LARGEST_FILE + 1), file.filename)
    if len(draft.text) > MOST_CHARACTERS:
        draft = replace(draft, problem=draft.problem or words.too_long(len(draft.text), MOST_CHARACTERS))
    return draft


def _of_file(draft: Draft, data: bytes, name: str) -> Draft:
    if len(data) > LARGEST_FILE:
        sentence = _("This file is too large; up to %(megabytes)s MB are read here.")
        return replace(draft, problem=sentence % {"megabytes": LARGEST_FILE // 1_000_000})
    try:
        reading = read(data, name)
    except UnreadableError as error:
        return replace(draft, problem=refusal(error))
    text = reading.original.source if reading.original else reading.text
    named = [place_words(each) for each in reading.unread[:_MOST_NAMED]]
    return replace(
        draft,
        text=text.replace("\r\n", "\n").replace("\r", "\n"),
        places=placing.carried(reading),
        unread=_(", ").join(named) + ("…" if len(reading.unread) > _MOST_NAMED else ""),
    )
