"""What an operator watches of the gate: what it answered, why, and when it could not."""

from collections.abc import Iterable

from app.deals.queries import Answer
from app.telemetry.said import gate_answered, gate_unanswered


def count_answers(answers: Iterable[Answer]) -> None:
    """Count answers that are given, product by product."""
    decisions = [product.decision for answer in answers for product in answer.products]
    gate_answered((each.decision, each.reasons[0].code if each.reasons else "") for each in decisions)


def count_unanswered(answers: Iterable[Answer]) -> None:
    """Count answers that must not be given, product by product: callers then do what its failure mode says."""
    gate_unanswered(product.failure_mode for answer in answers for product in answer.products)
