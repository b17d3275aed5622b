"""Asking a kept question once more as of then, and running the rule once more on the facts that were kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.clock import local_day
from app.deals.ledger import content
from app.deals.ledger.queries import KeptAnswer
from app.deals.queries import Answer, answers


@dataclass(frozen=True, slots=True)
class Changed:
    """A product for which the question as of then is answered differently now, both as `content` writes them."""

    before: Mapping[str, Any]
    now: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it. An answer differs where something was recorded later with an earlier moment."""

    answer: Answer
    changed: tuple[Changed, ...]
    rule_agrees: bool

    @property
    def same(self) -> bool:
        """Whether the same question as of the same moment has the same answer."""
        return not self.changed


def replayed(session: Session, kept: KeptAnswer) -> Replayed:
    """Ask again, and decide again."""
    (answer,) = answers(session, [content.asked_again(kept.asked)], kept.as_of)
    now = content.answered(answer)["products"]
    pairs = zip(kept.answer["products"], now, strict=True)
    return Replayed(answer, tuple(Changed(*pair) for pair in pairs if pair[0] != pair[1]), _rule_agrees(kept))


def _rule_agrees(kept: KeptAnswer) -> bool:
    today = local_day(kept.as_of)
    again = [content.decided(content.decided_again(each, kept.asked, today)) for each in kept.facts]
    given = [content.decided(content.decision(each)) for each in kept.answer["products"]]
    return again == given
