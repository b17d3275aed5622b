"""What did a publication change, and which questions ask about it?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.catalog.models import ContentKind

MOST: Final = 30
"""Questions of one delta quiz."""

_UNREAD: Final[Mapping[ContentKind, frozenset[str]]] = {
    ContentKind.REDLINES: frozenset({"match", "unless", "examples", "drills", "source"}),
    ContentKind.COURSE: frozenset({"number", "minutes"}),
}
"""What may change in a red line or a lesson without anything new to know."""

_PARTS: Final[Mapping[ContentKind, str]] = {
    ContentKind.REDLINES: "rules",
    ContentKind.COURSE: "lessons",
    ContentKind.QUIZ: "items",
}

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A document as it was and as it is; `before` is None for the first version."""

    kind: ContentKind
    slug: str
    before: Document | None
    after: Document


@dataclass(frozen=True, slots=True)
class Part:
    """A red line, a lesson or a question that is new or says something else; `before` is None for a new one."""

    kind: ContentKind
    slug: str
    before: Document | None
    after: Document

    @property
    def id(self) -> str:
        """Its id in its document."""
        return str(self.after.get("id", ""))


def changed_parts(replaced: Iterable[Replaced]) -> list[Part]:
    """List what is new or changed in documents, in their order; what was removed asks nothing of anybody."""
    return [part for each in replaced if each.kind in _PARTS for part in _changed(each)]


def _changed(replaced: Replaced) -> Iterator[Part]:
    name = _PARTS[replaced.kind]
    before = {each.get("id"): each for each in (replaced.before or {}).get(name, ()) if _holds(replaced.kind, each)}
    for after in replaced.after.get(name, ()):
        old = before.get(after.get("id"))
        if _holds(replaced.kind, after) and (old is None or _read(replaced.kind, old) != _read(replaced.kind, after)):
            yield Part(replaced.kind, replaced.slug, old, after)


def _holds(kind: ContentKind, part: Document) -> bool:
    return kind is not ContentKind.REDLINES or part.get("status") == "active"


def _read(kind: ContentKind, part: Document) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in _UNREAD.get(kind, ())}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that a quiz may ask: where it is kept, and whether it belongs to the product that changed."""

    source: str
    document: Document
    own: bool = True

    def name(self, quiz: str) -> str:
        """Return what the question is called in the delta of a quiz: `bank/item` where it is kept elsewhere."""
        item = str(self.document.get("id", ""))
        return item if self.source == quiz else f"{self.source}/{item}"


def asking(parts: Iterable[Part], quizzes: Mapping[str, Iterable[Candidate]]) -> dict[str, list[str]]:
    """Name, by quiz, the questions about what changed: by red line or lesson, and those that are new or changed.

    Quizzes without such a question are left out.
    """
    changed = {(each.kind, each.slug if each.kind is ContentKind.QUIZ else "", each.id) for each in parts}
    found = {
        quiz: list(dict.fromkeys(each.name(quiz) for each in candidates if _asks(each, changed)))
        for quiz, candidates in quizzes.items()
    }
    return {quiz: names for quiz, names in found.items() if names}


def _asks(candidate: Candidate, changed: set[tuple[ContentKind, str, str]]) -> bool:
    item = candidate.document
    lesson = item.get("lesson")
    return (
        (ContentKind.QUIZ, candidate.source, str(item.get("id", ""))) in changed
        or any((ContentKind.REDLINES, "", name) in changed for name in item.get("red_line") or ())
        or (candidate.own and lesson is not None and (ContentKind.COURSE, "", lesson) in changed)
    )


def how_many(delta: Mapping[str, list[str]]) -> int:
    """Count the questions that a delta asks, over all of its quizzes."""
    return sum(min(len(names), MOST) for names in delta.values())
