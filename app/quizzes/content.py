"""A quiz as a document: what `quizzes/<quiz>.yaml` may say."""

import re
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from app.catalog.document import Document, Faults, FileDocument, Slug, twice
from app.catalog.text import Label
from app.quizzes.itemcontent import Item

Shown = Literal["at_once", "when_done", "after_close", "never"]
"""When something of a finished attempt may be seen: `when_done` is once it is passed or no attempt can follow."""

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?")
_ONE_LINE: Final = StringConstraints(
    strict=True, strip_whitespace=True, min_length=1, max_length=200, pattern="^[^\n]*$"
)


def _written(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _moment(value: str) -> str:
    try:
        if _MOMENT.fullmatch(value) and datetime.fromisoformat(value).year > 1:
            return value
    except ValueError:
        pass
    message = "must be a time such as 2026-12-01T09:00, or a day such as 2026-12-01"
    raise ValueError(message)


LocalMoment = Annotated[str, BeforeValidator(_written), Field(strict=True), AfterValidator(_moment)]
"""A time of day in the zone of the site, kept as it was written; a day alone is its first moment."""


class ReviewPolicy(Document):
    """What of a finished attempt may be seen when. The explanation of a question opens with its right answer."""

    score: Shown = "at_once"
    answers: Shown = "at_once"
    marks: Shown = "at_once"
    right_answers: Shown = "when_done"
    feedback: Shown = "at_once"


class DrawRule(Document):
    """A part of what an attempt asks: so many of the items that have all of these marks, or these very items.

    They come from the quiz itself, or from the quiz or bank that `from` names: from its newest published version, or
    from the one that `version` numbers. A category stands for all below it.
    """

    count: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    items: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=1000)] | None = None
    from_: Annotated[Slug | None, Field(alias="from")] = None
    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)] | None = None
    category: Annotated[str, _ONE_LINE] | None = None
    tag: Annotated[str, _ONE_LINE] | None = None
    red_line: Slug | None = None
    difficulty: Literal["easy", "medium", "hard"] | None = None
    critical: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = Faults()
        if self.count is None and self.items is None:
            faults.add("is missing; or name the items", "count")
        if self.count is not None and self.items is not None:
            faults.add("is not for a rule that names its items", "count")
        if self.version is not None and self.from_ is None:
            faults.add("needs from, the quiz that it numbers a version of", "version")
        for position in twice(list(self.items or ())):
            faults.add("stands here already", "items", position)
        if self.items is not None:
            for name in ("category", "tag", "red_line", "difficulty", "critical"):
                if getattr(self, name):
                    faults.add("is not for a rule that names its items", name)
        faults.check()
        return self


def _kind_of_draw(value: object) -> str:
    return "<rules>" if isinstance(value, list | tuple) else "<number>"


Draw = Annotated[
    Annotated[int, Field(strict=True, ge=1), Tag("<number>")]
    | Annotated[tuple[DrawRule, ...], Field(min_length=1, max_length=100), Tag("<rules>")],
    Discriminator(_kind_of_draw),
]


class QuizDocument(FileDocument):
    """A quiz with its items. A limit that is left out does not hold; `draw` left out shows every item.

    A bank is only there to be drawn from. `closes` is the first moment at which the quiz is closed.
    """

    id: Slug
    product: Slug
    title: Label
    bank: Annotated[bool, Field(strict=True)] = False
    pass_percent: Annotated[float, Field(strict=True, gt=0, le=100)] | None = None
    time_limit_minutes: Annotated[int, Field(strict=True, ge=1, le=24 * 60)] | None = None
    attempts: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    cooldown_hours: Annotated[float, Field(strict=True, ge=0, le=24 * 366)] = 0
    opens: LocalMoment | None = None
    closes: LocalMoment | None = None
    review: ReviewPolicy = ReviewPolicy()
    practice: Literal["none", "missed", "whole"] = "missed"
    draw: Draw | None = None
    items: Annotated[tuple[Item, ...], Field(max_length=5000)]

    @property
    def rules(self) -> tuple[DrawRule, ...]:
        """The rules that it draws by; none when it draws by a number, or asks everything."""
        return self.draw if isinstance(self.draw, tuple) else ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = Faults()
        for position in twice([item.id for item in self.items]):
            faults.add("another item has this id", "items", position, "id")
        if self.pass_percent is None and not self.bank:
            faults.add("is missing", "pass_percent")
        if self.opens and self.closes and datetime.fromisoformat(self.opens) >= datetime.fromisoformat(self.closes):
            faults.add(f"must be later than {self.opens}, when the quiz opens", "closes")
        self._draws_what_is_there(faults)
        faults.check()
        return self

    def _draws_what_is_there(self, faults: Faults) -> None:
        own = {item.id for item in self.items}
        if not own and not any(rule.from_ for rule in self.rules):
            faults.add("must have at least 1 entry", "items")
        if self.bank and self.draw is not None:
            faults.add("is not for a bank, which others draw from", "draw")
        elif isinstance(self.draw, int) and self.draw > len(own):
            faults.add(f"asks for {self.draw} items, critical ones counted, and there are {len(self.items)}", "draw")
        for place, rule in enumerate(self.rules):
            if rule.from_ == self.id:
                faults.add("is this quiz itself; leave it out", "draw", place, "from")
            for position, item in enumerate(rule.items or () if rule.from_ is None else ()):
                if item not in own:
                    faults.add(f"there is no item {item} in this quiz", "draw", place, "items", position)
