"""A product's course as documents: what `product.yaml` and the lessons beside it may say."""

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from app.catalog.document import Day, Document, Faults, FileDocument, Line, Slug, Url, twice
from app.catalog.text import Label, Locale, Sentence

DealStage = Literal["discovery", "proposal", "negotiation", "contract", "delivery", "renewal"]
CustomerRole = Literal["owner", "finance", "operations", "it", "security", "marketing", "procurement", "support"]
LessonKind = Literal["page", "video", "case", "talk_track", "document", "link"]
LessonTopic = Literal["product", "case", "sourcing", "negotiation", "renewal", "delivery", "talk_track"]
Audience = Literal["internal", "external"]

DEAL_STAGES: Final[tuple[DealStage, ...]] = get_args(DealStage)
CUSTOMER_ROLES: Final[tuple[CustomerRole, ...]] = get_args(CustomerRole)
MAX_BODY: Final = 200_000

Body = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=MAX_BODY)]
"""Markdown, as it stands in the file, without empty lines around it."""


class Positioning(Document):
    """The product in three sentences, shown wherever the product is."""

    scene: Sentence
    audience: Sentence
    difference: Sentence


class ProductDocument(FileDocument):
    """`product.yaml` without its program, which belongs to certification."""

    id: Slug
    name: Label
    positioning: Positioning
    can: tuple[Sentence, ...] = ()
    cannot: tuple[Sentence, ...] = ()


class Video(Document):
    """A video by its address; `seconds` is how long it runs."""

    url: Url
    seconds: Annotated[int, Field(strict=True, ge=1, le=24 * 60 * 60)]
    captions: dict[Locale, Url] = Field(default_factory=dict)


class Case(Document):
    """What a customer reached, and who made sure that it is true."""

    industry: Slug
    result: Sentence
    source: Sentence
    verified_by: Line
    verified_on: Day


class TalkTrack(Document):
    """For whom a talk track is; an empty list is everybody."""

    industry: tuple[Slug, ...] = ()
    role: tuple[CustomerRole, ...] = ()
    stage: tuple[DealStage, ...] = ()


class Lesson(Document):
    """A lesson: its front matter, its number in the course and its bodies.

    `slug` is the name of its file where that is not the id; `drills` are red lines whose sentences are said right here.
    """

    id: Slug
    title: Label
    kind: LessonKind
    topic: LessonTopic
    minutes: Annotated[int, Field(strict=True, ge=1, le=600)]
    audience: Audience
    video: Video | None = None
    case: Case | None = None
    talk_track: TalkTrack | None = None
    url: Url | None = None
    drills: Annotated[tuple[Slug, ...], Field(max_length=20)] = ()
    number: Annotated[int, Field(strict=True, ge=0, le=999)]
    slug: Slug | None = None
    body: dict[Locale, Body] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _kind_has_what_it_shows(self) -> Self:
        faults = Faults()
        if self.kind == "page" and not self.body:
            faults.add("a page needs a text below its front matter", "body")
        if self.kind == "video" and self.video is None:
            faults.add("is missing; a lesson of kind video shows one", "video")
        if self.kind == "case" and self.case is None:
            faults.add("is missing; a lesson of kind case tells one", "case")
        if self.kind == "talk_track" and self.talk_track is None:
            faults.add("is missing; a lesson of kind talk_track says for whom it is", "talk_track")
        if self.kind in ("link", "document") and self.url is None:
            faults.add(f"is missing; a lesson of kind {self.kind} leads somewhere", "url")
        for position in twice(list(self.drills)):
            faults.add("stands here already", "drills", position)
        faults.check()
        return self


class CourseDocument(ProductDocument):
    """A product with all of its lessons, in their order: what one content version freezes."""

    lessons: tuple[Lesson, ...] = ()

    @model_validator(mode="after")
    def _lessons_are_distinct(self) -> Self:
        faults = Faults()
        for position in twice([lesson.id for lesson in self.lessons]):
            faults.add("another lesson has this id", "lessons", position, "id")
        numbers = [lesson.number for lesson in self.lessons]
        for position in twice([str(number) for number in numbers]):
            faults.add("another lesson has this number", "lessons", position, "number")
        if numbers != sorted(numbers):
            faults.add("must stand in the order of their numbers", "lessons")
        faults.check()
        return self
