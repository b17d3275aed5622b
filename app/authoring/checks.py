"""Everything that keeps the drafts of a product from being published: what `dealworthy lint` says of files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from app.authoring.crosschecks import check_course, check_quiz, red_line_ids
from app.authoring.drawchecks import Published, check_sources
from app.authoring.prerequisites import Ladder, check_prerequisites
from app.authoring.proving import prove_examples
from app.catalog.content import CourseDocument
from app.catalog.coursefolder import ParsedCourse, RedLineReference
from app.catalog.document import Parsed, validate
from app.catalog.markdown import redline_references
from app.catalog.models import ContentKind
from app.catalog.yamlfile import Located, Problem
from app.certification.content import ProgramDocument
from app.quizzes.content import QuizDocument
from app.redlines.content import RedLinesDocument

Model = TypeVar("Model", bound=BaseModel)

LESSON_FILE: Final = "lesson/"
QUIZ_FILE: Final = "quiz/"


@dataclass(frozen=True, slots=True)
class Draft:
    """A working copy. Two of them are the same when their digests are, so that what was found can be kept."""

    kind: ContentKind
    slug: str
    digest: str
    document: dict[str, Any] = field(compare=False, hash=False)


def problems(
    product: str,
    drafts: Iterable[Draft],
    published: Published | None = None,
    ladders: Mapping[str, Ladder] | None = None,
) -> tuple[Problem, ...]:
    """Check the drafts of one product together; `published` are the quizzes of every product, to draw from.

    `ladders` are the published programs of every product, to ask for.

    A problem's file is the kind of its document, `quiz/<id>`, or `lesson/<id>` for a red line that a lesson shows.
    """
    return _problems(
        product,
        tuple(drafts),
        None if published is None else tuple(sorted(published.items())),
        None if ladders is None else tuple(sorted(ladders.items(), key=itemgetter(0))),
    )


@lru_cache(maxsize=256)
def _problems(
    product: str,
    drafts: tuple[Draft, ...],
    published: tuple[tuple[str, int | None], ...] | None,
    ladders: tuple[tuple[str, Ladder], ...] | None,
) -> tuple[Problem, ...]:
    found: list[Problem] = []
    by_kind = {draft.kind: draft for draft in drafts if draft.kind is not ContentKind.QUIZ}
    course = _parsed(CourseDocument, by_kind.get(ContentKind.COURSE), "course")
    program = _parsed(ProgramDocument, by_kind.get(ContentKind.PROGRAM), "program")
    redlines = _parsed(RedLinesDocument, by_kind.get(ContentKind.REDLINES), "redlines")
    mine = {
        draft.slug: _parsed(QuizDocument, draft, QUIZ_FILE + draft.slug)
        for draft in drafts
        if draft.kind is ContentKind.QUIZ
    }
    for parsed in (course, program, redlines, *mine.values()):
        found += parsed.problems if parsed else ()
    if redlines and redlines.document and redlines.located:
        for trail, message in prove_examples(redlines.document, "redlines"):
            found.append(redlines.located.problem(trail, message))
    files = _course(product, course, program)
    known = None if redlines and not redlines.document else redlines
    if files:
        banks = {slug for slug, quiz in mine.items() if quiz and quiz.document and quiz.document.bank}
        found += check_course(files, program.document if program else None, known, set(mine), banks=banks)
    if ladders is not None and program and program.document and program.located:
        found += check_prerequisites(product, program.document, program.located, dict(ladders))
    # drafts of one product are published together, so one may draw from another that is not published yet
    sources = (
        None if published is None else {**dict(published), **{slug: dict(published).get(slug) or None for slug in mine}}
    )
    for quiz in mine.values():
        if quiz:
            found += check_sources(quiz, sources)
            found += check_quiz(
                quiz, {product}, lessons=files.lesson_ids if files else None, red_lines=red_line_ids(redlines)
            )
    return tuple(sorted(set(found)))


def _parsed(model: type[Model], draft: Draft | None, file: str) -> Parsed[Model] | None:
    if draft is None:
        return None
    located = Located(file, draft.document, {})
    document, found = validate(model, located)
    return Parsed(document, located, tuple(found))


def _course(
    product: str, course: Parsed[CourseDocument] | None, program: Parsed[ProgramDocument] | None
) -> ParsedCourse | None:
    if course is None or course.document is None:
        return None
    lessons = course.document.lessons
    shown = tuple(
        RedLineReference(LESSON_FILE + lesson.id, reference.line, reference.red_line or "")
        for lesson in lessons
        for body in lesson.body.values()
        for reference in redline_references(body)
    )
    drilled = tuple(
        RedLineReference(LESSON_FILE + lesson.id, 1, red_line, f"drills.{position}")
        for lesson in lessons
        for position, red_line in enumerate(lesson.drills)
    )
    ids = frozenset(lesson.id for lesson in lessons)
    return ParsedCourse(product, course.document, program.located if program else None, ids, shown + drilled, ())
