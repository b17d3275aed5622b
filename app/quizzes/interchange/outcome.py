"""What reading or writing a file of questions comes to: items, what was lost, what was skipped and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

MOST_ITEMS: Final = 5_000
MOST_BYTES: Final = 50_000_000
DEEPEST: Final = 100


class LossCode(StrEnum):
    """What of a question could not be kept; the question still asks and marks the same."""

    formatting = "formatting"
    link = "link"
    image_left_out = "image_left_out"
    media_left_out = "media_left_out"
    scripting = "scripting"
    feedback = "feedback"
    hint = "hint"
    penalty = "penalty"
    shuffle = "shuffle"
    numbering = "numbering"
    weight = "weight"
    unit = "unit"
    unit_penalty = "unit_penalty"
    case = "case"
    language = "language"
    template = "template"
    attachments = "attachments"
    response_limit = "response_limit"
    tag = "tag"
    category = "category"
    id = "id"
    pinned = "pinned"
    dossier = "dossier"
    rubric = "rubric"
    left_out = "left_out"
    type = "type"
    other = "other"


class SkipCode(StrEnum):
    """Why a question was not taken in."""

    unknown_type = "unknown_type"
    malformed = "malformed"
    no_prompt = "no_prompt"
    no_right_answer = "no_right_answer"
    too_few_options = "too_few_options"
    too_many_options = "too_many_options"
    same_options = "same_options"
    weights = "weights"
    not_a_number = "not_a_number"
    accepts_everything = "accepts_everything"
    calculated = "calculated"
    random = "random"
    description = "description"
    drag_and_drop = "drag_and_drop"
    response_processing = "response_processing"
    missing_file = "missing_file"
    too_large = "too_large"
    too_deep = "too_deep"
    invalid = "invalid"


class FileCode(StrEnum):
    """Why a file could not be read at all."""

    binary = "binary"
    empty = "empty"
    too_large = "too_large"
    too_many_items = "too_many_items"
    too_deep = "too_deep"
    malformed = "malformed"
    no_questions = "no_questions"
    header = "header"
    doctype = "doctype"
    archive = "archive"
    unsafe_name = "unsafe_name"
    no_manifest = "no_manifest"
    missing_file = "missing_file"
    encrypted = "encrypted"


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that was not kept; `detail` names it in the words of the file."""

    code: LossCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A question that was read: a valid item document, the line it begins on, and what it lost."""

    document: dict[str, Any]
    line: int
    name: str
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A question that was not taken in, the line it begins on, and why."""

    line: int
    name: str
    code: SkipCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file in its order, with the media that its items name by their stored names."""

    entries: tuple[Imported | Skipped, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def items(self) -> tuple[Imported, ...]:
        """What was taken in."""
        return tuple(entry for entry in self.entries if isinstance(entry, Imported))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What was not taken in."""
        return tuple(entry for entry in self.entries if isinstance(entry, Skipped))


@dataclass(frozen=True, slots=True)
class Written:
    """A file, the media that belong beside it, and what it could not say, by item id; that of the whole file first."""

    data: bytes
    media: Mapping[str, bytes] = field(default_factory=dict)
    losses: tuple[tuple[str, Loss], ...] = ()


WHOLE_FILE: Final = ""
"""Stands for the item's id where a loss is one of the whole file."""


def collected(losses: Iterable[tuple[str, Loss]]) -> tuple[tuple[str, Loss], ...]:
    """Say once for the whole file, not with each item, which languages were left out."""
    found = tuple(losses)
    rest = tuple(each for each in found if each[1].code is not LossCode.language)
    if len(rest) == len(found):
        return rest
    details = {loss.detail for _item, loss in found if loss.code is LossCode.language}
    languages = sorted({name for detail in details for name in detail.split(", ") if name})
    return ((WHOLE_FILE, Loss(LossCode.language, ", ".join(languages))), *rest)


class UnreadableError(ValueError):
    """A file of which nothing can be read. `line` is 0 when no line is to blame."""

    def __init__(self, code: FileCode, line: int = 0, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.line = line
        self.detail = detail


class SkipError(Exception):
    """Raised within a reader about the question in hand, which is then skipped."""

    def __init__(self, code: SkipCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
