"""Writing what is stored back to files, and remembering that the files now say it."""

from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import Session, col

from app.authoring.files import CourseFiles, Tree
from app.authoring.writing import write_tree
from app.catalog.content import CourseDocument
from app.catalog.document import canonical, digest, validate
from app.catalog.media import references
from app.catalog.mediastore import missing_media, named_bytes
from app.catalog.models import Content, ContentKind, ContentVersion, Product
from app.catalog.yamlfile import Located, Problem
from app.certification.content import ProgramDocument
from app.quizzes.content import QuizDocument
from app.redlines.content import RedLinesDocument
from app.redlines.models import RulePack
from app.redlines.packs.queries import newest

Model = TypeVar("Model", bound=BaseModel)


def export(session: Session, path: Path, *, drafts: bool = False) -> tuple[list[Path], tuple[Problem, ...]]:
    """Write every product that is not retired below `path`; give the files that changed, and what hinders it.

    The published versions are written, or the working copies with `drafts`. Nothing is written while a working
    copy has problems. What the files say is remembered, so that reading them again overwrites nothing.
    """
    found = _drafts(session) if drafts else _published(session)
    tree = _with_media(session, _tree([(content, document) for content, document in found]))
    if tree.problems:
        return [], tree.problems
    tree = replace(tree, packs=_packs(session))
    written = write_tree(tree, path)
    for content, document in found:
        content.file_digest = digest(document)
    session.flush()
    return written, ()


def _with_media(session: Session, tree: Tree) -> Tree:
    by_quiz = {slug: {name for _trail, name in references(canonical(quiz))} for slug, quiz in tree.quizzes.items()}
    names = {name for each in by_quiz.values() for name in each}
    missing = missing_media(session, names)
    problems = [
        Problem(f"{ContentKind.QUIZ.value} {slug}", 1, 1, "", f"the file {name} is not stored")
        for slug, named in by_quiz.items()
        for name in sorted(named & missing)
    ]
    media = {name: partial(named_bytes, session, name) for name in names}
    return replace(tree, problems=(*tree.problems, *problems), media=media)


def _packs(session: Session) -> dict[str, RedLinesDocument]:
    slugs = list(session.scalars(select(col(RulePack.slug)).order_by(col(RulePack.slug))))
    return {
        slug: RedLinesDocument.model_validate(version.document)
        for slug, version in newest(session, slugs).items()
        if version.approved_at is not None
    }


def _drafts(session: Session) -> list[tuple[Content, dict[str, Any]]]:
    contents = session.scalars(
        select(Content)
        .join(Product, col(Product.id) == col(Content.product_id))
        .where(col(Product.retired_at).is_(None))
        .order_by(col(Content.kind), col(Content.slug))
    )
    return [(content, content.draft) for content in contents]


def _published(session: Session) -> list[tuple[Content, dict[str, Any]]]:
    rows = session.execute(
        select(Content, col(ContentVersion.document))
        .join(Product, col(Product.id) == col(Content.product_id))
        .join(ContentVersion, col(ContentVersion.content_id) == col(Content.id))
        .where(col(Product.retired_at).is_(None))
        .order_by(col(Content.kind), col(Content.slug), col(ContentVersion.number))
    )
    # the newest of each comes last
    newest = {row[0].id: (row[0], row[1]) for row in rows}
    return list(newest.values())


def _tree(found: list[tuple[Content, dict[str, Any]]]) -> Tree:
    problems: list[Problem] = []

    def read(model: type[Model], kind: ContentKind, slug: str, document: dict[str, Any]) -> Model | None:
        value, wrong = validate(model, Located(f"{kind.value} {slug}", document, {}))
        problems.extend(wrong)
        return value

    by_slug: dict[str, dict[ContentKind, dict[str, Any]]] = defaultdict(dict)
    quizzes: dict[str, QuizDocument] = {}
    for content, document in found:
        if content.kind is not ContentKind.QUIZ:
            by_slug[content.slug][content.kind] = document
        elif quiz := read(QuizDocument, content.kind, content.slug, document):
            quizzes[content.slug] = quiz
    courses: dict[str, CourseFiles] = {}
    for slug, kinds in by_slug.items():
        parts = {
            kind: read(model, kind, slug, kinds[kind])
            for kind, model in (
                (ContentKind.COURSE, CourseDocument),
                (ContentKind.PROGRAM, ProgramDocument),
                (ContentKind.REDLINES, RedLinesDocument),
            )
            if kind in kinds
        }
        course, program, redlines = (
            parts.get(ContentKind.COURSE),
            parts.get(ContentKind.PROGRAM),
            parts.get(ContentKind.REDLINES),
        )
        if isinstance(course, CourseDocument):
            courses[slug] = CourseFiles(
                course,
                program if isinstance(program, ProgramDocument) else None,
                redlines if isinstance(redlines, RedLinesDocument) else None,
            )
    return Tree(courses, quizzes, problems=tuple(sorted(problems)))
