"""The trainer's pages of question files: choose one, look at what it holds, take it over; write one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.authoring.queries import draft
from app.authoring.questionfiles import actions, reports
from app.authoring.questionfiles.merging import FullError, merge
from app.authoring.questionfiles.writing import write
from app.authoring.words import ITEM_TYPES, called
from app.catalog.models import Content, ContentKind, Product
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import Trainer, allow
from app.people.models import Role
from app.quizzes.interchange import words
from app.quizzes.interchange.formats import FORMATS, WRITTEN
from app.quizzes.models import QuizUpload, UploadState
from app.web.forms import Bound, Form, RawForm, bind, blank, sent_form
from app.web.i18n import LOCALES, current_locale
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/author/quizzes/{slug}", dependencies=[Depends(allow(Role.TRAINER))])

LARGEST = 15_000_000
"""Bytes of a file that the web takes; the command reads larger ones."""
LONGEST_NAME = 255
SHOWN = 200

UploadId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class FileForm(Form):
    """The format of the file that is sent beside it."""

    format: str = "gift"


class TakeForm(Form):
    """How the questions are taken over; `step` is the draft's that the page was made from."""

    step: int
    locale: Literal["en", "zh-Hans", "zh-Hant"] = "en"
    same: Literal["replace", "add"] = "replace"


async def _read(request: Request) -> AsyncIterator[FormData]:
    async with sent_form(request, max_files=1, max_fields=8, max_part_size=LARGEST + 1) as form:
        yield form  # the block closes the file


_Sent = Annotated[FormData, Depends(_read)]


@dataclass(frozen=True, slots=True)
class _Quiz:
    content: Content
    product: Product


def _quiz(session: Session, slug: str) -> _Quiz:
    stored = draft(session, ContentKind.QUIZ, slug)
    owner = session.get(Product, stored.product_id)
    assert owner is not None  # noqa: S101 (a foreign key says so)
    return _Quiz(stored, owner)


@router.get("/import")
def choose(request: Request, slug: str, session: SessionDep) -> Response:
    """Ask for a file of questions."""
    return _choose_page(request, _quiz(session, slug), blank(format="gift"), 200)


def _choose_page(request: Request, quiz: _Quiz, form: Bound[FileForm], status: int) -> Response:
    context = {
        "content": quiz.content,
        "product": quiz.product,
        "form": form,
        "formats": [(name, each.name) for name, each in FORMATS.items()],
        "largest": LARGEST // 1_000_000,
    }
    return page(request, "authoring/questions_import.html", context, status=status)


@router.post("/import")
def send(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: _Sent) -> Response:
    """Keep the file; it is read in the background."""
    quiz = _quiz(session, slug)
    form = bind(FileForm, raw)
    upload = raw.get("file")
    data = upload.file.read(LARGEST + 1) if isinstance(upload, UploadFile) else b""
    if form.get("format") not in FORMATS:
        form.wrong("format", _("Choose one of the list."))
    if not data:
        form.wrong("file", _("Choose a file that is not empty."))
    elif len(data) > LARGEST:
        sentence = _("The file is larger than %(size)s MB; the command reads larger ones.")
        form.wrong("file", sentence % {"size": LARGEST // 1_000_000})
    if form.data is None or not isinstance(upload, UploadFile):
        return _choose_page(request, quiz, form, 422)
    name = (upload.filename or "").replace("\x00", "")[-LONGEST_NAME:]
    kept = actions.keep_upload(
        session, quiz.content, name=name, format_name=form.data.format, data=data, by=person.email, moment=moment
    )
    return redirect(request, f"/author/quizzes/{slug}/imports/{kept.id}")


def _upload(session: Session, quiz: _Quiz, upload_id: int) -> QuizUpload:
    upload = session.get(QuizUpload, upload_id)
    if upload is None or upload.content_id != quiz.content.id:
        raise NotFoundError(_("There is no such file."))
    return upload


@router.get("/imports/{upload_id}")
def look(
    request: Request,
    slug: str,
    upload_id: UploadId,
    session: SessionDep,
    part: Annotated[str, Query(max_length=20)] = "",
    locale: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show how far the reading is, then what each question came to."""
    quiz = _quiz(session, slug)
    form = blank(locale=locale if locale in LOCALES else current_locale(), same="replace")
    return _look_page(request, quiz, _upload(session, quiz, upload_id), form, fragment="reading" if part else None)


def _look_page(
    request: Request,
    quiz: _Quiz,
    upload: QuizUpload,
    form: Bound[TakeForm],
    *,
    status: int = 200,
    fragment: str | None = None,
) -> Response:
    read = upload.report if upload.state is UploadState.READ else None
    entries = reports.entries(read) if read else []
    changes = {}
    if read:
        stored = quiz.content.draft.get("items", [])
        merged = merge(stored, reports.documents(read), locale=form.get("locale"), limit=False)
        changes = dict(merged.changes)
    context = {
        "content": quiz.content,
        "product": quiz.product,
        "upload": upload,
        "format": FORMATS[upload.format].name,
        "entries": entries,
        "taken": sum(entry.document is not None for entry in entries),
        "lossy": sum(entry.status == "imported_with_loss" for entry in entries),
        "skipped": sum(entry.document is None for entry in entries),
        "changes": changes,
        "replaced": sum(change == "replaces" for change in changes.values()),
        "failure": reports.failure(upload.report) if upload.state is UploadState.FAILED and upload.report else "",
        "form": form,
        "languages": list(LOCALES.items()),
        "types": ITEM_TYPES,
        "called": called,
        "shown": SHOWN,
    }
    return page(request, "authoring/questions_read.html", context, status=status, fragment=fragment)


@router.post("/imports/{upload_id}")
def take(
    request: Request, slug: str, upload_id: UploadId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Put the questions into the draft."""
    quiz = _quiz(session, slug)
    upload = _upload(session, quiz, upload_id)
    form = bind(TakeForm, raw)
    if form.data is None:
        return _look_page(request, quiz, upload, form, status=422)
    taking = actions.Taking(form.data.locale, form.data.same == "add")
    try:
        merged = actions.take(
            session, upload, quiz.content, taking, step=form.data.step, by=person.email, moment=moment
        )
    except FullError:
        form.wrong("same", _("The quiz would hold more than 5,000 questions; part the file."))
        return _look_page(request, quiz, upload, form, status=422)
    counts = merged.counts
    sentence = _("Taken over: %(new)s new, %(replaces)s replaced, %(unchanged)s unchanged. Publish when you are ready.")
    said = sentence % {change.value: count for change, count in counts.items()}
    return redirect(request, f"/author/quizzes/{slug}", said)


@router.post("/imports/{upload_id}/leave")
def leave(request: Request, slug: str, upload_id: UploadId, session: SessionDep) -> Response:
    """Forget what was read."""
    actions.leave(session, _upload(session, _quiz(session, slug), upload_id))
    return redirect(request, f"/author/quizzes/{slug}", _("Left. Nothing of the file was taken over."))


@router.get("/export")
def offer(request: Request, slug: str, session: SessionDep, locale: str = "") -> Response:
    """Show the formats, and what each could not say."""
    quiz = _quiz(session, slug)
    chosen = locale if locale in LOCALES else current_locale()
    items = quiz.content.draft.get("items", [])
    offers = [(name, FORMATS[name].name, write(session, items, name, chosen)) for name in WRITTEN] if items else []
    context = {
        "content": quiz.content,
        "product": quiz.product,
        "form": blank(locale=chosen),
        "languages": list(LOCALES.items()),
        "offers": [
            (name, called, [(item, words.loss(loss)) for item, loss in written.losses])
            for name, called, written in offers
        ],
        "shown": SHOWN,
    }
    return page(request, "authoring/questions_export.html", context)


@router.get("/export/{format_name}")
def download(slug: str, format_name: str, session: SessionDep, locale: str = "") -> Response:
    """Send the questions of the draft in a format."""
    quiz = _quiz(session, slug)
    if format_name not in WRITTEN:
        raise NotFoundError(_("There is no such format."))
    chosen = FORMATS[format_name]
    language = locale if locale in LOCALES else current_locale()
    written = write(session, quiz.content.draft.get("items", []), format_name, language)
    headers = {"Content-Disposition": f'attachment; filename="{slug}.{chosen.ending}"', "Cache-Control": "no-store"}
    return Response(written.data, media_type=chosen.content_type, headers=headers)
