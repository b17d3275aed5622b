"""Writes a tree of content back to files: the same names, the same words, nothing half written."""

import os
import tempfile
from collections.abc import Collection
from pathlib import Path

from app.authoring.files import COURSES, PACKS, QUIZZES, CourseFiles, Tree, read_tree
from app.authoring.mediafiles import MEDIA
from app.catalog.content import Lesson
from app.catalog.coursefolder import PRODUCT_FILE, REDLINES_FILE, is_course_file, lesson_name
from app.catalog.document import canonical
from app.catalog.media import references
from app.catalog.sourcefile import leaves
from app.catalog.yamltext import dump


def write_tree(tree: Tree, path: Path) -> list[Path]:
    """Write `courses/`, `quizzes/` and `packs/` below `path`; give the files that were written or removed.

    A file that says the same already is left as it stands, however it is laid out. A quiz that is written takes the
    pictures and sounds that it names with it, in `quizzes/media/`. Inside the folder of a course that is written,
    files that are no longer part of it are removed; nothing else is. Raises ValueError for a tree with problems and
    for a link that leaves `path`.
    """
    if tree.problems:
        message = f"the tree has problems, the first is {tree.problems[0]}"
        raise ValueError(message)
    said = _said(path)
    changed: list[Path] = []
    for files in tree.courses.values():
        folder = path / COURSES / files.course.id
        texts = course_texts(files)
        for name, text in texts.items():
            if said.get(folder / name) != text:
                changed += _write(folder / name, text.encode(), path)
        changed += _remove_others(folder, texts)
    for quiz in tree.quizzes.values():
        file, text = path / QUIZZES / f"{quiz.id}.yaml", dump(quiz)
        if said.get(file) != text:
            for _trail, name in references(canonical(quiz)):
                changed += _write(path / QUIZZES / MEDIA / name, tree.media[name](), path)
            changed += _write(file, text.encode(), path)
    for slug, pack in tree.packs.items():
        file, text = path / PACKS / f"{slug}.yaml", dump(pack)
        if said.get(file) != text:
            changed += _write(file, text.encode(), path)
    return changed


def _remove_others(folder: Path, texts: Collection[str]) -> list[Path]:
    """Remove the files of a course that are no longer part of it."""
    removed = [
        old
        for old in sorted(folder.iterdir())
        if is_course_file(old.name) and old.name not in texts and not old.is_dir()
    ]
    for old in removed:
        old.unlink()
    return removed


def _said(path: Path) -> dict[Path, str]:
    """Give what the files below `path` say already, each in the words that writing it would use."""
    tree = read_tree(path)
    texts = {path / QUIZZES / f"{quiz.id}.yaml": dump(quiz) for quiz in tree.quizzes.values()}
    texts |= {path / PACKS / f"{slug}.yaml": dump(pack) for slug, pack in tree.packs.items()}
    for files in tree.courses.values():
        texts |= {path / COURSES / files.course.id / name: text for name, text in course_texts(files).items()}
    return {file: text for file, text in texts.items() if file.is_file()}


def course_texts(files: CourseFiles) -> dict[str, str]:
    """Give the text of each file of a course folder, by name."""
    product = canonical(files.course)
    product.pop("lessons", None)
    if files.program:
        product["program"] = canonical(files.program)
    texts = {PRODUCT_FILE: dump(product)}
    if files.redlines:
        texts[REDLINES_FILE] = dump(files.redlines)
    for lesson in files.course.lessons:
        texts |= _lesson_texts(lesson)
    return texts


def _lesson_texts(lesson: Lesson) -> dict[str, str]:
    front = canonical(lesson)
    for key in ("number", "slug", "body"):
        front.pop(key, None)
    english = lesson.body.get("en")
    texts = {lesson_name(lesson): f"---\n{dump(front)}---\n" + (f"\n{english}\n" if english else "")}
    for locale, body in lesson.body.items():
        if locale != "en":
            # A rule in the first line would read as front matter.
            first = "\n" if body.startswith("---") else ""
            texts[lesson_name(lesson, locale)] = f"{first}{body}\n"
    return texts


def _write(file: Path, data: bytes, within: Path) -> list[Path]:
    if leaves(file, within):
        message = f"{file} is a link that leaves {within}"
        raise ValueError(message)
    if file.is_file() and file.read_bytes() == data:
        return []
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return [file]
