"""The last step of every reader: a question counts as imported only when it is a valid item document."""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from app.catalog.document import canonical, problems_of
from app.catalog.yamlfile import Located
from app.quizzes.interchange.outcome import (
    DEEPEST,
    MOST_ITEMS,
    FileCode,
    Imported,
    Loss,
    LossCode,
    SkipCode,
    SkipError,
    Skipped,
    UnreadableError,
)
from app.quizzes.itemcontent import Item

WHOLE_ESSAY: Final = {
    "id": "answer",
    "title": {"en": "The answer as a whole", "zh-Hans": "整个回答", "zh-Hant": "整個回答"},
    "points": 1,
}
"""The criterion of an essay from a file that names none."""

_ITEM: Final[TypeAdapter[Item]] = TypeAdapter(Item)
_LONGEST_FEEDBACK: Final = 2_000
_LONGEST_NAME: Final = 80


_CODES: Final = (
    ("says the same", SkipCode.same_options),
    ("same left side", SkipCode.same_options),
    ("accepts every answer", SkipCode.accepts_everything),
    ("full weight", SkipCode.no_right_answer),
    ("must be correct", SkipCode.no_right_answer),
    ("do not add up to a full mark", SkipCode.weights),
    ("must be less than 1", SkipCode.weights),
    ("is longer than", SkipCode.too_large),
    ("characters long", SkipCode.too_large),
)


def checked(document: dict[str, Any], line: int, name: str, losses: Iterable[Loss] = ()) -> Imported | Skipped:
    """Take a document in when it is a valid item, else say why not."""
    try:
        fitted, shortened = _fitted(document)
        item = _ITEM.validate_python(fitted)
    except SkipError as error:
        return skipped(error, line, name)
    except ValidationError as error:
        problem = problems_of(error, Located("", fitted, {}))[0]
        detail = f"{problem.path}: {problem.message}" if problem.path else problem.message
        code = next((code for words, code in _CODES if words in problem.message), SkipCode.invalid)
        return Skipped(line, short(name), code, detail)
    found = dict.fromkeys([*losses, *([Loss(LossCode.feedback)] if shortened else [])])
    return Imported(canonical(item), line, short(name), tuple(found))


def skipped(error: SkipError, line: int, name: str) -> Skipped:
    """Say of the question in hand why it was not taken in."""
    return Skipped(line, short(name), error.code, " ".join(error.detail.split()))


def short(name: str) -> str:
    """Give the beginning of a name or a prompt, on one line."""
    line = " ".join(name[: 4 * _LONGEST_NAME].split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def count(entries: int, line: int = 0) -> None:
    """Refuse a file that holds more questions than a quiz can. Raises UnreadableError."""
    if entries > MOST_ITEMS:
        raise UnreadableError(FileCode.too_many_items, line)


def _fitted(document: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Shorten what is said to who has answered; nothing that asks or marks is ever cut."""
    changed = False

    def fit(value: Any, depth: int, *, is_feedback: bool) -> Any:
        nonlocal changed
        if depth > DEEPEST:
            raise SkipError(SkipCode.too_deep)
        if isinstance(value, dict):
            return {
                key: fit(part, depth + 1, is_feedback=is_feedback or str(key).startswith("feedback"))
                for key, part in value.items()
            }
        if isinstance(value, list | tuple):
            return [fit(part, depth + 1, is_feedback=is_feedback) for part in value]
        if is_feedback and isinstance(value, str) and len(value) > _LONGEST_FEEDBACK:
            changed = True
            return value[: _LONGEST_FEEDBACK - 1] + "…"
        return value

    return fit(document, 0, is_feedback=False), changed
