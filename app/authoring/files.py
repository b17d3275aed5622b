"""The tree of content files: read as a whole, checked as a whole, written back file by file."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.authoring.crosschecks import check_course, check_quiz, red_line_ids, untested
from app.authoring.drawchecks import Items, check_sources, unfilled
from app.authoring.mediafiles import MEDIA, Load, with_media
from app.authoring.packchecks import check_pack, check_subscriptions
from app.authoring.prerequisites import Ladders, check_prerequisites, ladder
from app.catalog.content import CourseDocument
from app.catalog.coursefolder import PRODUCT_FILE, REDLINES_FILE, ParsedCourse, parse_course
from app.catalog.document import Model, Parsed, canonical, parse, validate
from app.catalog.sourcefile import folder_entries, leaves, load
from app.catalog.yamlfile import Problem, Trail
from app.certification.content import ProgramDocument
from app.quizzes.content import QuizDocument
from app.redlines.content import RedLinesDocument

Prove = Callable[[RedLinesDocument, str], Iterable[tuple[Trail, str]]]
"""Tries the examples of red lines, given with their file; gives what fails, by its place in the document."""

COURSES: Final = "courses"
QUIZZES: Final = "quizzes"
PACKS: Final = "packs"
_IGNORED: Final = "README.md"
_SUFFIX: Final = ".yaml"


@dataclass(frozen=True, slots=True)
class CourseFiles:
    """One course folder; a product may come without a program, and without red lines."""

    course: CourseDocument
    program: ProgramDocument | None = None
    redlines: RedLinesDocument | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """All content of a tree, by slug. Only what has no problem of its own is there.

    `packs` are rule packs. `media` are the pictures and sounds that the quizzes name. `warnings` hinder nothing.
    """

    courses: Mapping[str, CourseFiles] = field(default_factory=dict)
    quizzes: Mapping[str, QuizDocument] = field(default_factory=dict)
    packs: Mapping[str, RedLinesDocument] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    media: Mapping[str, Load] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


def read_tree(
    path: Path,
    *,
    known_products: Collection[str] | None = None,
    known_quizzes: Mapping[str, str] | None = None,
    known_versions: Mapping[str, int] | None = None,
    known_packs: Collection[str] | None = None,
    known_programs: Ladders | None = None,
    prove: Prove | None = None,
) -> Tree:
    """Read and check a directory with `courses/`, `quizzes/` and `packs/` or some of them, or one course or file.

    `known_products` and `known_quizzes` are ids that exist elsewhere, those of quizzes with their products. Without
    them a reference to a half that `path` does not hold is left unchecked. `known_versions` are the newest published
    versions of those quizzes, `known_packs` the approved rule packs, `known_programs` the published programs.
    `prove` tries the examples of each `redlines.yaml` and of each pack that is well formed.
    """
    return _Reader(path, known_products, known_quizzes, known_versions, known_packs, known_programs, prove).tree()


@dataclass(slots=True)
class _Course:
    files: ParsedCourse
    program: ProgramDocument | None
    redlines: Parsed[RedLinesDocument] | None


@dataclass(slots=True)
class _Reader:
    path: Path
    known_products: Collection[str] | None
    known_quizzes: Mapping[str, str] | None
    known_versions: Mapping[str, int] | None
    known_packs: Collection[str] | None
    known_programs: Ladders | None
    prove: Prove | None
    problems: list[Problem] = field(default_factory=list)
    courses: dict[str, _Course] = field(default_factory=dict)
    quizzes: dict[str, Parsed[QuizDocument]] = field(default_factory=dict)
    packs: dict[str, Parsed[RedLinesDocument]] = field(default_factory=dict)
    media: dict[str, Load] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)

    def tree(self) -> Tree:
        self._read()
        ladders = self._ladders()
        for course in self.courses.values():
            self._check_course(course)
            if ladders is not None and course.program and course.files.program:
                self.problems += check_prerequisites(
                    course.files.folder_name, course.program, course.files.program, ladders, besides=self.courses
                )
        for quiz in self.quizzes.values():
            self._check_quiz(quiz)
        blamed = {problem.file for problem in self.problems}
        courses = {
            slug: CourseFiles(each.files.course, each.program, each.redlines.document if each.redlines else None)
            for slug, each in self.courses.items()
            if each.files.course and not any(Path(file).parent.name == slug for file in blamed)
        }
        quizzes = {
            slug: each.document
            for slug, each in self.quizzes.items()
            if each.document and each.located and each.located.file not in blamed
        }
        packs = {
            slug: each.document
            for slug, each in self.packs.items()
            if each.document and each.located and each.located.file not in blamed
        }
        return Tree(
            courses,
            quizzes,
            packs,
            tuple(sorted(set(self.problems))),
            self.media,
            tuple(sorted([*self._untested(blamed), *self._unfilled()])),
        )

    def _untested(self, blamed: Collection[str]) -> Iterator[Problem]:
        documents = [each.document for each in self.quizzes.values()]
        if QUIZZES not in self.holds or not all(documents):
            return  # a question that is elsewhere, or cannot be read, may ask for it
        for slug, course in self.courses.items():
            redlines = course.redlines
            if not (redlines and redlines.document and redlines.located) or redlines.located.file in blamed:
                continue
            quizzes = [canonical(each) for each in documents if each and each.product == slug]
            for position in untested(canonical(redlines.document), quizzes):
                rule = redlines.document.rules[position].id
                yield redlines.located.problem(("rules", position), f"no question of a quiz names the red line {rule}")

    def _unfilled(self) -> Iterator[Problem]:
        known: dict[str, Any] = {slug: canonical(each.document) for slug, each in self.quizzes.items() if each.document}
        sources: Items = {(slug, None): document["items"] for slug, document in known.items()}
        for slug, document in known.items():
            located = self.quizzes[slug].located
            if located:
                yield from (located.problem(("draw", each.rule), str(each)) for each in unfilled(document, sources))

    def _read(self) -> None:
        if self.path.is_file() and self.path.parent.name == PACKS:
            self._pack(self.path, self.path.parent)
        elif self.path.is_file():
            self._quiz(self.path, self.path.parent)
        elif (self.path / PRODUCT_FILE).exists():
            self._course(self.path, self.path)
        elif self.path.name in (COURSES, QUIZZES, PACKS) and self.path.is_dir():
            self._part(self.path, self.path)
        else:
            parts = [self.path / name for name in (COURSES, QUIZZES, PACKS) if (self.path / name).is_dir()]
            for part in parts:
                self._part(part, self.path)
            if not parts:
                message = "holds neither courses/ nor quizzes/ nor packs/, and is no course, no quiz and no rule pack"
                self._blame(self.path, message)

    def _part(self, folder: Path, within: Path) -> None:
        self.holds.add(folder.name)
        entries, problems = folder_entries(folder, within)
        self.problems += problems
        for entry in entries:
            if entry.name == _IGNORED:
                continue
            if leaves(entry, within):
                self._blame(entry, "is a link that leaves the folder being read")
            elif folder.name == QUIZZES and entry.name == MEDIA and entry.is_dir():
                continue
            elif folder.name == QUIZZES:
                self._quiz(entry, within)
            elif folder.name == PACKS:
                self._pack(entry, within)
            elif entry.is_dir():
                self._course(entry, within)
            else:
                self._blame(entry, "is not a course; a course is a folder with a product.yaml")

    def _course(self, folder: Path, within: Path) -> None:
        files = parse_course(folder, within)
        self.problems += files.problems
        program = None
        if files.program:
            program, problems = validate(ProgramDocument, files.program)
            self.problems += problems
        redlines = None
        if (folder / REDLINES_FILE).exists():
            redlines = self._parse(RedLinesDocument, folder / REDLINES_FILE, within)
            self._prove(redlines)
        self.courses[folder.resolve().name] = _Course(files, program, redlines)

    def _quiz(self, path: Path, within: Path) -> None:
        if path.suffix != _SUFFIX:
            self._blame(path, "is not a quiz; a quiz is a file that ends in .yaml")
            return
        found = with_media(self._parse(QuizDocument, path, within), path.parent / MEDIA, within)
        quiz = found.quiz
        self.problems += found.problems
        self.media |= found.files
        if quiz.document and quiz.located and quiz.document.id != path.stem:
            self.problems.append(quiz.located.problem(("id",), f"must equal the file's name, {path.stem}"))
        self.quizzes[path.stem] = quiz

    def _pack(self, path: Path, within: Path) -> None:
        if path.suffix != _SUFFIX:
            self._blame(path, "is not a rule pack; a rule pack is a file that ends in .yaml")
            return
        pack = self._parse(RedLinesDocument, path, within)
        self._prove(pack)
        self.problems += check_pack(pack, path.stem)
        self.packs[path.stem] = pack

    def _parse(self, model: type[Model], path: Path, within: Path) -> Parsed[Model]:
        data, problems = load(path, within)
        parsed = Parsed(None, None, tuple(problems)) if data is None else parse(model, data, path.as_posix())
        self.problems += parsed.problems
        return parsed

    def _prove(self, redlines: Parsed[RedLinesDocument]) -> None:
        if not (self.prove and redlines.document and redlines.located):
            return
        for trail, message in self.prove(redlines.document, redlines.located.file):
            self.problems.append(redlines.located.problem(trail, message))

    def _check_course(self, course: _Course) -> None:
        quizzes = self._quizzes_of(course.files.folder_name)
        banks = {slug for slug, each in self.quizzes.items() if each.document and each.document.bank}
        self.problems += check_course(course.files, course.program, course.redlines, quizzes, banks=banks)
        if course.redlines:
            self.problems += check_subscriptions(course.redlines, self._known_packs())

    def _ladders(self) -> Ladders | None:
        if COURSES not in self.holds and self.known_programs is None:
            return None
        known = dict(self.known_programs or {})
        for slug, course in self.courses.items():
            if course.program:
                known[slug] = ladder(course.program.model_dump(mode="json"))
            elif course.files.program or not course.files.course:
                known[slug] = None  # it cannot be read, and is blamed already
        return known

    def _known_packs(self) -> frozenset[str] | None:
        if PACKS not in self.holds and self.known_packs is None:
            return None
        return frozenset(self.packs) | frozenset(self.known_packs or ())

    def _quizzes_of(self, product: str) -> frozenset[str] | None:
        if QUIZZES not in self.holds and self.known_quizzes is None:
            return None
        products = self._products()
        owners = dict(self.known_quizzes or {})
        for slug, each in self.quizzes.items():
            owner = each.document.product if each.document else ""
            # a quiz of no known product may be anybody's, and is blamed already
            owners[slug] = owner if products is None or owner in products else product
        return frozenset(slug for slug, owner in owners.items() if owner == product)

    def _check_quiz(self, quiz: Parsed[QuizDocument]) -> None:
        products = self._products()
        course = self.courses.get(quiz.document.product) if quiz.document else None
        self.problems += check_quiz(
            quiz,
            products,
            lessons=course.files.lesson_ids if course else None,
            red_lines=red_line_ids(course.redlines) if course else None,
        )
        self.problems += check_sources(quiz, self._published())

    def _published(self) -> dict[str, int | None] | None:
        """Give the newest version of each quiz that can be drawn from once this tree is imported."""
        if QUIZZES not in self.holds and self.known_versions is None:
            return None
        known = dict(self.known_versions or {})
        return {**known, **{slug: known.get(slug) or None for slug in self.quizzes}}

    def _products(self) -> frozenset[str] | None:
        if COURSES not in self.holds and self.known_products is None:
            return None
        return frozenset(self.courses) | frozenset(self.known_products or ())

    def _blame(self, path: Path, message: str) -> None:
        self.problems.append(Problem(path.as_posix(), 1, 1, "", message))
