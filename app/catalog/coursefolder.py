"""Reads one course folder: `product.yaml` and the lessons; `redlines.yaml` is left to its own feature."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.catalog.content import MAX_BODY, CourseDocument, Lesson, ProductDocument
from app.catalog.document import SLUG, validate
from app.catalog.markdown import redline_references
from app.catalog.sourcefile import folder_entries, load
from app.catalog.text import LOCALES
from app.catalog.yamlfile import Located, Place, Problem, decode, read

PRODUCT_FILE: Final = "product.yaml"
REDLINES_FILE: Final = "redlines.yaml"

_LOCALES: Final = "|".join(LOCALES)
_LESSON: Final = re.compile(rf"(?P<number>[0-9]{{2,3}})-(?P<slug>{SLUG}?)(?:\.(?P<locale>{_LOCALES}))?\.md")
_FENCE: Final = "---"


@dataclass(frozen=True, slots=True)
class RedLineReference:
    """A place in a lesson that shows a red line's card, or below `drills` one whose sentences are said right there."""

    file: str
    line: int
    red_line: str
    path: str = "body"

    @property
    def drilled(self) -> bool:
        """Whether the red line must have drills."""
        return self.path != "body"

    def problem(self, message: str) -> Problem:
        """Blame this reference."""
        return Problem(self.file, self.line, 1, self.path, message)


@dataclass(frozen=True, slots=True)
class ParsedCourse:
    """A course folder as it was read; there is no course when anything in it is wrong.

    `program` is what `product.yaml` says under that key, for certification to read.
    """

    folder_name: str
    course: CourseDocument | None
    program: Located | None
    lesson_ids: frozenset[str]
    references: tuple[RedLineReference, ...]
    problems: tuple[Problem, ...]


def lesson_name(lesson: Lesson, locale: str = "en") -> str:
    """Give the name of a lesson's file; the English one carries the front matter."""
    suffix = "" if locale == "en" else f".{locale}"
    return f"{lesson.number:02d}-{lesson.slug or lesson.id}{suffix}.md"


def is_course_file(name: str) -> bool:
    """Tell whether a name in a course folder is one that the format gives a meaning."""
    return name in (PRODUCT_FILE, REDLINES_FILE) or _LESSON.fullmatch(name) is not None


def parse_course(folder: Path, within: Path | None = None) -> ParsedCourse:
    """Read a course folder. No file is followed out of `within` (default: the folder)."""
    return _Folder(folder, within or folder).parse()


@dataclass(slots=True)
class _Folder:
    folder: Path
    within: Path
    problems: list[Problem] = field(default_factory=list)
    references: list[RedLineReference] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def _name(self) -> str:
        return self.folder.resolve().name

    def parse(self) -> ParsedCourse:
        names = self._names()
        product, program = self._product()
        lessons = self._lessons(names)
        course = None
        if product and not self.problems:
            course = CourseDocument.model_validate(
                {**product.model_dump(), "lessons": [lesson.model_dump() for lesson in lessons]}
            )
        ids = frozenset(lesson.id for lesson in lessons)
        return ParsedCourse(self._name, course, program, ids, tuple(self.references), tuple(sorted(self.problems)))

    def _names(self) -> list[str]:
        entries, problems = folder_entries(self.folder, self.within)
        self.problems += problems
        for entry in entries:
            if not is_course_file(entry.name):
                message = "is no file of a course (product.yaml, redlines.yaml, NN-lesson[.zh-Hans].md)"
                self.problems.append(Problem(entry.as_posix(), 1, 1, "", message))
        return [entry.name for entry in entries]

    def _product(self) -> tuple[ProductDocument | None, Located | None]:
        path = self.folder / PRODUCT_FILE
        data, problems = load(path, self.within)
        self.problems += problems
        if data is None:
            return None, None
        reading = read(data, path.as_posix())
        self.problems += reading.problems
        root = reading.root
        if root is None:
            return None, None
        program = None
        if isinstance(root.value, dict) and "program" in root.value:
            program = root.under("program")
            rest = {key: value for key, value in root.value.items() if key != "program"}
            root = Located(root.file, rest, root.places)
        product, problems = validate(ProductDocument, root)
        self.problems += problems
        if product and product.id != self._name:
            self.problems.append(root.problem(("id",), f"must equal the folder's name, {self._name}"))
        return product, program

    def _lessons(self, names: list[str]) -> list[Lesson]:
        mains: dict[str, re.Match[str]] = {}
        siblings: dict[str, list[re.Match[str]]] = defaultdict(list)
        for name in names:
            if match := _LESSON.fullmatch(name):
                stem = f"{match['number']}-{match['slug']}"
                if match["locale"]:
                    siblings[stem].append(match)
                else:
                    mains[stem] = match
        self._check_names(mains, siblings)
        lessons = [self._lesson(match, siblings[stem]) for stem, match in mains.items()]
        return sorted((lesson for lesson in lessons if lesson), key=lambda lesson: lesson.number)

    def _check_names(self, mains: dict[str, re.Match[str]], siblings: dict[str, list[re.Match[str]]]) -> None:
        for stem, matches in siblings.items():
            for match in matches:
                if match["locale"] == "en":
                    self._blame(match.string, f"the English body stands in {stem}.md")
                elif stem not in mains:
                    self._blame(match.string, f"translates {stem}.md, which is not there")
        numbers: dict[int, str] = {}
        for match in mains.values():
            number = int(match["number"])
            if number in numbers:
                self._blame(match.string, f"has the same number as {numbers[number]}")
            numbers.setdefault(number, match.string)

    def _blame(self, name: str, message: str) -> None:
        self.problems.append(Problem((self.folder / name).as_posix(), 1, 1, "", message))

    def _lesson(self, main: re.Match[str], siblings: list[re.Match[str]]) -> Lesson | None:
        path = self.folder / main.string
        lines = self._lines(path)
        if lines is None:
            return None
        if not lines or lines[0] != _FENCE or _FENCE not in lines[1:]:
            self._blame(main.string, "must begin with front matter between two lines of ---")
            return None
        end = lines.index(_FENCE, 1)
        body = {"en": self._body(path, lines[end + 1 :], end + 2)}
        for match in siblings:
            sibling = self.folder / match.string
            below = self._lines(sibling)
            if below and below[0] == _FENCE:
                self._blame(match.string, "holds only the body; front matter stands in the English file")
            elif below is not None:
                body[match["locale"]] = self._body(sibling, below, 1)
        reading = read("\n".join(lines[1:end]) + "\n", path.as_posix(), first_line=2)
        self.problems += reading.problems
        return self._validated(reading.root, main, {locale: text for locale, text in body.items() if text})

    def _validated(self, front: Located | None, main: re.Match[str], body: dict[str, str]) -> Lesson | None:
        if front is None:
            return None
        if not isinstance(front.value, dict):
            self.problems.append(front.problem((), "front matter must be a map"))
            return None
        for key in ("number", "slug", "body"):
            if key in front.value:
                self.problems.append(front.problem((key,), "is not a key that is known here"))
        value = {**front.value, "number": int(main["number"]), "body": body}
        value["slug"] = main["slug"] if main["slug"] != front.value.get("id") else None
        lesson, problems = validate(Lesson, Located(front.file, value, front.places))
        self.problems += problems
        for position, red_line in enumerate(lesson.drills if lesson else ()):
            place = front.problem(("drills", position), "")
            self.references.append(RedLineReference(place.file, place.line, red_line, place.path))
        if lesson and (other := self.ids.setdefault(lesson.id, main.string)) != main.string:
            self.problems.append(front.problem(("id",), f"{other} has this id already"))
        return lesson

    def _lines(self, path: Path) -> list[str] | None:
        data, problems = load(path, self.within)
        self.problems += problems
        if data is None:
            return None
        text, problems = decode(data, path.as_posix())
        self.problems += problems
        return None if text is None else text.removesuffix("\n").split("\n")

    def _body(self, path: Path, lines: list[str], first_line: int) -> str:
        text = "\n".join(lines)
        if len(text) > MAX_BODY:
            message = f"is {len(text):,} characters long; at most {MAX_BODY:,} are allowed"
            self.problems.append(Problem(path.as_posix(), first_line, 1, "body", message))
            return text[:MAX_BODY]
        for reference in redline_references(text):
            place = Place(first_line + reference.line - 1, 1)
            if reference.red_line is None:
                message = "[[redline: id]] must be a paragraph of its own, not in a list or a quote"
                self.problems.append(Problem(path.as_posix(), *place, "body", message))
            else:
                self.references.append(RedLineReference(path.as_posix(), place.line, reference.red_line))
        return text.strip("\n").rstrip()
