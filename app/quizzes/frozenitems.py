"""Wordings of items, read and parsed once in a process: one that is stored never changes, its digest stands for it."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from functools import cached_property
from threading import Lock
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.document import digest
from app.database import rows
from app.quizzes.itemcontent import Item as ItemContent
from app.quizzes.items import Item, parse_item
from app.quizzes.models import ItemVersion

MOST = 2_000
"""Wordings that a process keeps; one of a few options takes about ten kilobytes."""

_CONTENT: TypeAdapter[ItemContent] = TypeAdapter(ItemContent)

Key = TypeVar("Key", bound=Hashable)


class FrozenItem:
    """One wording: its document, which nobody may change, and what is read from it when it is first asked for."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    @cached_property
    def digest(self) -> str:
        """What the wording is known by."""
        return digest(self.document)

    @cached_property
    def content(self) -> ItemContent:
        """The item with its texts, as pages show it."""
        return _CONTENT.validate_python(self.document)

    @cached_property
    def rules(self) -> Item:
        """What there is to know in order to draw the item and to mark it."""
        return parse_item(self.document)


class _Kept(Generic[Key]):
    """The wordings that were asked for last."""

    def __init__(self) -> None:
        self._items: OrderedDict[Key, FrozenItem] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> FrozenItem | None:
        with self._lock:
            if found := self._items.get(key):
                self._items.move_to_end(key)
            return found

    def keep(self, key: Key, item: FrozenItem) -> None:
        with self._lock:
            self._items[key] = item
            while len(self._items) > MOST:
                self._items.popitem(last=False)


_by_digest: _Kept[str] = _Kept()
_by_identity: _Kept[int] = _Kept()

_DOCUMENTS = select(col(ItemVersion.id), col(ItemVersion.digest), col(ItemVersion.document)).where(
    any_of(col(ItemVersion.id), "ids")
)


def frozen_items(session: Session, digests: Mapping[int, str]) -> dict[int, FrozenItem]:
    """Return the wordings of versions of items by their ids; their digests are given by the same ids.

    One statement for those that this process has not seen yet, else none.
    """
    found = {version_id: item for version_id, each in digests.items() if (item := _by_digest.get(each))}
    unknown = [version_id for version_id in digests if version_id not in found]
    if unknown:
        for row in rows(session, _DOCUMENTS, ids=unknown):
            found[row.id] = item = FrozenItem(row.document)
            if item.digest == row.digest:
                _by_digest.keep(row.digest, item)
    return found


def frozen(document: dict[str, Any]) -> FrozenItem:
    """Return the wording that a document of a published quiz holds; the very same document is read only once."""
    item = _by_identity.get(id(document))
    if item is None or item.document is not document:
        item = FrozenItem(document)
        _by_identity.keep(id(document), item)  # what is kept holds the document, so no other can have its identity
    return item
