"""Reads QTI 2.1, 2.2 and 3.0: one item in a file, or a package with a manifest."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from posixpath import dirname, join, normpath
from typing import Final
from urllib.parse import unquote

from app.quizzes.interchange.checking import checked, count, skipped
from app.quizzes.interchange.drafts import Draft, MediaBox
from app.quizzes.interchange.ids import Ids
from app.quizzes.interchange.outcome import (
    FileCode,
    Imported,
    Reading,
    SkipCode,
    SkipError,
    Skipped,
    UnreadableError,
)
from app.quizzes.interchange.packages import SIGNATURE, Package
from app.quizzes.interchange.qtiitem import QtiItem, tagged
from app.quizzes.interchange.qtinames import normalise
from app.quizzes.interchange.xmltree import Element, child, children, line_of, name_of, parse, words

MANIFEST: Final = "imsmanifest.xml"
_ITEM_TYPES: Final = ("imsqti_item", "imsqti_apipitem")
_ROOTS: Final = frozenset({"assessmentItem", "qti-assessment-item"})
_EMPTY: Final = b"PK\x05\x06"
_LOOKS_LIKE_AN_ITEM: Final = re.compile(rb"<(?:[\w.-]+:)?(?:assessmentItem|qti-assessment-item)(?![\w-])")
_BEGINNING: Final = 8_000


@dataclass(frozen=True, slots=True)
class _Source:
    """An item of a package: its file, the place in the manifest that names it, and its keywords."""

    path: str
    line: int = 0
    name: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reader:
    box: MediaBox = field(default_factory=MediaBox)
    ids: Ids = field(default_factory=Ids)
    pictures: dict[str, str | None] = field(default_factory=dict)

    def picture(self, package: Package, path: str) -> str | None:
        """Take in a picture of a package, once however many items show it, and give its stored name."""
        if path not in self.pictures:
            self.pictures[path] = self.box.take(path, package.read(path))
        return self.pictures[path]

    def entry(self, root: Element, find: Callable[[str], str | None], keywords: tuple[str, ...]) -> Imported | Skipped:
        """Read one item; `find` gives the stored name of a picture by its address."""
        normalise(root)
        draft = Draft(self.box, find)
        title, line = root.get("title", "").strip() or root.get("identifier", ""), line_of(root)
        try:
            document = tagged(QtiItem(root, draft).document(), list(keywords), draft)
        except SkipError as error:
            return skipped(error, line, title)
        entry = checked({"id": "q", **document}, line, title, draft.losses)
        if isinstance(entry, Skipped):
            return entry
        identity = self.ids.give(root.get("identifier"), title, document["prompt"])
        return replace(entry, document=entry.document | {"id": identity})

    def reading(self, entries: list[Imported | Skipped]) -> Reading:
        if not entries:
            raise UnreadableError(FileCode.no_questions)
        items = (entry.document for entry in entries if isinstance(entry, Imported))
        return Reading(tuple(entries), self.box.named_by(items))


def read(data: bytes) -> Reading:
    """Read an item or a package. Raises UnreadableError when it is neither."""
    if data.startswith((SIGNATURE, _EMPTY)):
        return _package(Package(data))
    root = parse(data)
    if name_of(root) not in _ROOTS:
        raise UnreadableError(FileCode.no_questions, line_of(root), f"<{name_of(root)[:80]}>")
    reader = _Reader()
    return reader.reading([reader.entry(root, lambda _address: None, ())])


def _package(package: Package) -> Reading:
    manifests = sorted(
        (name for name in package.names if name.rpartition("/")[2] == MANIFEST), key=lambda n: n.count("/")
    )
    resources = _resources(package, manifests[0]) if manifests else []
    sources = [_source(each, dirname(manifests[0])) for each in resources if _kind(each).startswith(_ITEM_TYPES)]
    sources += _unnamed(package, {source.path for source in sources})
    if not sources:
        kinds = ", ".join(dict.fromkeys(_kind(each) for each in resources))
        raise UnreadableError(FileCode.no_questions if manifests else FileCode.no_manifest, 0, kinds[:200])
    count(len(sources))
    reader = _Reader()
    return reader.reading([_entry(package, source, reader) for source in sources])


def _resources(package: Package, name: str) -> list[Element]:
    """List the resources that a manifest names. Raises UnreadableError when it cannot be read."""
    try:
        root = parse(package.read(name) or b"")
    except UnreadableError as error:
        raise UnreadableError(error.code, error.line, f"{name}: {error.detail}".rstrip(": ")[:200]) from error
    return [resource for part in children(root, "resources") for resource in children(part, "resource")]


def _kind(resource: Element) -> str:
    return resource.get("type", "").lower()


def _source(resource: Element, base: str) -> _Source:
    file = child(resource, "file")
    href = str(resource.get("href") or (file.get("href") if file is not None else "") or "")
    return _Source(_resolved(base, href), line_of(resource), resource.get("identifier", ""), _keywords(resource))


def _keywords(resource: Element) -> tuple[str, ...]:
    """Give the keywords that the metadata of a resource has (IEEE 1484.12.1)."""
    return tuple(
        words(part)
        for each in resource.iter()
        if name_of(each) == "keyword"
        for part in (list(children(each, "string", "langstring")) or [each])
    )


def _unnamed(package: Package, named: set[str]) -> list[_Source]:
    """List the files of an archive that look like items and that no manifest names."""
    return [
        _Source(name)
        for name in package.names
        if name.lower().endswith(".xml")
        and name not in named
        and _LOOKS_LIKE_AN_ITEM.search((package.read(name) or b"")[:_BEGINNING].replace(b"\0", b""))
    ]


def _entry(package: Package, source: _Source, reader: _Reader) -> Imported | Skipped:
    data = package.read(source.path)
    if data is None:
        return Skipped(source.line, source.name, SkipCode.missing_file, source.path[:200])
    try:
        root = parse(data)
    except UnreadableError as error:
        return Skipped(error.line, source.name or source.path, SkipCode.malformed, f"{source.path}: {error}"[:200])
    if name_of(root) not in _ROOTS:
        return Skipped(line_of(root), source.name, SkipCode.unknown_type, name_of(root)[:80])
    folder = dirname(source.path)
    entry = reader.entry(root, lambda address: reader.picture(package, _resolved(folder, address)), source.keywords)
    return replace(entry, name=f"{entry.name} ({source.path[:200]})") if isinstance(entry, Skipped) else entry


def _resolved(folder: str, address: str) -> str:
    return normpath(join(folder, unquote(address.partition("?")[0].partition("#")[0]))).lstrip("/")
