"""A program in force, expanded from its document and those of its course, red lines and quizzes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import ceil
from typing import Any

from app.catalog.queries import Version
from app.certification.dates import Basis, ProgramTerms, Span
from app.certification.requirements import Requirement, RequirementKind
from app.quizzes.queries import questions_of

MINUTES_A_RED_LINE = 0.5
"""How long reading one red line takes."""
MINUTES_AN_ITEM = 1
"""How long one question takes where a quiz has no time limit."""
MINUTES_A_SIGN_OFF = 20
MINUTES_A_LIVE_SESSION = 60
EXPANDED = 1_000
"""How many programs a process keeps as they were expanded."""
REQUIREMENTS = 5_000
"""How many requirements of a kind a process keeps: evidence names the same ones again and again."""


@dataclass(frozen=True, slots=True)
class Level:
    """A higher level of a program; ``requirements`` are all of them, those of the levels below too."""

    id: str
    name: str | dict[str, str]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class Program:
    """What must be met for one product, under one version of each of its documents."""

    version_id: int
    version: int
    terms: ProgramTerms
    requirements: tuple[Requirement, ...]
    levels: tuple[Level, ...]
    document: dict[str, Any]
    course_version: int | None
    redlines_version_id: int | None
    redlines_version: int | None
    names: Mapping[str, str | dict[str, str]] = field(default_factory=dict)
    """What the certifications on other products are called that this or another program asks for."""
    titles: Mapping[Requirement, str | dict[str, str]] = field(default_factory=dict)
    """What the parts of alternatives are called, as far as the documents say."""

    @cached_property
    def base(self) -> str:
        """The name of the first level."""
        return base_level(self.document)

    @cached_property
    def deal_level(self) -> str:
        """The level that the gate asks for; empty for the first."""
        level = str(self.document.get("deal_level", ""))
        return "" if level == self.base else level

    def asked(self) -> tuple[Requirement, ...]:
        """List what is asked for on any level."""
        return self.levels[-1].requirements if self.levels else self.requirements

    def required(self, level: str) -> tuple[Requirement, ...]:
        """List what a level asks for; what any does, where there is no such level."""
        if not level:
            return self.requirements
        return next((each.requirements for each in self.levels if each.id == level), self.asked())

    @cached_property
    def every_level(self) -> tuple[tuple[str, tuple[Requirement, ...]], ...]:
        """The levels with what they ask for, the first one first; its id is empty."""
        return (("", self.requirements), *((each.id, each.requirements) for each in self.levels))

    @cached_property
    def parts(self) -> tuple[Requirement, ...]:
        """What can be met by itself, on any level and in any alternative."""
        return tuple(dict.fromkeys(part for each in self.asked() for part in each.parts()))

    @cached_property
    def prerequisites(self) -> frozenset[str]:
        """The ids of the products that one must be certified on before."""
        return prerequisites(self.document)


@lru_cache(maxsize=REQUIREMENTS)
def lesson(key: str, minutes: int = 0) -> Requirement:
    """Name the requirement of one completed lesson."""
    return Requirement(RequirementKind.LESSON, key, minutes)


@lru_cache(maxsize=REQUIREMENTS)
def attestation(minutes: int = 0) -> Requirement:
    """Name the requirement of a signature under the red lines."""
    return Requirement(RequirementKind.ATTESTATION, "redlines", minutes)


@lru_cache(maxsize=REQUIREMENTS)
def quiz(key: str, minutes: int = 0) -> Requirement:
    """Name the requirement of a passed quiz."""
    return Requirement(RequirementKind.QUIZ, key, minutes)


def sign_off(key: str) -> Requirement:
    """Name the requirement of a demonstration that an assessor passed."""
    return Requirement(RequirementKind.SIGN_OFF, key, MINUTES_A_SIGN_OFF)


def live_session(key: str, minutes: int = MINUTES_A_LIVE_SESSION) -> Requirement:
    """Name the requirement of presence at a live session."""
    return Requirement(RequirementKind.LIVE_SESSION, key, minutes)


def certification(key: str) -> Requirement:
    """Name the requirement of a certification on another product, or on a level of it (`product/level`)."""
    return Requirement(RequirementKind.CERTIFICATION, key)


def delta_quiz(key: str, version_id: int, minutes: int = 0) -> Requirement:
    """Name the requirement of a passed quiz about what one version of a content changed."""
    return Requirement(RequirementKind.DELTA_QUIZ, f"{key}@{version_id}", minutes)


def expand(
    program: Version, *, course: Version | None, redlines: Version | None, quizzes: Iterable[Version]
) -> Program:
    """Turn documents into terms and requirements; every lesson becomes a requirement of its own."""
    return _expand(program, course, redlines, tuple(quizzes))


# versions never change, and neither does what they come to together
@lru_cache(maxsize=EXPANDED)
def _expand(
    program: Version, course: Version | None, redlines: Version | None, quizzes: tuple[Version, ...]
) -> Program:
    document = program.document
    minutes = {each["id"]: each["minutes"] for each in document.get("live_sessions", ())}
    sources = _Sources(course, redlines, {each.slug: each for each in quizzes}, minutes)
    requirements = _requirements(document["requirements"], sources)
    levels = tuple(_levels(document, requirements, sources))
    offers = any(each.options for each in (levels[-1].requirements if levels else requirements))
    return Program(
        version_id=program.id,
        version=program.number,
        terms=terms(document),
        requirements=requirements,
        levels=levels,
        document=document,
        course_version=course.number if course else None,
        redlines_version_id=redlines.id if redlines else None,
        redlines_version=redlines.number if redlines else None,
        titles=_titles(document, sources) if offers else {},
    )


def terms(document: dict[str, Any]) -> ProgramTerms:
    """Read how long a program's document certifies for."""
    return ProgramTerms(
        valid_months=document["valid_months"],
        basis=Basis(document.get("basis", "expiry")),
        window=Span(days=document.get("renewal_window_days", 30)),
        grace_days=document.get("grace_days", 0),
        minimum_active_months=document.get("minimum_active_months", 6),
        early_days=document.get("early_days", 0),
    )


def prerequisites(document: dict[str, Any]) -> frozenset[str]:
    """Read from a program's document on which products one must be certified before, by their ids."""
    parts = (part for each in besides_lessons(document) for part in each.parts())
    return frozenset(each.key.partition("/")[0] for each in parts if each.kind is RequirementKind.CERTIFICATION)


def base_level(document: Mapping[str, Any]) -> str:
    """Read the name of a program's first level."""
    return str(document.get("level", "standard"))


def besides_lessons(document: dict[str, Any]) -> tuple[Requirement, ...]:
    """List what a program's document asks for by itself, on any level, without its course; minutes are not known."""
    requirements = _requirements(document["requirements"], _NOTHING)
    return requirements + tuple(
        each for level in document.get("levels", ()) for each in _requirements(level["requirements"], _NOTHING)
    )


@dataclass(frozen=True, slots=True)
class _Sources:
    """The documents that say what a requirement means; `minutes` are those of the live sessions."""

    course: Version | None
    redlines: Version | None
    quizzes: Mapping[str, Version]
    minutes: Mapping[str, int]


_NOTHING = _Sources(None, None, {}, {})


def _levels(document: dict[str, Any], requirements: tuple[Requirement, ...], sources: _Sources) -> Iterable[Level]:
    for level in document.get("levels", ()):
        requirements = tuple(dict.fromkeys((*requirements, *_requirements(level["requirements"], sources))))
        yield Level(level["id"], level["name"], requirements)


def _requirements(written: Sequence[Mapping[str, Any]], sources: _Sources) -> tuple[Requirement, ...]:
    return tuple(found for each in written for found in _expanded(*next(iter(each.items())), sources))


def _expanded(kind: str, key: Any, sources: _Sources) -> Iterable[Requirement]:
    """Read one requirement as it is written; all the lessons are many."""
    if kind == "any_of":
        options = tuple(_requirements(option, sources) for option in key)
        # a lesson that the course has not got any more is nothing that could be done
        written = json.dumps(key, sort_keys=True, separators=(",", ":"))
        return [Requirement(RequirementKind.ALTERNATIVES, written, options=tuple(filter(None, options)))]
    if kind == "lesson":
        lessons = sources.course.document.get("lessons", []) if sources.course else []
        return [lesson(each["id"], each["minutes"]) for each in lessons if key in {"all", each["id"]}]
    if kind == "attest":
        rules = sources.redlines.document["rules"] if sources.redlines else []
        return [attestation(ceil(sum(rule["status"] == "active" for rule in rules) * MINUTES_A_RED_LINE))]
    if kind == "quiz":
        return [quiz(key, _quiz_minutes(sources.quizzes.get(key)))]
    if kind == "live_session":
        return [live_session(key, sources.minutes.get(key, MINUTES_A_LIVE_SESSION))]
    return [sign_off(key) if kind == "sign_off" else certification(key)]


def _titles(document: Mapping[str, Any], sources: _Sources) -> dict[Requirement, str | dict[str, str]]:
    lessons = sources.course.document.get("lessons", ()) if sources.course else ()
    return {
        **{lesson(each["id"]): each["title"] for each in lessons},
        **{quiz(slug): each.document["title"] for slug, each in sources.quizzes.items()},
        **{sign_off(each["id"]): each["name"] for each in document.get("rubrics", ())},
        **{live_session(each["id"]): each["name"] for each in document.get("live_sessions", ())},
    }


def _quiz_minutes(version: Version | None) -> int:
    if version is None:
        return 0
    document = version.document
    return int(document.get("time_limit_minutes") or questions_of(document) * MINUTES_AN_ITEM)
