"""Questions to choose from, from answers with the marks that other systems give them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from app.quizzes.interchange.keys import decimal, exact
from app.quizzes.interchange.outcome import Loss, LossCode, SkipCode, SkipError

MOST_OPTIONS: Final = 20
_FEWEST: Final = 2
_NEARLY: Final = Fraction(99, 100)


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose; `mark` is what it earns, 1 being the full mark. Rounded thirds are thirds."""

    text: str
    mark: Fraction | float
    feedback: str = ""
    media: dict[str, Any] | None = None


def options_of(choices: Sequence[Choice], *, one: bool) -> tuple[dict[str, Any], list[Loss]]:
    """Give `type` and `options` of an item, and what was lost; `one` says that a person chooses a single answer.

    Raises SkipError when the marks cannot be given here.
    """
    shares = [_share(choice) for choice in choices]
    if any(not choice.text for choice in choices):
        raise SkipError(SkipCode.malformed, "an answer is empty")
    if len(choices) < _FEWEST:
        raise SkipError(SkipCode.too_few_options)
    if len(choices) > MOST_OPTIONS:
        raise SkipError(SkipCode.too_many_options, str(len(choices)))
    if len({choice.text for choice in choices}) < len(choices):
        raise SkipError(SkipCode.same_options)
    if not any(share > 0 for share in shares):
        raise SkipError(SkipCode.no_right_answer)
    if any(abs(share) > 1 for share in shares):
        raise SkipError(SkipCode.weights)
    return _single(choices, shares) if one else _multiple(choices, shares)


def _single(choices: Sequence[Choice], shares: Sequence[Fraction]) -> tuple[dict[str, Any], list[Loss]]:
    full = [place for place, share in enumerate(shares) if share == 1]
    if not full:
        raise SkipError(SkipCode.no_right_answer)
    if len(full) > 1:
        return _either(choices, full)
    options = [
        _option(choice, correct=share == 1, weight=share if 0 != share != 1 else None)
        for choice, share in zip(choices, shares, strict=True)
    ]
    return {"type": "single", "options": options}, []


def _either(choices: Sequence[Choice], full: Sequence[int]) -> tuple[dict[str, Any], list[Loss]]:
    """Keep that each of several answers is right on its own: whoever ticks a wrong one as well earns nothing."""
    if len(full) * 2 > len(choices):
        raise SkipError(SkipCode.weights, "several answers are right on their own")
    options = [
        _option(choice, correct=place in full, weight=Fraction(1 if place in full else -1))
        for place, choice in enumerate(choices)
    ]
    return {"type": "multiple", "options": options}, [Loss(LossCode.weight)]


def _multiple(choices: Sequence[Choice], shares: Sequence[Fraction]) -> tuple[dict[str, Any], list[Loss]]:
    right = sum(share > 0 for share in shares)
    wrong = len(choices) - right
    if not wrong:
        raise SkipError(SkipCode.weights, "every answer is right")
    if sum(share for share in shares if share > 0) < _NEARLY:
        raise SkipError(SkipCode.no_right_answer)
    usual = all(share == (Fraction(1, right) if share > 0 else Fraction(-1, wrong)) for share in shares)
    options = [
        _option(choice, correct=share > 0, weight=None if usual else share)
        for choice, share in zip(choices, shares, strict=True)
    ]
    return {"type": "multiple", "options": options}, []


def _share(choice: Choice) -> Fraction:
    return exact(choice.mark if isinstance(choice.mark, Fraction) else Fraction(str(choice.mark)))


def _option(choice: Choice, *, correct: bool, weight: Fraction | None) -> dict[str, Any]:
    option: dict[str, Any] = {"text": choice.text, "correct": correct}
    if weight is not None:
        option["weight"] = decimal(weight)
    if choice.feedback:
        option["feedback"] = choice.feedback
    if choice.media:
        option["media"] = choice.media
    return option
