"""A program in force, expanded from its document and those of its course, red lines and quizzes."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from app.catalog.queries import Version
from app.certification.dates import Basis, ProgramTerms, Span
from app.certification.rules import Requirement, RequirementKind
from app.quizzes.queries import questions_of

MINUTES_A_RED_LINE = 0.5
"""How long reading one red line takes."""
MINUTES_AN_ITEM = 1
"""How long one question takes where a quiz has no time limit."""
MINUTES_A_SIGN_OFF = 20
MINUTES_A_LIVE_SESSION = 60


@dataclass(frozen=True, slots=True)
class Program:
    """What must be met for one product, under one version of each of its documents."""

    version_id: int
    version: int
    terms: ProgramTerms
    requirements: tuple[Requirement, ...]
    document: dict[str, Any]
    course_version: int | None
    redlines_version_id: int | None
    redlines_version: int | None


def lesson(key: str, minutes: int = 0) -> Requirement:
    """Name the requirement of one completed lesson."""
    return Requirement(RequirementKind.LESSON, key, minutes)


def attestation(minutes: int = 0) -> Requirement:
    """Name the requirement of a signature under the red lines."""
    return Requirement(RequirementKind.ATTESTATION, "redlines", minutes)


def quiz(key: str, minutes: int = 0) -> Requirement:
    """Name the requirement of a passed quiz."""
    return Requirement(RequirementKind.QUIZ, key, minutes)


def sign_off(key: str) -> Requirement:
    """Name the requirement of a demonstration that an assessor passed."""
    return Requirement(RequirementKind.SIGN_OFF, key, MINUTES_A_SIGN_OFF)


def live_session(key: str) -> Requirement:
    """Name the requirement of presence at a live session."""
    return Requirement(RequirementKind.LIVE_SESSION, key, MINUTES_A_LIVE_SESSION)


def expand(program: Version, *, course: Version | None, redlines: Version | None, quizzes: list[Version]) -> Program:
    """Turn documents into terms and requirements; every lesson becomes a requirement of its own."""
    document = program.document
    return Program(
        version_id=program.id,
        version=program.number,
        terms=terms(document),
        requirements=tuple(_requirements(document, course, redlines, {each.slug: each for each in quizzes})),
        document=document,
        course_version=course.number if course else None,
        redlines_version_id=redlines.id if redlines else None,
        redlines_version=redlines.number if redlines else None,
    )


def terms(document: dict[str, Any]) -> ProgramTerms:
    """Read how long a program's document certifies for."""
    return ProgramTerms(
        valid_months=document["valid_months"],
        basis=Basis(document.get("basis", "expiry")),
        window=Span(days=document.get("renewal_window_days", 30)),
        grace_days=document.get("grace_days", 0),
        minimum_active_months=document.get("minimum_active_months", 6),
    )


def besides_lessons(document: dict[str, Any]) -> tuple[Requirement, ...]:
    """List what a program's document asks for by itself, without its course; the minutes are not known."""
    return tuple(_requirements(document, None, None, {}))


def _requirements(
    document: dict[str, Any], course: Version | None, redlines: Version | None, quizzes: dict[str, Version]
) -> list[Requirement]:
    lessons = course.document.get("lessons", []) if course else []
    rules = [rule for rule in redlines.document["rules"] if rule["status"] == "active"] if redlines else []
    found: list[Requirement] = []
    for each in document["requirements"]:
        ((kind, key),) = each.items()
        if kind == "lesson":
            found += [lesson(one["id"], one["minutes"]) for one in lessons if key in {"all", one["id"]}]
        elif kind == "attest":
            found.append(attestation(ceil(len(rules) * MINUTES_A_RED_LINE)))
        elif kind == "quiz":
            found.append(quiz(key, _quiz_minutes(quizzes.get(key))))
        elif kind == "sign_off":
            found.append(sign_off(key))
        else:
            found.append(live_session(key))
    return found


def _quiz_minutes(version: Version | None) -> int:
    if version is None:
        return 0
    document = version.document
    return int(document.get("time_limit_minutes") or questions_of(document) * MINUTES_AN_ITEM)
