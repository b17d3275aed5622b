"""How far two assessors agree who judged the same demonstrations without knowing of each other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.certification.models import SignOffOutcome


@dataclass(frozen=True, slots=True)
class Judgement:
    """One assessor's outcome, and of each criterion whether it was met."""

    outcome: SignOffOutcome
    met: Mapping[str, bool] = field(default_factory=dict)


Pair = tuple[Judgement, Judgement]
"""(the first assessor's judgement, the second's)"""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many were equal."""

    equal: int
    count: int

    @property
    def percent(self) -> float:
        """The share in percent; 0 of 0 is 0."""
        return 100 * self.equal / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two assessors agree; `kappa` is None where it has no meaning."""

    outcomes: Share
    criteria: Mapping[str, Share]
    kappa: float | None

    @property
    def all_criteria(self) -> Share:
        """All criteria together."""
        shares = self.criteria.values()
        return Share(sum(each.equal for each in shares), sum(each.count for each in shares))


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Compare judgements in pairs: equal outcomes, equal criteria, and kappa over the outcomes."""
    outcomes = [(first.outcome, second.outcome) for first, second in pairs]
    return Agreement(
        outcomes=Share(sum(first is second for first, second in outcomes), len(outcomes)),
        criteria=_by_criterion(pairs),
        kappa=kappa(outcomes),
    )


def _by_criterion(pairs: Iterable[Pair]) -> dict[str, Share]:
    counts: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    for first, second in pairs:
        for criterion, met in first.met.items():
            if criterion in second.met:
                counts[criterion] += 1
                equal[criterion] += met == second.met[criterion]
    return {criterion: Share(equal[criterion], count) for criterion, count in counts.items()}


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa: agreement beyond what chance would give, from -1 to 1.

    With p_o the share of equal pairs and p_e the share that two assessors with these habits would reach by chance,
    kappa is (p_o - p_e) / (1 - p_e). It has no meaning without pairs, or where both used one category alone.

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20
    (1960), 37-46.
    """
    count = len(pairs)
    if not count:
        return None
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    observed = Fraction(sum(first == second for first, second in pairs), count)
    by_chance = Fraction(sum(firsts[each] * seconds[each] for each in firsts), count * count)
    return None if by_chance == 1 else float((observed - by_chance) / (1 - by_chance))
