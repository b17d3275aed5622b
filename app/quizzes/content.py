"""A quiz as a document: what `quizzes/<quiz>.yaml` may say."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.catalog.document import Faults, FileDocument, Slug, twice
from app.catalog.text import Label
from app.quizzes.itemcontent import Item


class QuizDocument(FileDocument):
    """A quiz with its items. A limit that is left out does not hold; `draw` left out shows every item."""

    id: Slug
    product: Slug
    title: Label
    pass_percent: Annotated[float, Field(strict=True, gt=0, le=100)]
    time_limit_minutes: Annotated[int, Field(strict=True, ge=1, le=24 * 60)] | None = None
    attempts: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    cooldown_hours: Annotated[float, Field(strict=True, ge=0, le=24 * 366)] = 0
    draw: Annotated[int, Field(strict=True, ge=1)] | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=5000)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = Faults()
        for position in twice([item.id for item in self.items]):
            faults.add("another item has this id", "items", position, "id")
        if self.draw is not None and self.draw > len(self.items):
            faults.add(f"asks for {self.draw} items, critical ones counted, and there are {len(self.items)}", "draw")
        faults.check()
        return self
