"""The public page of a certificate and its files, the page that verifies a file, and issuing a certificate again."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app.certification import words
from app.certification.certificates import actions, badges, baking, documents, queries, verifying
from app.certification.certificates.forms import ReissueForm
from app.certification.certificates.keys import SigningKeyDep
from app.certification.certificates.queries import Issued
from app.certification.certificates.verifying import LARGEST, Sent
from app.certification.words import State
from app.clock import Now, Today
from app.database import Database, SessionDep, reads
from app.errors import ConflictError, ForbiddenError, NotFoundError
from app.people import limits
from app.people.access import CurrentPerson, PerhapsSignedIn, allow, anybody
from app.people.models import Role
from app.people.queries import reporting_tree
from app.web.forms import Bound, RawForm, bind, blank, sent_form
from app.web.i18n import LOCALES
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

PAGES_PER_ADDRESS = 300
"""Certificates and their files that one network address may ask for within `limits.WINDOW`."""
FILES_PER_ADDRESS = 30
"""Files that one network address may have verified within `limits.WINDOW`."""
UNLISTED = {"X-Robots-Tag": "noindex, nofollow"}


def _counted(what: str, most: int) -> Callable[[Request, Now], None]:
    def count(request: Request, moment: Now) -> None:
        database: Database = request.app.state.database
        address = request.client.host if request.client else ""
        with database.write() as session:  # of its own: it counts whatever becomes of the request
            limits.count(session, f"certificates:{what}:{address}", most, moment)

    return count


_look_up = [Depends(anybody), Depends(_counted("page", PAGES_PER_ADDRESS))]
router = APIRouter()

Reissuer = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN))]
Language = Annotated[str, Query(alias="lang", max_length=16)]


async def _read(request: Request) -> AsyncIterator[FormData]:
    await request.body()  # whole, so that the session, which waits for it too, still finds it
    async with sent_form(request, max_files=1, max_fields=4) as form:
        yield form


def _sent(raw: Annotated[FormData, Depends(_read)]) -> Sent | None:
    upload = raw.get("file")
    data = upload.file.read(LARGEST + 1) if isinstance(upload, UploadFile) else b""
    return verifying.look(data) if 0 < len(data) <= LARGEST else None


@router.get("/certificates/verify", dependencies=[Depends(anybody)])
def verify_form(request: Request) -> Response:
    """Ask for the file of a certificate or a badge."""
    return _verification(request, {})


@router.post("/certificates/verify", dependencies=[Depends(anybody), Depends(_counted("verify", FILES_PER_ADDRESS))])
@reads
def verify(
    request: Request, sent: Annotated[Sent | None, Depends(_sent)], session: SessionDep, moment: Now
) -> Response:
    """Say whether a file is exactly what was issued, and what the certificate says today; nothing is stored."""
    if sent is None:
        sentence = _("Choose a file of at most 5 MB: the PDF of a certificate, or a badge.")
        return _verification(request, {"problem": sentence}, status=422)
    found = verifying.verify(session, sent)
    issued = found.issued
    context: dict[str, Any] = {"answer": found.answer.value, "issued": issued}
    if issued is not None:
        context["state"] = _state_now(session, issued, moment)
        context["moment"] = moment
    return _verification(request, context)


def _verification(request: Request, context: dict[str, Any], status: int = 200) -> Response:
    whole = {"answer": "", "problem": "", "issued": None, **context}
    return page(request, "certification/certificate_verify.html", whole, status=status, headers=UNLISTED)


def _found(session: Session, code: str) -> Issued:
    found = queries.find(session, code)
    if found is None:
        raise NotFoundError(_("There is no certificate with this code. Check that the address is complete."))
    return found


@router.get("/certificates/{code}", dependencies=_look_up)
def show_certificate(
    request: Request, code: str, session: SessionDep, person: PerhapsSignedIn, moment: Now, today: Today
) -> Response:
    """Show anybody who holds the code whom it certifies, and whether it holds today."""
    issued = _found(session, code)
    context = {
        "issued": issued,
        "certificate": issued.snapshot,
        "state": _state_now(session, issued, moment),
        "days": words.days_left(issued.snapshot.valid_through, today),
        "moment": moment,
        "own": person is not None and person.id == issued.person_id,
        "may_reissue": issued.superseded_at is None and _may_reissue(session, person, issued),
    }
    return page(request, "certification/certificate.html", context, headers=UNLISTED)


def _state_now(session: Session, issued: Issued, moment: datetime) -> State:
    verdict = queries.verdict_now(session, issued, moment)
    if issued.superseded_at is not None:
        return ("rest", "expired", _("Replaced"))
    if not issued.active or verdict is None:
        return ("no", "expired", _("Ended"))
    return words.state(verdict.standing, allowed=verdict.allowed)


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {
        **UNLISTED,
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(data, media_type=media_type, headers=headers)


def _locale(asked: str, issued: Issued) -> str:
    wished = asked or issued.locale
    return wished if wished in LOCALES else next(iter(LOCALES))


@router.get("/certificates/{code}/certificate.pdf", dependencies=_look_up)
def certificate_pdf(code: str, session: SessionDep, lang: Language = "") -> Response:
    """Give the certificate to print, in the holder's language or in the one asked for."""
    issued = _found(session, code)
    data = documents.certificate(issued.snapshot, _locale(lang, issued), design=issued.design)
    return _file(data, "application/pdf", f"certificate-{issued.snapshot.slug}.pdf")


@router.get("/certificates/{code}/badge.svg", dependencies=_look_up)
def badge_svg(code: str, key: SigningKeyDep, session: SessionDep, lang: Language = "") -> Response:
    """Give the badge as a picture of any size, with its credential inside."""
    issued = _found(session, code)
    picture = documents.badge(issued.snapshot, _locale(lang, issued), design=issued.design)
    token = key.sign(badges.credential(issued))
    return _file(baking.into_svg(picture, token), "image/svg+xml", f"badge-{issued.snapshot.slug}.svg")


@router.get("/certificates/{code}/badge.png", dependencies=_look_up)
def badge_png(code: str, key: SigningKeyDep, session: SessionDep, lang: Language = "") -> Response:
    """Give the badge as a picture of 600 pixels a side, with its credential inside."""
    issued = _found(session, code)
    picture = documents.badge(issued.snapshot, _locale(lang, issued), design=issued.design, form="png")
    token = key.sign(badges.credential(issued))
    return _file(baking.into_png(picture, token), "image/png", f"badge-{issued.snapshot.slug}.png")


@router.get("/certificates/{code}/badge.jwt", dependencies=_look_up)
def badge_token(code: str, key: SigningKeyDep, session: SessionDep) -> Response:
    """Give the credential alone, as wallets take it."""
    issued = _found(session, code)
    token = key.sign(badges.credential(issued))
    return _file(token.encode(), "application/vc+jwt", f"badge-{issued.snapshot.slug}.jwt")


@router.get("/certificates/{code}/reissue")
def reissue_form(request: Request, code: str, session: SessionDep, person: Reissuer) -> Response:
    """Ask why a certificate is to be issued again, and show what the new one would say."""
    return _reissue_page(request, session, _reissuable(session, person, code), blank())


@router.post("/certificates/{code}/reissue")
def reissue(request: Request, code: str, session: SessionDep, person: Reissuer, moment: Now, raw: RawForm) -> Response:
    """Issue a certificate again, with what is true now; the one before is replaced and stays on record."""
    issued = _reissuable(session, person, code)
    form = bind(ReissueForm, raw)
    if form.data is None:
        return _reissue_page(request, session, issued, form, status=422)
    made = actions.issue(
        session,
        issued.period_id,
        reason=form.data.reason,
        by=person.email,
        moment=moment,
        after=issued.snapshot.issue,
    )
    return redirect(request, f"/certificates/{made.code}", _("Issued again. The one before says so from now on."))


def _reissuable(session: Session, person: CurrentPerson, code: str) -> Issued:
    issued = _found(session, code)
    if not _may_reissue(session, person, issued):
        raise ForbiddenError(_("Only the people whom this person reports to may do this, and compliance."))
    if issued.superseded_at is not None:
        raise ConflictError(_("This certificate has been issued again meanwhile. Look at the newest one first."))
    return issued


def _may_reissue(session: Session, person: CurrentPerson | None, issued: Issued) -> bool:
    if person is None or person.id == issued.person_id:
        return False
    if person.has(Role.COMPLIANCE, Role.ADMIN):
        return True
    return person.has(Role.MANAGER) and issued.person_id in reporting_tree(session, person.id)


def _reissue_page(
    request: Request, session: Session, issued: Issued, form: Bound[ReissueForm], status: int = 200
) -> Response:
    context = {
        "issued": issued,
        "certificate": issued.snapshot,
        "form": form,
        "now": queries.earned(session, issued.period_id),
    }
    return page(request, "certification/certificate_reissue.html", context, status=status)
