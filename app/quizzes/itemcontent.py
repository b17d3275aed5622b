"""An item as a document: what one question of `quizzes/<quiz>.yaml` may say."""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator

from app.catalog.document import Document, Faults, Slug, twice
from app.catalog.text import LOCALES, Label, Sentence, Text, localized
from app.quizzes.itemparts import (
    FULL_MARK,
    Criterion,
    Gap,
    MediaReference,
    NumericKey,
    Options,
    Pair,
    Points,
    ShortTextKey,
    Step,
    Unit,
    alike,
    check_gaps,
    check_single,
    check_texts,
)

ITEM_TYPES: Final = (
    "single",
    "multiple",
    "true_false",
    "short_text",
    "numeric",
    "matching",
    "ordering",
    "cloze",
    "essay",
)
Difficulty = Literal["easy", "medium", "hard"]

_OneLine = StringConstraints(strict=True, strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$")
_Words = Annotated[int, Field(strict=True, ge=1, le=20_000)]


def _has_named_parts(value: str) -> str:
    if not all(part.strip() for part in value.split("/")):
        message = "has a part without a name; write it such as pricing/discounts"
        raise ValueError(message)
    return value


Category = Annotated[str, _OneLine, StringConstraints(max_length=200), AfterValidator(_has_named_parts)]
"""The place of an item in the bank: names from the widest to the narrowest, with `/` between them."""

Tag = Annotated[str, _OneLine, StringConstraints(max_length=60)]


class ItemDocument(Document):
    """What every item has, whatever its type."""

    id: Slug
    type: str
    category: Category | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()
    difficulty: Difficulty | None = None
    topic: Label | None = None
    prompt: Text
    media: Annotated[tuple[MediaReference, ...], Field(max_length=4)] = ()
    critical: StrictBool = False
    red_line: tuple[Slug, ...] = ()
    lesson: Slug | None = None
    points: Points = 1
    feedback: Sentence | None = None

    @model_validator(mode="after")
    def _tags_are_distinct(self) -> Self:
        faults = Faults()
        for position in twice(list(self.tags)):
            faults.add("stands there already", "tags", position)
        faults.check()
        return self


class SingleItem(ItemDocument):
    """Choose the one correct option. Another may have a `weight`, the part of the mark that it earns."""

    type: Literal["single"]
    options: Options

    @model_validator(mode="after")
    def _has_one_answer(self) -> Self:
        faults = Faults()
        check_single(self.options, faults)
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
        elif sum(weight for weight in self.weights if weight > 0) < FULL_MARK:
            faults.add("the weights do not add up to a full mark of 1", "options")
        check_texts(self.options, faults)
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
    """Say whether the prompt is true. Each answer can have a feedback of its own."""

    type: Literal["true_false"]
    answer: StrictBool
    feedback_true: Sentence | None = None
    feedback_false: Sentence | None = None


class ShortTextItem(ShortTextKey, ItemDocument):
    """Type a few words."""

    type: Literal["short_text"]


class NumericItem(NumericKey, ItemDocument):
    """Type a number, in `unit` or in one of `units`."""

    type: Literal["numeric"]
    units: Annotated[tuple[Unit, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _units_are_distinct(self) -> Self:
        faults = Faults()
        if self.units and self.unit is None:
            faults.add("is missing; units are counted in it", "unit")
        elif self.unit is not None:
            for position in alike([self.unit, *(each.unit for each in self.units)]):
                faults.add("stands there already", "units", position - 1, "unit")
        faults.check()
        return self


class MatchingItem(ItemDocument):
    """Find what belongs together. Right sides that read alike are one; those of `extra` belong to nothing."""

    type: Literal["matching"]
    pairs: Annotated[tuple[Pair, ...], Field(min_length=2, max_length=20)]
    extra: Annotated[tuple[Sentence, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _sides_are_distinct(self) -> Self:
        faults = Faults()
        for position in alike([pair.left for pair in self.pairs]):
            faults.add("another pair has the same left side", "pairs", position, "left")
        shown = sorted(set(self.first_rights))
        for again in alike([self.pairs[place].right for place in shown]):
            message = "reads like another right side in one language but not in all"
            faults.add(message, "pairs", shown[again], "right")
        rights = [*(self.pairs[place].right for place in shown), *self.extra]
        for again in alike(rights):
            if again >= len(shown):
                faults.add("another right side says the same", "extra", again - len(shown))
        if len(rights) == 1:
            faults.add("all pairs have the same right side; add another under extra", "pairs")
        faults.check()
        return self

    @property
    def first_rights(self) -> tuple[int, ...]:
        """The place of the right side of each pair: of the first pair that has it."""
        return first_places([pair.right for pair in self.pairs])

    @property
    def rights(self) -> dict[int, Text]:
        """The right sides to choose from, by their place: those of pairs, each once, then those that are extra."""
        own = {place: self.pairs[place].right for place in self.first_rights}
        return own | dict(enumerate(self.extra, start=len(self.pairs)))


class OrderingItem(ItemDocument):
    """Put the steps in order; the document lists them in the right one."""

    type: Literal["ordering"]
    options: Annotated[tuple[Step, ...], Field(min_length=2, max_length=20)]

    @model_validator(mode="after")
    def _steps_are_distinct(self) -> Self:
        faults = Faults()
        check_texts(self.options, faults)
        faults.check()
        return self


class ClozeItem(ItemDocument):
    """Fill in the gaps of a text. The prompt marks them by their ids, such as `within [[hours]] hours`."""

    type: Literal["cloze"]
    gaps: Annotated[tuple[Gap, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _gaps_stand_in_the_prompt(self) -> Self:
        faults = Faults()
        check_gaps(self.prompt, self.gaps, faults)
        faults.check()
        return self


class EssayItem(ItemDocument):
    """Write a text that a person marks against the criteria. In Chinese the words are characters.

    `guidance` is for that person alone. The essay is right when it earns `needed_percent` of the points of its
    criteria and the points needed by each.
    """

    type: Literal["essay"]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=10)]
    min_words: _Words | None = None
    max_words: _Words | None = None
    guidance: Text | None = None
    needed_percent: Annotated[float, Field(strict=True, gt=0, le=100)] = 60

    @model_validator(mode="after")
    def _can_be_marked(self) -> Self:
        faults = Faults()
        for position in twice([criterion.id for criterion in self.criteria]):
            faults.add("another criterion has this id", "criteria", position, "id")
        if self.min_words and self.max_words and self.min_words > self.max_words:
            faults.add(f"must be at least {self.min_words}, which is min_words", "max_words")
        faults.check()
        return self


def first_places(texts: list[Text]) -> tuple[int, ...]:
    """Give for each text the first place of one that reads the same in every language."""
    readings = [tuple(localized(text, locale) for locale in LOCALES) for text in texts]
    return tuple(readings.index(reading) for reading in readings)


Item = Annotated[
    SingleItem
    | MultipleItem
    | TrueFalseItem
    | ShortTextItem
    | NumericItem
    | MatchingItem
    | OrderingItem
    | ClozeItem
    | EssayItem,
    Field(discriminator="type"),
]
