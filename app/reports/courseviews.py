"""What the page of a product shows of its documents, all of which it reads at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.catalog.content import CourseDocument
from app.catalog.models import ContentKind
from app.catalog.queries import Version
from app.catalog.words import audience, kind
from app.certification.live.queries import described
from app.certification.programs import Program
from app.certification.queries import Record
from app.certification.requirements import RequirementKind
from app.quizzes.queries import QuizSettings, questions_of, settings_of
from app.quizzes.spaced.rules import Readiness as Memory
from app.redlines.queries import Card, card_of, known_by
from app.reports.glance import Glance
from app.reports.readiness.queries import Known, readiness_of
from app.reports.readiness.rules import Readiness

SHOWN_RED_LINES = 2


def live_sessions(program: Program) -> Sequence[Any]:
    """Return the live sessions that a program asks for or describes."""
    kinds = {part.kind for part in program.parts}
    there = RequirementKind.LIVE_SESSION in kinds or program.document.get("live_sessions")
    return described(program.document) if there else ()


def quizzes_not_asked_for(
    found: Record | None, versions: Iterable[Version], moment: datetime
) -> list[tuple[str, QuizSettings, int]]:
    """List the quizzes that can be taken and that the program leaves out: id, settings, number of questions."""
    asked = {each.key for each in found.program.requirements if each.kind is RequirementKind.QUIZ} if found else set()
    quizzes = [
        (version.slug, settings_of(version.document), questions_of(version.document))
        for version in versions
        if version.kind is ContentKind.QUIZ and version.slug not in asked
    ]
    return [each for each in quizzes if not each[1].bank and (each[1].closes is None or moment < each[1].closes)]


def first_red_lines(versions: Iterable[Version], moment: datetime) -> tuple[list[Card], int]:
    """Return the first of the active red lines as cards, and how many there are."""
    rules = {
        rule["id"]: rule
        for version in versions
        if version.kind is ContentKind.REDLINES
        for rule in known_by(version.document["rules"], moment)
    }
    return [card_of(rule) for rule in [*rules.values()][:SHOWN_RED_LINES]], len(rules)


def materials(course: CourseDocument) -> list[tuple[Any, str, str]]:
    """List the lessons to bring along, each with what it is and whom it is for."""
    return [
        (each, kind(each.kind), audience(each.audience))
        for each in course.lessons
        if each.kind in {"talk_track", "document"}
    ]


def ready(
    session: Session, record: Record, versions: Iterable[Version], there: Glance, memory: Memory, moment: datetime
) -> Readiness:
    """Return how ready a person is for a product, reading only what there is."""
    redlines = [each.document for each in versions if each.kind is ContentKind.REDLINES]
    drills = any(each.get("packs") or any(rule.get("drills") for rule in each["rules"]) for each in redlines)
    known = Known({record.product_id: memory}, drills, there.demonstrations, there.violations)
    return readiness_of(session, record.person_id, [record], moment, known)[record.product_id]
