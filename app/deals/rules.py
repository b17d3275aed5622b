"""May this person act on this deal now?

The answer is worked out anew from facts each time. Whatever is not known is a refusal with its reason. The
answer is one thing, what a caller does with it another: enforcement says so for each product, and only
``stops`` brings the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.certification.reasons import Reason
from app.certification.rules import Standing, StandingVerdict


class ClearanceDecision(StrEnum):
    """The answer of the gate, from the best to the worst."""

    NOT_REQUIRED = "not_required"
    CLEARED = "cleared"
    CLEARED_SUPERVISED = "cleared_supervised"
    CLEARED_BY_WAIVER = "cleared_by_waiver"
    NOT_CLEARED = "not_cleared"
    UNKNOWN = "unknown"

    @property
    def allowed(self) -> bool:
        """Whether the person may act."""
        return self not in {ClearanceDecision.NOT_CLEARED, ClearanceDecision.UNKNOWN}


class Enforcement(StrEnum):
    """What a caller does with a refusal, from the mildest to the strictest."""

    OBSERVE = "observe"
    WARN = "warn"
    REQUIRE_APPROVAL = "require_approval"
    BLOCK = "block"


class FailureMode(StrEnum):
    """What a caller does while it gets no answer: stop everybody, or let everybody pass."""

    CLOSED = "closed"
    OPEN = "open"


class Coverage(StrEnum):
    """Who of a deal's team has to be cleared."""

    EVERY = "every"
    OWNER = "owner"
    ONE = "one"


class DealStage(StrEnum):
    """The stages of a deal, in order."""

    DISCOVERY = "discovery"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    CONTRACT = "contract"
    DELIVERY = "delivery"
    RENEWAL = "renewal"


ROLES = ("owner", "account-manager", "solution-consultant", "customer-success", "specialist")
"""The parts that somebody may play in a deal."""


class RepStatus(StrEnum):
    """What is known of the person who was asked about."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class GateCode(StrEnum):
    """Why the gate refuses, apart from what the certification says; part of the public API."""

    UNKNOWN_REP = "unknown_rep"
    UNKNOWN_PRODUCT = "unknown_product"
    INACTIVE_REP = "inactive_rep"
    UNKNOWN_LEVEL = "unknown_level"


class Risk(StrEnum):
    """Why a deal needs somebody's attention."""

    NOT_CLEARED = "not_cleared"
    ENDS_BEFORE_CLOSE = "ends_before_close"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequirement:
    """One thing that a product asks of the people on its deals. No regions or no roles means all of them.

    The standing that is handed in must be the one for ``level``, which is empty for the first.
    """

    level: str = ""
    regions: frozenset[str] = frozenset()
    from_stage: DealStage = DealStage.DISCOVERY
    roles: frozenset[str] = frozenset()
    coverage: Coverage = Coverage.EVERY
    enforcement: Enforcement = Enforcement.BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where the deal is and what the person does on it. What is not known is taken to need clearance.

    A stage and a role that no deal has are not known either: a CRM's own word for one opens nothing.
    """

    stage: str | None = None
    region: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """What is on record about one person, one product, one deal and one requirement.

    A product that is known and has no requirement asks for nothing. ``level_known`` says that the program has the
    level that is asked for. ``waived_through`` is the last day of an approved waiver; ``supervisor_cleared`` says
    that a colleague who is cleared is named on the deal.
    """

    product: str
    known: bool = True
    rep: RepStatus = RepStatus.ACTIVE
    requirement: GateRequirement | None = None
    level_known: bool = True
    verdict: StandingVerdict | None = None
    situation: Situation = Situation()
    waived_through: date | None = None
    supervisor_cleared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDecision:
    """The answer for one product. ``valid_through`` is its last day, if it has one.

    A refusal has reasons; a clearance that leans on a waiver or a supervisor keeps those that it stands in
    for.
    """

    product: str
    decision: ClearanceDecision
    enforcement: Enforcement
    valid_through: date | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the person may act."""
        return self.decision.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """The answer for all the products asked about: the worst of theirs, and the earliest end.

    ``enforcement`` is the strictest among the products that refuse, or among all when none does.
    """

    decision: ClearanceDecision
    enforcement: Enforcement
    valid_through: date | None
    products: tuple[ProductDecision, ...]

    @property
    def allowed(self) -> bool:
        """Whether the person may act."""
        return self.decision.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDecision:
    """The answer for one member of a deal's team and one product."""

    rep: str
    is_owner: bool
    answer: ProductDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamVerdict:
    """Whether a team covers one product, until when, and who stands in the way."""

    decision: ClearanceDecision
    enforcement: Enforcement
    valid_through: date | None
    blocking: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether the team is covered."""
        return self.decision.allowed


def decide_product(facts: ProductFacts, today: date) -> ProductDecision:
    """Answer for one product. Doubt comes first, then whether anything is asked, then the ways to yes."""
    decision, ends_on, reasons = _answer(facts, today)
    unasked = Enforcement.OBSERVE if decision.allowed else Enforcement.BLOCK
    return ProductDecision(
        product=facts.product,
        decision=decision,
        enforcement=facts.requirement.enforcement if facts.requirement else unasked,
        valid_through=ends_on,
        reasons=reasons,
    )


def all_of(parts: Sequence[ProductDecision]) -> ProductDecision:
    """Bring the answers for the requirements of one product together: the worst wins.

    The enforcement is the strictest among those that refuse, or among all when none does.
    """
    refusing = [each for each in parts if not each.allowed]
    decision = _worst([each.decision for each in parts])
    reasons: list[Reason] = []
    for each in refusing or parts:
        reasons += [reason for reason in each.reasons if reason not in reasons]
    return ProductDecision(
        product=parts[0].product,
        decision=decision,
        enforcement=_strictest([each.enforcement for each in refusing or parts]),
        valid_through=_earliest([each.valid_through for each in parts]) if decision.allowed else None,
        reasons=tuple(reasons),
    )


def decide(products: Iterable[ProductDecision]) -> Clearance:
    """Answer for several products at once: the worst wins; about nothing, nothing is known."""
    products = tuple(products)
    refusing = [each for each in products if not each.allowed]
    decision = _worst([each.decision for each in products])
    return Clearance(
        decision=decision,
        enforcement=_strictest([each.enforcement for each in refusing or products]),
        valid_through=_earliest([each.valid_through for each in products]) if decision.allowed else None,
        products=products,
    )


def stops(decision: ClearanceDecision, enforcement: Enforcement) -> bool:
    """Tell whether a caller has to stop; observing and warning let everybody pass."""
    return not decision.allowed and enforcement in {Enforcement.REQUIRE_APPROVAL, Enforcement.BLOCK}


def team_verdict(coverage: Coverage, members: Iterable[MemberDecision]) -> TeamVerdict:
    """Answer whether a team covers one product.

    Members whose role needs no clearance neither help nor hinder, unless they are all there is. A team
    without anybody who would have to be cleared, no member or no owner, is a doubt.
    """
    asked = [each for each in members if each.is_owner or coverage is not Coverage.OWNER]
    required = [each for each in asked if each.answer.decision is not ClearanceDecision.NOT_REQUIRED] or asked
    allowed = [each for each in required if each.answer.allowed]
    one_is_enough = coverage is Coverage.ONE and bool(allowed)
    counted = allowed if one_is_enough else required
    decisions = [each.answer.decision for each in counted]
    ends = [each.answer.valid_through for each in counted]
    decision = min(decisions, key=_DECISIONS.__getitem__) if one_is_enough else _worst(decisions)
    end = _latest(ends) if one_is_enough else _earliest(ends)
    blocking = [] if one_is_enough else [each for each in required if not each.answer.allowed]
    return TeamVerdict(
        decision=decision,
        enforcement=_strictest([each.answer.enforcement for each in blocking or counted]),
        valid_through=end if decision.allowed else None,
        blocking=tuple(each.rep for each in blocking),
    )


def all_covered(verdicts: Sequence[TeamVerdict]) -> TeamVerdict:
    """Bring the verdicts for the requirements of one product together, as `all_of` does for one person."""
    refusing = [each for each in verdicts if not each.allowed]
    decision = _worst([each.decision for each in verdicts])
    return TeamVerdict(
        decision=decision,
        enforcement=_strictest([each.enforcement for each in refusing or verdicts]),
        valid_through=_earliest([each.valid_through for each in verdicts]) if decision.allowed else None,
        blocking=tuple(dict.fromkeys(rep for each in verdicts for rep in each.blocking)),
    )


def at_risk(answer: Clearance | TeamVerdict, closes_on: date | None) -> Risk | None:
    """Tell whether a deal is at risk: not cleared now, or not any more on the day it is to close."""
    if not answer.allowed:
        return Risk.NOT_CLEARED
    if closes_on is not None and answer.valid_through is not None and answer.valid_through < closes_on:
        return Risk.ENDS_BEFORE_CLOSE
    return None


Answer = tuple[ClearanceDecision, date | None, tuple[Reason, ...]]

# an enum walks through its members each time it is made a list, and the gate asks for these places all the time
_DECISIONS = {decision: place for place, decision in enumerate(ClearanceDecision)}
_ENFORCEMENTS = {enforcement: place for place, enforcement in enumerate(Enforcement)}
_STAGES: dict[str, int] = {stage: place for place, stage in enumerate(DealStage)}


def _answer(facts: ProductFacts, today: date) -> Answer:
    doubts = _doubts(facts)
    if doubts:
        return ClearanceDecision.UNKNOWN, None, doubts
    if facts.rep is RepStatus.INACTIVE:
        return ClearanceDecision.NOT_CLEARED, None, (Reason(GateCode.INACTIVE_REP),)
    if not _is_required(facts.requirement, facts.situation):
        return ClearanceDecision.NOT_REQUIRED, None, ()
    return _certified_or_excepted(facts, today)


def _doubts(facts: ProductFacts) -> tuple[Reason, ...]:
    rep = [Reason(GateCode.UNKNOWN_REP)] if facts.rep is RepStatus.UNKNOWN else []
    product = [Reason(GateCode.UNKNOWN_PRODUCT)] if not facts.known else []
    return (*rep, *product)


def _is_required(requirement: GateRequirement | None, situation: Situation) -> bool:
    if requirement is None:
        return False
    elsewhere = situation.region is not None and requirement.regions and situation.region not in requirement.regions
    another_role = situation.role in ROLES and requirement.roles and situation.role not in requirement.roles
    return not (elsewhere or another_role or _is_before(situation.stage, requirement.from_stage))


def _is_before(stage: str | None, from_stage: DealStage) -> bool:
    return stage in _STAGES and _STAGES[stage] < _STAGES[from_stage]


def _certified_or_excepted(facts: ProductFacts, today: date) -> Answer:
    verdict = facts.verdict
    if not facts.level_known:
        return ClearanceDecision.UNKNOWN, None, (Reason(GateCode.UNKNOWN_LEVEL),)
    if verdict is None:
        # A product that asks for something without saying where the person stands is as good as unknown.
        return ClearanceDecision.UNKNOWN, None, (Reason(GateCode.UNKNOWN_PRODUCT),)
    if verdict.allowed:
        return ClearanceDecision.CLEARED, verdict.ends_on, ()
    if verdict.supervised_only and facts.supervisor_cleared:
        return ClearanceDecision.CLEARED_SUPERVISED, verdict.ends_on, verdict.reasons
    # A person took the certification away; only a person gives it back, and not by way of one deal.
    waivable = verdict.standing not in {Standing.SUSPENDED, Standing.REVOKED}
    if waivable and facts.waived_through is not None and today <= facts.waived_through:
        return ClearanceDecision.CLEARED_BY_WAIVER, facts.waived_through, verdict.reasons
    return ClearanceDecision.NOT_CLEARED, None, verdict.reasons


def _worst(decisions: Sequence[ClearanceDecision]) -> ClearanceDecision:
    return max(decisions, key=_DECISIONS.__getitem__, default=ClearanceDecision.UNKNOWN)


def _strictest(enforcements: Sequence[Enforcement]) -> Enforcement:
    return max(enforcements, key=_ENFORCEMENTS.__getitem__, default=Enforcement.BLOCK)


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _latest(days: Sequence[date | None]) -> date | None:
    """Return the last of these ends; one that never comes is later than any."""
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
