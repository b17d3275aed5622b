"""Opening an answer that was kept, where somebody may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentKind
from app.catalog.queries import in_force
from app.deals import lists, words
from app.deals.models import Deal, Decision, KeptClearance
from app.errors import NotFoundError
from app.people.models import Person, Role
from app.web.i18n import gettext as _

_SEE_ALL = frozenset({Role.COMPLIANCE, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer as it was given; `asked`, `facts` and `answer` are as `content` writes them.

    `name` and `asker` are names, or the address and the client of whoever has no account. `deal` is its reference;
    `action` and `decided_at` are those of the change that rested on it, if one did.
    """

    id: str
    person_id: int | None
    name: str
    deal: str | None
    asker: str
    asked_by: str
    asked_at: datetime
    as_of: datetime
    asked: Mapping[str, Any]
    facts: Sequence[Mapping[str, Any]]
    answer: Mapping[str, Any]
    supervisor: str | None
    supervisor_email: str | None
    action: str | None
    decided_at: datetime | None


_ASKER = aliased(Person)


def kept_answer(session: Session, number: str) -> KeptAnswer:
    """Return an answer by its id. Raises NotFoundError."""
    row = session.execute(
        select(
            KeptClearance,
            col(Person.name),
            col(_ASKER.name),
            col(Deal.reference),
            col(Decision.action),
            col(Decision.decided_at),
        )
        .outerjoin(Person, col(Person.id) == col(KeptClearance.person_id))
        .outerjoin(_ASKER, col(_ASKER.email) == col(KeptClearance.asked_by))
        .outerjoin(Deal, col(Deal.id) == col(KeptClearance.deal_id))
        .outerjoin(Decision, col(Decision.id) == col(KeptClearance.decision_id))
        .where(col(KeptClearance.id) == number.upper())
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such decision, or it is not yours to see."))
    kept, name, asked_by, reference, action, decided_at = row
    beside = session.execute(
        select(col(Person.name), col(Person.email)).where(col(Person.id) == kept.asked["supervisor_id"])
    ).first()
    return KeptAnswer(
        id=kept.id,
        person_id=kept.person_id,
        name=name or kept.rep,
        deal=reference,
        asker=asked_by or words.asker(kept.asked_by),
        asked_by=kept.asked_by,
        asked_at=kept.asked_at,
        as_of=kept.as_of,
        asked=kept.asked,
        facts=kept.facts,
        answer=kept.answer,
        supervisor=beside.name if beside else None,
        supervisor_email=beside.email if beside else None,
        action=action,
        decided_at=decided_at,
    )


def level_names(session: Session, kept: KeptAnswer) -> dict[tuple[str, str], str]:
    """Return what the programs of then call the levels that were asked for, by product and level.

    One statement where a level was asked for, none otherwise.
    """
    slugs = {
        each["product"]
        for each in kept.facts
        if any(one["requirement"] and one["requirement"]["level"] for one in each["requirements"])
    }
    if not slugs:
        return {}
    return {
        (version.slug, level["id"]): words.name(level["name"])
        for version in in_force(session, [ContentKind.PROGRAM], kept.as_of, slugs=slugs)
        for level in version.document.get("levels", ())
    }


def opened(session: Session, viewer: lists.Viewer, number: str, moment: datetime) -> KeptAnswer:
    """Return an answer to who may see it: the person, who leads them, who sees the deal, compliance, administrators.

    Raises NotFoundError, also where it is not the viewer's to see.
    """
    kept = kept_answer(session, number)
    if viewer.roles & _SEE_ALL or kept.person_id == viewer.id or kept.person_id in lists.tree(session, viewer):
        return kept
    try:
        lists.opened(session, viewer, kept.deal or "", moment)
    except NotFoundError as error:
        raise NotFoundError(_("There is no such decision, or it is not yours to see.")) from error
    return kept
