"""Reading files into the database: what they would change, whether that loses work, and the change itself.

A run is planned before anything is written, so that it can be shown, refused or left. What was changed on the web
since files were last read is not overwritten unless somebody says so, and even then it stays in the history: an
unpublished draft is kept as a numbered version with a note. The file's version follows it in the same transaction
with the same moment, so the kept one was never in force and nobody's standing ever rested on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.authoring.files import Tree
from app.authoring.mediafiles import Load
from app.authoring.queries import Course, Stored, courses
from app.authoring.verdicts import Said, carrier, delta, offered
from app.catalog.actions import create_content, create_product, publish, save_draft
from app.catalog.document import Document, canonical, digest
from app.catalog.media import references
from app.catalog.mediastore import missing_media, store_media
from app.catalog.models import Content, ContentKind, Origin, Product, Verdict
from app.catalog.queries import product_by_slug
from app.certification.actions import award_waiting, lock_waiting
from app.conduct import rescan
from app.errors import InvalidError
from app.quizzes.actions import publish_items
from app.redlines.packs.actions import approve, read_version
from app.redlines.packs.queries import newest
from app.redlines.reviewing.actions import settle
from app.web.i18n import gettext as _

ACTOR: Final = "system"
KEPT_NOTE: Final = "draft kept when files were read with --overwrite"


class State(StrEnum):
    """What reading a file would do to its document."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One document of the files beside what is stored; `loses` when the web changed it since files were read."""

    product: str
    kind: ContentKind
    slug: str
    state: State
    loses: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PackChange:
    """One rule pack of the files beside what is stored."""

    slug: str
    state: State
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do. `misplaced` are quizzes whose file names another product than the stored quiz.

    `media` are the pictures and sounds that the documents name.
    """

    changes: tuple[Change, ...]
    misplaced: tuple[tuple[str, str, str], ...] = ()
    media: Mapping[str, Load] = field(default_factory=dict)
    packs: tuple[PackChange, ...] = ()

    @property
    def refused(self) -> tuple[str, ...]:
        """The products of which something was changed on the web."""
        return tuple(sorted({change.product for change in self.changes if change.loses}))

    def without(self, products: Sequence[str]) -> "Plan":
        """Leave these products as they are."""
        return replace(self, changes=tuple(change for change in self.changes if change.product not in products))


@dataclass(frozen=True, slots=True)
class Publication:
    """What is said about the versions that a run makes of documents that were there before."""

    verdict: Verdict = Verdict.NONE
    deadline: date | None = None
    note: str = ""


def plan(session: Session, tree: Tree) -> Plan:
    """Compare a tree without problems with what is stored. Nothing is written."""
    stored = {(content.kind, content.slug): (content, slug) for content, slug in _stored(session)}
    changes: list[Change] = []
    misplaced: list[tuple[str, str, str]] = []
    for product, kind, slug, document in _documents(tree):
        content, owner = stored.get((kind, slug), (None, product))
        if owner != product:
            misplaced.append((slug, product, owner))
        new = digest(document)
        changes.append(Change(product, kind, slug, _state(content, new), _loses(content, new), document))
    return Plan(tuple(changes), tuple(misplaced), tree.media, tuple(_pack_changes(session, tree)))


def _pack_changes(session: Session, tree: Tree) -> Iterator[PackChange]:
    stored = newest(session, tree.packs)
    for slug, pack in tree.packs.items():
        document = canonical(pack)
        version = stored.get(slug)
        same = version is not None and version.approved_at is not None and version.digest == digest(document)
        state = State.NEW if version is None else State.UNCHANGED if same else State.CHANGED
        yield PackChange(slug, state, document)


def apply(session: Session, plan: Plan, moment: datetime, publication: Publication | None = None) -> None:
    """Store and publish what a plan says; what would be lost of the web's work is kept in the history.

    Raises InvalidError where a product cannot ask for the verdict of the publication.
    """
    publication = publication or Publication()
    stored = {(content.kind, content.slug): content for content, _ in _stored(session)}
    changed = [change for change in plan.changes if change.state is not State.UNCHANGED]
    before = courses(session) if publication.verdict is not Verdict.NONE else []
    touched = {content.product_id for change in changed if (content := stored.get((change.kind, change.slug)))}
    waiting = lock_waiting(session, touched, moment)
    _store_media(session, plan, moment)
    _store_packs(session, plan, moment)
    drafted = [_draft(session, stored.get((change.kind, change.slug)), change, moment) for change in plan.changes]
    says = _says(session, before, drafted, publication, moment)
    for content in drafted:
        _publish(session, content, moment, says.get(content.id, Said()), publication.note)
    session.flush()
    award_waiting(session, waiting, moment)
    made = [f"{change.kind.value} {change.slug}" for change in changed]
    if made:
        record(
            session,
            at=moment,
            actor=ACTOR,
            action="content.files_read",
            subject=("content", "files"),
            details={"documents": made, "overwritten": list(plan.refused)},
        )
    held = [content for content, _ in _stored(session) if content.kind is ContentKind.REDLINES]
    slugs = {change.slug for change in changed if change.kind is ContentKind.REDLINES}
    packs = any(change.state is not State.UNCHANGED for change in plan.packs)
    rescan.enqueue(session, [each.product_id for each in held if packs or each.slug in slugs], moment)


def _store_media(session: Session, plan: Plan, moment: datetime) -> None:
    names = {name for change in plan.changes for _trail, name in references(change.document)}
    for name in sorted(missing_media(session, names)):
        store_media(session, name, plan.media[name](), by=ACTOR, moment=moment)


def _store_packs(session: Session, plan: Plan, moment: datetime) -> None:
    """Store and approve the packs that changed: files are reviewed where they are kept."""
    for change in plan.packs:
        if change.state is not State.UNCHANGED:
            read_version(session, change.document, by=ACTOR, moment=moment)
            version = newest(session, [change.slug])[change.slug]
            if version.approved_at is None:
                approve(session, version, by=ACTOR, moment=moment)


def _stored(session: Session) -> Iterator[tuple[Content, str]]:
    rows = session.execute(select(Content, col(Product.slug)).join(Product, col(Product.id) == col(Content.product_id)))
    yield from ((row[0], row[1]) for row in rows)


def _documents(tree: Tree) -> Iterator[tuple[str, ContentKind, str, dict[str, Any]]]:
    for slug, files in tree.courses.items():
        parts: Mapping[ContentKind, Document | None] = {
            ContentKind.COURSE: files.course,
            ContentKind.PROGRAM: files.program,
            ContentKind.REDLINES: files.redlines,
        }
        for kind, document in parts.items():
            if document is not None:
                yield slug, kind, slug, canonical(document)
    for slug, quiz in tree.quizzes.items():
        yield quiz.product, ContentKind.QUIZ, slug, canonical(quiz)


def _state(content: Content | None, new: str) -> State:
    if content is None:
        return State.NEW
    return State.UNCHANGED if content.draft_digest == content.published_digest == new else State.CHANGED


def _loses(content: Content | None, new: str) -> bool:
    # a draft descends from what is published, so whoever has the draft in files has everything
    return content is not None and content.draft_digest not in (new, content.file_digest)


def _draft(session: Session, content: Content | None, change: Change, moment: datetime) -> Content:
    """Store the file's wording as the working copy; a wording of the web that would be lost is frozen first."""
    if content is None:
        product = product_by_slug(session, change.product)
        if product is None:
            product = create_product(session, change.product, change.document["name"], moment)
        return create_content(session, product, change.kind, change.slug, change.document, by=ACTOR, moment=moment)
    new = digest(change.document)
    if content.draft_digest not in (new, content.file_digest, content.published_digest):
        publish(session, content, origin=Origin.WEB, by=content.changed_by, moment=moment, note=KEPT_NOTE)
    if content.draft_digest != new:
        save_draft(session, content, change.document, step=content.step, by=ACTOR, moment=moment)
    return content


def _says(
    session: Session, before: Sequence[Course], drafted: Sequence[Content], publication: Publication, moment: datetime
) -> dict[int | None, Said]:
    """Say what the version of each document asks, by its id; of a product that changed, one asks for all.

    Raises InvalidError where what changed in a product cannot ask for it.
    """
    found: dict[int | None, Said] = {}
    for course in before:
        known = {each.content.id for each in course.documents}
        own = [each for each in drafted if each.product_id == course.product.id]
        new = tuple(Stored(each, 0, None, None) for each in own if each.id not in known)
        whole = replace(course, documents=(*course.documents, *new))
        # drafts of the web that no file replaces are not published here
        published = tuple(each for each in whole.documents if not each.changed or each.content in own)
        whole = replace(whole, documents=published)
        possible = offered(whole)
        if not possible:
            continue
        asked = delta(session, whole, moment) if publication.verdict is Verdict.DELTA_QUIZ else None
        if publication.verdict not in possible:
            message = _("%(product)s: what changed cannot ask for %(verdict)s, only for: %(possible)s.")
        elif asked == {}:
            message = _("%(product)s: no question asks about what changed. Add one, or choose another verdict.")
        else:
            carrying = carrier(whole, publication.verdict)
            assert carrying is not None  # noqa: S101 (what can be asked has somebody to say it)
            found[carrying.content.id] = Said(publication.verdict, publication.deadline, asked)
            continue
        words = {"product": course.product.slug, "verdict": publication.verdict, "possible": ", ".join(possible)}
        raise InvalidError(message % words)
    return found


def _publish(session: Session, content: Content, moment: datetime, says: Said, note: str) -> None:
    is_new = content.published_digest is None
    version = publish(
        session,
        content,
        origin=Origin.FILES,
        by=ACTOR,
        moment=moment,
        verdict=says.verdict,
        deadline=says.deadline,
        delta=says.delta,
        note="" if is_new else note,
    )
    content.file_digest = content.draft_digest
    if version and content.kind is ContentKind.REDLINES:
        settle(session, content, by=ACTOR, moment=moment)
    if version and content.kind is ContentKind.QUIZ:
        publish_items(session, content, version, moment)
    if version and content.kind is ContentKind.COURSE:
        product = session.get(Product, content.product_id)
        assert product is not None  # noqa: S101 (a foreign key says so)
        product.name = version.document["name"]
