"""Places and refusals in words, in the language of whoever reads."""

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.limits import MOST_BYTES, MOST_CHARACTERS, MOST_SAID
from app.redlines.documents.places import Place
from app.web.i18n import gettext as _

_PICTURES = frozenset({"pdf", "docx", "pptx"})


def words(error: UnreadableError) -> str:
    """Say in one sentence why a file is not read, and what would help."""
    if error.code is Code.NO_TEXT:
        if error.kind in _PICTURES:
            return _("There is no text in this file; pictures of text are not read.")
        return _("There is no text in this file.")
    sentences = {
        Code.UNKNOWN_KIND: _(
            "Files of this kind are not read. Text, Markdown, WebVTT, SRT, Word (.docx), PowerPoint (.pptx), PDF, mail "
            "(.eml) and HTML are."
        ),
        Code.TOO_LARGE: _("This file is too large; up to {megabytes} MB are read."),
        Code.ENCRYPTED: _("This file is protected with a password; save it without one."),
        Code.DAMAGED: _("This file is damaged or not what its name says, and cannot be opened."),
        Code.TOO_MUCH_TEXT: _("There is too much text in this file; up to {millions} million characters are read."),
        Code.TOO_COMPLEX: _("This file takes too long to read; save it in smaller parts."),
        Code.BUSY: _("Other files are being read at the moment; try again."),
    }
    characters = MOST_SAID if error.kind in {"vtt", "srt"} else MOST_CHARACTERS
    return sentences[error.code].format(megabytes=MOST_BYTES // 1_000_000, millions=characters // 1_000_000)


def place_words(place: Place) -> str:
    """Say where in a file something stands, such as `slide 3 (Pricing)`."""
    said = _where(place)
    if place.label and place.kind in {"slide", "notes", "page", "paragraph", "table", "cue"} and place.number:
        said = _("{place} ({label})").format(place=said, label=place.label)
    return _("{file}: {place}").format(file=place.file, place=said) if place.file else said


def _where(place: Place) -> str:
    if place.kind == "paragraph" and place.number is None:
        beside = {"header": _("header"), "footer": _("footer"), "footnote": _("footnote")}
        return beside.get(place.label, place.label)
    if place.kind == "attachment":
        return place.label
    sentences = {
        "page": _("page {number}"),
        "slide": _("slide {number}"),
        "notes": _("notes of slide {number}"),
        "paragraph": _("paragraph {number}"),
        "table": _("table {number}"),
        "cue": _("cue {number}"),
        "line": _("line {number}"),
        "subject": _("subject"),
        "body": _("body"),
    }
    return sentences[place.kind].format(number=place.number)
