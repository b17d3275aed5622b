"""What one content file says about another: references between lessons, red lines, programs and quizzes."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from app.catalog.coursefolder import ParsedCourse
from app.catalog.document import Document, Parsed
from app.catalog.media import media_kind
from app.catalog.yamlfile import Located, Problem, Trail
from app.certification.asking import (
    ALL_LESSONS,
    AttestRequirement,
    LessonRequirement,
    QuizRequirement,
)
from app.certification.content import ProgramDocument
from app.quizzes.content import QuizDocument
from app.quizzes.itemcontent import MultipleItem, OrderingItem, SingleItem
from app.quizzes.itemparts import MediaReference, Option, Step
from app.redlines.content import RedLineDocument, RedLinesDocument

_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_LANGUAGES: Final = {"en": "English", "zh": "Chinese"}
_EXAMPLES: Final = 2


def red_line_ids(redlines: Parsed[RedLinesDocument] | None) -> frozenset[str] | None:
    """Give the ids that other files may name; None for an unreadable file, so that nothing is blamed twice."""
    if redlines is None:
        return frozenset()
    return redlines.document.ids if redlines.document else None


def check_course(
    course: ParsedCourse,
    program: ProgramDocument | None,
    redlines: Parsed[RedLinesDocument] | None,
    quizzes: Collection[str] | None,
    *,
    banks: Collection[str] = (),
) -> Iterator[Problem]:
    """Check what a course folder says about red lines and quizzes; `quizzes` None leaves those unchecked.

    `quizzes` are those of the same product: what somebody passes for another one is no evidence for this. `banks`
    are those among them that nobody can take.
    """
    ids = red_line_ids(redlines)
    drilled = _drilled(redlines)
    for reference in course.references:
        if ids is not None and reference.red_line not in ids:
            yield reference.problem(f"there is no red line {reference.red_line} in redlines.yaml")
        elif ids is not None and reference.drilled and reference.red_line not in drilled:
            yield reference.problem(f"the red line {reference.red_line} has no drills")
    if program and course.program:
        for trail, requirement in program.every_placed():
            message = _missing(requirement, course, redlines, quizzes) or _not_taken(requirement, banks)
            if message:
                yield course.program.problem(trail, message)
    if redlines and redlines.document and redlines.located:
        for position, rule in enumerate(redlines.document.rules):
            yield from _check_rule(rule, ("rules", position), course, redlines.located)


def _drilled(redlines: Parsed[RedLinesDocument] | None) -> frozenset[str]:
    rules = redlines.document.rules if redlines and redlines.document else ()
    return frozenset(rule.id for rule in rules if rule.drills)


def check_quiz(
    quiz: Parsed[QuizDocument],
    products: Collection[str] | None,
    *,
    lessons: Collection[str] | None,
    red_lines: Collection[str] | None,
) -> Iterator[Problem]:
    """Check what a quiz says about its product; what is None is left unchecked."""
    if not (quiz.document and quiz.located):
        return
    product = quiz.document.product
    if products is not None and product not in products:
        yield quiz.located.problem(("product",), f"there is no product {product}")
    for position, item in enumerate(quiz.document.items):
        if item.lesson and lessons is not None and item.lesson not in lessons:
            yield quiz.located.problem(("items", position, "lesson"), f"{product} has no lesson {item.lesson}")
        for index, red_line in enumerate(item.red_line):
            if red_lines is not None and red_line not in red_lines:
                trail = ("items", position, "red_line", index)
                yield quiz.located.problem(trail, f"{product} has no red line {red_line}")
    for place in _without_words(quiz.document):
        yield quiz.located.problem(place, "is missing; say what the picture shows")


def _without_words(quiz: QuizDocument) -> Iterator[Trail]:
    """Find the pictures that say nothing to somebody who does not see them."""
    for position, item in enumerate(quiz.items):
        named: list[tuple[Trail, MediaReference]] = [(("media", place), each) for place, each in enumerate(item.media)]
        options: Sequence[Option | Step] = ()
        if isinstance(item, SingleItem | MultipleItem | OrderingItem):
            options = item.options
        named += [(("options", place, "media"), each.media) for place, each in enumerate(options) if each.media]
        for at, media in named:
            if media.alt is None and media_kind(media.file) == "image":
                yield ("items", position, *at, "alt")


def untested(redlines: Mapping[str, Any], quizzes: Iterable[Mapping[str, Any]]) -> list[int]:
    """Give the places of the active red lines that stop a pitch and that no question of these quizzes asks for.

    Takes documents as they are stored, which need not be whole yet. It is worth a warning and hinders nothing.
    """
    asked = {rule for quiz in quizzes for item in quiz.get("items", ()) for rule in item.get("red_line", ())}
    return [
        position
        for position, rule in enumerate(redlines.get("rules", ()))
        if rule.get("severity") == "block" and rule.get("status") == "active" and rule.get("id") not in asked
    ]


def _missing(
    requirement: Document,
    course: ParsedCourse,
    redlines: Parsed[RedLinesDocument] | None,
    quizzes: Collection[str] | None,
) -> str | None:
    match requirement:
        case LessonRequirement(lesson=lesson) if lesson != ALL_LESSONS and lesson not in course.lesson_ids:
            return f"there is no lesson {lesson}"
        case QuizRequirement(quiz=quiz) if quizzes is not None and quiz not in quizzes:
            return f"there is no quiz {quiz}"
        case AttestRequirement() if redlines is None:
            return "there is no redlines.yaml to attest to"
        case AttestRequirement() if redlines and redlines.document and not _active(redlines.document):
            return "there is no active red line to attest to"
        case _:
            return None


def _not_taken(requirement: Document, banks: Collection[str]) -> str | None:
    if isinstance(requirement, QuizRequirement) and requirement.quiz in banks:
        return f"{requirement.quiz} is a bank, which nobody can take"
    return None


def _active(redlines: RedLinesDocument) -> bool:
    return any(rule.status == "active" for rule in redlines.rules)


def _check_rule(rule: RedLineDocument, trail: Trail, course: ParsedCourse, located: Located) -> Iterator[Problem]:
    product = course.folder_name
    if rule.applies.products and product not in rule.applies.products:
        yield located.problem((*trail, "applies", "products"), f"leaves out {product}, whose file this is")
    if rule.status != "active":
        return
    for key, examples in (
        ("must_flag", rule.examples.must_flag),
        ("must_not_flag", rule.examples.must_not_flag),
    ):
        for language in rule.match:
            count = sum(bool(_HAN.search(example)) == (language == "zh") for example in examples)
            if count < _EXAMPLES:
                message = f"needs {_EXAMPLES} examples in {_LANGUAGES[language]}, has {count}"
                yield located.problem((*trail, "examples", key), message)
