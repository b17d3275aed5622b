"""A product's program as a document: what must be met to be certified, and for how long it holds."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from app.catalog.content import DEAL_STAGES, DealStage
from app.catalog.document import Document, Faults, Region, Slug, twice
from app.catalog.text import Label, Sentence
from app.catalog.yamlfile import Trail
from app.certification.asking import (
    ALL_LESSONS,
    CertifiedRequirement,
    LessonRequirement,
    LiveSessionRequirement,
    QuizRequirement,
    Requirements,
    SignOffRequirement,
    met_by_lessons,
    placed,
)

Basis = Literal["completion", "expiry", "fixed"]
Enforcement = Literal["observe", "warn", "require_approval", "block"]
Coverage = Literal["every", "owner", "one"]
Form = Literal["demonstration", "role_play", "recording"]

_SHORTEST_MONTH: Final = 28


class Criterion(Document):
    """One thing that an assessor looks at. Who misses one that must be met cannot pass."""

    id: Slug
    text: Sentence
    must_pass: bool = False


class Rubric(Document):
    """What a demonstration is judged by.

    `pass_percent` of the criteria are to be met; a second assessor looks at `second_assessor_percent` of the passes
    and fails. `forms` are the ways in which it may be shown.
    """

    id: Slug
    name: Label
    task: Sentence | None = None
    forms: Annotated[tuple[Form, ...], Field(min_length=1)] = ("demonstration", "role_play", "recording")
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=40)]
    pass_percent: Annotated[int, Field(strict=True, ge=1, le=100)] = 100
    second_assessor_percent: Annotated[int, Field(strict=True, ge=0, le=100)] = 0

    @model_validator(mode="after")
    def _is_distinct(self) -> Self:
        faults = Faults()
        for position in twice([each.id for each in self.criteria]):
            faults.add("another criterion has this id", "criteria", position, "id")
        for position in twice(list(self.forms)):
            faults.add("stands here already", "forms", position)
        faults.check()
        return self


class LiveSessionDocument(Document):
    """A live session that dates are set for: how long it is, and how much of it one must be present for.

    Its time is parted into `checks` equal parts, in each of which a code is shown; who entered the code in at least
    `presence_percent` of them was present.
    """

    id: Slug
    name: Label
    minutes: Annotated[int, Field(strict=True, ge=5, le=3 * 24 * 60)]
    presence_percent: Annotated[int, Field(strict=True, ge=1, le=100)] = 100
    checks: Annotated[int, Field(strict=True, ge=1, le=20)] = 1


class Level(Document):
    """A higher level: what it asks for on top of the levels before it."""

    id: Slug
    name: Label
    requirements: Requirements


class ProgramDocument(Document):
    """`program` in `product.yaml`. Windows and grace are counted in days, validity in calendar months.

    `level` names what `requirements` lead to, `levels` are above it, and `deal_level` is the one of `levels` that the
    gate asks for where that is not the first. What was done up to `early_days` before the window opens counts when
    it opens.
    """

    requirements: Requirements
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
    early_days: Annotated[int, Field(strict=True, ge=0, le=3650)] = 0
    levels: Annotated[tuple[Level, ...], Field(max_length=5)] = ()
    deal_level: Slug | None = None
    rubrics: Annotated[tuple[Rubric, ...], Field(max_length=20)] = ()
    live_sessions: Annotated[tuple[LiveSessionDocument, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = Faults()
        for position in twice([requirement.model_dump_json() for requirement in self.requirements]):
            faults.add("is asked for twice", "requirements", position)
        lessons = [each.lesson for each in self.requirements if isinstance(each, LessonRequirement)]
        if ALL_LESSONS in lessons and len(lessons) > 1:
            faults.add("lesson: all covers the other lessons", "requirements")
        if all(map(met_by_lessons, self.requirements)):
            message = "asks for lessons alone; those stay done, so nobody could renew: add attest, quiz or sign_off"
            faults.add(message, "requirements")
        if self.renewal_window_days > self.valid_months * _SHORTEST_MONTH:
            faults.add(f"is longer than the {self.valid_months} months of validity", "renewal_window_days")
        self._check_minimum_active(faults)
        self._check_levels(faults)
        self._check_names(faults)
        faults.check()
        return self

    def _check_levels(self, faults: Faults) -> None:
        known = [self.level, *(each.id for each in self.levels)]
        for position in twice(known):
            faults.add("another level has this id", "levels", position - 1, "id")
        if self.deal_level is not None and self.deal_level not in known:
            faults.add(f"is none of the levels: {', '.join(known)}", "deal_level")
        asked = [requirement.model_dump_json() for requirement in self.requirements]
        for number, level in enumerate(self.levels):
            for position, requirement in enumerate(level.requirements):
                if requirement.model_dump_json() in asked:
                    faults.add("is asked for already", "levels", number, "requirements", position)
                asked.append(requirement.model_dump_json())

    def _check_names(self, faults: Faults) -> None:
        for field, named in (("rubrics", self.rubrics), ("live_sessions", self.live_sessions)):
            for position in twice([each.id for each in named]):
                faults.add("another one has this id", field, position, "id")

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

    def every(self) -> Iterator[Document]:
        """Walk through all that is asked for, on every level and in every alternative."""
        return (each for _trail, each in self.every_placed())

    def every_placed(self) -> Iterator[tuple[Trail, Document]]:
        """Walk through all that is asked for, each with its place in the document."""
        yield from placed(self.requirements, ("requirements",))
        for number, level in enumerate(self.levels):
            yield from placed(level.requirements, ("levels", number, "requirements"))

    @property
    def quizzes(self) -> tuple[str, ...]:
        """The ids of the quizzes that are asked for."""
        return tuple(dict.fromkeys(each.quiz for each in self.every() if isinstance(each, QuizRequirement)))

    @property
    def prerequisites(self) -> tuple[str, ...]:
        """The certifications on other products that are asked for."""
        return tuple(dict.fromkeys(each.certified for each in self.every() if isinstance(each, CertifiedRequirement)))

    @property
    def undescribed(self) -> tuple[str, ...]:
        """The rubrics and live sessions that are asked for and not described, by their ids."""
        described = {each.id for each in self.rubrics} | {each.id for each in self.live_sessions}
        asked = (
            each.sign_off if isinstance(each, SignOffRequirement) else each.live_session
            for each in self.every()
            if isinstance(each, SignOffRequirement | LiveSessionRequirement)
        )
        return tuple(dict.fromkeys(name for name in asked if name not in described))
