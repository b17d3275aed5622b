"""What a browser may send about field notes."""

from typing import Annotated

from pydantic import StringConstraints

from app.deals.fieldnotes.models import NoteKind, NoteRoot
from app.web.forms import Form

_Slug = Annotated[str, StringConstraints(max_length=80)]
_LedTo = Annotated[str, StringConstraints(max_length=300)]


class NoteForm(Form):
    """What a customer said; `key` is the same for a second click."""

    key: Annotated[str, StringConstraints(min_length=16, max_length=64)]
    product: _Slug
    kind: NoteKind
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    root: NoteRoot
    root_text: Annotated[str, StringConstraints(max_length=1000)] = ""


class AnswerForm(Form):
    """What a trainer answers; `led_to` is a part of the product's content, else `led_to_words` says it."""

    answer: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    led_to: _LedTo = ""
    led_to_words: _LedTo = ""


class CloseForm(Form):
    """What a note led to, where that was not said with the answer."""

    led_to: _LedTo = ""
    led_to_words: _LedTo = ""


class ListForm(Form):
    """Which notes to list."""

    product: _Slug = ""
    kind: Annotated[str, StringConstraints(max_length=20)] = ""
    root: Annotated[str, StringConstraints(max_length=20)] = ""
    status: Annotated[str, StringConstraints(max_length=20)] = "waiting"
