"""Facts for notices about standing and deals, for many people in a number of statements that does not grow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion, Product, Verdict
from app.certification import words
from app.certification.holdings import Key
from app.certification.models import Assignment
from app.certification.queries import Record, records
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing
from app.clock import local_day
from app.deals.facts import DealFacts, Member, deals, is_open
from app.deals.gate import ask
from app.deals.models import Deal, DealMember
from app.deals.queries import Answer, ProductAnswer, answers
from app.deals.rules import ClearanceDecision, Enforcement, stops
from app.notices.rules import TOLD_FOR, Asked, Catching, Due, Held, Kind, OnDeal

_NOT_YET = frozenset({Standing.NOT_STARTED, Standing.IN_PROGRESS})
_NO_LONGER = frozenset({Standing.EXPIRED, Standing.IN_GRACE})
_TAKEN = frozenset({Standing.SUSPENDED, Standing.REVOKED})


@dataclass(frozen=True, slots=True)
class Reporting:
    """A person as notices about them need: their name, and the manager who is told, if any."""

    id: int
    name: str
    manager_id: int | None


class Standings:
    """What is stored about these people's standing and deals."""

    def __init__(self, session: Session, people: Mapping[int, Reporting], moment: datetime) -> None:
        self._session = session
        self._people = people
        self._moment = moment
        self._today = local_day(moment)
        self._records = records(session, list(people), moment)
        rows = session.execute(select(col(Product.id), col(Product.slug)).where(col(Product.retired_at).is_(None)))
        self._slugs: dict[int, str] = {row.id: row.slug for row in rows}

    def _each(self) -> Iterator[tuple[Key, str, Record]]:
        for key, record in self._records.items():
            if key[1] in self._slugs:
                yield key, self._slugs[key[1]], record

    def held(self) -> Iterator[Held]:
        """Return the latest period of each certification that nobody took away, one where levels end together."""
        for (person_id, product_id), slug, record in self._each():
            if record.verdict.standing in _TAKEN:
                continue
            ends: set[date] = set()
            for level in record.every_level:
                opens, through = level.verdict.window_opens_on, level.verdict.valid_through
                if level.period_id is None or opens is None or through is None or through in ends:
                    continue
                ends.add(through)
                person = self._people[person_id]
                yield Held(
                    person_id=person_id,
                    name=person.name,
                    manager_id=person.manager_id,
                    product_id=product_id,
                    slug=slug,
                    period_id=level.period_id,
                    window_opens_on=opens,
                    valid_through=through,
                )

    def asked(self) -> Iterator[Asked]:
        """Return the assignments that are still to be met; one statement."""
        rows = self._session.execute(
            select(
                col(Assignment.id),
                col(Assignment.person_id),
                col(Assignment.product_id),
                col(Assignment.assigned_at),
            )
            .where(col(Assignment.person_id).in_(list(self._people)), col(Assignment.assigned_at) <= self._moment)
            .order_by(col(Assignment.id))
        )
        newest = {(row.person_id, row.product_id): row for row in rows}
        for key, slug, record in self._each():
            row = newest.get(key)
            if row is not None and _is_open(record, local_day(row.assigned_at)):
                yield Asked(
                    person_id=key[0],
                    product_id=key[1],
                    slug=slug,
                    assignment_id=row.id,
                    assigned_on=local_day(row.assigned_at),
                    due_on=record.due_on,
                )

    def catching(self) -> Iterator[Catching]:
        """Return who has to do something again after a change, by when."""
        for (person_id, product_id), slug, record in self._each():
            deadline = record.verdict.recertify_by
            if deadline is not None and record.verdict.standing not in _TAKEN:
                yield Catching(person_id=person_id, product_id=product_id, url=_fix(record, slug), deadline=deadline)

    def asks_again(self, person_id: int, product_id: int) -> bool:
        """Tell whether somebody still has something to do again."""
        record = self._records.get((person_id, product_id))
        return record is not None and record.verdict.recertify_by is not None

    def changes(self) -> Iterator[Due]:
        """Return what changed for those who had been certified before it; one statement."""
        rows = self._session.execute(
            select(
                col(ContentVersion.id),
                col(Content.product_id),
                col(ContentVersion.verdict),
                col(ContentVersion.deadline),
                col(ContentVersion.note),
                col(ContentVersion.published_at),
            )
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(
                col(ContentVersion.verdict) != Verdict.NONE,
                col(ContentVersion.published_at) > self._moment - TOLD_FOR,
                col(ContentVersion.published_at) <= self._moment,
            )
        ).all()
        for key, slug, record in self._each():
            for row in rows:
                if row.product_id == key[1] and _concerns(record, row):
                    yield Due(
                        person_id=key[0],
                        kind=Kind.CHANGED,
                        key=str(row.id),
                        product_id=key[1],
                        url=_answer_to(row, record, slug),
                        params={
                            "asks": row.verdict.value,
                            "note": row.note,
                            "day": row.deadline.isoformat() if row.deadline else None,
                        },
                    )

    def on_deals(self) -> Iterator[OnDeal]:
        """Ask the gate about everybody on every open deal that carries something."""
        mine = select(col(DealMember.deal_id)).where(col(DealMember.person_id).in_(list(self._people)))
        found = deals(self._session, col(Deal.id).in_(mine) & is_open(self._today), None)
        places = [
            (deal, member)
            for deal in found
            for member in deal.members
            if member.person_id in self._people and deal.products
        ]
        said = answers(self._session, [ask(deal, member) for deal, member in places], self._moment)
        for (deal, member), answer in zip(places, said, strict=True):
            yield from self._places(deal, member, answer)

    def _places(self, deal: DealFacts, member: Member, answer: Answer) -> Iterator[OnDeal]:
        person = self._people[member.person_id]
        for product in deal.products:
            each = answer.product(product.slug)
            decision = each.decision
            # a rollout that only watches disturbs nobody, and of a doubt nobody on the team is the cause
            if decision.enforcement is Enforcement.OBSERVE or decision.decision is ClearanceDecision.UNKNOWN:
                continue
            reason = next(iter(decision.reasons), None)
            yield OnDeal(
                person_id=person.id,
                name=person.name,
                manager_id=person.manager_id,
                product_id=product.id,
                deal_id=deal.id,
                reference=deal.reference,
                deal=deal.name,
                closes_on=deal.close_date,
                allowed=decision.allowed,
                stops=stops(decision.decision, decision.enforcement),
                ends_on=decision.valid_through,
                period_id=each.basis.period,
                code=str(reason.code) if reason else "",
                params=_plain(reason.params) if reason else {},
                fix=_deal_fix(each, product.slug),
            )


def _deal_fix(answer: ProductAnswer, slug: str) -> str:
    if answer.record is None or answer.record.verdict.standing in _TAKEN:
        return ""
    found = words.next_fix(answer.verdict, slug) if answer.verdict else None
    return found.url if found else ""


def _is_open(record: Record, assigned_on: date) -> bool:
    verdict = record.verdict
    if verdict.standing in _NO_LONGER:
        return verdict.valid_through is not None and assigned_on > verdict.valid_through
    return verdict.standing in _NOT_YET


def _concerns(record: Record, version: Any) -> bool:
    period = record.facts.period
    if period is None or not record.verdict.allowed or period.done_on > local_day(version.published_at):
        return False
    return version.verdict is Verdict.NOTIFY or record.verdict.recertify_by is not None


def _answer_to(version: Any, record: Record, slug: str) -> str:
    """Return where somebody does what a change asks for: the questions about this very one, before anything else."""
    if version.verdict is Verdict.NOTIFY:
        return f"/products/{slug}"
    asked = (each.requirement for each in record.verdict.missing)
    keys = (each.key for each in asked if each.kind is RequirementKind.DELTA_QUIZ)
    return next((words.quiz_url(key) for key in keys if key.endswith(f"@{version.id}")), _fix(record, slug))


def _fix(record: Record, slug: str) -> str:
    found = words.next_fix(record.verdict, slug)
    return found.url if found else f"/products/{slug}"


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in params.items()}
