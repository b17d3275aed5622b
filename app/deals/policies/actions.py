"""Setting what the gate asks from a day on, and withdrawing it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.document import canonical
from app.catalog.models import Product
from app.catalog.queries import OpenProduct
from app.clock import local_day
from app.database import stored_id
from app.deals.policies.content import PolicyDocument
from app.deals.policies.history import History, SetPolicy, histories
from app.deals.policies.models import GatePolicy
from app.deals.policies.rules import Phase, phase
from app.errors import ConflictError, InvalidError, NotFoundError
from app.web.i18n import gettext as _

FURTHEST: Final = timedelta(days=5 * 366)
"""How far ahead a policy may begin or end."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to be asked, on which days, and why."""

    document: PolicyDocument
    starts_on: date
    ends_on: date | None
    reason: str


class StalePolicyError(ConflictError):
    """Somebody has set or withdrawn a policy since the page was made."""


def set_policy(
    session: Session,
    product: OpenProduct,
    wanted: Wanted,
    *,
    step: int,
    by: str,
    moment: datetime,
) -> int:
    """Ask for something else from a day on, and return the policy's id. Doing the same twice is done once.

    Raises StalePolicyError where `step` is not the history's, and InvalidError for days that cannot be.
    """
    check_days(wanted.starts_on, wanted.ends_on, local_day(moment))
    stored = canonical(wanted.document)
    found = _locked(session, product)
    if _is_same(found, wanted, step, by):
        return found.found[-1].term.id
    _check_step(found, step)
    row = GatePolicy(
        product_id=product.id,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        document=stored,
        reason=wanted.reason,
        made_at=moment,
        made_by=by,
    )
    session.add(row)
    session.flush()
    days = _days(wanted.starts_on, wanted.ends_on)
    details = {"policy": row.id, "reason": wanted.reason, "document": stored, **days}
    subject = ("product", product.slug)
    record(session, at=moment, actor=by, action="gate.policy_set", subject=subject, details=details)
    return stored_id(row)


def check_days(starts_on: date, ends_on: date | None, today: date) -> None:
    """Raise InvalidError, with the field, for days that a policy cannot have."""
    latest = today + FURTHEST
    if starts_on < today:
        _refuse("starts_on", _("This day has passed. Today is the earliest."))
    if starts_on > latest or (ends_on is not None and ends_on > latest):
        _refuse("ends_on" if starts_on <= latest else "starts_on", _("Choose a day of the next five years."))
    if ends_on is not None and ends_on < starts_on:
        _refuse("ends_on", _("This is before the first day."))


def withdraw(
    session: Session,
    product: OpenProduct,
    policy_id: int,
    *,
    reason: str,
    seen: Phase,
    step: int,
    by: str,
    moment: datetime,
) -> None:
    """Take back a policy that has not begun, or end one that runs; from this moment on it does not hold.

    `seen` is what the page said of it. Raises StalePolicyError where the page was made before somebody else's change
    or before the policy began or ended, and NotFoundError where the product has no such policy.
    """
    history = _locked(session, product)
    found = find(history, policy_id)
    _check_step(history, step)
    if phase(found.term, local_day(moment)) is not seen or seen is Phase.OVER:
        raise StalePolicyError(_("It has begun or ended since this page was made. Look at it again."))
    row = session.get_one(GatePolicy, policy_id)
    row.withdrawn_at, row.withdrawn_by = moment, by
    session.flush()
    details = {"policy": policy_id, "reason": reason, "was": seen, **_days(found.term.starts_on, found.term.ends_on)}
    subject = ("product", product.slug)
    record(session, at=moment, actor=by, action="gate.policy_withdrawn", subject=subject, details=details)


def find(history: History, policy_id: int) -> SetPolicy:
    """Return a policy of a product. Raises NotFoundError."""
    found = history.get(policy_id)
    if found is None:
        raise NotFoundError(_("Nothing of this kind was set for this product."))
    return found


def _locked(session: Session, product: OpenProduct) -> History:
    """Return the history, which stays as it is until this transaction ends."""
    # the key is shared: who holds the trail, as a long import does, may still name the product in rows of theirs
    session.execute(select(col(Product.id)).where(col(Product.id) == product.id).with_for_update(key_share=True))
    return histories(session, [product.id])[product.id]


def _check_step(history: History, step: int) -> None:
    if history.step != step:
        raise StalePolicyError(
            _("Somebody has changed what the gate asks since this page was made. What you wrote is kept below.")
        )


def _is_same(history: History, wanted: Wanted, step: int, by: str) -> bool:
    """Tell whether the last change was this very one: a second click, or a second sending of the form."""
    if not history.found or history.step != step + 1:
        return False
    last = history.found[-1]
    said = Wanted(PolicyDocument.model_validate(last.document), last.term.starts_on, last.term.ends_on, last.reason)
    return last.withdrawn_at is None and last.made_by == by and said == wanted


def _days(starts_on: date, ends_on: date | None) -> dict[str, str | None]:
    return {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat() if ends_on else None}


def _refuse(field: str, sentence: str) -> None:
    raise InvalidError(sentence, [{"pointer": f"/{field}", "detail": sentence}])
