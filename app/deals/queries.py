"""The gate's question and its answer: may these people act, for these products, on these deals, as of a moment?

Any number of questions takes the same number of statements. The answer is worked out from stored facts, so the
same question as of the same moment has the same answer, and the same id, however often and however late it is asked.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col
from ulid import ULID

from app.anyof import any_of
from app.catalog.models import Product
from app.certification.holdings import Key
from app.certification.programs import Program
from app.certification.queries import LevelRecord, Record, programs, records_under
from app.certification.rules import StandingVerdict
from app.clock import local_day
from app.database import rows
from app.deals.facts import DealFacts, deals_by_reference
from app.deals.policies.queries import UNPUBLISHED, Policy, of_program, policies
from app.deals.rules import (
    Clearance,
    ClearanceDecision,
    FailureMode,
    GateRequirement,
    ProductDecision,
    ProductFacts,
    RepStatus,
    Situation,
    all_of,
    decide,
    decide_product,
)
from app.deals.waivers.queries import Holding, holding
from app.people.models import Person

_RANDOM_BYTES = 10
_REPS = select(col(Person.id), col(Person.email), col(Person.name), col(Person.deactivated_at)).where(
    or_(any_of(col(Person.email), "emails"), any_of(col(Person.id), "ids")),
    col(Person.created_at) <= bindparam("as_of"),
)
_PRODUCTS = select(col(Product.id), col(Product.slug), col(Product.name)).where(
    any_of(col(Product.slug), "slugs"),
    col(Product.created_at) <= bindparam("as_of"),
    or_(col(Product.retired_at).is_(None), col(Product.retired_at) > bindparam("as_of")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May `rep` (an e-mail address) act for `products` (slugs)?

    A deal, by its reference, gives stage, region, role and products where they are not asked for themselves. A deal
    that nobody stored gives nothing, and whatever is not known is taken to need clearance.
    """

    rep: str
    products: tuple[str, ...] = ()
    deal: str | None = None
    role: str | None = None
    stage: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """The versions that an answer rests on; None where there is none, and no policy where the program says."""

    program_version: int | None = None
    redlines_version: int | None = None
    period: int | None = None
    policy: int | None = None
    waiver: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The answer for one requirement of a product: what was asked of whom (`facts.requirement`), and the decision."""

    facts: ProductFacts
    decision: ProductDecision

    @property
    def requirement(self) -> GateRequirement:
        """What is asked."""
        return self.facts.requirement or GateRequirement()

    @property
    def certified(self) -> bool:
        """Whether the person's own standing is enough, without a supervisor or a waiver."""
        return self.facts.verdict is not None and self.facts.verdict.allowed


@dataclass(frozen=True, slots=True)
class ProductAnswer:
    """The answer for one product, the worst of its parts, with what it rests on."""

    decision: ProductDecision
    basis: Basis
    name: str | dict[str, str]
    record: Record | None
    parts: tuple[Part, ...]
    failure_mode: FailureMode

    @property
    def verdict(self) -> StandingVerdict | None:
        """The person's standing on the level that the answer rests on; None of whom nothing is known."""
        deciding = (each for each in self.parts if each.decision.decision is self.decision.decision)
        return next(deciding).facts.verdict

    @property
    def certified(self) -> bool:
        """Whether the person's own standing is enough for all that is asked here, or could be where nothing is."""
        asked = [each for each in self.parts if each.decision.decision is not ClearanceDecision.NOT_REQUIRED]
        return all(each.certified for each in asked or self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question whose deal has been looked up, or is only thought of."""

    question: Question
    products: tuple[str, ...]
    situation: Situation
    supervisor_id: int | None = None
    deal_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A question with its answer, as of a moment; `asked` is the question as it was understood."""

    question: Question
    asked: Asked
    as_of: datetime
    person_id: int | None
    name: str
    clearance: Clearance
    products: tuple[ProductAnswer, ...]

    @cached_property
    def id(self) -> str:
        """The name of the decision, which follows from the question, the answer and the moment."""
        return _decision_id(self.asked, self.clearance, [each.basis for each in self.products], self.as_of)

    @property
    def allowed(self) -> bool:
        """Whether the person may act."""
        return self.clearance.allowed

    def product(self, slug: str) -> ProductAnswer:
        """Return the answer for one product of the question."""
        return next(each for each in self.products if each.decision.product == slug)


@dataclass(frozen=True, slots=True)
class Known:
    """Programs in force at a moment, by product id, and the records of people under them."""

    programs: Mapping[int, Program]
    records: Mapping[Key, Record]


def clearances(session: Session, questions: Sequence[Question], as_of: datetime) -> list[Answer]:
    """Answer each question as of a moment, in their order. An unknown or inactive rep is refused, never an error."""
    references = {each.deal for each in questions if each.deal is not None}
    known = deals_by_reference(session, references, as_of) if references else {}
    return answers(session, [_asked(each, known.get(each.deal or "")) for each in questions], as_of)


def _asked(question: Question, deal: DealFacts | None) -> Asked:
    member = deal.member(question.rep.lower()) if deal else None
    return Asked(
        question=question,
        products=tuple(dict.fromkeys(question.products)) or (deal.slugs if deal else ()),
        situation=Situation(
            stage=question.stage or (deal.stage if deal else None),
            region=question.region or (deal.region if deal else None),
            role=question.role or (member.role if member else None),
        ),
        supervisor_id=member.supervisor_id if member else None,
        deal_id=deal.id if deal else None,
    )


def answers(
    session: Session,
    asked: Sequence[Asked],
    as_of: datetime,
    under: Mapping[int, Program] | None = None,
    policies_under: Mapping[int, Policy] | None = None,
    known: Known | None = None,
) -> list[Answer]:
    """Answer questions whose deals are known; see `clearances`.

    `under` are programs to take for those published, and `policies_under` policies to take for those set, both by
    product id. `known` is what was read already, of everybody and everything that is asked about.
    """
    stored = _Stored(session, asked, as_of, under or {}, policies_under or {}, known)
    return [_answer(each, stored, as_of) for each in asked]


@dataclass(frozen=True, slots=True)
class _Rep:
    id: int
    name: str
    status: RepStatus


@dataclass(frozen=True, slots=True)
class _Product:
    id: int
    name: str | dict[str, str]


class _Stored:
    """What is stored about everybody and everything that was asked about."""

    def __init__(
        self,
        session: Session,
        asked: Sequence[Asked],
        as_of: datetime,
        under: Mapping[int, Program],
        policies_under: Mapping[int, Policy],
        known: Known | None,
    ) -> None:
        supervisors = {each.supervisor_id for each in asked if each.supervisor_id is not None}
        self.reps, self._by_id = _reps(session, {each.question.rep.lower() for each in asked}, supervisors, as_of)
        self.products = _products(session, {slug for each in asked for slug in each.products}, as_of)
        ids = [each.id for each in self.products.values()]
        published = known.programs if known else programs(session, as_of, ids)
        self.programs = {each: program for each, program in {**published, **under}.items() if each in ids}
        self.records = known.records if known else self._read_records(session, asked, as_of)
        self._policies = {**policies(session, ids, as_of), **policies_under}
        known_deals = {each.deal_id for each in asked if each.deal_id}
        self._waivers = holding(session, known_deals, as_of) if known_deals else {}

    def _read_records(self, session: Session, asked: Sequence[Asked], as_of: datetime) -> Mapping[Key, Record]:
        """Read where those who are asked about stand, and their supervisors, for what each is asked about."""
        only: set[Key] = set()
        for each in asked:
            rep = self.reps.get(each.question.rep.lower())
            whom = [person_id for person_id in (rep.id if rep else None, each.supervisor_id) if person_id is not None]
            carried = [self.products[slug].id for slug in each.products if slug in self.products]
            only.update((person_id, product_id) for person_id in whom for product_id in carried)
        return records_under(session, list(self._by_id), as_of, self.programs, deciding=True, only=only)

    def policy(self, product_id: int) -> Policy:
        """Return what is asked for a product: what was set, else what its program says."""
        program = self.programs.get(product_id)
        return self._policies.get(product_id) or (of_program(program) if program else UNPUBLISHED)

    def waiver(self, deal_id: int | None, person_id: int, product_id: int) -> Holding | None:
        """Return the exception that was given to a person, if there is one."""
        return self._waivers.get((deal_id, person_id, product_id)) if deal_id else None

    def supervises(self, person_id: int | None, product_id: int, level: str) -> bool:
        """Say whether a person who is named as a supervisor is cleared alone."""
        if person_id is None:
            return False
        person, record = self._by_id.get(person_id), self.records.get((person_id, product_id))
        stands = on_level(record, level) if record else None
        return bool(person and person.status is RepStatus.ACTIVE and stands and stands.verdict.allowed)


def _reps(
    session: Session, emails: Collection[str], ids: Collection[int], as_of: datetime
) -> tuple[dict[str, _Rep], dict[int, _Rep]]:
    by_email = {}
    for row in rows(session, _REPS, emails=emails, ids=ids, as_of=as_of):
        gone = row.deactivated_at is not None and row.deactivated_at <= as_of
        by_email[row.email] = _Rep(row.id, row.name, RepStatus.INACTIVE if gone else RepStatus.ACTIVE)
    return by_email, {each.id: each for each in by_email.values()}


def _products(session: Session, slugs: Collection[str], as_of: datetime) -> dict[str, _Product]:
    found = rows(session, _PRODUCTS, slugs=slugs, as_of=as_of)
    return {row.slug: _Product(row.id, row.name) for row in found}


def on_level(record: Record, level: str) -> LevelRecord | None:
    """Return the standing on a level, or None where the program has no such level (any more)."""
    wanted = "" if level == record.program.base else level
    return next((each for each in record.every_level if each.level == wanted), None)


def _answer(asked: Asked, stored: _Stored, as_of: datetime) -> Answer:
    rep = stored.reps.get(asked.question.rep.lower())
    products = tuple(_product_answer(slug, asked, rep, stored, local_day(as_of)) for slug in asked.products)
    clearance = decide(each.decision for each in products)
    return Answer(
        question=asked.question,
        asked=asked,
        as_of=as_of,
        person_id=rep.id if rep else None,
        name=rep.name if rep else asked.question.rep,
        clearance=clearance,
        products=products,
    )


def _product_answer(slug: str, asked: Asked, rep: _Rep | None, stored: _Stored, today: date) -> ProductAnswer:
    product = stored.products.get(slug)
    program = stored.programs.get(product.id) if product else None
    record = stored.records.get((rep.id, product.id)) if rep and product else None
    policy = stored.policy(product.id) if product else UNPUBLISHED
    waiver = stored.waiver(asked.deal_id, rep.id, product.id) if rep and product else None
    parts = []
    for requirement in policy.requirements:
        stands = on_level(record, requirement.level) if record else None
        facts = ProductFacts(
            product=slug,
            known=product is not None,
            rep=rep.status if rep else RepStatus.UNKNOWN,
            requirement=requirement,
            level_known=record is None or stands is not None,
            verdict=stands.verdict if stands else None,
            situation=asked.situation,
            waived_through=waiver.through if waiver else None,
            supervisor_cleared=product is not None
            and stored.supervises(asked.supervisor_id, product.id, requirement.level),
        )
        parts.append(Part(facts, decide_product(facts, today)))
    decision = all_of([each.decision for each in parts])
    stands = on_level(record, policy.requirements[0].level) if record else None
    basis = Basis(
        program_version=program.version if program else None,
        redlines_version=program.redlines_version if program else None,
        period=stands.period_id if stands else None,
        policy=policy.id,
        waiver=waiver.id if waiver and decision.decision is ClearanceDecision.CLEARED_BY_WAIVER else None,
    )
    name = product.name if product else slug
    return ProductAnswer(decision, basis, name, record, tuple(parts), policy.failure_mode)


def _decision_id(asked: Asked, clearance: Clearance, bases: Sequence[Basis], as_of: datetime) -> str:
    """Name a decision by the moment it holds for and by what was asked and answered, as a ULID."""
    question, situation = asked.question, asked.situation
    content = [
        [question.rep.lower(), question.deal, situation.role, situation.stage, situation.region, asked.supervisor_id],
        as_of.astimezone(UTC).isoformat(),
        [
            (
                (each.product, each.decision, each.enforcement, each.valid_through),
                [(reason.code, dict(reason.params), reason.minutes) for reason in each.reasons],
                (basis.program_version, basis.redlines_version, basis.period, basis.policy, basis.waiver),
            )
            for each, basis in zip(clearance.products, bases, strict=True)
        ],
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plain)
    digest = hashlib.sha256(canonical.encode()).digest()[:_RANDOM_BYTES]
    milliseconds = max(int(as_of.timestamp() * 1000), 0)
    return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + digest))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
