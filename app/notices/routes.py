"""Pages of notices: what a person was told, how often they want to be written to, and the mails of the installation."""

from typing import Annotated, Any

from fastapi import Path, Request
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.notices import actions, mailroutes, queries, words
from app.notices.forms import WishForm
from app.people.access import SignedIn
from app.people.forms import LARGEST_ID
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.routing import gathered
from app.web.templating import page, redirect

router = gathered((mailroutes.router,))

NoticeId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/notices")
def show_notices(request: Request, session: SessionDep, person: SignedIn) -> Response:
    """Show what a person was told: what is new, and what was earlier."""
    found = [(each, words.line(each.kind, each.params, each.product)) for each in queries.notices(session, person.id)]
    context = {
        "new": [(notice, said) for notice, said in found if notice.new],
        "earlier": [(notice, said) for notice, said in found if not notice.new],
        "most": queries.EARLIER,
    }
    return page(request, "notices/notices.html", context)


@router.post("/notices/seen")
def see_all(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Mark everything as seen."""
    actions.see_all(session, person.id, moment)
    return redirect(request, "/notices")


@router.post("/notices/{notice_id}/open")
def open_notice(request: Request, notice_id: NoticeId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Go where a notice leads, and mark it as seen."""
    url = actions.see(session, person.id, notice_id, moment)
    if url is None:
        raise NotFoundError(_("There is no such notice."))
    return redirect(request, url)


@router.get("/notices/wish")
def show_wish(request: Request, session: SessionDep, person: SignedIn) -> Response:
    """Ask how often a person wants to be written to."""
    return _wish_page(request, blank(rhythm=queries.rhythm_of(session, person.id).value))


@router.post("/notices/wish")
def keep_wish(request: Request, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm) -> Response:
    """Store how often a person wants to be written to."""
    form = bind(WishForm, raw)
    if form.data is None:
        return _wish_page(request, form, 422)
    actions.wish(session, person, form.data.rhythm, moment)
    return redirect(request, "/notices/wish", _("Saved."))


def _wish_page(request: Request, form: Bound[Any], status: int = 200) -> Response:
    return page(request, "notices/wish.html", {"form": form, "rhythms": words.rhythms()}, status=status)
