"""An answer as the JSON that is kept: what was asked, what the rule was given, what was answered; and back again.

Words are no part of it, so that it is read in any language. Days stand as {"$day": "2026-11-23"} among the values of
a reason, where they could be taken for texts.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.certification.reasons import Reason, ReasonCode
from app.certification.rules import Standing, StandingVerdict
from app.deals.queries import Answer, Asked, Basis, ProductAnswer, Question
from app.deals.rules import (
    ClearanceDecision,
    Coverage,
    DealStage,
    Enforcement,
    FailureMode,
    GateCode,
    GateRequirement,
    ProductDecision,
    ProductFacts,
    RepStatus,
    Situation,
    all_of,
    decide_product,
)

JSON = dict[str, Any]
_DAY = "$day"


def asked(answer: Answer) -> JSON:
    """Write down the question as it was understood: what was not asked for itself came from the deal."""
    question = answer.asked
    return {
        "rep": question.question.rep.lower(),
        "products": list(question.products),
        "deal": question.question.deal,
        "deal_id": question.deal_id,
        "role": question.situation.role,
        "stage": question.situation.stage,
        "region": question.situation.region,
        "supervisor_id": question.supervisor_id,
    }


def asked_again(written: Mapping[str, Any]) -> Asked:
    """Read the question, so that it can be asked once more."""
    return Asked(
        question=Question(rep=written["rep"], deal=written["deal"]),
        products=tuple(written["products"]),
        situation=_situation(written),
        supervisor_id=written["supervisor_id"],
        deal_id=written["deal_id"],
    )


def _situation(written: Mapping[str, Any]) -> Situation:
    return Situation(stage=written["stage"], region=written["region"], role=written["role"])


def facts(answer: Answer) -> list[JSON]:
    """Write down what the rule was given for each product: one entry for each requirement."""
    return [
        {"product": each.decision.product, "requirements": [_facts(part.facts) for part in each.parts]}
        for each in answer.products
    ]


def _facts(given: ProductFacts) -> JSON:
    return {
        "known": given.known,
        "rep": given.rep,
        "requirement": _requirement(given.requirement) if given.requirement else None,
        "level_known": given.level_known,
        "standing": _verdict(given.verdict) if given.verdict else None,
        "waived_through": _day(given.waived_through),
        "supervisor_cleared": given.supervisor_cleared,
    }


def _requirement(asks: GateRequirement) -> JSON:
    return {
        "level": asks.level,
        "regions": sorted(asks.regions),
        "from_stage": asks.from_stage,
        "roles": sorted(asks.roles),
        "coverage": asks.coverage,
        "enforcement": asks.enforcement,
    }


def _verdict(verdict: StandingVerdict) -> JSON:
    return {
        "standing": verdict.standing,
        "allowed": verdict.allowed,
        "supervised_only": verdict.supervised_only,
        "valid_through": _day(verdict.valid_through),
        "ends_on": _day(verdict.ends_on),
        "reasons": [_reason(each) for each in verdict.reasons],
    }


def _reason(reason: Reason) -> JSON:
    params = {name: {_DAY: _day(value)} if isinstance(value, date) else value for name, value in reason.params.items()}
    return {"code": reason.code, "params": params, "minutes": reason.minutes}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def answered(answer: Answer) -> JSON:
    """Write down what was answered, with the versions that it rests on."""
    return {
        "decision": answer.clearance.decision,
        "allowed": answer.allowed,
        "enforcement": answer.clearance.enforcement,
        "valid_through": _day(answer.clearance.valid_through),
        "products": [_product(each) for each in answer.products],
    }


def _product(answer: ProductAnswer) -> JSON:
    return {
        **decided(answer.decision),
        "failure_mode": answer.failure_mode,
        "basis": {name: getattr(answer.basis, name) for name in Basis.__slots__},
    }


def decided(decision: ProductDecision) -> JSON:
    """Write down the decision about one product."""
    return {
        "product": decision.product,
        "decision": decision.decision,
        "allowed": decision.allowed,
        "enforcement": decision.enforcement,
        "valid_through": _day(decision.valid_through),
        "reasons": [_reason(each) for each in decision.reasons],
    }


def decision(written: Mapping[str, Any]) -> ProductDecision:
    """Read the decision about one product."""
    return ProductDecision(
        product=written["product"],
        decision=ClearanceDecision(written["decision"]),
        enforcement=Enforcement(written["enforcement"]),
        valid_through=_day_read(written["valid_through"]),
        reasons=reasons(written["reasons"]),
    )


def basis(written: Mapping[str, Any]) -> Basis:
    """Read the versions that the decision about one product rests on."""
    return Basis(**written["basis"])


def failure_mode(written: Mapping[str, Any]) -> FailureMode:
    """Read what a caller was to do without an answer."""
    return FailureMode(written["failure_mode"])


def decided_again(written: Mapping[str, Any], question: Mapping[str, Any], today: date) -> ProductDecision:
    """Run the rule once more on the facts that were kept for one product, as on the day then."""
    return all_of([decide_product(each, today) for each in given(written, question)])


def given(written: Mapping[str, Any], question: Mapping[str, Any]) -> list[ProductFacts]:
    """Read what the rule was given for one product, by requirement."""
    situation = _situation(question)
    return [_facts_read(each, written["product"], situation) for each in written["requirements"]]


def _facts_read(written: Mapping[str, Any], product: str, situation: Situation) -> ProductFacts:
    asks, stands = written["requirement"], written["standing"]
    return ProductFacts(
        product=product,
        known=written["known"],
        rep=RepStatus(written["rep"]),
        requirement=_requirement_read(asks) if asks else None,
        level_known=written["level_known"],
        verdict=_verdict_read(stands) if stands else None,
        situation=situation,
        waived_through=_day_read(written["waived_through"]),
        supervisor_cleared=written["supervisor_cleared"],
    )


def _requirement_read(written: Mapping[str, Any]) -> GateRequirement:
    return GateRequirement(
        level=written["level"],
        regions=frozenset(written["regions"]),
        from_stage=DealStage(written["from_stage"]),
        roles=frozenset(written["roles"]),
        coverage=Coverage(written["coverage"]),
        enforcement=Enforcement(written["enforcement"]),
    )


def _verdict_read(written: Mapping[str, Any]) -> StandingVerdict:
    """Read a standing; what does not bear on the gate, such as when its renewal opens, was not kept."""
    return StandingVerdict(
        standing=Standing(written["standing"]),
        allowed=written["allowed"],
        supervised_only=written["supervised_only"],
        valid_through=_day_read(written["valid_through"]),
        ends_on=_day_read(written["ends_on"]),
        days_left=None,
        window_opens_on=None,
        grace_through=None,
        recertify_by=None,
        missing=(),
        reasons=reasons(written["reasons"]),
    )


def reasons(written: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Read reasons."""
    return tuple(Reason(_code(each["code"]), _params(each["params"]), each["minutes"]) for each in written)


def _code(code: str) -> GateCode | ReasonCode:
    return GateCode(code) if code in set(GateCode) else ReasonCode(code)


def _params(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value[_DAY]) if isinstance(value, dict) and _DAY in value else value
        for name, value in written.items()
    }


def _day_read(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
