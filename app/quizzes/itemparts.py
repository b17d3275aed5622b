"""What the documents of items are made of: options, accepted answers, gaps, criteria, pictures and sounds."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints, model_serializer, model_validator
from pydantic_core.core_schema import SerializerFunctionWrapHandler

from app.catalog.document import Document, Faults, Line, Slug, twice
from app.catalog.text import LOCALES, Label, Sentence, Text, by_locale, localized

FULL_MARK: Final = 0.99
"""Weights that add up to this are a full mark: imported ones are often rounded thirds."""

MEDIA_TYPES: Final = ("png", "jpg", "jpeg", "gif", "webp", "mp3", "ogg", "m4a", "wav")

_FILE: Final = re.compile(rf"(?!\.)[^/\\\x00-\x1f]+\.(?:{'|'.join(MEDIA_TYPES)})", re.IGNORECASE)
_GAP: Final = re.compile(r"\[\[([^\[\]\n]*)\]\]")

EMPTY_GAP: Final = "____"
"""How a gap is written where nothing can be filled in."""

Number = Annotated[float, Field(strict=True)]
Points = Annotated[float, Field(strict=True, gt=0, le=1000)]
Weight = Annotated[float, Field(strict=True, ge=0, le=1)]


def _file(value: object) -> object:
    if isinstance(value, str) and not _FILE.fullmatch(value):
        message = f"must be the name of a file that ends in one of: {', '.join(MEDIA_TYPES)}"
        raise ValueError(message)
    return value


class MediaReference(Document):
    """A picture or a sound by the name of its file, and what it shows for who cannot see or hear it."""

    file: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200), BeforeValidator(_file)]
    alt: Sentence | None = None


class Step(Document):
    """One step of an ordering."""

    text: Sentence
    media: MediaReference | None = None


class Option(Document):
    """One answer to choose. `weight` is what choosing it adds to the mark."""

    text: Sentence
    correct: StrictBool = False
    weight: Annotated[float, Field(strict=True, ge=-1, le=1)] | None = None
    feedback: Sentence | None = None
    pinned: StrictBool = False
    media: MediaReference | None = None


class Pair(Document):
    """Two things that belong together."""

    left: Sentence
    right: Sentence


class Accepted(Document):
    r"""A text that is accepted; `*` stands for any run of characters and `\*` for itself.

    In a file a bare string is one of full weight. What earns nothing can still have feedback.
    """

    text: Line
    weight: Weight = 1
    feedback: Sentence | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, dict | Accepted) else {"text": value}

    @model_serializer(mode="wrap")
    def _as_bare(self, write: SerializerFunctionWrapHandler) -> object:
        written = write(self)
        return self.text if self.weight == 1 and self.feedback is None else written


class NumericAnswer(Document):
    """Numbers that are accepted: one with a tolerance either way, or all from `min` to `max`."""

    answer: Number | None = None
    tolerance: Annotated[float, Field(strict=True, ge=0)] = 0
    min: Number | None = None
    max: Number | None = None
    weight: Weight = 1
    feedback: Sentence | None = None

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        faults = Faults()
        if self.answer is not None:
            for name in ("min", "max"):
                if getattr(self, name) is not None:
                    faults.add("does not go with answer; give a number or a range", name)
        elif self.min is None and self.max is None:
            faults.add("is missing; give it, or min and max", "answer")
        elif self.min is None or self.max is None:
            faults.add("is missing; a range has both ends", "min" if self.min is None else "max")
        elif self.min > self.max:
            faults.add(f"must be at least {self.min:g}, which is min", "max")
        if self.answer is None and self.tolerance:
            faults.add("goes with answer only", "tolerance")
        faults.check()
        return self


class Unit(Document):
    """Another unit that may be typed. One of it is `factor` of the item's own."""

    unit: Label
    factor: Annotated[float, Field(strict=True, gt=0)]


class ShortTextKey(Document):
    """What is accepted where a few words are typed. Of those that match, the greatest weight counts."""

    accept: Annotated[tuple[Accepted, ...], Field(min_length=1, max_length=50)]
    case_sensitive: StrictBool = False

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        faults = Faults()
        for position, accepted in enumerate(self.accept):
            if accepted.weight and not accepted.text.strip("* "):
                faults.add("accepts every answer", "accept", position)
        if all(accepted.weight < 1 for accepted in self.accept):
            faults.add("at least one must have the full weight of 1", "accept")
        faults.check()
        return self


class NumericKey(Document):
    """What is accepted where a number is typed: `answer`, or several `answers`."""

    answer: Number | None = None
    tolerance: Annotated[float, Field(strict=True, ge=0)] = 0
    answers: Annotated[tuple[NumericAnswer, ...], Field(max_length=50)] = ()
    unit: Label | None = None

    @model_validator(mode="after")
    def _has_an_answer(self) -> Self:
        faults = Faults()
        if self.answer is None and not self.answers:
            faults.add("is missing", "answer")
        elif self.answer is not None and self.answers:
            faults.add("does not go with answer; give one of the two", "answers")
        elif self.answers and all(each.weight < 1 for each in self.answers):
            faults.add("at least one must have the full weight of 1", "answers")
        if self.answers and self.tolerance:
            faults.add("belongs into answers", "tolerance")
        faults.check()
        return self

    @property
    def ranges(self) -> tuple[NumericAnswer, ...]:
        """Everything that is accepted, in order, however it is written."""
        return self.answers or (NumericAnswer(answer=self.answer, tolerance=self.tolerance),)


Options = Annotated[tuple[Option, ...], Field(min_length=2, max_length=20)]


class GapBase(Document):
    """What every gap of a cloze has: the id by which the prompt names it, and its share of the mark."""

    id: Slug
    type: str
    points: Points = 1


class ChoiceGap(GapBase):
    """A gap to fill with one of several options."""

    type: Literal["choice"]
    options: Options

    @model_validator(mode="after")
    def _has_one_answer(self) -> Self:
        faults = Faults()
        check_single(self.options, faults)
        faults.check()
        return self


class ShortTextGap(ShortTextKey, GapBase):
    """A gap to type words into."""

    type: Literal["short_text"]


class NumericGap(NumericKey, GapBase):
    """A gap to type a number into."""

    type: Literal["numeric"]


Gap = Annotated[ChoiceGap | ShortTextGap | NumericGap, Field(discriminator="type")]


class Criterion(Document):
    """One line of the rubric of an essay. Below `needed` points the whole essay earns nothing."""

    id: Slug
    title: Sentence
    points: Points
    needed: Points | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        faults = Faults()
        if self.needed is not None and self.needed > self.points:
            faults.add(f"must be at most {self.points:g}, the points of this criterion", "needed")
        faults.check()
        return self


def split_gaps(words: str) -> Iterator[tuple[str, str | None]]:
    """Take the prompt of a cloze apart: each piece of text with the id of the gap that follows it, None at the end."""
    at = 0
    for found in _GAP.finditer(words):
        yield words[at : found.start()], found[1].strip()
        at = found.end()
    yield words[at:], None


def without_gaps(words: str) -> str:
    """Write the prompt of a cloze for a list: each gap is a line to fill in."""
    return _GAP.sub(EMPTY_GAP, words)


def check_single(options: Sequence[Option], faults: Faults) -> None:
    """Note what is wrong with options of which one is right."""
    correct = sum(option.correct for option in options)
    if correct != 1:
        faults.add(f"exactly one option must be correct, {correct} are", "options")
    for position, option in enumerate(options):
        if option.correct and option.weight is not None:
            faults.add("is only for the other options; the correct one earns 1", "options", position, "weight")
        elif option.weight == 1:
            faults.add("must be less than 1, which only the correct option earns", "options", position, "weight")
    check_texts(options, faults)


def check_texts(options: Sequence[Option | Step], faults: Faults) -> None:
    """Note options that read alike."""
    for position in alike([option.text for option in options]):
        faults.add("another option says the same", "options", position, "text")


def alike(texts: Sequence[Text]) -> list[int]:
    """Give the positions of texts that a reader of some language cannot tell from an earlier one."""
    locales = [locale for locale in LOCALES if any(locale in by_locale(text) for text in texts)] or ["en"]
    return sorted({again for locale in locales for again in twice([localized(text, locale) for text in texts])})


def check_gaps(prompt: Text, gaps: Sequence[GapBase], faults: Faults) -> None:
    """Note where the prompt of a cloze and its gaps do not fit together, in any language."""
    ids = [gap.id for gap in gaps]
    for position in twice(ids):
        faults.add("another gap has this id", "gaps", position, "id")
    for locale, words in by_locale(prompt).items():
        at, suffix = ("prompt", *filter(None, [locale])), f" in {locale}" if locale else ""
        named = [gap for _, gap in split_gaps(words) if gap is not None]
        for gap in dict.fromkeys(named):
            if gap not in ids:
                faults.add(f"[[{gap}]] is not one of the gaps", *at)
            elif named.count(gap) > 1:
                faults.add(f"[[{gap}]] stands there more than once", *at)
        for position, gap in enumerate(ids):
            if gap not in named:
                faults.add(
                    f"the prompt does not say where it is{suffix}; write [[{gap}]] there", "gaps", position, "id"
                )
