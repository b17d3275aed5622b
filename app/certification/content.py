"""A product's program as a document: what must be met to be certified, and for how long it holds."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from app.catalog.content import DEAL_STAGES, DealStage
from app.catalog.document import Document, Faults, Region, Slug, twice

Basis = Literal["completion", "expiry", "fixed"]
Enforcement = Literal["observe", "warn", "require_approval", "block"]
Coverage = Literal["every", "owner", "one"]

ALL_LESSONS: Final = "all"
_SHORTEST_MONTH: Final = 28


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


_FORMS: Final[Mapping[str, type[Document]]] = {
    "lesson": LessonRequirement,
    "attest": AttestRequirement,
    "quiz": QuizRequirement,
    "sign_off": SignOffRequirement,
    "live_session": LiveSessionRequirement,
}


def _form(value: object) -> str:
    for name, form in _FORMS.items():
        if isinstance(value, form) or (isinstance(value, dict) and name in value):
            return f"<{name}>"
    return ""


def _one_form(value: object) -> object:
    if not _form(value):
        message = "must be one of: lesson, attest, quiz, sign_off, live_session"
        raise ValueError(message)
    return value


Requirement = Annotated[
    Annotated[LessonRequirement, Tag("<lesson>")]
    | Annotated[AttestRequirement, Tag("<attest>")]
    | Annotated[QuizRequirement, Tag("<quiz>")]
    | Annotated[SignOffRequirement, Tag("<sign_off>")]
    | Annotated[LiveSessionRequirement, Tag("<live_session>")],
    Discriminator(_form),
    BeforeValidator(_one_form),
]


class ProgramDocument(Document):
    """`program` in `product.yaml`. Windows and grace are counted in days, validity in calendar months."""

    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=100)]
    valid_months: Annotated[int, Field(strict=True, ge=1, le=120)]
    basis: Basis
    renewal_window_days: Annotated[int, Field(strict=True, ge=0, le=3650)]
    grace_days: Annotated[int, Field(strict=True, ge=0, le=3650)]
    enforcement: Enforcement
    level: Slug = "standard"
    regions: tuple[Region, ...] = ()
    coverage: Coverage = "every"
    from_stage: DealStage = DEAL_STAGES[0]
    roles: tuple[Slug, ...] = ()
    minimum_active_months: Annotated[int, Field(strict=True, ge=0, le=120)] = 6

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = Faults()
        for position in twice([requirement.model_dump_json() for requirement in self.requirements]):
            faults.add("is asked for twice", "requirements", position)
        lessons = [each.lesson for each in self.requirements if isinstance(each, LessonRequirement)]
        if ALL_LESSONS in lessons and len(lessons) > 1:
            faults.add("lesson: all covers the other lessons", "requirements")
        if len(lessons) == len(self.requirements):
            message = "asks for lessons alone; those stay done, so nobody could renew: add attest, quiz or sign_off"
            faults.add(message, "requirements")
        if self.renewal_window_days > self.valid_months * _SHORTEST_MONTH:
            faults.add(f"is longer than the {self.valid_months} months of validity", "renewal_window_days")
        self._check_minimum_active(faults)
        faults.check()
        return self

    def _check_minimum_active(self, faults: Faults) -> None:
        if self.basis != "fixed":
            if "minimum_active_months" in self.model_fields_set:
                faults.add("is only for basis: fixed", "minimum_active_months")
            return
        if self.minimum_active_months * _SHORTEST_MONTH < self.renewal_window_days:
            message = f"must cover the renewal window of {self.renewal_window_days} days (a month counts 28 here)"
            faults.add(message, "minimum_active_months")
        if self.minimum_active_months > self.valid_months:
            faults.add(f"is longer than the {self.valid_months} months of validity", "minimum_active_months")

    @property
    def quizzes(self) -> tuple[str, ...]:
        """The ids of the quizzes that are asked for."""
        return tuple(each.quiz for each in self.requirements if isinstance(each, QuizRequirement))
