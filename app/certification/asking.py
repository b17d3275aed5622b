"""What a program may ask for, as it is written in a document."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, field_validator, model_validator

from app.catalog.document import SLUG, Document, Faults, Slug, twice
from app.catalog.yamlfile import Trail

ALL_LESSONS: Final = "all"


class LessonRequirement(Document):
    """One lesson of the product's course, by its id, or `all` of them."""

    lesson: Slug


class AttestRequirement(Document):
    """The signed confirmation that the red lines are understood."""

    attest: Literal["redlines"]


class QuizRequirement(Document):
    """A quiz, by its id."""

    quiz: Slug


class SignOffRequirement(Document):
    """A hands-on demonstration, by its rubric."""

    sign_off: Slug


class LiveSessionRequirement(Document):
    """A live session, by its id."""

    live_session: Slug


class CertifiedRequirement(Document):
    """A certification on another product, by its id, or on one of its levels, written `product/level`."""

    certified: Annotated[str, StringConstraints(strict=True, max_length=161)]

    @field_validator("certified")
    @classmethod
    def _names_a_product(cls, value: str) -> str:
        if not re.fullmatch(f"{SLUG}(?:/{SLUG})?", value):
            message = "must be a product's id, or product/level"
            raise ValueError(message)
        return value


_SIMPLE_FORMS: Final[Mapping[str, type[Document]]] = {
    "lesson": LessonRequirement,
    "attest": AttestRequirement,
    "quiz": QuizRequirement,
    "sign_off": SignOffRequirement,
    "live_session": LiveSessionRequirement,
    "certified": CertifiedRequirement,
}


def _form(value: object) -> str:
    for name, form in _FORMS.items():
        if isinstance(value, form) or (isinstance(value, dict) and name in value):
            return f"<{name}>"
    return ""


def _one_form(value: object) -> object:
    if not _form(value):
        raise ValueError(f"must be one of: {', '.join(_FORMS)}")
    return value


def _one_simple_form(value: object) -> object:
    if _form(value) in {"", "<any_of>"}:
        raise ValueError(f"must be one of: {', '.join(_SIMPLE_FORMS)}")
    return value


SimpleRequirement = Annotated[
    Annotated[LessonRequirement, Tag("<lesson>")]
    | Annotated[AttestRequirement, Tag("<attest>")]
    | Annotated[QuizRequirement, Tag("<quiz>")]
    | Annotated[SignOffRequirement, Tag("<sign_off>")]
    | Annotated[LiveSessionRequirement, Tag("<live_session>")]
    | Annotated[CertifiedRequirement, Tag("<certified>")],
    Discriminator(_form),
    BeforeValidator(_one_simple_form),
]

Alternative = Annotated[tuple[SimpleRequirement, ...], Field(min_length=1, max_length=20)]


class AnyOfRequirement(Document):
    """This or that: one alternative is enough. An alternative is one requirement, or a list of them, all to be met."""

    any_of: Annotated[tuple[Alternative, ...], Field(min_length=2, max_length=10)]

    @field_validator("any_of", mode="before")
    @classmethod
    def _as_lists(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            return [[each] if isinstance(each, dict) else each for each in value]
        return value

    @model_validator(mode="after")
    def _are_distinct(self) -> Self:
        faults = Faults()
        for position in twice([str(sorted(part.model_dump_json() for part in each)) for each in self.any_of]):
            faults.add("is offered twice", "any_of", position)
        faults.check()
        return self


_FORMS: Final[Mapping[str, type[Document]]] = {**_SIMPLE_FORMS, "any_of": AnyOfRequirement}

Requirement = Annotated[
    Annotated[LessonRequirement, Tag("<lesson>")]
    | Annotated[AttestRequirement, Tag("<attest>")]
    | Annotated[QuizRequirement, Tag("<quiz>")]
    | Annotated[SignOffRequirement, Tag("<sign_off>")]
    | Annotated[LiveSessionRequirement, Tag("<live_session>")]
    | Annotated[CertifiedRequirement, Tag("<certified>")]
    | Annotated[AnyOfRequirement, Tag("<any_of>")],
    Discriminator(_form),
    BeforeValidator(_one_form),
]

Requirements = Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=100)]


def met_by_lessons(requirement: Document) -> bool:
    """Tell whether lessons alone can meet a requirement."""
    if isinstance(requirement, AnyOfRequirement):
        return any(all(map(met_by_lessons, alternative)) for alternative in requirement.any_of)
    return isinstance(requirement, LessonRequirement)


def placed(requirements: tuple[Requirement, ...], above: Trail) -> Iterator[tuple[Trail, Document]]:
    """Walk through the requirements of the list at `above`, those inside of alternatives too, each with its place."""
    for position, each in enumerate(requirements):
        if isinstance(each, AnyOfRequirement):
            for number, alternative in enumerate(each.any_of):
                for place, part in enumerate(alternative):
                    yield (*above, position, "any_of", number, place), part
        else:
            yield (*above, position), each


def stored_parts(requirements: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, str]]:
    """Walk through requirements as they are stored, those inside of alternatives too."""
    for each in requirements:
        if "any_of" in each:
            yield from (part for alternative in each["any_of"] for part in alternative)
        else:
            yield each
