"""Every write of question files: keeping an upload, reading it in the background, taking its questions over."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.audit.actions import record
from app.authoring.questionfiles.merging import Merged, merge
from app.authoring.questionfiles.reports import documents, failure_report, report
from app.catalog.actions import save_draft
from app.catalog.mediastore import store_media
from app.catalog.models import Content
from app.clock import now
from app.database import Database
from app.errors import ConflictError
from app.jobs.actions import enqueue
from app.jobs.worker import Prepared
from app.quizzes.interchange.formats import FORMATS
from app.quizzes.interchange.outcome import FileCode, Reading, UnreadableError
from app.quizzes.models import QuizUpload, UploadState
from app.web.i18n import gettext as _

log = logging.getLogger(__name__)

JOB = "quizzes.read_upload"
MEDIA_AT_ONCE = 20
KEPT = timedelta(days=7)
"""How long an upload waits to be taken over."""
MOST_HELD = 10
"""Uploads of one person that may wait at a time, so that nobody fills the disk."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How questions are put into a quiz: the language of the file, and whether ids that are taken get a number."""

    locale: str
    as_new: bool


def keep_upload(
    session: Session, content: Content, *, name: str, format_name: str, data: bytes, by: str, moment: datetime
) -> QuizUpload:
    """Keep a file until it is read, which a job does. Raises ConflictError when too many of this person's wait."""
    assert content.id is not None  # noqa: S101 (a stored content has one)
    held = select(func.count()).where(
        col(QuizUpload.sent_by) == by, col(QuizUpload.state).in_([UploadState.WAITING, UploadState.READ])
    )
    if (session.scalar(held) or 0) >= MOST_HELD:
        sentence = _("%(count)s files of yours wait already. Take their questions over, or leave them, then send more.")
        raise ConflictError(sentence % {"count": MOST_HELD})
    upload = QuizUpload(
        content_id=content.id,
        name=name,
        format=format_name,
        data=data,
        state=UploadState.WAITING,
        sent_at=moment,
        sent_by=by,
    )
    session.add(upload)
    session.flush()
    enqueue(session, JOB, {"upload": upload.id}, moment=moment, due_at=moment)
    return upload


def _prepare(database: Database, payload: Mapping[str, Any]) -> Reading | UnreadableError | None:
    """Read an upload, and store its pictures in short transactions that tell how far it is."""
    with database.read() as session:
        upload = session.get(QuizUpload, payload["upload"])
    if upload is None or upload.data is None:
        return None
    try:
        found = FORMATS[upload.format].read(upload.data)
    except UnreadableError as error:
        return error
    except Exception:
        log.exception("the file of upload %s broke its reader", upload.id)
        return UnreadableError(FileCode.malformed)
    files = list(found.media.items())
    total = len(found.entries) + len(files)
    _tell(database, upload.id, len(found.entries), total)
    for start in range(0, len(files), MEDIA_AT_ONCE):
        with database.write() as session:
            for name, data in files[start : start + MEDIA_AT_ONCE]:
                store_media(session, name, data, by=upload.sent_by, moment=now())
        _tell(database, upload.id, len(found.entries) + start + MEDIA_AT_ONCE, total)
    return found


def _tell(database: Database, upload_id: int | None, read: int, total: int) -> None:
    with database.write() as session:
        session.execute(
            update(QuizUpload).where(col(QuizUpload.id) == upload_id).values(read=min(read, total), total=total)
        )


def _store(session: Session, payload: Mapping[str, Any], found: Reading | UnreadableError | None) -> None:
    upload = session.scalars(select(QuizUpload).where(col(QuizUpload.id) == payload["upload"])).one_or_none()
    if upload is None or found is None:
        return
    upload.data = None
    if isinstance(found, UnreadableError):
        upload.state, upload.report = UploadState.FAILED, failure_report(found)
    else:
        upload.state, upload.report = UploadState.READ, report(found)


READ_UPLOAD = Prepared(_prepare, _store)


def take(
    session: Session, upload: QuizUpload, content: Content, taking: Taking, *, step: int, by: str, moment: datetime
) -> Merged:
    """Put the questions of an upload into the draft. Raises ConflictError when that is done, or for a stale page."""
    session.refresh(upload, with_for_update=True)
    if upload.state is not UploadState.READ or upload.report is None:
        raise ConflictError(_("These questions were taken over or left already."))
    merged = put(session, content, documents(upload.report), taking, step=step, by=by, moment=moment)
    upload.state = UploadState.TAKEN
    upload.report = None
    record(
        session,
        at=moment,
        actor=by,
        action="quiz.questions_imported",
        subject=("quiz", content.slug),
        details={"file": upload.name, "format": upload.format, **_counts(merged)},
    )
    return merged


def leave(session: Session, upload: QuizUpload) -> None:
    """Forget what was read."""
    session.refresh(upload, with_for_update=True)
    if upload.state in {UploadState.READ, UploadState.FAILED}:
        upload.state = UploadState.LEFT
        upload.report = None


def forget_old(session: Session, moment: datetime) -> None:
    """Forget what nobody took over."""
    session.execute(
        update(QuizUpload)
        .where(
            col(QuizUpload.sent_at) < moment - KEPT,
            col(QuizUpload.state).in_([UploadState.WAITING, UploadState.READ, UploadState.FAILED]),
        )
        .values(state=UploadState.LEFT, report=None, data=None)
    )


def put(
    session: Session,
    content: Content,
    questions: list[dict[str, Any]],
    taking: Taking,
    *,
    step: int,
    by: str,
    moment: datetime,
) -> Merged:
    """Put questions into the draft of a quiz. Raises FullError when it cannot hold them."""
    merged = merge(content.draft.get("items", []), questions, locale=taking.locale, as_new=taking.as_new)
    document = {**content.draft, "items": list(merged.items)}
    if document != content.draft:
        save_draft(session, content, document, step=step, by=by, moment=moment)
    return merged


def _counts(merged: Merged) -> dict[str, int]:
    return {change.value: count for change, count in merged.counts.items()}
