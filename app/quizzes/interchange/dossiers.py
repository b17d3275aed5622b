"""What a question belongs to here, as tags: other systems keep tags, and give them back.

`dealworthy:critical`, `dealworthy:red_line=ID`, `dealworthy:lesson=ID`, `dealworthy:difficulty=hard` and
`dealworthy:topic=TEXT`; where a file has no categories of its own, `dealworthy:category=PATH`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from app.catalog.document import SLUG
from app.quizzes.interchange.outcome import Loss, LossCode

MOST_TAGS: Final = 20
_LONGEST_TAG: Final = 60
_LONGEST_CATEGORY: Final = 200
PREFIX: Final = "dealworthy:"
_SLUG: Final = re.compile(SLUG)
_LONGEST_ID: Final = 80
_LONGEST_TOPIC: Final = 200


def read(tag: str) -> tuple[str, Any] | None:
    """Give the key of an item document and the value that a tag stands for; None for any other tag."""
    if not tag.startswith(PREFIX):
        return None
    key, equals, value = tag.removeprefix(PREFIX).partition("=")
    value = value.strip()
    if key == "critical" and not equals:
        return key, True
    is_id = len(value) <= _LONGEST_ID and _SLUG.fullmatch(value)
    if (
        (key in {"red_line", "lesson"} and is_id)
        or (key == "difficulty" and value in {"easy", "medium", "hard"})
        or (
            key == "category" and 0 < len(value) <= _LONGEST_CATEGORY and all(part.strip() for part in value.split("/"))
        )
        or (key == "topic" and 0 < len(value) <= _LONGEST_TOPIC)
    ):
        return key, value
    return None


def sort(tags: Iterable[str], most: int = MOST_TAGS) -> tuple[dict[str, Any], list[Loss]]:
    """Give what tags say of an item: its keys, with those tags that are just that, and what cannot be kept."""
    kept: list[str] = []
    found: dict[str, Any] = {}
    losses: list[Loss] = []
    for each in tags:
        tag = " ".join(each.split())
        if own := read(tag):
            add(found, *own)
        elif len(tag) > _LONGEST_TAG or (tag not in kept and len(kept) == most):
            if len(losses) < most:  # enough to see what happened
                losses.append(Loss(LossCode.tag, tag[:200]))
        elif tag and tag not in kept:
            kept.append(tag)
    return found | {"tags": kept}, losses


def add(document: dict[str, Any], key: str, value: Any) -> None:
    """Put what a tag stands for into an item document."""
    if key == "red_line":
        lines = document.setdefault(key, [])
        if value not in lines:
            lines.append(value)
    else:
        document[key] = value


def write(
    item: Mapping[str, Any], say: Callable[[Any], str], *, category: bool = False
) -> tuple[list[str], list[Loss]]:
    """Give all tags of an item, its own first, and what they could not say; `say` puts a text into one language."""
    tags = list(item.get("tags", ()))
    losses = [Loss(LossCode.tag, tag) for tag in tags if read(tag)]
    tags = [tag for tag in tags if not read(tag)]
    if category and item.get("category"):
        tags.append(f"{PREFIX}category={item['category']}")
    if item.get("critical"):
        tags.append(f"{PREFIX}critical")
    tags += [f"{PREFIX}red_line={line}" for line in dict.fromkeys(item.get("red_line", ()))]
    if item.get("lesson"):
        tags.append(f"{PREFIX}lesson={item['lesson']}")
    if item.get("difficulty"):
        tags.append(f"{PREFIX}difficulty={item['difficulty']}")
    if item.get("topic"):
        tags.append(f"{PREFIX}topic={' '.join(say(item['topic']).split())}")
    return tags, losses
