"""Pages of what the gate asks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep, reads
from app.deals.policies import actions, pages
from app.deals.policies.actions import StalePolicyError
from app.deals.policies.forms import DaysForm, PolicyForm, Sheet, WithdrawForm, change_rows, read
from app.deals.policies.pages import KEEPERS, Reply
from app.deals.policies.rules import Phase
from app.deals.policies.views import Opened, choices, opened
from app.errors import ConflictError, InvalidError
from app.people.access import CurrentPerson, allow
from app.people.forms import RowId, show_errors
from app.people.models import Role
from app.web.forms import RawForm, bind, blank
from app.web.i18n import day
from app.web.i18n import gettext as _
from app.web.templating import redirect

router = APIRouter(prefix="/gate")

Reader = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.TRAINER, *KEEPERS))]
Keeper = Annotated[CurrentPerson, Depends(allow(*KEEPERS))]


@router.get("")
def index(request: Request, session: SessionDep, person: Reader, moment: Now) -> Response:
    """Show every product with what the gate asks now and next."""
    return pages.index_page(request, session, person, moment)


@router.get("/{slug}")
def product(request: Request, slug: str, session: SessionDep, person: Reader, moment: Now) -> Response:
    """Show what the gate asked, asks and will ask for one product."""
    return pages.product_page(request, session, person, opened(session, slug, moment), moment)


@router.post("/{slug}/try")
@reads
def try_out(request: Request, slug: str, session: SessionDep, person: Keeper, raw: RawForm, moment: Now) -> Response:
    """Say what a policy would do, or add and remove its rows; nothing is stored."""
    found = opened(session, slug, moment)
    wish = str(raw.get("rows", ""))
    sheet = _read(DaysForm, change_rows(raw, wish) if wish else raw, found)
    if wish:
        sheet.form.errors.clear()
    reply = Reply(422 if sheet.form.errors else 200, fragment="editor" if wish else "trial")
    return pages.product_page(request, session, person, found, moment, sheet=sheet, reply=reply)


@router.post("/{slug}")
def set_policy(request: Request, slug: str, session: SessionDep, person: Keeper, raw: RawForm, moment: Now) -> Response:
    """Ask for something else from a day on."""
    found = opened(session, slug, moment)
    sheet = _read(PolicyForm, raw, found)
    reply = Reply(422)
    if sheet.form.data is not None and sheet.document is not None:
        data: PolicyForm = sheet.form.data
        try:
            wanted = actions.Wanted(sheet.document, data.starts_on, data.ends_on, data.reason)
            actions.set_policy(session, found.product, wanted, step=data.step, by=person.email, moment=moment)
        except InvalidError as error:
            show_errors(sheet.form, error)
        except StalePolicyError as error:
            found = opened(session, slug, moment)
            reply = Reply(409, error.message)
        else:
            return redirect(request, f"/gate/{slug}", _("Set from %(day)s on.") % {"day": day(data.starts_on)})
    return pages.product_page(request, session, person, found, moment, sheet=sheet, reply=reply)


def _read(form: type[DaysForm], raw: FormData, found: Opened) -> Sheet:
    """Read the form of a product with a program. Raises ConflictError where it has none."""
    if found.program is None:
        raise ConflictError(_("Nothing has been published about this product yet, so there is nothing to ask for."))
    return read(form, raw, choices(found, found.program))


@router.get("/{slug}/policies/{policy_id}/withdraw")
def before_withdrawing(
    request: Request, slug: str, policy_id: RowId, session: SessionDep, person: Keeper, moment: Now
) -> Response:
    """Ask whether a policy is to be taken back or ended."""
    del person
    found = opened(session, slug, moment)
    policy = actions.find(found.history, policy_id)
    return pages.withdraw_page(request, session, found, policy, blank(), moment)


@router.post("/{slug}/policies/{policy_id}/withdraw")
def withdraw(
    request: Request, slug: str, policy_id: RowId, session: SessionDep, person: Keeper, raw: RawForm, moment: Now
) -> Response:
    """Take a policy back before it begins, or end it now."""
    found = opened(session, slug, moment)
    policy = actions.find(found.history, policy_id)
    form = bind(WithdrawForm, raw)
    if form.data is None:
        return pages.withdraw_page(request, session, found, policy, form, moment, reply=Reply(422))
    seen = Phase(form.data.seen)
    try:
        actions.withdraw(
            session,
            found.product,
            policy_id,
            reason=form.data.reason,
            seen=seen,
            step=form.data.step,
            by=person.email,
            moment=moment,
        )
    except StalePolicyError as error:
        found = opened(session, slug, moment)
        policy = actions.find(found.history, policy_id)
        reply = Reply(409, error.message)
        return pages.withdraw_page(request, session, found, policy, form, moment, reply=reply)
    said = _("Taken back.") if seen is Phase.COMING else _("Ended. It does not hold any more.")
    return redirect(request, f"/gate/{slug}", said)
