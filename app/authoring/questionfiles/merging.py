"""What becomes of a quiz when questions from a file are put into it?

A question with the id of one that is there replaces it; what the file says in one language leaves the others of an
equal text alone. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalog.text import LOCALES, localized

LONGEST_ID = 80
MOST_ITEMS = 5_000

Document = dict[str, Any]


class Change(StrEnum):
    """What a question from a file does to the quiz."""

    NEW = "new"
    REPLACES = "replaces"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Merged:
    """The questions of the quiz afterwards, and what each question of the file does, in the file's order."""

    items: tuple[Document, ...]
    changes: tuple[tuple[str, Change], ...]

    @property
    def counts(self) -> Mapping[Change, int]:
        """How many questions are new, replace another, or change nothing."""
        return {change: sum(each is change for _id, each in self.changes) for change in Change}


class FullError(ValueError):
    """The quiz would hold more questions than it can."""


def merge(
    stored: Sequence[Document], read: Iterable[Document], *, locale: str, as_new: bool = False, limit: bool = True
) -> Merged:
    """Put questions into a quiz: at the place of the one with the same id, or at the end.

    `locale` is the language that the file is in. With `as_new` none replaces another; ids that are taken get a
    number. Raises FullError when there are too many, unless `limit` is off.
    """
    items = list(stored)
    places = {item["id"]: place for place, item in enumerate(items)}
    changes: list[tuple[str, Change]] = []
    for document in read:
        place = places.get(document["id"])
        if place is not None and as_new:
            document, place = {**document, "id": _free(document["id"], places)}, None  # noqa: PLW2901 (renamed)
        if place is None:
            places[document["id"]] = len(items)
            items.append(document)
            changes.append((document["id"], Change.NEW))
            continue
        merged = in_language(items[place], document, locale)
        changes.append((document["id"], Change.UNCHANGED if merged == items[place] else Change.REPLACES))
        items[place] = merged
    if limit and len(items) > MOST_ITEMS:
        raise FullError
    return Merged(tuple(items), tuple(changes))


def in_language(stored: Any, read: Any, locale: str) -> Any:
    """Give what was read, with the other languages of the texts that stand at the same places."""
    if isinstance(read, str) and _is_text(stored):
        return stored if localized(stored, locale) == read else {**stored, locale: read}
    if isinstance(read, dict) and isinstance(stored, dict) and not _is_text(stored):
        return {key: in_language(stored.get(key), value, locale) for key, value in read.items()}
    if isinstance(read, list) and isinstance(stored, list) and len(read) == len(stored):
        return [in_language(one, other, locale) for one, other in zip(stored, read, strict=True)]
    return read


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and value.keys() <= set(LOCALES)


def _free(name: str, taken: Mapping[str, int]) -> str:
    number = 2
    while (free := f"{name[: LONGEST_ID - len(str(number)) - 1]}-{number}") in taken:
        number += 1
    return free
