"""Today's clearances in one document, for callers that have to decide while they cannot reach us.

Every answer is the one that somebody has for a requirement which applies. Whether it applies, by stage, region and
role, is for the reader to see, and so are the exceptions that hold on single deals.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.catalog.content import DEAL_STAGES
from app.catalog.models import Product
from app.certification.certificates.issuer import issuer
from app.certification.queries import programs
from app.clock import local_day, site_zone
from app.deals.models import Deal
from app.deals.policies.queries import UNPUBLISHED, Policy, of_program, policies
from app.deals.queries import Asked, Part, Question, answers
from app.deals.rules import ROLES, Situation
from app.deals.waivers.models import Waiver
from app.people.models import Person

FORMAT: Final = "dealworthy-clearance-bundle/1"
AT_ONCE: Final = 500
"""People whose answers are worked out together; memory does not grow with the others."""

_Answer = tuple[str, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The document without the moments of its life, and how many people and products are in it."""

    content: dict[str, Any]

    @property
    def reps(self) -> int:
        """How many people are in it."""
        return len(self.content["reps"])

    @property
    def products(self) -> int:
        """How many products are in it."""
        return len(self.content["products"])

    def claims(self, moment: datetime, hours: int) -> dict[str, Any]:
        """Return the document as it is signed: made at a moment, and good for so many hours."""
        issued_at = moment.astimezone(UTC).replace(microsecond=0)
        good_until = issued_at + timedelta(hours=hours)
        return {
            "format": FORMAT,
            "iss": issuer().origin,
            "iat": int(issued_at.timestamp()),
            "exp": int(good_until.timestamp()),
            "issued_at": issued_at.isoformat(),
            "good_until": good_until.isoformat(),
            **self.content,
        }


def bundle(session: Session, moment: datetime) -> Bundle:
    """Work out who is cleared for what at a moment: every active person, every product that is not retired."""
    asked = _policies(session, moment)
    table = _Table()
    reps = {email: table.row(parts) for email, parts in _parts(session, list(asked), moment)}
    return Bundle(
        {
            "company": issuer().company,
            "timezone": str(site_zone()),
            "day": local_day(moment).isoformat(),
            "stages": list(DEAL_STAGES),
            "roles": list(ROLES),
            "products": {slug: _product(policy) for slug, policy in asked.items()},
            "answers": table.answers(),
            "reps": reps,
            "waivers": _waivers(session, moment),
        }
    )


@dataclass
class _Table:
    """The different answers there are, each once: thousands of people share a few."""

    _known: dict[_Answer, int] = field(default_factory=dict)

    def row(self, parts: Sequence[Part]) -> list[int]:
        return [self._known.setdefault(_answer(each), len(self._known)) for each in parts]

    def answers(self) -> list[dict[str, Any]]:
        return [
            {"decision": decision, "valid_through": through, "codes": list(codes)}
            for decision, through, codes in self._known
        ]


def _answer(part: Part) -> _Answer:
    decision = part.decision
    through = decision.valid_through.isoformat() if decision.valid_through else None
    return decision.decision.value, through, tuple(reason.code.value for reason in decision.reasons)


def _policies(session: Session, moment: datetime) -> dict[str, Policy]:
    rows = session.execute(
        select(col(Product.id), col(Product.slug))
        .where(
            col(Product.created_at) <= moment,
            or_(col(Product.retired_at).is_(None), col(Product.retired_at) > moment),
        )
        .order_by(col(Product.slug))
    ).all()
    ids = [row.id for row in rows]
    published, set_for_today = programs(session, moment, ids), policies(session, ids, moment)
    return {
        row.slug: set_for_today.get(row.id) or (of_program(published[row.id]) if row.id in published else UNPUBLISHED)
        for row in rows
    }


def _product(policy: Policy) -> Mapping[str, Any]:
    return {
        "failure_mode": policy.failure_mode,
        "requirements": [
            {
                "level": each.level,
                "regions": sorted(each.regions),
                "from_stage": each.from_stage,
                "roles": sorted(each.roles),
                "coverage": each.coverage,
                "enforcement": each.enforcement,
            }
            for each in policy.requirements
        ],
    }


def _parts(session: Session, slugs: Sequence[str], moment: datetime) -> Iterator[tuple[str, list[Part]]]:
    """Walk through everybody, with the answer for each requirement of each product, as if it applied."""
    after = ""
    while emails := _active(session, after, moment):
        asked = [Asked(question=Question(rep=email), products=tuple(slugs), situation=Situation()) for email in emails]
        for answer in answers(session, asked, moment):
            yield answer.question.rep, [part for product in answer.products for part in product.parts]
        after = emails[-1]


def _active(session: Session, after: str, moment: datetime) -> list[str]:
    email = col(Person.email)
    return list(
        session.scalars(
            select(email)
            .where(
                email > after,
                col(Person.created_at) <= moment,
                or_(col(Person.deactivated_at).is_(None), col(Person.deactivated_at) > moment),
            )
            .order_by(email)
            .limit(AT_ONCE)
        )
    )


def _waivers(session: Session, moment: datetime) -> list[dict[str, Any]]:
    rows = session.execute(
        select(col(Deal.reference), col(Person.email), col(Product.slug), col(Waiver.through))
        .join(Deal, col(Deal.id) == col(Waiver.deal_id))
        .join(Person, col(Person.id) == col(Waiver.person_id))
        .join(Product, col(Product.id) == col(Waiver.product_id))
        .where(
            col(Waiver.approved).is_(True),
            col(Waiver.decided_at) <= moment,
            or_(col(Waiver.ended_at).is_(None), col(Waiver.ended_at) > moment),
            col(Waiver.through) >= local_day(moment),
        )
        .order_by(col(Waiver.id))
    )
    return [
        {"deal": reference, "rep": email, "product": slug, "through": through.isoformat()}
        for reference, email, slug, through in rows
    ]
