"""An item as a document: what one question of `quizzes/<quiz>.yaml` may say."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from app.catalog.document import Document, Faults, Line, Slug, twice
from app.catalog.text import LOCALES, Label, Sentence, Text, by_locale, localized

ITEM_TYPES: Final = ("single", "multiple", "true_false", "short_text", "numeric", "matching", "ordering")
UNSUPPORTED_TYPES: Final = ("cloze", "essay")
_FULL_MARK: Final = 0.99

Number = Annotated[float, Field(strict=True)]
Points = Annotated[float, Field(strict=True, gt=0, le=1000)]


class Option(Document):
    """One answer to choose. `weight` is for items of type multiple."""

    text: Sentence
    correct: StrictBool = False
    weight: Annotated[float, Field(strict=True, ge=-1, le=1)] | None = None
    feedback: Sentence | None = None
    pinned: StrictBool = False


class Step(Document):
    """One step of an ordering."""

    text: Sentence


class Pair(Document):
    """Two things that belong together."""

    left: Sentence
    right: Sentence


class ItemDocument(Document):
    """What every item has, whatever its type."""

    id: Slug
    type: str
    topic: Label | None = None
    prompt: Text
    critical: StrictBool = False
    red_line: tuple[Slug, ...] = ()
    lesson: Slug | None = None
    points: Points = 1
    feedback: Sentence | None = None


Options = Annotated[tuple[Option, ...], Field(min_length=2, max_length=20)]


def _same(texts: Sequence[Text]) -> list[int]:
    """Give the positions of texts that a reader of some language cannot tell from an earlier one."""
    locales = [locale for locale in LOCALES if any(locale in by_locale(text) for text in texts)] or ["en"]
    return sorted({again for locale in locales for again in twice([localized(text, locale) for text in texts])})


def _check_options(options: Sequence[Option | Step], faults: Faults) -> None:
    for position in _same([option.text for option in options]):
        faults.add("another option says the same", "options", position, "text")


class SingleItem(ItemDocument):
    """Choose the one correct option."""

    type: Literal["single"]
    options: Options

    @model_validator(mode="after")
    def _has_one_answer(self) -> Self:
        faults = Faults()
        correct = sum(option.correct for option in self.options)
        if correct != 1:
            faults.add(f"exactly one option must be correct, {correct} are", "options")
        for position, option in enumerate(self.options):
            if option.weight is not None:
                faults.add("is only for items of type multiple", "options", position, "weight")
        _check_options(self.options, faults)
        faults.check()
        return self


class MultipleItem(ItemDocument):
    """Choose every correct option."""

    type: Literal["multiple"]
    options: Options

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        faults = Faults()
        if not any(option.correct for option in self.options):
            faults.add("at least one option must be correct", "options")
        elif all(option.correct for option in self.options):
            faults.add("at least one option must be wrong", "options")
        elif sum(weight for weight in self.weights if weight > 0) < _FULL_MARK:
            faults.add("the weights do not add up to a full mark of 1", "options")
        _check_options(self.options, faults)
        faults.check()
        return self

    @property
    def weights(self) -> tuple[float, ...]:
        """What each option adds to the mark: as written, or an equal share among the correct or the wrong ones."""
        correct = sum(option.correct for option in self.options)
        wrong = len(self.options) - correct
        return tuple(
            option.weight if option.weight is not None else 1 / correct if option.correct else -1 / wrong
            for option in self.options
        )


class TrueFalseItem(ItemDocument):
    """Say whether the prompt is true."""

    type: Literal["true_false"]
    answer: StrictBool


class ShortTextItem(ItemDocument):
    """Type a few words; `*` in an accepted answer stands for any run of characters."""

    type: Literal["short_text"]
    accept: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
    case_sensitive: StrictBool = False

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        faults = Faults()
        for position, accepted in enumerate(self.accept):
            if not accepted.strip("* "):
                faults.add("accepts every answer", "accept", position)
        faults.check()
        return self


class NumericItem(ItemDocument):
    """Type a number; it may differ from `answer` by `tolerance` either way."""

    type: Literal["numeric"]
    answer: Number
    tolerance: Annotated[float, Field(strict=True, ge=0)] = 0
    unit: Label | None = None


class MatchingItem(ItemDocument):
    """Find what belongs together."""

    type: Literal["matching"]
    pairs: Annotated[tuple[Pair, ...], Field(min_length=2, max_length=10)]

    @model_validator(mode="after")
    def _pairs_are_distinct(self) -> Self:
        faults = Faults()
        for position in _same([pair.left for pair in self.pairs]):
            faults.add("another pair has the same left side", "pairs", position, "left")
        for position in _same([pair.right for pair in self.pairs]):
            faults.add("another pair has the same right side", "pairs", position, "right")
        faults.check()
        return self


class OrderingItem(ItemDocument):
    """Put the steps in order; the document lists them in the right one."""

    type: Literal["ordering"]
    options: Annotated[tuple[Step, ...], Field(min_length=2, max_length=20)]

    @model_validator(mode="after")
    def _steps_are_distinct(self) -> Self:
        faults = Faults()
        _check_options(self.options, faults)
        faults.check()
        return self


def _supported(value: object) -> object:
    if isinstance(value, dict) and value.get("type") in UNSUPPORTED_TYPES:
        faults = Faults()
        faults.add(f"{value['type']} is not supported yet; use one of: {', '.join(ITEM_TYPES)}", "type")
        faults.check()
    return value


Item = Annotated[
    SingleItem | MultipleItem | TrueFalseItem | ShortTextItem | NumericItem | MatchingItem | OrderingItem,
    Field(discriminator="type"),
    BeforeValidator(_supported),
]
