"""Where on the web an author mends a problem."""

from dataclasses import dataclass

from app.authoring.checks import LESSON_FILE, QUIZ_FILE
from app.authoring.queries import Course
from app.authoring.sentences import sentence
from app.authoring.words import called, label, place
from app.catalog.models import ContentKind
from app.catalog.yamlfile import Problem


@dataclass(frozen=True, slots=True)
class Linked:
    """A problem in words, with the page that mends it."""

    where: str
    said: str
    url: str


def linked(course: Course) -> list[Linked]:
    """Say each problem of a product's drafts, and where it is mended."""
    return [_linked(course, problem) for problem in course.problems]


def _linked(course: Course, problem: Problem) -> Linked:
    base = f"/author/products/{course.product.slug}"
    steps = problem.path.split(".") if problem.path else []
    said = sentence(problem.message)
    if problem.file.startswith(LESSON_FILE):
        lesson = problem.file.removeprefix(LESSON_FILE)
        return Linked(f"{label('lesson')} {lesson}", said, f"{base}/lessons/{lesson}")
    if problem.file.startswith(QUIZ_FILE):
        slug = problem.file.removeprefix(QUIZ_FILE)
        document = next((each.content.draft for each in course.quizzes if each.content.slug == slug), {})
        return _in_part(document, "items", steps, said, f"/author/quizzes/{slug}", f"/author/quizzes/{slug}/items/")
    if problem.file == "program":
        return Linked(place(["program", *steps]), said, f"{base}/program")
    stored = course.of(ContentKind.REDLINES if problem.file == "redlines" else ContentKind.COURSE)
    document = stored.content.draft if stored else {}
    if problem.file == "redlines":
        return _in_part(document, "rules", steps, said, base, f"{base}/red-lines/")
    whole = base if steps[:1] == ["lessons"] else f"{base}/facts"
    return _in_part(document, "lessons", steps, said, whole, f"{base}/lessons/")


def _in_part(document: dict[str, object], key: str, steps: list[str], said: str, whole: str, prefix: str) -> Linked:
    parts = document.get(key, ())
    if len(steps) > 1 and steps[0] == key and isinstance(parts, list) and int(steps[1]) < len(parts):
        part = parts[int(steps[1])]
        where = " › ".join(filter(None, (called(part), place(steps[2:]))))
        return Linked(where, said, prefix + part["id"])
    return Linked(place(steps), said, whole)
