"""Writing the questions of a quiz in a format of other systems."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.catalog.media import references
from app.catalog.mediastore import named_bytes
from app.quizzes.interchange.formats import FORMATS
from app.quizzes.interchange.outcome import Written


def write(session: Session, items: list[Mapping[str, Any]], format_name: str, locale: str) -> Written:
    """Write questions in a format and a language. Raises KeyError for a format that is only read."""
    writer = FORMATS[format_name].write
    if writer is None:
        raise KeyError(format_name)
    names = {name for item in items for _trail, name in references(item)}
    media = {}
    for name in sorted(names):
        try:
            media[name] = named_bytes(session, name)
        except LookupError:  # a draft may name what was never stored; the writer names the loss
            continue
    return writer(items, media, locale)
