"""What is wrong with rules that cannot be compiled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A phrase that cannot be matched; `index` counts the phrases of its rule from 0."""

    rule: str
    index: int
    text: str
    message: str


class RuleError(ValueError):
    """Rules that cannot be compiled; `problems` lists all that is wrong with them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.rule}: {p.message}" for p in problems))
        self.problems = problems
