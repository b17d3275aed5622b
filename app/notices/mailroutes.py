"""The page on which administrators see which mails wait, which failed and why, and ask for them again.

It stands here because its feature lies below the one that knows who is an administrator.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from app.audit.actions import record
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.mails.actions import try_again
from app.notices import queries
from app.notices.words import mail_kind
from app.people.access import Admin
from app.people.forms import LARGEST_ID
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter()

MailId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/admin/mails")
def show_mails(request: Request, session: SessionDep, _person: Admin) -> Response:
    """Show the mails that were not sent, without their words."""
    found = queries.mails(session)
    # what the server said stands as it is; our own sentences are in the catalogues
    listed = [(each, mail_kind(each.kind), _(each.error) if each.error else "") for each in found.listed]
    context = {"mails": found, "listed": listed, "server": request.app.state.settings.mail_server}
    return page(request, "admin/mails.html", context)


@router.post("/admin/mails/{mail_id}/again")
def send_again(request: Request, mail_id: MailId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Ask once more for a mail that was set aside."""
    if not try_again(session, mail_id, moment):
        raise NotFoundError(_("This mail does not wait for anybody, or its words are forgotten."))
    record(session, at=moment, actor=person.email, action="mail.tried_again", subject=("mail", str(mail_id)))
    return redirect(request, "/admin/mails", _("It is tried again within a minute."))
