"""The pictures and sounds beside quiz files: found by the names that quizzes say, looked at, and named for ever."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from app.catalog.document import Parsed, canonical
from app.catalog.media import MAX_BYTES, references, refusal, renamed, stored_name
from app.catalog.sourcefile import leaves
from app.catalog.yamlfile import Located, Problem
from app.quizzes.content import QuizDocument

MEDIA: Final = "media"
"""The folder beside the quiz files."""

Load = Callable[[], bytes]
"""Reads one file when it is needed, so that a tree of many is never in memory as a whole."""


@dataclass(frozen=True, slots=True)
class WithMedia:
    """A quiz that says the stored names of its files, these files by their names, and what is wrong with them."""

    quiz: Parsed[QuizDocument]
    files: Mapping[str, Load] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def with_media(quiz: Parsed[QuizDocument], folder: Path, within: Path) -> WithMedia:
    """Find the files of a quiz in `folder`; the names in the document become those that are stored.

    What is missing, refused or leads out of `within` is a problem where the quiz names it.
    """
    if not (quiz.document and quiz.located):
        return WithMedia(quiz)
    document = canonical(quiz.document)
    names: dict[str, str] = {}
    files: dict[str, Load] = {}
    problems: list[Problem] = []
    for trail, name in references(document):
        found = names.get(name) or _look(folder, name, within, quiz.located, trail)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            names[name] = found
            files[found] = partial(_read, folder / name, found)
    if problems:
        return WithMedia(quiz, problems=tuple(problems))
    changed = QuizDocument.model_validate(renamed(document, names)) if names else quiz.document
    return WithMedia(Parsed(changed, quiz.located, quiz.problems), files)


def _look(folder: Path, name: str, within: Path, located: Located, trail: tuple[str | int, ...]) -> str | Problem:
    path = folder / name
    if leaves(folder, within) or leaves(path, folder):
        return located.problem(trail, f"{MEDIA}/{name} is a link that leaves the folder")
    if not path.is_file():
        return located.problem(trail, f"there is no file {MEDIA}/{name}")
    if (size := path.stat().st_size) > MAX_BYTES:
        return located.problem(trail, f"{MEDIA}/{name} is {size:,} bytes long; at most {MAX_BYTES:,} are taken")
    try:
        data = path.read_bytes()
    except OSError as error:
        return located.problem(trail, f"{MEDIA}/{name} cannot be read: {error.strerror}")
    refused = refusal(data)
    return located.problem(trail, f"{MEDIA}/{name} {refused}") if refused else stored_name(name, data)


def _read(path: Path, name: str) -> bytes:
    """Read a file again. Raises ValueError when it is no longer what was named."""
    data = path.read_bytes()
    if refusal(data) or stored_name(name, data) != name:
        message = f"{path} was changed while it was read"
        raise ValueError(message)
    return data
